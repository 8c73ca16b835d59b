// HELLO as a gateway reads it: whatever parses is written back as the same bytes, and the answers
// to it have the sizes of the spec. Also params alone, and which packet is what.
#include "expect.hpp"
#include "script.hpp"
#include "usmp/gateway_handshake.hpp"
#include "wire3/hello.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {
namespace {

void check_params(const Octets& input) {
  wire3::Params params;
  ByteReader reader(view(input));
  if (!wire3::read_params(reader, &params)) return;
  USMP_FUZZ_EXPECT(wire3::in_range(params), "what is read is in its range");
  Octets written(reader.offset());
  ByteWriter writer(writable(written));
  wire3::write_params(writer, params);
  USMP_FUZZ_EXPECT(writer.ok() && writer.position() == reader.offset(), "the same size");
  Octets expected(input.begin(), input.begin() + static_cast<std::ptrdiff_t>(reader.offset()));
  // Only bit 0 of the flags means something.
  expected[1] &= wire3::kFlagStream;
  USMP_FUZZ_EXPECT(written == expected, "the same bytes");
}

void check_answers(const Hello& hello) {
  const std::uint8_t secret[32] = {1};
  const Bytes address(secret, 6);
  std::uint8_t cookie[kCookieSize];
  make_cookie(cookie, secret, address, hello.public_key, 5);
  USMP_FUZZ_EXPECT(!cookie_valid(hello, secret, address, 5), "nobody guesses a cookie");
  Octets out(kGatewayHandshakeSizeMax);
  const auto retry = write_retry(writable(out), hello, cookie);
  USMP_FUZZ_EXPECT(retry.ok() && retry.value == 1u + hello.cid.size + 4 + 16, "RETRY");
  const auto reject = write_reject(writable(out), hello, RejectReason::Busy);
  USMP_FUZZ_EXPECT(reject.ok() && reject.value == 1u + hello.cid.size + 4 + 1, "REJECT");
  USMP_FUZZ_EXPECT(retry.value <= hello.packet.size, "an answer is no larger than what asked");
}

void check_hello(const Octets& packet) {
  Hello hello;
  if (parse_hello(view(packet), &hello) != Error::None) return;
  USMP_FUZZ_EXPECT(packet.size() <= kHelloSizeMax, "326 bytes at most");
  USMP_FUZZ_EXPECT(hello.public_key.size == crypto::kPointSize, "a public key");
  USMP_FUZZ_EXPECT(hello.cookie.empty() || hello.cookie.size == kCookieSize, "a cookie or none");
  wire3::HelloFields fields;
  USMP_FUZZ_EXPECT(wire3::read_hello(view(packet), &fields), "read once, read again");
  Octets written(packet.size());
  ByteWriter writer(writable(written));
  wire3::write_hello(writer, fields);
  USMP_FUZZ_EXPECT(writer.ok() && writer.position() == packet.size(), "the same size");
  written[2] = packet[2];  // flags: all but bit 0 is ignored
  USMP_FUZZ_EXPECT(written == packet, "the same bytes");
  check_answers(hello);
}

void check_kind(const Octets& packet, std::size_t cid_size) {
  Bytes cid;
  const PacketKind kind = classify_packet(view(packet), cid_size, &cid);
  if (kind != PacketKind::HelloAck && kind != PacketKind::Data) return;
  USMP_FUZZ_EXPECT(cid.size == cid_size && cid.size < packet.size(), "the cid lies in the packet");
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usmp::fuzz;
  Script script(data, size);
  const Octets input = script.rest();
  check_hello(input);
  if (!input.empty()) check_params(Octets(input.begin() + 1, input.end()));
  for (std::size_t cid_size = 0; cid_size <= usmp::kCidSizeMax; ++cid_size) {
    check_kind(input, cid_size);
  }
  return 0;
}
