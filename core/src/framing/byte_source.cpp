// Ready-made sources over the caller's buffers, see usmp/framing/byte_source.hpp.
#include "usmp/framing/byte_source.hpp"

namespace usmp {

namespace {

uint8_t byte_of_pieces(const void* context, size_t index) {
  const Bytes* piece = static_cast<const BytePieces*>(context)->pieces;
  // Ends: `index` is below the sum of all sizes, which of() took the size of the source from.
  while (index >= piece->size) {
    index -= piece->size;
    ++piece;
  }
  return (*piece)[index];
}

}  // namespace

ByteSource ByteSource::of(Bytes packet) { return ByteSource(nullptr, packet.data, packet.size); }

ByteSource ByteSource::of(const BytePieces& packet) {
  size_t size = 0;
  for (size_t index = 0; index < packet.count; ++index) size += packet.pieces[index].size;
  return ByteSource(&byte_of_pieces, &packet, size);
}

}  // namespace usmp
