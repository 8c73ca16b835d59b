// The shared vectors of wire 3: each packet on a stream and on a serial line, made and taken.
#include <gtest/gtest.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "framing_bytes.hpp"
#include "usmp/framing.hpp"

namespace usmp {
namespace {

using framing_test::ByteVector;
using framing_test::copy;
using framing_test::joined;
using framing_test::view;
using framing_test::writable;

struct Vector {
  std::string where;
  ByteVector packet;
  ByteVector on_stream;
  ByteVector on_serial;
};

ByteVector from_hex(const std::string& hex) {
  ByteVector bytes;
  for (size_t index = 0; index + 1 < hex.size(); index += 2) {
    bytes.push_back(static_cast<uint8_t>(std::stoul(hex.substr(index, 2), nullptr, 16)));
  }
  return bytes;
}

std::vector<Vector> vectors() {
  std::ifstream file(USMP_SPEC_DIR "/vectors/usmp-3.json");
  const nlohmann::json all = nlohmann::json::parse(file);
  std::vector<Vector> found;
  for (const auto& session : all.at("sessions")) {
    for (const auto& data : session.at("data")) {
      found.push_back({session.at("name").get<std::string>() + " " + std::to_string(found.size()),
                       from_hex(data.at("packet")), from_hex(data.at("on_stream")),
                       from_hex(data.at("on_serial"))});
    }
  }
  return found;
}

class FramingVectors : public testing::Test {
 protected:
  void SetUp() override { ASSERT_GE(all.size(), 80u); }
  const std::vector<Vector> all = vectors();
};

TEST_F(FramingVectors, EncodeOnSerialByteForByte) {
  for (const Vector& vector : all) {
    ByteVector out(serial_frame_size_max(vector.packet.size()));
    const Result<size_t> size = serial_frame_encode(view(vector.packet), writable(out));
    ASSERT_TRUE(size.ok());
    out.resize(size.value);
    EXPECT_EQ(out, vector.on_serial) << vector.where;
  }
}

TEST_F(FramingVectors, DecodeFromSerialInOneLine) {
  ByteVector buffer(2048);
  SerialDeframer deframer(writable(buffer));
  ByteVector line = {0x00};
  for (const Vector& vector : all) line = joined({line, vector.on_serial});
  Bytes input = view(line);
  for (const Vector& vector : all) {
    EXPECT_EQ(copy(deframer.read(input)), vector.packet) << vector.where;
  }
  EXPECT_TRUE(input.empty());
}

TEST_F(FramingVectors, EveryFlippedBitOnSerialIsDroppedAndTheNextFrameArrives) {
  for (const Vector& vector : all) {
    ByteVector buffer(vector.packet.size());
    SerialDeframer deframer(writable(buffer));
    for (size_t bit = 0; bit < vector.on_serial.size() * 8; ++bit) {
      ByteVector line = joined({vector.on_serial, {0x00}, vector.on_serial});
      line[bit / 8] ^= static_cast<uint8_t>(1u << (bit % 8));
      Bytes input = view(line);
      EXPECT_EQ(copy(deframer.read(input)), vector.packet) << vector.where << " bit " << bit;
      EXPECT_TRUE(input.empty()) << vector.where << " bit " << bit;
    }
  }
}

TEST_F(FramingVectors, EncodeOnAStreamByteForByte) {
  for (const Vector& vector : all) {
    ByteVector record = joined({{0x00, 0x00}, vector.packet});
    ASSERT_EQ(stream_record_in_place(writable(record)), Error::None);
    EXPECT_EQ(record, vector.on_stream) << vector.where;
  }
}

TEST_F(FramingVectors, DecodeFromAStreamBothWays) {
  ByteVector stream;
  for (const Vector& vector : all) stream = joined({stream, vector.on_stream});
  ByteVector buffer(2048);
  StreamRecordReader reader(writable(buffer));
  ByteVector stream_to_overwrite = stream;
  Bytes input = view(stream);
  MutableBytes input_in_place = writable(stream_to_overwrite);
  for (const Vector& vector : all) {
    EXPECT_EQ(copy(reader.read(input).value), vector.packet) << vector.where;
    EXPECT_EQ(copy(take_stream_record(input_in_place, 2048).value), vector.packet) << vector.where;
  }
  EXPECT_TRUE(input.empty());
  EXPECT_TRUE(input_in_place.empty());
}

}  // namespace
}  // namespace usmp
