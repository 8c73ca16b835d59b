// Every AEAD seal of this process, seen at the linker's seam: no (key, nonce) may come with two
// different plaintexts. The same one again is a repeat, and the same bytes.
#ifndef USMP_TESTS_WIRE2_SEAL_RECORD_HPP
#define USMP_TESTS_WIRE2_SEAL_RECORD_HPP

#include <cstddef>

namespace usmp::wire2::test {

/// Forgets everything.
void start_seal_record();
/// Different (key, nonce) pairs so far, and how often one came again.
std::size_t seals_recorded();
std::size_t seals_repeated();
/// True if a pair came with two different plaintexts or headers.
bool nonce_reused();

}  // namespace usmp::wire2::test

#endif  // USMP_TESTS_WIRE2_SEAL_RECORD_HPP
