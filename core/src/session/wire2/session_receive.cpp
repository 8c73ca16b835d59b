// The receiving half of a wire 2 session: number, opening, content. Decode, authenticate, then
// commit: what does not authenticate changes nothing, and is not acknowledged.
#include <string.h>

#include "base/wipe.hpp"
#include "usmp/wire2/session.hpp"
#include "wire2/sealed_frame.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

// The mac, where there is one, is under the key that the frame opened with.
void Session::owe_utack(uint8_t type, uint32_t seq, Opened opened) {
  utack_due_ = true;
  utack_type_ = type;
  utack_seq_ = seq;
  // USMP2 §UDP: and for type >= 5 ‖ mac(8)
  if (utack_has_mac(type)) {
    const EstablishedKeys& keys = secrets_.established;
    const bool current = opened == Opened::Current;
    make_utack_mac(utack_mac_, current ? keys.keys.receive : keys.previous.receive, type, seq);
  }
}

Error Session::check_number(const FrameHeader& header) const {
  if (!stream()) return received_.fresh(header.seq) ? Error::None : Error::Replayed;
  if (header.seq > kSeqLast) return Error::Replayed;
  // After a REKEY of ours the peer's frames are numbered on until it has read it, then from 0.
  const bool expected =
      header.seq == received_.next || (previous_valid_ && header.seq == previous_next_);
  return expected ? Error::None : Error::Unexpected;
}

// Decrypts a copy with the present key, and puts the plaintext in the frame if it is authentic: the
// other key needs the ciphertext untouched. Control frames fit the stack, messages have the room.
bool Session::open_aside(MutableBytes packet) {
  const MutableBytes text = ciphertext_of(packet);
  uint8_t control[kSaltSize];
  MutableBytes aside(control);
  if (text.size > aside.size) aside = assembly_.scratch();
  if (text.size > aside.size) return false;
  aside = aside.first(text.size);
  if (text.size > 0) memcpy(aside.data, text.data, text.size);
  const bool opens = open_frame(suite_, secrets_.established.keys.receive, packet, aside);
  if (opens && text.size > 0) memcpy(text.data, aside.data, text.size);
  wipe(control, sizeof control);
  return opens;
}

// The published receiver acknowledges a REKEY as it arrives, and sends under the old keys until it
// has read it; nothing was heard under the new ones yet.
Error Session::open_on_udp(const FrameHeader& header, MutableBytes packet, Opened* opened) {
  *opened = Opened::Current;
  if (open_aside(packet)) return Error::None;
  *opened = Opened::Previous;
  if (!open_frame(suite_, secrets_.established.previous.receive, packet, ciphertext_of(packet))) {
    return Error::Unauthentic;
  }
  if (previous_received_.fresh(header.seq)) return Error::None;
  // USMP2 §UDP: a receiver answers a repeated frame with UTACK again, and delivers it once
  if (header.type != kRekey) owe_utack(header.type, header.seq, Opened::Previous);
  return Error::Replayed;
}

Error Session::open(const FrameHeader& header, MutableBytes packet, Opened* opened) {
  if (!stream() && previous_valid_) return open_on_udp(header, packet, opened);
  EstablishedKeys& keys = secrets_.established;
  const bool may_be_previous = previous_valid_ && header.seq == previous_next_;
  const bool may_be_current = !may_be_previous || header.seq == received_.next;
  *opened = Opened::Current;
  if (may_be_previous && may_be_current && open_aside(packet)) return Error::None;
  if (may_be_previous) *opened = Opened::Previous;
  const bool opens = open_frame(suite_, may_be_previous ? keys.previous.receive : keys.keys.receive,
                                packet, ciphertext_of(packet));
  return opens ? Error::None : Error::Unauthentic;
}

// The frame authenticated: its number counts from now on.
void Session::mark(const FrameHeader& header, Opened opened) {
  ++counters_.received;
  if (opened == Opened::Previous) {
    previous_next_ = header.seq + 1;
    previous_received_.mark(header.seq);
    return;
  }
  if (previous_valid_) {
    drop_previous();  // the peer has read our REKEY
    assembly_.renumber(header.seq);
  }
  received_.mark(header.seq);
  rekey_followed_ = false;                       // and has our UTACK of its own
  if (flight_type_ == kSessionOk) end_flight();  // who sends session frames has SESSION_OK
}

bool Session::repeats_followed_rekey(const FrameHeader& header, Bytes packet) const {
  return rekey_followed_ && header.type == kRekey && header.seq == rekey_seq_ &&
         header.length >= kSealOverhead &&
         memcmp(tag_of(packet).data, rekey_tag_, sizeof rekey_tag_) == 0;
}

