// Wycheproof: AES-GCM and ChaCha20-Poly1305. USMP has keys of 256 bits, nonces of 96 and tags of
// 128 only; cases of other sizes do not apply.
#include <gtest/gtest.h>

#include <algorithm>
#include <nlohmann/json.hpp>

#include "usmp/crypto.hpp"
#include "vector_file.hpp"

namespace usmp::wycheproof {
namespace {

constexpr size_t kApplicableAes256Gcm = 66;
constexpr size_t kApplicableChaCha20Poly1305 = 316;

struct AeadCase {
  uint8_t key[crypto::kKeySize];
  uint8_t nonce[crypto::kNonceSize];
  uint8_t tag[crypto::kTagSize];
  ByteVector aad, plaintext, ciphertext;
};

bool applies(const nlohmann::json& group) {
  return group.at("keySize") == 8 * crypto::kKeySize &&
         group.at("ivSize") == 8 * crypto::kNonceSize &&
         group.at("tagSize") == 8 * crypto::kTagSize;
}

template <size_t N>
bool take(uint8_t (&out)[N], const nlohmann::json& one_case, const char* field) {
  const ByteVector bytes = bytes_of(one_case, field);
  if (bytes.size() != N) return false;
  std::copy(bytes.begin(), bytes.end(), out);
  return true;
}

// The packet of the case opens if and only if it must; one that opens is also what sealing gives.
bool behaves(crypto::Suite suite, const AeadCase& known, bool must_open) {
  ByteVector text = known.ciphertext;
  const bool opened =
      crypto::aead_open(suite, known.key, known.nonce, view(known.aad), view(text), known.tag);
  if (opened != must_open) return false;
  if (!opened) {
    return std::all_of(text.begin(), text.end(), [](uint8_t byte) { return byte == 0; }) ||
           text == known.ciphertext;
  }
  if (text != known.plaintext) return false;
  uint8_t tag[crypto::kTagSize];
  return crypto::aead_seal(suite, known.key, known.nonce, view(known.aad), view(text), tag) &&
         text == known.ciphertext && std::equal(tag, tag + crypto::kTagSize, known.tag);
}

template <crypto::Suite kSuite>
Outcome run_aead(const nlohmann::json& group, const nlohmann::json& one_case) {
  if (!applies(group)) return Outcome::NotApplicable;
  AeadCase known{};
  if (!take(known.key, one_case, "key") || !take(known.nonce, one_case, "iv") ||
      !take(known.tag, one_case, "tag")) {
    return Outcome::Failed;
  }
  known.aad = bytes_of(one_case, "aad");
  known.plaintext = bytes_of(one_case, "msg");
  known.ciphertext = bytes_of(one_case, "ct");
  return behaves(kSuite, known, must_work(one_case)) ? Outcome::Passed : Outcome::Failed;
}

TEST(Wycheproof, Aes256Gcm) {
  run_vector_file("aes_gcm_test.json", kApplicableAes256Gcm, run_aead<crypto::Suite::Aes256Gcm>);
}

TEST(Wycheproof, ChaCha20Poly1305) {
  run_vector_file("chacha20_poly1305_test.json", kApplicableChaCha20Poly1305,
                  run_aead<crypto::Suite::ChaCha20Poly1305>);
}

}  // namespace
}  // namespace usmp::wycheproof
