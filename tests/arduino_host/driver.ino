// A sketch that does what it is told, line by line on its console, and says what happens as JSON.
// The programs of its tests: heap or static memory, wire 3 or 2.
#include <USMP.h>
#include <WiFi.h>

#include "host_heap.hpp"

static uint8_t key[32];
static char id[33];
#ifdef DRIVER_STATIC
USMPClientStatic<256, 1024, 2> usmp(key, sizeof key);
#else
USMPClient usmp(key, sizeof key);
#endif

static WiFiClient client;
static WiFiUDP udp;
static USMPSavedState saved;
static char text[2200];
static size_t text_size;
static bool has_random = true;
static bool driven = true;  // by maintain() in loop()

static void say(const char* event) {
  Serial.print("{\"event\":\"");
  Serial.print(event);
  Serial.println("\"}");
}

static void say_result(const char* call, bool done) {
  Serial.printf("{\"event\":\"%s\",\"done\":%s,\"error\":%d}\n", call, done ? "true" : "false",
                done ? 0 : static_cast<int>(usmp.lastError()));
}

static void say_message(const char* event, const uint8_t* data, size_t size, uint8_t channel) {
  Serial.printf("{\"event\":\"%s\",\"channel\":%u,\"size\":%u,\"text\":\"", event, channel,
                static_cast<unsigned>(size));
  Serial.write(data, size);
  Serial.println("\"}");
}

static void connected() { say("connect"); }
static void disconnected() { say("disconnect"); }
static void reconnected() { say("reconnect"); }
static void take_message(const uint8_t* data, size_t size, uint8_t channel) {
  say_message("message", data, size, channel);
  // An answer from within the call, while the message still lies in the session.
  if (size > 5 && memcmp(data, "echo ", 5) == 0) usmp.send(data + 5, size - 5, channel);
  if (size == 7 && memcmp(data, "restart", 7) == 0) usmp.close();
}
static void take_datagram(const uint8_t* data, size_t size, uint8_t channel) {
  say_message("datagram", data, size, channel);
}

// The next word of a command; empty at its end.
static char* word(char*& rest) {
  char* begin = rest;
  while (*rest != 0 && *rest != ' ') ++rest;
  if (*rest == ' ') *rest++ = 0;
  return begin;
}

template <typename Medium>
static void begin(const Medium& medium, bool async) {
  say_result("begin", async ? usmp.beginAsync(medium) : usmp.begin(medium));
}

static void begin_over(char* rest, bool async) {
  const char* kind = word(rest);
  const char* host = word(rest);
  const uint16_t port = static_cast<uint16_t>(atoi(word(rest)));
  const char* password = word(rest);
  IPAddress address;
  if (strcmp(kind, "tcp") == 0) begin(USMP::TCP(client, host, port), async);
  if (strcmp(kind, "udp") == 0) begin(USMP::UDP(udp, host, port), async);
  if (strcmp(kind, "tcp-address") == 0 && address.fromString(host)) {
    begin(USMP::TCP(client, address, port), async);
  }
  if (strcmp(kind, "udp-address") == 0 && address.fromString(host)) {
    begin(USMP::UDP(udp, address, port), async);
  }
  if (strcmp(kind, "wifi-tcp") == 0) begin(USMP::TCP(host, port).wifi("net", password), async);
  if (strcmp(kind, "wifi-udp") == 0) begin(USMP::UDP(host, port).wifi("net", password), async);
  if (strcmp(kind, "serial") == 0) begin(USMP::Serial(Serial1, 115200), async);
}

static void set_key(const char* digits) {
  for (size_t index = 0; index < sizeof key; ++index) {
    const char pair[3] = {digits[2 * index], digits[2 * index + 1], 0};
    key[index] = static_cast<uint8_t>(strtoul(pair, nullptr, 16));
  }
}

static void send_to(char* rest, bool datagram) {
  const uint8_t channel = static_cast<uint8_t>(atoi(word(rest)));
  const uint8_t* data = reinterpret_cast<const uint8_t*>(rest);
  const size_t size = strlen(rest);
  const bool sent =
      datagram ? usmp.sendDatagram(data, size, channel) : usmp.send(data, size, channel);
  say_result(datagram ? "sent datagram" : "sent", sent);
}

