// The packets of a compact device's session (§4): frames in and out, one chunk under way. Its
// medium keeps packets in order, so a number is fresh only if it is above all that came (§3).
#include <string.h>

#include "base/wipe.hpp"
#include "compact/compact_bytes.hpp"
#include "compact/compact_keys.hpp"
#include "usmp/compact_device.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;
using namespace compact;

namespace {

const size_t kShortHeaderSize = 1 + 4;  // the device has no cid

// Bytes of a frame behind its first one, without content. 0xFF: no frame.
uint8_t body_size(uint8_t type) {
  if (is_data_frame(type)) return (type & kDataFirst) != 0 ? 5 : 4;
  switch (type) {
    case kPad:
    case kDrained:
      return 0;
    case kPing:
    case kPong:
    case kBye:
      return 1;
    case kAck:
      return kAckFrameSize - 1;
    case kDatagram:
      return 3;
    default:
      return 0xFF;
  }
}

Cause cause_of(uint8_t bye_reason) {
  const uint8_t known = static_cast<uint8_t>(ByeReason::GoingDown);
  const uint8_t first = static_cast<uint8_t>(Cause::ByeDone);
  return bye_reason <= known ? static_cast<Cause>(first + bye_reason) : Cause::ByeOther;
}

static_assert(static_cast<uint8_t>(Cause::ByeGoingDown) ==
                  static_cast<uint8_t>(Cause::ByeDone) + static_cast<uint8_t>(ByeReason::GoingDown),
              "causes follow BYE's reasons");

}  // namespace

Result<Event> CompactDevice::receive_data(MutableBytes packet) {
  Keys& keys = secrets_.established;
  if (packet.size < kShortHeaderSize + crypto::kTagSize) return drop(Error::Malformed);
  const uint32_t seq = read_u32(packet.data + 1);
  // USMP3 §3: a duplicate and a too old packet are dropped. 0xFFFFFFFF is never used.
  if (seq < receive_seq_ || seq > kSeqLast) return drop(Error::Replayed);
  const Bytes header = packet.first(kShortHeaderSize);
  // The key of the epoch before is not kept: what is still under way in it goes again.
  if ((packet[0] & kEpochBits) != (epoch_ & kEpochBits) ||
      !open(agreement_.suite, keys.receive, seq, header, packet.from(kShortHeaderSize))) {
    // USMP3 §3: what it cannot open while its epoch is unconfirmed is answered with PING, at most
    // once a second: the gateway may still be in the epoch before.
    if (unconfirmed_ && now_.since(unopened_pinged_) >= kUnconfirmedPingInterval) {
      unopened_pinged_ = now_;
      ping_due_ = true;
    }
    return drop(Error::Unauthentic);
  }
  receive_seq_ = seq + 1;
  heard();
  return read_frames(
      packet.from(kShortHeaderSize).first(packet.size - kShortHeaderSize - crypto::kTagSize));
}

// USMP3 §4: the plaintext is a row of frames, to its end. Datagrams are moved together at its
// front, over what was read, for next_datagram().
Event CompactDevice::read_frames(MutableBytes frames) {
  Event result;
  datagrams_ = frames.data;
  const uint8_t* at = frames.data;
  size_t left = frames.size;
  while (left > 0) {
    const uint8_t type = *at;
    size_t size = body_size(type) + size_t(1);
    if (size > left) return protocol_error();  // USMP3 §4: unknown, or does not fit
    const uint8_t* const body = at + 1;
    Bytes content(body, 0);
    if (is_data_frame(type) || type == kDatagram) {
      content = Bytes(at + size, read_u16(at + size - 2));
      if (content.size > left - size) return protocol_error();
      size += content.size;
    }
    switch (type) {
      case kPad:
      case kPong:
        break;
      case kPing:
        pong_token_ = *body;
        pong_due_ = ack_due_ = true;  // USMP3 §4: PONG in one packet with an ACK
        break;
      case kBye:
        // USMP3 §4: who gets BYE forgets the session at once, without an answer.
        leave_session(State::Closed);
        return Event(EventKind::Closed, cause_of(*body));
      case kAck:
        if (!read_ack(body)) return protocol_error();
        break;
      case kDrained:
        result = Event(EventKind::Drained);
        break;
      case kDatagram:
        if (content.size > config_->limits.max_message) return protocol_error();
        memmove(datagrams_ + datagrams_size_, body, size - 1);
        datagrams_size_ = static_cast<uint16_t>(datagrams_size_ + size - 1);
        break;
      default:
        if (!read_chunk(type, body, content)) return protocol_error();
        break;
    }
    at += size;
    left -= size;
  }
  return result;
}

