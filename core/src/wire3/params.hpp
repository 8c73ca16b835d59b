// The `params` field of HELLO and CHALLENGE (§1), to and from a struct.
#ifndef USMP_WIRE3_PARAMS_HPP
#define USMP_WIRE3_PARAMS_HPP

#include "base/byte_reader.hpp"
#include "base/byte_writer.hpp"
#include "usmp/agreement.hpp"
#include "usmp/config.hpp"

namespace usmp {
namespace wire3 {

static const uint8_t kFlagStream = 1;

struct Params {
  uint8_t suites;
  bool stream;
  ReceiveLimits limits;
  uint32_t idle_s;
  Cid cid;
  Bytes extensions;  // `type ‖ len ‖ value` each, at most 255 bytes in all
};

void write_params(ByteWriter& writer, const Params& params);
/// False: too short, or a value outside its range. An ext is skipped.
bool read_params(ByteReader& reader, Params* params);
/// True if limits and cid are within the ranges of §1.
bool in_range(const Params& params);

}  // namespace wire3
}  // namespace usmp

#endif  // USMP_WIRE3_PARAMS_HPP
