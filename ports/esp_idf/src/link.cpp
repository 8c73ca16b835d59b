// See usmp_link.h. No call of ESP-IDF here: the same code runs in the tests on this project's
// machines.
#include "usmp_link.h"

namespace {

/// How long a round waits where nothing happens; before a sleep, where each moment costs.
constexpr uint32_t kRoundMs = 100;
constexpr uint32_t kDrainRoundMs = 10;
constexpr uint32_t kPauseFirstMs = 1000;
constexpr uint32_t kPauseMaxMs = 5 * 60 * 1000;

/// Holds the lock between usmp_link_send() and the calls that run while no other does.
class LinkLock {
 public:
  explicit LinkLock(usmp_link_t& link) : mutex_(link.mutex) {
    held_ = usmp_port_mutex_lock(mutex_) == 0;
  }
  ~LinkLock() {
    if (held_) usmp_port_mutex_unlock(mutex_);
  }
  LinkLock(const LinkLock&) = delete;
  LinkLock& operator=(const LinkLock&) = delete;

  bool held() const { return held_; }

 private:
  usmp_mutex_t mutex_;
  bool held_;
};

/// While a message waits for a session its node is not the library's: it holds the next one.
usmp_message_t* next_of(const usmp_message_t* message) {
  return static_cast<usmp_message_t*>(message->node[0]);
}

void push_waiting(usmp_link_t& link, usmp_message_t* message) {
  message->delivery = USMP_DELIVERY_QUEUED;
  message->node[0] = nullptr;
  if (link.waiting_last != nullptr) {
    link.waiting_last->node[0] = message;
  } else {
    link.waiting_first = message;
  }
  link.waiting_last = message;
}

usmp_message_t* pop_waiting(usmp_link_t& link) {
  usmp_message_t* message = link.waiting_first;
  if (message == nullptr) return nullptr;
  link.waiting_first = next_of(message);
  if (link.waiting_first == nullptr) link.waiting_last = nullptr;
  return message;
}

void finish(usmp_link_t& link, usmp_message_t* message) {
  if (link.on_finished != nullptr) link.on_finished(&link, message);
}

/// Hands over what waits, in its order. The first that can never be sent, or NULL.
usmp_message_t* submit_waiting(usmp_link_t& link) {
  const LinkLock lock(link);
  while (lock.held() && link.waiting_first != nullptr) {
    usmp_message_t* message = pop_waiting(link);
    usmp_message_t* behind = link.waiting_first;
    const usmp_err_t code = usmp_submit(link.ctx, message);
    if (code == USMP_OK) continue;
    if (code != USMP_ERR_NOT_CONNECTED) {
      message->delivery = USMP_DELIVERY_REFUSED;
      return message;
    }
    message->node[0] = behind;
    link.waiting_first = message;
    if (behind == nullptr) link.waiting_last = message;
    break;
  }
  return nullptr;
}

bool reached(uint32_t moment_ms) {
  return static_cast<int32_t>(usmp_port_millis() - moment_ms) >= 0;
}

/// By 20 % more or less, as the pauses between attempts: many devices whose gateway restarts do not
/// come back in the same moment.
uint32_t scattered(uint32_t pause_ms) {
  uint8_t bytes[2] = {};
  if (usmp_port_random(bytes, sizeof bytes) != 0) return pause_ms;
  const uint32_t random = static_cast<uint32_t>(bytes[0] | bytes[1] << 8);
  const uint32_t fifth = pause_ms / 5;
  return pause_ms - fifth + static_cast<uint32_t>(uint64_t{2} * fifth * random / 0x10000);
}

void session_over(usmp_link_t& link, usmp_err_t why) {
  uint32_t pause = link.restart_pause_ms == 0 ? kPauseFirstMs : link.restart_pause_ms * 2;
  // Two devices of one ID would throw each other out for ever; a new key may come some day.
  if (why == USMP_ERR_REPLACED || why == USMP_ERR_REVOKED || pause > kPauseMaxMs) {
    pause = kPauseMaxMs;
  }
  link.restart_pause_ms = pause;
  link.restart_at_ms = usmp_port_millis() + scattered(pause);
  link.restart_due = true;
}

/// True while the pause before the next session lasts.
bool pausing(usmp_link_t& link) {
  // What the old session brought is taken first: a new one would lose it.
  if (!link.restart_due || usmp_message_waits(link.ctx)) return false;
  if (!reached(link.restart_at_ms)) {
    usmp_port_wdt_feed();
    usmp_port_delay_ms(kRoundMs);
    return true;
  }
  const LinkLock lock(link);
  if (lock.held()) link.restart_due = usmp_reconnect_async(link.ctx) != USMP_OK;
  if (link.restart_due) session_over(link, USMP_OK);
  return link.restart_due;
}

void tell_state(usmp_link_t& link, usmp_err_t why) {
  if (link.ctx->state == link.state && why == USMP_OK) return;
  link.state = link.ctx->state;
  if (link.on_state != nullptr) link.on_state(&link, link.state, why);
}

void take_finished(usmp_link_t& link) {
  while (usmp_message_t* message = usmp_take_finished(link.ctx)) finish(link, message);
}

/// What went wrong since the last round, in this task's calls or in another's.
usmp_err_t trouble(usmp_link_t& link, usmp_err_t code) {
  const LinkLock lock(link);
  const usmp_err_t untold = link.untold;
  link.untold = USMP_OK;
  if (untold != USMP_OK) return untold;
  return code == USMP_ERR_TIMEOUT && link.ctx->state == USMP_STATE_ESTABLISHED ? USMP_OK : code;
}

void round_of(usmp_link_t& link, uint32_t wait_ms) {
  if (pausing(link)) return;
  if (usmp_message_t* refused = submit_waiting(link)) finish(link, refused);
  size_t size = 0;
  uint8_t channel = 0;
  const uint32_t begun_ms = usmp_port_millis();
  usmp_err_t code = usmp_recv_on(link.ctx, link.room, link.room_size, &size, &channel, wait_ms);
  if (code == USMP_OK && link.on_message != nullptr) {
    link.on_message(&link, static_cast<const uint8_t*>(link.room), size, channel);
  }
  // A round that waited its whole time failed in nothing; an attempt that timed out did.
  if (code == USMP_ERR_TIMEOUT && usmp_port_millis() - begun_ms >= wait_ms) code = USMP_OK;
  code = trouble(link, code);
  if (link.ctx->established) link.restart_pause_ms = 0;
  if (link.ctx->state == USMP_STATE_ERROR && !link.restart_due) session_over(link, code);
  take_finished(link);
  tell_state(link, code);
}

}  // namespace

