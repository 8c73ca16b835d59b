// COBS on known pairs at the edges of its blocks, and both machines in their corner states.
#include "usmp/framing/cobs.hpp"

#include <gtest/gtest.h>

#include "framing_bytes.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::counting;
using framing_test::joined;
using framing_test::view;
using framing_test::writable;

struct Pair {
  ByteVector plain;
  ByteVector encoded;
};

/// The pairs of the COBS paper and of Wikipedia's table, and blocks of 253 to 255 bytes.
std::vector<Pair> known_pairs() {
  return {
      {{}, {0x01}},
      {{0x00}, {0x01, 0x01}},
      {{0x00, 0x00}, {0x01, 0x01, 0x01}},
      {{0x00, 0x11, 0x00}, {0x01, 0x02, 0x11, 0x01}},
      {{0x11, 0x22, 0x00, 0x33}, {0x03, 0x11, 0x22, 0x02, 0x33}},
      {{0x11, 0x22, 0x33, 0x44}, {0x05, 0x11, 0x22, 0x33, 0x44}},
      {{0x11, 0x00, 0x00, 0x00}, {0x02, 0x11, 0x01, 0x01, 0x01}},
      {counting(0x01, 253), joined({{0xFE}, counting(0x01, 253)})},
      {counting(0x01, 254), joined({{0xFF}, counting(0x01, 254)})},
      {counting(0x00, 255), joined({{0x01, 0xFF}, counting(0x01, 254)})},
      {counting(0x01, 255), joined({{0xFF}, counting(0x01, 254), {0x02, 0xFF}})},
      {counting(0x02, 255), joined({{0xFF}, counting(0x02, 254), {0x01, 0x01}})},
      {counting(0x03, 255), joined({{0xFE}, counting(0x03, 253), {0x02, 0x01}})},
  };
}

ByteVector encoded(const ByteVector& plain) {
  ByteVector out(cobs_encoded_size_max(plain.size()));
  const Result<size_t> size = cobs_encode(view(plain), writable(out));
  EXPECT_TRUE(size.ok());
  out.resize(size.value);
  return out;
}

/// Decodes one frame; false if it is broken.
bool decode(CobsDecoder& decoder, const ByteVector& frame, ByteVector& plain) {
  plain.clear();
  for (const uint8_t byte : frame) {
    const CobsStep step = decoder.push(byte);
    if (step.event == CobsEvent::DataByte) plain.push_back(step.byte);
  }
  return decoder.push(0x00).event == CobsEvent::FrameEnd;
}

TEST(Cobs, EncodesTheKnownPairs) {
  for (const Pair& pair : known_pairs()) EXPECT_EQ(encoded(pair.plain), pair.encoded);
}

TEST(Cobs, DecodesTheKnownPairs) {
  CobsDecoder decoder;
  for (const Pair& pair : known_pairs()) {
    ByteVector plain;
    EXPECT_TRUE(decode(decoder, pair.encoded, plain));
    EXPECT_EQ(plain, pair.plain);
  }
}

TEST(Cobs, EncodedSizeMaxIsReachedAndNeverPassed) {
  for (size_t size = 0; size < 1100; ++size) {
    const ByteVector without_zero(size, 0xFF);
    EXPECT_EQ(encoded(without_zero).size(), cobs_encoded_size_max(size)) << size;
  }
  EXPECT_EQ(cobs_encoded_size_max(SIZE_MAX), SIZE_MAX);
}

TEST(Cobs, EveryBufferTooSmallIsRefusedAndTheExactOneTaken) {
  const ByteVector plain = counting(0xF0, 600);
  const size_t needed = encoded(plain).size();
  for (size_t size = 0; size < needed; ++size) {
    ByteVector out(size);
    EXPECT_EQ(cobs_encode(view(plain), writable(out)).error, Error::BufferTooSmall);
  }
  ByteVector out(needed);
  EXPECT_EQ(cobs_encode(view(plain), writable(out)).value, needed);
}

TEST(CobsEncoder, EncodesAPacketInPiecesLikeAWholeOne) {
  const ByteVector whole = counting(0x80, 700);
  // Each in memory of its own, so that reading beyond one is not reading the next.
  const ByteVector parts[] = {counting(0x80, 1), counting(0x81, 400), counting(0x11, 299)};
  const Bytes pieces[] = {view(parts[0]), Bytes(), view(parts[1]), view(parts[2]), Bytes()};
  const BytePieces packet = {pieces, 5};
  CobsEncoder encoder;
  encoder.start(ByteSource::of(packet));
  ByteVector out;
  uint8_t byte = 0;
  while (encoder.next(byte)) out.push_back(byte);
  EXPECT_EQ(out, encoded(whole));
}

TEST(CobsEncoder, GivesNothingBeforeStartAndAfterItsEnd) {
  CobsEncoder encoder;
  uint8_t byte = 0x77;
  EXPECT_TRUE(encoder.done());
  EXPECT_FALSE(encoder.next(byte));
  encoder.start(ByteSource());
  EXPECT_FALSE(encoder.done());
  EXPECT_TRUE(encoder.next(byte));
  EXPECT_EQ(byte, 0x01);
  byte = 0x77;
  EXPECT_TRUE(encoder.done());
  EXPECT_FALSE(encoder.next(byte));
  EXPECT_EQ(byte, 0x77);
}

TEST(CobsDecoder, IgnoresEmptyFrames) {
  CobsDecoder decoder;
  for (int repeat = 0; repeat < 3; ++repeat) {
    EXPECT_EQ(decoder.push(0x00).event, CobsEvent::Nothing);
  }
}

TEST(CobsDecoder, IsInStepAfterAFrameThatEndsInsideABlock) {
  CobsDecoder decoder;
  ByteVector plain;
  EXPECT_FALSE(decode(decoder, {0x05, 0x11, 0x22}, plain));
  EXPECT_TRUE(decode(decoder, {0x03, 0x33, 0x44}, plain));
  EXPECT_EQ(plain, (ByteVector{0x33, 0x44}));
  EXPECT_FALSE(decode(decoder, {0xFF, 0x11}, plain));
  EXPECT_TRUE(decode(decoder, {0x01, 0x01}, plain));
  EXPECT_EQ(plain, ByteVector{0x00});
}

TEST(CobsDecoder, TakesTheNeedlessBlockSomeEncodersPutBehindAFullOne) {
  CobsDecoder decoder;
  ByteVector plain;
  EXPECT_TRUE(decode(decoder, joined({{0xFF}, counting(1, 254), {0x01}}), plain));
  EXPECT_EQ(plain, counting(1, 254));
}

}  // namespace
}  // namespace usmp