static void read_one() {
  char out[1024];
  const int size = usmp.read(reinterpret_cast<uint8_t*>(out), 8);
  if (size < 0) {
    Serial.printf("{\"event\":\"kept\",\"size\":%u,\"error\":%d}\n",
                  static_cast<unsigned>(usmp.nextSize()), size);
    const String whole = usmp.read();
    say_message("read", reinterpret_cast<const uint8_t*>(whole.c_str()), whole.length(), 0);
  } else if (size > 0) {
    say_message("read", reinterpret_cast<uint8_t*>(out), static_cast<size_t>(size), 0);
  }
}

static void wake_over(char* rest) {
  const char* kind = word(rest);
  const char* host = word(rest);
  const uint16_t port = static_cast<uint16_t>(atoi(word(rest)));
  bool awake = false;
  if (strcmp(kind, "udp") == 0) awake = usmp.wake(USMP::UDP(udp, host, port), saved);
  if (strcmp(kind, "tcp") == 0) awake = usmp.wake(USMP::TCP(client, host, port), saved);
  if (strcmp(kind, "serial") == 0) awake = usmp.wake(USMP::Serial(Serial1), saved);
  if (strcmp(kind, "same") == 0) awake = usmp.wake(saved);
  say_result("woke", awake);
}

static void tell_state() {
  char session[33];
  char name[97];
  usmp.sessionId(session, sizeof session);
  usmp.deviceId(name, sizeof name);
  Serial.printf(
      "{\"event\":\"state\",\"alive\":%s,\"connecting\":%s,\"id\":\"%s\",\"session\":\"%s\","
      "\"heap_calls\":%lu,\"state\":%d}\n",
      usmp.alive() ? "true" : "false", usmp.isConnecting() ? "true" : "false",
      name, session, host_heap_calls(), usmp.state());
}

static void obey(char* rest) {
  const char* command = word(rest);
  if (strcmp(command, "key") == 0) set_key(rest);
  if (strcmp(command, "id") == 0) usmp.setDeviceId(strcpy(id, rest));
  if (strcmp(command, "begin") == 0) begin_over(rest, false);
  if (strcmp(command, "async") == 0) begin_over(rest, true);
  if (strcmp(command, "send") == 0) send_to(rest, false);
  if (strcmp(command, "datagram") == 0) send_to(rest, true);
  if (strcmp(command, "flash") == 0) say_result("sent", usmp.send(F("from flash"), 4));
  if (strcmp(command, "println") == 0) usmp.println(rest);
  if (strcmp(command, "poll") == 0) {
    usmp.onMessage(static_cast<void (*)(const uint8_t*, size_t, uint8_t)>(nullptr));
    driven = false;
  }
  if (strcmp(command, "keepalive") == 0) usmp.keepalive(strtoul(rest, nullptr, 10));
  if (strcmp(command, "timeout") == 0) usmp.timeout(strtoul(rest, nullptr, 10));
  if (strcmp(command, "random") == 0) has_random = strcmp(rest, "on") == 0;
  if (strcmp(command, "reconnect") == 0) say_result("renewed", usmp.reconnect());
  if (strcmp(command, "close") == 0) usmp.close();
  if (strcmp(command, "sleep") == 0) say_result("slept", usmp.sleep(saved));
  if (strcmp(command, "wake") == 0) wake_over(rest);
  if (strcmp(command, "state") == 0) tell_state();
  if (strcmp(command, "quit") == 0) host_end(0);
}

static void read_console() {
  while (Serial.available()) {
    const char character = static_cast<char>(Serial.read());
    if (character != '\n') {
      if (text_size + 1 < sizeof text) text[text_size++] = character;
      continue;
    }
    text[text_size] = 0;
    text_size = 0;
    obey(text);
  }
}

static bool host_random(uint8_t* out, size_t size) {
  return has_random && host_random_bytes(out, size);
}

void setup() {
  Serial.begin(115200);
  USMP::useRandom(host_random);
  usmp.onConnect(connected);
  usmp.onDisconnect(disconnected);
  usmp.onReconnect(reconnected);
  usmp.onMessage(take_message);
  usmp.onDatagram(take_datagram);
  say("ready");
}

void loop() {
  read_console();
  if (driven) {
    usmp.maintain();
  } else if (usmp.available()) {
    read_one();
  }
  delay(1);
}
