/* A sleeping sensor: wakes, sends a reading, takes what the gateway held for it, sleeps. Its
 * session lives on in RTC memory, so that a wake needs no handshake. Not a way to bring Wi-Fi up:
 * what is here is the shortest that works. */
#include <esp_event.h>
#include <esp_netif.h>
#include <esp_sleep.h>
#include <esp_wifi.h>
#include <nvs_flash.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usmp_esp_idf.h"

static const uint32_t drain_wait_ms = 10000;
static const uint64_t us_per_s = 1000000;

static usmp_t ctx;
static usmp_transport_t transport;
static usmp_link_t link;
static usmp_idf_identity_t identity;
static uint8_t room[USMP_MAX_MESSAGE];

static void on_wifi(void* argument, esp_event_base_t base, int32_t id, void* data) {
  (void)argument, (void)data;
  /* As long as there is no network lwIP has no route: USMP tries again by itself. */
  if (base == WIFI_EVENT && (id == WIFI_EVENT_STA_START || id == WIFI_EVENT_STA_DISCONNECTED)) {
    esp_wifi_connect();
  }
}

static void begin_wifi(void) {
  ESP_ERROR_CHECK(esp_netif_init());
  ESP_ERROR_CHECK(esp_event_loop_create_default());
  esp_netif_create_default_wifi_sta();
  const wifi_init_config_t settings = WIFI_INIT_CONFIG_DEFAULT();
  ESP_ERROR_CHECK(esp_wifi_init(&settings));
  ESP_ERROR_CHECK(esp_event_handler_register(WIFI_EVENT, ESP_EVENT_ANY_ID, on_wifi, NULL));
  wifi_config_t station = {0};
  snprintf((char*)station.sta.ssid, sizeof station.sta.ssid, "%s", CONFIG_TELEMETRY_WIFI_SSID);
  snprintf((char*)station.sta.password, sizeof station.sta.password, "%s",
           CONFIG_TELEMETRY_WIFI_PASSWORD);
  ESP_ERROR_CHECK(esp_wifi_set_mode(WIFI_MODE_STA));
  ESP_ERROR_CHECK(esp_wifi_set_config(WIFI_IF_STA, &station));
  ESP_ERROR_CHECK(esp_wifi_start());
}

static void on_message(usmp_link_t* sender, const uint8_t* data, size_t len, uint8_t channel) {
  (void)sender;
  printf("from the gateway, channel %u: %.*s\n", channel, (int)len, (const char*)data);
}

static void on_state(usmp_link_t* changed, usmp_state_t state, usmp_err_t why) {
  (void)changed;
  printf("state %d: %s\n", (int)state, usmp_strerror(why));
}

static void begin_link(void) {
  if (usmp_transport_udp_prepare(&transport, CONFIG_TELEMETRY_GATEWAY_HOST,
                                 CONFIG_TELEMETRY_GATEWAY_PORT) != 0) {
    abort();
  }
  /* No session was saved, or it is too old: usmp_link_begin() makes a handshake. */
  const usmp_err_t woken = usmp_idf_wake(&ctx, &transport);
  printf("%s\n", woken == USMP_OK ? "the saved session goes on" : "a new session");
  link.ctx = &ctx;
  link.room = room;
  link.room_size = sizeof room;
  link.on_message = on_message;
  link.on_state = on_state;
  if (usmp_link_begin(&link, &transport) != USMP_OK) abort();
}

static void send_reading(void) {
  static char text[32];
  static usmp_message_t message;
  snprintf(text, sizeof text, "uptime %u ms", (unsigned)usmp_port_millis());
  message.data = text;
  message.len = strlen(text);
  usmp_link_send(&link, &message);
}

void app_main(void) {
  ESP_ERROR_CHECK(nvs_flash_init());
  if (!usmp_idf_load_identity(&identity, &ctx)) {
    while (usmp_idf_provision_from_console(0) != USMP_IDF_PROVISIONED) {
    }
    usmp_idf_load_identity(&identity, &ctx);
  }
  begin_wifi();
  begin_link();
  send_reading();

  const bool drained = usmp_link_drain(&link, drain_wait_ms);
  const usmp_err_t slept = drained ? usmp_idf_sleep(&ctx) : USMP_ERR_NOT_IDLE;
  if (slept != USMP_OK) printf("the next start makes a handshake: %s\n", usmp_strerror(slept));
  usmp_link_end(&link);
  usmp_transport_destroy(&transport);
  usmp_idf_wipe_identity(&identity);
  esp_wifi_stop();
  esp_deep_sleep((uint64_t)CONFIG_TELEMETRY_SLEEP_S * us_per_s);
}
