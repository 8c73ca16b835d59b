// The receiving half of the serial framing: each way in which a frame is dropped, and that the next
// one always arrives.
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
  out.resize(serial_frame_encode(view(packet), writable(out)).value);
  return out;
}

/// A deframer with a buffer of exactly `packet_size_max` bytes, and all that it made of a line.
struct Receiver {
  explicit Receiver(size_t packet_size_max) : buffer(packet_size_max), deframer(writable(buffer)) {}

  std::vector<ByteVector> read(const ByteVector& line) {
    std::vector<ByteVector> packets;
    Bytes input = view(line);
    for (;;) {
      const MutableBytes packet = deframer.read(input);
      if (packet.empty()) break;
      packets.push_back(copy(packet));
    }
    EXPECT_TRUE(input.empty());
    return packets;
  }

  ByteVector buffer;
  SerialDeframer deframer;
};

using Packets = std::vector<ByteVector>;

const ByteVector kNext = {0x38, 0x00, 0x01};

TEST(SerialDeframer, TakesSeveralPacketsFromOneInput) {
  Receiver receiver(64);
  const ByteVector first = counting(0, 64);
  EXPECT_EQ(receiver.read(joined({{0x00}, frame_of(first), frame_of(kNext), {0x00, 0x00}})),
            (Packets{first, kNext}));
}

TEST(SerialDeframer, TakesAPacketCutAtEveryByte) {
  const ByteVector packet = counting(0xE0, 64);
  const ByteVector line = frame_of(packet);
  Receiver receiver(64);
  for (size_t cut = 0; cut < line.size(); ++cut) {
    EXPECT_EQ(receiver.read(copy(view(line).first(cut))), Packets());
    EXPECT_EQ(receiver.read(copy(view(line).from(cut))), Packets{packet});
  }
}

TEST(SerialDeframer, IgnoresEmptyFramesWithoutCountingThem) {
  Receiver receiver(16);
  EXPECT_EQ(receiver.read(ByteVector(100, 0x00)), Packets());
  EXPECT_EQ(receiver.read(frame_of(kNext)), Packets{kNext});
  const SerialDrops& drops = receiver.deframer.drops();
  EXPECT_EQ(drops.cobs_error + drops.crc_mismatch + drops.oversize, 0u);
}

TEST(SerialDeframer, DropsAFrameWithAnotherCrc) {
  Receiver receiver(16);
  ByteVector line = frame_of(kNext);
  line[1] ^= 0x10;
  EXPECT_EQ(receiver.read(line), Packets());
  EXPECT_EQ(receiver.deframer.drops().crc_mismatch, 1u);
  EXPECT_EQ(receiver.read(frame_of(kNext)), Packets{kNext});
}

TEST(SerialDeframer, DropsAFrameThatEndsInsideABlock) {
  Receiver receiver(16);
  EXPECT_EQ(receiver.read({0x09, 0x38, 0x01, 0x00}), Packets());
  EXPECT_EQ(receiver.deframer.drops().cobs_error, 1u);
  EXPECT_EQ(receiver.read(frame_of(kNext)), Packets{kNext});
}

TEST(SerialDeframer, DropsFramesTooShortForAPacketAndACrc) {
  Receiver receiver(16);
  // No byte, one, and the right CRC of an empty packet.
  EXPECT_EQ(receiver.read({0x01, 0x00, 0x02, 0xFF, 0x00, 0x03, 0xFF, 0xFF, 0x00}), Packets());
  EXPECT_EQ(receiver.deframer.drops().crc_mismatch, 3u);
  EXPECT_EQ(receiver.read(frame_of(kNext)), Packets{kNext});
}

TEST(SerialDeframer, TakesTheLargestPacketAndDropsOneByteMore) {
  for (const size_t n : {1u, 64u, 251u, 252u, 253u, 506u, 1232u}) {
    for (const uint8_t fill : ByteVector{0x00, 0x5A, 0xFF}) {
      Receiver receiver(n);
      const ByteVector largest(n, fill);
      EXPECT_EQ(receiver.read(frame_of(largest)), Packets{largest});
      EXPECT_EQ(receiver.read(frame_of(ByteVector(n + 1, fill))), Packets());
      EXPECT_EQ(receiver.deframer.drops().oversize, 1u);
      EXPECT_EQ(receiver.read(frame_of(largest)), Packets{largest});
    }
  }
}

