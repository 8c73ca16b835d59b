// A sensor on a serial line: a reading each second on channel 1, commands on channel 2. The LED is
// lit while a session stands.
//
// Upload the example `provision` first, which gives the board its key, once; then this one, and:
// usmp gateway --listen serial:/dev/ttyACM0
// Over a network: see the examples remote_control and sleepy_sensor.
#include <USMP.h>

#if defined(__AVR_ATmega2560__)
USMPClientStatic<256, 256> usmp;
#elif defined(__AVR__)
USMPClientStatic<64, 64> usmp;  // bytes of a packet, of a message
#else
USMPKeys keys(USMP::boardStorage());
USMPClientStatic<256, 256> usmp(keys);
#endif

#ifndef LED_BUILTIN
#define LED_BUILTIN 2  // of most ESP32 boards
#endif

const uint8_t kReadings = 1, kCommands = 2;  // channels

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
  if (!usmp.send(text, kReadings)) return;
  ++counter;
  next_reading = millis() + interval;
}

// True if `text` begins with `name`, which lies in flash.
bool begins(const char* text, size_t size, PGM_P name) {
  return size >= strlen_P(name) && strncmp_P(text, name, strlen_P(name)) == 0;
}

void obey(const char* text, size_t size) {
  if (begins(text, size, PSTR("ping"))) {
    usmp.send(F("pong"), kCommands);
  } else if (begins(text, size, PSTR("rate "))) {
    interval = 0;
    for (const char* digit = text + 5; digit < text + size && isDigit(*digit); ++digit) {
      interval = interval * 10 + (*digit - '0');
    }
    next_reading = millis();
    usmp.send(F("ok"), kCommands);
  } else if (begins(text, size, PSTR("echo "))) {
    usmp.send(reinterpret_cast<const uint8_t*>(text + 5), size - 5, kCommands);
  } else {
    usmp.send(F("commands: ping, echo TEXT, rate MILLISECONDS"), kCommands);
  }
}

void received(const uint8_t* bytes, size_t size, uint8_t channel) {
  if (channel == kCommands) obey(reinterpret_cast<const char*>(bytes), size);
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
#if defined(__AVR__)
  while (!usmp.begin(USMP::Serial(Serial, 115200))) {
    Serial.println(F("no key: upload the example `provision` first"));
    delay(5000);
  }
#else
  while (!keys.provision(Serial)) yield();
  usmp.beginAsync(USMP::Serial(Serial, 115200));
#endif
  usmp.onMessage(received);
}

void loop() {
  usmp.maintain();
  digitalWrite(LED_BUILTIN, usmp.connected() ? HIGH : LOW);
  if (static_cast<long>(millis() - next_reading) >= 0 && usmp.canSend()) send_reading();
}
