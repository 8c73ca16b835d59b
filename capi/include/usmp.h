/* USMP: an encrypted, mutually authenticated link from a device to its gateway. Messages arrive
 * whole, in order and once, or the call says so. No heap use, no thread, no plaintext mode. Not the
 * gateway's side: that is the `usmp gateway` command. */
#ifndef USMP_H
#define USMP_H

/* The three calls:
 *
 *   usmp_transport_udp_init(&transport, "192.168.1.100", 9000);
 *   usmp_connect(&ctx, &transport);
 *   usmp_send(&ctx, "23.5", 4);
 *
 * Before: `usmp_t ctx = {0};`, then set psk, psk_len, device_id and device_id_len (see usmp_t).
 * A gateway makes both: `usmp device add ID` prints the key.
 *
 * Two ways to use it:
 * - blocking, as above. Each call drives the session while it waits; between calls nothing happens,
 *   so call usmp_recv() or usmp_step() at least once in a keepalive time.
 * - non-blocking: usmp_connect_async(), then usmp_step() whenever usmp_poll_fd() is readable or
 *   usmp_next_timeout_ms() is over; usmp_submit() and usmp_recv_on() with a timeout of 0.
 *
 * Tasks may share a context where the port has a lock (usmp_port_mutex_*): one waits in
 * usmp_recv(), others send. But usmp_connect(), usmp_reconnect(), usmp_sleep(), usmp_wake() and
 * usmp_close() run while no other call does. Without a lock a context is for one task at a time.
 * Different contexts know nothing of each other. */

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "usmp_frame.h"
#include "usmp_port.h"
#include "usmp_transport.h"

/* The names are those of the published C API. NOLINTBEGIN(readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

#define USMP_VERSION_MAJOR 2
#define USMP_VERSION_MINOR 0
#define USMP_VERSION_PATCH 0

/* "2.0.0" */
const char* usmp_get_version(void);

#ifndef USMP_DEFAULT_PORT
#define USMP_DEFAULT_PORT 9000
#endif

/* ---- Which wire ------------------------------------------------------------------------------
 * 3 (spec/usmp-3.md) where nothing is said; 2 is the one of the published USMP 1.x packages. Choose
 * for the whole program with -DUSMP_WIRE=2, or for one context with usmp_t.wire. A program that
 * names one wire only does not link the other. */

#ifndef USMP_WIRE
#define USMP_WIRE 3
#endif

/* What a session is made of; nothing in it is for the program. */
typedef struct usmp_wire_s usmp_wire_t;
extern const usmp_wire_t usmp_wire_2;
extern const usmp_wire_t usmp_wire_3;

#if USMP_WIRE == 2
#define USMP_DEFAULT_WIRE (&usmp_wire_2)
#elif USMP_WIRE == 3
#define USMP_DEFAULT_WIRE (&usmp_wire_3)
#else
#error "USMP_WIRE is 2 or 3"
#endif

/* ---- Sizes: define them before the #include, or with -D, to change them. ----------------------
 * They size usmp_t and nothing else: the library itself needs no rebuild. A usmp_t has about
 * USMP_MAX_MESSAGE + (USMP_WINDOW + 2) * USMP_MAX_PACKET + 2000 bytes, 40 KB if nothing is changed,
 * 5 KB with -DUSMP_WIRE=2. */

/* The largest packet this device takes, 64..65535. More than 1232 does not pass every UDP path.
 * Wire 2: 492, whatever stands here. */
#ifndef USMP_MAX_PACKET
#if USMP_WIRE == 2
#define USMP_MAX_PACKET (USMP_HEADER_SIZE + USMP_MAX_PAYLOAD)
#else
#define USMP_MAX_PACKET 1232
#endif
#endif
/* The largest message this device takes, 1..65535. What it may send is the gateway's to say.
 * Wire 2: at most 1808, and a larger one from the gateway ends the session. */
#ifndef USMP_MAX_MESSAGE
#if USMP_WIRE == 2
#define USMP_MAX_MESSAGE (USMP_MAX_DATA_LEN * USMP_MAX_FRAMES)
#else
#define USMP_MAX_MESSAGE 16384
#endif
#endif
/* How many chunks (a packet's worth of a message) may be under way at a time, each way, 1..255.
 * Wire 2 has one. */
#ifndef USMP_WINDOW
#if USMP_WIRE == 2
#define USMP_WINDOW 1
#else
#define USMP_WINDOW 16
#endif
#endif

