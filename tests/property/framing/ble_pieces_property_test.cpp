// BLE pieces under random packets, MTUs, lost and mixed-up pieces.
#include <gtest/gtest.h>

#include "framing_bytes.hpp"
#include "random_packets.hpp"
#include "usmp/framing/ble_pieces.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::copy;
using framing_test::RandomPackets;
using framing_test::view;
using framing_test::writable;

using Pieces = std::vector<ByteVector>;

constexpr size_t kPacketSizeMax = 1500;

Pieces split(BlePieceSplitter& splitter, const ByteVector& packet, size_t att_mtu) {
  Pieces pieces;
  splitter.set_att_mtu(att_mtu);
  splitter.start(view(packet));
  while (!splitter.done()) {
    ByteVector piece(att_mtu - kAttHeaderSize);
    const Result<size_t> size = splitter.next(writable(piece));
    EXPECT_TRUE(size.ok());
    piece.resize(size.value);
    pieces.push_back(piece);
  }
  return pieces;
}

TEST(BlePiecesProperty, EveryPacketComesBackWithEveryMtu) {
  BlePieceSplitter splitter;
  ByteVector buffer(kPacketSizeMax);
  BlePieceJoiner joiner(writable(buffer));
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    const ByteVector packet = random.packet(kPacketSizeMax);
    const Pieces pieces = split(splitter, packet, 23 + random.below(495));
    for (size_t index = 0; index < pieces.size(); ++index) {
      const MutableBytes joined = joiner.join(view(pieces[index]));
      ASSERT_EQ(copy(joined), index + 1 == pieces.size() ? packet : ByteVector());
    }
  }
  const BleDrops& drops = joiner.drops();
  EXPECT_EQ(drops.unfinished + drops.gap + drops.oversize + drops.stray, 0u);
}

/// With up to 62 pieces in a row lost a gap always shows; nothing but what was sent arrives, in
/// order, and every packet that lost no piece does.
TEST(BlePiecesProperty, LostPiecesCostExactlyTheirPackets) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    BlePieceSplitter splitter;
    ByteVector buffer(400);
    BlePieceJoiner joiner(writable(buffer));
    Pieces expected;
    Pieces packets;
    size_t lost_in_a_row = 0;
    for (int count = 0; count < 30; ++count) {
      const ByteVector packet = random.packet(400);
      bool whole = true;
      for (const ByteVector& piece : split(splitter, packet, 23)) {
        if (random.below(20) == 0 && lost_in_a_row < 62) {
          ++lost_in_a_row;
          whole = false;
          continue;
        }
        lost_in_a_row = 0;
        const MutableBytes joined = joiner.join(view(piece));
        if (!joined.empty()) packets.push_back(copy(joined));
      }
      if (whole) expected.push_back(packet);
    }
    ASSERT_EQ(packets, expected);
  }
}

/// Arbitrary pieces never make a packet larger than the buffer, and the next whole one arrives.
TEST(BlePiecesProperty, AfterAnyPiecesTheNextPacketArrives) {
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    BlePieceSplitter splitter;
    ByteVector buffer(1 + random.below(100));
    BlePieceJoiner joiner(writable(buffer));
    for (int count = 0; count < 100; ++count) {
      ByteVector piece = random.noise(random.below(30));
      // Mostly a small counter without flags, so that rows of pieces fit together.
      if (!piece.empty() && random.below(4) != 0) piece[0] = static_cast<uint8_t>(count % 64);
      ASSERT_LE(joiner.join(view(piece)).size, buffer.size());
    }
    const ByteVector packet = random.packet(buffer.size());
    ByteVector joined;
    for (const ByteVector& piece : split(splitter, packet, 23)) {
      joined = copy(joiner.join(view(piece)));
    }
    ASSERT_EQ(joined, packet);
  }
}

}  // namespace
}  // namespace usmp
