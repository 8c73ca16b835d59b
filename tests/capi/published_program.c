/* A program of the published C API 1.3 that uses each of its calls, names and fields, unchanged but
 * for the wire, which its build chooses (USMP_WIRE=2). Built as C99 and, by published_program.cpp,
 * as C++; it runs in published_program_test.cpp. */
#include "published_program.h"

#include <stdio.h>
#include <string.h>

#include "usmp.h"
#include "usmp_frame.h"
#include "usmp_port.h"
#include "usmp_transport.h"

static usmp_t ctx;
static uint8_t scratch[USMP_HANDSHAKE_SCRATCH_LEN];

static bool names_have_their_numbers(void) {
  return USMP_OK == 0 && USMP_ERR_INVALID_ARG == -1 && USMP_ERR_TRANSPORT_FAILED == -2 &&
         USMP_ERR_AUTH_FAILED == -3 && USMP_ERR_TIMEOUT == -4 && USMP_ERR_REPLAY_DETECTED == -5 &&
         USMP_ERR_BUFFER_OVERFLOW == -6 && USMP_ERR_SEQ_EXHAUSTED == -7 &&
         USMP_ERR_CRYPTO_FAILED == -8 && USMP_ERR_NOT_CONNECTED == -9 &&
         USMP_ERR_MUTEX_FAILED == -10 && USMP_ERR_PEER_CLOSED == -11 &&
         USMP_CIPHER_AES256_GCM == 1 && USMP_CIPHER_CHACHA20_POLY1305 == 2 &&
         USMP_STATE_IDLE < USMP_STATE_CONNECTING_SOCKET &&
         USMP_STATE_CONNECTING_SOCKET < USMP_STATE_AWAITING_CHALLENGE &&
         USMP_STATE_AWAITING_CHALLENGE < USMP_STATE_CALCULATING_ECDH &&
         USMP_STATE_CALCULATING_ECDH < USMP_STATE_AWAITING_SESSION_OK &&
         USMP_STATE_AWAITING_SESSION_OK < USMP_STATE_ESTABLISHED &&
         USMP_STATE_ESTABLISHED < USMP_STATE_ERROR;
}

static bool sizes_are_those_of_the_wire(void) {
  return USMP_MAX_DATA_LEN == 452 && USMP_MAX_DATA_LEN * USMP_MAX_FRAMES == 1808 &&
         USMP_MAX_PAYLOAD == 480 && USMP_HEADER_SIZE == 12 && USMP_GCM_TAG_LEN == 16 &&
         USMP_DEVICE_ID_LEN == 6 && USMP_SESSION_ID_LEN == 16 && USMP_SESSION_KEY_LEN == 32 &&
         USMP_DEFAULT_PORT == 9000 && USMP_CONNECT_RETRIES == 10 && USMP_CONNECT_RETRY_MS == 2000 &&
         USMP_MAGIC == 0xABCD && USMP_VERSION == 2 && USMP_TYPE_REKEY == 0x0B;
}

static bool set_up_logging(void) {
  usmp_set_log_level(USMP_LOG_LEVEL_NONE);
  USMP_LOGE("program", "not written");
  USMP_LOGW("program", "not written");
  USMP_LOGI("program", "not written");
  USMP_LOGD("program", "not written");
  usmp_log('I', "program", "not written");
  return usmp_get_log_level() == USMP_LOG_LEVEL_NONE;
}

static bool use_the_port(void) {
  usmp_mutex_t mutex = NULL;
  uint8_t random[8];
  bool good = usmp_port_mutex_create(&mutex) == 0 && usmp_port_mutex_lock(mutex) == 0 &&
              usmp_port_mutex_unlock(mutex) == 0;
  usmp_port_mutex_destroy(mutex);
  usmp_port_wdt_feed();
  usmp_port_delay_ms(1);
  good = good && usmp_port_random(random, sizeof random) == 0;
  return good && usmp_port_millis() != 0;
}

static bool connect_step_by_step(usmp_transport_t* transport) {
  int round;
  if (usmp_connect_async(&ctx, transport) != USMP_OK) return false;
  for (round = 0; round < 5000 && usmp_get_state(&ctx) != USMP_STATE_ESTABLISHED; ++round) {
    if (usmp_step(&ctx) != USMP_OK) return false;
    usmp_port_delay_ms(1);
  }
  return usmp_is_connected(&ctx);
}

static bool echo(uint16_t size) {
  static uint8_t data[USMP_MAX_DATA_LEN * USMP_MAX_FRAMES];
  static uint8_t back[sizeof data];
  int len;
  memset(data, size & 0xFF, sizeof data);
  if (usmp_send(&ctx, data, size) != USMP_OK) return false;
  len = usmp_recv(&ctx, back, sizeof back);
  return len == size && memcmp(back, data, size) == 0;
}

static bool use_the_session(void) {
  usmp_transport_t* transport = &ctx.transport;
  return ctx.established && ctx.state == USMP_STATE_ESTABLISHED && transport->send != NULL &&
         ctx.session_id[0] + ctx.session_id[15] + ctx.device_id[0] > 0 && echo(1) && echo(452) &&
         echo(1808) && usmp_ping(&ctx) == USMP_OK && usmp_keepalive_tick(&ctx) == USMP_OK &&
         usmp_rekey(&ctx) == USMP_OK && echo(453) && usmp_step(&ctx) == USMP_OK;
}

/* What failed first; NULL: nothing. */
const char* published_program(usmp_transport_t* transport, const uint8_t* psk, size_t psk_len) {
  memset(&ctx, 0, sizeof ctx);
  ctx.psk = psk;
  ctx.psk_len = psk_len;
  ctx.keepalive_ms = 15000;
  ctx.cipher_suite = USMP_CIPHER_AES256_GCM;
  ctx.scratch = scratch;
  ctx.scratch_len = sizeof scratch;
  if (!names_have_their_numbers()) return "the numbers of the names";
  if (!sizes_are_those_of_the_wire()) return "the sizes";
  if (!set_up_logging()) return "the log level";
  if (!use_the_port()) return "the port";
  if (usmp_get_version()[0] == 0 || usmp_strerror(USMP_ERR_TIMEOUT)[0] == 0) return "the texts";
  if (usmp_step(&ctx) != USMP_ERR_NOT_CONNECTED) return "a step without a session";
  if (usmp_connect(&ctx, transport) != USMP_OK) return usmp_strerror(ctx.last_err);
  if (!use_the_session()) return "the session";
  if (usmp_reconnect(&ctx) != USMP_OK || !use_the_session()) return "usmp_reconnect";
  if (usmp_reconnect_async(&ctx) != USMP_OK) return "usmp_reconnect_async";
  while (!usmp_is_connected(&ctx)) {
    if (usmp_step(&ctx) != USMP_OK) return "the steps after usmp_reconnect_async";
    usmp_port_delay_ms(1);
  }
  if (!use_the_session()) return "the session after usmp_reconnect_async";
  usmp_close(&ctx);
  if (usmp_is_connected(&ctx) || ctx.state != USMP_STATE_IDLE) return "usmp_close";
  if (ctx.scratch != scratch || ctx.scratch_len != sizeof scratch) return "the scratch memory";
  if (transport->reconnect != NULL && transport->reconnect(transport) != 0) return "the redial";
  if (!connect_step_by_step(transport) || !use_the_session()) return "usmp_connect_async";
  usmp_close(&ctx);
  if (transport->destroy != NULL) transport->destroy(transport);
  return NULL;
}
