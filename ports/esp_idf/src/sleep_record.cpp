// See sleep_record.hpp.
#include "sleep_record.hpp"

#include <string.h>

namespace usmp::esp_idf {
namespace {

constexpr uint8_t kMark = 0x5A;
constexpr uint64_t kMicrosecondsPerSecond = 1000000;

/// A copy of the state that is wiped when it ends.
struct TakenState {
  uint8_t bytes[USMP_SAVED_STATE_MAX] = {};

  ~TakenState() {
    memset(bytes, 0, sizeof bytes);
    __asm__ __volatile__("" : : "r"(bytes) : "memory");  // not a dead store
  }
};

}  // namespace

bool erase(SleepRecord& record) {
  // Volatile: what counts is what the memory holds, not what the compiler knows of it.
  volatile uint8_t* bytes = reinterpret_cast<volatile uint8_t*>(&record);
  for (size_t index = 0; index < sizeof record; ++index) bytes[index] = 0;
  uint8_t left = 0;
  for (size_t index = 0; index < sizeof record; ++index) left = left | bytes[index];
  return left == 0;
}

usmp_err_t save_to(SleepRecord& record, usmp_t& ctx, uint64_t now_us) {
  if (!erase(record)) return USMP_ERR_STATE_USED;
  size_t size = 0;
  const usmp_err_t code = usmp_sleep(&ctx, record.state, sizeof record.state, &size);
  if (code != USMP_OK) {
    (void)erase(record);
    return code;
  }
  record.size = static_cast<uint8_t>(size);
  record.local_port = static_cast<uint16_t>(usmp_transport_udp_local_port(&ctx.transport));
  record.saved_at_us = now_us;
  record.mark = kMark;
  return USMP_OK;
}

usmp_err_t wake_from(SleepRecord& record, usmp_t& ctx, usmp_transport_t& transport, uint64_t now_us,
                     const usmp_sizes_t& sizes) {
  TakenState taken;
  const bool is_saved = record.mark == kMark && record.size <= sizeof taken.bytes;
  const size_t size = is_saved ? record.size : 0;
  const int local_port = record.local_port;
  const uint64_t slept_us = now_us > record.saved_at_us ? now_us - record.saved_at_us : 0;
  memcpy(taken.bytes, record.state, size);
  // USMP3 §5: the wake overwrites the saved chain with zeros, durably and read back, before it
  // sends anything.
  if (!erase(record) || !is_saved) return USMP_ERR_STATE_USED;
  usmp_transport_udp_set_local_port(&transport, local_port);
  const uint64_t slept_s = slept_us / kMicrosecondsPerSecond;
  return usmp_wake_sized(&ctx, &transport, taken.bytes, size,
                         slept_s < UINT32_MAX ? static_cast<uint32_t>(slept_s) : UINT32_MAX, sizes);
}

}  // namespace usmp::esp_idf
