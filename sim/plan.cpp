// See plan.hpp: the kinds of schedules, and how a seed becomes one.
#include "plan.hpp"

#include <algorithm>
#include <stdexcept>

#include "usmp/wire2/limits.hpp"

namespace usmp::sim {

namespace {

constexpr std::uint32_t kNearWrap = 0xFFFFFFFFu - 30'000;  // the clock wraps in half a minute
constexpr std::size_t kDevicesMax = 4;
constexpr std::size_t kDevicesMaxLong = 12;
constexpr std::uint64_t kFaultsMax = 10;
constexpr std::uint64_t kFaultsMaxLong = 100;

const std::uint8_t kSuiteChoices[] = {kSuiteBitAes256Gcm, kSuiteBitChaCha20Poly1305,
                                      kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305};

std::uint32_t clock_start(Rng& rng) {
  switch (rng.below(3)) {
    case 0:
      return kNearWrap + static_cast<std::uint32_t>(rng.below(30'000));
    case 1:
      return 0;
    default:
      return static_cast<std::uint32_t>(rng.next());
  }
}

ReceiveLimits limits(Rng& rng) {
  switch (rng.below(5)) {
    case 0:
      return {64, 64, 1};
    case 1:
      return {kMaxPacketUdp, 16'384, 64};
    case 2:
      return {128, static_cast<std::uint16_t>(rng.between(1, 1000)), 2};
    case 3:
      return {256, 1024, static_cast<std::uint8_t>(rng.between(3, 8))};
    default:
      return {static_cast<std::uint16_t>(rng.between(64, kMaxPacketUdp)),
              static_cast<std::uint16_t>(rng.between(1, 4096)),
              static_cast<std::uint8_t>(rng.between(1, 64))};
  }
}

LinkConfig link(Rng& rng, double badness) {
  LinkConfig config;
  if (rng.chance(0.7)) config.loss = badness * static_cast<double>(rng.below(40)) / 100;
  if (rng.chance(0.5)) config.duplicate = badness * static_cast<double>(rng.below(20)) / 100;
  if (rng.chance(0.4)) config.corrupt = badness * static_cast<double>(rng.below(10)) / 100;
  if (rng.chance(0.5)) config.reorder = badness * static_cast<double>(rng.below(40)) / 100;
  config.delay = rng.below(rng.chance(0.2) ? 600 : 60);
  config.reorder_delay = rng.between(1, 300);
  if (rng.chance(0.2)) {
    config.bytes_per_second = static_cast<std::uint32_t>(rng.between(4'000, 100'000));
    config.queue_bytes = rng.between(2'000, 20'000);
  }
  return config;
}

TrafficPlan traffic(Rng& rng) {
  TrafficPlan plan;
  plan.interval = rng.between(50, 5'000);
  plan.burst_max = rng.between(1, 6);
  plan.size_max = rng.chance(0.3) ? rng.between(100, 16'384) : rng.between(1, 600);
  plan.datagram_share = rng.chance(0.4) ? 0.3 : 0;
  plan.oversize_share = rng.chance(0.2) ? 0.05 : 0;
  return plan;
}

DevicePlan device(Rng& rng, std::string_view schedule, bool has_engine) {
  DevicePlan plan;
  const double badness = schedule == "quiet"                              ? 0
                         : schedule == "loss" || schedule == "wire2_loss" ? 1.5
                                                                          : 1;
  plan.limits = limits(rng);
  plan.send_window = static_cast<std::uint8_t>(rng.chance(0.3) ? 1 : rng.between(1, 64));
  plan.suites = rng.pick(kSuiteChoices);
  plan.cid_size = static_cast<std::uint8_t>(rng.chance(0.5) ? 0 : rng.between(1, 8));
  plan.early_data = rng.chance(0.4);
  plan.keepalive = rng.chance(0.5) ? 0 : static_cast<Duration>(rng.between(1'000, 60'000));
  plan.in_pieces = rng.chance(0.3);
  plan.clock_start = clock_start(rng);
  plan.up = link(rng, badness);
  plan.down = link(rng, badness);
  plan.traffic = traffic(rng);
  plan.take_delay_max = rng.chance(0.3) ? rng.between(1, 3'000) : 0;
  plan.starts_at = rng.between(0, 3'000);
  if (schedule == "stream" || ((schedule == "mixed" || schedule == kLongSchedule ||
                                schedule == "wire2" || schedule == "both_wires") &&
                               rng.chance(0.3))) {
    plan.medium = Medium::Stream;
    plan.cid_size = 0;
  } else if (!has_engine && rng.chance(0.7)) {
    plan.medium = rng.chance(0.5) ? Medium::Serial : Medium::Ble;
    plan.cid_size = 0;
  }
  return plan;
}

// What is of wire 2 in a plan that was drawn for wire 3.
void make_wire2(DevicePlan& plan, const GatewayPlan& gateway) {
  plan.wire = 2;
  plan.wire2_suite = gateway.wire2_suite;
  // A device that has room for less ends its session at a larger message: the wire cannot tell.
  plan.limits = {kMaxPacketUdp, wire2::kMessageSizeMax, 1};
  plan.traffic.datagram_share = 0;
  plan.in_pieces = false;
  plan.early_data = false;
  plan.cid_size = 0;
}

// What is of a CompactDevice in a plan that was drawn for a DeviceSession.
void make_compact(DevicePlan& plan, Rng& rng) {
  plan.is_compact = true;
  plan.medium = rng.chance(0.5) ? Medium::Serial : Medium::Ble;
  plan.limits.window = 1;
  plan.in_pieces = false;
  plan.early_data = false;
  plan.cid_size = 0;
}

// Kinds as often as they stand here.
std::vector<FaultKind> fault_kinds(std::string_view schedule) {
  using enum FaultKind;
  if (schedule == "loss" || schedule == "quiet" || schedule == "wire2_loss") return {};
  if (schedule == "sleep") {
    return {DeviceSleep, DeviceSleep, DeviceSleep, DeviceSleep, DeviceCrashAwake,
            CutDown,     CutUp,       Rebind,      GatewayCrash};
  }
  if (schedule == "moving") return {Rebind, Rebind, Rebind, CutDown, DeviceSleep, CutUp};
  if (schedule == "restarts") {
    return {GatewayStop, GatewayCrash, DeviceCrash, DeviceClose, DeviceSleep, CutBoth};
  }
  if (schedule == "stream") {
    return {BreakConnection, BreakConnection, DeviceCrash, DeviceClose,
            GatewayStop,     GatewayCrash,    Revoke,      Rotate};
  }
  return {CutUp,       CutDown,      CutBoth,          Rebind,      DeviceCrash,
          DeviceSleep, DeviceSleep,  DeviceCrashAwake, DeviceClose, BreakConnection,
          GatewayStop, GatewayCrash, Revoke,           Rotate};
}

std::vector<Fault> faults(Rng& rng, const Plan& plan) {
  const std::vector<FaultKind> kinds = fault_kinds(plan.schedule);
  std::vector<Fault> list;
  if (kinds.empty()) return list;
  const std::uint64_t count =
      rng.between(1, plan.schedule == kLongSchedule ? kFaultsMaxLong : kFaultsMax);
  for (std::uint64_t index = 0; index < count; ++index) {
    Fault fault;
    fault.kind = kinds[rng.below(kinds.size())];
    fault.at = rng.between(1, plan.active_for);
    fault.device = static_cast<unsigned>(rng.below(plan.devices.size()));
    fault.duration = rng.chance(0.2) ? rng.between(30'000, 200'000) : rng.between(1, 15'000);
    list.push_back(fault);
  }
  std::sort(list.begin(), list.end(),
            [](const Fault& one, const Fault& other) { return one.at < other.at; });
  return list;
}

}  // namespace

const std::vector<std::string_view> kSchedules = {"mixed",  "loss", "sleep",  "moving",  "restarts",
                                                  "stream", "line", "attack", "threads", "quiet"};

const std::vector<std::string_view> kWire2Schedules = {"wire2", "wire2_loss", "wire2_attack",
                                                       "both_wires"};

std::size_t DevicePlan::sent_size_max(const ReceiveLimits& peer) const {
  return is_wire2() ? wire2::kMessageSizeMax : peer.max_message;
}

const char* name_of(FaultKind kind) {
  switch (kind) {
    case FaultKind::CutUp:
      return "CutUp";
    case FaultKind::CutDown:
      return "CutDown";
    case FaultKind::CutBoth:
      return "CutBoth";
    case FaultKind::Rebind:
      return "Rebind";
    case FaultKind::DeviceCrash:
      return "DeviceCrash";
    case FaultKind::DeviceSleep:
      return "DeviceSleep";
    case FaultKind::DeviceCrashAwake:
      return "DeviceCrashAwake";
    case FaultKind::DeviceClose:
      return "DeviceClose";
    case FaultKind::BreakConnection:
      return "BreakConnection";
    case FaultKind::GatewayStop:
      return "GatewayStop";
    case FaultKind::GatewayCrash:
      return "GatewayCrash";
    case FaultKind::Revoke:
      return "Revoke";
    case FaultKind::Rotate:
      return "Rotate";
  }
  return "?";
}

Plan make_plan(std::uint64_t seed, std::string_view schedule) {
  Rng rng(seed * 0x2545F4914F6CDD1Du + 1);
  if (schedule == "any") schedule = kSchedules[rng.below(kSchedules.size())];
  const bool is_long = schedule == kLongSchedule;
  const auto is_of = [schedule](const std::vector<std::string_view>& names) {
    return std::find(names.begin(), names.end(), schedule) != names.end();
  };
  const bool has_wire2 = is_of(kWire2Schedules);
  const bool is_compact = schedule == kCompactSchedule;
  if (!is_long && !has_wire2 && !is_compact && !is_of(kSchedules)) {
    throw std::invalid_argument("no such schedule: " + std::string(schedule));
  }
  Plan plan;
  plan.seed = seed;
  plan.schedule = schedule;
  plan.has_engine = schedule != "line" && !is_compact;
  plan.active_for = is_long ? rng.between(10, 60) * kMinute : rng.between(10, 120) * kSecond;
  plan.gateway.limits = limits(rng);
  plan.gateway.send_window = static_cast<std::uint8_t>(rng.between(1, 64));
  // Where device and gateway have no suite in common there is no session, so one has both.
  plan.gateway.idle_s = static_cast<std::uint32_t>(rng.chance(0.3) ? rng.between(30, 300) : 86'400);
  plan.gateway.threads = schedule == "threads" || rng.chance(0.2) ? 2 : 1;
  plan.gateway.cookies_always = rng.chance(0.2);
  plan.gateway.clock_start = clock_start(rng);
  plan.gateway.traffic = traffic(rng);
  plan.gateway.take_delay_max = rng.chance(0.3) ? rng.between(1, 3'000) : 0;
  const std::uint64_t count =
      is_long ? rng.between(4, kDevicesMaxLong) : rng.between(1, kDevicesMax);
  for (std::uint64_t index = 0; index < count; ++index) {
    plan.devices.push_back(device(rng, plan.schedule, plan.has_engine));
  }
  if (has_wire2) {
    if (rng.chance(0.5)) plan.gateway.wire2_suite = crypto::Suite::ChaCha20Poly1305;
    for (DevicePlan& device : plan.devices) {
      if (schedule != "both_wires" || rng.chance(0.6)) make_wire2(device, plan.gateway);
    }
  }
  if (is_compact) {
    for (DevicePlan& device : plan.devices) make_compact(device, rng);
  }
  if (schedule == "attack" || schedule == "wire2_attack" ||
      ((schedule == "mixed" || is_long || is_compact) && rng.chance(0.3))) {
    plan.attack.interval = rng.between(20, 2'000);
    plan.attack.first_copies = rng.chance(0.5);
  }
  plan.faults = faults(rng, plan);
  return plan;
}

}  // namespace usmp::sim
