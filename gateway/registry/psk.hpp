// A device's pre-shared key: how it is made, and how it is written in hex. Not its storage, and not
// a file: see registry.hpp and the key files of the `usmp` command.
#ifndef USMP_GATEWAY_REGISTRY_PSK_HPP
#define USMP_GATEWAY_REGISTRY_PSK_HPP

#include <cstddef>
#include <cstdint>

#include "registry/secret_bytes.hpp"
#include "usmp/bytes.hpp"

namespace usmp::gateway {

// USMP3 §2: a PSK has at least 16 bytes, 32 random ones at best. The upper bound is our own: beyond
// 64 bytes HMAC-SHA256 hashes its key to 32, so that more is never stronger.
inline constexpr std::size_t kPskSizeMin = 16;
inline constexpr std::size_t kPskSizeGenerated = 32;
inline constexpr std::size_t kPskSizeMax = 64;

using Psk = SecretBytes<kPskSizeMax>;
using PskText = SecretBytes<2 * kPskSizeMax>;

/// Why a text is no PSK.
enum class PskProblem : std::uint8_t {
  None,
  NotHex,     ///< A character that is neither a hex digit nor white space.
  OddDigits,  ///< Half a byte is missing.
  TooShort,   ///< Fewer than kPskSizeMin bytes.
  TooLong,    ///< More than kPskSizeMax bytes.
};

/// Fills `psk` with 32 random bytes of the operating system. False: the system gave none (`psk` is
/// then empty); there is nothing to do but to report it.
[[nodiscard]] bool generate_psk(Psk& psk);

/// Reads hex digits of either case; white space between them is skipped. On any problem `psk` is
/// empty.
[[nodiscard]] PskProblem parse_psk(Bytes text, Psk& psk);

/// Writes lower case hex digits, two a byte, without an end of line.
void format_psk(const Psk& psk, PskText& text);

/// One line for a person: what is wrong and what a key looks like. Never holds any of the key.
const char* describe(PskProblem problem);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_PSK_HPP
