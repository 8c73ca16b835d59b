// Stream records under random packets and every slicing of the stream.
#include <gtest/gtest.h>

#include "framing_bytes.hpp"
#include "random_packets.hpp"
#include "usmp/framing/stream_record.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::copy;
using framing_test::joined;
using framing_test::RandomPackets;
using framing_test::view;
using framing_test::writable;

using Packets = std::vector<ByteVector>;

constexpr size_t kPacketSizeMax = 1500;

ByteVector record_of(const ByteVector& packet) {
  ByteVector record = joined({{0x00, 0x00}, packet});
  EXPECT_EQ(stream_record_in_place(writable(record)), Error::None);
  return record;
}

/// Reads all of `input`, adding what comes whole to `packets`; false if the reader refuses.
bool read_all(StreamRecordReader& reader, Bytes input, Packets& packets) {
  for (;;) {
    const Result<MutableBytes> packet = reader.read(input);
    if (!packet.ok()) return false;
    if (packet.value.empty()) return input.empty();
    packets.push_back(copy(packet.value));
  }
}

TEST(StreamRecordProperty, AStreamSlicedAnywhereGivesEveryPacketInOrder) {
  for (uint64_t seed = 1; seed <= 500; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    Packets sent;
    ByteVector stream;
    for (int count = 0; count < 20; ++count) {
      sent.push_back(random.packet(count % 4 == 0 ? 3 : kPacketSizeMax));
      stream = joined({stream, record_of(sent.back())});
    }
    ByteVector buffer(kPacketSizeMax);
    StreamRecordReader reader(writable(buffer));
    Packets packets;
    for (Bytes left = view(stream); !left.empty();) {
      const size_t size = std::min(left.size, 1 + random.below(seed % 2 == 0 ? 5 : 3000));
      // Its own vector, so that a byte read beyond the slice is found.
      const ByteVector slice = copy(left.first(size));
      ASSERT_TRUE(read_all(reader, view(slice), packets));
      left = left.from(size);
    }
    ASSERT_EQ(packets, sent);
    ASSERT_TRUE(reader.between_records());
  }
}

TEST(StreamRecordProperty, TwoRecordsCutAtEveryPositionComeBack) {
  for (uint64_t seed = 1; seed <= 20; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    const Packets sent = {random.packet(400), random.packet(400)};
    const ByteVector stream = joined({record_of(sent[0]), record_of(sent[1])});
    for (size_t cut = 0; cut <= stream.size(); ++cut) {
      ByteVector buffer(400);
      StreamRecordReader reader(writable(buffer));
      Packets packets;
      ASSERT_TRUE(read_all(reader, view(stream).first(cut), packets));
      ASSERT_TRUE(read_all(reader, view(stream).from(cut), packets));
      ASSERT_EQ(packets, sent) << cut;
    }
  }
}

/// A gateway's way: in place while records are whole, a lent buffer only for what is left.
TEST(StreamRecordProperty, TakingInPlaceAndReadingTheRestGiveTheSame) {
  for (uint64_t seed = 1; seed <= 300; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    Packets sent;
    ByteVector stream;
    for (int count = 0; count < 10; ++count) {
      sent.push_back(random.packet(300));
      stream = joined({stream, record_of(sent.back())});
    }
    StreamRecordReader reader((MutableBytes()));
    Packets packets;
    ByteVector lent;
    for (Bytes left = view(stream); !left.empty();) {
      ByteVector slice = copy(left.first(std::min(left.size, 1 + random.below(900))));
      left = left.from(slice.size());
      MutableBytes input = writable(slice);
      if (!reader.between_records()) {
        Bytes front = input;
        const Result<MutableBytes> packet = reader.read(front);
        ASSERT_TRUE(packet.ok());
        if (!packet.value.empty()) packets.push_back(copy(packet.value));
        input = input.from(input.size - front.size);
      }
      if (!reader.between_records()) continue;
      for (;;) {
        const Result<MutableBytes> packet = take_stream_record(input, 300);
        ASSERT_TRUE(packet.ok());
        if (packet.value.empty()) break;
        packets.push_back(copy(packet.value));
      }
      if (input.empty()) continue;
      lent = ByteVector(300);
      ASSERT_EQ(reader.set_buffer(writable(lent)), Error::None);
      ASSERT_TRUE(read_all(reader, input, packets));
    }
    ASSERT_EQ(packets, sent);
  }
}

/// Whatever a stream holds, a packet is never larger than allowed, and a refusal is for good.
TEST(StreamRecordProperty, NoiseGivesPacketsWithinTheLimitOrARefusal) {
  size_t refused = 0;
  for (uint64_t seed = 1; seed <= 1000; ++seed) {
    SCOPED_TRACE(seed);
    RandomPackets random(seed);
    ByteVector stream = random.noise(2000);
    // Small counts at first, so that some records pass.
    for (size_t index = 0; index + 2 < stream.size(); index += 3) {
      if (random.below(30) != 0) stream[index + 2] = 0;
    }
    const size_t packet_size_max = random.below(300);
    ByteVector buffer(packet_size_max);
    StreamRecordReader reader(writable(buffer));
    Packets packets;
    if (!read_all(reader, view(stream), packets)) {
      ++refused;
      const ByteVector record = record_of({0x38});
      ASSERT_FALSE(read_all(reader, view(record), packets));
    }
    for (const ByteVector& packet : packets) ASSERT_LE(packet.size(), packet_size_max);
  }
  EXPECT_GT(refused, 500u);
}

}  // namespace
}  // namespace usmp
