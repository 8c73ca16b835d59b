// See typed_line.hpp.
#include "typed_line.hpp"

#include <charconv>

namespace usmp::cli {
namespace {

constexpr std::string_view kForm = "write `ID text` or `ID #CHANNEL text`";

/// Takes the first word and one space behind it off `line`.
std::string_view take_word(std::string_view& line) {
  const std::string_view word = line.substr(0, line.find(' '));
  line.remove_prefix(word.size() < line.size() ? word.size() + 1 : word.size());
  return word;
}

bool is_channel_word(std::string_view word) {
  return word.size() >= 2 && word.size() <= 4 && word[0] == '#' &&
         word.find_first_not_of("0123456789", 1) == std::string_view::npos;
}

}  // namespace

ParsedLine parse_typed_line(std::string_view line) {
  if (line.ends_with('\r')) line.remove_suffix(1);
  const std::size_t begin = line.find_first_not_of(' ');
  if (begin == std::string_view::npos) return {std::nullopt, {}};
  line.remove_prefix(begin);

  const gateway::ParsedDeviceId parsed = gateway::parse_device_id(take_word(line));
  if (!parsed.id) return {std::nullopt, parsed.problem + "; " + std::string(kForm)};
  TypedMessage message{*parsed.id, 0, {}};

  std::string_view rest = line;
  const std::string_view word = take_word(rest);
  if (is_channel_word(word)) {
    unsigned channel = 0;
    std::from_chars(word.data() + 1, word.data() + word.size(), channel);
    if (channel > 255) return {std::nullopt, "a channel is a number of 0 to 255"};
    message.channel = static_cast<std::uint8_t>(channel);
    line = rest;
  }
  if (line.empty()) return {std::nullopt, "there is no text to send; " + std::string(kForm)};
  message.text = line;
  return {message, {}};
}

}  // namespace usmp::cli
