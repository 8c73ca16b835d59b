// The device's epochs (§3) and its sleep (§5): moving on, saving, waking in the next epoch.
#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/device_session.hpp"
#include "wire3/key_schedule.hpp"

namespace usmp {

using namespace wire3;

namespace {

const uint8_t kSavedVersion = 1;
const size_t kCheckSize = 4;  // of SHA-256 over the rest: tells a torn or wiped state
const size_t kSavedBodySizeMax = 1 + 1 + 1 + 2 * (1 + kCidSizeMax) + 5 + 9 + 4 + 4 + 16 + 32;
static_assert(kSavedBodySizeMax + kCheckSize <= kSavedStateSizeMax, "USMP3 §5: 96 bytes at most");

void check_of(uint8_t (&check)[kCheckSize], Bytes body) {
  uint8_t digest[crypto::kHashSize];
  crypto::Sha256 hash;
  hash.update(body);
  hash.finish(digest);
  memcpy(check, digest, kCheckSize);
}

void write_cid(ByteWriter& writer, const Cid& cid) {
  writer.u8(cid.size);
  writer.bytes(cid.view());
}

bool read_cid(ByteReader& reader, Cid* cid) {
  cid->size = reader.u8();
  if (cid->size > kCidSizeMax) return false;
  const Bytes bytes = reader.bytes(cid->size);
  if (bytes.size > 0) memcpy(cid->bytes, bytes.data, bytes.size);
  return reader.ok();
}

// USMP3 §1: what a handshake can have agreed on. The check of a saved state is no secret, so a
// store that somebody else wrote must not lead to other sizes.
bool possible(const Agreement& agreement, const DeviceConfig& config) {
  const bool cid_long_enough =
      !is_udp(config.medium) || agreement.peer_cid.size >= kCidSizeMinUdpGateway;
  return agreement.max_packet >= kMaxPacketMin && agreement.max_message >= 1 &&
         agreement.window >= 1 && cid_long_enough && agreement.own_cid.size == config.cid_size;
}

void write_limits(ByteWriter& writer, uint16_t max_packet, uint16_t max_message, uint8_t window) {
  writer.u16(max_packet);
  writer.u16(max_message);
  writer.u8(window);
}

}  // namespace

// USMP3 §3: the device moves when either direction's seq reaches 2^31 and when it sends after 24 h
// in an epoch, but from none in which it has heard nothing authentic.
void DeviceSession::prepare_epoch(Instant now) {
  const EstablishedKeys& keys = secrets_.established;
  const bool due = keys.send.next_seq >= kSeqMovesEpoch ||
                   keys.current.replay.next >= kSeqMovesEpoch ||
                   now.since(epoch_since_) >= kEpochAgeMax;
  if (due && heard_in_epoch_) move_epoch(now);
}

void DeviceSession::move_epoch(Instant now) {
  EstablishedKeys& keys = secrets_.established;
  keys.previous = keys.current;
  previous_valid_ = true;
  previous_expires_ = false;  // its 10 s begin when the new epoch is confirmed
  next_chain(keys.send.chain);
  ++keys.send.epoch;
  keys.send.next_seq = 0;
  derive_d2g(keys.send.key, keys.send.chain);
  derive_g2d(keys.current.key, keys.send.chain);
  keys.current.replay.clear();
  unconfirmed_ = true;
  heard_in_epoch_ = false;
  epoch_since_ = now;
}

// USMP3 §5: every message acknowledged whole, every message received taken, none half received, no
// chunk ahead of order, no ACK owed.
bool DeviceSession::can_sleep() const {
  return state_ == State::Established && !is_stream(medium_) && send_.idle() &&
         receive_buffer_idle() && !receive_.ack_owed() && !pong_due_ && !datagram_due_;
}

Result<size_t> DeviceSession::save(MutableBytes out, Instant) {
  if (!can_sleep()) return Error::NotIdle;
  SendEpoch& send = secrets_.established.send;
  SecretArray<crypto::kHashSize> chain;
  memcpy(chain.bytes, send.chain, sizeof chain.bytes);
  next_chain(chain.bytes);
  ByteWriter writer(out);
  writer.u8(kSavedVersion);
  writer.u8(static_cast<uint8_t>(agreement_.suite));
  writer.u8(wakes_unheard_);
  write_cid(writer, agreement_.own_cid);
  write_cid(writer, agreement_.peer_cid);
  const ReceiveLimits& own = config_->limits;
  write_limits(writer, own.max_packet, own.max_message, own.window);
  write_limits(writer, agreement_.max_packet, agreement_.max_message, agreement_.window);
  writer.u32(agreement_.idle_s);
  writer.u16(send_.next_chunk());
  writer.u16(receive_.next_chunk());
  writer.u32(send.epoch + 1);
  writer.bytes(Bytes(session_id_));
  writer.bytes(Bytes(chain.bytes));
  uint8_t check[kCheckSize];
  if (writer.ok()) check_of(check, Bytes(out.data, writer.size()));
  writer.bytes(Bytes(check));
  if (!writer.ok()) {
    wipe(out.data, out.size);
    return Error::BufferTooSmall;
  }
  checking_ = false;
  forget_session(State::Asleep);
  return writer.size();
}

struct DeviceSession::SavedState {
  uint16_t send_chunk;
  uint16_t receive_chunk;
  uint8_t wakes_unheard;
};

// Reads what save() wrote. False: damaged, used, or of another configuration than this.
bool DeviceSession::restore(Bytes saved, SavedState* state) {
  if (saved.size <= kCheckSize || saved.size > kSavedStateSizeMax) return false;
  const Bytes body = saved.first(saved.size - kCheckSize);
  uint8_t check[kCheckSize];
  check_of(check, body);
  if (memcmp(check, saved.data + body.size, kCheckSize) != 0) return false;
  ByteReader reader(body);
  const uint8_t version = reader.u8();
  const uint8_t suite = reader.u8();
  state->wakes_unheard = reader.u8();
  if (version != kSavedVersion || suite < 1 || suite > 2) return false;
  agreement_.suite = static_cast<crypto::Suite>(suite);
  if (!read_cid(reader, &agreement_.own_cid) || !read_cid(reader, &agreement_.peer_cid)) {
    return false;
  }
  const ReceiveLimits& own = config_->limits;
  const bool same_packet = reader.u16() == own.max_packet;
  const bool same_message = reader.u16() == own.max_message;
  const bool same_window = reader.u8() == own.window;
  agreement_.max_packet = reader.u16();
  agreement_.max_message = reader.u16();
  agreement_.window = reader.u8();
  agreement_.idle_s = reader.u32();
  state->send_chunk = reader.u16();
  state->receive_chunk = reader.u16();
  SendEpoch& send = secrets_.established.send;
  send.epoch = reader.u32();
  const Bytes id = reader.bytes(sizeof session_id_);
  const Bytes chain = reader.bytes(crypto::kHashSize);
  if (!reader.done() || !same_packet || !same_message || !same_window) return false;
  if (!possible(agreement_, *config_)) return false;
  memcpy(session_id_, id.data, id.size);
  memcpy(send.chain, chain.data, chain.size);
  return true;
}

Error DeviceSession::wake(MutableBytes saved, uint32_t slept_s, Instant now) {
  if (config_ == nullptr || is_stream(medium_)) return Error::BadConfig;
  if (state_ != State::Idle && state_ != State::Asleep && state_ != State::Closed) {
    return Error::WrongState;
  }
  if (receive_.message_waiting()) return Error::MessageWaiting;
  SavedState state = {0, 0, 0};
  const bool restored = restore(saved, &state);
  wipe(saved.data, saved.size);  // USMP3 §5: a saved state is used once
  // USMP3 §5: nothing authentic in 32 wakes, or slept longer than idle_s: a handshake.
  const bool too_old = agreement_.idle_s != 0 && slept_s > agreement_.idle_s;
  if (!restored || state.wakes_unheard >= kWakesUnheardMax || too_old) {
    wipe(&secrets_, sizeof secrets_);
    return Error::StateUsed;
  }
  EstablishedKeys& keys = secrets_.established;
  keys.send.next_seq = 0;
  derive_d2g(keys.send.key, keys.send.chain);
  derive_g2d(keys.current.key, keys.send.chain);
  keys.current.replay.clear();
  begin_session(config_->limits, state.send_chunk, state.receive_chunk, now);
  move_to(State::Established);
  enter_session(now);
  wakes_unheard_ = static_cast<uint8_t>(state.wakes_unheard + 1);
  unconfirmed_ = true;  // long packets, until an authentic one came
  heard_in_epoch_ = false;
  return Error::None;
}

}  // namespace usmp
