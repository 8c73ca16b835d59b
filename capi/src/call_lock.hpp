// One lock for each context, held by a call on it but while it waits: so that tasks may share a
// context, one waiting for messages, others sending. The lock itself is the port's.
#ifndef USMP_CAPI_CALL_LOCK_HPP
#define USMP_CAPI_CALL_LOCK_HPP

#include "usmp.h"

#define USMP_WEAK __attribute__((weak))

// Null where neither port nor program has them.
extern "C" {
USMP_WEAK int usmp_port_mutex_create(usmp_mutex_t* mutex);
USMP_WEAK int usmp_port_mutex_lock(usmp_mutex_t mutex);
USMP_WEAK int usmp_port_mutex_unlock(usmp_mutex_t mutex);
USMP_WEAK void usmp_port_mutex_destroy(usmp_mutex_t mutex);
}

namespace usmp {
namespace capi {

inline bool make_lock(usmp_t& ctx) {
  if (ctx.mutex != nullptr || usmp_port_mutex_create == nullptr) return true;
  return usmp_port_mutex_create(&ctx.mutex) == 0;
}

inline void destroy_lock(usmp_t& ctx) {
  if (ctx.mutex != nullptr) usmp_port_mutex_destroy(ctx.mutex);
  ctx.mutex = nullptr;
}

/// Holds the lock of a context that has one.
class CallLock {
 public:
  explicit CallLock(usmp_t& ctx) : ctx_(ctx) {
    held_ = ctx.mutex == nullptr || usmp_port_mutex_lock(ctx.mutex) == 0;
  }
  ~CallLock() {
    if (held_ && ctx_.mutex != nullptr) usmp_port_mutex_unlock(ctx_.mutex);
  }
  CallLock(const CallLock&) = delete;
  CallLock& operator=(const CallLock&) = delete;

  bool held() const { return held_; }

 private:
  usmp_t& ctx_;
  bool held_;
};

/// Lets other tasks in.
class Unlocked {
 public:
  explicit Unlocked(usmp_t& ctx) : ctx_(ctx) {
    if (ctx.mutex != nullptr) usmp_port_mutex_unlock(ctx.mutex);
  }
  ~Unlocked() {
    if (ctx_.mutex != nullptr) (void)usmp_port_mutex_lock(ctx_.mutex);
  }
  Unlocked(const Unlocked&) = delete;
  Unlocked& operator=(const Unlocked&) = delete;

 private:
  usmp_t& ctx_;
};

/// What a public call returns: remembered where it is an error.
inline usmp_err_t told(usmp_t& ctx, usmp_err_t code) {
  if (code != USMP_OK) ctx.last_err = code;
  return code;
}

/// Runs a call under the context's lock.
template <typename Call>
usmp_err_t locked(usmp_t* ctx, Call call) {
  if (ctx == nullptr) return USMP_ERR_INVALID_ARG;
  const CallLock lock(*ctx);
  return told(*ctx, lock.held() ? call() : USMP_ERR_MUTEX_FAILED);
}

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_CALL_LOCK_HPP
