/* A session that is kept up: made, made again after pauses when it ends, its messages handed over
 * and taken. For a task of its own (usmp_esp_idf.h) or a loop. Not a second protocol: it makes the
 * calls of usmp.h, and a program may make them instead. */
#ifndef USMP_LINK_H
#define USMP_LINK_H

#include "usmp.h"

/* Named as the C API is. NOLINTBEGIN(readability-identifier-naming) */
#ifdef __cplusplus
extern "C" {
#endif

/* Zero it ({0}), set the first part, call usmp_link_begin(). It must not be moved until
 * usmp_link_end(). The functions are called by who calls usmp_link_round(); each may be NULL. */
typedef struct usmp_link_s {
  usmp_t* ctx;      /* set up as for usmp_connect() */
  void* room;       /* for a message that arrives */
  size_t room_size; /* USMP_MAX_MESSAGE bytes, or more */
  /* A message of the gateway. The bytes are the program's until it returns. */
  void (*on_message)(struct usmp_link_s* link, const uint8_t* data, size_t len, uint8_t channel);
  /* A message that was given to usmp_link_send() needs nothing more; its `delivery` says why. */
  void (*on_finished)(struct usmp_link_s* link, usmp_message_t* message);
  /* ctx->state changed, or an attempt failed, or a session ended (`why` is not USMP_OK). */
  void (*on_state)(struct usmp_link_s* link, usmp_state_t state, usmp_err_t why);
  void* user; /* the program's own */

  /* The link's own: */
  usmp_mutex_t mutex;
  usmp_message_t* waiting_first; /* sent when a session stands */
  usmp_message_t* waiting_last;
  usmp_err_t untold;
  usmp_state_t state;
  uint32_t restart_at_ms;
  uint32_t restart_pause_ms;
  bool restart_due;
} usmp_link_t;

usmp_err_t usmp_link_begin_sized(usmp_link_t* link, usmp_transport_t* transport,
                                 usmp_sizes_t sizes);

/* Begins to connect, and returns at once. A context that was woken (usmp_wake()) goes on with its
 * session; `transport` is not used then. USMP_OK, or INVALID_ARG (also: `room` is too small),
 * NO_MEMORY, MUTEX_FAILED. */
static inline usmp_err_t usmp_link_begin(usmp_link_t* link, usmp_transport_t* transport) {
  return usmp_link_begin_sized(link, transport, usmp_sizes());
}

/* Brings the link on: to be called again and again. Takes about 100 ms where nothing happens, and
 * as long as the name server while it looks up a name. A session that ended is made again after
 * 1 s, doubled to 5 minutes as long as that fails; where another device of the same ID took over,
 * or the key was revoked, after 5 minutes from the first. What was not acknowledged is sent again.
 */
void usmp_link_round(usmp_link_t* link);

/* Sends a message as soon as a session stands. Any task may call it, and any number be under way;
 * message and bytes stay untouched until on_finished() has it back. USMP_OK: it will; or
 * INVALID_ARG, MUTEX_FAILED. */
usmp_err_t usmp_link_send(usmp_link_t* link, usmp_message_t* message);

/* True if every message that was sent is finished. */
bool usmp_link_all_sent(usmp_link_t* link);

/* Before a sleep: rounds until all is sent and the gateway says that it holds nothing for this
 * device. False: not so within `timeout_ms`. Messages that arrive meanwhile are handed over. */
bool usmp_link_drain(usmp_link_t* link, uint32_t timeout_ms);

/* Ends it, with the session if one stands (usmp_close(); not after usmp_sleep()). All messages come
 * back through on_finished(), as USMP_DELIVERY_RETURNED where they were not acknowledged. No other
 * call is under way. */
void usmp_link_end(usmp_link_t* link);

#ifdef __cplusplus
}
#endif
/* NOLINTEND(readability-identifier-naming) */

#endif /* USMP_LINK_H */
