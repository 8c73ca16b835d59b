// One file of Wycheproof vectors: read, run through a function, counted.
// Knows no algorithm: what a case means is in the test of its algorithm.
#ifndef USMP_TESTS_WYCHEPROOF_VECTOR_FILE_HPP
#define USMP_TESTS_WYCHEPROOF_VECTOR_FILE_HPP

#include <cstdint>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::wycheproof {

using ByteVector = std::vector<uint8_t>;

enum class Outcome { Passed, Failed, NotApplicable };

/// Runs one case of one group. A case that USMP has no function for is NotApplicable.
using RunCase = Outcome (*)(const nlohmann::json& group, const nlohmann::json& one_case);

/// Runs every case of the file `name` and prints how many passed. Fails the current test if the
/// file is missing or has other than `applicable` cases that apply, or at each case that failed.
void run_vector_file(const std::string& name, size_t applicable, RunCase run_case);

/// The bytes of a hex field; throws where it is none.
ByteVector bytes_of(const nlohmann::json& one_case, const char* field);

inline Bytes view(const ByteVector& bytes) { return Bytes(bytes.data(), bytes.size()); }
inline MutableBytes view(ByteVector& bytes) { return MutableBytes(bytes.data(), bytes.size()); }

/// Whether the vectors say that the case must work (`valid`). Throws for any other word than
/// `valid` and `invalid`.
bool must_work(const nlohmann::json& one_case);

}  // namespace usmp::wycheproof

#endif  // USMP_TESTS_WYCHEPROOF_VECTOR_FILE_HPP
