// The sending half of Session: which frames are due, and the packet they go in.
#include "base/byte_writer.hpp"
#include "usmp/session.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp {

using namespace wire3;

namespace {

size_t frame_size(const Chunk& chunk) {
  return (chunk.first ? kDataFirstHeaderSize : kDataHeaderSize) + chunk.content.size;
}

void write_chunk(ByteWriter& writer, const Chunk& chunk) {
  writer.u8(
      static_cast<uint8_t>(kData | (chunk.first ? kDataFirst : 0) | (chunk.last ? kDataLast : 0)));
  writer.u16(chunk.number);
  if (chunk.first) writer.u8(chunk.channel);
  writer.u16(static_cast<uint16_t>(chunk.content.size));
  writer.bytes(chunk.content);
}

}  // namespace

Error Session::ping(Instant) {
  if (state_ != State::Established) return Error::WrongState;
  ask();
  return Error::None;
}

void Session::ask() {
  if (!ping_due_) ++ping_token_;
  ping_due_ = true;
}

bool Session::frames_due(Instant now) const {
  return ping_due_ || pong_due_ || datagram_due_ || drained_due_ || receive_.ack_due(now) ||
         send_.ready(now);
}

void Session::write_ack(ByteWriter& writer) {
  const Ack ack = receive_.ack();
  writer.u8(kAck);
  writer.u16(ack.next);
  writer.u8(ack.credit);
  writer.u32(ack.bits);
  receive_.ack_sent();
}

// An ACK goes when it is due, and rides with a chunk where both fit (§4).
void Session::write_ack_if_fit(ByteWriter& writer, size_t room, Instant now) {
  if (is_stream(medium_) || !receive_.ack_owed()) return;
  if (!receive_.ack_due(now)) {
    const size_t chunk = send_.ready(now) ? frame_size(send_.peek()) : 0;
    if (writer.position() + kAckFrameSize + chunk > room) return;
  }
  write_ack(writer);
}

// True if the last chunk that waited was among them.
bool Session::write_chunks(ByteWriter& writer, size_t room, Instant now) {
  bool last = false;
  while (send_.ready(now)) {
    const Chunk chunk = send_.peek();
    if (writer.position() + frame_size(chunk) > room) break;
    write_chunk(writer, chunk);
    last = send_.mark_sent(now);
  }
  return last;
}

void Session::write_frames(ByteWriter& writer, size_t room, Instant now) {
  const bool pong = pong_due_;
  if (pong) {
    writer.u8(kPong);
    writer.u8(pong_token_);
    if (!is_stream(medium_)) write_ack(writer);  // USMP3 §4: with an ACK where ACKs are sent
    pong_due_ = false;
  } else {
    write_ack_if_fit(writer, room, now);
  }
  if (ping_due_ && writer.position() + 2 <= room) {
    writer.u8(kPing);
    writer.u8(ping_token_);
    ping_due_ = false;
  }
  if (datagram_due_ && writer.position() + kDatagramHeaderSize + datagram_.size <= room) {
    writer.u8(kDatagram);
    writer.u8(datagram_channel_);
    writer.u16(static_cast<uint16_t>(datagram_.size));
    writer.bytes(datagram_);
    datagram_due_ = false;
    send_.datagram_sent(now);
  }
  const bool last_chunk = write_chunks(writer, room, now);
  // USMP3 §5: DRAINED stands in every PONG packet and wake answer while nothing is held, and in the
  // packet of the last held chunk.
  const bool answer = pong || drained_due_;
  if (role_ == Role::Gateway && !is_stream(medium_) && writer.position() < room &&
      (last_chunk || (answer && send_.idle()))) {
    writer.u8(kDrained);
  }
  drained_due_ = false;
}

// Header, encryption and tag around frames that stand in `out` behind the header's place.
Result<size_t> Session::seal(MutableBytes out, size_t frames_size, bool long_form, Instant now) {
  SendEpoch& send = secrets_.established.send;
  const uint32_t seq = send.next_seq++;  // USMP3 §3: spent before its packet leaves, sent or not
  const size_t header_size =
      write_data_header(out, agreement_.peer_cid.view(), send.epoch, seq, long_form);
  if (!seal_data(agreement_.suite, send.key, seq, out, header_size, frames_size)) {
    return Error::CryptoFailed;
  }
  last_sent_ = now;
  ++counters_.sent;
  return header_size + frames_size + crypto::kTagSize;
}

Result<size_t> Session::write_packet(MutableBytes out, size_t size_max, bool long_form,
                                     Instant now) {
  const bool closing = state_ == State::AwaitingByeSent;
  if (!closing && !frames_due(now)) return size_t(0);
  size_t limit = agreement_.max_packet;
  if (size_max < limit) limit = size_max;
  const bool short_buffer = out.size < limit;
  if (short_buffer) limit = out.size;
  const size_t header_size = data_header_size(agreement_.peer_cid.size, long_form);
  if (limit < header_size + kFramesRoomMin + crypto::kTagSize) {
    return short_buffer ? Result<size_t>(Error::BufferTooSmall) : Result<size_t>(size_t(0));
  }
  const size_t room = limit - header_size - crypto::kTagSize;
  ByteWriter writer(MutableBytes(out.data + header_size, room));
  if (closing) {
    writer.u8(kBye);
    writer.u8(static_cast<uint8_t>(bye_reason_));
  } else {
    write_frames(writer, room, now);
  }
  if (writer.position() == 0) {
    return short_buffer ? Result<size_t>(Error::BufferTooSmall) : Result<size_t>(size_t(0));
  }
  const Result<size_t> sealed = seal(out, writer.position(), long_form, now);
  if (closing) forget_session(State::Closed);
  return sealed;
}

}  // namespace usmp
