// Tells bytes that may be shown as text from those that may not, so that nothing a device sends can
// command a terminal or pass for another line.
#ifndef USMP_CLI_PRINTABLE_TEXT_HPP
#define USMP_CLI_PRINTABLE_TEXT_HPP

#include <cstdint>
#include <string>
#include <string_view>

#include "usmp/bytes.hpp"

namespace usmp::cli {

/// True if `bytes` are well-formed UTF-8.
bool is_utf8(Bytes bytes);

/// True if `bytes` are well-formed UTF-8 that a terminal shows as one line as it stands: no control
/// characters (those of Unicode too), none that change the direction of writing, no line ends.
bool is_printable_line(Bytes bytes);

/// Two lower case digits a byte, nothing between.
std::string hex_of(Bytes bytes);

/// The bytes as characters, as they are.
inline std::string_view text_of(Bytes bytes) {
  return {reinterpret_cast<const char*>(bytes.data), bytes.size};
}

}  // namespace usmp::cli

#endif  // USMP_CLI_PRINTABLE_TEXT_HPP
