// Writing little-endian fields, whole or in windows, into buffers that may be too small.
#include "base/byte_writer.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

namespace usmp {
namespace {

const std::vector<uint8_t> kWhole = {1, 2, 3, 4, 5, 6, 7, 8, 9};

void write_all(ByteWriter& writer) {
  writer.u8(0x01);
  writer.u16(0x0302);
  writer.u32(0x07060504);
  const uint8_t tail[] = {8, 9};
  writer.bytes(Bytes(tail));
}

TEST(ByteWriter, WritesLittleEndianInOrder) {
  std::vector<uint8_t> out(kWhole.size());
  ByteWriter writer(MutableBytes(out.data(), out.size()));
  write_all(writer);
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.position(), kWhole.size());
  EXPECT_EQ(writer.size(), kWhole.size());
  EXPECT_EQ(out, kWhole);
}

TEST(ByteWriter, WritesNothingBehindASmallBuffer) {
  for (size_t size = 0; size < kWhole.size(); ++size) {
    std::vector<uint8_t> out(kWhole.size() + 4, 0xa5);
    ByteWriter writer(MutableBytes(out.data(), size));
    write_all(writer);
    EXPECT_FALSE(writer.ok()) << size;
    EXPECT_EQ(writer.position(), kWhole.size());
    EXPECT_EQ(writer.size(), size);
    for (size_t index = 0; index < out.size(); ++index) {
      ASSERT_EQ(out[index], index < size ? kWhole[index] : 0xa5) << index << " of " << size;
    }
  }
}

TEST(ByteWriter, GivesEveryWindowOfTheWhole) {
  for (size_t skip = 0; skip <= kWhole.size() + 2; ++skip) {
    for (size_t size = 0; size <= kWhole.size() + 2; ++size) {
      std::vector<uint8_t> out(size, 0xa5);
      ByteWriter writer(MutableBytes(out.data(), out.size()), skip);
      write_all(writer);
      const size_t begin = std::min(skip, kWhole.size());
      const size_t expected = std::min(size, kWhole.size() - begin);
      ASSERT_EQ(writer.size(), expected) << skip << " " << size;
      ASSERT_EQ(writer.ok(), kWhole.size() - begin <= size) << skip << " " << size;
      ASSERT_TRUE(std::equal(out.begin(), out.begin() + static_cast<ptrdiff_t>(expected),
                             kWhole.begin() + static_cast<ptrdiff_t>(begin)));
      ASSERT_TRUE(std::all_of(out.begin() + static_cast<ptrdiff_t>(expected), out.end(),
                              [](uint8_t byte) { return byte == 0xa5; }));
    }
  }
}

TEST(ByteWriter, BeginsEmpty) {
  uint8_t out[1];
  const ByteWriter writer{MutableBytes(out)};
  EXPECT_TRUE(writer.ok());
  EXPECT_EQ(writer.size(), 0u);
  EXPECT_EQ(writer.position(), 0u);
}

}  // namespace
}  // namespace usmp
