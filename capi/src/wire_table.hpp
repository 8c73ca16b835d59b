// What a wire is to the rest of capi/: a table of calls, one file for each wire, so that a program
// that names one wire does not link the other. Not the sessions themselves, which are core/'s.
#ifndef USMP_CAPI_WIRE_TABLE_HPP
#define USMP_CAPI_WIRE_TABLE_HPP

#include "carver.hpp"
#include "usmp.h"
#include "usmp/event.hpp"
#include "usmp/message.hpp"
#include "usmp/result.hpp"
#include "usmp/state.hpp"
#include "usmp/time.hpp"

namespace usmp {
namespace capi {

/// What a session is made from.
struct Making {
  const usmp_t* ctx;
  const usmp_sizes_t* sizes;
  Medium medium;
};

/// What only wire 3 has a word for. `session` is what usmp_wire_s.make gave.
struct Wire3Calls {
  bool (*next_datagram)(void* session, Message* out);
  Error (*send_datagram)(void* session, Bytes content, uint8_t channel, Instant now);
  size_t (*datagram_size_max)(const void* session);
  bool (*can_sleep)(const void* session);
  Result<size_t> (*save)(void* session, MutableBytes out, Instant now);
  Error (*wake)(void* session, MutableBytes saved, uint32_t slept_s, Instant now);
};

/// What only wire 2 has: what the published transports ask for, and a rekey on request.
struct Wire2Calls {
  Error (*rekey)(void* session, Instant now);
  uint32_t (*rekeys)(const void* session);
  Bytes (*send_key)(const void* session);
  Bytes (*receive_key)(const void* session);
  void (*delivered)(void* session, Instant now);
  Error (*drop_reason)(const void* session);
};

}  // namespace capi
}  // namespace usmp

struct usmp_wire_s {
  usmp_err_t (*check)(const usmp_t& ctx, const usmp_transport_t& transport,
                      const usmp_sizes_t& sizes);
  usmp_err_t too_large;  ///< what usmp_send() says of a message that no gateway takes
  /// The largest packet of a device with these sizes, its handshake included.
  size_t (*packet_size)(const usmp_sizes_t& sizes);
  /// The session with its configuration and buffers, all in the carver's memory; nullptr: it does
  /// not fit. begin() follows.
  void* (*make)(usmp::capi::Carver& carver, const usmp::capi::Making& making);
  /// Makes the session new and idle.
  usmp::Error (*begin)(void* session);
  /// Wipes it.
  void (*end)(void* session);
  /// For this session and those that begin() makes.
  void (*set_keepalive)(void* session, usmp::Duration keepalive);

  // Records of a stream: `packet` is where they are collected.
  size_t record_overhead;
  void (*start_stream)(void* session, usmp::MutableBytes packet);
  usmp::Result<usmp::MutableBytes> (*read_stream)(void* session, usmp::Bytes& input);
  /// Completes a record whose packet lies behind `record_overhead` bytes.
  usmp::Error (*make_record)(usmp::MutableBytes record);

  // As the calls of that name in usmp/device_session.hpp and usmp/wire2/device_session.hpp.
  usmp::State (*state)(const void* session);
  const usmp::Counters& (*counters)(const void* session);
  uint32_t (*packets_resent)(const void* session);
  usmp::Duration (*rto)(const void* session);
  usmp::Bytes (*session_id)(const void* session);
  usmp::Error (*connect)(void* session, usmp::Instant now);
  usmp::Result<usmp::Event> (*receive)(void* session, usmp::MutableBytes packet, usmp::Instant now);
  usmp::Result<size_t> (*poll_transmit)(void* session, usmp::MutableBytes out, usmp::Instant now);
  usmp::Instant (*next_deadline)(const void* session, usmp::Instant now);
  usmp::Event (*on_deadline)(void* session, usmp::Instant now);
  usmp::Event (*connection_lost)(void* session, usmp::Instant now);
  void (*close)(void* session, usmp::Instant now);
  usmp::Error (*send)(void* session, usmp::Outgoing& message, usmp::Instant now);
  usmp::Error (*ping)(void* session, usmp::Instant now);
  bool (*can_receive)(const void* session);
  bool (*message)(const void* session, usmp::Message* out);
  usmp::Event (*release_message)(void* session, usmp::Instant now);
  usmp::Outgoing* (*take_finished)(void* session);
  usmp::Outgoing* (*take_back)(void* session);
  bool (*send_idle)(const void* session);

  const usmp::capi::Wire3Calls* wire3;  ///< nullptr: not of this wire
  const usmp::capi::Wire2Calls* wire2;
};

namespace usmp {
namespace capi {

/// The calls that both wires have in the same form. `Whole` has members `session` and `config`, and
/// `close()` and `packets_resent()` of its own.
template <typename Whole>
struct SessionCalls {
  static Whole& whole(void* session) { return *static_cast<Whole*>(session); }
  static const Whole& whole(const void* session) { return *static_cast<const Whole*>(session); }

  static void set_keepalive(void* s, Duration keepalive) { whole(s).config.keepalive = keepalive; }
  static State state(const void* s) { return whole(s).session.state(); }
  static const Counters& counters(const void* s) { return whole(s).session.counters(); }
  static uint32_t packets_resent(const void* s) { return whole(s).packets_resent(); }
  static Duration rto(const void* s) { return whole(s).session.rto(); }
  static Bytes session_id(const void* s) { return whole(s).session.session_id(); }
  static Error connect(void* s, Instant now) { return whole(s).session.connect(now); }
  static Result<Event> receive(void* s, MutableBytes packet, Instant now) {
    return whole(s).session.receive(packet, now);
  }
  static Result<size_t> poll_transmit(void* s, MutableBytes out, Instant now) {
    return whole(s).session.poll_transmit(out, now);
  }
  static Instant next_deadline(const void* s, Instant now) {
    return whole(s).session.next_deadline(now);
  }
  static Event on_deadline(void* s, Instant now) { return whole(s).session.on_deadline(now); }
  static Event connection_lost(void* s, Instant now) {
    return whole(s).session.connection_lost(now);
  }
  static void close(void* s, Instant now) { whole(s).close(now); }
  static Error send(void* s, Outgoing& message, Instant now) {
    return whole(s).session.send(message, now);
  }
  static Error ping(void* s, Instant now) { return whole(s).session.ping(now); }
  static bool can_receive(const void* s) { return whole(s).session.can_receive(); }
  static bool message(const void* s, Message* out) { return whole(s).session.message(out); }
  static Event release_message(void* s, Instant now) {
    return whole(s).session.release_message(now);
  }
  static Outgoing* take_finished(void* s) { return whole(s).session.take_finished(); }
  static Outgoing* take_back(void* s) { return whole(s).session.take_back(); }
  static bool send_idle(const void* s) { return whole(s).session.send_idle(); }

  /// A table with these calls, its other fields still to be set.
  static constexpr usmp_wire_s table() {
    usmp_wire_s table{};
    table.set_keepalive = set_keepalive;
    table.state = state;
    table.counters = counters;
    table.packets_resent = packets_resent;
    table.rto = rto;
    table.session_id = session_id;
    table.connect = connect;
    table.receive = receive;
    table.poll_transmit = poll_transmit;
    table.next_deadline = next_deadline;
    table.on_deadline = on_deadline;
    table.connection_lost = connection_lost;
    table.close = close;
    table.send = send;
    table.ping = ping;
    table.can_receive = can_receive;
    table.message = message;
    table.release_message = release_message;
    table.take_finished = take_finished;
    table.take_back = take_back;
    table.send_idle = send_idle;
    return table;
  }
};

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_WIRE_TABLE_HPP
