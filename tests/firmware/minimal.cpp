// The smallest application of the port, for measurements: a session, a message of 64 bytes each
// second, and what it took. Its budgets are in budgets.json. Not an example: see telemetry.cpp.
#include <string.h>

#include "usmp_bare_metal/board.hpp"
#include "usmp_bare_metal/serial_device.hpp"
#include "usmp_storage/flash_seed_random.hpp"

using namespace usmp;

// Read by the test out of the emulator's memory; in ticks of the board.
struct Figures {
  uint32_t instructions_per_tick;
  uint32_t handshake;
  uint32_t message;
  uint32_t messages_sent;
};

extern "C" {
extern volatile Figures figures;
volatile Figures figures;
}

namespace {

const Duration kInterval = 1000;

SizedSerialDevice<256, 256> device;
Outgoing outgoing;

// Everything but the waiting itself, until the session stands.
void connect() {
  uint32_t busy = 0;
  bool established = false;
  while (!established) {
    board::feed_watchdog();
    const uint32_t before = board::ticks();
    established = device.step().kind == EventKind::Established;
    busy += board::ticks() - before;
    if (device.idle()) board::wait();
  }
  figures.handshake = busy;
}

void send_message() {
  static const uint8_t kContent[64] = {};
  CompactDevice& session = device.session();
  outgoing.content = Bytes(kContent);
  outgoing.channel = 1;
  const uint32_t before = board::ticks();
  if (session.send(outgoing, board::now()) != Error::None) return;
  device.step();  // whose first work is what is to be sent
  figures.message = board::ticks() - before;
  figures.messages_sent = figures.messages_sent + 1;
}

}  // namespace

int main() {
  board::start();
  figures.instructions_per_tick = board::instructions_per_tick();
  FlashSeedRandom random(&board::store(board::Page::SeedA));
  const Identity& identity = identity_in(board::store(board::Page::Identity));
  if (!random.provision(board::store(board::Page::FirstSeed)) ||
      device.init(identity, random.random()) != Error::None) {
    return 1;
  }
  connect();
  CompactDevice& session = device.session();
  Instant due = board::now();
  for (;;) {
    board::feed_watchdog();
    device.step();
    Message message;
    if (session.message(&message)) session.release_message(board::now());
    session.take_finished();
    if (session.established() && session.send_idle() && board::now().reached(due)) {
      due = board::now() + kInterval;
      send_message();
    }
    if (device.idle()) board::wait();
  }
}
