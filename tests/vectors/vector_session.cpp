// See vector_session.hpp.
#include "vector_session.hpp"

#include <cstdio>
#include <cstring>
#include <stdexcept>

namespace usmp::vectors {

Octets from_hex(const std::string& hex) {
  if (hex.size() % 2 != 0) throw std::runtime_error("odd number of hex digits");
  Octets octets;
  for (std::size_t index = 0; index < hex.size(); index += 2) {
    std::size_t used = 0;
    octets.push_back(static_cast<std::uint8_t>(std::stoul(hex.substr(index, 2), &used, 16)));
    if (used != 2) throw std::runtime_error("not hex: " + hex.substr(index, 2));
  }
  return octets;
}

std::string to_hex(Bytes bytes) {
  std::string hex;
  char digits[3];
  for (std::size_t index = 0; index < bytes.size; ++index) {
    std::snprintf(digits, sizeof digits, "%02x", bytes[index]);
    hex += digits;
  }
  return hex;
}

Octets flipped(Octets octets, std::size_t bit) {
  octets[bit / 8] = static_cast<std::uint8_t>(octets[bit / 8] ^ (1u << (bit % 8)));
  return octets;
}

void Report::equal(const std::string& what, Bytes got, Bytes expected) {
  const bool same = got.size == expected.size &&
                    (got.size == 0 || std::memcmp(got.data, expected.data, got.size) == 0);
  that(same, what + "\n    got      " + to_hex(got) + "\n    expected " + to_hex(expected));
}

void Report::that(bool holds, const std::string& what) {
  ++checks_;
  if (holds) return;
  ++failures_;
  std::fprintf(stderr, "FAILED %s: %s\n", session_.c_str(), what.c_str());
}

void Report::refused(bool holds, const std::string& what, std::size_t bit) {
  ++flips_;
  if (holds) return;
  ++failures_;
  std::fprintf(stderr, "FAILED %s: %s with bit %zu flipped was taken\n", session_.c_str(),
               what.c_str(), bit);
}

bool ScriptedRandom::fill(void* context, std::uint8_t* out, std::size_t size) {
  auto& self = *static_cast<ScriptedRandom*>(context);
  for (std::size_t index = 0; index < size; ++index) {
    out[index] = self.used_ < self.script_.size() ? self.script_[self.used_++] : 0;
  }
  return true;
}

namespace {

wire3::Params read_params(const Octets& octets) {
  wire3::Params params;
  ByteReader reader(view(octets));
  if (!wire3::read_params(reader, &params) || !reader.done()) {
    throw std::runtime_error("params out of range");
  }
  return params;
}

}  // namespace

VectorSession::VectorSession(const nlohmann::json& session)
    : json(session),
      name(session.at("name").get<std::string>()),
      suite(static_cast<crypto::Suite>(session.at("suite").get<int>())),
      psk(input("psk")),
      device_id(input("device_id")),
      params_d_bytes(input("params_D")),
      params_g_bytes(input("params_G")),
      params_d(read_params(params_d_bytes)),
      params_g(read_params(params_g_bytes)) {}

Octets VectorSession::hex_at(const char* group, const char* field) const {
  return from_hex(json.at(group).at(field).get<std::string>());
}

// The medium is not told; what it decides in a handshake is the stream flag, and on UDP the least
// size of a cid.
Medium VectorSession::medium() const {
  if (params_d.stream) return Medium::Stream;
  return params_g.cid.size >= kCidSizeMinUdpGateway ? Medium::Udp : Medium::Serial;
}

Octets VectorSession::hello_without_cookie() const {
  Octets hello = packet("hello");
  const std::size_t cookie_size = input("cookie").size();
  hello.resize(hello.size() - cookie_size);
  hello.back() = 0;
  return hello;
}

}  // namespace usmp::vectors
