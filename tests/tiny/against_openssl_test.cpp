// Every primitive of a backend against OpenSSL at seeded random inputs of random sizes: on the host
// 100 000 each, in the simulated AVR 1 000 of those that are quick. USMP_ROUNDS_… say how many.
#include <gtest/gtest.h>

#include <algorithm>

#include "../unit/crypto/test_bytes.hpp"
#include "openssl_values.hpp"
#include "usmp/crypto.hpp"

namespace usmp::tiny_test {
namespace {

using crypto::Suite;
using crypto::test::TestBytes;
using crypto::test::view;

constexpr uint64_t kRounds = USMP_ROUNDS_QUICK;
constexpr uint64_t kX25519Rounds = USMP_ROUNDS_X25519;
constexpr uint64_t kSeed = 0x75736d70;

TestBytes inputs_of(uint64_t round) { return TestBytes(kSeed * (round + 1) + round); }

void check_suite(Suite suite) {
  for (uint64_t round = 0; round < kRounds; ++round) {
    TestBytes inputs = inputs_of(round);
    const auto key = inputs.take<crypto::kKeySize>();
    const auto nonce = inputs.take<crypto::kNonceSize>();
    const ByteVector aad = inputs.take(inputs.next() % 24);
    const ByteVector plain = inputs.take(inputs.next() % 70);
    ByteVector text = plain;
    uint8_t tag[crypto::kTagSize];
    ASSERT_TRUE(crypto::aead_seal(suite, key.bytes, nonce.bytes, view(aad), view(text), tag));
    ByteVector sealed = text;
    sealed.insert(sealed.end(), tag, tag + sizeof(tag));
    ASSERT_EQ(sealed, openssl_seal(suite, key.bytes, nonce.bytes, aad, plain)) << round;
    if (round % 4 == 0) {
      ASSERT_TRUE(crypto::aead_open(suite, key.bytes, nonce.bytes, view(aad), view(text), tag));
      ASSERT_EQ(text, plain) << round;
    }
  }
}

TEST(AgainstOpenssl, Aes256Gcm) { check_suite(Suite::Aes256Gcm); }

TEST(AgainstOpenssl, ChaCha20Poly1305) { check_suite(Suite::ChaCha20Poly1305); }

TEST(AgainstOpenssl, Sha256) {
  for (uint64_t round = 0; round < kRounds; ++round) {
    TestBytes inputs = inputs_of(round);
    const ByteVector message = inputs.take(inputs.next());
    crypto::Sha256 hash;
    const size_t cut = inputs.next() % (message.size() + 1);
    hash.update(view(message).first(cut));
    hash.update(view(message).from(cut));
    uint8_t digest[crypto::kHashSize];
    hash.finish(digest);
    ASSERT_EQ(ByteVector(digest, digest + sizeof(digest)), openssl_sha256(message)) << round;
  }
}

TEST(AgainstOpenssl, HmacSha256) {
  for (uint64_t round = 0; round < kRounds; ++round) {
    TestBytes inputs = inputs_of(round);
    const ByteVector key = inputs.take(inputs.next() % 100);
    const ByteVector message = inputs.take(inputs.next());
    const Bytes piece = view(message);
    uint8_t mac[crypto::kHashSize];
    crypto::hmac_sha256(mac, view(key), &piece, 1);
    ASSERT_EQ(ByteVector(mac, mac + sizeof(mac)), openssl_hmac(key, message)) << round;
  }
}

TEST(AgainstOpenssl, X25519) {
  uint8_t base[crypto::kPointSize] = {9};
  for (uint64_t round = 0; round < kX25519Rounds; ++round) {
    TestBytes inputs = inputs_of(round);
    const auto private_key = inputs.take<crypto::kPointSize>();
    const auto point = inputs.take<crypto::kPointSize>();
    uint8_t result[crypto::kPointSize];
    if (round % 10 == 9) {
      ASSERT_TRUE(crypto::x25519_public(result, private_key.bytes));
      ASSERT_EQ(ByteVector(result, result + sizeof(result)),
                openssl_x25519(private_key.bytes, base));
      continue;
    }
    ASSERT_TRUE(crypto::x25519(result, private_key.bytes, point.bytes));
    ASSERT_EQ(ByteVector(result, result + sizeof(result)),
              openssl_x25519(private_key.bytes, point.bytes))
        << round;
  }
}

}  // namespace
}  // namespace usmp::tiny_test
