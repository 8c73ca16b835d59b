/* A C99 program with the smallest sizes and a transport of its own, as on a microcontroller: that
 * usmp.h compiles there without a warning and that the sizes of the program count, not those that
 * the library was built with. Called by small_device_test.cpp. */
#define USMP_MAX_PACKET 64
#define USMP_MAX_MESSAGE 64
#define USMP_WINDOW 1

#include "small_device.h"

#include <string.h>

#include "usmp.h"

static usmp_t ctx;

unsigned long small_device_size(void) { return (unsigned long)sizeof ctx; }

int small_device_connect(const usmp_transport_t* transport, const uint8_t* psk, size_t psk_len,
                         const char* id) {
  usmp_transport_t own = *transport;
  memset(&ctx, 0, sizeof ctx);
  ctx.psk = psk;
  ctx.psk_len = psk_len;
  ctx.device_id_len = (uint8_t)strlen(id);
  memcpy(ctx.device_id, id, ctx.device_id_len);
  ctx.timeout_ms = 20000;
  ctx.recv_timeout_ms = 20000;
  return usmp_connect(&ctx, &own);
}

int small_device_send(const void* data, size_t len) { return usmp_send(&ctx, data, len); }

int small_device_recv(void* out, size_t max_len) { return usmp_recv(&ctx, out, max_len); }

void small_device_close(void) { usmp_close(&ctx); }
