// X25519 of a backend: RFC 7748, points of low order, masking and clamping.
#include <gtest/gtest.h>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

using Point = Fixed<kPointSize>;

std::string shared_hex(const Point& private_key, const Point& public_key) {
  Point shared;
  return x25519(shared.bytes, private_key.bytes, public_key.bytes) ? shared.hex() : "refused";
}

std::string public_hex(const Point& private_key) {
  Point public_key;
  return x25519_public(public_key.bytes, private_key.bytes) ? public_key.hex() : "refused";
}

TEST(X25519, GivesTheValuesOfRfc7748) {
  EXPECT_EQ(shared_hex(Point("a546e36bf0527c9d3b16154b82465edd62144c0ac1fc5a18506a2244ba449ac4"),
                       Point("e6db6867583030db3594c1a424b15f7c726624ec26b3353b10a903a6d0ab1c4c")),
            "c3da55379de9c6908e94ea4df28d084f32eccf03491c71f754b4075577a28552");
  EXPECT_EQ(shared_hex(Point("4b66e9d4d1b4673c5ad22691957d6af5c11b6421e0ea01d42ca4169e7918ba0d"),
                       Point("e5210f12786811d3f4b7959d0538ae2c31dbe7106fc03c3efc4cd549c715a493")),
            "95cbde9476e8907d7aade45cb4b873f88b595a68799fa152e6f8f7647aac7957");
}

TEST(X25519, TwoSidesAgreeAsInRfc7748) {
  const Point alice("77076d0a7318a57d3c16c17251b26645df4c2f87ebc0992ab177fba51db92c2a");
  const Point bob("5dab087e624a8a4b79e17f8b83800ee66f3bb1292618b6fd1c2f8b27ff88e0eb");
  const std::string alice_public =
      "8520f0098930a754748b7ddcb43ef75a0dbf3a0d26381af4eba4a98eaa9b4e6a";
  const std::string bob_public = "de9edb7d7b7dc1b4d35b61c2ece435373f8343c85b78674dadfc7e146f882b4f";
  EXPECT_EQ(public_hex(alice), alice_public);
  EXPECT_EQ(public_hex(bob), bob_public);
  const std::string shared = "4a5d9d5ba4ce2de1728e3bf480350f25e07e21c947d19e3376f09b3c1e161742";
  EXPECT_EQ(shared_hex(alice, Point(bob_public)), shared);
  EXPECT_EQ(shared_hex(bob, Point(alice_public)), shared);
}

TEST(X25519, ThousandRoundsEndAsInRfc7748) {
  const std::string base = "0900000000000000000000000000000000000000000000000000000000000000";
  Point scalar(base);
  Point point(base);
  for (int round = 1; round <= 1000; ++round) {
    Point shared;
    ASSERT_TRUE(x25519(shared.bytes, scalar.bytes, point.bytes)) << round;
    point = scalar;
    scalar = shared;
    if (round == 1) {
      ASSERT_EQ(scalar.hex(), "422c8e7a6227d7bca1350b3e2bb7279f7897b87bb6854b783c60e80311ae3079");
    }
  }
  EXPECT_EQ(scalar.hex(), "684cf59ba83309552800ef566f2f4d3c1c3887c49360e3875f2eb94d99532c51");
}

TEST(X25519, RefusesEveryPointOfLowOrderAndThenGoesOn) {
  const char* const kLowOrder[] = {
      "0000000000000000000000000000000000000000000000000000000000000000",
      "0100000000000000000000000000000000000000000000000000000000000000",
      "e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800",
      "5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157",
      "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
      "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
  };
  const auto private_key = TestBytes(1).take<kPointSize>();
  const std::string own_public = public_hex(private_key);
  const std::string expected = shared_hex(private_key, Point(own_public));
  ASSERT_NE(expected, "refused");
  for (const char* hex : kLowOrder) {
    for (const int top_bit : {0x00, 0x80}) {
      Point point{std::string_view(hex)};
      point.bytes[kPointSize - 1] = static_cast<uint8_t>(point.bytes[kPointSize - 1] | top_bit);
      Point shared(ByteVector(kPointSize, 0xa5));
      EXPECT_FALSE(x25519(shared.bytes, private_key.bytes, point.bytes)) << point.hex();
      EXPECT_EQ(shared.hex(), std::string(2 * kPointSize, '0')) << "not wiped";
      EXPECT_EQ(shared_hex(private_key, Point(own_public)), expected);
    }
  }
}

TEST(X25519, IgnoresTheTopBitOfThePoint) {
  const auto private_key = TestBytes(2).take<kPointSize>();
  auto point = TestBytes(3).take<kPointSize>();
  const std::string before = shared_hex(private_key, point);
  point.bytes[kPointSize - 1] ^= 0x80;
  EXPECT_EQ(shared_hex(private_key, point), before);
  point.bytes[kPointSize - 1] ^= 0x40;
  EXPECT_NE(shared_hex(private_key, point), before);
}

TEST(X25519, ClampsThePrivateKey) {
  auto private_key = TestBytes(4).take<kPointSize>();
  const auto point = TestBytes(5).take<kPointSize>();
  const std::string public_before = public_hex(private_key);
  const std::string shared_before = shared_hex(private_key, point);
  private_key.bytes[0] ^= 0x07;
  private_key.bytes[kPointSize - 1] ^= 0xc0;
  EXPECT_EQ(public_hex(private_key), public_before);
  EXPECT_EQ(shared_hex(private_key, point), shared_before);
  private_key.bytes[0] ^= 0x08;
  EXPECT_NE(public_hex(private_key), public_before);
  EXPECT_NE(shared_hex(private_key, point), shared_before);
}

TEST(X25519, MayOverwriteAnInput) {
  const auto private_key = TestBytes(6).take<kPointSize>();
  const auto point = TestBytes(7).take<kPointSize>();
  const std::string expected = shared_hex(private_key, point);
  Point over = private_key;
  ASSERT_TRUE(x25519(over.bytes, over.bytes, point.bytes));
  EXPECT_EQ(over.hex(), expected);
  over = point;
  ASSERT_TRUE(x25519(over.bytes, private_key.bytes, over.bytes));
  EXPECT_EQ(over.hex(), expected);
}

}  // namespace
}  // namespace usmp::crypto::test
