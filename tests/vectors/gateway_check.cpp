// The gateway's role: a real GatewayHandshake with the vector's random bytes has to answer with the
// vector's packets, and take none of the device's with a flipped bit.
#include <cstring>
#include <stdexcept>

#include "vector_session.hpp"

namespace usmp::vectors {

namespace {

const Instant kNow(1000);

class VectorGateway {
 public:
  explicit VectorGateway(const VectorSession& vector)
      : vector_(vector), random_(script(vector)), config_{random_.random(),
                                                          vector.params_g.limits,
                                                          vector.medium(),
                                                          vector.params_g.suites,
                                                          vector.params_g.idle_s,
                                                          vector.params_g.extensions} {}

  /// The CHALLENGE to a HELLO; empty where it deserves none.
  Octets challenge(const Octets& hello_packet) {
    Hello hello;
    if (parse_hello(view(hello_packet), &hello) != Error::None) return {};
    const auto offer = handshake.begin(config_, hello, vector_.params_g.cid.view(), kNow);
    if (!offer.ok() || offer.value != GatewayHandshake::Offer::Challenge) return {};
    return written(handshake.write_challenge(out()));
  }
  Octets accept(GatewaySession& session) {
    return written(handshake.accept(session, Address{}, out(), kNow));
  }
  Octets reject() { return written(handshake.reject(out())); }

  GatewayHandshake handshake;

 private:
  static Octets script(const VectorSession& vector) {
    Octets bytes = vector.input("gateway_private"), nonce = vector.input("nonce");
    bytes.insert(bytes.end(), nonce.begin(), nonce.end());
    return bytes;
  }
  MutableBytes out() { return {buffer_.data(), buffer_.size()}; }
  Octets written(const Result<std::size_t>& size) const {
    if (!size.ok()) return {};
    return {buffer_.begin(), buffer_.begin() + static_cast<std::ptrdiff_t>(size.value)};
  }

  const VectorSession& vector_;
  ScriptedRandom random_;
  GatewayConfig config_;
  Octets buffer_ = Octets(kChallengeSizeMax);
};

// A HELLO with a flipped bit is no HELLO, or is answered by a CHALLENGE that the device drops: its
// tag is another one, or its cid.
void check_hello_flips(const VectorSession& vector, Report& report) {
  const Octets hello = vector.packet("hello");
  const std::size_t bound = 1 + vector.params_d.cid.size + kHelloTagSize;
  const Octets expected = vector.packet("challenge");
  for (std::size_t bit = 0; bit < hello.size() * 8; bit += report.flip_step()) {
    VectorGateway gateway(vector);
    const Octets challenge = gateway.challenge(flipped(hello, bit));
    const bool bound_to_ours =
        challenge.size() >= bound && std::memcmp(challenge.data(), expected.data(), bound) == 0;
    report.refused(!bound_to_ours, "hello", bit);
  }
}

void check_hello_ack_flips(const VectorSession& vector, Report& report) {
  const Octets hello_ack = vector.packet("hello_ack");
  for (std::size_t bit = 0; bit < hello_ack.size() * 8; bit += report.flip_step()) {
    VectorGateway gateway(vector);
    gateway.challenge(vector.packet("hello"));
    const bool taken = gateway.handshake.open(view(flipped(hello_ack, bit))).ok() &&
                       gateway.handshake.prove(view(vector.psk));
    report.refused(!taken, "hello_ack", bit);
  }
}

void check_stateless(const VectorSession& vector, Report& report) {
  std::uint8_t out[kGatewayHandshakeSizeMax];
  Hello hello;
  const Octets packet = vector.packet("hello");
  report.that(parse_hello(view(packet), &hello) == Error::None, "HELLO is read");
  Result<std::size_t> size = write_reject(MutableBytes(out), hello, RejectReason::Busy);
  report.equal("REJECT 3", Bytes(out, size.value), view(vector.packet("reject_hello_busy")));
  size = write_reset(MutableBytes(out), vector.params_g.cid.view());
  report.equal("RESET", Bytes(out, size.value), view(vector.packet("reset")));
  if (!vector.has_packet("retry")) return;
  const Octets first = vector.hello_without_cookie(), cookie = vector.input("cookie");
  report.that(parse_hello(view(first), &hello) == Error::None, "HELLO without cookie is read");
  std::uint8_t bytes[kCookieSize];
  if (cookie.size() != sizeof bytes) throw std::runtime_error("a cookie has 16 bytes");
  std::memcpy(bytes, cookie.data(), sizeof bytes);
  size = write_retry(MutableBytes(out), hello, bytes);
  report.equal("RETRY", Bytes(out, size.value), view(vector.packet("retry")));
}

}  // namespace

void check_gateway(const VectorSession& vector, Report& report) {
  VectorGateway gateway(vector);
  const Octets challenge = gateway.challenge(vector.packet("hello"));
  report.equal("CHALLENGE", view(challenge), view(vector.packet("challenge")));
  const Octets hello_ack = vector.packet("hello_ack");
  report.that(gateway.handshake.open(view(hello_ack)).ok(), "HELLO_ACK opens");
  report.equal("device_id", gateway.handshake.device_id(), view(vector.device_id));
  Octets other_psk = vector.psk;
  other_psk[0] ^= 1;
  report.that(!gateway.handshake.prove(view(other_psk)), "another PSK proves nothing");
  const Octets rejected = gateway.reject();
  report.equal("REJECT 1", view(rejected), view(vector.packet("reject_not_authenticated")));
  report.equal("REJECT 1, kept", gateway.handshake.answer(), view(rejected));
  const auto repeat = gateway.handshake.open(view(hello_ack));
  report.that(repeat.ok() && repeat.value == GatewayHandshake::Claim::Repeat,
              "a repeated HELLO_ACK is known again");

  VectorGateway proven(vector);
  proven.challenge(vector.packet("hello"));
  GatewaySession session;
  report.that(
      proven.handshake.open(view(hello_ack)).ok() && proven.handshake.prove(view(vector.psk)),
      "proof_D is right");
  const Octets ok = proven.accept(session);
  report.equal("SESSION_OK", view(ok), view(vector.packet("session_ok")));
  report.equal("session_id of the gateway", session.session_id(),
               view(vector.derived("session_id")));
  check_stateless(vector, report);
  check_hello_flips(vector, report);
  check_hello_ack_flips(vector, report);
}

}  // namespace usmp::vectors
