// See usmp_client.hpp. How a session begins, is kept and ends; messages are in
// usmp_client_messages.cpp.
#if !defined(__AVR__)
#include "usmp_client.hpp"

#include <stdlib.h>
#include <string.h>

namespace {

/// As published.
const uint32_t kKeepaliveMs = 30000;
const uint32_t kTimeoutMs = 30000;
/// Before a session that the gateway ended is made anew, and what that doubles to.
const uint32_t kPauseFirstMs = 2000;
const uint32_t kPauseMaxMs = 30000;
/// Between two looks at a session that is awaited.
const uint32_t kLookMs = 1;

}  // namespace

USMPClient::USMPClient(const uint8_t* psk, size_t psk_len, USMPKeys* keys, usmp_sizes_t sizes,
                       Memory memory)
    : ctx_(nullptr),
      sizes_(sizes),
      psk_(psk),
      psk_len_(psk_len),
      keys_(keys),
      memory_(memory.bytes),
      memory_is_mine_(memory.bytes == nullptr),
      begun_(false),
      up_(false),
      was_up_(false),
      in_callback_(false),
      pausing_(false),
      generation_(0),
      cipher_suite_(0),
      id_size_(0),
      id_(),
      last_error_(USMP_OK),
      timeout_ms_(kTimeoutMs),
      keepalive_ms_(kKeepaliveMs),
      handshakes_(0),
      pause_ms_(kPauseFirstMs),
      again_at_(0),
      line_size_(0),
      line_(),
      on_connect_(nullptr),
      on_disconnect_(nullptr),
      on_reconnect_(nullptr),
      on_message_(nullptr),
      on_channel_message_(nullptr),
      on_datagram_(nullptr) {}

USMPClient::USMPClient(const char* psk, usmp_sizes_t sizes)
    : USMPClient(reinterpret_cast<const uint8_t*>(psk), psk != nullptr ? strlen(psk) : 0, nullptr,
                 sizes, Memory()) {}

USMPClient::USMPClient(const uint8_t* psk, size_t psk_len, usmp_sizes_t sizes)
    : USMPClient(psk, psk_len, nullptr, sizes, Memory()) {}

USMPClient::USMPClient(USMPKeys& keys, usmp_sizes_t sizes)
    : USMPClient(nullptr, 0, &keys, sizes, Memory()) {}

USMPClient::USMPClient(const char* psk, uint8_t*, size_t, usmp_sizes_t sizes)
    : USMPClient(psk, sizes) {}

USMPClient::USMPClient(const uint8_t* psk, size_t psk_len, uint8_t*, size_t, usmp_sizes_t sizes)
    : USMPClient(psk, psk_len, nullptr, sizes, Memory()) {}

USMPClient::~USMPClient() {
  close();
  if (memory_is_mine_) free(memory_);
}

bool USMPClient::setDeviceId(const char* id) {
  return setDeviceId(reinterpret_cast<const uint8_t*>(id), strlen(id));
}

bool USMPClient::setDeviceId(const uint8_t* id, size_t size) {
  if (size < 1 || size > sizeof id_) return false;
  memcpy(id_, id, size);
  id_size_ = static_cast<uint8_t>(size);
  return true;
}

bool USMPClient::make_context() {
  if (ctx_ != nullptr) return true;
  const size_t header = offsetof(usmp_t, memory);
  if (memory_ == nullptr) memory_ = malloc(header + sizes_.memory_size);
  if (memory_ == nullptr) return told(USMP_ERR_NO_MEMORY);
  memset(memory_, 0, header);
  ctx_ = static_cast<usmp_t*>(memory_);
  return true;
}

void USMPClient::fill_context() {
  if (keys_ != nullptr) {
    psk_ = keys_->psk(&psk_len_);
    size_t size = 0;
    const uint8_t* id = keys_->deviceId(&size);
    if (id_size_ == 0) setDeviceId(id, size);
  }
  ctx_->psk = psk_;
  ctx_->psk_len = psk_len_;
  memcpy(ctx_->device_id, id_, sizeof id_);
  ctx_->device_id_len = id_size_;
  ctx_->cipher_suite = cipher_suite_;
  ctx_->keepalive_ms = keepalive_ms_;
  ctx_->timeout_ms = timeout_ms_;
  ctx_->on_datagram = take_datagram;
  ctx_->user = this;
}

bool USMPClient::set_up(const usmp_arduino::Medium& medium) {
  close();
  if (!make_context()) return false;
  fill_context();
  return told(link_.take(medium));
}

bool USMPClient::start(const usmp_arduino::Medium& medium, bool waits) {
  if (!set_up(medium)) return false;
  const usmp_transport_t transport = link_.transport();
  if (!told(usmp_connect_async_sized(ctx_, &transport, sizes_))) {
    link_.let_go();
    return false;
  }
  begun_ = true;
  return !waits || await_session();
}

bool USMPClient::begin(const USMPTCPTransport& medium, usmp_arduino::LentClient* lent) {
  USMPTCPTransport chosen = medium;
  if (lent != nullptr) chosen.client = lent->client;
  return start(chosen, true);
}

bool USMPClient::begin(const USMPUDPTransport& medium, usmp_arduino::LentUdp* lent) {
  USMPUDPTransport chosen = medium;
  if (lent != nullptr) chosen.udp = lent->udp;
  return start(chosen, true);
}

bool USMPClient::begin(const USMPSerialTransport& medium) { return start(medium, true); }

bool USMPClient::beginAsync(const USMPTCPTransport& medium, usmp_arduino::LentClient* lent) {
  USMPTCPTransport chosen = medium;
  if (lent != nullptr) chosen.client = lent->client;
  return start(chosen, false);
}

