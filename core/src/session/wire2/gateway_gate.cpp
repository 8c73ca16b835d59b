// What a wire 2 gateway answers without keeping anything: which packet is what, HELLO_RETRY with
// its cookie.
#include <string.h>

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "base/wipe.hpp"
#include "usmp/wire2/gateway_handshake.hpp"
#include "wire2/frame.hpp"
#include "wire2/utack.hpp"

namespace usmp {
namespace wire2 {

namespace {

const size_t kTypeOffset = 3;
const size_t kUtackTypeOffset = 2;

}  // namespace

PacketKind classify_packet(Bytes packet) {
  const bool utack = is_utack(packet);
  if (packet.size < (utack ? kUtackSize : kHeaderSize)) return PacketKind::Other;
  if (!utack && (packet[0] != kMagicLow || packet[1] != kMagicHigh)) return PacketKind::Other;
  const uint8_t type = packet[utack ? kUtackTypeOffset : kTypeOffset];
  // A UTACK of SESSION_OK is for the session, which sends it.
  if (is_sealed(type) || (utack && type == kSessionOk)) return PacketKind::Session;
  if (type == kHello && !utack) return PacketKind::Hello;
  const bool handshake = utack ? type == kChallenge || type == kHelloRetry : type == kHelloAck;
  return handshake ? PacketKind::Handshake : PacketKind::Other;
}

Error parse_hello(Bytes packet, Hello* hello) {
  FrameHeader header;
  if (!read_frame(packet, &header) || header.type != kHello) return Error::Malformed;
  ByteReader reader(payload_of(packet));
  hello->device_id = reader.bytes(kDeviceIdSize);
  hello->public_key = reader.bytes(crypto::kPointSize);
  hello->cookie = reader.bytes(reader.left() > 0 ? kCookieSize : 0);
  hello->seq = header.seq;
  return reader.done() ? Error::None : Error::Malformed;
}

void make_cookie(uint8_t (&cookie)[kCookieSize], const uint8_t (&secret)[32], Bytes address,
                 uint64_t period) {
  uint8_t time[8];
  for (size_t index = 0; index < sizeof time; ++index) {
    time[index] = static_cast<uint8_t>(period >> (8 * index));
  }
  // USMP2 §UDP: binds address and port
  const Bytes pieces[2] = {address, Bytes(time)};
  uint8_t mac[crypto::kHashSize];
  crypto::hmac_sha256(mac, Bytes(secret), pieces, 2);
  memcpy(cookie, mac, kCookieSize);
}

bool cookie_valid(const Hello& hello, const uint8_t (&secret)[32], Bytes address, uint64_t period) {
  if (hello.cookie.size != kCookieSize) return false;
  uint8_t cookie[kCookieSize];
  for (uint64_t age = 0; age < 2; ++age) {  // USMP2 §UDP: its cookie lives 30 to 60 s
    make_cookie(cookie, secret, address, period - age);
    if (equal_constant_time(cookie, hello.cookie.data, kCookieSize)) return true;
  }
  return false;
}

Result<size_t> write_hello_utack(MutableBytes out, const Hello& hello) {
  ByteWriter writer(out);
  const UtackMac none = {};
  write_utack(writer, kHello, hello.seq, none);
  if (!writer.ok()) return Error::BufferTooSmall;
  return writer.size();
}

Result<size_t> write_retry(MutableBytes out, const uint8_t (&cookie)[kCookieSize]) {
  const size_t size = kHeaderSize + kCookieSize;
  if (out.size < size) return Error::BufferTooSmall;
  const MutableBytes frame = out.first(size);
  write_header(frame, kHelloRetry, 0);
  memcpy(frame.data + kHeaderSize, cookie, kCookieSize);
  write_crc(frame);
  return size;
}

}  // namespace wire2
}  // namespace usmp
