// For the tests of sleep: a reading each second on channel 1, numbered across sleeps; `sleep SECONDS`
// and `ping` on channel 2. It comes back as a board does whose power was cut: by a reset.
#include <USMP.h>
#include <avr/wdt.h>

USMPClientStatic<64, 64> usmp;

const uint8_t kReadings = 1, kCommands = 2;

uint32_t counter;
unsigned long next_reading;
uint32_t sleep_s;  // 0: awake

void obey(const uint8_t* bytes, size_t size, uint8_t) {
  if (size >= 7 && strncmp_P(reinterpret_cast<const char*>(bytes), PSTR("sleep "), 6) == 0) {
    sleep_s = bytes[6] - '0';
    usmp.send(F("good night"), kCommands);
  } else {
    usmp.send(F("pong"), kCommands);
  }
}

void send_reading() {
  char text[16];
  ultoa(counter, text, 10);
  strcat_P(text, PSTR(" woken"));
  if (!usmp.send(text, kReadings)) return;
  ++counter;
  next_reading = millis() + 1000;
}

void sleep() {
  if (!usmp.sleep(sleep_s, counter)) return;  // not yet
  delay(sleep_s * 1000);
  wdt_enable(WDTO_15MS);
  for (;;) {
  }
}

void setup() {
  MCUSR = 0;
  wdt_disable();
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  while (!usmp.begin(USMP::Serial(Serial, 115200))) usmp.provision(Serial);
  usmp.onMessage(obey);
  usmp.wake(&counter);
}

void loop() {
  usmp.maintain();
  digitalWrite(LED_BUILTIN, usmp.connected() ? HIGH : LOW);
  if (sleep_s != 0) {
    sleep();
  } else if (static_cast<long>(millis() - next_reading) >= 0 && usmp.canSend()) {
    send_reading();
  }
}