#define USMP_DEVICE_ID_MAX 32
#define USMP_DEVICE_ID_LEN 6 /* wire 2's, and what usmp_port_get_device_id() gives */
#define USMP_SESSION_ID_LEN 16
#define USMP_SESSION_KEY_LEN 32
/* Wire 2: of a frame's message. A message has up to USMP_MAX_FRAMES of them, 1808 bytes. */
#define USMP_MAX_DATA_LEN (USMP_MAX_PAYLOAD - USMP_GCM_TAG_LEN - 12)
#define USMP_PSK_LEN_MIN 16
#define USMP_PSK_LEN_MAX 255
#define USMP_SAVED_STATE_MAX 96 /* what usmp_sleep() writes at most */

/* Not used by the library: for loops of programs of the published API. */
#ifndef USMP_CONNECT_RETRIES
#define USMP_CONNECT_RETRIES 10
#endif
#ifndef USMP_CONNECT_RETRY_MS
#define USMP_CONNECT_RETRY_MS 2000
#endif
#define USMP_HANDSHAKE_SCRATCH_LEN 1024
#ifdef USMP_PSK
#error "A key in the program's source is a key in every copy of it: set usmp_t.psk at run time"
#endif

/* How long a call blocks where usmp_t.timeout_ms and .recv_timeout_ms are 0. */
#define USMP_TIMEOUT_MS 60000u
#define USMP_RECV_TIMEOUT_MS 10000u

/* ---- Errors ---------------------------------------------------------------------------------- */

/* 0 or negative. usmp_strerror() says in a sentence what to do about each. */
typedef enum {
  USMP_OK = 0,
  USMP_ERR_INVALID_ARG = -1,      /* a value is outside its range: a mistake in the program */
  USMP_ERR_TRANSPORT_FAILED = -2, /* the transport cannot send or receive */
  USMP_ERR_AUTH_FAILED = -3,      /* the gateway does not know this device, or not with this key */
  USMP_ERR_TIMEOUT = -4,          /* no answer in time */
  USMP_ERR_REPLAY_DETECTED = -5,  /* wire 2, TCP: a number came twice or one is missing */
  USMP_ERR_BUFFER_OVERFLOW = -6,  /* the caller's buffer is too small; the message is kept. Wire 2,
                                     usmp_send(): more than 1808 bytes */
  USMP_ERR_SEQ_EXHAUSTED = -7,    /* no packet number was left: the session ended */
  USMP_ERR_CRYPTO_FAILED = -8,    /* the crypto library refused */
  USMP_ERR_NOT_CONNECTED = -9,    /* there is no session: usmp_connect() or usmp_reconnect() */
  USMP_ERR_MUTEX_FAILED = -10,    /* usmp_port_mutex_*() failed */
  USMP_ERR_PEER_CLOSED = -11,     /* the gateway ended the session */
  /* from here on additions to the published list */
  USMP_ERR_TOO_LARGE = -12, /* larger than the gateway takes */
  USMP_ERR_BUSY = -13,      /* the gateway has too many handshakes under way */
  USMP_ERR_LOST = -14,      /* the session broke off: nothing was heard, or the stream ended */
  USMP_ERR_NO_COMMON_SUITE = -15,   /* the gateway has none of this device's ciphers */
  USMP_ERR_PARAMETERS = -16,        /* the gateway takes this transport for another kind */
  USMP_ERR_NAME_NOT_RESOLVED = -17, /* the host name has no address */
  USMP_ERR_REFUSED = -18,           /* the host is there, but nothing listens on this port */
  USMP_ERR_UNREACHABLE = -19,       /* there is no way to the host from here */
  USMP_ERR_NO_MEMORY = -20,         /* the memory given is too small for the sizes asked for */
  USMP_ERR_RANDOM_FAILED = -21,     /* the random source gave nothing */
  USMP_ERR_NOT_IDLE = -22,          /* sleep: messages are under way or wait to be taken */
  USMP_ERR_STATE_USED = -23,        /* wake: the saved state was used before, or is damaged */
  USMP_ERR_PROTOCOL = -24,          /* one side broke the protocol */
  USMP_ERR_IDLE = -25,              /* the gateway heard nothing for long */
  USMP_ERR_REPLACED = -26,          /* the same device connected from elsewhere */
  USMP_ERR_REVOKED = -27,           /* the device's key was revoked or changed */
  USMP_ERR_GOING_DOWN = -28,        /* the gateway is being stopped */
  USMP_ERR_CONGESTED = -29,         /* datagram: no room on the way; it was not sent */
  USMP_ERR_NO_SUCH_LINE = -30,      /* the serial port is not there */
  USMP_ERR_LINE_IN_USE = -31,       /* another program has the serial port */
  USMP_ERR_NOT_PERMITTED = -32,     /* this user may not open the serial port */
  USMP_ERR_WRONG_WIRE = -33         /* the call, or the transport, is not of the chosen wire */
} usmp_err_t;

