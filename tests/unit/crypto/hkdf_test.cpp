// The core's HKDF-SHA256 over a backend's HMAC: RFC 5869, sizes, pieces, limits.
#include "base/hkdf.hpp"

#include <gtest/gtest.h>

#include "test_bytes.hpp"

namespace usmp::crypto::test {
namespace {

ByteVector counted(uint8_t first, size_t count) {
  ByteVector bytes;
  for (size_t index = 0; index < count; ++index) {
    bytes.push_back(static_cast<uint8_t>(first + index));
  }
  return bytes;
}

struct Case {
  ByteVector ikm, salt, info;
  std::string prk, okm;
};

TEST(Hkdf, GivesTheValuesOfRfc5869) {
  const Case cases[] = {
      {ByteVector(22, 0x0b), counted(0x00, 13), counted(0xf0, 10),
       "077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5",
       "3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf34007208d5b887185865"},
      {counted(0x00, 80), counted(0x60, 80), counted(0xb0, 80),
       "06a6b88c5853361a06104c9ceb35b45cef760014904671014a193f40c15fc244",
       "b11e398dc80327a1c8e7f78c596a49344f012eda2d4efad8a050cc4c19afa97c"
       "59045a99cac7827271cb41c65e590e09da3275600c2f09b8367793a9aca3db71"
       "cc30c58179ec3e87c14c01d5c1f3434f1d87"},
      {ByteVector(22, 0x0b),
       {},
       {},
       "19ef24a32c717b167f33a91d6f648bdf96596776afdb6377ac434c1c293ccb04",
       "8da4e775a563c18f715f802a063c5a31b8a11f5c5ee1879ec3454e5f3c738d2d9d201395faa4b61a96c8"},
  };
  for (const Case& known : cases) {
    Fixed<kHashSize> prk;
    hkdf_extract(prk.bytes, view(known.salt), view(known.ikm));
    EXPECT_EQ(prk.hex(), known.prk);
    ByteVector okm(known.okm.size() / 2);
    hkdf_expand(view(okm), prk.bytes, view(known.info));
    EXPECT_EQ(to_hex(view(okm)), known.okm);
  }
}

TEST(Hkdf, ShorterOutputIsTheBeginOfLonger) {
  const auto prk = TestBytes(1).take<kHashSize>();
  const ByteVector info = from_text("info");
  ByteVector longest(kHkdfOutMax);
  hkdf_expand(view(longest), prk.bytes, view(info));
  for (size_t size = 0; size <= kHkdfOutMax; size += size < 200 ? 1 : 331) {
    ByteVector out(size);
    hkdf_expand(view(out), prk.bytes, view(info));
    ASSERT_TRUE(std::equal(out.begin(), out.end(), longest.begin())) << size;
  }
}

TEST(Hkdf, TakesTheInfoInPieces) {
  const auto prk = TestBytes(2).take<kHashSize>();
  const ByteVector info = TestBytes(3).take(40);
  ByteVector whole(44);
  hkdf_expand(view(whole), prk.bytes, view(info));
  const Bytes all = view(info);
  const Bytes pieces[kHkdfInfoPiecesMax] = {all.first(8), all.from(8).first(1), Bytes(),
                                            all.from(9)};
  ByteVector out(44);
  hkdf_expand(view(out), prk.bytes, pieces, kHkdfInfoPiecesMax);
  EXPECT_EQ(out, whole);
  ByteVector other(44);
  hkdf_expand(view(other), prk.bytes, pieces, 2);
  EXPECT_NE(other, whole);
}

TEST(Hkdf, MayOverwriteItsKey) {
  const auto chain = TestBytes(4).take<kHashSize>();
  const ByteVector info = from_text("usmp3 next");
  ByteVector next(kHashSize);
  hkdf_expand(view(next), chain.bytes, view(info));
  Fixed<kHashSize> both = chain;
  hkdf_expand(MutableBytes(both.bytes), both.bytes, view(info));
  EXPECT_EQ(both.hex(), to_hex(view(next)));

  const ByteVector ikm = TestBytes(5).take(20);
  Fixed<kHashSize> prk;
  hkdf_extract(prk.bytes, Bytes(chain.bytes), view(ikm));
  both = chain;
  hkdf_extract(both.bytes, Bytes(both.bytes), view(ikm));
  EXPECT_EQ(both.hex(), prk.hex());
}

TEST(HkdfDeathTest, StopsTheProgramBeyondItsLimits) {
  const auto prk = TestBytes(6).take<kHashSize>();
  ByteVector out(kHkdfOutMax + 1);
  EXPECT_DEATH(hkdf_expand(view(out), prk.bytes, Bytes()), "");
  const Bytes pieces[kHkdfInfoPiecesMax + 1] = {};
  EXPECT_DEATH(hkdf_expand(view(out).first(1), prk.bytes, pieces, kHkdfInfoPiecesMax + 1), "");
  hkdf_expand(view(out).first(kHkdfOutMax), prk.bytes, Bytes());
  EXPECT_NE(out[kHkdfOutMax - 1] | out[kHkdfOutMax - 2] | out[kHkdfOutMax - 3], 0);
}

}  // namespace
}  // namespace usmp::crypto::test
