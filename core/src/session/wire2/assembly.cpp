// See assembly.hpp.
#include "usmp/wire2/detail/assembly.hpp"

#include <string.h>

#include "usmp/wire2/limits.hpp"

namespace usmp {
namespace wire2 {

MutableBytes Assembly::take_room() {
  const MutableBytes taken = room_;
  room_ = MutableBytes();
  return taken;
}

bool Assembly::add(Bytes content, uint32_t seq, bool last) {
  // USMP2 §Session frames: DATA_FRAG…, DATA with consecutive `seq`; at most 4 frames
  if (within_message() && seq != next_seq_) return false;
  if (!last && frame_count_ + 1 >= kFramesPerMessageMax) return false;
  if (!within_message()) size_ = 0;
  if (content.size > room_.size - size_) return false;
  if (content.size > 0) memcpy(room_.data + size_, content.data, content.size);
  size_ = static_cast<uint16_t>(size_ + content.size);
  next_seq_ = seq + 1;
  frame_count_ = last ? 0 : static_cast<uint8_t>(frame_count_ + 1);
  waiting_ = last;
  return true;
}

void Assembly::drop_part() {
  if (waiting_) return;
  frame_count_ = 0;
  size_ = 0;
}

void Assembly::release() {
  waiting_ = false;
  size_ = 0;
}

}  // namespace wire2
}  // namespace usmp
