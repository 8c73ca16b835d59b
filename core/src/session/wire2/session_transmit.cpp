// The sending half of a wire 2 session: which frame is next, its number, its repeats. One frame is
// under way at a time; on a stream it is with the peer as soon as it was handed out.
#include <string.h>

#include "base/assert.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/wire2/session.hpp"
#include "wire2/key_schedule.hpp"
#include "wire2/sealed_frame.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

namespace {

const size_t kSessionOkContentSize = kSessionIdSize + crypto::kHashSize;

}  // namespace

Result<size_t> Session::write_utack(MutableBytes out) {
  ByteWriter writer(out);
  wire2::write_utack(writer, utack_type_, utack_seq_, utack_mac_);
  if (!writer.ok()) return Error::BufferTooSmall;
  utack_due_ = false;
  return writer.size();
}

Result<size_t> Session::transmit(MutableBytes out, Instant now) {
  if (utack_due_) return write_utack(out);
  if (state_ != State::Established && state_ != State::AwaitingByeSent) return size_t(0);
  // USMP2 §UDP: each frame is acknowledged with a UTACK before the sender sends its next frame
  if (flight_type_ == 0) {
    const uint8_t type = next_type(now);
    if (type == 0 || numbers_spent()) return size_t(0);
    const size_t overhead = kHeaderSize + (is_sealed(type) ? kSealOverhead : 0);
    if (out.size < overhead + content_size_of(type)) return Error::BufferTooSmall;
    const Error error = start_frame(type, now);
    if (error != Error::None) return error;
  }
  return flight_due_ ? send_flight(out, now) : size_t(0);
}

// 0: nothing is to be sent.
uint8_t Session::next_type(Instant now) const {
  if (session_ok_due_) return kSessionOk;
  if (bye_due_) return kBye;
  if (state_ != State::Established) return 0;
  // USMP2 §Session frames: a control frame between fragments is a protocol violation
  if (row_.within_message()) return next_data_type();
  const uint8_t control = next_control(now);
  if (control != 0) return control;
  return row_.idle() ? 0 : next_data_type();
}

uint8_t Session::next_data_type() const {
  return row_.ends_message(row_.peek(kContentSizeMax).size) ? kData : kDataFrag;
}

uint8_t Session::next_control(Instant now) const {
  // USMP2 §Session frames: PING is answered by PONG
  if (pongs_due_ > 0 && pace_.fewer_than(kControlsPerSecondMax, now)) return kPong;
  if (!may_ask(now)) return 0;
  if (ping_due_) return kPing;
  return rekey_due_ && !previous_valid_ ? kRekey : 0;
}

size_t Session::content_size_of(uint8_t type) const {
  if (type == kSessionOk) return kSessionOkContentSize;
  if (type == kRekey) return kSaltSize;
  return is_data(type) ? row_.peek(kContentSizeMax).size : 0;
}

// Takes a number for the frame. Only its sealing may fail after this, and is then tried again.
Error Session::start_frame(uint8_t type, Instant now) {
  uint8_t(&salt)[kSaltSize] = secrets_.established.kept;
  if (type == kRekey && !random_.fill(random_.context, salt, sizeof salt)) {
    return Error::RandomFailed;
  }
  flight_size_ = static_cast<uint16_t>(content_size_of(type));
  flight_seq_ = 0;
  if (type != kSessionOk) {
    // USMP2 §Session frames: a number is spent before its frame is handed to the transport, and
    // never used again, sent or not
    flight_seq_ = next_seq_++;
    if (next_seq_ > numbers_top_) numbers_top_ = next_seq_;
  }
  if (type == kPing || type == kPong || type == kRekey) pace_.sent(now);
  if (type == kPong) --pongs_due_;
  if (type == kPing) ping_due_ = false;
  if (type == kRekey) rekey_due_ = false;
  if (type == kBye) bye_due_ = false;
  if (type == kSessionOk) session_ok_due_ = false;
  flight_type_ = type;
  flight_due_ = true;
  flight_sealed_ = false;
  repeats_ = 0;
  return Error::None;
}

