// REKEY from either side, and from both at once (docs/decisions/0011): which keys follow, from
// which number on, and how long the ones before are kept.
#include <string.h>

#include "base/wipe.hpp"
#include "usmp/wire2/session.hpp"
#include "wire2/key_schedule.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

namespace {

// A published receiver on UDP keeps comparing numbers with the highest one from before a REKEY, and
// acknowledges and drops those further below.
const uint32_t kNumbersBelowTop = kReplayWindowSize;

}  // namespace

// The numbers of this side under its new key. Any first number is new under a new key.
void Session::start_numbers() {
  // USMP2 §Session frames: both sequences restart at 0 in both directions
  next_seq_ = 0;
  if (!stream() && numbers_top_ > kNumbersBelowTop) next_seq_ = numbers_top_ - kNumbersBelowTop;
}

// The peer's REKEY is read: its sender is the initiator.
void Session::follow_rekey(Bytes salt) {
  KeyPair& keys = secrets_.established.keys;
  if (!stream()) {
    // USMP2 §UDP: key the frame was encrypted with. It is gone after this, so its mac is kept for
    // repeats.
    owe_utack(kRekey, rekey_seq_);
    memcpy(rekey_mac_, utack_mac_, sizeof rekey_mac_);
    rekey_followed_ = true;
  }
  derive_rekey(keys.receive, keys.send, salt, session_id_);
  wipe(secrets_.established.kept, sizeof secrets_.established.kept);
  drop_previous();
  rekey_held_ = false;
  received_.clear();
  start_numbers();
  ++rekeys_;
}

// USMP2 §Session frames: the initiator right after it sent REKEY; on UDP it is sent once it is
// acknowledged.
void Session::complete_rekey() {
  EstablishedKeys& keys = secrets_.established;
  keys.previous = keys.keys;
  previous_next_ = received_.next;
  previous_received_ = received_;
  previous_valid_ = true;
  derive_rekey(keys.keys.send, keys.keys.receive, Bytes(keys.kept), session_id_);
  wipe(keys.kept, sizeof keys.kept);
  received_.clear();
  start_numbers();
  ++rekeys_;
}

// On a stream: the peer's REKEY was sent before it read ours. The device's counts.
void Session::follow_crossing_rekey(Bytes salt) {
  EstablishedKeys& keys = secrets_.established;
  // The keys as they were before both; the sender of this REKEY is the initiator.
  derive_rekey(keys.previous.receive, keys.previous.send, salt, session_id_);
  if (role_ == Role::Gateway) {
    keys.keys = keys.previous;
    drop_previous();
    received_.clear();
    start_numbers();
    return;
  }
  // The gateway sends under its own new key until it reads our REKEY.
  wipe(keys.previous.send, sizeof keys.previous.send);
  previous_next_ = 0;
}

void Session::drop_previous() {
  wipe(&secrets_.established.previous, sizeof secrets_.established.previous);
  previous_valid_ = false;
}

}  // namespace wire2
}  // namespace usmp
