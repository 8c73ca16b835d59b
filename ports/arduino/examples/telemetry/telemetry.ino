// A sensor on a serial line: a reading each second on channel 1, commands on channel 2, what comes
// on channel 3 goes back. The LED is lit while a session stands.
//
// Provision it once: open the serial monitor at 115200 and paste the line that
// `usmp device add NAME --provision` prints. Then: usmp gateway --listen serial:///dev/ttyACM0
#include <USMP.h>
#include <avr/wdt.h>

#if defined(__AVR_ATmega2560__)
USMPClientStatic<256, 256> usmp;
#else
USMPClientStatic<64, 64> usmp;  // bytes of a packet, of a message
#endif

const uint8_t kReadings = 1, kCommands = 2, kEcho = 3;  // channels

unsigned long counter, next_reading;
unsigned long interval = 1000;  // of readings, in milliseconds

// Counter and temperature, such as `17 21.7`. Your own sensor comes here.
void send_reading() {
  char text[16];
  const unsigned tenths = 200 + counter % 50;
  ultoa(counter, text, 10);
  char* end = text + strlen(text);
  *end++ = ' ';
  utoa(tenths / 10, end, 10);
  end += strlen(end);
  *end++ = '.';
  *end++ = '0' + tenths % 10;
  *end = 0;
  if (usmp.send(text, kReadings)) {
    ++counter;
    next_reading = millis() + interval;
  }
}

// The number behind `name`, if `text` begins with it; 0 if not.
unsigned long number_behind(const char* name, const char* text) {
  const size_t size = strlen(name);
  return strncmp(name, text, size) == 0 ? strtoul(text + size, nullptr, 10) : 0;
}

void obey(const char* command) {
  if (strcmp(command, "ping") == 0) {
    usmp.send("pong", kCommands);
  } else if (unsigned long number = number_behind("rate ", command)) {
    interval = number;
    next_reading = millis();
    usmp.send("ok", kCommands);
  } else {
    usmp.send("commands: ping, rate MILLISECONDS", kCommands);
  }
}

// One message at a time: what came waits until the answer has a place.
void answer() {
  uint8_t content[64];
  const uint8_t channel = usmp.channel();
  const size_t size = usmp.read(content, sizeof content - (channel == kCommands));
  if (channel == kEcho) usmp.send(content, size, kEcho);
  if (channel != kCommands) return;
  content[size] = 0;
  obey(reinterpret_cast<const char*>(content));
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  while (!usmp.begin(USMP::Serial(Serial, 115200))) usmp.provision(Serial);
}

void loop() {
  usmp.maintain();
  digitalWrite(LED_BUILTIN, usmp.connected() ? HIGH : LOW);
  if (!usmp.canSend()) return;
  if (usmp.available() > 0) {
    answer();
  } else if (static_cast<long>(millis() - next_reading) >= 0) {
    send_reading();
  }
}
