// The key schedule of a compact device against the vector: its labels are numbers, its sealing is
// of its own. Its handshake is not here: the vectors' devices have cids or larger windows.
#include <cstring>
#include <stdexcept>

#include "compact/compact_keys.hpp"
#include "vector_session.hpp"

namespace usmp::vectors {

namespace {

using compact::Hash;
using compact::Label;

void to_hash(Hash& out, const Octets& octets) {
  if (octets.size() != sizeof out) throw std::runtime_error("32 bytes expected");
  std::memcpy(out, octets.data(), sizeof out);
}

Bytes whole(const DirectionKey& key) { return {key.key, sizeof key}; }

void check_proof(Report& report, const char* what, const Hash& master, Label label,
                 const Octets& transcript, const Octets& expected) {
  Hash key, proof;
  compact::expand(key, master, label);
  compact::hmac(proof, Bytes(key), view(transcript));
  report.equal(what, Bytes(proof), view(expected));
}

// `text` sealed with a key that is used this once is the end of `packet`.
void check_sealed_once(Report& report, const char* what, const VectorSession& session,
                       const DirectionKey& key, const Octets& aad, Octets text,
                       const Octets& expected) {
  const std::size_t size = text.size();
  text.resize(size + crypto::kTagSize);
  report.that(compact::seal(session.suite, key, 0, view(aad), {text.data(), size}), what);
  report.equal(what, view(text), view(expected));
}

void check_once(const VectorSession& session, Report& report) {
  Hash hs;
  to_hash(hs, session.derived("hs"));
  DirectionKey key;
  compact::expand(key, hs, Label::Id);
  const Octets hello_ack = session.packet("hello_ack");
  const auto id_at = hello_ack.begin() + 1 + session.params_g.cid.size;
  check_sealed_once(report, "id_ct by compact keys", session, key, {hello_ack.begin(), id_at},
                    session.device_id, {id_at, hello_ack.end() - sizeof(Hash)});
  compact::expand(key, hs, Label::Reject, view(session.derived("proof_D")));
  const Octets reject = session.packet("reject_not_authenticated");
  const auto reason_at = reject.begin() + 1 + session.params_d.cid.size;
  check_sealed_once(report, "reason_ct by compact keys", session, key, {reject.begin(), reason_at},
                    {1}, {reason_at, reject.end()});
}

void check_packet(const VectorSession& session, const nlohmann::json& data, const DirectionKey& key,
                  Report& report) {
  const std::string what = data.at("what").get<std::string>() + " by compact keys";
  const Octets expected = from_hex(data.at("packet")), plaintext = from_hex(data.at("plaintext"));
  const std::size_t header_size = expected.size() - plaintext.size() - crypto::kTagSize;
  const std::uint32_t seq = data.at("seq");
  Octets packet(expected.begin(), expected.begin() + static_cast<std::ptrdiff_t>(header_size));
  packet.insert(packet.end(), plaintext.begin(), plaintext.end());
  packet.resize(expected.size());
  const Bytes aad(packet.data(), header_size);
  report.that(
      compact::seal(session.suite, key, seq, aad, {packet.data() + header_size, plaintext.size()}),
      what);
  report.equal(what, view(packet), view(expected));
  const auto opens = [&](Octets sealed) {
    return compact::open(session.suite, key, seq, {sealed.data(), header_size},
                         {sealed.data() + header_size, sealed.size() - header_size});
  };
  report.that(opens(expected), what + ": opens");
  for (std::size_t bit = 0; bit < expected.size() * 8; bit += report.flip_step()) {
    report.refused(!opens(flipped(expected, bit)), what, bit);
  }
}

void check_epochs(const VectorSession& session, const Hash& chain_0, Report& report) {
  for (const auto& epoch : session.json.at("epochs")) {
    Hash chain;
    std::memcpy(chain, chain_0, sizeof chain);
    const auto number = epoch.at("epoch").get<unsigned>();
    for (unsigned step = 0; step < number; ++step) compact::expand(chain, chain, Label::Next);
    const std::string where = " of epoch " + std::to_string(number) + " by compact keys";
    report.equal("chain" + where, Bytes(chain), view(from_hex(epoch.at("chain"))));
    DirectionKey d2g, g2d;
    compact::expand(d2g, chain, Label::DeviceToGateway);
    report.equal("d2g" + where, whole(d2g), view(from_hex(epoch.at("d2g"))));
    compact::expand(g2d, chain, Label::GatewayToDevice);
    report.equal("g2d" + where, whole(g2d), view(from_hex(epoch.at("g2d"))));
    for (const auto& data : session.json.at("data")) {
      if (data.at("epoch").get<unsigned>() != number) continue;
      check_packet(session, data, data.at("sender") == "device" ? d2g : g2d, report);
    }
  }
}

}  // namespace

void check_compact(const VectorSession& session, Report& report) {
  Hash extracted, master;
  compact::hmac(extracted, view(session.derived("th1")), view(session.derived("shared")));
  report.equal("hs by compact keys", Bytes(extracted), view(session.derived("hs")));
  compact::hmac(master, Bytes(extracted), view(session.psk));
  report.equal("master by compact keys", Bytes(master), view(session.derived("master")));
  const Octets th2 = session.derived("th2");
  check_proof(report, "proof_D by compact keys", master, Label::DeviceProof, th2,
              session.derived("proof_D"));
  check_proof(report, "proof_G by compact keys", master, Label::GatewayProof,
              session.derived("th3"), session.derived("proof_G"));
  std::uint8_t session_id[16];
  compact::expand(session_id, sizeof session_id, master, Label::SessionId, view(th2));
  report.equal("session_id by compact keys", Bytes(session_id),
               view(session.derived("session_id")));
  Hash chain_0;
  compact::expand(chain_0, master, Label::Chain, view(th2));
  check_once(session, report);
  check_epochs(session, chain_0, report);
}

}  // namespace usmp::vectors
