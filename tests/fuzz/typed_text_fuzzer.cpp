// Text that people type or keep in files: device IDs, keys, listen URIs, lines at a running
// gateway. What is read is written so that it reads the same; what is refused says why.
#include <string>
#include <string_view>

#include "expect.hpp"
#include "listen/listen_uri.hpp"
#include "printable_text.hpp"
#include "registry/device_id.hpp"
#include "registry/psk.hpp"
#include "script.hpp"
#include "typed_line.hpp"

namespace usmp::fuzz {
namespace {

bool is_plain(std::string_view text) {
  for (const char c : text) {
    if (c <= ' ' || c > '~') return false;
  }
  return !text.empty();
}

void check_device_id(std::string_view written) {
  const auto parsed = gateway::parse_device_id(written);
  USMP_FUZZ_EXPECT(parsed.id.has_value() == parsed.problem.empty(), "an ID or a reason");
  if (!parsed.id) return;
  for (const auto& text :
       {gateway::format_device_id(*parsed.id), gateway::format_device_id_hex(*parsed.id)}) {
    USMP_FUZZ_EXPECT(is_plain(text), "nothing that commands a terminal");
    const auto again = gateway::parse_device_id(text);
    USMP_FUZZ_EXPECT(again.id && *again.id == *parsed.id, "the same ID");
  }
}

void check_bytes_as_id(Bytes bytes) {
  const auto id = gateway::DeviceId::from_bytes(bytes);
  USMP_FUZZ_EXPECT(id.has_value() == (bytes.size >= 1 && bytes.size <= 32), "1 to 32 bytes");
  if (!id) return;
  const std::string text = gateway::format_device_id(*id);
  USMP_FUZZ_EXPECT(is_plain(text), "nothing that commands a terminal");
  const auto again = gateway::parse_device_id(text);
  USMP_FUZZ_EXPECT(again.id && *again.id == *id, "the same ID");
}

void check_psk(Bytes text) {
  gateway::Psk psk, again;
  if (gateway::parse_psk(text, psk) != gateway::PskProblem::None) {
    USMP_FUZZ_EXPECT(psk.view().empty(), "no half of a key");
    return;
  }
  gateway::PskText formatted;
  gateway::format_psk(psk, formatted);
  USMP_FUZZ_EXPECT(gateway::parse_psk(formatted.view(), again) == gateway::PskProblem::None,
                   "a key is written so that it reads");
  USMP_FUZZ_EXPECT(octets_of(again.view()) == octets_of(psk.view()), "the same key");
}

void check_listen_uri(std::string_view written) {
  const auto parsed = gateway::parse_listen_uri(written);
  USMP_FUZZ_EXPECT(parsed.uri.has_value() == parsed.problem.empty(), "a URI or a reason");
  if (!parsed.uri) return;
  const auto again = gateway::parse_listen_uri(parsed.uri->text());
  USMP_FUZZ_EXPECT(again.uri && *again.uri == *parsed.uri, "the same URI");
}

void check_typed_line(std::string_view line) {
  const auto parsed = cli::parse_typed_line(line);
  USMP_FUZZ_EXPECT(!parsed.message || parsed.problem.empty(), "a message or a reason");
  if (!parsed.message) return;
  const std::string_view text = parsed.message->text;
  USMP_FUZZ_EXPECT(text.empty() || (text.data() >= line.data() &&
                                    text.data() + text.size() <= line.data() + line.size()),
                   "the text lies in the line");
  const std::string again_line = gateway::format_device_id(parsed.message->device) + " #" +
                                 std::to_string(parsed.message->channel) + " " + std::string(text) +
                                 "\r";
  const auto again = cli::parse_typed_line(again_line);
  USMP_FUZZ_EXPECT(again.message && again.message->device == parsed.message->device &&
                       again.message->channel == parsed.message->channel &&
                       again.message->text == text,
                   "the same message");
}

void check_printable(Bytes bytes) {
  if (!cli::is_printable_line(bytes)) return;
  USMP_FUZZ_EXPECT(cli::is_utf8(bytes), "what is printed is UTF-8");
  for (std::size_t index = 0; index < bytes.size; ++index) {
    USMP_FUZZ_EXPECT(bytes[index] >= 0x20 && bytes[index] != 0x7F, "no control characters");
  }
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usmp::fuzz;
  Script script(data, size);
  const Octets input = script.rest();
  const std::string text(input.begin(), input.end());
  check_device_id(text);
  check_bytes_as_id(view(input));
  check_psk(view(input));
  check_listen_uri(text);
  check_typed_line(text);
  check_printable(view(input));
  return 0;
}
