/* What the library needs of a platform: randomness, a clock, a pause, a place for log lines. The
 * POSIX port has all of them; on another platform, or to replace one, define the function in your
 * program. Not the network: that is a transport. */
#ifndef USMP_PORT_H
#define USMP_PORT_H

#include <stddef.h>
#include <stdint.h>

/* The names are those of the published C API. NOLINTBEGIN(readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

/* Writes `len` bytes (6) that name this device among all of its gateway; asked only if
 * usmp_t.device_id_len is 0. 0, or negative if there is no such name (POSIX: always). */
int usmp_port_get_device_id(uint8_t* out, size_t len);

/* Fills `out` with bytes from a cryptographic generator. 0, or negative: then nothing is sent. */
int usmp_port_random(uint8_t* out, size_t len);

/* Milliseconds of a clock that never goes back, modulo 2^32. */
uint32_t usmp_port_millis(void);

/* Lets `ms` milliseconds pass. */
void usmp_port_delay_ms(uint32_t ms);

/* Called often while a call blocks: a sign of life for a watchdog. */
void usmp_port_wdt_feed(void);

/* Writes one log line; `level` is 'E', 'W', 'I' or 'D'. Lines never hold a key or a message. */
void usmp_port_log(char level, const char* tag, const char* msg);

typedef enum {
  USMP_LOG_LEVEL_NONE = 0,
  USMP_LOG_LEVEL_ERROR,
  USMP_LOG_LEVEL_WARN,
  USMP_LOG_LEVEL_INFO,
  USMP_LOG_LEVEL_DEBUG
} usmp_log_level_t;

/* What usmp_log() lets through, for the whole program; at first USMP_LOG_LEVEL_ERROR. */
void usmp_set_log_level(usmp_log_level_t level);
usmp_log_level_t usmp_get_log_level(void);

/* Hands a line to usmp_port_log() if its level is let through. */
void usmp_log(char level, const char* tag, const char* msg);

#define USMP_LOGE(tag, msg) usmp_log('E', tag, msg)
#define USMP_LOGW(tag, msg) usmp_log('W', tag, msg)
#define USMP_LOGI(tag, msg) usmp_log('I', tag, msg)
#ifdef USMP_DISABLE_DEBUG
#define USMP_LOGD(tag, msg) ((void)0)
#else
#define USMP_LOGD(tag, msg) usmp_log('D', tag, msg)
#endif

/* A lock, so that tasks may share a context: 0, or negative. All four or none: without them (they
 * are the only ones that may be missing) a context is for one task at a time. */
typedef void* usmp_mutex_t;
int usmp_port_mutex_create(usmp_mutex_t* mutex);
int usmp_port_mutex_lock(usmp_mutex_t mutex);
int usmp_port_mutex_unlock(usmp_mutex_t mutex);
void usmp_port_mutex_destroy(usmp_mutex_t mutex);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_PORT_H */