// A number that was here already. If it is the same frame, its UTACK was lost.
Error Session::answer_repeat(const FrameHeader& header, MutableBytes packet) {
  const bool too_old = header.seq > kSeqLast || received_.next - header.seq > kReplayWindowSize;
  // One that was followed has other keys; one that is held, or gives way to ours, has no UTACK yet.
  if (too_old || header.type == kRekey) return Error::Replayed;
  if (!open_frame(suite_, secrets_.established.keys.receive, packet, ciphertext_of(packet))) {
    return Error::Unauthentic;
  }
  // USMP2 §UDP: a receiver answers a repeated frame with UTACK again, and delivers it once
  owe_utack(header.type, header.seq);
  return Error::Replayed;
}

// After a BYE the keys are gone; the UTACK that answered it may have been lost.
bool Session::closed_by(const FrameHeader& header) const {
  return state_ == State::Closed && !stream() && header.type == kBye && utack_type_ == kBye &&
         header.seq == utack_seq_;
}

Result<Event> Session::receive_frame(const FrameHeader& header, MutableBytes packet, Instant now) {
  if (closed_by(header)) {
    utack_due_ = true;
    return Error::Replayed;
  }
  const bool open_for_it =
      state_ == State::Established || (state_ == State::AwaitingByeSent && header.type == kBye);
  if (!open_for_it) return Error::Unexpected;
  if (!stream() && repeats_followed_rekey(header, packet)) {
    utack_due_ = true;
    utack_type_ = kRekey;
    utack_seq_ = rekey_seq_;
    memcpy(utack_mac_, rekey_mac_, sizeof utack_mac_);
    return Error::Replayed;
  }
  if (!sealed_form(header, packet, session_id_)) return Error::Unauthentic;
  Error error = check_number(header);
  if (error == Error::Replayed && !stream()) return answer_repeat(header, packet);
  if (error != Error::None) return error;
  if (is_data(header.type)) {
    if (assembly_.waiting()) return Error::MessageWaiting;
    if (!assembly_.has_room()) return Error::Full;
  }
  Opened opened = Opened::Current;
  error = open(header, packet, &opened);
  if (error != Error::None) return error;
  mark(header, opened);
  last_heard_ = now;
  const Bytes content = ciphertext_of(packet);
  if (!stream() && header.type != kRekey) owe_utack(header.type, header.seq, opened);
  return is_data(header.type) ? read_data(header, content)
                              : read_control(header, packet, content, opened, now);
}

Event Session::read_data(const FrameHeader& header, Bytes content) {
  return assembly_.add(content, header.seq, header.type == kData) ? Event() : protocol_error();
}

// USMP2 §Session frames: at most 8 control frames a second are accepted from a peer
bool Session::controls_exceeded(Instant now) {
  if (now.since(controls_since_) >= kControlWindow) {
    controls_since_ = now;
    controls_ = 0;
  }
  if (controls_ >= kControlsPerSecondMax) return true;
  ++controls_;
  return false;
}

Event Session::read_bye() {
  const bool told = state_ == State::AwaitingByeSent;
  forget_session(State::Closed);
  return told ? Event() : Event(EventKind::Closed, Cause::ByeDone);
}

Event Session::read_control(const FrameHeader& header, Bytes packet, Bytes content, Opened opened,
                            Instant now) {
  if (header.type == kBye) return read_bye();
  // USMP2 §Frame: plaintext payload: empty, but for REKEY's salt(32)
  const size_t size = header.type == kRekey ? kSaltSize : 0;
  // USMP2 §Session frames: a control frame between fragments is a protocol violation
  if (content.size != size || assembly_.within_message() || controls_exceeded(now)) {
    return protocol_error();
  }
  if (header.type == kPing) ++pongs_due_;
  if (header.type == kRekey) return read_rekey(header, packet, content, opened);
  return Event();
}

Event Session::read_rekey(const FrameHeader& header, Bytes packet, Bytes salt, Opened opened) {
  if (stream()) {
    if (opened == Opened::Previous) {
      follow_crossing_rekey(salt);
    } else {
      follow_rekey(salt);
    }
    return Event();
  }
  if (opened == Opened::Previous) return Event();  // sent before ours was read, which counts
  if (flight_type_ == kRekey) {
    // Both at once: the gateway's gives way. The device's is repeated until the gateway has it.
    if (role_ == Role::Device) return Event();
    end_flight();
  }
  rekey_seq_ = header.seq;
  memcpy(rekey_tag_, tag_of(packet).data, sizeof rekey_tag_);
  // The peer opens what we have under way with the keys before, until it has our UTACK of this.
  if (flight_type_ != 0 || row_.within_message()) {
    memcpy(secrets_.established.kept, salt.data, salt.size);
    rekey_held_ = true;
  } else {
    follow_rekey(salt);
  }
  return Event();
}

}  // namespace wire2
}  // namespace usmp
