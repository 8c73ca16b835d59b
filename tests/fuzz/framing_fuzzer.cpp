// The bytes of serial lines, streams and BLE connections, cut anywhere: readers that agree with
// each other, stay in their buffers, and take a genuine packet after any garbage where the spec
// says so.
#include "expect.hpp"
#include "script.hpp"
#include "usmp/framing.hpp"

namespace usmp::fuzz {
namespace {

constexpr std::size_t kPacketsMax = 200;

/// Calls `take` with pieces of `bytes`, each in memory of its own, cut as the script says.
template <typename Take>
void in_pieces(const Octets& bytes, Script& cuts, const Take& take) {
  for (std::size_t at = 0; at < bytes.size();) {
    const std::size_t size = std::min<std::size_t>(1u + cuts.u8(), bytes.size() - at);
    const auto begin = bytes.begin() + static_cast<std::ptrdiff_t>(at);
    take(Octets(begin, begin + static_cast<std::ptrdiff_t>(size)));
    at += size;
  }
}

std::vector<Octets> deframe(SerialDeframer& deframer, const Octets& bytes) {
  std::vector<Octets> packets;
  Bytes input = view(bytes);
  for (;;) {
    const MutableBytes packet = deframer.read(input);
    if (packet.empty()) break;
    packets.push_back(octets_of(packet));
  }
  USMP_FUZZ_EXPECT(input.empty(), "all of the input was used");
  return packets;
}

void check_serial(const Octets& line, std::size_t buffer_size, Script& cuts) {
  Octets one(buffer_size), other(buffer_size);
  SerialDeframer whole(writable(one)), pieces(writable(other));
  std::vector<Octets> packets = deframe(whole, line), same;
  in_pieces(line, cuts, [&](const Octets& piece) {
    for (auto& packet : deframe(pieces, piece)) same.push_back(packet);
  });
  USMP_FUZZ_EXPECT(packets == same, "the same packets, however the line is cut");
  for (const auto& packet : packets) {
    USMP_FUZZ_EXPECT(!packet.empty() && packet.size() <= buffer_size, "a packet that fits");
  }
  // In step again at the next 0x00.
  const Octets packet(std::min<std::size_t>(buffer_size, line.size() + 1), 0x31);
  Octets frame(serial_frame_size_max(packet.size()));
  const auto size = serial_frame_encode(view(packet), writable(frame));
  USMP_FUZZ_EXPECT(size.ok(), "a buffer of that size is enough");
  frame.resize(size.value);
  frame.insert(frame.begin(), kSerialDelimiter);
  const auto after = deframe(whole, frame);
  USMP_FUZZ_EXPECT(!after.empty() && after.back() == packet, "a packet after garbage");
}

void check_cobs(const Octets& bytes) {
  Octets encoded(cobs_encoded_size_max(bytes.size()));
  const auto size = cobs_encode(view(bytes), writable(encoded));
  USMP_FUZZ_EXPECT(size.ok(), "a buffer of that size is enough");
  encoded.resize(size.value);
  CobsDecoder decoder;
  Octets decoded;
  for (const std::uint8_t byte : encoded) {
    USMP_FUZZ_EXPECT(byte != 0, "COBS without a zero");
    const CobsStep step = decoder.push(byte);
    USMP_FUZZ_EXPECT(step.event == CobsEvent::Nothing || step.event == CobsEvent::DataByte, "data");
    if (step.event == CobsEvent::DataByte) decoded.push_back(step.byte);
  }
  USMP_FUZZ_EXPECT(decoder.push(0).event == CobsEvent::FrameEnd, "whole");
  USMP_FUZZ_EXPECT(decoded == bytes, "the same bytes");
}

struct StreamRead {
  std::vector<Octets> packets;
  bool refused = false;
};

StreamRead take_records(Octets stream, std::size_t packet_size_max) {
  StreamRead found;
  MutableBytes left = writable(stream);
  for (;;) {
    const auto packet = take_stream_record(left, packet_size_max);
    if (!packet.ok()) found.refused = true;
    if (!packet.ok() || packet.value.empty()) return found;
    found.packets.push_back(octets_of(packet.value));
  }
}

void check_stream(const Octets& stream, std::size_t buffer_size, Script& cuts) {
  const StreamRead expected = take_records(stream, buffer_size);
  Octets buffer(buffer_size);
  StreamRecordReader reader(writable(buffer));
  StreamRead found;
  in_pieces(stream, cuts, [&](const Octets& piece) {
    Bytes input = view(piece);
    while (!found.refused) {
      const auto packet = reader.read(input);
      if (!packet.ok()) found.refused = true;
      if (!packet.ok() || packet.value.empty()) break;
      found.packets.push_back(octets_of(packet.value));
    }
  });
  USMP_FUZZ_EXPECT(found.packets == expected.packets, "the same packets, however it is cut");
  USMP_FUZZ_EXPECT(found.refused == expected.refused, "the same end");
  for (auto packet : found.packets) {
    packet.insert(packet.begin(), kStreamRecordOverhead, 0);
    USMP_FUZZ_EXPECT(stream_record_in_place(writable(packet)) == Error::None, "a record again");
    const auto again = take_records(packet, buffer_size);
    USMP_FUZZ_EXPECT(again.packets.size() == 1 && !again.refused, "of one packet");
  }
}

/// Joins by the words of the spec, into memory without end.
class PlainJoiner {
 public:
  explicit PlainJoiner(std::size_t size_max) : size_max_(size_max) {}

