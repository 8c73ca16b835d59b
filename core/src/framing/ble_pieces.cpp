// Cutting packets for BLE and joining them again, see usmp/framing/ble_pieces.hpp. ATT delivers in
// order and without loss in most stacks; the counter is for where one drops a write.
#include "usmp/framing/ble_pieces.hpp"

#include <string.h>

namespace usmp {

namespace {

/// USMP3 §7: one byte, then at most ATT_MTU - 4 bytes
size_t payload_size_max_of(size_t att_mtu) {
  const size_t valid_mtu = att_mtu < kAttMtuMin ? kAttMtuMin : att_mtu;
  return valid_mtu - kAttHeaderSize - kBlePieceHeaderSize;
}

uint8_t counter_after(uint8_t counter) {
  return static_cast<uint8_t>((counter + 1u) & kBlePieceCounterMask);
}

}  // namespace

BlePieceSplitter::BlePieceSplitter()
    : left_(), payload_size_max_(payload_size_max_of(kAttMtuMin)), counter_(0), first_(false) {}

// USMP3 §7: the counter starts anew with a connection
void BlePieceSplitter::connection_opened() { *this = BlePieceSplitter(); }

void BlePieceSplitter::set_att_mtu(size_t att_mtu) {
  payload_size_max_ = payload_size_max_of(att_mtu);
}

void BlePieceSplitter::start(Bytes packet) {
  left_ = packet;
  first_ = true;
}

Result<size_t> BlePieceSplitter::next(MutableBytes out) {
  if (done()) return static_cast<size_t>(0);
  const bool last = left_.size <= payload_size_max_;
  const size_t payload_size = last ? left_.size : payload_size_max_;
  if (out.size < kBlePieceHeaderSize + payload_size) return Error::BufferTooSmall;
  // USMP3 §7: bit 7 first, bit 6 last, bits 0..5 a counter that runs on modulo 64
  out[0] =
      static_cast<uint8_t>((first_ ? kBlePieceFirst : 0) | (last ? kBlePieceLast : 0) | counter_);
  memcpy(out.data + kBlePieceHeaderSize, left_.data, payload_size);
  left_ = left_.from(payload_size);
  first_ = false;
  counter_ = counter_after(counter_);
  return kBlePieceHeaderSize + payload_size;
}

BlePieceJoiner::BlePieceJoiner(MutableBytes buffer)
    : buffer_(buffer), size_(0), next_counter_(0), joining_(false), drops_() {}

void BlePieceJoiner::connection_opened() { discard_unfinished(); }

MutableBytes BlePieceJoiner::join(Bytes piece) {
  if (piece.empty()) {
    ++drops_.stray;
    return MutableBytes();
  }
  const uint8_t header = piece[0];
  if (!accepts(header)) return MutableBytes();
  const Bytes payload = piece.from(kBlePieceHeaderSize);
  if (payload.size > buffer_.size - size_) {
    ++drops_.oversize;
    joining_ = false;
    return MutableBytes();
  }
  if (!payload.empty()) memcpy(buffer_.data + size_, payload.data, payload.size);
  size_ += payload.size;
  if ((header & kBlePieceLast) == 0) return MutableBytes();
  joining_ = false;
  if (size_ == 0) ++drops_.stray;
  return buffer_.first(size_);
}

/// True if the piece with this header is the next of a packet, which it begins if it is a first.
bool BlePieceJoiner::accepts(uint8_t header) {
  const uint8_t counter = header & kBlePieceCounterMask;
  if ((header & kBlePieceFirst) != 0) {
    // USMP3 §7: a first piece is taken with any counter and discards an unfinished packet
    discard_unfinished();
    joining_ = true;
    size_ = 0;
  } else if (!joining_) {
    ++drops_.stray;
    return false;
  } else if (counter != next_counter_) {
    // USMP3 §7: a gap drops the packet
    ++drops_.gap;
    joining_ = false;
    return false;
  }
  next_counter_ = counter_after(counter);
  return true;
}

void BlePieceJoiner::discard_unfinished() {
  if (joining_) ++drops_.unfinished;
  joining_ = false;
}

}  // namespace usmp
