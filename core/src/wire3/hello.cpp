// See hello.hpp.
#include "wire3/hello.hpp"

#include "wire3/packet.hpp"

namespace usmp {
namespace wire3 {

void write_hello(ByteWriter& writer, const HelloFields& hello) {
  writer.u8(kHello);
  write_params(writer, hello.params);
  writer.bytes(hello.public_key);
  writer.u8(static_cast<uint8_t>(hello.cookie.size));
  writer.bytes(hello.cookie);
}

bool read_hello(Bytes packet, HelloFields* hello) {
  if (packet.size > kHelloSizeMax) return false;  // USMP3 §1: a gateway takes a HELLO of 326 bytes
  ByteReader reader(packet);
  if (reader.u8() != kHello || !read_params(reader, &hello->params)) return false;
  hello->public_key = reader.bytes(crypto::kPointSize);
  const uint8_t cookie_size = reader.u8();
  if (cookie_size != 0 && cookie_size != kCookieSize) return false;
  hello->cookie = reader.bytes(cookie_size);
  return reader.done();
}

}  // namespace wire3
}  // namespace usmp
