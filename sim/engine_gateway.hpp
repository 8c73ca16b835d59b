// The gateway's real engines, one a thread, all in this one thread and in virtual time, with an
// application that checks what it is told.
#ifndef USMP_SIM_ENGINE_GATEWAY_HPP
#define USMP_SIM_ENGINE_GATEWAY_HPP

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <vector>

#include "alarm.hpp"
#include "engine/engine.hpp"
#include "gateway.hpp"
#include "identity.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "surroundings.hpp"
#include "usmp/framing/stream_record.hpp"

namespace usmp::sim {

class EngineGateway : public Gateway, private gateway::KeySource, private gateway::Application {
 public:
  EngineGateway(Surroundings surroundings, const GatewayPlan& plan,
                const std::vector<Identity>& identities, Rng rng);
  ~EngineGateway() override;

  void start() override;
  void stop() override;
  void crash() override;
  bool is_up() const override { return directory_ != nullptr; }
  void credentials_changed(unsigned device) override;
  void calm() override {}

  void datagram_arrived(unsigned device, Datagram datagram) override;
  void connection_opened(const ConnectionPtr& connection) override;

  void send(unsigned device, std::size_t size, std::uint8_t channel) override;
  void send_datagram(unsigned device, std::size_t size) override;

  SessionId session_of(unsigned device) const override { return peers_[device].session; }
  std::size_t waiting_count(unsigned device) const override {
    return peers_[device].unsettled.size();
  }
  void check_bounds() const override;
  void check_idle() const override;
  gateway::EngineCounters counters() const;
  std::size_t change_count(gateway::SessionChange change) const {
    return changes_[static_cast<std::size_t>(change)];
  }

 private:
  class Thread;
  struct Line;
  struct Peer {
    gateway::DeviceId id;
    SessionId session{};
    std::deque<std::uint32_t> unsettled;
  };

  gateway::KeyLookup find(const gateway::DeviceId& device, gateway::DeviceKey& key) override;
  void message_arrived(const gateway::ArrivedMessage& message) override;
  void message_settled(const gateway::DeliveryReport& report) override;
  void session_changed(const gateway::SessionReport& report) override;

  Instant instant() const { return clock_.at(surroundings_.queue.now()); }
  std::uint64_t seconds() const { return surroundings_.queue.now() / kSecond; }
  Flow& to_device(unsigned device) {
    return surroundings_.ledger.flow(device, Direction::ToDevice);
  }
  gateway::EngineConfig engine_config();
  Thread& sending_thread(unsigned device);
  unsigned index_of(const gateway::DeviceId& id) const;
  void end_of_life();

  Surroundings surroundings_;
  const GatewayPlan& plan_;
  const std::vector<Identity>& identities_;
  Rng rng_;
  HostClock clock_;
  std::vector<Peer> peers_;
  std::map<gateway::DeviceId, unsigned> indexes_;
  std::unique_ptr<gateway::Directory> directory_;  // nullptr: down
  std::vector<std::unique_ptr<Thread>> threads_;
  std::uint64_t life_ = 0;
  std::size_t changes_[5] = {};
};

}  // namespace usmp::sim

#endif  // USMP_SIM_ENGINE_GATEWAY_HPP
