// Little-endian fields at places that are known, for a compact device: its parsers check sizes
// first, and then read what lies at fixed offsets.
#ifndef USMP_COMPACT_COMPACT_BYTES_HPP
#define USMP_COMPACT_COMPACT_BYTES_HPP

#include <stddef.h>
#include <stdint.h>

namespace usmp {
namespace compact {

uint16_t read_u16(const uint8_t* from);
uint32_t read_u32(const uint8_t* from);
/// Both give the place behind what they wrote.
uint8_t* write_u16(uint8_t* to, uint16_t value);
uint8_t* write_u32(uint8_t* to, uint32_t value);
/// Copies `size` bytes, which may be 0, and gives the place behind them.
uint8_t* write_bytes(uint8_t* to, const uint8_t* bytes, size_t size);

}  // namespace compact
}  // namespace usmp

#endif  // USMP_COMPACT_COMPACT_BYTES_HPP
