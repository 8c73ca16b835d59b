// The receiving half of Session: header, opening, frames. Decode, authenticate, then commit: what
// does not authenticate changes nothing but a counter.
#include "base/byte_reader.hpp"
#include "usmp/session.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

Error Session::parse_header(Bytes packet, DataHeader* header) const {
  // USMP3 §1: one too short or too long for its type is dropped, and so is one of an unknown cid.
  if (packet.size > own_max_packet_) return Error::Malformed;
  return read_data_header(packet, own_cid(), header);
}

Error Session::open_known_epoch(const DataHeader& header, MutableBytes packet,
                                MutableBytes* plaintext, bool* highest, bool* current) {
  EstablishedKeys& keys = secrets_.established;
  const uint32_t epoch = keys.send.epoch;
  // USMP3 §3: a short packet is only of the receiver's epoch e or of e-1.
  const bool of_current =
      header.is_long ? header.epoch == epoch : header.epoch_low == (epoch & kEpochBits);
  const bool of_previous =
      previous_valid_ &&
      (header.is_long ? header.epoch == epoch - 1 : header.epoch_low == ((epoch - 1) & kEpochBits));
  if (!of_current && !of_previous) return Error::Unexpected;
  ReceiveEpoch& from = of_current ? keys.current : keys.previous;
  if (!from.replay.fresh(header.seq)) return Error::Replayed;
  if (!open_data(agreement_.suite, from.key, header, packet, plaintext)) return Error::Unauthentic;
  *highest = from.replay.mark(header.seq) && of_current;
  *current = of_current;
  return Error::None;
}

Event Session::bye_received(uint8_t reason) {
  // USMP3 §4: who gets BYE forgets the session at once, without an answer.
  forget_session(State::Closed);
  switch (static_cast<ByeReason>(reason)) {
    case ByeReason::Done:
      return Event(EventKind::Closed, Cause::ByeDone);
    case ByeReason::ProtocolError:
      return Event(EventKind::Closed, Cause::ByeProtocolError);
    case ByeReason::Idle:
      return Event(EventKind::Closed, Cause::ByeIdle);
    case ByeReason::Replaced:
      return Event(EventKind::Closed, Cause::ByeReplaced);
    case ByeReason::Revoked:
      return Event(EventKind::Closed, Cause::ByeRevoked);
    case ByeReason::GoingDown:
      return Event(EventKind::Closed, Cause::ByeGoingDown);
  }
  return Event(EventKind::Closed, Cause::ByeOther);
}

Event Session::read_ack(ByteReader& reader, uint32_t epoch, uint32_t seq, Instant now) {
  Ack ack;
  ack.next = reader.u16();
  ack.credit = reader.u8();
  ack.bits = reader.u32();
  if (!reader.ok()) return protocol_error();
  if (is_stream(medium_)) return Event();  // none is sent there; it would say nothing
  if (send_.names_unsent(ack)) return protocol_error();
  // USMP3 §4: an ACK counts only if its packet's (epoch, seq) is higher than the last that counted.
  // Packets are of this epoch or the last one, so the low byte orders epochs.
  const int8_t epochs_on = static_cast<int8_t>(epoch - ack_epoch_low_);
  const bool later = !ack_counted_ || epochs_on > 0 || (epochs_on == 0 && seq > ack_seq_);
  if (!later) return Event();
  ack_counted_ = true;
  ack_epoch_low_ = static_cast<uint8_t>(epoch);
  ack_seq_ = seq;
  send_.acknowledge(ack, now);
  return Event();
}

Event Session::read_data(ByteReader& reader, uint8_t type, Instant now) {
  Chunk chunk;
  chunk.first = (type & kDataFirst) != 0;
  chunk.last = (type & kDataLast) != 0;
  chunk.number = reader.u16();
  chunk.channel = chunk.first ? reader.u8() : 0;
  chunk.content = reader.bytes(reader.u16());
  if (!reader.ok() || receive_.take(chunk, now) == ReceiveWindow::Verdict::ProtocolError) {
    return protocol_error();
  }
  return Event();
}

Event Session::read_frame(ByteReader& reader, uint32_t epoch, uint32_t seq, Instant now) {
  const uint8_t type = reader.u8();
  if (is_data_frame(type)) return read_data(reader, type, now);
  switch (type) {
    case kPad:
      return Event();
    case kPing:
      pong_token_ = reader.u8();
      if (!reader.ok()) return protocol_error();
      pong_due_ = true;
      return Event();
    case kPong:
      pong_received_token_ = reader.u8();
      if (!reader.ok()) return protocol_error();
      pong_received_ = true;
      return Event();
    case kBye: {
      const uint8_t reason = reader.u8();
      return reader.ok() ? bye_received(reason) : protocol_error();
    }
    case kAck:
      return read_ack(reader, epoch, seq, now);
    case kDrained:
      return role_ == Role::Device ? Event(EventKind::Drained) : Event();
    case kDatagram: {
      reader.u8();
      const Bytes content = reader.bytes(reader.u16());
      return reader.ok() && content.size <= receive_.max_message() ? Event() : protocol_error();
    }
    default:
      return protocol_error();  // USMP3 §4: an unknown first byte
  }
}

Event Session::read_packet(Bytes frames, uint32_t epoch, uint32_t seq, Instant now) {
  frames_ = frames.data;
  frames_size_ = datagram_at_ = static_cast<uint16_t>(frames.size);
  unread_at_ = 0;
  return read_frames(epoch, seq, now);
}

// USMP3 §4: the plaintext is a row of frames, to its end.
Event Session::read_frames(uint32_t epoch, uint32_t seq, Instant now) {
  Event result;
  while (unread()) {
    const bool datagram = frames_[unread_at_] == kDatagram;
    ByteReader reader(Bytes(frames_, frames_size_).from(unread_at_));
    const Event event = read_frame(reader, epoch, seq, now);
    if (event.kind == EventKind::Closed) return event;
    if (event.kind != EventKind::None) result = event;
    if (datagram && datagram_at_ == frames_size_) datagram_at_ = unread_at_;
    unread_at_ = static_cast<uint16_t>(unread_at_ + reader.offset());
    // A stream has no places: what follows a message waits in the packet until it is taken.
    if (is_stream(medium_) && receive_.message_waiting()) break;
  }
  return result;
}

bool Session::next_datagram(Message* out) {
  // Only frames that were read, and found whole, are looked at.
  ByteReader reader(Bytes(frames_, unread_at_));
  if (datagram_at_ >= unread_at_) return false;
  reader.bytes(datagram_at_);
  while (reader.left() > 0) {
    const uint8_t type = reader.u8();
    if (type == kDatagram) {
      out->channel = reader.u8();
      out->content = reader.bytes(reader.u16());
      datagram_at_ = static_cast<uint16_t>(reader.offset());
      return true;
    }
    skip_frame(reader, type);
  }
  datagram_at_ = frames_size_;
  return false;
}

// Steps over a frame that read_frames() has found whole.
void Session::skip_frame(ByteReader& reader, uint8_t type) {
  if (is_data_frame(type)) {
    reader.bytes((type & kDataFirst) != 0 ? 3 : 2);
    reader.bytes(reader.u16());
  } else if (type == kPing || type == kPong || type == kBye) {
    reader.u8();
  } else if (type == kAck) {
    reader.bytes(kAckFrameSize - 1);
  }
}

}  // namespace usmp
