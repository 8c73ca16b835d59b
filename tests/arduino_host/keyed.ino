// A board without a generator of random numbers, with its keys in the EEPROM: provisioned over the
// console, on a serial line, asleep when it is told to be. A start of the program is a reset.
#include <EEPROM.h>
#include <USMP.h>

USMPKeys keys(USMP::eeprom(EEPROM));
USMPClientStatic<256, 512> usmp(keys);
static USMPSavedState saved;
static bool begun;
static usmp_err_t told = USMP_OK;

static void obey(const uint8_t* data, size_t size, uint8_t channel) {
  if (size == 5 && memcmp(data, "sleep", 5) == 0) {
    begun = false;  // not from within: the message still waits here
  } else {
    usmp.send(data, size, channel);
  }
}

static void greet() { Serial.println("connected"); }

static void begin() {
  begun = true;
  if (keys.take(saved) && usmp.wake(USMP::Serial(Serial1, 115200), saved)) {
    Serial.println("woke");
    usmp.send("woke");
  } else if (!usmp.beginAsync(USMP::Serial(Serial1, 115200))) {
    Serial.println(usmp.lastErrorString());
    host_end(1);
  }
}

void setup() {
  Serial.begin(115200);
  usmp.onMessage(obey);
  usmp.onConnect(greet);
  Serial.println(keys.begin() ? "has keys" : "has no keys");
}

void loop() {
  delay(1);
  if (!keys.provision(Serial)) return;
  if (!begun) begin();
  usmp.maintain();
  if (usmp.lastError() != told) {
    told = usmp.lastError();
    Serial.print("error ");
    Serial.println(told);
  }
  if (!begun) {
    while (!usmp.sleep(saved)) usmp.maintain();
    Serial.println(keys.keep(saved) ? "asleep" : "not kept");
    host_end(0);
  }
}
