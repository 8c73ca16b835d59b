// What differs between processors: which files compute, and where tables lie. Nothing else in this
// backend asks what it runs on. Every file is compiled everywhere (a build by the Arduino IDE takes
// all it finds); those of another processor come out empty.
#ifndef USMP_CRYPTO_TINY_PLATFORM_HPP
#define USMP_CRYPTO_TINY_PLATFORM_HPP

// 1: the assembly of avr/ computes; 0: the C++ of portable/ does. An AVR without `mul`, `movw` or
// `call` (an ATtiny) is portable; so is any AVR with USMP_TINY_PORTABLE defined, to compare the
// two.
#if defined(__AVR_HAVE_MUL__) && defined(__AVR_HAVE_MOVW__) && defined(__AVR_HAVE_JMP_CALL__) && \
    !defined(USMP_TINY_PORTABLE)
#define USMP_TINY_AVR 1
#else
#define USMP_TINY_AVR 0
#endif

// 0 leaves ChaCha20-Poly1305 out: 2 KB of flash on an AVR, where that is the default, since a
// linker cannot know that a device offers one suite.
#if !defined(USMP_TINY_CHACHA20_POLY1305)
#if defined(__AVR__)
#define USMP_TINY_CHACHA20_POLY1305 0
#else
#define USMP_TINY_CHACHA20_POLY1305 1
#endif
#endif

// Stands where a secret becomes an answer to the caller, which he and everybody else may see:
// whether a tag was right. Nothing; the test that follows secrets through the code defines it.
#if !defined(USMP_TINY_DECLASSIFY)
#define USMP_TINY_DECLASSIFY(value) static_cast<void>(0)
#endif

#if !defined(__ASSEMBLER__)

#include <stdint.h>

// A constant table. On an AVR a plain one would be copied into RAM; this stays in flash, and is
// read by the functions below only.
#if defined(__AVR__)
#include <avr/pgmspace.h>
#define USMP_TINY_TABLE PROGMEM
#else
#define USMP_TINY_TABLE
#endif

namespace usmp {
namespace crypto {
namespace tiny {

/// A mask of which the compiler knows nothing. It turns others back into branches and indices:
/// clang 14 did so at -O3, and a test found it.
template <typename Mask>
inline Mask opaque(Mask mask) {
  __asm__("" : "+r"(mask));
  return mask;
}

inline uint8_t table_byte(const uint8_t* entry) {
#if defined(__AVR__)
  return pgm_read_byte(entry);
#else
  return *entry;
#endif
}
inline uint32_t table_word(const uint32_t* entry) {
#if defined(__AVR__)
  return pgm_read_dword(entry);
#else
  return *entry;
#endif
}

}  // namespace tiny
}  // namespace crypto
}  // namespace usmp

#endif  // !defined(__ASSEMBLER__)

#endif  // USMP_CRYPTO_TINY_PLATFORM_HPP
