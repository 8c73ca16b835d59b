// See params.hpp.
#include "wire3/params.hpp"

#include <string.h>

namespace usmp {
namespace wire3 {

void write_params(ByteWriter& writer, const Params& params) {
  writer.u8(params.suites);
  writer.u8(params.stream ? kFlagStream : 0);
  writer.u16(params.limits.max_packet);
  writer.u16(params.limits.max_message);
  writer.u8(params.limits.window);
  writer.u32(params.idle_s);
  writer.u8(params.cid.size);
  writer.bytes(params.cid.view());
  writer.u8(static_cast<uint8_t>(params.extensions.size));
  writer.bytes(params.extensions);
}

bool in_range(const Params& params) {
  return params.limits.max_packet >= kMaxPacketMin && params.limits.max_message >= 1 &&
         params.limits.window >= 1 && params.cid.size <= kCidSizeMax;
}

// USMP3 §1: type, length, value each; an unknown type is skipped, and none is known yet.
static bool read_extensions(Bytes extensions) {
  ByteReader reader(extensions);
  while (reader.ok() && reader.left() > 0) {
    reader.u8();
    reader.bytes(reader.u8());
  }
  return reader.ok();
}

bool read_params(ByteReader& reader, Params* params) {
  params->suites = reader.u8();
  params->stream = (reader.u8() & kFlagStream) != 0;
  params->limits.max_packet = reader.u16();
  params->limits.max_message = reader.u16();
  params->limits.window = reader.u8();
  params->idle_s = reader.u32();
  params->cid.size = reader.u8();
  if (!reader.ok() || params->cid.size > kCidSizeMax) return false;
  const Bytes cid = reader.bytes(params->cid.size);
  params->extensions = reader.bytes(reader.u8());
  if (!reader.ok() || !read_extensions(params->extensions)) return false;
  if (cid.size > 0) memcpy(params->cid.bytes, cid.data, cid.size);
  return in_range(*params);
}

}  // namespace wire3
}  // namespace usmp
