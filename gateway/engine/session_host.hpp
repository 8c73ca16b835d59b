// All sessions of one engine at work: packets into them and out of them, messages, deadlines and
// the buffers they borrow. Not handshakes, and not which packet belongs to which session.
#ifndef USMP_GATEWAY_ENGINE_SESSION_HOST_HPP
#define USMP_GATEWAY_ENGINE_SESSION_HOST_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "engine/buffer_pool.hpp"
#include "engine/deadline_heap.hpp"
#include "engine/engine_context.hpp"
#include "engine/session_table.hpp"

namespace usmp::gateway {

/// Told when a stream's session is over and its BYE is out.
class ConnectionCloser {
 public:
  virtual ~ConnectionCloser() = default;
  virtual void session_over(ConnectionId connection) = 0;
};

class SessionHost {
 public:
  SessionHost(EngineContext& context, ConnectionCloser& closer);

  SessionTable& table() { return table_; }
  const SessionTable& table() const { return table_; }

  // A session's life

  /// A handshake has filled `record`.session: the device's older session is replaced, messages held
  /// for it move in. False: the device has a session of a later HELLO (USMP3 §2, Order); discard().
  bool adopt(SessionRecord& record, std::uint64_t hello_number, Instant now);
  /// Forgets a record that was not adopted.
  void discard(SessionRecord& record, Bytes cid);
  /// An adopted session on UDP whose packets are told by their address: what had it before is over.
  void bind_address(SessionRecord& record, Instant now);
  /// Ends a session with BYE, which flush() sends.
  /// `keep_messages`: for the device's next session; otherwise they are Returned.
  void close(SessionRecord& record, ByeReason reason, bool keep_messages, Instant now);
  /// The stream below it is gone, or its line has another device now.
  void connection_lost(SessionRecord& record, Instant now);
  /// Ends all with BYE 5.
  void stop(Instant now);

  // Packets

  /// A packet of this session; the application is told what was in it. The record may be retired
  /// afterwards, but lives until the next flush().
  void receive(SessionRecord& record, MutableBytes packet, const Address& from, Instant now);
  /// Sends what the sessions touched since the last time have to send. False: no room in Output.
  bool flush(Instant now);
  void connection_writable(SessionRecord& record);

  // Messages

  /// False: Full, or the session is over; `message` stays the caller's.
  [[nodiscard]] bool send(SessionRecord& record, HeldMessagePtr& message, Instant now);
  bool send_datagram(SessionRecord& record, std::uint8_t channel, Bytes content, Instant now);
  /// No more messages to the application until resume(); see Engine::pause().
  void pause(SessionRecord& record);
  void resume(SessionRecord& record, Instant now);
  /// Asks the device for a sign of life.
  void ping(SessionRecord& record, Instant now);
  /// Changes a session's keys, where the gateway may.
  bool rekey(SessionRecord& record, Instant now);
  /// Messages of the session that this one replaced, on another thread. `complete`: the last ones.
  void take_over(SessionRecord& record, HeldMessageList messages, bool complete, Instant now);
  /// Ends a session that has a successor with BYE 3; what it did not deliver is for that one.
  HeldMessageList supersede(SessionRecord& record, Instant now);

  // Time

  /// Milliseconds of the engine's monotonic time; UINT64_MAX: none. `now`: more is to be sent.
  Milliseconds64 next_deadline(Milliseconds64 now) const;
  void on_deadline(Instant now);

  /// Tells the application of a message that will not be delivered.
  void report(const DeviceId& device, std::uint64_t token, Outcome outcome);

 private:
  void receive_parting(SessionRecord& record, MutableBytes packet, const Address& from,
                       Instant now);
  void handle_event(SessionRecord& record, Event event);
  void deliver_all(SessionRecord& record, const Address& from, Instant now);
  void deliver(SessionRecord& record, const Message& message, bool is_datagram, const Address& from,
               Instant now);
  void deliver_rest(SessionRecord& record, Instant now);
  void retire(SessionRecord& record, Cause cause, bool keep_messages = true);
  void take_back_all(SessionRecord& record, HeldMessageList* messages);
  void connection_broken(SessionRecord& record, Instant now);
  void remove(SessionRecord& record);
  void replace(const Directory::Owner& former, SessionRecord& successor, Instant now);

  void hand_to_session(SessionRecord& record, HeldMessagePtr message, Instant now);
  void hold(SessionRecord& record, HeldMessageList messages, Instant now);
  void settle_finished(SessionRecord& record);
  void settle(SessionRecord& record, HeldMessagePtr message, Outcome outcome);
  void count_held(SessionRecord& record, const HeldMessage& message);
  void forget_count(SessionRecord& record, const HeldMessage& message);

  bool transmit(SessionRecord& record, Instant now);
  bool transmit_datagrams(SessionRecord& record, Instant now);
  bool transmit_records(SessionRecord& record, Instant now);
  void after_transmit(SessionRecord& record, Instant now);

  ReceiveBufferPool& pool_of(const SessionRecord& record);
  void lend_receive_buffer(SessionRecord& record);
  void lend_send_buffer(SessionRecord& record);
  void take_idle_receive_buffer(SessionRecord& record);
  void take_idle_send_buffer(SessionRecord& record);
  void send_buffer_freed();
  void touch(SessionRecord& record);
  void arm(SessionRecord& record, Instant now);
  void tell(SessionRecord& record, SessionChange change, Cause cause);

  EngineContext& context_;
  ConnectionCloser& closer_;
  LookaheadBudget lookahead_;
  ReceiveBufferPool udp_buffers_;
  ReceiveBufferPool stream_buffers_;
  ReceiveBufferPool line_buffers_;
  ReceiveBufferPool wire2_buffers_;
  SendBufferPool send_buffers_;
  SessionTable table_;  // behind the pools, whose buffers its sessions have
  DeadlineHeap deadlines_;
  std::vector<SessionHandle> dirty_;
  std::deque<SessionHandle> awaiting_send_buffer_;
  bool output_full_ = false;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_ENGINE_SESSION_HOST_HPP
