/* A transport: how packets get to the gateway and back. UDP, TCP and serial ports come with the
 * library; fill in the functions yourself to run over anything else that moves bytes. Not
 * encryption: what passes here is sealed already, and nothing that arrives here is believed. */
#ifndef USMP_TRANSPORT_H
#define USMP_TRANSPORT_H

#include <stddef.h>
#include <stdint.h>

/* The names are those of the published C API. NOLINTBEGIN(readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

/* What usmp_transport_t.open returns while a connection is still being made. */
#define USMP_TRANSPORT_OPENING 1

/* What usmp_transport_t.stream may be: DATAGRAMS, whole packets, which may be lost, doubled or
 * reordered, like UDP; STREAM, a reliable byte stream without packet boundaries, like TCP; LINE,
 * bytes that may get lost or damaged, like an UART. */
#define USMP_TRANSPORT_DATAGRAMS 0
#define USMP_TRANSPORT_STREAM 1
#define USMP_TRANSPORT_LINE 2

/* A transport of a program of the published API (no `open`, and `stream` 0) is used on wire 2 by
 * that API's contract: send() and recv() move whole frames, send() returns 0 or more when one is
 * sent. docs/howto/migrate-from-1x.md has the rest. What follows is for all others.
 *
 * Zero the whole structure first ({0}); functions marked optional may stay NULL. No function blocks
 * for long, but `open` and `reconnect` where a name has to be looked up. Negative results are codes
 * of usmp_err_t; USMP_ERR_TRANSPORT_FAILED (-2) if nothing fits better. usmp_connect() copies the
 * structure: what `ctx` points to stays valid until usmp_close(). */
typedef struct usmp_transport_s {
  /* Datagrams (`stream` is 0): sends `data` as one packet; a packet that cannot be sent now counts
   * as lost and is repeated where that matters. A negative result is a hint, trying goes on.
   * Streams and lines: takes as many bytes as go without waiting, 0 to `len`, and returns how many;
   * negative: the connection is broken, the line is gone. The library makes frames of packets. */
  int (*send)(struct usmp_transport_s* t, const uint8_t* data, size_t len);
  /* Datagrams: one packet, whole; streams and lines: the next bytes, any number. Returns how many,
   * 0 if there are none now. Negative: a hint (datagrams), the connection is broken or ended
   * (streams), the line is gone (lines: close() and open() are called until it is there again, and
   * the session goes on). */
  int (*recv)(struct usmp_transport_s* t, uint8_t* buf, size_t max_len);
  /* Closes the connection; it may be opened again. Optional. */
  void (*close)(struct usmp_transport_s* t);
  /* Closes and opens again, the name looked up anew: 0, or negative. Optional. */
  int (*reconnect)(struct usmp_transport_s* t);
  /* More than 0 if recv() would return something now. Optional: then recv() is called to find out.
   */
  int (*available)(struct usmp_transport_s* t);
  /* Closes and frees what `ctx` points to. Never called by the library: the owner calls it after
   * usmp_close(). Optional. */
  void (*destroy)(struct usmp_transport_s* t);
  /* Of the published API, for wire 2: that `seq` was authentic, and the session's keys, 32 bytes
   * each. A transport that has confirm_authenticated makes its own UTACKs. */
  void (*confirm_authenticated)(struct usmp_transport_s* t, uint32_t seq);
  void (*set_session_keys)(struct usmp_transport_s* t, const uint8_t* tx_key,
                           const uint8_t* rx_key);
  void* ctx;

  /* From here on additions to the published structure; all are optional. */

  /* Opens the connection if there is none: 0 it stands, USMP_TRANSPORT_OPENING it is being made
   * (call again), negative: it failed. NULL: reconnect() is called after a loss, nothing before. */
  int (*open)(struct usmp_transport_s* t);
  /* Waits until recv() would return something, or, with `for_sending`, send() or open() would get
   * further, or `timeout_ms` are over. NULL: usmp_port_delay_ms() in small steps. */
  void (*wait)(struct usmp_transport_s* t, int for_sending, uint32_t timeout_ms);
  /* The file descriptor for poll() and its like, negative if there is none. */
  int (*fd)(struct usmp_transport_s* t);
  /* USMP_TRANSPORT_DATAGRAMS, _STREAM or _LINE. */
  uint8_t stream;
} usmp_transport_t;

/* The transports below come with the POSIX port. `host` is an IPv4 or IPv6 address, a name, or
 * several of these with commas between them; each address is tried in turn. `port` is 1..65535.
 * They allocate a little memory: give it back with usmp_transport_destroy().
 *
 * Return 0, or a code of usmp_err_t (also without a context good for usmp_strerror()), nothing is
 * allocated then: USMP_ERR_INVALID_ARG, USMP_ERR_NAME_NOT_RESOLVED, USMP_ERR_NO_MEMORY, and TCP:
 * USMP_ERR_REFUSED, USMP_ERR_TIMEOUT, USMP_ERR_UNREACHABLE. UDP cannot tell whether anybody
 * listens; usmp_connect() can. */
int usmp_transport_udp_init(usmp_transport_t* t, const char* host, int port);
int usmp_transport_tcp_init(usmp_transport_t* t, const char* host, int port);

/* As above, but only remember where to go: name and connection are tried by usmp_connect(), so that
 * a device may start before its gateway or its network does. */
int usmp_transport_udp_prepare(usmp_transport_t* t, const char* host, int port);
int usmp_transport_tcp_prepare(usmp_transport_t* t, const char* host, int port);

/* A serial port of a POSIX system, such as "/dev/ttyUSB0", with 8N1 and no flow control, locked
 * against other programs. `baud`: 9600, 115200, … 4000000, whatever the system knows. Over anything
 * else that moves single bytes (an UART without an operating system, a socket of a serial server)
 * set `send`, `recv` and `stream` = USMP_TRANSPORT_LINE yourself. As above; _init also returns
 * USMP_ERR_NO_SUCH_LINE, USMP_ERR_LINE_IN_USE, USMP_ERR_NOT_PERMITTED; with _prepare usmp_connect()
 * tells of these. */
int usmp_transport_serial_init(usmp_transport_t* t, const char* device, int baud);
int usmp_transport_serial_prepare(usmp_transport_t* t, const char* device, int baud);

/* UDP: the port to send from, 0 for any, and which one it is (0: not open). The same port after a
 * sleep spares the gateway the check of a new address. Where it is taken another one is used. On a
 * transport of another kind these do nothing, and give 0. */
void usmp_transport_udp_set_local_port(usmp_transport_t* t, int port);
int usmp_transport_udp_local_port(const usmp_transport_t* t);

/* Closes a transport and frees what it holds; after usmp_close(). Harmless on one that is zeroed.
 */
void usmp_transport_destroy(usmp_transport_t* t);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_TRANSPORT_H */
