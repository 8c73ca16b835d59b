// Every hash, key and proof of §2 and §3 against the vector.
#include <cstring>

#include "base/hkdf.hpp"
#include "vector_session.hpp"
#include "wire3/key_schedule.hpp"

namespace usmp::vectors {

namespace {

using wire3::Hash;

void to_array(std::uint8_t (&out)[32], const Octets& octets) {
  if (octets.size() != sizeof out) throw std::runtime_error("32 bytes expected");
  std::memcpy(out, octets.data(), sizeof out);
}

void check_key(Report& report, const std::string& what, const DirectionKey& key,
               const Octets& expected) {
  Octets both(key.key, key.key + sizeof key.key);
  both.insert(both.end(), key.iv, key.iv + sizeof key.iv);
  report.equal(what, view(both), view(expected));
}

void check_epochs(const VectorSession& session, const Hash& chain_0, Report& report) {
  for (const auto& epoch : session.json.at("epochs")) {
    Hash chain;
    std::memcpy(chain, chain_0, sizeof chain);
    const auto number = epoch.at("epoch").get<unsigned>();
    for (unsigned step = 0; step < number; ++step) wire3::next_chain(chain);
    const std::string where = " of epoch " + std::to_string(number);
    report.equal("chain" + where, Bytes(chain), view(from_hex(epoch.at("chain"))));
    DirectionKey key;
    wire3::derive_d2g(key, chain);
    check_key(report, "d2g" + where, key, from_hex(epoch.at("d2g")));
    wire3::derive_g2d(key, chain);
    check_key(report, "g2d" + where, key, from_hex(epoch.at("g2d")));
  }
}

}  // namespace

void check_derived(const VectorSession& session, Report& report) {
  Hash device_private, gateway_private, device_public, gateway_public, shared, shared_too;
  to_array(device_private, session.input("device_private"));
  to_array(gateway_private, session.input("gateway_private"));
  report.that(crypto::x25519_public(device_public, device_private) &&
                  crypto::x25519_public(gateway_public, gateway_private),
              "public keys are made");
  report.equal("device_public", Bytes(device_public), view(session.derived("device_public")));
  report.equal("gateway_public", Bytes(gateway_public), view(session.derived("gateway_public")));
  report.that(crypto::x25519(shared, device_private, gateway_public) &&
                  crypto::x25519(shared_too, gateway_private, device_public),
              "the secret is shared");
  report.equal("shared, by the device", Bytes(shared), view(session.derived("shared")));
  report.equal("shared, by the gateway", Bytes(shared_too), view(session.derived("shared")));

  const Octets hello = session.packet("hello"), challenge = session.packet("challenge");
  crypto::Sha256 hash;
  Hash digest, th1, hs, th2, master, proof_d, th3, proof_g, chain_0;
  hash.update(view(hello));
  hash.finish(digest);
  report.equal("tag", Bytes(digest, kHelloTagSize), view(session.derived("tag")));
  wire3::start_th1(hash);
  hash.update(view(hello));
  hash.update(view(challenge));
  hash.finish(th1);
  report.equal("th1", Bytes(th1), view(session.derived("th1")));
  wire3::derive_hs(hs, th1, shared);
  report.equal("hs", Bytes(hs), view(session.derived("hs")));
  const Octets hello_ack = session.packet("hello_ack");
  const std::size_t cid_size = session.params_g.cid.size;
  wire3::derive_th2(th2, th1, session.params_g.cid.view(),
                    view(hello_ack).from(1 + cid_size).first(hello_ack.size() - 33 - cid_size));
  report.equal("th2", Bytes(th2), view(session.derived("th2")));
  wire3::derive_master(master, hs, view(session.psk));
  report.equal("master", Bytes(master), view(session.derived("master")));
  wire3::derive_proof_d(proof_d, master, th2);
  report.equal("proof_D", Bytes(proof_d), view(session.derived("proof_D")));
  wire3::derive_th3(th3, th2, proof_d, session.params_d.cid.view());
  report.equal("th3", Bytes(th3), view(session.derived("th3")));
  wire3::derive_proof_g(proof_g, master, th3);
  report.equal("proof_G", Bytes(proof_g), view(session.derived("proof_G")));
  std::uint8_t session_id[16];
  wire3::derive_session_id(session_id, master, th2);
  report.equal("session_id", Bytes(session_id), view(session.derived("session_id")));
  wire3::derive_chain_0(chain_0, master, th2);
  check_epochs(session, chain_0, report);
}

}  // namespace usmp::vectors
