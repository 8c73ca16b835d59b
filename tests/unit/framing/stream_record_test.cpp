// Records on a byte stream: both ways to make one, both ways to take one, and the refusal.
#include "usmp/framing/stream_record.hpp"

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

ByteVector record_of(const ByteVector& packet) {
  ByteVector record = joined({{0x00, 0x00}, packet});
  EXPECT_EQ(stream_record_in_place(writable(record)), Error::None);
  return record;
}

TEST(StreamRecord, PutsTheCountOfTheRestBehindTheFirstByte) {
  EXPECT_EQ(record_of({0x36}), (ByteVector{0x36, 0x00, 0x00}));
  EXPECT_EQ(record_of({0x36, 0xAA, 0xBB}), (ByteVector{0x36, 0x02, 0x00, 0xAA, 0xBB}));
  const ByteVector packet = counting(0x38, 0x0303);
  EXPECT_EQ(record_of(packet), joined({{0x38, 0x02, 0x03}, copy(view(packet).from(1))}));
}

TEST(StreamRecord, HeaderAndRestAreTheRecordMadeInPlace) {
  for (const size_t size : {1u, 2u, 255u, 256u, 257u, 1232u, 65536u}) {
    const ByteVector packet = counting(0x38, size);
    uint8_t header[kStreamRecordHeaderSize];
    ASSERT_EQ(stream_record_header(view(packet), header), Error::None);
    EXPECT_EQ(joined({copy(Bytes(header)), copy(view(packet).from(1))}), record_of(packet));
  }
}

TEST(StreamRecord, RefusesWhatNoRecordCanCarry) {
  uint8_t header[kStreamRecordHeaderSize];
  EXPECT_EQ(stream_record_header(Bytes(), header), Error::Malformed);
  const ByteVector too_large(65537, 0x38);
  EXPECT_EQ(stream_record_header(view(too_large), header), Error::TooLarge);
  for (size_t size = 0; size <= kStreamRecordOverhead; ++size) {
    ByteVector without_packet(size);
    EXPECT_EQ(stream_record_in_place(writable(without_packet)), Error::Malformed);
  }
  ByteVector too_large_in_place(65539, 0x38);
  const ByteVector before = too_large_in_place;
  EXPECT_EQ(stream_record_in_place(writable(too_large_in_place)), Error::TooLarge);
  EXPECT_EQ(too_large_in_place, before);
}

TEST(TakeStreamRecord, GivesPacketsWhereTheyLieOneAfterAnother) {
  const ByteVector first = counting(0x30, 90);
  const ByteVector second = {0x38};
  ByteVector stream = joined({record_of(first), record_of(second), {0x38, 0x05}});
  MutableBytes input = writable(stream);
  EXPECT_EQ(copy(take_stream_record(input, 90).value), first);
  EXPECT_EQ(copy(take_stream_record(input, 90).value), second);
  const Result<MutableBytes> unfinished = take_stream_record(input, 90);
  EXPECT_TRUE(unfinished.ok());
  EXPECT_TRUE(unfinished.value.empty());
  EXPECT_EQ(copy(input), (ByteVector{0x38, 0x05}));
}

TEST(TakeStreamRecord, LeavesARecordThatIsNotWholeAsItIs) {
  const ByteVector packet = counting(0x38, 20);
  const ByteVector record = record_of(packet);
  for (size_t size = 0; size < record.size(); ++size) {
    ByteVector stream = copy(view(record).first(size));
    MutableBytes input = writable(stream);
    const Result<MutableBytes> taken = take_stream_record(input, 20);
    EXPECT_TRUE(taken.ok());
    EXPECT_TRUE(taken.value.empty());
    EXPECT_EQ(copy(input), copy(view(record).first(size)));
  }
}

TEST(TakeStreamRecord, RefusesACountBeyondTheLimitBeforeTheRestIsThere) {
  ByteVector stream = {0x38, 0x14, 0x00};
  MutableBytes input = writable(stream);
  EXPECT_EQ(take_stream_record(input, 20).error, Error::TooLarge);
  EXPECT_EQ(input.size, 3u);
  EXPECT_TRUE(take_stream_record(input, 21).ok());
}

TEST(StreamRecordReader, TakesOnePacketAndLeavesTheNextInTheInput) {
  const ByteVector first = counting(0x30, 50);
  const ByteVector second = {0x38, 0x01};
  const ByteVector stream = joined({record_of(first), record_of(second)});
  ByteVector buffer(50);
  StreamRecordReader reader(writable(buffer));
  Bytes input = view(stream);
  EXPECT_EQ(copy(reader.read(input).value), first);
  EXPECT_EQ(input.size, record_of(second).size());
  EXPECT_TRUE(reader.between_records());
  EXPECT_EQ(copy(reader.read(input).value), second);
  EXPECT_TRUE(input.empty());
  EXPECT_TRUE(reader.read(input).value.empty());
}

TEST(StreamRecordReader, TakesARecordCutAtEveryByte) {
  const ByteVector packet = counting(0x38, 70);
  const ByteVector record = record_of(packet);
  ByteVector buffer(70);
  StreamRecordReader reader(writable(buffer));
  for (size_t cut = 0; cut < record.size(); ++cut) {
    Bytes front = view(record).first(cut);
    EXPECT_TRUE(reader.read(front).value.empty());
    EXPECT_TRUE(front.empty());
    EXPECT_EQ(reader.between_records(), cut == 0);
    Bytes back = view(record).from(cut);
    EXPECT_EQ(copy(reader.read(back).value), packet) << cut;
  }
}

TEST(StreamRecordReader, RefusesACountBeyondItsBufferForGood) {
  ByteVector buffer(20);
  StreamRecordReader reader(writable(buffer));
  const ByteVector stream = joined({{0x38, 0x14, 0x00}, record_of({0x38})});
  Bytes input = view(stream);
  EXPECT_EQ(reader.read(input).error, Error::TooLarge);
  EXPECT_EQ(input.size, 3u);
  EXPECT_EQ(reader.read(input).error, Error::TooLarge);
  EXPECT_EQ(input.size, 3u);
  EXPECT_EQ(reader.set_buffer(writable(buffer)), Error::WrongState);
}

TEST(StreamRecordReader, TakesTheLargestRecordThereIs) {
  const ByteVector packet = counting(0x38, kStreamRecordPacketMax);
  const ByteVector record = record_of(packet);
  ByteVector buffer(kStreamRecordPacketMax);
  StreamRecordReader reader(writable(buffer));
  Bytes input = view(record);
  EXPECT_EQ(copy(reader.read(input).value), packet);
}

TEST(StreamRecordReader, ChangesItsBufferBetweenRecordsOnly) {
  const ByteVector packet = counting(0x38, 30);
  const ByteVector record = record_of(packet);
  StreamRecordReader reader((MutableBytes()));
  ByteVector lent(30);
  EXPECT_EQ(reader.set_buffer(writable(lent)), Error::None);
  Bytes front = view(record).first(1);
  EXPECT_TRUE(reader.read(front).ok());
  EXPECT_EQ(reader.set_buffer(MutableBytes()), Error::WrongState);
  Bytes back = view(record).from(1);
  EXPECT_EQ(copy(reader.read(back).value), packet);
  EXPECT_EQ(reader.set_buffer(MutableBytes()), Error::None);
  Bytes next = view(record);
  EXPECT_EQ(reader.read(next).error, Error::TooLarge);
}

}  // namespace
}  // namespace usmp
