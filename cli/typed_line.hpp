// What a person types at a running gateway: `ID text` or `ID #CHANNEL text`.
// Not the reading of stdin, and no look whether there is such a device.
#ifndef USMP_CLI_TYPED_LINE_HPP
#define USMP_CLI_TYPED_LINE_HPP

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "registry/device_id.hpp"

namespace usmp::cli {

/// A message to a device, as typed.
struct TypedMessage {
  gateway::DeviceId device;
  std::uint8_t channel = 0;
  std::string_view text;  ///< in the line
};

/// A message, or one line that says what is wrong; neither for a line without anything in it.
struct ParsedLine {
  std::optional<TypedMessage> message;
  std::string problem;
};

/// Reads a line without its end. A text that itself begins with a word like `#7` has the channel
/// in front: `ID #0 #7 text`.
ParsedLine parse_typed_line(std::string_view line);

}  // namespace usmp::cli

#endif  // USMP_CLI_TYPED_LINE_HPP
