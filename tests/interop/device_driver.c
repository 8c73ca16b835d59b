/* A device of wire 2 that does what it is told, line by line on stdin, with the calls of the
 * published C API and no other but usmp_transport_destroy(); one line of answer each. Built as C99.
 * The tests that tell it what to do are the Python files beside it. */
#define USMP_WIRE 2
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usmp.h"

#define LINE_SIZE 256
#define MESSAGE_SIZE (USMP_MAX_DATA_LEN * USMP_MAX_FRAMES)

static usmp_t ctx;
static usmp_transport_t transport;
static uint8_t psk[64];
static uint8_t device_id[USMP_DEVICE_ID_LEN];

int usmp_port_get_device_id(uint8_t* out, size_t len) {
  if (len < sizeof device_id) return -1;
  memcpy(out, device_id, sizeof device_id);
  return 0;
}

static size_t parse_hex(const char* text, uint8_t* out, size_t max) {
  size_t count = 0;
  unsigned value = 0;
  while (count < max && sscanf(text + 2 * count, "%2x", &value) == 1) {
    out[count++] = (uint8_t)value;
  }
  return count;
}

/* What message number `number` of this size holds. */
static void fill(uint8_t* data, size_t size, unsigned number) {
  size_t index;
  for (index = 0; index < size; ++index) data[index] = (uint8_t)(index * 7 + number * 31 + size);
}

static void answer(usmp_err_t code) {
  printf("%d %s\n", (int)code, usmp_strerror(code));
  fflush(stdout);
}

/* connect tcp|udp HOST PORT KEY ID SUITE KEEPALIVE_MS */
static usmp_err_t do_connect(const char* line) {
  char kind[8] = "";
  char host[64] = "";
  char key[129] = "";
  char id[13] = "";
  int port = 0;
  unsigned suite = 0;
  unsigned keepalive = 0;
  int made;
  if (sscanf(line, "connect %7s %63s %d %128s %12s %u %u", kind, host, &port, key, id, &suite,
             &keepalive) != 7) {
    return USMP_ERR_INVALID_ARG;
  }
  usmp_close(&ctx);
  usmp_transport_destroy(&transport);
  memset(&ctx, 0, sizeof ctx);
  memset(&transport, 0, sizeof transport);
  ctx.psk = psk;
  ctx.psk_len = parse_hex(key, psk, sizeof psk);
  (void)parse_hex(id, device_id, sizeof device_id);
  ctx.cipher_suite = (uint8_t)suite;
  ctx.keepalive_ms = keepalive;
  made = strcmp(kind, "udp") == 0 ? usmp_transport_udp_init(&transport, host, port)
                                  : usmp_transport_tcp_init(&transport, host, port);
  return made != 0 ? (usmp_err_t)made : usmp_connect(&ctx, &transport);
}

/* Receives one message and compares it with fill(). */
static usmp_err_t expect(size_t size, unsigned number) {
  static uint8_t received[MESSAGE_SIZE];
  static uint8_t wanted[MESSAGE_SIZE];
  size_t len = 0;
  usmp_err_t code;
  for (;;) {
    code = usmp_recv_on(&ctx, received, sizeof received, &len, NULL, USMP_RECV_TIMEOUT_MS);
    if (code != USMP_ERR_LOST) break; /* another handshake is under way */
  }
  if (code != USMP_OK) return code;
  fill(wanted, size, number);
  return len == size && memcmp(received, wanted, size) == 0 ? USMP_OK : USMP_ERR_CRYPTO_FAILED;
}

/* echo SIZE COUNT REKEY_EVERY: messages there and back, a rekey of ours in between. */
static usmp_err_t do_echo(const char* line) {
  static uint8_t data[MESSAGE_SIZE + 1];
  unsigned size = 0;
  unsigned count = 0;
  unsigned rekey_every = 0;
  unsigned number;
  if (sscanf(line, "echo %u %u %u", &size, &count, &rekey_every) != 3 || size > sizeof data) {
    return USMP_ERR_INVALID_ARG;
  }
  for (number = 0; number < count; ++number) {
    usmp_err_t code;
    fill(data, size, number);
    code = usmp_send(&ctx, data, (uint16_t)size);
    if (code == USMP_OK && rekey_every != 0 && number % rekey_every == rekey_every - 1) {
      code = usmp_rekey(&ctx);
    }
    if (code == USMP_OK) code = expect(size, number);
    if (code != USMP_OK) {
      fprintf(stderr, "message %u of %u bytes: %s\n", number, size, usmp_strerror(code));
      return code;
    }
  }
  return USMP_OK;
}

