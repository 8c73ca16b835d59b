// Wycheproof: X25519. `acceptable` cases are those that an implementation may refuse (points not in
// canonical form, on the twist, of low order): here all give the value, but for an all-zero one.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "usmp/crypto.hpp"
#include "vector_file.hpp"

namespace usmp::wycheproof {
namespace {

constexpr size_t kApplicable = 518;  // All of them.

Outcome run_x25519(const nlohmann::json& group, const nlohmann::json& one_case) {
  const ByteVector private_bytes = bytes_of(one_case, "private");
  const ByteVector public_bytes = bytes_of(one_case, "public");
  const ByteVector expected = bytes_of(one_case, "shared");
  if (group.at("curve") != "curve25519" || private_bytes.size() != crypto::kPointSize ||
      public_bytes.size() != crypto::kPointSize || expected.size() != crypto::kPointSize) {
    return Outcome::NotApplicable;
  }
  uint8_t private_key[crypto::kPointSize];
  uint8_t public_key[crypto::kPointSize];
  uint8_t shared[crypto::kPointSize];
  std::copy(private_bytes.begin(), private_bytes.end(), private_key);
  std::copy(public_bytes.begin(), public_bytes.end(), public_key);

  const bool zero = std::count(expected.begin(), expected.end(), 0) == crypto::kPointSize;
  const bool agreed = crypto::x25519(shared, private_key, public_key);
  // A refusal wipes `shared`, so the bytes are as expected in both cases.
  const bool equal = std::equal(expected.begin(), expected.end(), shared);
  return agreed == !zero && equal ? Outcome::Passed : Outcome::Failed;
}

TEST(Wycheproof, X25519) { run_vector_file("x25519_test.json", kApplicable, run_x25519); }

}  // namespace
}  // namespace usmp::wycheproof
