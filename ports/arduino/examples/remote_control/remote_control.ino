// A lamp that the gateway switches: type `NAME on` or `NAME off` there. The answer says how it is.
//
// Provision the board first (example `provision`). Fill in your network, or use another medium:
// Ethernet and cellular are shown in the README.
#include <USMP.h>

#if defined(__AVR__)
USMPClientStatic<64, 64> usmp;
#else
USMPKeys keys(USMP::boardStorage());
USMPClientStatic<512, 512> usmp(keys);
#if __has_include(<WiFi.h>) || defined(USMP_HAS_WIFI)
#define GATEWAY USMP::UDP("192.168.1.100", 9000).wifi("YourNetwork", "YourPassword")
#endif
#endif
#ifndef GATEWAY
#define GATEWAY USMP::Serial(Serial, 115200)
#endif

bool lit = false;

void obey(const uint8_t* data, size_t size, uint8_t channel) {
  if (size == 2 && memcmp(data, "on", 2) == 0) lit = true;
  if (size == 3 && memcmp(data, "off", 3) == 0) lit = false;
  digitalWrite(LED_BUILTIN, lit ? HIGH : LOW);
  usmp.send(lit ? "the lamp is on" : "the lamp is off", channel);
}

void greet() { usmp.send("lamp ready"); }

void setup() {
  pinMode(LED_BUILTIN, OUTPUT);
  Serial.begin(115200);
  usmp.onConnect(greet);
  usmp.onMessage(obey);
#if defined(__AVR__)
  while (!usmp.begin(GATEWAY)) usmp.provision(Serial);
#else
  while (!keys.provision(Serial)) delay(10);
  usmp.beginAsync(GATEWAY);
#endif
}

void loop() { usmp.maintain(); }
