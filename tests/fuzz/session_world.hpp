// A device and a gateway with a hostile network between them, which a script drives: packets lost,
// repeated, spoilt, invented, time, sleep, restarts, applications that are slow. Holds what must
// always be true, and at the end that a network that is good again delivers everything.
#ifndef USMP_TESTS_FUZZ_SESSION_WORLD_HPP
#define USMP_TESTS_FUZZ_SESSION_WORLD_HPP

#include <deque>
#include <memory>
#include <set>
#include <vector>

#include "established_pair.hpp"
#include "message_flow.hpp"

namespace usmp::fuzz {

class SessionWorld {
 public:
  explicit SessionWorld(EstablishedPair& pair, bool established);
  ~SessionWorld();
  SessionWorld(const SessionWorld&) = delete;
  SessionWorld& operator=(const SessionWorld&) = delete;

  /// One action, whose kind and details are the script's.
  void act(Script& script);
  /// The network loses nothing any more: everything sent arrives, in bounded time.
  void come_to_rest();

 private:
  enum class Way : std::uint8_t { Up, Down };
  /// Packets of one direction.
  struct Lane {
    std::deque<Octets> in_flight;
    std::vector<Octets> history;
    std::vector<Octets> accepted;
  };

  // The script's actions
  void deliver_some(Way way, Script& script);
  void lose_some(Way way, Script& script);
  void replay(Way way, Script& script);
  void spoil(Way way, Script& script);
  void invent(Way way, Script& script);
  void send_something(Script& script);
  void pass_time(Script& script);
  void sleep_or_wake(Script& script);
  void close_something(Script& script);
  void change_surroundings(Script& script);

  // The network
  Lane& lane(Way way) { return way == Way::Up ? up_ : down_; }
  void launch(Way way, const Octets& packet);
  void launch_answer(const Octets& packet);
  void deliver(Way way, const Octets& packet);
  void deliver_front(Way way);
  bool is_stream_medium() const { return is_stream(pair_.shape.medium); }
  void break_connection();

  // The device
  void to_device(const Octets& packet);
  void device_event(Event event);
  void poll_device();
  void drain_device();
  void wake_device(std::uint32_t slept_s);
  void connect_device_again();

  // The gateway
  void to_gateway(const Octets& packet);
  void hello_arrived(const Octets& packet);
  void hello_ack_arrived(const Octets& packet);
  void accept();
  void data_arrived(const Octets& packet);
  void gateway_event(Event event);
  void poll_gateway();
  void drain_gateway();
  void lend_buffers();
  void take_idle_buffers();
  void forget_gateway_session();

  // What must hold
  void number_used_once(const Session& session, std::uint32_t epoch, Way way, const Octets& packet);
  bool genuine(Way way, const Octets& packet);
  void note_accepted(Way way, const Octets& packet);
  void step();
  bool at_rest() const;

  EstablishedPair& pair_;
  std::unique_ptr<GatewayHandshake> handshake_;
  std::unique_ptr<GatewaySession> owned_;
  GatewaySession* session_ = nullptr;
  Lane up_, down_;
  MessageFlow to_gateway_, to_device_;
  std::set<Octets> numbers_used_;
  Octets saved_, datagram_up_, datagram_down_, kept_up_, kept_down_;
  Octets cid_g_;
  Instant slept_at_{0};
  std::uint32_t sessions_ = 0;
  bool device_busy_ = false, gateway_busy_ = false;
  bool cookies_ = false, full_ = false;
};

}  // namespace usmp::fuzz

#endif  // USMP_TESTS_FUZZ_SESSION_WORLD_HPP
