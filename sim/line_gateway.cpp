// See line_gateway.hpp.
#include "line_gateway.hpp"

#include "line_end.hpp"
#include "violation.hpp"

namespace usmp::sim {

LineGateway::LineGateway(Surroundings surroundings, const Plan& plan,
                         const std::vector<Identity>& identities, Rng rng)
    : surroundings_(surroundings) {
  for (unsigned device = 0; device < identities.size(); ++device) {
    lines_.push_back(
        std::make_unique<LineEnd>(surroundings, device, plan, identities[device], rng.fork()));
  }
}

LineGateway::~LineGateway() = default;

void LineGateway::start() {
  up_ = true;
  surroundings_.network.set_gateway([this](unsigned device, Datagram datagram) {
    datagram_arrived(device, std::move(datagram));
  });
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway starts");
}

void LineGateway::stop() {
  if (!up_) return;
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway stops");
  for (const auto& line : lines_) line->end(ByeReason::GoingDown, true);
  up_ = false;
  surroundings_.network.set_gateway(nullptr);
}

void LineGateway::crash() {
  if (!up_) return;
  surroundings_.trace.note(surroundings_.queue.now(), "the gateway crashes");
  for (const auto& line : lines_) line->end(ByeReason::GoingDown, false);
  up_ = false;
  surroundings_.network.set_gateway(nullptr);
}

void LineGateway::credentials_changed(unsigned device) {
  if (up_) lines_[device]->end(ByeReason::Revoked, true);
}

void LineGateway::calm() {
  for (const auto& line : lines_) line->calm();
}

void LineGateway::datagram_arrived(unsigned device, Datagram datagram) {
  if (up_) lines_[device]->packet_arrived(std::move(datagram));
}

void LineGateway::connection_opened(const ConnectionPtr&) {
  throw Violation("a line gateway has no streams");
}

void LineGateway::send(unsigned device, std::size_t size, std::uint8_t channel) {
  if (up_) lines_[device]->send(size, channel);
}

void LineGateway::send_datagram(unsigned device, std::size_t size) {
  if (up_) lines_[device]->send_datagram(size);
}

SessionId LineGateway::session_of(unsigned device) const { return lines_[device]->session_id(); }

std::size_t LineGateway::waiting_count(unsigned device) const {
  return lines_[device]->waiting_count();
}

}  // namespace usmp::sim
