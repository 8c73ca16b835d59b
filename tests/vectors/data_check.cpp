// Short and long packets: sealed byte for byte, opened, carried by streams and serial lines, and
// refused with any flipped bit.
#include <map>
#include <stdexcept>

#include "usmp/framing.hpp"
#include "vector_session.hpp"
#include "wire3/data_packet.hpp"
#include "wire3/packet.hpp"

namespace usmp::vectors {

namespace {

struct Keys {
  DirectionKey d2g, g2d;
};

DirectionKey key_from(const Octets& octets) {
  DirectionKey key;
  if (octets.size() != sizeof key.key + sizeof key.iv)
    throw std::runtime_error("44 bytes expected");
  std::copy(octets.begin(), octets.begin() + sizeof key.key, key.key);
  std::copy(octets.begin() + sizeof key.key, octets.end(), key.iv);
  return key;
}

std::map<std::uint32_t, Keys> epoch_keys(const VectorSession& session) {
  std::map<std::uint32_t, Keys> keys;
  for (const auto& epoch : session.json.at("epochs")) {
    keys[epoch.at("epoch")] = {key_from(from_hex(epoch.at("d2g"))),
                               key_from(from_hex(epoch.at("g2d")))};
  }
  return keys;
}

bool opens(const VectorSession& session, const DirectionKey& key, Bytes own_cid, std::uint8_t byte0,
           Octets packet, Octets* plaintext) {
  wire3::DataHeader header;
  const MutableBytes bytes(packet.data(), packet.size());
  // A packet of the key's epoch and form: with another first byte another key would be asked.
  if (packet.empty() || packet[0] != byte0) return false;
  if (wire3::read_data_header(bytes, own_cid, &header) != Error::None) return false;
  MutableBytes frames;
  if (!wire3::open_data(session.suite, key, header, bytes, &frames)) return false;
  plaintext->assign(frames.data, frames.data + frames.size);
  return true;
}

void check_media(Report& report, const std::string& what, const Octets& packet,
                 const nlohmann::json& data) {
  const Octets on_stream = from_hex(data.at("on_stream")),
               on_serial = from_hex(data.at("on_serial"));
  Octets record(kStreamRecordOverhead);
  record.insert(record.end(), packet.begin(), packet.end());
  report.that(stream_record_in_place({record.data(), record.size()}) == Error::None,
              what + ": is a record");
  report.equal(what + ": on_stream", view(record), view(on_stream));
  Octets input = on_stream;
  MutableBytes left(input.data(), input.size());
  const Result<MutableBytes> taken = take_stream_record(left, packet.size());
  report.that(taken.ok() && left.empty(), what + ": the record is whole");
  report.equal(what + ": from the stream", taken.value, view(packet));
  Octets frame(serial_frame_size_max(packet.size()));
  const Result<std::size_t> size = serial_frame_encode(view(packet), {frame.data(), frame.size()});
  report.equal(what + ": on_serial", Bytes(frame.data(), size.value), view(on_serial));
}

void check_packet(const VectorSession& session, const nlohmann::json& data, const DirectionKey& key,
                  Report& report) {
  const std::string what = data.at("what");
  const bool from_device = data.at("sender") == "device";
  const Cid& cid = from_device ? session.params_g.cid : session.params_d.cid;
  const Octets expected = from_hex(data.at("packet")), plaintext = from_hex(data.at("plaintext"));
  const bool is_long = expected.at(0) == wire3::kLong;
  const std::uint32_t epoch = data.at("epoch"), seq = data.at("seq");

  const std::size_t header_size = wire3::data_header_size(cid.size, is_long);
  Octets packet(header_size + plaintext.size() + crypto::kTagSize);
  const MutableBytes bytes(packet.data(), packet.size());
  wire3::write_data_header(bytes, cid.view(), epoch, seq, is_long);
  std::copy(plaintext.begin(), plaintext.end(),
            packet.begin() + static_cast<std::ptrdiff_t>(header_size));
  report.that(wire3::seal_data(session.suite, key, seq, bytes, header_size, plaintext.size()),
              what + ": is sealed");
  report.equal(what, view(packet), view(expected));
  Octets opened;
  report.that(opens(session, key, cid.view(), expected[0], expected, &opened), what + ": opens");
  report.equal(what + ": plaintext", view(opened), view(plaintext));
  check_media(report, what, expected, data);
  for (std::size_t bit = 0; bit < expected.size() * 8; bit += report.flip_step()) {
    const Octets packet_flipped = flipped(expected, bit);
    Octets ignored;
    // Even where the first byte would lead to this very key, the packet must not open.
    report.refused(!opens(session, key, cid.view(), packet_flipped[0], packet_flipped, &ignored),
                   what, bit);
  }
}

}  // namespace

void check_data(const VectorSession& session, Report& report) {
  const auto keys = epoch_keys(session);
  for (const auto& data : session.json.at("data")) {
    const Keys& of_epoch = keys.at(data.at("epoch"));
    check_packet(session, data, data.at("sender") == "device" ? of_epoch.d2g : of_epoch.g2d,
                 report);
  }
}

}  // namespace usmp::vectors
