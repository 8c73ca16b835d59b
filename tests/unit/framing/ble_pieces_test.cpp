// BLE pieces: the header of each, and what a joiner does with pieces that are missing, stray or
// too many.
#include "usmp/framing/ble_pieces.hpp"

#include <gtest/gtest.h>

#include "framing_bytes.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::copy;
using framing_test::counting;
using framing_test::joined;
using framing_test::view;
using framing_test::writable;

using Pieces = std::vector<ByteVector>;

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

/// A joiner with a buffer of exactly `packet_size_max` bytes.
struct Receiver {
  explicit Receiver(size_t packet_size_max) : buffer(packet_size_max), joiner(writable(buffer)) {}

  ByteVector join(const ByteVector& piece) { return copy(joiner.join(view(piece))); }
  /// The one packet that the pieces make, empty if none or more than one.
  ByteVector join_all(const Pieces& pieces) {
    Pieces packets;
    for (const ByteVector& piece : pieces) {
      const ByteVector packet = join(piece);
      if (!packet.empty()) packets.push_back(packet);
    }
    return packets.size() == 1 ? packets[0] : ByteVector();
  }

  ByteVector buffer;
  BlePieceJoiner joiner;
};

TEST(BlePieceSplitter, MarksFirstAndLastAndCountsAcrossPackets) {
  BlePieceSplitter splitter;
  const ByteVector packet = counting(0, 40);
  EXPECT_EQ(split(splitter, packet, 23),
            (Pieces{joined({{0x80}, counting(0, 19)}), joined({{0x01}, counting(19, 19)}),
                    joined({{0x42}, counting(38, 2)})}));
  EXPECT_EQ(split(splitter, {0x38}, 23), (Pieces{{0xC3, 0x38}}));
}

TEST(BlePieceSplitter, CounterRunsOnModulo64AndStartsAnewWithAConnection) {
  BlePieceSplitter splitter;
  for (unsigned count = 0; count < 130; ++count) {
    const Pieces pieces = split(splitter, {0x38}, 23);
    ASSERT_EQ(pieces.size(), 1u);
    EXPECT_EQ(pieces[0][0], 0xC0 | (count % 64));
  }
  splitter.connection_opened();
  EXPECT_EQ(split(splitter, {0x38}, 23)[0][0], 0xC0);
}

TEST(BlePieceSplitter, FillsEachPieceToTheAttMtuButNoFurther) {
  BlePieceSplitter splitter;
  for (const size_t att_mtu : {23u, 24u, 185u, 247u, 517u}) {
    const size_t payload_max = att_mtu - 4;
    EXPECT_EQ(split(splitter, counting(0, payload_max), att_mtu).size(), 1u);
    const Pieces two = split(splitter, counting(0, payload_max + 1), att_mtu);
    ASSERT_EQ(two.size(), 2u);
    EXPECT_EQ(two[0].size(), att_mtu - 3);
    EXPECT_EQ(two[1].size(), 2u);
  }
}

TEST(BlePieceSplitter, TakesAnImpossibleAttMtuAsTheSmallest) {
  BlePieceSplitter splitter;
  const ByteVector packet = counting(0, 20);
  splitter.set_att_mtu(0);
  splitter.start(view(packet));
  ByteVector piece(64);
  EXPECT_EQ(splitter.next(writable(piece)).value, 20u);
}

TEST(BlePieceSplitter, GivesTheSamePieceAgainAfterABufferTooSmall) {
  BlePieceSplitter splitter;
  const ByteVector packet = counting(0x38, 10);
  splitter.start(view(packet));
  for (size_t size = 0; size < 11; ++size) {
    ByteVector small(size);
    EXPECT_EQ(splitter.next(writable(small)).error, Error::BufferTooSmall);
  }
  ByteVector exact(11);
  EXPECT_EQ(splitter.next(writable(exact)).value, 11u);
  EXPECT_EQ(exact, joined({{0xC0}, packet}));
  EXPECT_TRUE(splitter.done());
  EXPECT_EQ(splitter.next(writable(exact)).value, 0u);
}

TEST(BlePieceSplitter, SendsNothingForAnEmptyPacket) {
  BlePieceSplitter splitter;
  splitter.start(Bytes());
  ByteVector piece(20);
  EXPECT_EQ(splitter.next(writable(piece)).value, 0u);
}

TEST(BlePieceJoiner, JoinsPacketAfterPacket) {
  BlePieceSplitter splitter;
  Receiver receiver(200);
  for (size_t size = 1; size <= 200; ++size) {
    const ByteVector packet = counting(0x38, size);
    EXPECT_EQ(receiver.join_all(split(splitter, packet, 23)), packet);
  }
}

TEST(BlePieceJoiner, TakesAFirstPieceWithAnyCounter) {
  Receiver receiver(4);
  for (uint8_t counter = 0; counter < 64; ++counter) {
    EXPECT_EQ(receiver.join({static_cast<uint8_t>(0xC0 | (63 - counter)), 0x38}), ByteVector{0x38});
  }
}

