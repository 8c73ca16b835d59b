// All memory is here, where the compiler counts it: no heap, no String. What is read comes back.
//
// Sizes: the largest packet and the largest message that this board takes, in bytes.
#include <USMP.h>

#if defined(__AVR__)
static USMPClientStatic<64, 64> usmp;
#else
static USMPKeys keys(USMP::boardStorage());
static USMPClientStatic<256, 512> usmp(keys);
#if defined(USMP_HAS_WIFI)
static USMPArduinoUdpCtx socket;  // else begin() takes it from the heap
#endif
#endif

static uint8_t message[64];

void setup() {
  Serial.begin(115200);
#if defined(__AVR__)
  while (!usmp.begin(USMP::Serial(Serial, 115200))) usmp.provision(Serial);
#else
  while (!keys.provision(Serial)) delay(10);
#if defined(USMP_HAS_WIFI)
  usmp.beginAsync(USMP::UDP("192.168.1.100", 9000).wifi("YourNetwork", "YourPassword"), &socket);
#else
  usmp.beginAsync(USMP::Serial(Serial1, 115200));
#endif
#endif
}

void loop() {
  usmp.maintain();
  if (!usmp.canSend() || !usmp.available()) return;
  const uint8_t channel = usmp.channel();
  const int size = usmp.read(message, sizeof message);
  if (size > 0) usmp.send(message, size, channel);
}
