// Both AEAD suites of a backend: known values, every size, every flipped bit, and what stands in
// the buffer after a refusal.
#include <gtest/gtest.h>

#include <algorithm>

#include "test_bytes.hpp"
#include "usmp/crypto.hpp"

namespace usmp::crypto::test {
namespace {

constexpr size_t kLargestPacket = 1232;

// What is sealed and what came of it.
struct Sealed {
  Suite suite;
  Fixed<kKeySize> key;
  Fixed<kNonceSize> nonce;
  ByteVector aad;
  ByteVector text;
  Fixed<kTagSize> tag;

  bool seal() { return aead_seal(suite, key.bytes, nonce.bytes, view(aad), view(text), tag.bytes); }
  bool open() { return aead_open(suite, key.bytes, nonce.bytes, view(aad), view(text), tag.bytes); }
};

Sealed plain(Suite suite, size_t aad_size, size_t text_size) {
  TestBytes bytes(aad_size * 2000 + text_size);
  return {suite,
          bytes.take<kKeySize>(),
          bytes.take<kNonceSize>(),
          bytes.take(aad_size),
          bytes.take(text_size),
          {}};
}

bool all_zero(const ByteVector& bytes) {
  return std::all_of(bytes.begin(), bytes.end(), [](uint8_t byte) { return byte == 0; });
}

void expect_known(Sealed known, const std::string& ciphertext, const std::string& tag) {
  const ByteVector text = known.text;
  ASSERT_TRUE(known.seal());
  EXPECT_EQ(to_hex(view(known.text)), ciphertext);
  EXPECT_EQ(known.tag.hex(), tag);
  ASSERT_TRUE(known.open());
  EXPECT_EQ(known.text, text);
}

class Aead : public testing::TestWithParam<Suite> {
 protected:
  // A refusal must not disturb the next packet, in either direction.
  void expect_next_works() {
    Sealed next = plain(GetParam(), 13, 40);
    const ByteVector text = next.text;
    ASSERT_TRUE(next.seal());
    ASSERT_TRUE(next.open());
    ASSERT_EQ(next.text, text);
  }
};

TEST_P(Aead, IsAvailable) { EXPECT_TRUE(suite_available(GetParam())); }

TEST_P(Aead, OpensWhatItSealedAtEverySize) {
  for (const size_t aad_size : {size_t{0}, size_t{1}, size_t{13}, size_t{16}, size_t{65}}) {
    for (size_t size = 0; size <= 201; ++size) {
      Sealed packet = plain(GetParam(), aad_size, size <= 200 ? size : kLargestPacket);
      const ByteVector text = packet.text;
      ASSERT_TRUE(packet.seal());
      if (text.size() >= kTagSize) {
        ASSERT_NE(packet.text, text);
      }
      ASSERT_TRUE(packet.open()) << text.size() << " bytes, aad " << aad_size;
      ASSERT_EQ(packet.text, text);
    }
  }
}

TEST_P(Aead, WritesNothingBehindTheText) {
  for (size_t size = 0; size <= 130; ++size) {
    Sealed packet = plain(GetParam(), 5, size + 32);
    const ByteVector before = packet.text;
    const MutableBytes text(packet.text.data(), size);
    for (int step = 0; step < 2; ++step) {
      ASSERT_TRUE(step == 0 ? aead_seal(packet.suite, packet.key.bytes, packet.nonce.bytes,
                                        view(packet.aad), text, packet.tag.bytes)
                            : aead_open(packet.suite, packet.key.bytes, packet.nonce.bytes,
                                        view(packet.aad), text, packet.tag.bytes));
      ASSERT_TRUE(std::equal(before.begin() + static_cast<ptrdiff_t>(size), before.end(),
                             packet.text.begin() + static_cast<ptrdiff_t>(size)))
          << size;
    }
  }
}

TEST_P(Aead, TakesTextAtAnyAddress) {
  Sealed reference = plain(GetParam(), 9, 100);
  const ByteVector text = reference.text;
  ASSERT_TRUE(reference.seal());
  for (size_t offset = 0; offset < 16; ++offset) {
    Sealed packet = plain(GetParam(), 9, 100);
    packet.text.insert(packet.text.begin(), offset, 0);
    const MutableBytes shifted = view(packet.text).from(offset);
    ASSERT_TRUE(aead_seal(packet.suite, packet.key.bytes, packet.nonce.bytes, view(packet.aad),
                          shifted, packet.tag.bytes));
    ASSERT_EQ(to_hex(shifted), to_hex(view(reference.text)));
    ASSERT_EQ(packet.tag.hex(), reference.tag.hex());
  }
}

TEST_P(Aead, RefusesEveryFlippedBitOfTextTagAndAad) {
  for (const size_t size : {size_t{0}, size_t{1}, size_t{17}, size_t{64}, size_t{130}}) {
    Sealed good = plain(GetParam(), 13, size);
    ASSERT_TRUE(good.seal());
    struct Part {
      const char* name;
      uint8_t* (*bytes)(Sealed&);
      size_t size;
    };
    const Part parts[] = {
        {"text", [](Sealed& packet) { return packet.text.data(); }, size},
        {"aad", [](Sealed& packet) { return packet.aad.data(); }, 13},
        {"tag", [](Sealed& packet) { return packet.tag.bytes; }, kTagSize},
        {"nonce", [](Sealed& packet) { return packet.nonce.bytes; }, kNonceSize},
        {"key", [](Sealed& packet) { return packet.key.bytes; }, kKeySize},
    };
    for (const Part& part : parts) {
      for (size_t bit = 0; bit < 8 * part.size; ++bit) {
        Sealed bad = good;
        uint8_t& byte = part.bytes(bad)[bit / 8];
        byte = static_cast<uint8_t>(byte ^ (1u << (bit % 8)));
        ASSERT_FALSE(bad.open()) << part.name << " bit " << bit << " of " << size << " bytes";
        ASSERT_TRUE(bad.text == good.text || all_zero(bad.text)) << "unauthentic text left";
      }
    }
    expect_next_works();
    ASSERT_TRUE(good.open());
  }
}

TEST_P(Aead, RefusesATextOfAnotherLength) {
  Sealed good = plain(GetParam(), 13, 64);
  ASSERT_TRUE(good.seal());
  for (const size_t size : {size_t{0}, size_t{16}, size_t{63}, size_t{65}, size_t{80}}) {
    Sealed bad = good;
    bad.text.resize(size);
    EXPECT_FALSE(bad.open()) << size;
    bad = good;
    bad.aad.resize(size);
    EXPECT_FALSE(bad.open()) << size;
  }
  // What moves between aad and text is seen too.
  Sealed bad = good;
  bad.aad.push_back(bad.text.front());
  bad.text.erase(bad.text.begin());
  EXPECT_FALSE(bad.open());
  expect_next_works();
}

TEST_P(Aead, RefusesThePacketOfTheOtherSuite) {
  Sealed packet = plain(GetParam(), 13, 64);
  ASSERT_TRUE(packet.seal());
  packet.suite = GetParam() == Suite::Aes256Gcm ? Suite::ChaCha20Poly1305 : Suite::Aes256Gcm;
  EXPECT_FALSE(packet.open());
  expect_next_works();
}

TEST_P(Aead, ResultsDoNotDependOnThePacketsBefore) {
  Sealed first = plain(GetParam(), 13, 50);
  ASSERT_TRUE(first.seal());
  for (size_t size = 0; size < 70; ++size) {
    Sealed other = plain(GetParam(), size % 7, size);
    ASSERT_TRUE(other.seal());
    if (size % 3 == 0) other.tag.bytes[0] ^= 1;
    ASSERT_EQ(other.open(), size % 3 != 0);
    Sealed again = plain(GetParam(), 13, 50);
    ASSERT_TRUE(again.seal());
    ASSERT_EQ(again.text, first.text);
    ASSERT_EQ(again.tag.hex(), first.tag.hex());
  }
}

INSTANTIATE_TEST_SUITE_P(Suites, Aead, testing::Values(Suite::Aes256Gcm, Suite::ChaCha20Poly1305),
                         [](const testing::TestParamInfo<Suite>& suite) {
                           return suite.param == Suite::Aes256Gcm ? "Aes256Gcm"
                                                                  : "ChaCha20Poly1305";
                         });

TEST(AeadVectors, GivesTheAes256ValuesOfTheGcmSpecification) {
  const Suite suite = Suite::Aes256Gcm;
  const std::string zero_key(64, '0');
  const std::string zero_nonce(24, '0');
  expect_known({suite, Fixed<32>(zero_key), Fixed<12>(zero_nonce), {}, {}, {}}, "",
               "530f8afbc74536b9a963b4f1c4cb738b");
  expect_known({suite, Fixed<32>(zero_key), Fixed<12>(zero_nonce), {}, ByteVector(16), {}},
               "cea7403d4d606b6e074ec5d3baf39d18", "d0d1c8a799996bf0265b98b5d48ab919");

  const Fixed<32> key("feffe9928665731c6d6a8f9467308308feffe9928665731c6d6a8f9467308308");
  const Fixed<12> nonce("cafebabefacedbaddecaf888");
  const std::string text =
      "d9313225f88406e5a55909c5aff5269a86a7a9531534f7da2e4c303d8a318a72"
      "1c3c0c95956809532fcf0e2449a6b525b16aedf5aa0de657ba637b391aafd255";
  const std::string ciphertext =
      "522dc1f099567d07f47f37a32a84427d643a8cdcbfe5c0c97598a2bd2555d1aa"
      "8cb08e48590dbb3da7b08b1056828838c5f61e6393ba7a0abcc9f662898015ad";
  expect_known({suite, key, nonce, {}, from_hex(text), {}}, ciphertext,
               "b094dac5d93471bdec1a502270e3cc6c");
  expect_known({suite,
                key,
                nonce,
                from_hex("feedfacedeadbeeffeedfacedeadbeefabaddad2"),
                from_hex(text.substr(0, 120)),
                {}},
               ciphertext.substr(0, 120), "76fc6ece0f4e1768cddf8853bb2d551b");
}

TEST(AeadVectors, GivesTheValuesOfRfc8439) {
  expect_known(
      {Suite::ChaCha20Poly1305,
       Fixed<32>("808182838485868788898a8b8c8d8e8f909192939495969798999a9b9c9d9e9f"),
       Fixed<12>("070000004041424344454647"),
       from_hex("50515253c0c1c2c3c4c5c6c7"),
       from_text("Ladies and Gentlemen of the class of '99: If I could offer you only one tip for "
                 "the future, sunscreen would be it."),
       {}},
      "d31a8d34648e60db7b86afbc53ef7ec2a4aded51296e08fea9e2b5a736ee62d6"
      "3dbea45e8ca9671282fafb69da92728b1a71de0a9e060b2905d6a5b67ecd3b36"
      "92ddbd7f2d778b8c9803aee328091b58fab324e4fad675945585808b4831d7bc"
      "3ff4def08e4b7a9de576d26586cec64b6116",
      "1ae10b594f09e26a7e902ecbd0600691");
}

TEST(AeadUnknownSuite, IsRefusedAndTheTextWiped) {
  for (const int number : {0, 3, 255}) {
    const auto suite = static_cast<Suite>(number);
    EXPECT_FALSE(suite_available(suite));
    Sealed packet = plain(suite, 13, 40);
    EXPECT_FALSE(packet.seal());
    EXPECT_TRUE(all_zero(packet.text));
    packet = plain(suite, 13, 40);
    EXPECT_FALSE(packet.open());
    EXPECT_TRUE(all_zero(packet.text));
    packet = plain(suite, 0, 0);
    EXPECT_FALSE(packet.seal());
  }
}

}  // namespace
}  // namespace usmp::crypto::test
