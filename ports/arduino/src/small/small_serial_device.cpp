// See small_serial_device.hpp.
#if defined(__AVR__)

#include "small_serial_device.hpp"

#include <string.h>

#include "eeprom_stores.hpp"

namespace usmp {

namespace {

// A frame that stands still for so long has lost its end: its sender pauses nowhere inside one.
const Duration kFrameStall = 50;
// Between a session that the gateway ended and the next HELLO.
const Duration kReconnectPause = 1000;
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
      decoder_(packet.size - kCrc16Size),
      packet_(packet),
      in_(in),
      out_(out),
      stream_(nullptr),
      last_byte_(0),
      connect_at_(0),
      size_(0),
      abandoned_(false),
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

bool SmallSerialDevice::begin(const USMP::SerialLine& line) {
  if (!load_identity() || !random_.provision(eeprom::first_seed())) return false;
  config_.device_id = identity_.device_id();
  config_.psk = identity_.key();
  config_.random = random_.random();
  const uint16_t room = static_cast<uint16_t>(packet_.size - kCrc16Size);
  if (session_.state() == State::Idle && session_.init(config_, in_, room) != Error::None)
    return false;
  stream_ = line.stream;
  if (line.port != nullptr) line.port->begin(line.baud);
  stream_->write(kSerialDelimiter);  // USMP3 §7: a 0x00 before the first frame
  reconnect();
  return true;
}

void SmallSerialDevice::reconnect() {
  wanted_ = true;
  connect_at_ = Instant(millis());
}

void SmallSerialDevice::close() {
  wanted_ = false;
  session_.close(ByeReason::Done, Instant(millis()));
}

void SmallSerialDevice::maintain() {
  if (stream_ == nullptr) return;
  const Instant now(millis());
  connect_if_due(now);
  handle(session_.on_deadline(now), now);
  transmit(now);
  read_line(now);
  if (session_.take_finished() != nullptr) sending_ = false;
  deliver();
}

// In frames of their own, as the parts below: not there while X25519 needs the stack.
__attribute__((noinline)) void SmallSerialDevice::connect_if_due(Instant now) {
  const bool without = session_.state() == State::Idle || session_.state() == State::Closed;
  if (!wanted_ || !without || !now.reached(connect_at_)) return;
  if (session_.connect(now) != Error::None) connect_at_ = now + kReconnectPause;
}

__attribute__((noinline)) void SmallSerialDevice::transmit(Instant now) {
  while (size_ == 0) {  // else the buffer belongs to a packet that is coming in
    const MutableBytes room = packet_.first(packet_.size - kCrc16Size);
    const Result<size_t> size = session_.poll_transmit(room, now);
    if (!size.ok() || size.value == 0) return;
    uint8_t piece[kLinePiece];
    SerialFrameInPlace frame(packet_, size.value);
    while (!frame.done()) stream_->write(piece, frame.next(MutableBytes(piece)));
  }
}

void SmallSerialDevice::read_line(Instant now) {
  for (int byte = stream_->read(); byte >= 0; byte = stream_->read()) {
    last_byte_ = now;
    const SerialStep step = decoder_.push(static_cast<uint8_t>(byte));
    if (step.event == SerialEvent::Nothing) continue;
    if (step.event == SerialEvent::PacketByte) {
      if (!abandoned_) packet_[size_++] = step.byte;
      continue;
    }
    const bool whole = step.event == SerialEvent::PacketEnd && !abandoned_;
    if (whole) end_of_packet(now);
    abandoned_ = false;
    size_ = 0;
    if (whole) return;
  }
  if (size_ > 0 && now.since(last_byte_) > kFrameStall) {
    abandoned_ = true;
    size_ = 0;
  }
}

void SmallSerialDevice::end_of_packet(Instant now) {
  const Result<Event> event = session_.receive(packet_.first(size_), now);
  Message datagram;
  while (session_.next_datagram(&datagram)) {
    if (on_datagram != nullptr) {
      on_datagram(datagram.content.data, datagram.content.size, datagram.channel);
    }
  }
  if (event.ok()) handle(event.value, now);
}

void SmallSerialDevice::handle(Event event, Instant now) {
  if (event.kind == EventKind::Closed) connect_at_ = now + kReconnectPause;
  if (session_.established() == stood_) return;
  stood_ = session_.established();
  const USMPSmallClient::EventFunction function = stood_ ? on_connect : on_disconnect;
  if (function != nullptr) function();
}

void SmallSerialDevice::deliver() {
  Message message;
  if (on_message == nullptr || !session_.message(&message)) return;
  on_message(message.content.data, message.content.size, message.channel);
  release_message();
}

bool SmallSerialDevice::send(Bytes content, uint8_t channel) {
  if (!can_send() || content.size > config_.limits.max_message) return false;
  memmove(out_, content.data, content.size);
  outgoing_.content = Bytes(out_, content.size);
  outgoing_.channel = channel;
  sending_ = session_.send(outgoing_, Instant(millis())) == Error::None;
  return sending_;
}

bool SmallSerialDevice::send_datagram(Bytes content, uint8_t channel) {
  const Instant now(millis());
  if (session_.send_datagram(content, channel, now) != Error::None) return false;
  transmit(now);
  return true;
}

}  // namespace usmp

#endif  // __AVR__
