// Reading little-endian fields from bytes that may be too few.
#include "base/byte_reader.hpp"

#include <gtest/gtest.h>

#include <cstddef>

namespace usmp {
namespace {

const uint8_t kBytes[] = {1, 2, 3, 4, 5, 6, 7, 8, 9};

TEST(ByteReader, ReadsLittleEndianInOrder) {
  ByteReader reader{Bytes(kBytes)};
  EXPECT_EQ(reader.u8(), 0x01u);
  EXPECT_EQ(reader.u16(), 0x0302u);
  EXPECT_EQ(reader.offset(), 3u);
  EXPECT_EQ(reader.u32(), 0x07060504u);
  EXPECT_EQ(reader.left(), 2u);
  EXPECT_FALSE(reader.done());
  const Bytes rest = reader.bytes(2);
  EXPECT_EQ(rest.data, kBytes + 7);
  EXPECT_EQ(rest.size, 2u);
  EXPECT_TRUE(reader.done());
}

TEST(ByteReader, KeepsTheHighestBits) {
  const uint8_t bytes[] = {0xff, 0xff, 0xff, 0xff, 0x00, 0x80};
  ByteReader reader{Bytes(bytes)};
  EXPECT_EQ(reader.u32(), 0xffffffffu);
  EXPECT_EQ(reader.u16(), 0x8000u);
}

TEST(ByteReader, FailsBeyondTheEndWithoutReading) {
  for (size_t size = 0; size < 4; ++size) {
    ByteReader reader{Bytes(kBytes, size)};
    EXPECT_EQ(reader.u32(), 0u) << size;
    EXPECT_FALSE(reader.ok());
    EXPECT_EQ(reader.offset(), 0u);
  }
  ByteReader empty{Bytes()};
  EXPECT_TRUE(empty.ok());
  EXPECT_TRUE(empty.done());
  EXPECT_EQ(empty.u8(), 0u);
  EXPECT_FALSE(empty.ok());
}

TEST(ByteReader, StaysFailed) {
  ByteReader reader{Bytes(kBytes)};
  EXPECT_EQ(reader.u8(), 1u);
  EXPECT_TRUE(reader.bytes(9).empty());  // One more than is left.
  EXPECT_FALSE(reader.ok());
  EXPECT_EQ(reader.u8(), 0u);  // There would be bytes for it.
  EXPECT_TRUE(reader.bytes(0).empty());
  EXPECT_FALSE(reader.ok());
  EXPECT_FALSE(reader.done());
}

TEST(ByteReader, RefusesACountThatWouldWrap) {
  ByteReader reader{Bytes(kBytes)};
  EXPECT_EQ(reader.u16(), 0x0201u);
  EXPECT_TRUE(reader.bytes(SIZE_MAX).empty());
  EXPECT_FALSE(reader.ok());
  ByteReader another{Bytes(kBytes)};
  EXPECT_EQ(another.bytes(9).size, 9u);
  EXPECT_TRUE(another.done());
}

TEST(ByteReader, AnEmptyViewIsNoFailure) {
  ByteReader reader{Bytes(kBytes, 1)};
  EXPECT_EQ(reader.u8(), 1u);
  EXPECT_TRUE(reader.bytes(0).empty());
  EXPECT_TRUE(reader.ok());
  EXPECT_TRUE(reader.done());
}

}  // namespace
}  // namespace usmp
