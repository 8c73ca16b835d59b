// A sensor on a serial line, the same for every board: a reading each second on channel 1, commands
// on channel 2, deep sleep with the session kept. Read it from main() on.
#include <string.h>

#include "usmp_bare_metal/board.hpp"
#include "usmp_bare_metal/serial_device.hpp"
#include "usmp_bare_metal/sleep_record.hpp"
#include "usmp_storage/flash_seed_random.hpp"

using namespace usmp;

namespace {

const uint8_t kReadings = 1;  // channels
const uint8_t kCommands = 2;

// All memory of the session: packets of 256 and messages of 1000 bytes.
SizedSerialDevice<256, 1000> device;

// A message on its way stays where it is until it is acknowledged: the session copies nothing.
struct OutBox {
  Outgoing node;
  uint8_t text[1000];
  bool used;

  void send(uint8_t channel, Bytes content) {
    if (content.data != text) memcpy(text, content.data, content.size);
    node.content = Bytes(text, content.size);
    node.channel = channel;
    node.user = this;
    used = device.session().send(node, board::now()) == Error::None;
  }
};
OutBox reading, answer;

uint32_t counter;
Duration interval = 1000;  // of readings, in milliseconds
Instant next_reading;
uint32_t sleep_s;  // 0: awake
bool hangs;

Bytes bytes_of(const char* text) {
  return Bytes(reinterpret_cast<const uint8_t*>(text), strlen(text));
}

uint8_t* append_number(uint8_t* to, uint32_t number) {
  if (number >= 10) to = append_number(to, number / 10);
  *to = static_cast<uint8_t>('0' + number % 10);
  return to + 1;
}

// Counter and temperature, such as `17 21.7`. Your own sensor comes here.
void send_reading() {
  next_reading = board::now() + interval;
  const uint32_t tenths = 200 + counter % 50;
  uint8_t* end = append_number(reading.text, counter++);
  *end++ = ' ';
  end = append_number(end, tenths / 10);
  *end++ = '.';
  end = append_number(end, tenths % 10);
  reading.send(kReadings, Bytes(reading.text, static_cast<size_t>(end - reading.text)));
}

// True if `text` begins with `name`; `rest` is what follows.
bool begins(Bytes text, const char* name, Bytes* rest) {
  const size_t size = strlen(name);
  if (text.size < size || memcmp(text.data, name, size) != 0) return false;
  *rest = text.from(size);
  return true;
}

// The number that `text` is; 0 if it is none.
uint32_t number_in(Bytes text) {
  uint32_t number = 0;
  for (size_t index = 0; index < text.size; ++index) {
    if (text[index] < '0' || text[index] > '9' || number > 99999) return 0;
    number = number * 10 + (text[index] - '0');
  }
  return number;
}

void obey(Bytes command) {
  Bytes rest;
  Bytes reply = bytes_of("commands: ping, echo TEXT, rate MILLISECONDS, sleep SECONDS, hang");
  if (begins(command, "echo ", &rest)) {
    reply = rest;
  } else if (begins(command, "rate ", &rest) && number_in(rest) > 0) {
    interval = number_in(rest);
    next_reading = board::now();
    reply = bytes_of("ok");
  } else if (begins(command, "sleep ", &rest) && number_in(rest) > 0) {
    sleep_s = number_in(rest);
    reply = bytes_of("good night");
  } else if (begins(command, "hang", &rest)) {
    hangs = true;
    reply = bytes_of("until the watchdog starts me anew");
  } else if (begins(command, "ping", &rest)) {
    reply = bytes_of("pong");
  }
  answer.send(kCommands, reply);
}

// The session goes to flash and the board to its deepest sleep, which ends as a reset does.
void sleep() {
  const SleepNote note = {sleep_s, counter};
  const Store& store = board::store(board::Page::SleepState);
  if (save_to(store, device.session(), note, board::now()) == Error::NotIdle) return;  // not yet
  for (const Instant asleep = board::now(); board::now().since(asleep) < sleep_s * 1000;) {
    board::feed_watchdog();
    board::wait();
  }
  board::restart();
}

}  // namespace

int main() {
  board::start();
  CompactDevice& session = device.session();
  FlashSeedRandom random(&board::store(board::Page::SeedA));
  if (!random.provision(board::store(board::Page::FirstSeed)) ||
      device.init(identity_in(board::store(board::Page::Identity)), random.random()) !=
          Error::None) {
    return 1;  // not provisioned: see provision.py
  }
  SleepNote note;  // after a sleep the first reading goes in the first packet, without a handshake
  const Error woken =
      wake_from(board::store(board::Page::SleepState), session, &note, board::now());
  if (woken == Error::None) counter = note.word;
  bool restarted = board::started_by_watchdog();
  for (;;) {
    board::feed_watchdog();
    if (session.established()) {
      if (restarted && !answer.used) answer.send(kCommands, bytes_of("started by the watchdog"));
      restarted = false;
      if (board::now().reached(next_reading) && !reading.used && sleep_s == 0) send_reading();
    }
    device.step();
    while (Outgoing* node = session.take_finished()) static_cast<OutBox*>(node->user)->used = false;
    Message message;
    if (!answer.used && session.message(&message)) {
      if (message.channel == kCommands) obey(message.content);
      session.release_message(board::now());
    }
    if (sleep_s != 0) sleep();
    while (hangs && !answer.used) board::wait();
    if (device.idle()) board::wait();
  }
}
