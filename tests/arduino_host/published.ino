// Each call that the documents of the published library 1.3 have, used as they are used there. It is
// compiled as it would be there, and nothing here may be changed to please this library.
#include <USMP.h>
#include <WiFi.h>

#define SERVER_IP "127.0.0.1"
#define WIFI_SSID "YourNetwork"
#define WIFI_PASS "right"

static const uint8_t PSK[] = "usmp-dev-psk-change-me-before-prod";

// The constructors.
USMPClient usmp(PSK, sizeof(PSK) - 1);
USMPClient by_text("usmp-dev-psk-change-me-before-prod");
static uint8_t rx_buffer[256];
USMPClient with_buffer("usmp-dev-psk-change-me-before-prod", rx_buffer, sizeof(rx_buffer));
USMPClient with_bytes_and_buffer(PSK, sizeof(PSK) - 1, rx_buffer, sizeof(rx_buffer));
static USMPClientStatic<> by_default("usmp-dev-psk-change-me-before-prod");
USMPClientStatic<1024, 1024> in_place(PSK, sizeof(PSK) - 1);
static USMPArduinoTcpCtx tcp_ctx;
static USMPArduinoUdpCtx udp_ctx;
static uint8_t scratch[1024];

static uint16_t server_port() { return (uint16_t)atoi(getenv("USMP_PORT")); }
static bool over_udp() { return strcmp(getenv("USMP_KIND"), "udp") == 0; }

void onConnect() {
  Serial.println("Session Active! ID: " + usmp.sessionId());
  usmp.keepalive(15000);
}

void onDisconnect() { Serial.println("Connection lost. Retrying in background..."); }

void onReconnect() { Serial.println("[USMP] Reconnected - new session: " + usmp.sessionId()); }

static unsigned received;

void onMessage(const uint8_t* data, size_t len) {
  Serial.printf("Received %d bytes: ", (int)len);
  Serial.write(data, len);
  Serial.println();
  ++received;
}

static void begin_and_send() {
  // TCP or UDP transport, WiFi joined by the library.
  auto transport = USMP::TCP(SERVER_IP, server_port()).wifi(WIFI_SSID, WIFI_PASS);
  auto datagrams = USMP::UDP(SERVER_IP, server_port()).wifi(WIFI_SSID, WIFI_PASS);
  const bool begun = over_udp() ? usmp.begin(datagrams) : usmp.begin(transport);
  if (!begun) {
    Serial.printf("USMP connect failed: %s (code %d)\n", usmp.lastErrorString(),
                  (int)usmp.lastError());
    return;
  }
  Serial.println("Device ID:  " + usmp.deviceId());
  Serial.println("Session ID: " + usmp.sessionId());
  if (!usmp.send("Hello from Arduino ESP32!")) Serial.println("send failed");
  usmp.send(String("a String"));
  const uint8_t bytes[] = {'b', 'y', 't', 'e', 's'};
  usmp.send(bytes, sizeof(bytes));
  usmp.print("Telemetry: temp=");
  usmp.print(24.5);
  usmp.println("C status=OK");
  usmp.write('x');
  usmp.write(bytes, sizeof(bytes));
  usmp.flush();
}

static void poll_one(USMPClient& client) {
  for (int count = 0; count < 2000 && !client.available(); ++count) {
    client.maintain();
    delay(1);
  }
  if (client.available()) {
    String msg = client.read();
    Serial.println("Received: " + msg);
  }
}

// Polling, with memory of the sketch's own.
static void static_client() {
  in_place.setHandshakeScratch(scratch, sizeof(scratch));
  const bool begun = over_udp() ? in_place.begin(USMP::UDP(SERVER_IP, server_port()), &udp_ctx)
                                : in_place.begin(USMP::TCP(SERVER_IP, server_port()), &tcp_ctx);
  if (!begun) return Serial.println("static begin failed"), void();
  in_place.send("static");
  poll_one(in_place);
  in_place.send("bytes of a buffer");
  uint8_t buf[64];
  int n = 0;
  for (int count = 0; count < 2000 && n == 0; ++count) {
    in_place.maintain();
    if (in_place.available()) n = in_place.read(buf, sizeof(buf));
    delay(1);
  }
  Serial.printf("Read: %.*s\n", n, (const char*)buf);
  in_place.close();
}

// Without waiting.
static void async_client() {
  if (over_udp()) {
    by_text.beginAsync(USMP::UDP(SERVER_IP, server_port()));
  } else {
    by_text.beginAsync(USMP::TCP(SERVER_IP, server_port()));
  }
  bool connecting = false;
  for (int count = 0; count < 5000 && !by_text.connected(); ++count) {
    by_text.maintain();
    if (by_text.isConnecting()) connecting = true;
    delay(1);
  }
  usmp_state_t state = by_text.state();
  Serial.printf("async: connecting %d, established %d\n", connecting,
                state == USMP_STATE_ESTABLISHED);
  by_text.close();
}

void setup() {
  Serial.begin(115200);
  usmp.setLogLevel(USMP_LOG_LEVEL_INFO);
  static_client();
  async_client();

  usmp.keepalive(15000);
  usmp.onConnect(onConnect);
  usmp.onDisconnect(onDisconnect);
  usmp.onReconnect(onReconnect);
  usmp.onMessage(onMessage);
  begin_and_send();
}

void loop() {
  usmp.maintain();
  if (received >= 5 && usmp.alive()) {
    received = 0;
    Serial.printf("reconnect: %d\n", usmp.reconnect());
    usmp.close();
    Serial.printf("alive: %d\n", usmp.alive());
    host_end(0);
  }
  delay(1);
}
