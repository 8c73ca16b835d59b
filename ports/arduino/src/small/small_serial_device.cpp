// See small_serial_device.hpp.
#if defined(__AVR__)

#include "small_serial_device.hpp"

#include <string.h>

#include "eeprom_stores.hpp"

namespace usmp {

namespace {

const size_t kLinePiece = 16;

}  // namespace

SmallSerialDevice::SmallSerialDevice(ReceiveLimits limits, MutableBytes packet, uint8_t* in,
                                     uint8_t* out)
    : on_message(nullptr),
      on_datagram(nullptr),
      on_connect(nullptr),
      on_disconnect(nullptr),
      config_(),
      random_(eeprom::kSeeds),
      packet_(packet),
      in_(in),
      out_(out),
      stream_(nullptr),
      wanted_(false),
      sending_(false),
      stood_(false),
      provisioning_(false) {
  config_.medium = Medium::Serial;
  config_.suites = kSuiteBitAes256Gcm;
  config_.limits = limits;
}

bool SmallSerialDevice::load_identity() {
  const Store place = eeprom::identity();
  const MutableBytes memory(reinterpret_cast<uint8_t*>(&identity_), sizeof identity_);
  return place.read(place.context, memory) && identity_.valid();
}

__attribute__((noinline)) bool SmallSerialDevice::begin(const USMP::SerialLine& line) {
  if (!load_identity() || !random_.provision(eeprom::first_seed())) return false;
  config_.device_id = identity_.device_id();
  config_.psk = identity_.key();
  config_.random = random_.random();
  if (stream_ == nullptr && device_.init(config_, in_, packet_) != Error::None) return false;
  stream_ = line.stream;
  if (line.port != nullptr) line.port->begin(line.baud);
  reconnect();
  return true;
}

void SmallSerialDevice::reconnect() {
  wanted_ = true;
  device_.start(Instant(millis()));
}

void SmallSerialDevice::close() {
  wanted_ = false;
  device_.stop(Instant(millis()));
}

// Compilers put into main() what is called once, and its variables then lie below everything:
// what is deep, and what has arrays, stays out.
__attribute__((noinline)) void SmallSerialDevice::maintain() {
  if (stream_ == nullptr) return;
  device_.on_deadline(Instant(millis()));
  // Each by its own clock: an X25519 may lie between them.
  transmit();
  read_line();
  if (device_.session().take_finished() != nullptr) sending_ = false;
  tell_connection();
  deliver();
}

__attribute__((noinline)) void SmallSerialDevice::transmit() {
  const Instant now(millis());
  uint8_t piece[kLinePiece];
  while (const size_t size = device_.pull(MutableBytes(piece), now)) stream_->write(piece, size);
}

__attribute__((noinline)) void SmallSerialDevice::read_line() {
  const Instant now(millis());
  Event event;
  for (int byte = stream_->read(); byte >= 0; byte = stream_->read()) {
    if (!device_.push(static_cast<uint8_t>(byte), &event, now)) continue;
    take_datagrams();
    return;
  }
}

void SmallSerialDevice::take_datagrams() {
  Message datagram;
  while (device_.session().next_datagram(&datagram)) {
    if (on_datagram == nullptr) continue;
    on_datagram(datagram.content.data, datagram.content.size, datagram.channel);
  }
}

void SmallSerialDevice::tell_connection() {
  if (session().established() == stood_) return;
  stood_ = !stood_;
  const USMPSmallClient::EventFunction function = stood_ ? on_connect : on_disconnect;
  if (function != nullptr) function();
}

void SmallSerialDevice::deliver() {
  Message message;
  if (on_message == nullptr || !can_send() || !session().message(&message)) return;
  on_message(message.content.data, message.content.size, message.channel);
  release_message();
}

bool SmallSerialDevice::send(Bytes content, uint8_t channel) {
  if (!can_send() || content.size > config_.limits.max_message) return false;
  memmove(out_, content.data, content.size);
  return send_copied(content.size, channel);
}

bool SmallSerialDevice::send_from_flash(PGM_P text, uint8_t channel) {
  const size_t size = strlen_P(text);
  if (!can_send() || size > config_.limits.max_message) return false;
  memcpy_P(out_, text, size);
  return send_copied(size, channel);
}

bool SmallSerialDevice::send_copied(size_t size, uint8_t channel) {
  outgoing_.content = Bytes(out_, size);
  outgoing_.channel = channel;
  sending_ = device_.session().send(outgoing_, Instant(millis())) == Error::None;
  return sending_;
}

bool SmallSerialDevice::send_datagram(Bytes content, uint8_t channel) {
  if (!can_send() || content.size > config_.limits.max_message) return false;
  memmove(out_, content.data, content.size);
  const Bytes copy(out_, content.size);
  if (device_.session().send_datagram(copy, channel, Instant(millis())) != Error::None)
    return false;
  transmit();
  return true;
}

}  // namespace usmp

#endif  // __AVR__
