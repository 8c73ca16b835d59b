// Every backend gives the same bytes for the same inputs. One program holds one backend, so each
// compares a digest of all its results with the one that stands here.
#include <gtest/gtest.h>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

constexpr uint64_t kRounds = 300;

// The digest of what `add_results(round inputs, running digest)` adds in all rounds.
template <typename AddResults>
std::string digest_of_rounds(AddResults add_results) {
  Sha256 results;
  for (uint64_t round = 0; round < kRounds; ++round) {
    TestBytes inputs(round);
    add_results(inputs, results);
  }
  Fixed<kHashSize> digest;
  results.finish(digest.bytes);
  return digest.hex();
}

std::string digest_of_packets(Suite suite) {
  return digest_of_rounds([suite](TestBytes& inputs, Sha256& results) {
    const auto key = inputs.take<kKeySize>();
    const auto nonce = inputs.take<kNonceSize>();
    const ByteVector aad = inputs.take(inputs.next() % 40);
    ByteVector text = inputs.take(size_t{inputs.next()} * 5);
    Fixed<kTagSize> tag;
    ASSERT_TRUE(aead_seal(suite, key.bytes, nonce.bytes, view(aad), view(text), tag.bytes));
    results.update(view(text));
    results.update(Bytes(tag.bytes));
  });
}

TEST(BackendsAgree, OnX25519) {
  const std::string digest = digest_of_rounds([](TestBytes& inputs, Sha256& results) {
    const auto private_key = inputs.take<kPointSize>();
    const auto point = inputs.take<kPointSize>();
    Fixed<kPointSize> result;
    ASSERT_TRUE(x25519_public(result.bytes, private_key.bytes));
    results.update(Bytes(result.bytes));
    ASSERT_TRUE(x25519(result.bytes, private_key.bytes, point.bytes));
    results.update(Bytes(result.bytes));
  });
  EXPECT_EQ(digest, "7d6ddbc5511fda13983ba6407689c30871ad0bb51482455effc4d4730d2f2573");
}

TEST(BackendsAgree, OnAes256Gcm) {
  EXPECT_EQ(digest_of_packets(Suite::Aes256Gcm),
            "402fc4ed2317d3bfa48e2885d55054ea0292489272d00f922def4884dc5fa467");
}

TEST(BackendsAgree, OnChaCha20Poly1305) {
  EXPECT_EQ(digest_of_packets(Suite::ChaCha20Poly1305),
            "7b08b31d88666a17f563c93c3f23213e8b2c8372bf901774bb3ded304d4538bc");
}

TEST(BackendsAgree, OnHmac) {
  const std::string digest = digest_of_rounds([](TestBytes& inputs, Sha256& results) {
    const ByteVector key = inputs.take(inputs.next());
    const ByteVector message = inputs.take(inputs.next());
    const Bytes piece = view(message);
    Fixed<kHashSize> result;
    hmac_sha256(result.bytes, view(key), &piece, 1);
    results.update(Bytes(result.bytes));
  });
  EXPECT_EQ(digest, "302115d1970a6febbf333383a0e124b46b232734edce0d568d45c20fb6db3d08");
}

}  // namespace
}  // namespace usmp::crypto::test