bool CompactDevice::next_datagram(Message* out) {
  if (datagrams_size_ == 0) return false;
  out->channel = datagrams_[0];
  out->content = Bytes(datagrams_ + 3, read_u16(datagrams_ + 1));
  const uint16_t size = static_cast<uint16_t>(3 + out->content.size);
  datagrams_ += size;
  datagrams_size_ = static_cast<uint16_t>(datagrams_size_ - size);
  return true;
}

// False: an ACK (by `next` or a bit) of a chunk never sent. Bits name chunks behind the one under
// way, of which none was sent.
bool CompactDevice::read_ack(const uint8_t* body) {
  const int16_t ahead = static_cast<int16_t>(read_u16(body) - send_chunk_);
  if (ahead < 0) return true;  // USMP3 §4: counts only if its `next` does not go back
  if (ahead > (under_way_ ? 1 : 0) || read_u32(body + 3) != 0) return false;
  credit_ = body[2];
  if (ahead == 1) chunk_acknowledged();
  return true;
}

void CompactDevice::chunk_acknowledged() {
  if (chunk_resends_ == 0) sample_rtt(now_.since(chunk_last_sent_));
  sent_offset_ = static_cast<uint16_t>(sent_offset_ + chunk_size_);
  ++send_chunk_;
  under_way_ = packet_due_ = false;
  repeats_ = chunk_resends_ = 0;
  chunk_last_sent_ = now_;
  if (sent_offset_ == first_->content.size) finish_first(Delivery::Acknowledged);
}

// Takes a chunk in order; answers any other with an ACK. False: `first` inside a message or missing
// at its start, or a message beyond max_message.
bool CompactDevice::read_chunk(uint8_t type, const uint8_t* body, Bytes content) {
  ack_due_ = true;  // USMP3 §4: at once, since each chunk uses up the credit told or is a duplicate
  if (read_u16(body) != receive_chunk_ || waiting_) return true;
  const bool first = (type & kDataFirst) != 0;
  if (first == receiving_) return false;
  if (first) room_channel_ = body[2];
  if (content.size > static_cast<size_t>(config_->limits.max_message - room_used_)) return false;
  memcpy(room_ + room_used_, content.data, content.size);
  room_used_ = static_cast<uint16_t>(room_used_ + content.size);
  ++receive_chunk_;
  waiting_ = (type & kDataLast) != 0;
  receiving_ = !waiting_;
  return true;
}

bool CompactDevice::chunk_due() const {
  return first_ != nullptr && (under_way_ ? packet_due_ : credit_ > 0);
}

bool CompactDevice::frames_due() const {
  return state_ == State::AwaitingByeSent || ack_due_ || ping_due_ || datagram_due_ || chunk_due();
}

size_t CompactDevice::header_size() const {
  return kShortHeaderSize + agreement_.peer_cid.size + (unconfirmed_ ? 4u : 0u);
}

Result<size_t> CompactDevice::transmit_packet(MutableBytes out) {
  if (state_ == State::Established) move_epoch_if_due();
  if (next_seq_ > kSeqLast) {
    // No number is left.
    if (state_ == State::Established) {
      lose();
    } else {
      leave_session(State::Closed);
    }
    return poll_transmit(out, now_);
  }
  datagrams_size_ = 0;  // `out` may be the buffer where they lie
  uint8_t* const frames = out.data + header_size();
  const size_t room = agreement_.max_packet - header_size() - crypto::kTagSize;
  size_t size = 2;
  if (state_ == State::AwaitingByeSent) {
    frames[0] = kBye;
    frames[1] = bye_reason_;
  } else {
    size = write_frames(frames, room);
    if (size == 0) return size_t(0);
  }
  const Result<size_t> packet = seal(out, size);
  if (state_ == State::AwaitingByeSent) leave_session(State::Closed);
  return packet;
}

