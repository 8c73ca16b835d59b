// See usmp_bare_metal/serial_device.hpp.
#include "usmp_bare_metal/serial_device.hpp"

#include "usmp_bare_metal/board.hpp"

/// Where an object begins to live in memory that is there already.
struct UsmpPlace {
  void* memory;
};
inline void* operator new(size_t, UsmpPlace place) noexcept { return place.memory; }

namespace usmp {

namespace {

// A frame that stands still for so long has lost its end: its sender pauses nowhere inside one.
const Duration kFrameStall = 50;
// Between a session that the gateway ended and the next HELLO.
const Duration kReconnectPause = 1000;
const size_t kLinePiece = 32;

}  // namespace

SerialDevice::SerialDevice()
    : config_(),
      decoder_(kGatewayHandshakeSizeMax),
      last_byte_(0),
      connect_at_(0),
      size_(0),
      reading_challenge_(false),
      abandoned_(false),
      idle_(false) {}

Error SerialDevice::init(const Identity& identity, Random random, ReceiveLimits limits,
                         SendBuffer send_buffer, ReceiveBuffer receive_buffer,
                         MutableBytes packet) {
  if (!identity.valid() || packet.size < packet_room(limits.max_packet)) {
    return Error::BadConfig;
  }
  config_.device_id = identity.device_id();
  config_.psk = identity.key();
  config_.random = random;
  config_.limits = limits;
  config_.medium = Medium::Serial;
  config_.suites = kSuiteBitAes256Gcm;
  packet_ = packet;
  connect_at_ = board::now();
  const uint8_t delimiter[1] = {kSerialDelimiter};
  board::write(Bytes(delimiter));  // USMP3 §7: a 0x00 before the first frame
  if (limits.max_packet > kGatewayHandshakeSizeMax) {
    decoder_ = SerialFrameDecoder(limits.max_packet);
  }
  return session_.init(config_, send_buffer, receive_buffer);
}

Event SerialDevice::step() {
  const Instant now = board::now();
  idle_ = false;
  connect_if_due(now);
  const Event due = session_.on_deadline(now);
  transmit(now);
  if (due.kind != EventKind::None) return due;
  const Event event = read_line(now);
  if (event.kind == EventKind::Closed) connect_at_ = now + kReconnectPause;
  return event;
}

void SerialDevice::connect_if_due(Instant now) {
  const State state = session_.state();
  if ((state != State::Idle && state != State::Closed) || !now.reached(connect_at_)) return;
  if (session_.connect(now) != Error::None) connect_at_ = now + kReconnectPause;
}

// In a frame of its own, which is not there while a packet is read and X25519 needs the stack.
__attribute__((noinline)) void SerialDevice::transmit(Instant now) {
  for (;;) {
    const State state = session_.state();
    const bool handshake = state == State::AwaitingChallenge || state == State::AwaitingSessionOk;
    uint8_t small[kDeviceHandshakeSizeMax + kCrc16Size];
    if (!handshake && size_ > 0) return;  // the buffer belongs to a packet that is coming in
    const MutableBytes out = handshake ? MutableBytes(small) : packet_;
    const Result<size_t> size = session_.poll_transmit(out.first(out.size - kCrc16Size), now);
    if (!size.ok() || size.value == 0) return;
    send_frame(out, size.value);
  }
}

void SerialDevice::send_frame(MutableBytes buffer, size_t packet_size) {
  uint8_t piece[kLinePiece];
  SerialFrameInPlace frame(buffer, packet_size);
  while (!frame.done()) board::write(Bytes(piece, frame.next(MutableBytes(piece))));
}

Event SerialDevice::read_line(Instant now) {
  uint8_t byte;
  while (board::read_byte(&byte)) {
    last_byte_ = now;
    const SerialStep step = decoder_.push(byte);
    if (step.event == SerialEvent::PacketByte) take(step.byte);
    if (step.event == SerialEvent::Dropped || step.event == SerialEvent::PacketEnd) {
      const bool whole = step.event == SerialEvent::PacketEnd && !abandoned_;
      const Event event = whole ? end_of_packet(now) : Event();
      abandoned_ = false;
      size_ = 0;
      if (whole) return event;
    }
  }
  if (size_ > 0 && now.since(last_byte_) > kFrameStall) {
    abandoned_ = true;
    size_ = 0;
  }
  idle_ = true;
  return Event();
}

void SerialDevice::take(uint8_t byte) {
  if (abandoned_) return;
  if (size_ == 0) {
    // A CHALLENGE goes through its reader, which says at the first byte whether it is one.
    ChallengeReader* const challenge = new (UsmpPlace{packet_.data}) ChallengeReader();
    reading_challenge_ = session_.start_challenge(*challenge) == Error::None;
    if (reading_challenge_) challenge->update(Bytes(&byte, 1));
    if (challenge->wrong()) reading_challenge_ = false;
  } else if (reading_challenge_) {
    reader().update(Bytes(&byte, 1));
  }
  if (!reading_challenge_ && size_ < packet_.size) packet_[size_] = byte;
  ++size_;
}

Event SerialDevice::end_of_packet(Instant now) {
  // Longer than the buffer: for no packet of ours, so it is no loss.
  if (!reading_challenge_ && size_ > packet_.size) return Event();
  const Result<Event> event = reading_challenge_ ? session_.receive_challenge(reader(), now)
                                                 : session_.receive(packet_.first(size_), now);
  return event.ok() ? event.value : Event();
}

}  // namespace usmp
