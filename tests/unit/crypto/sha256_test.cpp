// SHA-256 of a backend: known digests, pieces, starting anew, and that nothing stays behind.
#include <gtest/gtest.h>

#include <algorithm>
#include <new>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

std::string digest_of(Bytes bytes) {
  Sha256 hash;
  hash.update(bytes);
  Fixed<kHashSize> digest;
  hash.finish(digest.bytes);
  return digest.hex();
}

TEST(Sha256, GivesTheDigestsOfFips180) {
  EXPECT_EQ(digest_of(Bytes()), "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
  EXPECT_EQ(digest_of(view(from_text("abc"))),
            "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
  EXPECT_EQ(digest_of(view(from_text("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq"))),
            "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
  EXPECT_EQ(digest_of(view(ByteVector(1000000, 'a'))),
            "cdc76e5c9914fb9281a1c7e284d73e67f1809a48a497200e046d39ccc7112cd0");
}

TEST(Sha256, DoesNotDependOnHowTheBytesAreCut) {
  const ByteVector bytes = TestBytes(1).take(200);
  const std::string whole = digest_of(view(bytes));
  for (size_t cut = 0; cut <= bytes.size(); ++cut) {
    Sha256 hash;
    hash.update(view(bytes).first(cut));
    hash.update(Bytes());
    hash.update(view(bytes).from(cut));
    Fixed<kHashSize> digest;
    hash.finish(digest.bytes);
    ASSERT_EQ(digest.hex(), whole) << "cut at " << cut;
  }
}

TEST(Sha256, ForgetsAtStartWhatCameBefore) {
  const ByteVector bytes = from_text("abc");
  const std::string expected = digest_of(view(bytes));
  Sha256 hash;
  hash.update(view(TestBytes(2).take(100)));
  Fixed<kHashSize> digest;
  for (int round = 0; round < 2; ++round) {  // After update() and after finish().
    hash.start();
    hash.update(view(bytes));
    hash.finish(digest.bytes);
    EXPECT_EQ(digest.hex(), expected);
  }
}

// The object in memory of the test's, so that what it leaves there can be looked at.
class Sha256Memory : public testing::Test {
 protected:
  bool empty() const {
    return std::all_of(memory_, memory_ + sizeof(memory_), [](uint8_t byte) { return byte == 0; });
  }

  alignas(Sha256) uint8_t memory_[sizeof(Sha256)] = {};
};

TEST_F(Sha256Memory, IsWipedByTheDestructor) {
  auto* hash = new (memory_) Sha256;
  hash->update(view(from_text("a secret of more than one byte")));
  EXPECT_FALSE(empty());
  hash->~Sha256();
  EXPECT_TRUE(empty());
}

TEST_F(Sha256Memory, IsWipedByFinish) {
  auto* hash = new (memory_) Sha256;
  hash->update(view(from_text("a secret of more than one byte")));
  Fixed<kHashSize> digest;
  hash->finish(digest.bytes);
  EXPECT_TRUE(empty());
  hash->~Sha256();
}

}  // namespace
}  // namespace usmp::crypto::test
