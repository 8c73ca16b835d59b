// HELLO (§1): `params_D ‖ pub_D ‖ cookie_len ‖ cookie`.
#ifndef USMP_WIRE3_HELLO_HPP
#define USMP_WIRE3_HELLO_HPP

#include "wire3/params.hpp"

namespace usmp {
namespace wire3 {

struct HelloFields {
  Params params;
  Bytes public_key;  // 32 bytes
  Bytes cookie;      // 0 or 16 bytes
};

void write_hello(ByteWriter& writer, const HelloFields& hello);
/// False: too short, too long, or a field outside its range. Views point into `packet`.
bool read_hello(Bytes packet, HelloFields* hello);

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_HELLO_HPP
