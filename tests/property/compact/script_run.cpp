// See script_run.hpp.
#include "script_run.hpp"

#include <gtest/gtest.h>

#include <algorithm>

namespace usmp::test {

namespace {

constexpr LinkFaults kNoFaults = {0, 0, 0, 1};
constexpr int kPacketsMax = 40;     // of an exchange
constexpr int kRoundsMax = 20'000;  // of the end, where everything arrives
constexpr std::uint8_t kDatagram = 0xDD;

Octets numbered(std::size_t number, std::size_t size) {
  Octets octets(std::max<std::size_t>(size, 2));
  for (std::size_t at = 0; at < octets.size(); ++at) {
    octets[at] = static_cast<std::uint8_t>(number * 31 + at * 7);
  }
  octets[0] = static_cast<std::uint8_t>(number);
  octets[1] = static_cast<std::uint8_t>(number >> 8);
  return octets;
}

}  // namespace

Script make_script(std::uint32_t seed, LinkFaults faults, bool ends) {
  std::mt19937 rng(seed);
  const auto below = [&rng](std::uint32_t end) { return static_cast<std::uint32_t>(rng() % end); };
  Script script{seed, usual_options<CompactDevice>(), faults, {}};
  PairOptions& options = script.options;
  if (below(2) == 0) options.medium = Medium::Ble;
  options.device.max_packet = static_cast<std::uint16_t>(64 + below(300));
  options.device.max_message = static_cast<std::uint16_t>(2 + below(900));
  options.gateway = {static_cast<std::uint16_t>(64 + below(1200)),
                     static_cast<std::uint16_t>(2 + below(3000)),
                     static_cast<std::uint8_t>(1 + below(20))};
  options.suites = static_cast<std::uint8_t>(1 + below(3));
  options.gateway_cid = Octets(below(9), 0xC0);
  options.idle_s = 30 + below(4000);
  options.packet_room = static_cast<std::uint16_t>(192 + below(1100));
  const std::uint32_t kinds = ends ? 10 : 7;
  const std::uint32_t count = 10 + below(60);
  for (std::uint32_t step = 0; step < count; ++step) {
    const Act act = below(2) == 0 ? static_cast<Act>(below(2)) : static_cast<Act>(below(kinds));
    script.steps.push_back({act, below(5000), static_cast<std::uint8_t>(below(256))});
  }
  return script;
}

template <typename Device>
ScriptRun<Device>::ScriptRun(const Script& script)
    : script_(script), pair_(script.options), rng_(script.seed) {}

template <typename Device>
bool ScriptRun<Device>::play() {
  for (const Step& step : script_.steps) {
    act(step);
    exchange(script_.faults);
  }
  for (int round = 0; round < kRoundsMax; ++round) {
    exchange(kNoFaults);
    if (all_there()) return true;
    pair_.pass_to_next_deadline();
  }
  return false;
}

template <typename Device>
bool ScriptRun<Device>::all_there() const {
  const auto acknowledged = [](const Posted& posted) {
    return posted.node.delivery == Delivery::Acknowledged;
  };
  return pair_.device->established() && up_sent_ == up_.size() && down_sent_ == down_.size() &&
         std::all_of(up_.begin(), up_.end(), acknowledged) &&
         std::all_of(down_.begin(), down_.end(), acknowledged);
}

template <typename Device>
void ScriptRun<Device>::act(const Step& step) {
  const PairOptions& options = script_.options;
  switch (step.act) {
    case Act::DeviceSends:
      up_.emplace_back(numbered(up_.size(), step.number % (options.gateway.max_message + 1u)),
                       step.channel);
      break;
    case Act::GatewaySends:
      down_.emplace_back(numbered(down_.size(), step.number % (options.device.max_message + 1u)),
                         step.channel);
      break;
    case Act::DeviceDatagram:
      if (!pair_.device->established() || pair_.device->datagram_waiting()) break;
      datagram_up_.assign(step.number % (pair_.device->datagram_size_max() + 1), kDatagram);
      EXPECT_EQ(pair_.device->send_datagram(view(datagram_up_), step.channel, pair_.now),
                Error::None);
      break;
    case Act::GatewayDatagram:
      if (!gateway_knows_ || !pair_.gateway->established()) break;
      if (pair_.gateway->datagram_waiting()) break;
      datagram_down_.assign(step.number % (pair_.gateway->datagram_size_max() + 1), kDatagram);
      EXPECT_EQ(pair_.gateway->send_datagram(view(datagram_down_), step.channel, pair_.now),
                Error::None);
      break;
    case Act::Pings:
      EXPECT_EQ(pair_.device->ping(pair_.now) == Error::None, pair_.device->established());
      break;
    case Act::Waits:
      pair_.pass(step.number);
      break;
    case Act::Sleeps: {
      if (!pair_.device->can_sleep()) break;
      Octets saved(kSavedStateSizeMax);
      saved.resize(pair_.device->save({saved.data(), saved.size()}, pair_.now).value);
      pair_.pass(step.number);
      EXPECT_EQ(pair_.device->wake({saved.data(), saved.size()}, step.number / 1000, pair_.now),
                Error::None);
      break;
    }
    case Act::DeviceEnds:
      pair_.device->close(ByeReason::Done, pair_.now);
      break;
    case Act::GatewayEnds:
      if (gateway_knows_) pair_.gateway->close(ByeReason::GoingDown, pair_.now);
      break;
    case Act::GatewayForgets:
      take();
      gateway_knows_ = false;  // as after a crash
      pair_.gateway.reset();
      break;
  }
}

// Lets both say what they have, and time pass a little where nothing is said.
template <typename Device>
void ScriptRun<Device>::exchange(const LinkFaults& faults) {
  for (int count = 0; count < kPacketsMax; ++count) {
    const State state = pair_.device->state();
    if (state == State::Idle || state == State::Closed || state == State::Asleep) {
      EXPECT_EQ(pair_.device->connect(pair_.now), Error::None);
    }
    send_backlog();
    const bool said = carry(pair_.device_packet(), faults, true);
    if (chance(faults.takes)) take();
    const bool answered = gateway_knows_ && carry(pair_.gateway_packet(), faults, false);
    if (chance(faults.takes)) take();
    if (!said && !answered) return;
  }
}

// False: there is no packet.
template <typename Device>
bool ScriptRun<Device>::carry(const Octets& packet, const LinkFaults& faults, bool up) {
  if (packet.empty()) return false;
  if (chance(faults.lost)) return true;
  Octets arriving = packet;
  if (chance(faults.spoilt)) {
    std::uint8_t& spoilt = arriving[rng_() % packet.size()];
    spoilt = static_cast<std::uint8_t>(spoilt ^ 1u << (rng_() % 8));
  }
  const int times = chance(faults.doubled) ? 2 : 1;
  for (int time = 0; time < times; ++time) up ? at_gateway(arriving) : at_device(arriving);
  return true;
}

template <typename Device>
void ScriptRun<Device>::at_gateway(const Octets& packet) {
  if (packet[0] == 0x30) {
    if (packet != hello_) {
      hello_ = packet;
      challenge_ = pair_.challenge_for(packet);
    }
    if (!challenge_.empty()) at_device(challenge_);
    return;
  }
  if (packet[0] == 0x33) {
    if (!pair_.handshake || pair_.handshake->exhausted()) return;
    if (pair_.gateway) take();
    const GatewaySession* const before = pair_.gateway.get();
    const Octets answer = pair_.answer_for(packet);
    if (pair_.gateway.get() != before) begin_session();
    if (!answer.empty()) at_device(answer);
    return;
  }
  if (!gateway_knows_) {
    Octets reset(1 + kCidSizeMax);
    reset.resize(
        write_reset({reset.data(), reset.size()}, view(script_.options.gateway_cid)).value);
    at_device(reset);
    return;
  }
  (void)pair_.to_gateway(packet);
  if (!pair_.gateway->established()) gateway_knows_ = pair_.gateway->state() != State::Closed;
  Message datagram;
  while (pair_.gateway->next_datagram(&datagram)) look_at(datagram);
}

template <typename Device>
void ScriptRun<Device>::at_device(const Octets& packet) {
  (void)pair_.to_device(packet);
  Message datagram;
  while (pair_.device->next_datagram(&datagram)) look_at(datagram);
}

// What the gateway still holds for the device goes out in the new session.
template <typename Device>
void ScriptRun<Device>::begin_session() {
  ++sessions_;
  gateway_knows_ = true;
  down_sent_ = 0;
  while (down_sent_ < down_.size() && down_[down_sent_].node.delivery == Delivery::Acknowledged) {
    ++down_sent_;
  }
}

template <typename Device>
void ScriptRun<Device>::send_backlog() {
  while (up_sent_ < up_.size() &&
         pair_.device->send(up_[up_sent_].node, pair_.now) == Error::None) {
    ++up_sent_;
  }
  while (gateway_knows_ && down_sent_ < down_.size() &&
         pair_.gateway->send(down_[down_sent_].node, pair_.now) == Error::None) {
    ++down_sent_;
  }
}

template <typename Device>
void ScriptRun<Device>::take() {
  pair_.take_messages();
  while (pair_.device->take_finished() != nullptr) {
  }
  while (pair_.gateway && pair_.gateway->take_finished() != nullptr) {
  }
}

template <typename Device>
void ScriptRun<Device>::look_at(const Message& datagram) {
  for (std::size_t at = 0; at < datagram.content.size; ++at) {
    datagrams_true_ = datagrams_true_ && datagram.content[at] == kDatagram;
  }
}

template class ScriptRun<DeviceSession>;
template class ScriptRun<CompactDevice>;

}  // namespace usmp::test
