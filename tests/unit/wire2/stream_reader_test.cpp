// Frames of wire 2 on a byte stream: whole however the stream is cut, and closed at what is none.
#include "usmp/wire2/stream_reader.hpp"

#include <gtest/gtest.h>

#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::wire2::test {
namespace {

Octets frame(std::size_t length, std::uint8_t mark) {
  Octets bytes(kHeaderSize + length, mark);
  write_header({bytes.data(), bytes.size()}, kData, mark);
  write_crc({bytes.data(), bytes.size()});
  return bytes;
}

const Octets kSizes = {0, 1, 28, 200};

TEST(Wire2StreamReader, FramesAreWholeHoweverTheStreamIsCut) {
  Octets stream;
  std::vector<Octets> frames;
  for (const std::uint8_t size : kSizes) {
    frames.push_back(frame(size, size));
    stream.insert(stream.end(), frames.back().begin(), frames.back().end());
  }
  frames.push_back(frame(kPayloadSizeMax, 9));
  stream.insert(stream.end(), frames.back().begin(), frames.back().end());
  for (std::size_t piece = 1; piece < stream.size() + 1; piece += 1 + piece / 8) {
    Octets buffer(kFrameSizeMax);
    StreamReader reader({buffer.data(), buffer.size()});
    std::vector<Octets> found;
    for (std::size_t at = 0; at < stream.size(); at += piece) {
      Bytes input = view(stream).from(at);
      if (input.size > piece) input = input.first(piece);
      while (true) {
        const auto read = reader.read(input);
        ASSERT_TRUE(read.ok());
        if (read.value.empty()) break;
        found.push_back(octets_of(read.value));
      }
      EXPECT_TRUE(input.empty());
    }
    EXPECT_EQ(found, frames);
    EXPECT_TRUE(reader.between_frames());
  }
}

TEST(Wire2StreamReader, TakesFramesInPlace) {
  Octets stream = frame(3, 1);
  const Octets second = frame(7, 2);
  stream.insert(stream.end(), second.begin(), second.end());
  stream.pop_back();
  MutableBytes input(stream.data(), stream.size());
  auto taken = take_stream_frame(input);
  ASSERT_TRUE(taken.ok());
  EXPECT_EQ(octets_of(taken.value), frame(3, 1));
  taken = take_stream_frame(input);
  EXPECT_TRUE(taken.ok() && taken.value.empty());
  EXPECT_EQ(input.size, second.size() - 1);
}

TEST(Wire2StreamReader, WrongMagicVersionOrLengthClosesForGood) {
  for (const std::size_t at : {0u, 1u, 2u, 9u}) {
    Octets bytes = frame(5, 1);
    bytes[at] = 0x7F;
    Octets buffer(kFrameSizeMax);
    StreamReader reader({buffer.data(), buffer.size()});
    Bytes input = view(bytes);
    EXPECT_EQ(reader.read(input).error, Error::Malformed);
    const Octets good = frame(5, 1);
    input = view(good);
    EXPECT_EQ(reader.read(input).error, Error::Malformed);
    EXPECT_EQ(input.size, good.size());
    MutableBytes in_place(bytes.data(), bytes.size());
    EXPECT_EQ(take_stream_frame(in_place).error, Error::Malformed);
  }
  Octets over = frame(kPayloadSizeMax, 1);
  over[8] = static_cast<std::uint8_t>(over[8] + 1);
  MutableBytes in_place(over.data(), over.size());
  EXPECT_EQ(take_stream_frame(in_place).error, Error::Malformed);
}

TEST(Wire2StreamReader, ABadFirstByteIsNoticedAtOnce) {
  Octets buffer(kFrameSizeMax);
  StreamReader reader({buffer.data(), buffer.size()});
  const Octets bytes = {0x16};
  Bytes input = view(bytes);
  EXPECT_EQ(reader.read(input).error, Error::Malformed);
}

TEST(Wire2StreamReader, AFrameOverASmallBufferIsRefused) {
  Octets buffer(frame_size_max(64));
  EXPECT_EQ(buffer.size(), kHeaderSize + kSealOverhead + 64);
  StreamReader reader({buffer.data(), buffer.size()});
  const Octets fits = frame(64 + kSealOverhead, 1), over = frame(65 + kSealOverhead, 1);
  Bytes input = view(fits);
  EXPECT_FALSE(reader.read(input).value.empty());
  input = view(over);
  EXPECT_EQ(reader.read(input).error, Error::TooLarge);
}

TEST(Wire2StreamReader, ItsBufferChangesBetweenFramesOnly) {
  Octets one(kFrameSizeMax), other(kFrameSizeMax);
  StreamReader reader({one.data(), one.size()});
  const Octets bytes = frame(4, 1);
  Bytes input = view(bytes).first(5);
  EXPECT_TRUE(reader.read(input).ok());
  EXPECT_EQ(reader.set_buffer({other.data(), other.size()}), Error::WrongState);
  input = view(bytes).from(5);
  EXPECT_EQ(octets_of(reader.read(input).value), bytes);
  EXPECT_EQ(reader.set_buffer({other.data(), other.size()}), Error::None);
}

}  // namespace
}  // namespace usmp::wire2::test
