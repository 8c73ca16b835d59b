// See replay_window.hpp.
#include "usmp/detail/replay_window.hpp"

namespace usmp {

void ReplayWindow::clear() {
  next = 0;
  bits[0] = 0;
  bits[1] = 0;
}

bool ReplayWindow::fresh(uint32_t seq) const {
  if (seq > kSeqLast) return false;  // USMP3 §3: 0xFFFFFFFF is never used
  if (seq >= next) return true;
  const uint32_t age = next - 1 - seq;
  if (age >= kReplayWindowSize) return false;
  return (bits[age / 32] & (uint32_t(1) << (age % 32))) == 0;
}

bool ReplayWindow::mark(uint32_t seq) {
  if (seq < next) {
    const uint32_t age = next - 1 - seq;
    if (age < kReplayWindowSize) bits[age / 32] |= uint32_t(1) << (age % 32);
    return false;
  }
  const uint32_t step = seq - next + 1;
  if (step >= kReplayWindowSize) {
    bits[1] = 0;
    bits[0] = 0;
  } else if (step >= 32) {
    bits[1] = bits[0] << (step - 32);
    bits[0] = 0;
  } else {
    bits[1] = (bits[1] << step) | (bits[0] >> (32 - step));
    bits[0] <<= step;
  }
  bits[0] |= 1;
  next = seq + 1;
  return true;
}

}  // namespace usmp
