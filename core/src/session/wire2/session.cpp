// See session.hpp: life and messages of a wire 2 session. Frames in are read in
// session_receive.cpp, frames out are built in session_transmit.cpp, REKEY is in rekey.cpp.
#include "usmp/wire2/session.hpp"

#include <string.h>

#include "base/assert.hpp"
#include "base/wipe.hpp"
#include "usmp/detail/soonest.hpp"

namespace usmp {
namespace wire2 {

Session::Session(Role role)
    : random_(),
      repeated_total_(0),
      rekeys_(0),
      last_sent_(0),
      last_heard_(0),
      flight_sent_(0),
      controls_since_(0),
      next_seq_(0),
      flight_seq_(0),
      numbers_top_(0),
      previous_next_(0),
      rekey_seq_(0),
      utack_seq_(0),
      flight_size_(0),
      flight_type_(0),
      utack_type_(0),
      repeats_(0),
      controls_(0),
      pongs_due_(0),
      suite_(crypto::Suite::Aes256Gcm),
      medium_(Medium::Udp),
      state_(State::Idle),
      role_(role),
      flight_due_(false),
      utack_due_(false),
      ping_due_(false),
      rekey_due_(false),
      bye_due_(false),
      session_ok_due_(false),
      rekey_held_(false),
      rekey_followed_(false),
      previous_valid_(false),
      flight_sealed_(false) {
  memset(&secrets_, 0, sizeof secrets_);
  memset(&counters_, 0, sizeof counters_);
  memset(session_id_, 0, sizeof session_id_);
  memset(flight_tag_, 0, sizeof flight_tag_);
  memset(rekey_tag_, 0, sizeof rekey_tag_);
  memset(rekey_mac_, 0, sizeof rekey_mac_);
  memset(utack_mac_, 0, sizeof utack_mac_);
  received_.clear();
  previous_received_.clear();
  timer_.reset_wire2();
  pace_.begin(Instant(0));
}

Session::~Session() { wipe(&secrets_, sizeof secrets_); }

void Session::move_to(State to) {
  USMP_ASSERT(may_move(state_, to));
  state_ = to;
}

// The keys stand: numbers, counts and what is due of one session begin.
void Session::begin_session(Instant now) {
  EstablishedKeys& keys = secrets_.established;
  wipe(&keys.previous, sizeof keys.previous);
  row_.restart();
  assembly_.drop_part();
  timer_.reset_wire2();
  received_.clear();
  next_seq_ = numbers_top_ = previous_next_ = 0;
  last_sent_ = last_heard_ = controls_since_ = now;
  controls_ = pongs_due_ = 0;
  pace_.begin(now);
  rekeys_ = 0;
  end_flight();
  utack_due_ = ping_due_ = rekey_due_ = bye_due_ = session_ok_due_ = false;
  rekey_held_ = rekey_followed_ = previous_valid_ = false;
}

// The session is over: its secrets go, its messages wait for their owner or the next session. A
// UTACK that is owed still goes, and answers a repeated BYE.
void Session::forget_session(State to) {
  wipe(&secrets_, sizeof secrets_);
  row_.restart();
  assembly_.drop_part();
  end_flight();
  pongs_due_ = 0;
  ping_due_ = rekey_due_ = bye_due_ = session_ok_due_ = false;
  rekey_held_ = rekey_followed_ = previous_valid_ = false;
  move_to(to);
}

// What is under way is given up: its number is spent and not used again.
void Session::start_closing() {
  row_.restart();
  assembly_.drop_part();
  end_flight();
  pongs_due_ = 0;
  ping_due_ = rekey_due_ = session_ok_due_ = false;
  rekey_held_ = false;
  bye_due_ = true;
  move_to(State::AwaitingByeSent);
}

Event Session::protocol_error() {
  utack_due_ = false;
  start_closing();
  return Event(EventKind::Closed, Cause::ByeProtocolError);
}

Error Session::send(Outgoing& message, Instant) {
  if (state_ != State::Established) return Error::WrongState;
  if (message.content.size > kMessageSizeMax) return Error::TooLarge;
  row_.enqueue(message);
  return Error::None;
}

Error Session::ping(Instant) {
  if (state_ != State::Established) return Error::WrongState;
  ping_due_ = true;
  return Error::None;
}

Error Session::rekey(Instant) {
  if (state_ != State::Established) return Error::WrongState;
  rekey_due_ = true;
  // The keys before the last REKEY of ours are still in use until the peer is heard under the new
  // ones: it is asked for a frame, and the next REKEY waits for that.
  if (previous_valid_) ping_due_ = true;
  return Error::None;
}

bool Session::message(Message* out) const {
  if (!assembly_.waiting()) return false;
  out->content = assembly_.message();
  out->channel = 0;
  return true;
}

Event Session::release_message(Instant) {
  assembly_.release();
  return Event();
}

Outgoing* Session::take_back() {
  // While the session stands its frames are under way: only what is finished leaves.
  return state_ == State::Established ? row_.take_finished() : row_.take_back();
}

Instant Session::common_deadline(Instant now) const {
  Soonest soonest(now);
  if (timer_.running()) soonest.consider(timer_.deadline());
  if (numbers_spent()) soonest.consider(now);
  if (flight_type_ == 0 && next_type(now) == 0) {
    const bool asks = ping_due_ || (rekey_due_ && !previous_valid_);
    if (pongs_due_ > 0) soonest.consider(pace_.until(kControlsPerSecondMax));
    if (asks && !may_ask(now)) soonest.consider(pace_.until(kControlsAskedPerSecond));
  }
  return soonest.instant();
}

Session::Expiry Session::on_common_deadline(Instant now) {
  // USMP2 §Session frames: 0xFFFFFFFF is never used: the session ends before it
  if (numbers_spent()) return Expiry::NumbersSpent;
  if (!timer_.running() || now.before(timer_.deadline())) return Expiry::None;
  timer_.expire();
  // USMP2 §UDP: up to 5 times, then the session is lost
  if (repeats_ >= kRepeats) return Expiry::NoAnswer;
  ++repeats_;
  flight_due_ = true;
  return Expiry::None;
}

}  // namespace wire2
}  // namespace usmp
