// Hands out pieces of a context's memory, front to back, and constructs what lies there. No heap.
#ifndef USMP_CAPI_CARVER_HPP
#define USMP_CAPI_CARVER_HPP

#include "usmp/config.hpp"

namespace usmp {
namespace capi {

/// Where to construct, for the operator below: <new> is not there on every device compiler.
struct Place {
  void* memory;
};

class Carver {
 public:
  explicit Carver(MutableBytes memory) : left_(memory), failed_(false) {}

  /// nullptr: there is not so much left, for this and all that follow.
  uint8_t* take(size_t size) {
    const size_t align = sizeof(uint64_t);
    const size_t off = static_cast<size_t>(reinterpret_cast<uintptr_t>(left_.data) % align);
    const size_t skip = off == 0 ? 0 : align - off;
    if (failed_ || left_.size < skip || left_.size - skip < size) {
      failed_ = true;
      return nullptr;
    }
    uint8_t* piece = left_.data + skip;
    left_ = left_.from(skip + size);
    return piece;
  }
  bool failed() const { return failed_; }

 private:
  MutableBytes left_;
  bool failed_;
};

}  // namespace capi
}  // namespace usmp

inline void* operator new(size_t, usmp::capi::Place place) noexcept { return place.memory; }
// Never runs, because nothing here throws; it pairs with the above.
inline void operator delete(void*, usmp::capi::Place) noexcept {}

#endif  // USMP_CAPI_CARVER_HPP