// What is due, as far as it fits: an ACK goes in a packet that is sent anyway, and what does not
// fit beside it in the next one.
size_t CompactDevice::write_frames(uint8_t* frames, size_t room) {
  uint8_t* to = frames;
  if (ack_due_) {
    *to++ = kAck;
    to = write_u16(to, receive_chunk_);
    *to++ = credit();
    to = write_u32(to, 0);
    ack_due_ = false;
  }
  if (pong_due_) {
    *to++ = kPong;
    *to++ = pong_token_;
    pong_due_ = false;
  }
  if (ping_due_) {
    *to++ = kPing;
    *to++ = ++ping_token_;
    ping_due_ = false;
    if (!checking_) start_check(false);
    ping_due_ = false;
  }
  // Nothing was refused by limits before they were proved.
  while (first_ != nullptr && first_->content.size > agreement_.max_message) {
    finish_first(Delivery::Refused);
  }
  if (chunk_due()) {
    const size_t used = static_cast<size_t>(to - frames);
    to += write_chunk(to, room - used);
  }
  if (datagram_due_) {
    const size_t size = kDatagramHeaderSize + datagram_.size;
    if (size <= room - static_cast<size_t>(to - frames)) {
      *to++ = kDatagram;
      *to++ = datagram_channel_;
      to = write_u16(to, static_cast<uint16_t>(datagram_.size));
      to = write_bytes(to, datagram_.data, datagram_.size);
      datagram_due_ = false;
    }
  }
  return static_cast<size_t>(to - frames);
}

// The chunk under way again, or the next one. 0: it does not fit beside what stands there already.
size_t CompactDevice::write_chunk(uint8_t* frames, size_t room) {
  const Bytes content = first_->content;
  const size_t left = content.size - sent_offset_;
  const size_t most = agreement_.max_packet - kChunkOverhead - agreement_.peer_cid.size;
  const size_t size = left < most ? left : most;
  if (size + kDataFirstHeaderSize > room) return 0;
  const bool first = sent_offset_ == 0;
  const bool last = size == left;
  uint8_t* to = frames;
  *to++ = static_cast<uint8_t>(kData + (first ? kDataFirst : 0) + (last ? kDataLast : 0));
  to = write_u16(to, send_chunk_);
  if (first) *to++ = first_->channel;
  to = write_u16(to, static_cast<uint16_t>(size));
  to = write_bytes(to, content.data + sent_offset_, size);
  chunk_size_ = static_cast<uint16_t>(size);
  chunk_last_sent_ = now_;
  if (!under_way_) chunk_first_sent_ = now_;
  under_way_ = true;
  packet_due_ = false;
  return static_cast<size_t>(to - frames);
}

Result<size_t> CompactDevice::seal(MutableBytes out, size_t frames_size) {
  uint8_t* to = out.data;
  *to++ = unconfirmed_ ? kLong : static_cast<uint8_t>(kShort | (epoch_ & kEpochBits));
  to = write_bytes(to, agreement_.peer_cid.bytes, agreement_.peer_cid.size);
  if (unconfirmed_) to = write_u32(to, epoch_);
  // USMP3 §3: a number is spent before its packet leaves, sent or not.
  const uint32_t seq = next_seq_++;
  to = write_u32(to, seq);
  const size_t header = static_cast<size_t>(to - out.data);
  if (!compact::seal(agreement_.suite, secrets_.established.send, seq, out.first(header),
                     MutableBytes(to, frames_size))) {
    return Error::CryptoFailed;
  }
  last_sent_ = now_;
  return header + frames_size + crypto::kTagSize;
}

}  // namespace usmp
