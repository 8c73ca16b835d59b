/* A device in three calls: connects to a gateway, sends a reading, prints the answer if one comes.
 * Not a model for keeping a key: a real device has it in flash, written when it was made. */

/* To try it:
 *
 *   usmp device add sensor-1 --save-key sensor-1.key && usmp gateway --listen udp://[::]:9000
 *   hello 127.0.0.1 9000 sensor-1 < sensor-1.key
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "usmp.h"

/* The key as `usmp keygen` writes it: 64 hex digits. */
static int read_key(uint8_t key[32]) {
  for (int i = 0; i < 32; ++i) {
    unsigned int byte;
    if (scanf("%2x", &byte) != 1) return -1;
    key[i] = (uint8_t)byte;
  }
  return 0;
}

static int fail(const char* what, int code) {
  fprintf(stderr, "%s: %s\n", what, usmp_strerror((usmp_err_t)code));
  return 1;
}

int main(int argc, char** argv) {
  static usmp_t ctx; /* static: it is zeroed, and too large for some stacks */
  usmp_transport_t transport;
  static uint8_t key[32]; /* not copied: it stays as long as the session */
  char answer[256];

  if (argc != 4 || strlen(argv[3]) > sizeof ctx.device_id || read_key(key) != 0) {
    fprintf(stderr, "usage: hello HOST PORT ID < KEYFILE\n");
    return 2;
  }
  ctx.psk = key;
  ctx.psk_len = sizeof key;
  ctx.device_id_len = (uint8_t)strlen(argv[3]);
  memcpy(ctx.device_id, argv[3], ctx.device_id_len);

  int code = usmp_transport_udp_init(&transport, argv[1], atoi(argv[2]));
  if (code != 0) return fail(argv[1], code);

  code = usmp_connect(&ctx, &transport);
  if (code == USMP_OK) code = usmp_send(&ctx, "23.5", 4);
  if (code != USMP_OK) {
    usmp_transport_destroy(&transport);
    return fail("hello", code);
  }
  puts("delivered");

  ctx.recv_timeout_ms = 1000;
  const int size = usmp_recv(&ctx, answer, sizeof answer);
  if (size > 0) printf("answer: %.*s\n", size, answer);

  usmp_close(&ctx);
  usmp_transport_destroy(&transport);
  return 0;
}