bool USMPClient::beginAsync(const USMPUDPTransport& medium, usmp_arduino::LentUdp* lent) {
  USMPUDPTransport chosen = medium;
  if (lent != nullptr) chosen.udp = lent->udp;
  return start(chosen, false);
}

bool USMPClient::beginAsync(const USMPSerialTransport& medium) { return start(medium, false); }

// Until a session stands or the first attempt failed.
bool USMPClient::await_session() {
  const uint32_t begun_at = usmp_port_millis();
  while (begun_) {
    const usmp_err_t code = usmp_step(ctx_);
    told(code);
    tell_changes();
    if (connected()) return true;
    if (code != USMP_OK) return false;
    if (usmp_port_millis() - begun_at >= timeout_ms_) {
      return told(ctx_->hint != USMP_OK ? ctx_->hint : USMP_ERR_TIMEOUT);
    }
    delay(kLookMs);
  }
  return false;
}

void USMPClient::maintain() {
  if (!begun_) return;
  if (state() == USMP_STATE_ERROR) {
    begin_again();
  } else {
    const usmp_err_t code = usmp_step(ctx_);
    if (code != USMP_OK) told(code);
  }
  tell_changes();
  deliver();
  yield();
}

// The gateway ended the session, or send() gave it up: after a pause there is another one.
void USMPClient::begin_again() {
  if (!pausing_) {
    pausing_ = true;
    again_at_ = usmp_port_millis() + pause_ms_;
    pause_ms_ = pause_ms_ > kPauseMaxMs / 2 ? kPauseMaxMs : pause_ms_ * 2;
  }
  if (static_cast<int32_t>(usmp_port_millis() - again_at_) < 0) return;
  // NOT_IDLE: a message waits, and comes first.
  const usmp_err_t code = usmp_reconnect_async(ctx_);
  if (code == USMP_OK) pausing_ = false;
}

bool USMPClient::reconnect() {
  if (!begun_) return told(USMP_ERR_NOT_CONNECTED);
  if (!told(usmp_reconnect_async(ctx_))) return false;
  tell_changes();
  return await_session();
}

void USMPClient::close() {
  begun_ = up_ = was_up_ = pausing_ = false;
  ++generation_;
  handshakes_ = 0;
  line_size_ = 0;
  pause_ms_ = kPauseFirstMs;
  if (ctx_ != nullptr) usmp_close(ctx_);
  link_.let_go();
}

void USMPClient::keepalive(uint32_t ms) {
  keepalive_ms_ = ms;
  if (ctx_ != nullptr) told(usmp_set_keepalive(ctx_, ms));
}

bool USMPClient::sleep(USMPSavedState& state) {
  if (!begun_) return told(USMP_ERR_NOT_CONNECTED);
  size_t size = 0;
  state.size = 0;
  if (!told(usmp_sleep(ctx_, state.bytes, sizeof state.bytes, &size))) {
    tell_changes();
    return false;
  }
  state.size = static_cast<uint8_t>(size);
  begun_ = up_ = false;
  return true;
}

bool USMPClient::woken(usmp_err_t code) {
  if (!told(code)) return false;
  begun_ = true;
  tell_changes();
  return true;
}

bool USMPClient::wake_over(const usmp_arduino::Medium& medium, USMPSavedState& state,
                           uint32_t slept_s) {
  return set_up(medium) && wake(state, slept_s);
}

bool USMPClient::wake(USMPSavedState& state, uint32_t slept_s) {
  if (ctx_ == nullptr || !link_.taken()) return told(USMP_ERR_NOT_CONNECTED);
  if (state.size == 0 || state.size > sizeof state.bytes) return told(USMP_ERR_STATE_USED);
  const size_t size = state.size;
  state.size = 0;
  handshakes_ = 0;
  const usmp_transport_t transport = link_.transport();
  return woken(usmp_wake_sized(ctx_, &transport, state.bytes, size, slept_s, sizes_));
}

bool USMPClient::wake(const USMPTCPTransport&, USMPSavedState&, uint32_t) {
  return told(USMP_ERR_INVALID_ARG);  // a stream's session ends with the stream
}

bool USMPClient::wake(const USMPUDPTransport& medium, USMPSavedState& state, uint32_t slept_s) {
  return wake_over(medium, state, slept_s);
}

bool USMPClient::wake(const USMPSerialTransport& medium, USMPSavedState& state, uint32_t slept_s) {
  return wake_over(medium, state, slept_s);
}

// Calls what the sketch gave for the beginning and the end of sessions. Any of these calls may end
// or begin one itself.
void USMPClient::tell_changes() {
  usmp_stats_t stats;
  usmp_get_stats(ctx_, &stats);
  const bool another = up_ && stats.handshakes != handshakes_;
  handshakes_ = stats.handshakes;
  if (up_ && (!connected() || another)) {
    up_ = false;
    line_size_ = 0;
    if (on_disconnect_ != nullptr) on_disconnect_();
  }
  if (up_ || !connected()) return;
  up_ = true;
  pausing_ = false;
  pause_ms_ = kPauseFirstMs;
  last_error_ = USMP_OK;
  const bool again = was_up_;
  was_up_ = true;
  if (again && on_reconnect_ != nullptr) on_reconnect_();
  if (connected() && on_connect_ != nullptr) on_connect_();
}

bool USMPClient::told(usmp_err_t code) {
  last_error_ = code;
  return code == USMP_OK;
}
#endif  // not __AVR__
