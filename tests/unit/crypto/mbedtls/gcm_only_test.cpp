// The mbedTLS backend over a library without ChaCha20-Poly1305: it says so, refuses that suite, and
// the other one works.
#include <gtest/gtest.h>

#include "../test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

TEST(MbedtlsGcmOnly, HasAes256GcmAlone) {
  EXPECT_TRUE(suite_available(Suite::Aes256Gcm));
  EXPECT_FALSE(suite_available(Suite::ChaCha20Poly1305));
}

TEST(MbedtlsGcmOnly, RefusesTheOtherSuiteAndWipesTheText) {
  TestBytes bytes(5);
  const auto key = bytes.take<kKeySize>();
  const auto nonce = bytes.take<kNonceSize>();
  const ByteVector plain = bytes.take(40);
  Fixed<kTagSize> tag;
  ByteVector text = plain;
  EXPECT_FALSE(
      aead_seal(Suite::ChaCha20Poly1305, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_EQ(text, ByteVector(plain.size(), 0));
  text = plain;
  EXPECT_FALSE(
      aead_open(Suite::ChaCha20Poly1305, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_EQ(text, ByteVector(plain.size(), 0));

  text = plain;
  ASSERT_TRUE(aead_seal(Suite::Aes256Gcm, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  ASSERT_TRUE(aead_open(Suite::Aes256Gcm, key.bytes, nonce.bytes, Bytes(), view(text), tag.bytes));
  EXPECT_EQ(text, plain);
}

}  // namespace
}  // namespace usmp::crypto::test
