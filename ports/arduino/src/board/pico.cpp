// RP2040 and RP2350 with the Pico SDK: pico_rand, four of its words for each that is given out,
// because the RP2040 has ring oscillators and no certified generator; and the number of its flash.
#include "board.hpp"
#if defined(USMP_BOARD_PICO)
#include <pico/rand.h>
#include <pico/unique_id.h>

#include "usmp/crypto.hpp"

namespace usmp_arduino {

namespace {
const size_t kWordsPerBlock = 32;  // for a block of 32 bytes
}  // namespace

bool has_generator() { return true; }

bool generate(uint8_t* out, size_t size) {
  uint8_t block[usmp::crypto::kHashSize];
  while (size > 0) {
    usmp::crypto::Sha256 hash;
    for (size_t count = 0; count < kWordsPerBlock; ++count) {
      const uint32_t word = get_rand_32();
      hash.update(usmp::Bytes(reinterpret_cast<const uint8_t*>(&word), sizeof word));
    }
    hash.finish(block);
    const size_t piece = size < sizeof block ? size : sizeof block;
    for (size_t index = 0; index < piece; ++index) out[index] = block[index];
    out += piece;
    size -= piece;
  }
  for (volatile uint8_t& byte : block) byte = 0;
  return true;
}

bool board_number(uint8_t* out, size_t size) {
  pico_unique_board_id_t id;
  if (size > sizeof id.id) return false;
  pico_get_unique_board_id(&id);
  // Its last bytes differ most between boards.
  for (size_t index = 0; index < size; ++index) out[index] = id.id[sizeof id.id - size + index];
  return true;
}

}  // namespace usmp_arduino
#endif