Bytes Session::flight_content() const {
  if (flight_type_ == kRekey) return Bytes(secrets_.established.kept);
  return is_data(flight_type_) ? row_.peek(kContentSizeMax) : Bytes();
}

Result<size_t> Session::write_session_ok(MutableBytes out) const {
  const size_t size = kHeaderSize + kSessionOkContentSize;
  if (out.size < size) return Error::BufferTooSmall;
  const MutableBytes frame = out.first(size);
  write_header(frame, kSessionOk, 0);
  ByteWriter writer(frame.from(kHeaderSize));
  writer.bytes(Bytes(session_id_));
  writer.bytes(Bytes(secrets_.established.kept));
  write_crc(frame);
  return size;
}

Result<size_t> Session::write_flight(MutableBytes out) const {
  if (flight_type_ == kSessionOk) return write_session_ok(out);
  return seal_frame(out, suite_, secrets_.established.keys.send, session_id_, flight_type_,
                    flight_seq_, flight_content());
}

// USMP2 §UDP: the sender repeats the same datagram. It is sealed anew from the same plaintext under
// the same number, which gives the same bytes; bytes that its owner changed meanwhile would break
// the cipher, so they never leave.
Result<size_t> Session::send_flight(MutableBytes out, Instant now) {
  const Result<size_t> size = write_flight(out);
  if (!size.ok()) return size;
  const Bytes tag = tag_of(out.first(size.value));
  if (flight_sealed_ && memcmp(flight_tag_, tag.data, tag.size) != 0) {
    wipe(out.data, size.value);
    USMP_ASSERT(false);
  }
  memcpy(flight_tag_, tag.data, tag.size);
  if (flight_sealed_) {
    ++repeated_total_;
  } else {
    flight_sent_ = last_sent_ = now;  // a repeat is no sign of life to who has the frame
  }
  flight_sealed_ = true;
  flight_due_ = false;
  ++counters_.sent;
  if (stream()) {
    flight_done();
  } else {
    timer_.start(now);
  }
  return size;
}

// The frame under way is with the peer.
void Session::flight_done() {
  const uint8_t type = flight_type_;
  const size_t size = flight_size_;
  end_flight();
  if (is_data(type)) row_.advance(size);
  if (type == kRekey) complete_rekey();
  if (type == kBye) return forget_session(State::Closed);
  if (rekey_held_ && !row_.within_message()) follow_rekey(Bytes(secrets_.established.kept));
}

void Session::end_flight() {
  flight_type_ = 0;
  flight_due_ = flight_sealed_ = false;
  timer_.progress();
  timer_.stop();
}

bool Session::utack_authentic(uint8_t type, uint32_t seq, Bytes mac) const {
  const KeyPair& keys = secrets_.established.keys;
  UtackMac expected;
  make_utack_mac(expected, keys.send, type, seq);
  if (equal_constant_time(expected, mac.data, sizeof expected)) return true;
  if (type != kRekey) return false;
  // The published receiver answers a REKEY that it has followed already under its new key: only who
  // read the salt has that.
  KeyPair next = keys;
  derive_rekey(next.send, next.receive, Bytes(secrets_.established.kept), session_id_);
  make_utack_mac(expected, next.send, type, seq);
  wipe(&next, sizeof next);
  return equal_constant_time(expected, mac.data, sizeof expected);
}

Error Session::receive_utack(Bytes packet, Instant now) {
  Utack utack;
  if (!read_utack(packet, &utack)) return Error::Malformed;
  const bool awaited = flight_sealed_ && flight_type_ == utack.type && flight_seq_ == utack.seq;
  if (!awaited) return Error::Unexpected;
  if (utack_has_mac(utack.type) && !utack_authentic(utack.type, utack.seq, utack.mac)) {
    return Error::Unauthentic;
  }
  // Karn: what was repeated tells no round trip. SESSION_OK neither: 0.5 s is for the session.
  if (repeats_ == 0 && utack_has_mac(utack.type)) timer_.sample(now.since(flight_sent_));
  flight_done();
  return Error::None;
}

}  // namespace wire2
}  // namespace usmp