TEST(SerialDeframer, DropsAFrameLongerThanTheSpecAllowsEvenIfItsPacketWouldFit) {
  // 252 bytes and the CRC fill one COBS block; a needless empty block behind makes it too long.
  const size_t n = 252;
  const ByteVector packet(n, 0x5A);
  ByteVector line = frame_of(packet);
  ASSERT_EQ(line.size(), serial_frame_size_max(n));
  line.insert(line.end() - 1, 0x01);
  Receiver exact(n);
  EXPECT_EQ(exact.read(line), Packets());
  EXPECT_EQ(exact.deframer.drops().oversize, 1u);
  EXPECT_EQ(exact.read(frame_of(packet)), Packets{packet});
  Receiver larger(n + 1);
  EXPECT_EQ(larger.read(line), Packets{packet});
}

TEST(SerialDeframer, AnEndlessFrameCostsOneDropAndNoMemory) {
  Receiver receiver(64);
  EXPECT_EQ(receiver.read(ByteVector(100000, 0xFF)), Packets());
  EXPECT_EQ(receiver.read(ByteVector(100000, 0x01)), Packets());
  EXPECT_EQ(receiver.deframer.drops().oversize, 1u);
  EXPECT_EQ(receiver.read(joined({{0x00}, frame_of(kNext)})), Packets{kNext});
}

TEST(SerialDeframer, WithoutABufferTakesNothing) {
  Receiver receiver(0);
  EXPECT_EQ(receiver.read(joined({frame_of(kNext), frame_of({0x38})})), Packets());
  EXPECT_EQ(receiver.deframer.drops().oversize, 2u);
}

TEST(SerialFrameDecoder, HandsThePacketOnByteByByteAndJudgesItAtItsEnd) {
  const ByteVector challenge = counting(0x32, 192);
  SerialFrameDecoder decoder(192);
  ByteVector received;
  size_t ends = 0;
  for (const uint8_t byte : frame_of(challenge)) {
    const SerialStep step = decoder.push(byte);
    EXPECT_NE(step.event, SerialEvent::Dropped);
    if (step.event == SerialEvent::PacketByte) received.push_back(step.byte);
    if (step.event == SerialEvent::PacketEnd) ++ends;
    EXPECT_EQ(step.event == SerialEvent::PacketEnd, byte == kSerialDelimiter);
  }
  EXPECT_EQ(ends, 1u);
  EXPECT_EQ(received, challenge);
}

TEST(SerialFrameDecoder, SaysOnceThatBytesHandedOnAreVoid) {
  SerialFrameDecoder decoder(192);
  ByteVector line = frame_of(counting(0x32, 150));
  line[100] ^= 0x01;
  size_t bytes = 0;
  size_t drops = 0;
  for (const uint8_t byte : line) {
    const SerialStep step = decoder.push(byte);
    bytes += step.event == SerialEvent::PacketByte;
    if (step.event == SerialEvent::Dropped) {
      ++drops;
      EXPECT_EQ(step.fault, SerialFault::CrcMismatch);
    }
    EXPECT_NE(step.event, SerialEvent::PacketEnd);
  }
  EXPECT_EQ(bytes, 150u);
  EXPECT_EQ(drops, 1u);
}

TEST(SerialFrameDecoder, NeverHandsOnMoreThanTheLargestPacket) {
  SerialFrameDecoder decoder(600);
  size_t bytes = 0;
  size_t drops = 0;
  // All zeros inside: the decoded frame is longer than its length on the line suggests.
  for (int count = 0; count < 2000; ++count) {
    const SerialStep step = decoder.push(0x01);
    bytes += step.event == SerialEvent::PacketByte;
    drops += step.event == SerialEvent::Dropped;
  }
  EXPECT_EQ(bytes, 600u);
  EXPECT_EQ(drops, 1u);
}

}  // namespace
}  // namespace usmp