usmp_err_t usmp_link_begin_sized(usmp_link_t* link, usmp_transport_t* transport,
                                 usmp_sizes_t sizes) {
  if (link == nullptr || link->ctx == nullptr || link->room == nullptr ||
      link->room_size < sizes.max_message) {
    return USMP_ERR_INVALID_ARG;
  }
  if (usmp_port_mutex_create(&link->mutex) != 0) return USMP_ERR_MUTEX_FAILED;
  const usmp_err_t code =
      link->ctx->established ? USMP_OK : usmp_connect_async_sized(link->ctx, transport, sizes);
  if (code != USMP_OK) {
    usmp_port_mutex_destroy(link->mutex);
    link->mutex = nullptr;
  }
  return code;
}

void usmp_link_round(usmp_link_t* link) { round_of(*link, kRoundMs); }

bool usmp_link_drain(usmp_link_t* link, uint32_t timeout_ms) {
  const uint32_t begun_ms = usmp_port_millis();
  bool asked = false;
  for (;;) {
    const bool is_sent = usmp_link_all_sent(link) && link->ctx->established;
    if (is_sent && usmp_drained(link->ctx)) return true;
    // USMP3 §5: DRAINED stands in the answer.
    if (is_sent && !asked) asked = usmp_ping_async(link->ctx) == USMP_OK;
    if (usmp_port_millis() - begun_ms >= timeout_ms) return false;
    round_of(*link, kDrainRoundMs);
  }
}

usmp_err_t usmp_link_send(usmp_link_t* link, usmp_message_t* message) {
  if (link == nullptr || message == nullptr || (message->data == nullptr && message->len > 0)) {
    return USMP_ERR_INVALID_ARG;
  }
  const LinkLock lock(*link);
  if (!lock.held()) return USMP_ERR_MUTEX_FAILED;
  // Before the session stands, and behind those that wait, it waits too.
  if (link->waiting_first != nullptr || usmp_submit(link->ctx, message) != USMP_OK) {
    push_waiting(*link, message);
    return USMP_OK;
  }
  const usmp_err_t code = usmp_step(link->ctx);  // at once, not in the next round
  if (code != USMP_OK) link->untold = code;
  return USMP_OK;
}

bool usmp_link_all_sent(usmp_link_t* link) {
  const LinkLock lock(*link);
  return lock.held() && link->waiting_first == nullptr && usmp_all_acknowledged(link->ctx);
}

void usmp_link_end(usmp_link_t* link) {
  if (link->ctx->state != USMP_STATE_ASLEEP) usmp_close(link->ctx);
  take_finished(*link);
  while (usmp_message_t* message = pop_waiting(*link)) {
    message->delivery = USMP_DELIVERY_RETURNED;
    finish(*link, message);
  }
  if (link->mutex != nullptr) usmp_port_mutex_destroy(link->mutex);
  link->mutex = nullptr;
}