  Octets join(const Octets& piece) {
    if (piece.empty()) return {};
    const std::uint8_t counter = piece[0] & 0x3F;
    if (piece[0] & 0x80) {
      begun_ = true;
      packet_.clear();
    } else if (begun_ && counter != next_) {
      begun_ = false;
    }
    next_ = (counter + 1) & 0x3F;
    if (!begun_) return {};
    packet_.insert(packet_.end(), piece.begin() + 1, piece.end());
    if (packet_.size() > size_max_) begun_ = false;
    if (!begun_ || (piece[0] & 0x40) == 0) return {};
    begun_ = false;
    return packet_;
  }

 private:
  std::size_t size_max_;
  Octets packet_;
  std::uint8_t next_ = 0;
  bool begun_ = false;
};

void check_ble(Script& script, std::size_t buffer_size) {
  Octets buffer(buffer_size);
  BlePieceJoiner joiner(writable(buffer));
  PlainJoiner plain(buffer_size);
  for (std::size_t count = 0; !script.done() && count < kPacketsMax; ++count) {
    const Octets piece = script.piece();
    USMP_FUZZ_EXPECT(octets_of(joiner.join(view(piece))) == plain.join(piece), "as the spec says");
  }
  const Octets packet(buffer_size, 0x32);
  BlePieceSplitter splitter;
  splitter.set_att_mtu(script.u8());
  splitter.start(view(packet));
  Octets got;
  while (!splitter.done()) {
    Octets piece(256);
    const auto size = splitter.next(writable(piece));
    USMP_FUZZ_EXPECT(size.ok() && got.empty(), "ATT_MTU - 3 bytes are enough");
    piece.resize(size.value);
    got = octets_of(joiner.join(view(piece)));
  }
  USMP_FUZZ_EXPECT(got == packet, "a packet after garbage");
}

void play(Script& script) {
  const std::uint8_t first = script.u8();
  const std::size_t buffer_size = 1u + script.u8() * (first >= 0x80 ? 5u : 1u);
  if (first % 4 == 0) {
    check_ble(script, buffer_size);
    return;
  }
  Octets cuts = script.piece();
  const Octets bytes = script.rest();
  Script cut_script(cuts.data(), cuts.size());
  if (first % 4 == 1) check_serial(bytes, buffer_size, cut_script);
  if (first % 4 == 2) check_stream(bytes, buffer_size, cut_script);
  if (first % 4 == 3) check_cobs(bytes);
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usmp::fuzz::Script script(data, size);
  usmp::fuzz::play(script);
  return 0;
}
