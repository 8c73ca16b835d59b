// The gateway's end of one line: handshakes, the one session, its buffers and application. See
// line_gateway.hpp.
#ifndef USMP_SIM_LINE_END_HPP
#define USMP_SIM_LINE_END_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "alarm.hpp"
#include "device.hpp"
#include "identity.hpp"
#include "outbox.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "surroundings.hpp"
#include "usmp/gateway_handshake.hpp"

namespace usmp::sim {

class LineEnd {
 public:
  LineEnd(Surroundings surroundings, unsigned device, const Plan& plan, const Identity& identity,
          Rng rng);

  /// BYE and forget; with `says_bye` false without a word.
  void end(ByeReason reason, bool says_bye);
  void calm() { calm_ = true; }
  void packet_arrived(Datagram datagram);
  void send(std::size_t size, std::uint8_t channel);
  void send_datagram(std::size_t size);

  SessionId session_id() const;
  bool has_session() const { return session_ != nullptr; }
  const GatewaySession& session() const { return *session_; }
  std::size_t waiting_count() const { return outbox_.count(); }
  std::size_t event_count(EventKind kind) const { return events_[static_cast<std::size_t>(kind)]; }

 private:
  struct Record {
    GatewayHandshake handshake;
    Address from{};
    std::uint64_t hello_number = 0;
    Time begun = 0;
  };

  Instant instant() const { return clock_.at(surroundings_.queue.now()); }
  void hello_arrived(const Datagram& datagram);
  void hello_ack_arrived(Bytes packet, Bytes cid, const Address& from);
  void answer_claim(Record& record, const Address& from);
  void accept(Record& record, const Address& from);
  void data_arrived(Datagram& datagram, Bytes cid);
  void reset(Bytes cid);
  void forget_old_records();
  void answer(Bytes packet, const Address& to);

  void service();
  void handle(Event event);
  bool take_message();
  void take_all_messages();
  void take_datagrams();
  void transmit();
  void session_over();
  void lend_buffers();
  void take_idle_buffers();
  void arm();

  Surroundings surroundings_;
  unsigned device_;
  const Plan& plan_;
  const DevicePlan& device_plan_;
  const Identity& identity_;
  Rng rng_;
  HostClock clock_;
  GatewayConfig config_{};
  std::size_t cid_size_;
  Outbox outbox_;
  Alarm alarm_;
  LookaheadBudget lookahead_;

  std::vector<std::unique_ptr<Record>> records_;  // the oldest first
  std::unique_ptr<GatewaySession> session_;
  std::uint64_t session_hello_number_ = 0;
  std::uint64_t hello_count_ = 0;
  std::vector<ChunkState> chunks_;
  std::vector<std::uint8_t> room_;
  std::vector<std::uint8_t> places_;
  std::vector<PlaceState> place_states_;
  std::vector<std::uint8_t> datagram_;
  Time reset_at_ = 0;
  Time take_at_ = 0;
  bool message_seen_ = false;
  bool calm_ = false;
  std::array<std::size_t, kEventKindCount> events_{};
};

}  // namespace usmp::sim

#endif  // USMP_SIM_LINE_END_HPP
