// A device's name on the wire, 1 to 32 bytes, and the one way to write it for people.
// Not a check whether such a device exists: the registry knows that.
#ifndef USMP_GATEWAY_REGISTRY_DEVICE_ID_HPP
#define USMP_GATEWAY_REGISTRY_DEVICE_ID_HPP

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "usmp/bytes.hpp"

namespace usmp::gateway {

// USMP3 §2: device_id is 1..32 bytes.
inline constexpr std::size_t kDeviceIdSizeMin = 1;
inline constexpr std::size_t kDeviceIdSizeMax = 32;

/// 1 to 32 bytes of any value. Copies are cheap and hold no memory elsewhere.
class DeviceId {
 public:
  /// Copies `bytes`; nothing if their count is not 1..32.
  static std::optional<DeviceId> from_bytes(Bytes bytes);

  /// The bytes as they go over the wire; valid as long as this object.
  Bytes bytes() const { return Bytes(bytes_.data(), size_); }

  bool operator==(const DeviceId& other) const;
  /// Byte order, the shorter of two with the same beginning first: as the registry sorts.
  std::strong_ordering operator<=>(const DeviceId& other) const;

 private:
  DeviceId() = default;

  std::array<std::uint8_t, kDeviceIdSizeMax> bytes_{};
  std::uint8_t size_ = 0;
};

/// What parse_device_id found: an ID, or one line that says what is wrong with it.
struct ParsedDeviceId {
  std::optional<DeviceId> id;
  std::string problem;
};

/// Reads an ID as people write it.
/// - Hex digits and colons only, with a colon in it, is hex: pairs of digits with a colon between
///   them (`e9:1d:ed:ef:5c:04`); a single byte has its colon behind it (`e9:`). What looks like hex
///   and is malformed is refused, never taken as text, so that a slip of the finger names nobody.
/// - Everything else is text and stands for its own bytes: printable ASCII without spaces.
ParsedDeviceId parse_device_id(std::string_view written);

/// Writes an ID so that parse_device_id reads the same bytes: as text where that is possible, as
/// hex with colons otherwise. The result is printable ASCII without spaces, whatever the bytes are,
/// so that an ID from the network cannot command a terminal.
std::string format_device_id(const DeviceId& id);

/// Always hex with colons; parse_device_id reads this too.
std::string format_device_id_hex(const DeviceId& id);

}  // namespace usmp::gateway

template <>
struct std::hash<usmp::gateway::DeviceId> {
  std::size_t operator()(const usmp::gateway::DeviceId& id) const noexcept;
};

#endif  // USMP_GATEWAY_REGISTRY_DEVICE_ID_HPP