/* One sentence: what happened and what to do next. Never NULL, never to be freed. */
const char* usmp_strerror(usmp_err_t err);

typedef enum { USMP_CIPHER_AES256_GCM = 1, USMP_CIPHER_CHACHA20_POLY1305 = 2 } usmp_cipher_suite_t;

/* What the session is doing. */
typedef enum {
  USMP_STATE_IDLE = 0,            /* nothing begun, or closed by usmp_close() */
  USMP_STATE_CONNECTING_SOCKET,   /* the transport is being opened */
  USMP_STATE_AWAITING_CHALLENGE,  /* handshake, first half */
  USMP_STATE_CALCULATING_ECDH,    /* not used, kept for its number */
  USMP_STATE_AWAITING_SESSION_OK, /* handshake, second half */
  USMP_STATE_ESTABLISHED,
  USMP_STATE_ERROR,  /* over: the gateway ended it, or usmp_connect() gave up */
  USMP_STATE_PAUSED, /* an attempt failed; the next one comes by itself */
  USMP_STATE_ASLEEP  /* usmp_sleep() saved it */
} usmp_state_t;

/* ---- The context ----------------------------------------------------------------------------- */

/* Calls from the library into the program; see usmp_t. */
struct usmp_s;
typedef void (*usmp_on_datagram_t)(struct usmp_s* ctx, const uint8_t* data, size_t len,
                                   uint8_t channel);

/* Bytes of the library's own in usmp_t, and beside each message. Checked when it is built. */
#define USMP_ENGINE_SIZE 480
#define USMP_SESSION_SIZE 1280
#define USMP_NODE_POINTERS 7

/* Room for: the engine and its session; a record of each chunk under way; one message; the chunks
 * behind it; a packet in, a packet out, bytes of a stream; alignment. */
#define USMP_MEMORY_SIZE_FOR(max_packet, max_message, window)           \
  (USMP_ENGINE_SIZE + USMP_SESSION_SIZE + (window)*16 + (max_message) + \
   ((window)-1) * ((max_packet)-31 + 4) + 3 * (USMP_PACKET_BUFFER(max_packet) + 4) + 32)
#define USMP_PACKET_BUFFER(max_packet) ((max_packet) < 192 ? 192 : (max_packet))
#define USMP_MEMORY_SIZE USMP_MEMORY_SIZE_FOR(USMP_MAX_PACKET, USMP_MAX_MESSAGE, USMP_WINDOW)

/* A session with a gateway. Zero it ({0}), set the first part, call usmp_connect(). It must not be
 * copied or moved from then until usmp_close(). */
typedef struct usmp_s {
  /* Set by the program before usmp_connect(), left alone until usmp_close(): */
  const uint8_t* psk; /* the device's key, 16..255 bytes, 32 random ones best; not copied */
  size_t psk_len;
  uint8_t device_id[USMP_DEVICE_ID_MAX]; /* who this device is, as the gateway knows it */
  uint8_t device_id_len;    /* 1..32, wire 2: 6; 0: usmp_port_get_device_id() gives 6 bytes */
  uint8_t cipher_suite;     /* a usmp_cipher_suite_t to use no other; 0: any that both have. Wire 2
                               negotiates nothing: 0 is AES256_GCM, and both sides say the same */
  bool early_data;          /* send what is submitted in the handshake; see usmp_submit() */
  const usmp_wire_t* wire;  /* &usmp_wire_2 or &usmp_wire_3; NULL: what USMP_WIRE says */
  uint32_t keepalive_ms;    /* of silence before a PING; 0: 60 s; at most a third of the gateway's.
                               Wire 2: of sending nothing; 0: 20 s */
  uint32_t timeout_ms;      /* for usmp_connect, _send, _ping; 0: USMP_TIMEOUT_MS */
  uint32_t recv_timeout_ms; /* for usmp_recv; 0: USMP_RECV_TIMEOUT_MS */
  usmp_on_datagram_t on_datagram; /* called for each datagram that came; NULL: they are dropped */
  void* user;                     /* the program's own */
  uint8_t* scratch; /* of the published API: accepted and not used, usmp_t has all it needs */
  size_t scratch_len;

  /* Set by the library, for the program to read: */
  bool established; /* a session stands */
  usmp_state_t state;
  usmp_err_t last_err; /* what the last call that failed said */
  usmp_err_t hint;     /* what an unproven answer says about why there is no session yet; or 0 */
  uint8_t session_id[USMP_SESSION_ID_LEN]; /* names the session in logs, here and at the gateway */
  usmp_transport_t transport;              /* the copy in use */

  /* The library's own: */
  usmp_mutex_t mutex;
  void* engine;
  union {
    uint64_t align_integer;
    void* align_pointer;
    uint8_t bytes[USMP_MEMORY_SIZE];
  } memory;
} usmp_t;

