// See packet_crypto.hpp. Built once for each backend, which USMP_BENCH_BACKEND names.
#include "packet_crypto.hpp"

#include <cstring>

#include "cpu_clock.hpp"

namespace usmp::bench {
namespace {

constexpr std::size_t kTextSizeMax = 2048;
constexpr std::size_t kHeaderSize = 13;  // a short packet's, with a cid of 8 bytes
constexpr int kCallsPerLook = 16;        // at the clock

struct Packet {
  std::uint8_t key[crypto::kKeySize] = {1};
  std::uint8_t nonce[crypto::kNonceSize] = {};
  std::uint8_t header[kHeaderSize] = {};
  std::uint8_t text[kTextSizeMax] = {};
  std::uint8_t sealed[kTextSizeMax] = {};
  std::uint8_t tag[crypto::kTagSize] = {};
  std::uint8_t point[crypto::kPointSize] = {9};  // the base point
};

bool seal(Packet& packet, const PrimitiveRun& run) {
  ++packet.nonce[0];
  return crypto::aead_seal(run.suite, packet.key, packet.nonce, Bytes(packet.header),
                           MutableBytes(packet.text, run.size), packet.tag);
}

bool open(Packet& packet, const PrimitiveRun& run) {
  std::memcpy(packet.text, packet.sealed, run.size);
  return crypto::aead_open(run.suite, packet.key, packet.nonce, Bytes(packet.header),
                           MutableBytes(packet.text, run.size), packet.tag);
}

bool call(Packet& packet, const PrimitiveRun& run) {
  std::uint8_t out[crypto::kHashSize];
  const Bytes text(packet.header);
  switch (run.primitive) {
    case Primitive::Seal:
      return seal(packet, run);
    case Primitive::Open:
      return open(packet, run);
    case Primitive::X25519Public:
      return crypto::x25519_public(out, packet.key);
    case Primitive::X25519:
      return crypto::x25519(out, packet.key, packet.point);
    case Primitive::HmacSha256:
      crypto::hmac_sha256(out, Bytes(packet.key), &text, 1);
      return true;
  }
  return false;
}

}  // namespace

__attribute__((visibility("default"))) double USMP_BENCH_BACKEND(const PrimitiveRun& run,
                                                                 double seconds) {
  Packet packet;
  if (run.size > kTextSizeMax) return -1;
  if (run.primitive == Primitive::Open) {
    if (!seal(packet, run)) return -1;
    std::memcpy(packet.sealed, packet.text, run.size);
  }
  if (!call(packet, run)) return -1;  // and warm
  double calls = 0;
  double spent = 0;
  const double begun = own_cpu_seconds();
  do {
    for (int turn = 0; turn < kCallsPerLook; ++turn) {
      if (!call(packet, run)) return -1;
    }
    calls += kCallsPerLook;
    spent = own_cpu_seconds() - begun;
  } while (spent < seconds);
  return spent / calls * 1e9;
}

}  // namespace usmp::bench
