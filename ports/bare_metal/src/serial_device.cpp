// See usmp_bare_metal/serial_device.hpp.
#include "usmp_bare_metal/serial_device.hpp"

#include "usmp_bare_metal/board.hpp"

namespace usmp {

namespace {

const size_t kLinePiece = 32;

}  // namespace

Error SerialDevice::init(const Identity& identity, Random random, ReceiveLimits limits,
                         uint8_t* room, MutableBytes packet) {
  if (!identity.valid()) return Error::BadConfig;
  config_.device_id = identity.device_id();
  config_.psk = identity.key();
  config_.random = random;
  config_.limits = limits;
  config_.medium = Medium::Serial;
  config_.suites = kSuiteBitAes256Gcm;
  device_.start(board::now());
  return device_.init(config_, room, packet);
}

Event SerialDevice::step() {
  idle_ = false;
  const Event due = device_.on_deadline(board::now());
  // An X25519 took its time: what goes out now is to be repeated from now on.
  const Instant now = board::now();
  uint8_t piece[kLinePiece];
  while (const size_t size = device_.pull(MutableBytes(piece), now)) {
    board::write(Bytes(piece, size));
  }
  if (due.kind != EventKind::None) return due;
  Event event;
  uint8_t byte;
  while (board::read_byte(&byte)) {
    if (device_.push(byte, &event, now)) return event;
  }
  idle_ = true;
  return event;
}

}  // namespace usmp