/* The sizes of this program's usmp_t, for the library. Made by the calls below. */
typedef struct {
  size_t memory_size;
  uint16_t max_packet;
  uint16_t max_message;
  uint8_t window;
  const usmp_wire_t* wire; /* where usmp_t.wire names none */
} usmp_sizes_t;

static inline usmp_sizes_t usmp_sizes(void) {
  usmp_sizes_t sizes;
  sizes.memory_size = USMP_MEMORY_SIZE;
  sizes.max_packet = USMP_MAX_PACKET;
  sizes.max_message = USMP_MAX_MESSAGE;
  sizes.window = USMP_WINDOW;
  sizes.wire = USMP_DEFAULT_WIRE;
  return sizes;
}

usmp_err_t usmp_connect_sized(usmp_t* ctx, const usmp_transport_t* transport, usmp_sizes_t sizes);
usmp_err_t usmp_connect_async_sized(usmp_t* ctx, const usmp_transport_t* transport,
                                    usmp_sizes_t sizes);
usmp_err_t usmp_wake_sized(usmp_t* ctx, const usmp_transport_t* transport, uint8_t* saved,
                           size_t len, uint32_t slept_s, usmp_sizes_t sizes);

/* ---- Connection ------------------------------------------------------------------------------ */

/* Makes a session: blocks until it stands, or the first attempt failed, or timeout_ms are over.
 * The transport is copied; what its ctx points to stays until usmp_close() (or until this call
 * failed). A context that has a session closes it first. USMP_OK, or: INVALID_ARG, NO_MEMORY,
 * AUTH_FAILED, TIMEOUT, BUSY, NO_COMMON_SUITE, PARAMETERS, NAME_NOT_RESOLVED, REFUSED, UNREACHABLE,
 * NO_SUCH_LINE, LINE_IN_USE, NOT_PERMITTED, LOST, TRANSPORT_FAILED, RANDOM_FAILED, CRYPTO_FAILED.
 * After an error nothing goes on: call again after a pause (1 s, doubled each time, is polite). */
static inline usmp_err_t usmp_connect(usmp_t* ctx, usmp_transport_t* transport) {
  return usmp_connect_sized(ctx, transport, usmp_sizes());
}

/* Begins a session and returns at once; usmp_step() brings it on. Attempts that fail are repeated,
 * with the pauses of the wire (1 s doubled to 5 minutes), until usmp_close(). */
static inline usmp_err_t usmp_connect_async(usmp_t* ctx, usmp_transport_t* transport) {
  return usmp_connect_async_sized(ctx, transport, usmp_sizes());
}

/* Makes a new session over the transport of the last one; usmp_reconnect() blocks as usmp_connect()
 * does, _async as usmp_connect_async(). Where a handshake is under way already it is not begun
 * anew. Messages that were not acknowledged in the old session are sent in the new one. NOT_IDLE:
 * first take what waits for usmp_recv(), it would be lost. */
usmp_err_t usmp_reconnect(usmp_t* ctx);
usmp_err_t usmp_reconnect_async(usmp_t* ctx);

/* Ends the session: tells the gateway (BYE), closes the transport, wipes all keys. A message that
 * waits for usmp_recv() is dropped: take it before. Messages not acknowledged yet come out of
 * usmp_take_finished() as USMP_DELIVERY_RETURNED. A context without a session is left as it is. */
void usmp_close(usmp_t* ctx);

/* True while a session stands, as far as this side knows. */
static inline bool usmp_is_connected(const usmp_t* ctx) { return ctx && ctx->established; }

static inline usmp_state_t usmp_get_state(const usmp_t* ctx) {
  return ctx ? ctx->state : USMP_STATE_IDLE;
}

