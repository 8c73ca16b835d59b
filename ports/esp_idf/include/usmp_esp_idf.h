/* What ESP-IDF adds to the C API: the device's key in NVS, a session kept across deep sleep, a task
 * that keeps a session up, an UART as a line. Not Wi-Fi: the program brings its network up. */
#ifndef USMP_ESP_IDF_H
#define USMP_ESP_IDF_H

#include "usmp.h"
#include "usmp_link.h"

/* Named as the C API is. NOLINTBEGIN(readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

/* ---- Keys ------------------------------------------------------------------------------------
 * In NVS, namespace "usmp"; nvs_flash_init() comes first. With NVS encryption switched on they are
 * encrypted in flash; without it, who reads the flash has the key. */

/* What became of a provisioning line, as `usmp device add --provision` prints it. */
typedef enum {
  USMP_IDF_PROVISIONED = 0, /* it stands in NVS, and was read back */
  USMP_IDF_LINE_DAMAGED,    /* it is no such line, or not whole: ask for it again */
  USMP_IDF_NVS_FAILED,      /* NVS did not take it: is it initialized, and has it room? */
  USMP_IDF_NO_LINE          /* none came in time */
} usmp_idf_provisioning_t;

/* Takes a provisioning line, however it got here. `line` is the caller's to wipe. A device that has
 * a key gets the new one; a session that is saved for a wake is erased. */
usmp_idf_provisioning_t usmp_idf_provision(const char* line, size_t len);

/* Reads lines of the console (stdin) until one is a provisioning line and stored, or `timeout_ms`
 * are over, 0: never. Says on the console what it waits for, and what became of each line. */
usmp_idf_provisioning_t usmp_idf_provision_from_console(uint32_t timeout_ms);

/* Who this device is. A secret: usmp_idf_wipe_identity() when no context uses it any more. */
typedef struct {
  uint8_t id[USMP_DEVICE_ID_MAX];
  uint8_t id_len;
  uint8_t key[32];
  uint8_t key_len;
} usmp_idf_identity_t;

/* Reads it from NVS and sets it in `ctx`, which points into it from then on. False: this device is
 * not provisioned, or NVS cannot be read; `identity` is zeroed. */
bool usmp_idf_load_identity(usmp_idf_identity_t* identity, usmp_t* ctx);
void usmp_idf_wipe_identity(usmp_idf_identity_t* identity);

/* Erases the key from NVS. NVS marks it as erased; its bytes leave the flash when NVS next reuses
 * their page. True if there is none now. */
bool usmp_idf_forget_identity(void);

/* ---- Deep sleep ------------------------------------------------------------------------------
 * The session lies in RTC memory, which keeps its bytes in deep sleep and in no other reset. */

/* Saves the session; esp_deep_sleep_start() comes next. usmp_link_drain() comes before, so that
 * nothing is under way. What usmp_sleep() returns. */
usmp_err_t usmp_idf_sleep(usmp_t* ctx);

usmp_err_t usmp_idf_wake_sized(usmp_t* ctx, usmp_transport_t* transport, usmp_sizes_t sizes);

/* Goes on with the saved session, without a handshake; once (the saved copy is overwritten, and
 * read back, before it is used). Call it after every start: STATE_USED where none was saved, or a
 * context that was revoked; then usmp_connect() or usmp_link_begin(). */
static inline usmp_err_t usmp_idf_wake(usmp_t* ctx, usmp_transport_t* transport) {
  return usmp_idf_wake_sized(ctx, transport, usmp_sizes());
}

/* ---- A task that keeps a session up ---------------------------------------------------------- */

/* The task of a link (usmp_link.h), which makes all its rounds. */
typedef struct {
  usmp_link_t* link;
  void* task;
  void* ended;
  volatile bool is_to_end;
} usmp_idf_task_t;

/* Starts it, after usmp_link_begin(). `stack_size` in bytes: CONFIG_USMP_TASK_STACK_SIZE and what
 * the link's functions need. Zero `task` first. False: there was no memory for it. */
bool usmp_idf_task_start(usmp_idf_task_t* task, usmp_link_t* link, uint32_t stack_size,
                         unsigned priority);

/* Ends it and waits for its end; link and session stay as they are, for usmp_link_drain(),
 * usmp_idf_sleep() or usmp_link_end(). Not to be called from the link's functions. */
void usmp_idf_task_stop(usmp_idf_task_t* task);

/* ---- Serial ---------------------------------------------------------------------------------- */

/* An UART as a line to the gateway (8N1, no flow control): `port` is a uart_port_t that nothing
 * else uses, the pins as in uart_set_pin(), or -1 (UART_PIN_NO_CHANGE). The driver is installed
 * when the session is begun, and removed by usmp_transport_destroy(). 0, or INVALID_ARG,
 * NO_MEMORY. */
int usmp_transport_uart_prepare(usmp_transport_t* t, int port, int tx_pin, int rx_pin, int baud);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_ESP_IDF_H */
