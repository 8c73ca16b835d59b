// HMAC-SHA256 of a backend: RFC 4231, keys of every kind of length, pieces, the key overwritten.
#include <gtest/gtest.h>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

constexpr size_t kBlockSize = 64;

std::string hmac(const ByteVector& key, const ByteVector& message) {
  const Bytes piece = view(message);
  Fixed<kHashSize> out;
  hmac_sha256(out.bytes, view(key), &piece, 1);
  return out.hex();
}

TEST(Hmac, GivesTheValuesOfRfc4231) {
  EXPECT_EQ(hmac(ByteVector(20, 0x0b), from_text("Hi There")),
            "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7");
  EXPECT_EQ(hmac(from_text("Jefe"), from_text("what do ya want for nothing?")),
            "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
  EXPECT_EQ(hmac(ByteVector(20, 0xaa), ByteVector(50, 0xdd)),
            "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe");
  EXPECT_EQ(
      hmac(from_hex("0102030405060708090a0b0c0d0e0f10111213141516171819"), ByteVector(50, 0xcd)),
      "82558a389a443c0ea4cc819899f2083a85f0faa3e578f8077a2e3ff46729665b");
  EXPECT_EQ(hmac(ByteVector(20, 0x0c), from_text("Test With Truncation")).substr(0, 32),
            "a3b6167473100ee06e0c796c2955552b");
  EXPECT_EQ(hmac(ByteVector(131, 0xaa),
                 from_text("Test Using Larger Than Block-Size Key - Hash Key First")),
            "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54");
  EXPECT_EQ(hmac(ByteVector(131, 0xaa),
                 from_text("This is a test using a larger than block-size key and a larger than "
                           "block-size data. The key needs to be hashed before being used by the "
                           "HMAC algorithm.")),
            "9b09ffa71b942fcb27635fbcd5b0e944bfdc63644f0713938a7f51535c3a35e2");
}

TEST(Hmac, TakesAnEmptyKeyAndNoPieces) {
  Fixed<kHashSize> out;
  hmac_sha256(out.bytes, Bytes(), nullptr, 0);
  EXPECT_EQ(out.hex(), "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

TEST(Hmac, PadsAShortKeyWithZeros) {
  const ByteVector message = TestBytes(1).take(99);
  for (size_t size = 0; size < kBlockSize; ++size) {
    const ByteVector key = TestBytes(size).take(size);
    ByteVector padded = key;
    padded.resize(kBlockSize);
    ASSERT_EQ(hmac(key, message), hmac(padded, message)) << size;
  }
}

TEST(Hmac, HashesALongKey) {
  const ByteVector message = TestBytes(1).take(99);
  for (size_t size = kBlockSize + 1; size < 3 * kBlockSize; ++size) {
    const ByteVector key = TestBytes(size).take(size);
    Sha256 hash;
    hash.update(view(key));
    ByteVector digest(kHashSize);
    uint8_t bytes[kHashSize];
    hash.finish(bytes);
    digest.assign(bytes, bytes + kHashSize);
    ASSERT_EQ(hmac(key, message), hmac(digest, message)) << size;
  }
  // A key of exactly one block is taken as it is.
  const ByteVector block = TestBytes(64).take(kBlockSize);
  ByteVector longer = block;
  longer.push_back(0);
  EXPECT_NE(hmac(block, message), hmac(longer, message));
}

TEST(Hmac, DoesNotDependOnHowTheMessageIsCut) {
  const ByteVector key = TestBytes(3).take(32);
  const ByteVector message = TestBytes(4).take(150);
  const std::string whole = hmac(key, message);
  for (size_t cut = 0; cut <= message.size(); ++cut) {
    const Bytes pieces[] = {view(message).first(cut), Bytes(), view(message).from(cut)};
    Fixed<kHashSize> out;
    hmac_sha256(out.bytes, view(key), pieces, 3);
    ASSERT_EQ(out.hex(), whole) << "cut at " << cut;
  }
}

TEST(Hmac, MayOverwriteItsKey) {
  const ByteVector key = TestBytes(5).take(kHashSize);
  const ByteVector message = TestBytes(6).take(40);
  const Bytes piece = view(message);
  Fixed<kHashSize> both(key);
  hmac_sha256(both.bytes, Bytes(both.bytes), &piece, 1);
  EXPECT_EQ(both.hex(), hmac(key, message));
}

}  // namespace
}  // namespace usmp::crypto::test
