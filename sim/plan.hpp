// What one run consists of: hosts, links, applications and faults, all decided by a seed and a kind
// of schedule. Not what happens: that is world.hpp.
#ifndef USMP_SIM_PLAN_HPP
#define USMP_SIM_PLAN_HPP

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "link.hpp"
#include "usmp/config.hpp"
#include "usmp/crypto.hpp"
#include "virtual_time.hpp"

namespace usmp::sim {

/// What an application does with its session while the run is active.
struct TrafficPlan {
  Time interval = 0;          ///< mean time between two messages; 0: none
  std::size_t burst_max = 1;  ///< messages at a time, at most
  std::size_t size_max = 64;  ///< of a message
  double datagram_share = 0;  ///< of what is sent
  double oversize_share = 0;  ///< messages larger than the peer takes
};

struct DevicePlan {
  Medium medium = Medium::Udp;
  ReceiveLimits limits{kMaxPacketUdp, 4096, 16};
  std::uint8_t send_window = 16;
  std::uint8_t suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  std::uint8_t cid_size = 0;
  bool early_data = false;
  Duration keepalive = 0;
  bool in_pieces = false;         ///< reads CHALLENGE and writes handshake packets piece by piece
  std::uint32_t clock_start = 0;  ///< its Instant at virtual time 0
  LinkConfig up;
  LinkConfig down;
  TrafficPlan traffic;
  Time take_delay_max = 0;  ///< the application leaves a message waiting for so long
  Time starts_at = 0;
  std::uint8_t wire = 3;
  bool is_compact = false;  ///< a CompactDevice, which takes only what it is made for
  crypto::Suite wire2_suite = crypto::Suite::Aes256Gcm;  ///< as GatewayPlan has it

  bool is_wire2() const { return wire == 2; }
  /// The largest message that `peer` takes from this device: its wire may have a bound of its own.
  std::size_t sent_size_max(const ReceiveLimits& peer) const;
};

struct GatewayPlan {
  ReceiveLimits limits{kMaxPacketUdp, 16'384, 64};
  std::uint8_t send_window = 64;
  std::uint8_t suites = kSuiteBitAes256Gcm | kSuiteBitChaCha20Poly1305;
  std::uint32_t idle_s = 24 * 3600;
  unsigned threads = 1;
  crypto::Suite wire2_suite = crypto::Suite::Aes256Gcm;
  bool cookies_always = false;  ///< under load from the first handshake on
  std::uint32_t clock_start = 0;
  TrafficPlan traffic;      ///< to each device
  Time take_delay_max = 0;  ///< on lines only: the engine's application takes all at once
};

enum class FaultKind : std::uint8_t {
  CutUp,  ///< nothing from the device arrives for `duration`
  CutDown,
  CutBoth,
  Rebind,            ///< the device's address changes
  DeviceCrash,       ///< its state is lost; it starts again after `duration`
  DeviceSleep,       ///< it saves as soon as it may, and wakes after `duration`
  DeviceCrashAwake,  ///< as DeviceSleep, and it crashes right after it read its state
  DeviceClose,       ///< BYE 0, and again after `duration`
  BreakConnection,
  GatewayStop,   ///< BYE 5 to all, and it starts empty after `duration`
  GatewayCrash,  ///< gone without a word, and it starts empty after `duration`
  Revoke,        ///< the device's key is revoked, and valid again after `duration`
  Rotate,        ///< the device's key is another one, at both ends
};
const char* name_of(FaultKind kind);

struct Fault {
  Time at = 0;
  FaultKind kind = FaultKind::Rebind;
  unsigned device = 0;
  Time duration = 0;
};

struct AttackPlan {
  Time interval = 0;          ///< mean time between two attacks; 0: none
  bool first_copies = false;  ///< sometimes a genuine packet comes from elsewhere first
};

struct Plan {
  std::uint64_t seed = 0;
  std::string schedule = "directed";
  bool has_engine = true;  ///< false: each device has a gateway of its own at its line
  GatewayPlan gateway;
  std::vector<DevicePlan> devices;
  std::vector<Fault> faults;
  AttackPlan attack;
  Time active_for = kMinute;
};

/// The kinds of schedules; "any" takes one of the others by the seed.
extern const std::vector<std::string_view> kSchedules;
/// With devices of wire 2, or of both wires; not of "any", whose seeds keep their meaning.
extern const std::vector<std::string_view> kWire2Schedules;
/// CompactDevices, each at a line of its own.
inline constexpr std::string_view kCompactSchedule = "compact";
/// As "mixed", with more devices and faults and up to an hour; not one of "any".
inline constexpr std::string_view kLongSchedule = "long";
/// Throws std::invalid_argument for an unknown kind.
Plan make_plan(std::uint64_t seed, std::string_view schedule);

}  // namespace usmp::sim

#endif  // USMP_SIM_PLAN_HPP
