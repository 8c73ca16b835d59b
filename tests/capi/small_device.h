/* See small_device.c. It does not show usmp_t: that has other sizes in the program that includes
 * this. */
#ifndef USMP_TESTS_CAPI_SMALL_DEVICE_H
#define USMP_TESTS_CAPI_SMALL_DEVICE_H

#include <stddef.h>
#include <stdint.h>

#include "usmp_transport.h"

#ifdef __cplusplus
extern "C" {
#endif

unsigned long small_device_size(void);
int small_device_connect(const usmp_transport_t* transport, const uint8_t* psk, size_t psk_len,
                         const char* id);
int small_device_send(const void* data, size_t len);
int small_device_recv(void* out, size_t max_len);
void small_device_close(void);

#ifdef __cplusplus
}
#endif

#endif
