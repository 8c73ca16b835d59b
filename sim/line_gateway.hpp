// A gateway of one session at the end of each line, straight over the session API: for serial lines
// and BLE, where the medium names the session, and for UDP where a slow application is wanted.
#ifndef USMP_SIM_LINE_GATEWAY_HPP
#define USMP_SIM_LINE_GATEWAY_HPP

#include <cstdint>
#include <memory>
#include <vector>

#include "gateway.hpp"
#include "identity.hpp"
#include "plan.hpp"
#include "rng.hpp"
#include "surroundings.hpp"

namespace usmp::sim {

class LineEnd;

class LineGateway : public Gateway {
 public:
  LineGateway(Surroundings surroundings, const Plan& plan, const std::vector<Identity>& identities,
              Rng rng);
  ~LineGateway() override;

  void start() override;
  void stop() override;
  void crash() override;
  bool is_up() const override { return up_; }
  void credentials_changed(unsigned device) override;
  void calm() override;
  void datagram_arrived(unsigned device, Datagram datagram) override;
  void connection_opened(const ConnectionPtr& connection) override;
  void send(unsigned device, std::size_t size, std::uint8_t channel) override;
  void send_datagram(unsigned device, std::size_t size) override;
  SessionId session_of(unsigned device) const override;
  std::size_t waiting_count(unsigned device) const override;
  void check_bounds() const override {}
  void check_idle() const override {}

  LineEnd& line(unsigned device) { return *lines_[device]; }

 private:
  Surroundings surroundings_;
  std::vector<std::unique_ptr<LineEnd>> lines_;
  bool up_ = false;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_LINE_GATEWAY_HPP
