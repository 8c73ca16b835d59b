// See usmp/compact_serial_device.hpp.
#include "usmp/compact_serial_device.hpp"

namespace usmp {

namespace {

// A frame that stands still for so long has lost its end: its sender pauses nowhere inside one.
const Duration kFrameStall = 50;
// Between a session that ended, or a start that failed, and the next HELLO.
const Duration kReconnectPause = 1000;

}  // namespace

CompactSerialDevice::CompactSerialDevice()
    : decoder_(0), last_byte_(0), connect_at_(0), size_(0), stopped_(false), delimiter_due_(true) {}

Error CompactSerialDevice::init(const DeviceConfig& config, uint8_t* room, MutableBytes packet) {
  if (packet.size < packet_size(config.limits.max_packet)) return Error::BadConfig;
  packet_ = packet;
  decoder_ = SerialFrameDecoder(packet.size - kCrc16Size);
  return session_.init(config, room, static_cast<uint16_t>(packet.size - kCrc16Size));
}

Event CompactSerialDevice::on_deadline(Instant now) {
  const State state = session_.state();
  if ((state == State::Idle || state == State::Closed) && !stopped_ && now.reached(connect_at_)) {
    connect_at_ = now + kReconnectPause;
    if (session_.connect(now) != Error::None) return Event();
  }
  if (size_ > 0 && now.since(last_byte_) > kFrameStall) {
    decoder_.abandon();
    size_ = 0;
  }
  return session_.on_deadline(now);
}

Instant CompactSerialDevice::next_deadline(Instant now) const {
  const Instant next = session_.next_deadline(now);
  const State state = session_.state();
  if ((state == State::Idle || state == State::Closed) && !stopped_) return connect_at_;
  const Instant stall = last_byte_ + kFrameStall;
  return size_ > 0 && stall.before(next) ? stall : next;
}

size_t CompactSerialDevice::pull(MutableBytes out, Instant now) {
  if (delimiter_due_) {
    delimiter_due_ = false;
    out[0] = kSerialDelimiter;  // USMP3 §7: a 0x00 before the first frame
    return 1;
  }
  if (frame_.done()) {
    if (size_ > 0) return 0;  // the buffer belongs to a packet that is coming in
    const Result<size_t> size =
        session_.poll_transmit(packet_.first(packet_.size - kCrc16Size), now);
    if (!size.ok() || size.value == 0) return 0;
    frame_ = SerialFrameInPlace(packet_, size.value);
  }
  return frame_.next(out);
}

bool CompactSerialDevice::push(uint8_t line_byte, Event* event, Instant now) {
  last_byte_ = now;
  const SerialStep step = decoder_.push(line_byte);
  switch (step.event) {
    case SerialEvent::Nothing:
      return false;
    case SerialEvent::PacketByte:
      packet_[size_++] = step.byte;
      return false;
    case SerialEvent::Dropped:
      size_ = 0;
      return false;
    case SerialEvent::PacketEnd:
      break;
  }
  const Result<Event> result = session_.receive(packet_.first(size_), now);
  *event = result.value;
  size_ = 0;
  if (event->kind == EventKind::Closed) connect_at_ = now + kReconnectPause;
  return true;
}

void CompactSerialDevice::stop(Instant now) {
  stopped_ = true;
  session_.close(ByeReason::Done, now);
}

void CompactSerialDevice::start(Instant now) {
  stopped_ = false;
  connect_at_ = now;
}

}  // namespace usmp
