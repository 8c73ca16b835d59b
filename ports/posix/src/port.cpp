// The functions of usmp_port.h for POSIX systems. They are weak: a program that defines one of them
// gets its own.
#include <errno.h>
#include <pthread.h>
#include <stdio.h>
#include <sys/random.h>
#include <time.h>

#include <new>

#include "usmp_port.h"

#define USMP_WEAK __attribute__((weak))

USMP_WEAK int usmp_port_get_device_id(uint8_t*, size_t) {
  return -1;  // a machine has no name that its gateway would know: set usmp_t.device_id
}

USMP_WEAK int usmp_port_random(uint8_t* out, size_t len) {
  while (len > 0) {
    const ssize_t count = getrandom(out, len, 0);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return -1;
    out += count;
    len -= static_cast<size_t>(count);
  }
  return 0;
}

USMP_WEAK uint32_t usmp_port_millis(void) {
  struct timespec now = {};
  // Counts while the machine is suspended, as the gateway's clock does.
#ifdef CLOCK_BOOTTIME
  clock_gettime(CLOCK_BOOTTIME, &now);
#else
  clock_gettime(CLOCK_MONOTONIC, &now);
#endif
  const uint64_t ms =
      static_cast<uint64_t>(now.tv_sec) * 1000u + static_cast<uint64_t>(now.tv_nsec) / 1000000u;
  return static_cast<uint32_t>(ms);
}

USMP_WEAK void usmp_port_delay_ms(uint32_t ms) {
  struct timespec span = {};
  span.tv_sec = static_cast<time_t>(ms / 1000);
  span.tv_nsec = static_cast<long>(ms % 1000) * 1000000L;
  while (nanosleep(&span, &span) != 0 && errno == EINTR) {
  }
}

USMP_WEAK void usmp_port_wdt_feed(void) {}

USMP_WEAK void usmp_port_log(char level, const char* tag, const char* msg) {
  fprintf(stderr, "%c %s: %s\n", level, tag, msg);
}

USMP_WEAK int usmp_port_mutex_create(usmp_mutex_t* mutex) {
  *mutex = nullptr;
  pthread_mutex_t* made = new (std::nothrow) pthread_mutex_t;
  if (made == nullptr) return -1;
  if (pthread_mutex_init(made, nullptr) != 0) {
    delete made;
    return -1;
  }
  *mutex = made;
  return 0;
}

USMP_WEAK int usmp_port_mutex_lock(usmp_mutex_t mutex) {
  return pthread_mutex_lock(static_cast<pthread_mutex_t*>(mutex)) == 0 ? 0 : -1;
}

USMP_WEAK int usmp_port_mutex_unlock(usmp_mutex_t mutex) {
  return pthread_mutex_unlock(static_cast<pthread_mutex_t*>(mutex)) == 0 ? 0 : -1;
}

USMP_WEAK void usmp_port_mutex_destroy(usmp_mutex_t mutex) {
  pthread_mutex_t* made = static_cast<pthread_mutex_t*>(mutex);
  pthread_mutex_destroy(made);
  delete made;
}
