// A sensor on a battery: wakes, sends a reading, asks what the gateway has for it, sleeps. Its
// session sleeps too: waking costs one packet there and one back, and no handshake.
//
// Provision the board first (example `provision`) and fill in your network.
#include <USMP.h>

const uint32_t kSleepS = 60;
const uint32_t kListenMs = 3000;  // for what the gateway has, at most

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

void obey(const uint8_t* data, size_t size) {
  Serial.print("command: ");
  Serial.write(data, size);
  Serial.println();
}

// Sleeps, and comes back or starts anew, as the board does it.
void sleep_for(uint32_t seconds) {
#if defined(ARDUINO_ARCH_ESP32)
  ESP.deepSleep(seconds * 1000000ULL);  // ends in a reset
#elif defined(ARDUINO_ARCH_ESP8266)
  keys.keep(saved);  // its flash: nothing else outlives the sleep
  ESP.deepSleep(seconds * 1000000ULL);
#else
  delay(seconds * 1000UL);  // your board's own way comes here
#endif
}

void setup() {
  Serial.begin(115200);
  while (!keys.provision(Serial)) delay(10);
  usmp.onMessage(obey);
#if defined(ARDUINO_ARCH_ESP8266)
  keys.take(saved);
#endif
}

void loop() {
  if (!usmp.wake(gateway(), saved, kSleepS) && !usmp.begin(gateway())) {
    Serial.println(usmp.lastErrorString());
    usmp.close();
    sleep_for(kSleepS);
    return;
  }
  char reading[16];
  ltoa(analogRead(A0), reading, 10);
  usmp.send(reading);
  const uint32_t sent_at = millis();
  while (!usmp.drained() && millis() - sent_at < kListenMs) usmp.maintain();
  if (!usmp.sleep(saved)) usmp.close();  // what is not done is done after a handshake
  sleep_for(kSleepS);
}
