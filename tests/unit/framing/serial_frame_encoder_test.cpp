// The sending half of the serial framing: where the 0x00 stand, sizes, parts and frames given up.
#include <gtest/gtest.h>

#include "framing_bytes.hpp"
#include "usmp/framing/serial.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::copy;
using framing_test::counting;
using framing_test::joined;
using framing_test::view;
using framing_test::writable;

ByteVector frame_of(const ByteVector& packet) {
  ByteVector out(serial_frame_size_max(packet.size()));
  const Result<size_t> size = serial_frame_encode(view(packet), writable(out));
  EXPECT_TRUE(size.ok());
  out.resize(size.value);
  return out;
}

/// What the encoder still has for the line, fetched `part_size` bytes at a time.
ByteVector drained(SerialFrameEncoder& encoder, size_t part_size) {
  ByteVector line;
  ByteVector part(part_size);
  while (const size_t size = encoder.next(writable(part))) {
    line.insert(line.end(), part.begin(), part.begin() + static_cast<ptrdiff_t>(size));
  }
  EXPECT_TRUE(encoder.done());
  return line;
}

TEST(SerialFrame, IsCobsOfThePacketAndItsCrcAndAZero) {
  // CRC-16/MODBUS of "123456789" is 0x4B37.
  const ByteVector expected = joined({{0x0C}, counting('1', 9), {0x37, 0x4B}, {kSerialDelimiter}});
  EXPECT_EQ(frame_of(counting('1', 9)), expected);
}

TEST(SerialFrame, SizeMaxIsThatOfTheSpecAndIsReached) {
  for (size_t n = 1; n <= 1600; ++n) {
    EXPECT_EQ(serial_frame_size_max(n), n + 3 + (n + 2 + 253) / 254);
  }
  EXPECT_EQ(serial_frame_size_max(SIZE_MAX), SIZE_MAX);
  EXPECT_EQ(serial_frame_size_max(SIZE_MAX - 3), SIZE_MAX);
  size_t reached = 0;
  for (size_t n = 1; n <= 1600; ++n) {
    const size_t size = frame_of(ByteVector(n, 0xAA)).size();
    EXPECT_LE(size, serial_frame_size_max(n));
    reached += size == serial_frame_size_max(n);
  }
  EXPECT_GT(reached, 1500u);  // All but those with a zero in the CRC at a block's end.
}

TEST(SerialFrame, EveryBufferTooSmallIsRefusedAndTheExactOneTaken) {
  const ByteVector packet = counting(0x30, 280);
  const size_t needed = frame_of(packet).size();
  for (size_t size = 0; size < needed; ++size) {
    ByteVector out(size);
    EXPECT_EQ(serial_frame_encode(view(packet), writable(out)).error, Error::BufferTooSmall);
  }
  ByteVector out(needed);
  EXPECT_EQ(serial_frame_encode(view(packet), writable(out)).value, needed);
}

TEST(SerialFrame, AnEmptyPacketIsRefused) {
  ByteVector out(16);
  EXPECT_EQ(serial_frame_encode(Bytes(), writable(out)).error, Error::Malformed);
}

TEST(SerialFrameEncoder, PutsAZeroBeforeTheFirstFrameOnly) {
  const ByteVector packet = counting(0x38, 40);
  SerialFrameEncoder encoder;
  encoder.start(view(packet));
  EXPECT_EQ(drained(encoder, 64), joined({{0x00}, frame_of(packet)}));
  encoder.start(view(packet));
  EXPECT_EQ(drained(encoder, 64), frame_of(packet));
  encoder.line_opened();
  encoder.start(view(packet));
  EXPECT_EQ(drained(encoder, 64), joined({{0x00}, frame_of(packet)}));
}

TEST(SerialFrameEncoder, GivesTheSameBytesInPartsOfEverySize) {
  const ByteVector packet = counting(0x33, 300);
  const ByteVector expected = joined({{0x00}, frame_of(packet)});
  for (size_t part_size = 1; part_size <= expected.size(); ++part_size) {
    SerialFrameEncoder encoder;
    encoder.start(view(packet));
    EXPECT_EQ(drained(encoder, part_size), expected) << part_size;
  }
}

TEST(SerialFrameEncoder, SendsAPacketFromPiecesWithoutACopy) {
  const ByteVector packet = counting(0x33, 89);
  const Bytes pieces[] = {view(packet).first(9), view(packet).from(9).first(48),
                          view(packet).from(57)};
  const BytePieces in_pieces = {pieces, 3};
  SerialFrameEncoder encoder;
  encoder.start(ByteSource::of(in_pieces));
  EXPECT_EQ(drained(encoder, 7), joined({{0x00}, frame_of(packet)}));
}

TEST(SerialFrameEncoder, SendsNothingForAnEmptyPacketAndTheNextOneWhole) {
  const ByteVector packet = counting(0x38, 5);
  SerialFrameEncoder encoder;
  encoder.start(Bytes());
  EXPECT_TRUE(encoder.done());
  EXPECT_EQ(drained(encoder, 8), ByteVector());
  encoder.start(view(packet));
  EXPECT_EQ(drained(encoder, 8), joined({{0x00}, frame_of(packet)}));
}

TEST(SerialFrameEncoder, AFrameGivenUpAtAnyByteCostsTheNextOneNothing) {
  const ByteVector given_up = counting(0x38, 30);
  const ByteVector packet = counting(0x70, 20);
  const size_t line_size = frame_of(given_up).size() + 1;
  for (size_t cut = 0; cut < line_size; ++cut) {
    SerialFrameEncoder encoder;
    encoder.start(view(given_up));
    ByteVector line(cut);
    EXPECT_EQ(encoder.next(writable(line)), cut);
    encoder.start(view(packet));
    line = joined({line, drained(encoder, 64)});

    ByteVector buffer(64);
    SerialDeframer deframer(writable(buffer));
    Bytes input = view(line);
    MutableBytes received = deframer.read(input);
    // All but the closing 0x00 sent: that of the next frame closes it.
    if (cut == line_size - 1) {
      EXPECT_EQ(copy(received), given_up);
      received = deframer.read(input);
    }
    EXPECT_EQ(copy(received), packet) << cut;
  }
}

// A packet in a buffer of its own, framed there, `part_size` bytes at a time.
ByteVector framed_in_place(const ByteVector& packet, size_t part_size) {
  ByteVector buffer = joined({packet, ByteVector(kCrc16Size)});
  SerialFrameInPlace frame(writable(buffer), packet.size());
  ByteVector line;
  ByteVector part(part_size);
  while (!frame.done()) {
    const size_t size = frame.next(writable(part));
    line.insert(line.end(), part.begin(), part.begin() + static_cast<ptrdiff_t>(size));
  }
  EXPECT_EQ(frame.next(writable(part)), 0u);
  return line;
}

TEST(SerialFrameInPlace, WritesTheSameFrameInPartsOfAnySize) {
  for (const size_t size : {1u, 2u, 17u, 252u, 253u, 254u, 255u, 256u, 600u}) {
    for (const ByteVector& packet :
         {counting(0, size), counting(1, size), ByteVector(size, 0), ByteVector(size, 0xAA)}) {
      for (const size_t part_size : {1u, 2u, 3u, 32u, 253u, 254u, 255u, 1024u}) {
        ASSERT_EQ(framed_in_place(packet, part_size), frame_of(packet))
            << size << " bytes in parts of " << part_size;
      }
    }
  }
}

}  // namespace
}  // namespace usmp