/* ---- Messages -------------------------------------------------------------------------------- */

/* Sends a message and blocks until the gateway has acknowledged it whole (TCP: until the stream
 * took it). A session that is lost meanwhile is made anew and the message sent again, so that in
 * rare cases it arrives twice, once in each session. `len` may be 0. USMP_OK, or: NOT_CONNECTED,
 * TOO_LARGE (the session goes on); or the reason why the session ended: TIMEOUT after timeout_ms,
 * PEER_CLOSED, REPLACED, REVOKED, GOING_DOWN, IDLE, PROTOCOL, or LOST where messages wait for
 * usmp_recv(), which come first. After these the message may have arrived or not; call
 * usmp_reconnect(). */
usmp_err_t usmp_send(usmp_t* ctx, const void* data, size_t len);

/* As usmp_send(), on a channel 0..255: a number that goes with the message and means what gateway
 * and device agree on. usmp_send() uses 0. */
usmp_err_t usmp_send_on(usmp_t* ctx, uint8_t channel, const void* data, size_t len);

/* Sends a message that may get lost, at once or not at all; nobody repeats it. Not for streams
 * only. NOT_CONNECTED, TOO_LARGE (over usmp_datagram_max()), CONGESTED. */
usmp_err_t usmp_send_datagram(usmp_t* ctx, uint8_t channel, const void* data, size_t len);
size_t usmp_datagram_max(const usmp_t* ctx);

/* Waits recv_timeout_ms for a message and copies it to `out`. Its size; 0 if none came (or an empty
 * one did: usmp_recv_on() tells); negative usmp_err_t: BUFFER_OVERFLOW (call again with a larger
 * buffer), LOST (a new handshake is under way: call again), NOT_CONNECTED and the reasons why a
 * session ends (usmp_reconnect()). */
int usmp_recv(usmp_t* ctx, void* out, size_t max_len);

/* As usmp_recv(), with all there is to know: `len` gets the message's size (also with
 * BUFFER_OVERFLOW), `channel` its channel (may be NULL). `timeout_ms` 0 does not wait. USMP_OK: a
 * message; TIMEOUT: none came. */
usmp_err_t usmp_recv_on(usmp_t* ctx, void* out, size_t max_len, size_t* len, uint8_t* channel,
                        uint32_t timeout_ms);

/* True if a message waits for usmp_recv(). */
bool usmp_message_waits(const usmp_t* ctx);

/* The message that waits for usmp_recv(), where it lies, without a copy: its bytes, its size in
 * `len`, its channel (may be NULL). They stay until usmp_release(), usmp_recv() or the next
 * session. NULL: none waits. */
const void* usmp_peek(const usmp_t* ctx, size_t* len, uint8_t* channel);

/* Takes the message that usmp_peek() showed away, as usmp_recv() does. USMP_OK, or NOT_CONNECTED:
 * there was none. */
usmp_err_t usmp_release(usmp_t* ctx);

/* Changes keepalive_ms, also of a session that stands. INVALID_ARG: more than 12 days. */
usmp_err_t usmp_set_keepalive(usmp_t* ctx, uint32_t keepalive_ms);

/* Asks the gateway for a sign of life and waits for it, timeout_ms at most. USMP_OK, TIMEOUT, or
 * why there is no session. */
usmp_err_t usmp_ping(usmp_t* ctx);

/* As usmp_ping(), without waiting: usmp_step() sends it. Nothing tells of the answer; without one
 * the session is lost after some time. */
usmp_err_t usmp_ping_async(usmp_t* ctx);

/* Wire 2: changes the keys of both directions without a new handshake; usmp_step() sends it once no
 * message is half sent, so that it goes with traffic on. NOT_CONNECTED, or WRONG_WIRE: wire 3
 * changes its keys by itself. */
usmp_err_t usmp_rekey(usmp_t* ctx);

/* For programs of the published API: keeps the session alive when called in the main loop. As
 * usmp_step(), but NOT_CONNECTED while no session stands. */
usmp_err_t usmp_keepalive_tick(usmp_t* ctx);

/* ---- Without blocking ------------------------------------------------------------------------ */

/* What became of a message handed to usmp_submit(). */
typedef enum {
  USMP_DELIVERY_QUEUED = 0,
  USMP_DELIVERY_ACKNOWLEDGED, /* the gateway has it (TCP: the stream took it) */
  USMP_DELIVERY_REFUSED,      /* larger than the gateway takes: never sent */
  USMP_DELIVERY_RETURNED      /* the session ended first: it may have arrived or not */
} usmp_delivery_t;

