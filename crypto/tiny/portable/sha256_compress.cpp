// The compression of SHA-256 (FIPS 180-4 §6.2.2). Not pieces and padding: see ../sha256.cpp.
// Rotations are made of whole bytes and single bits, because an 8-bit processor has no others and
// its compiler makes loops of the rest.
#include "../platform.hpp"
#include "../sha256.hpp"
#include "wiped.hpp"

#if !USMP_TINY_AVR

namespace usmp {
namespace crypto {
namespace tiny {
namespace {

const uint8_t kRounds = 64;

const uint32_t kRoundWords[kRounds] USMP_TINY_TABLE = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

template <int kBits>
uint32_t rotated_right(uint32_t word) {
  return word >> kBits | word << (32 - kBits);
}

// The four functions of FIPS 180-4 §4.1.2, with the rotation they share taken out of each sum:
// rotr6 ^ rotr11 ^ rotr25 = rotr6(x ^ rotr5(x ^ rotr14(x))).
uint32_t large_sigma_0(uint32_t word) {  // rotr2 ^ rotr13 ^ rotr22
  return rotated_right<2>(word ^ rotated_right<11>(word ^ rotated_right<9>(word)));
}
uint32_t large_sigma_1(uint32_t word) {
  return rotated_right<6>(word ^ rotated_right<5>(word ^ rotated_right<14>(word)));
}
uint32_t small_sigma_0(uint32_t word) {
  return rotated_right<7>(word ^ rotated_right<11>(word)) ^ word >> 3;
}
uint32_t small_sigma_1(uint32_t word) {
  return rotated_right<17>(word ^ rotated_right<2>(word)) ^ word >> 10;
}

// W(t) takes the place of W(t - 16).
void extend_schedule(uint32_t* block, uint8_t round) {
  block[round % kBlockWords] += small_sigma_0(block[(round + 1) % kBlockWords]) +
                                block[(round + 9) % kBlockWords] +
                                small_sigma_1(block[(round + 14) % kBlockWords]);
}

}  // namespace

extern "C" void usmp_tiny_sha256_compress(uint32_t* hash, uint32_t* block) {
  Wiped<uint32_t[kHashWords]> working;
  uint32_t* const v = working.value;  // a to h of the standard.
  for (uint8_t index = 0; index < kHashWords; ++index) v[index] = hash[index];
  for (uint8_t round = 0; round < kRounds; ++round) {
    if (round >= kBlockWords) extend_schedule(block, round);
    const uint32_t choice = v[6] ^ (v[4] & (v[5] ^ v[6]));
    const uint32_t majority = (v[0] & v[1]) | (v[2] & (v[0] | v[1]));
    const uint32_t sum = v[7] + large_sigma_1(v[4]) + choice + table_word(&kRoundWords[round]) +
                         block[round % kBlockWords];
    const uint32_t next = sum + large_sigma_0(v[0]) + majority;
    for (uint8_t index = kHashWords - 1; index > 0; --index) v[index] = v[index - 1];
    v[4] += sum;
    v[0] = next;
  }
  for (uint8_t index = 0; index < kHashWords; ++index) hash[index] += v[index];
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // !USMP_TINY_AVR