TEST(BlePieceJoiner, AFirstPieceDiscardsAnUnfinishedPacket) {
  Receiver receiver(8);
  EXPECT_EQ(receiver.join({0x80, 1, 2}), ByteVector());
  EXPECT_EQ(receiver.join({0x81, 3}), ByteVector());
  EXPECT_EQ(receiver.join({0x42, 4}), (ByteVector{3, 4}));
  EXPECT_EQ(receiver.joiner.drops().unfinished, 1u);
}

TEST(BlePieceJoiner, AGapAtAnyPieceDropsThePacketAndTheNextOneArrives) {
  BlePieceSplitter splitter;
  const ByteVector packet = counting(0x38, 100);
  const ByteVector next = counting(0x50, 60);
  for (size_t missing = 0; missing < 6; ++missing) {
    Receiver receiver(100);
    Pieces pieces = split(splitter, packet, 23);
    ASSERT_EQ(pieces.size(), 6u);
    pieces.erase(pieces.begin() + static_cast<ptrdiff_t>(missing));
    EXPECT_EQ(receiver.join_all(pieces), ByteVector());
    EXPECT_EQ(receiver.join_all(split(splitter, next, 23)), next);
    const BleDrops& drops = receiver.joiner.drops();
    EXPECT_EQ(drops.gap, missing == 0 || missing == 5 ? 0u : 1u);
    EXPECT_EQ(drops.unfinished, missing == 5 ? 1u : 0u);
  }
}

TEST(BlePieceJoiner, ARepeatedPieceDropsThePacket) {
  Receiver receiver(8);
  EXPECT_EQ(receiver.join({0x80, 1}), ByteVector());
  EXPECT_EQ(receiver.join({0x01, 2}), ByteVector());
  EXPECT_EQ(receiver.join({0x01, 2}), ByteVector());
  EXPECT_EQ(receiver.join({0x42, 3}), ByteVector());
  EXPECT_EQ(receiver.joiner.drops().gap, 1u);
  EXPECT_EQ(receiver.joiner.drops().stray, 1u);
  EXPECT_EQ(receiver.join({0xC3, 4}), ByteVector{4});
}

TEST(BlePieceJoiner, DropsAPacketLargerThanItsBufferAndIsInStepAtTheNextFirst) {
  BlePieceSplitter splitter;
  Receiver receiver(50);
  EXPECT_EQ(receiver.join_all(split(splitter, counting(0, 50), 23)), counting(0, 50));
  EXPECT_EQ(receiver.join_all(split(splitter, counting(0, 51), 23)), ByteVector());
  EXPECT_EQ(receiver.join_all(split(splitter, counting(0, 300), 517)), ByteVector());
  EXPECT_EQ(receiver.joiner.drops().oversize, 2u);
  EXPECT_EQ(receiver.join_all(split(splitter, counting(9, 50), 23)), counting(9, 50));
}

TEST(BlePieceJoiner, NoPieceOfATooLargePacketIsJoinedEvenIfItWouldFit) {
  Receiver receiver(8);
  EXPECT_EQ(receiver.join({0x80, 1, 2, 3, 4, 5, 6}), ByteVector());
  EXPECT_EQ(receiver.join({0x01, 7, 8, 9}), ByteVector());
  EXPECT_EQ(receiver.join({0x42, 10}), ByteVector());
  EXPECT_EQ(receiver.joiner.drops().oversize, 1u);
  EXPECT_EQ(receiver.joiner.drops().stray, 1u);
  EXPECT_EQ(receiver.join({0xC3, 11}), ByteVector{11});
}

TEST(BlePieceJoiner, AConnectionDiscardsWhatTheLastOneLeft) {
  Receiver receiver(8);
  EXPECT_EQ(receiver.join({0x80, 1}), ByteVector());
  receiver.joiner.connection_opened();
  EXPECT_EQ(receiver.join({0x41, 2}), ByteVector());
  EXPECT_EQ(receiver.joiner.drops().unfinished, 1u);
  EXPECT_EQ(receiver.joiner.drops().stray, 1u);
  EXPECT_EQ(receiver.join({0xC0, 3}), ByteVector{3});
}

TEST(BlePieceJoiner, IgnoresPiecesWithoutAHeaderAndPacketsWithoutAByte) {
  Receiver receiver(8);
  EXPECT_EQ(receiver.join({0x80, 1}), ByteVector());
  EXPECT_EQ(receiver.join({}), ByteVector());
  EXPECT_EQ(receiver.join({0x41}), ByteVector{1});
  EXPECT_EQ(receiver.join({0xC2}), ByteVector());
  EXPECT_EQ(receiver.joiner.drops().stray, 2u);
  EXPECT_EQ(receiver.join({0xC3, 2}), ByteVector{2});
}

}  // namespace
}  // namespace usmp
