// See device_id.hpp.
#include "registry/device_id.hpp"

#include <algorithm>
#include <span>

#include "registry/hex.hpp"

namespace usmp::gateway {
namespace {

constexpr std::string_view kSizeProblem = "an ID has 1 to 32 bytes";
constexpr std::string_view kHexProblem =
    "this looks like hex but is not pairs of hex digits with colons between, like "
    "e9:1d:ed:ef:5c:04 (one byte: e9:)";
constexpr std::string_view kTextProblem =
    "an ID as text is printable ASCII without spaces; write other bytes as hex with colons, like "
    "e9:1d:ed:ef:5c:04";

bool is_text_character(char c) { return c > ' ' && c <= '~'; }

bool looks_like_hex(std::string_view written) {
  return written.find(':') != std::string_view::npos &&
         std::all_of(written.begin(), written.end(),
                     [](char c) { return c == ':' || hex_value(c) != kNotHex; });
}

ParsedDeviceId accept(std::span<const std::uint8_t> bytes) {
  ParsedDeviceId parsed{DeviceId::from_bytes(Bytes(bytes.data(), bytes.size())), {}};
  if (!parsed.id) parsed.problem = kSizeProblem;
  return parsed;
}

ParsedDeviceId parse_hex(std::string_view written) {
  constexpr std::size_t kPairSize = 3;  // two digits and a colon
  if (written.size() == kPairSize && written.back() == ':') {
    // A single byte: drop its colon, so that it reads like the last pair of a longer one.
    written.remove_suffix(1);
  }
  if ((written.size() + 1) % kPairSize != 0) return {std::nullopt, std::string(kHexProblem)};
  const std::size_t count = (written.size() + 1) / kPairSize;
  if (count > kDeviceIdSizeMax) return {std::nullopt, std::string(kSizeProblem)};

  std::array<std::uint8_t, kDeviceIdSizeMax> bytes{};
  for (std::size_t index = 0; index < count; ++index) {
    const std::string_view pair = written.substr(index * kPairSize, kPairSize);
    const unsigned high = hex_value(pair[0]);
    const unsigned low = hex_value(pair[1]);
    if (high == kNotHex || low == kNotHex || (pair.size() == kPairSize && pair[2] != ':')) {
      return {std::nullopt, std::string(kHexProblem)};
    }
    bytes[index] = static_cast<std::uint8_t>((high << 4U) | low);
  }
  return accept(std::span(bytes).first(count));
}

}  // namespace

std::optional<DeviceId> DeviceId::from_bytes(Bytes bytes) {
  if (bytes.size < kDeviceIdSizeMin || bytes.size > kDeviceIdSizeMax) return std::nullopt;
  DeviceId id;
  std::copy_n(bytes.data, bytes.size, id.bytes_.begin());
  id.size_ = static_cast<std::uint8_t>(bytes.size);
  return id;
}

bool DeviceId::operator==(const DeviceId& other) const {
  return size_ == other.size_ && bytes_ == other.bytes_;  // the bytes behind size_ are zero
}

std::strong_ordering DeviceId::operator<=>(const DeviceId& other) const {
  return std::lexicographical_compare_three_way(bytes_.begin(), bytes_.begin() + size_,
                                                other.bytes_.begin(),
                                                other.bytes_.begin() + other.size_);
}

ParsedDeviceId parse_device_id(std::string_view written) {
  if (looks_like_hex(written)) return parse_hex(written);
  if (!std::all_of(written.begin(), written.end(), is_text_character)) {
    return {std::nullopt, std::string(kTextProblem)};
  }
  // Refused before it is copied anywhere: a text this long may be a key in the wrong place.
  if (written.size() > kDeviceIdSizeMax) return {std::nullopt, std::string(kSizeProblem)};
  std::array<std::uint8_t, kDeviceIdSizeMax> bytes{};
  std::transform(written.begin(), written.end(), bytes.begin(),
                 [](char c) { return static_cast<std::uint8_t>(c); });
  return accept(std::span(bytes).first(written.size()));
}

std::string format_device_id(const DeviceId& id) {
  const Bytes bytes = id.bytes();
  std::string text(bytes.data, bytes.data + bytes.size);
  const bool is_text = std::all_of(text.begin(), text.end(), is_text_character);
  return is_text && !looks_like_hex(text) ? text : format_device_id_hex(id);
}

std::string format_device_id_hex(const DeviceId& id) {
  const Bytes bytes = id.bytes();
  std::string hex;
  for (std::size_t index = 0; index < bytes.size; ++index) {
    if (index != 0) hex += ':';
    hex += hex_high(bytes[index]);
    hex += hex_low(bytes[index]);
  }
  if (bytes.size == 1) hex += ':';
  return hex;
}

}  // namespace usmp::gateway

std::size_t std::hash<usmp::gateway::DeviceId>::operator()(
    const usmp::gateway::DeviceId& id) const noexcept {
  const usmp::Bytes bytes = id.bytes();
  const std::string_view view(reinterpret_cast<const char*>(bytes.data), bytes.size);
  return std::hash<std::string_view>()(view);
}
