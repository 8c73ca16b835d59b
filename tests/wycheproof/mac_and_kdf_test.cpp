// Wycheproof: HMAC-SHA256 and HKDF-SHA256.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/hkdf.hpp"
#include "base/wipe.hpp"
#include "usmp/crypto.hpp"
#include "vector_file.hpp"

namespace usmp::wycheproof {
namespace {

constexpr size_t kApplicableHmac = 174;  // All of them.
constexpr size_t kApplicableHkdf = 86;   // All of them.

Outcome run_hmac(const nlohmann::json& group, const nlohmann::json& one_case) {
  const ByteVector key = bytes_of(one_case, "key");
  const ByteVector message = bytes_of(one_case, "msg");
  const ByteVector tag = bytes_of(one_case, "tag");
  if (tag.size() != group.at("tagSize").get<size_t>() / 8 || tag.size() > crypto::kHashSize) {
    return Outcome::Failed;
  }
  uint8_t computed[crypto::kHashSize];
  const Bytes piece = view(message);
  crypto::hmac_sha256(computed, view(key), &piece, 1);
  const bool equal = equal_constant_time(computed, tag.data(), tag.size());
  return equal == must_work(one_case) ? Outcome::Passed : Outcome::Failed;
}

Outcome run_hkdf(const nlohmann::json&, const nlohmann::json& one_case) {
  const ByteVector expected = bytes_of(one_case, "okm");
  const auto size = one_case.at("size").get<size_t>();
  if (size > kHkdfOutMax) {
    // hkdf_expand stops the program here (tests/unit/crypto/hkdf_test.cpp shows it).
    return must_work(one_case) ? Outcome::Failed : Outcome::Passed;
  }
  const ByteVector salt = bytes_of(one_case, "salt");
  const ByteVector ikm = bytes_of(one_case, "ikm");
  const ByteVector info = bytes_of(one_case, "info");
  uint8_t prk[crypto::kHashSize];
  hkdf_extract(prk, view(salt), view(ikm));
  ByteVector out(size);
  hkdf_expand(view(out), prk, view(info));
  return (out == expected) == must_work(one_case) ? Outcome::Passed : Outcome::Failed;
}

TEST(Wycheproof, HmacSha256) {
  run_vector_file("hmac_sha256_test.json", kApplicableHmac, run_hmac);
}

TEST(Wycheproof, HkdfSha256) {
  run_vector_file("hkdf_sha256_test.json", kApplicableHkdf, run_hkdf);
}

}  // namespace
}  // namespace usmp::wycheproof