/* flood SIZE COUNT: messages that nobody answers. */
static usmp_err_t do_flood(const char* line) {
  static uint8_t data[MESSAGE_SIZE];
  unsigned size = 0;
  unsigned count = 0;
  unsigned number;
  if (sscanf(line, "flood %u %u", &size, &count) != 2 || size > sizeof data) {
    return USMP_ERR_INVALID_ARG;
  }
  for (number = 0; number < count; ++number) {
    usmp_err_t code;
    fill(data, size, number);
    code = usmp_send(&ctx, data, (uint16_t)size);
    if (code != USMP_OK) return code;
  }
  return USMP_OK;
}

/* take SIZE COUNT: the messages of a peer that floods. */
static usmp_err_t do_take(const char* line) {
  unsigned size = 0;
  unsigned count = 0;
  unsigned number;
  if (sscanf(line, "take %u %u", &size, &count) != 2) return USMP_ERR_INVALID_ARG;
  for (number = 0; number < count; ++number) {
    const usmp_err_t code = expect(size, number);
    if (code != USMP_OK) return code;
  }
  return USMP_OK;
}

/* One message, until its echo is there. */
static usmp_err_t insist_on(size_t size, unsigned number) {
  static uint8_t data[MESSAGE_SIZE];
  static uint8_t received[MESSAGE_SIZE];
  const uint32_t begun = usmp_port_millis();
  usmp_err_t code = USMP_ERR_TIMEOUT;
  fill(data, size, number);
  while (usmp_port_millis() - begun < 60000) {
    int len;
    code = usmp_is_connected(&ctx) ? USMP_OK : usmp_reconnect(&ctx);
    if (code == USMP_OK) code = usmp_send(&ctx, data, (uint16_t)size);
    if (code != USMP_OK) continue;
    /* An echo of an earlier one may come in between, where that was sent twice. */
    do {
      len = usmp_recv(&ctx, received, sizeof received);
    } while (len > 0 && ((size_t)len != size || memcmp(received, data, size) != 0));
    if (len > 0) return USMP_OK;
    code = (usmp_err_t)len;
  }
  return code == USMP_OK ? USMP_ERR_TIMEOUT : code;
}

/* insist SIZE COUNT: with new sessions where one is lost. */
static usmp_err_t do_insist(const char* line) {
  unsigned size = 0;
  unsigned count = 0;
  unsigned number;
  if (sscanf(line, "insist %u %u", &size, &count) != 2 || size > MESSAGE_SIZE) {
    return USMP_ERR_INVALID_ARG;
  }
  for (number = 0; number < count; ++number) {
    const usmp_err_t code = insist_on(size, number);
    if (code != USMP_OK) return code;
  }
  return USMP_OK;
}

/* idle MS: what a program does that has nothing to say. */
static usmp_err_t do_idle(const char* line) {
  const uint32_t begun = usmp_port_millis();
  const uint32_t span = (uint32_t)strtoul(line + strlen("idle "), NULL, 10);
  while (usmp_port_millis() - begun < span) {
    const usmp_err_t code = usmp_keepalive_tick(&ctx);
    if (code != USMP_OK) return code;
    usmp_port_delay_ms(10);
  }
  return USMP_OK;
}

/* await CODE: steps until that happens. */
static usmp_err_t do_await(const char* line) {
  const int wanted = atoi(line + strlen("await "));
  const uint32_t begun = usmp_port_millis();
  while (usmp_port_millis() - begun < 60000) {
    const usmp_err_t code = usmp_step(&ctx);
    if (code == wanted && (wanted != 0 || usmp_is_connected(&ctx))) return USMP_OK;
    usmp_port_delay_ms(5);
  }
  return USMP_ERR_TIMEOUT;
}

int main(void) {
  char line[LINE_SIZE];
  printf("0 ready\n");
  fflush(stdout);
  while (fgets(line, sizeof line, stdin) != NULL) {
    if (strncmp(line, "connect ", 8) == 0) {
      answer(do_connect(line));
    } else if (strncmp(line, "echo ", 5) == 0) {
      answer(do_echo(line));
    } else if (strncmp(line, "flood ", 6) == 0) {
      answer(do_flood(line));
    } else if (strncmp(line, "take ", 5) == 0) {
      answer(do_take(line));
    } else if (strncmp(line, "insist ", 7) == 0) {
      answer(do_insist(line));
    } else if (strncmp(line, "idle ", 5) == 0) {
      answer(do_idle(line));
    } else if (strncmp(line, "await ", 6) == 0) {
      answer(do_await(line));
    } else if (strcmp(line, "ping\n") == 0) {
      answer(usmp_ping(&ctx));
    } else if (strcmp(line, "rekey\n") == 0) {
      answer(usmp_rekey(&ctx));
    } else if (strcmp(line, "reconnect\n") == 0) {
      answer(usmp_reconnect(&ctx));
    } else if (strcmp(line, "close\n") == 0) {
      usmp_close(&ctx);
      answer(USMP_OK);
    } else {
      answer(USMP_ERR_INVALID_ARG);
    }
  }
  usmp_close(&ctx);
  usmp_transport_destroy(&transport);
  return 0;
}
