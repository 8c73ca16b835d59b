// CRC, public keys, shared secret, session keys, proofs and the keys after a REKEY, one by one, so
// that a difference is told where it begins.
#include <algorithm>

#include "usmp/framing/crc16.hpp"
#include "wire2/key_schedule.hpp"
#include "wire2_vectors.hpp"

namespace usmp::vectors {

namespace {

template <std::size_t N>
void fill(std::uint8_t (&out)[N], const Octets& octets) {
  std::copy_n(octets.begin(), N, out);
}

void check_crc(const Wire2Vectors& vectors, Report& report) {
  for (const auto& entry : vectors.json.at("crc16")) {
    Crc16Modbus crc;
    const Octets data = from_hex(entry.at("data").get<std::string>());
    crc.update(view(data));
    // As the number is written, its high byte first.
    const std::uint8_t value[2] = {static_cast<std::uint8_t>(crc.value() >> 8),
                                   static_cast<std::uint8_t>(crc.value())};
    const Octets expected = from_hex(entry.at("crc").get<std::string>());
    report.equal("crc16 of " + std::to_string(data.size()) + " bytes", Bytes(value),
                 view(expected));
  }
}

void check_rekey(const Wire2Vectors& vectors, Report& report) {
  wire2::Key c2s, s2c;
  wire2::SessionId id;
  fill(c2s, vectors.derived("k_c2s"));
  fill(s2c, vectors.derived("k_s2c"));
  fill(id, vectors.input("session_id"));
  const Octets salt = vectors.rekey("salt");
  const bool device = vectors.json.at("rekey").at("initiator") == "device";
  wire2::derive_rekey(device ? c2s : s2c, device ? s2c : c2s, view(salt), id);
  report.equal("k_c2s after REKEY", Bytes(c2s), view(vectors.rekey("k_c2s")));
  report.equal("k_s2c after REKEY", Bytes(s2c), view(vectors.rekey("k_s2c")));
}

}  // namespace

void check_wire2_derived(const Wire2Vectors& vectors, Report& report) {
  check_crc(vectors, report);
  std::uint8_t device_private[32], gateway_private[32], public_c[32], public_s[32];
  fill(device_private, vectors.input("device_private"));
  fill(gateway_private, vectors.input("gateway_private"));
  report.that(crypto::x25519_public(public_c, device_private), "device_public is computed");
  report.that(crypto::x25519_public(public_s, gateway_private), "gateway_public is computed");
  report.equal("device_public", Bytes(public_c), view(vectors.derived("device_public")));
  report.equal("gateway_public", Bytes(public_s), view(vectors.derived("gateway_public")));
  std::uint8_t shared[32];
  report.that(crypto::x25519(shared, device_private, public_s), "shared is computed");
  report.equal("shared", Bytes(shared), view(vectors.derived("shared")));
  const Octets nonce = vectors.input("nonce"), psk = vectors.input("psk");
  const Octets id = vectors.input("device_id");
  const wire2::Transcript transcript{view(nonce), Bytes(public_c), Bytes(public_s)};
  wire2::Key c2s, s2c;
  wire2::derive_session_keys(c2s, s2c, shared, transcript);
  report.equal("k_c2s", Bytes(c2s), view(vectors.derived("k_c2s")));
  report.equal("k_s2c", Bytes(s2c), view(vectors.derived("k_s2c")));
  std::uint8_t proof[32];
  wire2::make_proof_c(proof, view(psk), transcript, view(id));
  report.equal("proof_C", Bytes(proof), view(vectors.derived("proof_C")));
  wire2::SessionId session_id;
  fill(session_id, vectors.input("session_id"));
  wire2::make_proof_s(proof, view(psk), transcript, session_id);
  report.equal("proof_S", Bytes(proof), view(vectors.derived("proof_S")));
  check_rekey(vectors, report);
}

}  // namespace usmp::vectors
