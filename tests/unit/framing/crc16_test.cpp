// CRC-16/MODBUS against its published check value.
#include "usmp/framing/crc16.hpp"

#include <gtest/gtest.h>

#include "framing_bytes.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::counting;
using framing_test::view;

TEST(Crc16Modbus, GivesThePublishedCheckValue) {
  Crc16Modbus crc;
  crc.update(view(counting('1', 9)));
  EXPECT_EQ(crc.value(), 0x4B37);
}

TEST(Crc16Modbus, BeginsAtAllOnes) { EXPECT_EQ(Crc16Modbus().value(), 0xFFFF); }

TEST(Crc16Modbus, IsTheSameInPieces) {
  const ByteVector bytes = counting(7, 300);
  Crc16Modbus whole;
  whole.update(view(bytes));
  Crc16Modbus pieces;
  pieces.update(view(bytes).first(100));
  for (size_t index = 100; index < bytes.size(); ++index) pieces.update(bytes[index]);
  EXPECT_EQ(pieces.value(), whole.value());
}

TEST(Crc16Modbus, MatchesOnlyWithItsOwnCrcBehindLowByteFirst) {
  const ByteVector low_first = {'1', '2', '3', '4', '5', '6', '7', '8', '9', 0x37, 0x4B};
  Crc16Modbus crc;
  crc.update(view(low_first));
  EXPECT_TRUE(crc.matches());

  const ByteVector high_first = {'1', '2', '3', '4', '5', '6', '7', '8', '9', 0x4B, 0x37};
  Crc16Modbus swapped;
  swapped.update(view(high_first));
  EXPECT_FALSE(swapped.matches());
}

}  // namespace
}  // namespace usmp