/* A message on its way. The program owns it and its bytes and touches neither from usmp_submit()
 * until usmp_take_finished() gives it back. */
typedef struct usmp_message_s {
  const void* data;
  size_t len;
  uint8_t channel;
  void* user;                     /* the program's own */
  usmp_delivery_t delivery;       /* set by the library */
  void* node[USMP_NODE_POINTERS]; /* the library's own */
} usmp_message_t;

/* Takes a message to be sent; usmp_step() sends it. Any number may be under way. NOT_CONNECTED:
 * there is no session (with early_data also: none is being made); TOO_LARGE. With early_data a
 * message submitted in the handshake travels right behind it, one round trip sooner. It is
 * encrypted and authentic, but who pretends to be the gateway today and steals the key later could
 * read it. */
usmp_err_t usmp_submit(usmp_t* ctx, usmp_message_t* message);

/* The next message that needs nothing more; its `delivery` says why. NULL: none now. Also after
 * usmp_close(). */
usmp_message_t* usmp_take_finished(usmp_t* ctx);

/* True if all that was submitted is acknowledged. */
bool usmp_all_acknowledged(const usmp_t* ctx);

/* Brings the session on: takes what came, sends what is due. Never waits (the first call may look
 * up a name). USMP_OK, or what just happened, once:
 * - state PAUSED or a handshake state: an attempt failed (AUTH_FAILED, TIMEOUT, BUSY, REFUSED, …)
 * or the session was LOST; it goes on by itself, just keep calling;
 * - state ERROR: the session ended for good (PEER_CLOSED, REPLACED, REVOKED, GOING_DOWN, …): call
 *   usmp_reconnect_async(), after a pause, or usmp_close();
 * - NOT_CONNECTED: nothing was begun. */
usmp_err_t usmp_step(usmp_t* ctx);

/* What poll() should wait for: the descriptor, -1 if the transport has none (now); true if it
 * should also wait for room to send; and the longest time until usmp_step() must be called again.
 */
int usmp_poll_fd(usmp_t* ctx);
bool usmp_wants_to_send(const usmp_t* ctx);
uint32_t usmp_next_timeout_ms(const usmp_t* ctx);

/* ---- Sleep (not streams) --------------------------------------------------------------------- */

/* True when the gateway said that it holds nothing for this device, and nothing happened since. */
bool usmp_drained(const usmp_t* ctx);

/* Saves the session into `out` (USMP_SAVED_STATE_MAX bytes are enough) so that the device may power
 * down, and closes the transport. Store the bytes where nobody else reads them: who has them has
 * the session. NOT_IDLE: something is under way or waits for usmp_recv(); NOT_CONNECTED;
 * BUFFER_OVERFLOW. */
usmp_err_t usmp_sleep(usmp_t* ctx, uint8_t* out, size_t max_len, size_t* len);

/* Goes on with a saved session, without a handshake: the next usmp_send() is one packet there and
 * one back. Set up the context as for usmp_connect(). A saved state is used once: overwrite the
 * stored copy, for good and read back, BEFORE this call (usmp_posix/sleep_state_file.hpp does it).
 * `saved` itself is wiped here. `slept_s`: how long it slept, in seconds, 0 if the device has no
 * clock for it. STATE_USED: no longer good, or not of this context: usmp_connect(). */
static inline usmp_err_t usmp_wake(usmp_t* ctx, usmp_transport_t* transport, uint8_t* saved,
                                   size_t len, uint32_t slept_s) {
  return usmp_wake_sized(ctx, transport, saved, len, slept_s, usmp_sizes());
}

/* ---- Figures --------------------------------------------------------------------------------- */

/* Counted since usmp_connect(); they wrap. */
typedef struct {
  uint32_t packets_sent; /* handshake included */
  uint32_t packets_received;
  uint32_t packets_dropped; /* not authentic, double, malformed or of no use */
  uint32_t messages_sent;
  uint32_t messages_acknowledged;
  uint32_t messages_received;
  uint32_t chunks_resent;
  uint32_t handshakes;     /* that made a session */
  uint32_t handshake_ms;   /* the last one, from its first packet to the session */
  uint32_t rto_ms;         /* the present retransmission timeout */
  uint32_t frames_dropped; /* serial line: damaged, cut short or too long */
} usmp_stats_t;

void usmp_get_stats(const usmp_t* ctx, usmp_stats_t* out);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_H */
