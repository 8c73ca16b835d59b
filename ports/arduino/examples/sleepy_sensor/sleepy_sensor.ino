// A sensor on a battery: wakes, sends a reading, hears what the gateway has for it, sleeps. Its
// session sleeps too: waking costs one packet there and one back, and no handshake.
//
// Provision the board first (example `provision`) and fill in your network. `1` and `0`, typed at
// the gateway, switch the LED.
#include <USMP.h>

#ifndef LED_BUILTIN
#define LED_BUILTIN 2  // of most ESP32 boards
#endif

const uint32_t kSleepS = 60;
const uint32_t kListenMs = 3000;  // for what the gateway has

#if defined(__AVR__)

USMPClientStatic<64, 64> usmp;  // has its keys, and the session that sleeps, in the EEPROM

bool wake_up() {
  while (!usmp.begin(USMP::Serial(Serial, 115200))) usmp.provision(Serial);
  usmp.wake();
  return true;  // maintain() makes a session where there is none
}
bool fall_asleep() { return usmp.sleep(kSleepS); }
bool all_heard() { return false; }

#else

USMPKeys keys(USMP::boardStorage());
USMPClientStatic<512, 512> usmp(keys);
#if defined(ARDUINO_ARCH_ESP32)
RTC_DATA_ATTR USMPSavedState saved;  // this memory keeps its power in deep sleep
#else
USMPSavedState saved;
#endif

#if defined(USMP_HAS_WIFI)
// The same port each time: the gateway then knows where the board is.
USMPUDPTransport gateway() {
  return USMP::UDP("192.168.1.100", 9000).wifi("YourNetwork", "YourPassword").localPort(50000);
}
#else
USMPSerialTransport gateway() { return USMP::Serial(Serial1, 115200); }
#endif

bool wake_up() {
  while (!keys.provision(Serial)) delay(10);
#if defined(ARDUINO_ARCH_ESP8266)
  keys.take(saved);  // nothing but its flash outlives the sleep
#endif
  return usmp.wake(gateway(), saved, kSleepS) || usmp.begin(gateway());
}
bool fall_asleep() {
  if (!usmp.sleep(saved)) return false;
#if defined(ARDUINO_ARCH_ESP8266)
  keys.keep(saved);
#endif
  return true;
}
bool all_heard() { return usmp.drained(); }

#endif

// Your board's own way to save power comes here.
void power_down() {
#if defined(ARDUINO_ARCH_ESP32) || defined(ARDUINO_ARCH_ESP8266)
  ESP.deepSleep(kSleepS * 1000000ULL);  // ends in a reset
#else
  delay(kSleepS * 1000UL);
#endif
}

void obey(const uint8_t* data, size_t size, uint8_t) {
  if (size == 1) digitalWrite(LED_BUILTIN, data[0] == '1' ? HIGH : LOW);
}

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  usmp.onMessage(obey);
}

void loop() {
  if (wake_up()) {
    char reading[16];
    ltoa(analogRead(A0), reading, 10);
    bool sent = false;
    const uint32_t woke_at = millis();
    while (millis() - woke_at < kListenMs && !(sent && all_heard())) {
      usmp.maintain();
      if (!sent && usmp.canSend()) sent = usmp.send(reading);
    }
    if (!fall_asleep()) usmp.close();  // what is not done is done after a handshake
  }
  power_down();
}
