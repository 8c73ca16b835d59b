// Epochs (§3) and sleep (§5) of a compact device: moving on, saving, waking in the next epoch.
#include <string.h>

#include "base/wipe.hpp"
#include "compact/compact_keys.hpp"
#include "usmp/compact_device.hpp"

namespace usmp {

using namespace compact;

namespace {

const uint8_t kSavedVersion = 2;  // 1 is DeviceSession's
const size_t kCheckSize = 4;      // of SHA-256 over the rest: tells a torn or wiped state

}  // namespace

// What a sleeping session is; without padding, so that its bytes can be hashed.
struct CompactDevice::SavedState {
  uint8_t chain[crypto::kHashSize];  // of the next epoch
  uint8_t session_id[kSessionIdSize];
  uint32_t epoch;  // the next one
  uint32_t idle_s;
  uint16_t own_max_packet;
  uint16_t own_max_message;
  uint16_t max_packet;
  uint16_t max_message;
  uint16_t send_chunk;
  uint16_t receive_chunk;
  uint8_t version;
  uint8_t suite;
  uint8_t wakes_unheard;
  uint8_t window;
  uint8_t cid[kCidSizeMax];
  uint8_t cid_size;
  uint8_t reserved[3];  // 0
  uint8_t check[kCheckSize];

  void compute_check(uint8_t (&out)[kCheckSize]) const {
    Hash digest;
    crypto::Sha256 hash;
    hash.update(Bytes(chain, sizeof *this - kCheckSize));
    hash.finish(digest);
    memcpy(out, digest, kCheckSize);
  }
};

void CompactDevice::derive_epoch_keys() {
  Keys& keys = secrets_.established;
  expand(keys.send, keys.chain, Label::DeviceToGateway);
  expand(keys.receive, keys.chain, Label::GatewayToDevice);
  next_seq_ = 0;
  receive_seq_ = 0;
}

// USMP3 §3: the device moves when either direction's seq reaches 2^31 and when it sends after 24 h
// in an epoch, but from none in which it has heard nothing authentic.
void CompactDevice::move_epoch_if_due() {
  const bool due = next_seq_ >= kSeqMovesEpoch || receive_seq_ >= kSeqMovesEpoch ||
                   now_.since(epoch_since_) >= kEpochAgeMax;
  if (!due || unconfirmed_) return;
  uint8_t(&chain)[crypto::kHashSize] = secrets_.established.chain;
  expand(chain, chain, Label::Next);
  ++epoch_;
  derive_epoch_keys();
  unconfirmed_ = true;
  epoch_since_ = now_;
}

// USMP3 §5: every message acknowledged whole, every message received taken, none half received, no
// ACK owed.
bool CompactDevice::can_sleep() const {
  return state_ == State::Established && first_ == nullptr && !waiting_ && !receiving_ &&
         !ack_due_ && !datagram_due_;
}

Result<size_t> CompactDevice::save(MutableBytes out, Instant) {
  static_assert(sizeof(SavedState) == 88 && sizeof(SavedState) <= kSavedStateSizeMax,
                "USMP3 §5: 96 bytes at most, and no padding");
  if (!can_sleep()) return Error::NotIdle;
  if (out.size < sizeof(SavedState)) return Error::BufferTooSmall;
  SavedState saved;
  memset(&saved, 0, sizeof saved);
  expand(saved.chain, secrets_.established.chain, Label::Next);
  memcpy(saved.session_id, session_id_, sizeof session_id_);
  saved.epoch = epoch_ + 1;
  saved.idle_s = agreement_.idle_s;
  saved.own_max_packet = config_->limits.max_packet;
  saved.own_max_message = config_->limits.max_message;
  saved.max_packet = agreement_.max_packet;
  saved.max_message = agreement_.max_message;
  saved.send_chunk = send_chunk_;
  saved.receive_chunk = receive_chunk_;
  saved.version = kSavedVersion;
  saved.suite = static_cast<uint8_t>(agreement_.suite);
  saved.wakes_unheard = wakes_unheard_;
  saved.window = agreement_.window;
  memcpy(saved.cid, agreement_.peer_cid.bytes, sizeof saved.cid);
  saved.cid_size = agreement_.peer_cid.size;
  saved.compute_check(saved.check);
  memcpy(out.data, &saved, sizeof saved);
  wipe(&saved, sizeof saved);
  leave_session(State::Asleep);
  return sizeof(SavedState);
}

// True if the state is whole and of this configuration. Its check is no secret, so a store that
// somebody else wrote must not lead to other sizes than a handshake can have agreed on.
bool CompactDevice::fits(const SavedState& saved) const {
  uint8_t check[kCheckSize];
  saved.compute_check(check);
  return memcmp(check, saved.check, sizeof check) == 0 && saved.version == kSavedVersion &&
         saved.suite >= 1 && saved.suite <= 2 && (saved.suite & config_->suites) != 0 &&
         saved.own_max_packet == config_->limits.max_packet &&
         saved.own_max_message == config_->limits.max_message &&
         saved.max_packet >= kMaxPacketMin && saved.max_message >= 1 && saved.window >= 1 &&
         saved.cid_size <= kCidSizeMax;
}

Error CompactDevice::wake(MutableBytes stored, uint32_t slept_s, Instant now) {
  now_ = now;
  if (config_ == nullptr) return Error::BadConfig;
  if (state_ != State::Idle && state_ != State::Asleep && state_ != State::Closed) {
    return Error::WrongState;
  }
  if (waiting_) return Error::MessageWaiting;
  SavedState saved;
  const bool whole = stored.size == sizeof saved;
  if (whole) memcpy(&saved, stored.data, sizeof saved);
  wipe(stored.data, stored.size);  // USMP3 §5: a saved state is used once
  // USMP3 §5: nothing authentic in 32 wakes, or slept longer than idle_s: a handshake.
  const bool usable = whole && fits(saved) && saved.wakes_unheard < kWakesUnheardMax &&
                      (saved.idle_s == 0 || slept_s <= saved.idle_s);
  if (usable) {
    memcpy(secrets_.established.chain, saved.chain, sizeof saved.chain);
    epoch_ = saved.epoch;
    memcpy(session_id_, saved.session_id, sizeof session_id_);
    agreement_.idle_s = saved.idle_s;
    agreement_.max_packet = saved.max_packet;
    agreement_.max_message = saved.max_message;
    agreement_.window = saved.window;
    agreement_.suite = static_cast<crypto::Suite>(saved.suite);
    memcpy(agreement_.peer_cid.bytes, saved.cid, sizeof saved.cid);
    agreement_.peer_cid.size = saved.cid_size;
    wakes_unheard_ = static_cast<uint8_t>(saved.wakes_unheard + 1);
    unconfirmed_ = true;  // long packets, until an authentic one came
    enter_session(saved.send_chunk, saved.receive_chunk);
  }
  wipe(&saved, sizeof saved);
  return usable ? Error::None : Error::StateUsed;
}

}  // namespace usmp
