// A sentence for each error: what happened and what to do next. English, for logs and people.
#include "usmp.h"

const char* usmp_strerror(usmp_err_t err) {
  switch (err) {
    case USMP_OK:
      return "Success";
    case USMP_ERR_INVALID_ARG:
      return "Bad argument: check psk (16 to 255 bytes), device_id (1 to 32 bytes, wire 2: 6), the "
             "transport and the sizes";
    case USMP_ERR_TRANSPORT_FAILED:
      return "The transport cannot send or receive: check the network of this device, then "
             "reconnect";
    case USMP_ERR_AUTH_FAILED:
      return "The gateway does not know this device or its key: compare ID and key with its "
             "registry (usmp device list)";
    case USMP_ERR_TIMEOUT:
      return "No answer: check address and port, whether the gateway runs and whether a firewall "
             "is "
             "in between";
    case USMP_ERR_REPLAY_DETECTED:
      return "A packet came twice or one is missing in the stream: the session ended, reconnect";
    case USMP_ERR_BUFFER_OVERFLOW:
      return "The buffer is too small for the message, which is kept: call again with a larger "
             "one; "
             "or the message to be sent is larger than wire 2's 1808 bytes";
    case USMP_ERR_SEQ_EXHAUSTED:
      return "No packet number is left in this session: reconnect";
    case USMP_ERR_CRYPTO_FAILED:
      return "The crypto library refused: check that it was built with the cipher asked for";
    case USMP_ERR_NOT_CONNECTED:
      return "There is no session: call usmp_connect or usmp_reconnect";
    case USMP_ERR_MUTEX_FAILED:
      return "A lock could not be made: check the port's mutex functions";
    case USMP_ERR_PEER_CLOSED:
      return "The gateway ended the session: reconnect when you need it";
    case USMP_ERR_TOO_LARGE:
      return "The message is larger than the gateway takes: split it or send less";
    case USMP_ERR_BUSY:
      return "The gateway has too many handshakes under way: try again later, waiting longer each "
             "time";
    case USMP_ERR_LOST:
      return "The connection broke off: a new handshake follows, or call usmp_reconnect";
    case USMP_ERR_NO_COMMON_SUITE:
      return "The gateway has none of this device's ciphers: leave cipher_suite 0 or enable one of "
             "them there";
    case USMP_ERR_PARAMETERS:
      return "The gateway takes this link for another kind: use the same one, TCP or UDP, on both "
             "sides";
    case USMP_ERR_NAME_NOT_RESOLVED:
      return "The host name has no address: check its spelling and the name server";
    case USMP_ERR_REFUSED:
      return "Nothing listens on this port of the host: check the port and whether the gateway "
             "runs";
    case USMP_ERR_UNREACHABLE:
      return "There is no way to the host: check address, network and routes of this device";
    case USMP_ERR_NO_MEMORY:
      return "Not enough memory: raise or lower USMP_MAX_PACKET, USMP_MAX_MESSAGE and USMP_WINDOW, "
             "the same in all files";
    case USMP_ERR_RANDOM_FAILED:
      return "The random source gave nothing, and nothing was sent: check usmp_port_random";
    case USMP_ERR_NOT_IDLE:
      return "Messages are under way or wait to be taken: receive them, step on, then sleep";
    case USMP_ERR_STATE_USED:
      return "The saved state was used, is damaged or belongs elsewhere: discard it and connect";
    case USMP_ERR_PROTOCOL:
      return "One side broke the protocol: reconnect; if it stays, compare the versions of both";
    case USMP_ERR_IDLE:
      return "The gateway heard nothing for too long: reconnect, and call usmp_step more often";
    case USMP_ERR_REPLACED:
      return "The same device connected from elsewhere: give each device an ID and key of its own";
    case USMP_ERR_REVOKED:
      return "This device's key was revoked or changed: get the new one from the gateway's "
             "registry";
    case USMP_ERR_GOING_DOWN:
      return "The gateway is being stopped: reconnect after a pause";
    case USMP_ERR_CONGESTED:
      return "No room on the way for a datagram now, it was not sent: drop it or try again later";
    case USMP_ERR_NO_SUCH_LINE:
      return "The serial port is not there: check its name and whether the adapter is plugged in";
    case USMP_ERR_LINE_IN_USE:
      return "Another program has the serial port: stop it (fuser -v names it)";
    case USMP_ERR_WRONG_WIRE:
      return "Not possible on the wire in use: wire 2 has no channels, datagrams, sleep and serial "
             "lines, wire 3 changes its keys by itself";
    case USMP_ERR_NOT_PERMITTED:
      return "This user may not open the serial port: join the group that owns it, mostly dialout";
  }
  return "Unknown USMP error";
}

const char* usmp_get_version(void) {
#define USMP_TEXT_OF(number) #number
#define USMP_TEXT(number) USMP_TEXT_OF(number)
  return USMP_TEXT(USMP_VERSION_MAJOR) "." USMP_TEXT(USMP_VERSION_MINOR) "." USMP_TEXT(
      USMP_VERSION_PATCH);
#undef USMP_TEXT
#undef USMP_TEXT_OF
}
