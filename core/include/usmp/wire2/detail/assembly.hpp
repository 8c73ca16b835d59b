// One message that comes in, put together from its fragments in the room that the owner lends.
// Knows no key and no frame; only authentic fragments come here.
#ifndef USMP_WIRE2_DETAIL_ASSEMBLY_HPP
#define USMP_WIRE2_DETAIL_ASSEMBLY_HPP

#include <stdint.h>

#include "usmp/bytes.hpp"

namespace usmp {
namespace wire2 {

class Assembly {
 public:
  Assembly() : room_(), next_seq_(0), size_(0), frame_count_(0), waiting_(false) {}

  void lend(MutableBytes room) { room_ = room; }
  bool has_room() const { return room_.data != nullptr; }
  /// True if the room holds nothing: no part of a message and none that waits.
  bool idle() const { return frame_count_ == 0 && !waiting_; }
  MutableBytes take_room();
  /// What of the room holds nothing, to work in.
  MutableBytes scratch() const {
    if (waiting_ || !has_room()) return MutableBytes();
    return within_message() ? room_.from(size_) : room_;
  }

  /// Adds a fragment, the last one or not. False: it breaks the rules of fragments, or the room.
  bool add(Bytes content, uint32_t seq, bool last);
  /// True if fragments came and their message is not whole.
  bool within_message() const { return frame_count_ > 0; }
  /// The next fragment comes under other keys, with this number.
  void renumber(uint32_t seq) { next_seq_ = seq; }
  /// The session is over: what is not whole is forgotten, a message that waits stays.
  void drop_part();

  bool waiting() const { return waiting_; }
  Bytes message() const { return Bytes(room_.data, size_); }
  void release();

 private:
  MutableBytes room_;
  uint32_t next_seq_;  // of the next fragment, while within_message()
  uint16_t size_;
  uint8_t frame_count_;
  bool waiting_;
};

}  // namespace wire2
}  // namespace usmp

#endif  // USMP_WIRE2_DETAIL_ASSEMBLY_HPP
