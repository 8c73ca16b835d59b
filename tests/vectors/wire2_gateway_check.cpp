// The gateway's role: a real GatewayHandshake and GatewaySession of wire 2 with the vector's random
// bytes. And UTACKs, by the sessions that await and send them.
#include <algorithm>

#include "wire2/sealed_frame.hpp"
#include "wire2_vectors.hpp"

namespace usmp::vectors {

namespace {

constexpr auto kAes = crypto::Suite::Aes256Gcm;

void takes(Wire2Gateway& gateway, const Octets& packet, const std::string& what, Report& report) {
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    const bool refused = !gateway.receive(flipped(packet, bit)).ok() &&
                         gateway.session.established() && gateway.transmit().empty();
    report.refused(refused, what, bit);
  }
  report.that(gateway.receive(packet).ok(), what + " is taken");
}

void check_udp_handshake(const Wire2Vectors& vectors, Report& report) {
  Wire2Gateway gateway(vectors, Medium::Udp, kAes);
  const Octets hello = vectors.handshake("hello_with_cookie");
  for (std::size_t bit = 0; bit < hello.size() * 8; ++bit) {
    report.refused(gateway.begin(flipped(hello, bit)) == Error::Malformed, "HELLO", bit);
  }
  report.that(gateway.begin(hello) == Error::None, "HELLO is taken");
  report.equal("UTACK of HELLO", view(gateway.transmit_handshake()),
               view(from_hex("acac0101000000")));
  report.equal("challenge", view(gateway.transmit_handshake()),
               view(vectors.handshake("challenge")));
  report.equal("device_id", gateway.handshake.device_id(), view(vectors.input("device_id")));
  const Octets ack = vectors.handshake("hello_ack");
  const Instant now(kWire2Now);
  for (std::size_t bit = 0; bit < ack.size() * 8; ++bit) {
    const Octets spoilt = flipped(ack, bit);
    report.refused(!gateway.handshake.receive(view(spoilt), now).ok(), "HELLO_ACK", bit);
  }
  const auto claim = gateway.handshake.receive(view(ack), now);
  report.that(claim.ok() && claim.value == wire2::GatewayHandshake::Claim::Claimed, "a claim");
  report.that(gateway.prove(), "proof_C is right");
  report.that(gateway.handshake.accept(gateway.session, now) == Error::None, "it is accepted");
  report.equal("UTACK of HELLO_ACK", view(gateway.transmit()), view(vectors.utack(3)));
  report.equal("session_ok", view(gateway.transmit()), view(vectors.handshake("session_ok")));
}

void check_retry(const Wire2Vectors& vectors, Report& report) {
  std::uint8_t cookie[wire2::kCookieSize];
  const Octets bytes = vectors.input("cookie");
  std::copy_n(bytes.begin(), sizeof cookie, cookie);
  Octets retry(wire2::kFrameSizeMax);
  const auto size = wire2::write_retry({retry.data(), retry.size()}, cookie);
  retry.resize(size.ok() ? size.value : 0);
  report.equal("hello_retry", view(retry), view(vectors.handshake("hello_retry")));
}

/// The device's frames in their order; their UTACKs and messages.
void check_udp_frames(const Wire2Vectors& vectors, Report& report) {
  Wire2Gateway gateway(vectors, Medium::Udp, kAes);
  report.that(gateway.establish(), "the session stands");
  Octets whole;
  for (const char* name : {"data from device", "empty data", "ping", "fragment", "last fragment",
                           "rekey from device"}) {
    takes(gateway, vectors.session(name, "frame"), name, report);
    const Octets utack = gateway.transmit();
    if (std::string(name) == "data from device") {
      report.equal("UTACK of DATA", view(utack), view(vectors.utack(5)));
    }
    if (std::string(name) == "fragment") {
      report.equal("UTACK of DATA_FRAG", view(utack), view(vectors.utack(9)));
    }
    if (std::string(name) == "ping") {
      report.equal("pong from gateway", view(gateway.transmit()),
                   view(vectors.session("pong from gateway", "frame")));
      takes(gateway, vectors.utack(7), "UTACK of PONG", report);
    }
    const Octets plaintext = vectors.session(name, "plaintext");
    whole.insert(whole.end(), plaintext.begin(), plaintext.end());
    Message message;
    if (gateway.session.message(&message)) {
      report.equal(name, message.content, view(whole));
      gateway.session.release_message(Instant(kWire2Now));
      whole.clear();
    }
  }
  takes(gateway, vectors.rekey("first_frame"), "first frame after REKEY", report);
}

void check_late_number(const Wire2Vectors& vectors, Report& report) {
  const std::string name = "late number";
  Wire2Gateway gateway(vectors, Medium::Udp, kAes);
  report.that(gateway.establish(), "the session stands");
  takes(gateway, vectors.session(name, "frame"), name, report);
  Message message;
  report.that(gateway.session.message(&message), name + " is a message");
  report.equal(name, message.content, view(vectors.session(name, "plaintext")));
  // No session gets this far in a test: the sealing alone.
  wire2::Key key;
  wire2::SessionId id;
  const Octets key_bytes = vectors.derived("k_c2s"), id_bytes = vectors.input("session_id");
  std::copy_n(key_bytes.begin(), sizeof key, key);
  std::copy_n(id_bytes.begin(), sizeof id, id);
  Octets out(wire2::kFrameSizeMax);
  const Octets plaintext = vectors.session(name, "plaintext");
  const auto size = wire2::seal_frame({out.data(), out.size()}, kAes, key, id, wire2::kData,
                                      0xFFFFFFFEu, view(plaintext));
  out.resize(size.ok() ? size.value : 0);
  report.equal(name, view(out), view(vectors.session(name, "frame")));
}

void check_stream_frames(const Wire2Vectors& vectors, Report& report) {
  Wire2Gateway gateway(vectors, Medium::Stream, kAes);
  report.that(gateway.establish(), "the session stands on a stream");
  const Instant now(kWire2Now);
  for (const char* name : {"data from device", "empty data", "ping"}) {
    report.that(gateway.receive(vectors.session(name, "frame")).ok(), std::string(name) + " taken");
    gateway.session.release_message(now);
  }
  report.equal("pong from gateway", view(gateway.transmit()),
               view(vectors.session("pong from gateway", "frame")));
  const Octets content = vectors.session("452 bytes", "plaintext");
  Outgoing node{};
  node.content = view(content);
  report.that(gateway.session.send(node, now) == Error::None, "452 bytes are taken");
  report.equal("452 bytes", view(gateway.transmit()), view(vectors.session("452 bytes", "frame")));
  gateway.session.close(now);
  report.equal("bye", view(gateway.transmit()), view(vectors.session("bye", "frame")));
  report.that(gateway.session.state() == State::Closed, "closed once BYE is out");
}

// On a stream nothing is spoilt by accident: each flipped bit ends the session.
void check_stream_flips(const Wire2Vectors& vectors, Report& report) {
  const Octets frame = vectors.session("data from device", "frame");
  for (std::size_t bit = 0; bit < frame.size() * 8; ++bit) {
    Wire2Gateway gateway(vectors, Medium::Stream, kAes);
    if (!gateway.establish()) return report.that(false, "the session stands on a stream");
    const auto event = gateway.receive(flipped(frame, bit));
    const bool refused = event.ok() && event.value.kind == EventKind::Closed &&
                         gateway.session.state() == State::Closed;
    report.refused(refused, "a frame on a stream", bit);
  }
}

}  // namespace

void check_wire2_gateway(const Wire2Vectors& vectors, Report& report) {
  check_udp_handshake(vectors, report);
  check_retry(vectors, report);
  check_udp_frames(vectors, report);
  check_late_number(vectors, report);
  check_stream_frames(vectors, report);
  check_stream_flips(vectors, report);
  const std::string name = "chacha20-poly1305 data from device";
  Wire2Gateway other(vectors, Medium::Udp, crypto::Suite::ChaCha20Poly1305);
  report.that(other.establish(), "the session stands with the other suite");
  takes(other, vectors.session(name, "frame"), name, report);
}

// The device awaits the UTACK of its first message, and takes no other.
void check_wire2_utacks(const Wire2Vectors& vectors, Report& report) {
  Wire2Device device(vectors, Medium::Udp, kAes);
  report.that(device.establish(), "the session stands");
  const Octets content = vectors.session("data from device", "plaintext");
  Outgoing node{};
  node.content = view(content);
  report.that(device.session.send(node, Instant(kWire2Now)) == Error::None, "a message is taken");
  report.equal("data from device", view(device.transmit()),
               view(vectors.session("data from device", "frame")));
  const Octets utack = vectors.utack(5);
  for (std::size_t bit = 0; bit < utack.size() * 8; ++bit) {
    const bool refused =
        !device.receive(flipped(utack, bit)).ok() && device.session.take_finished() == nullptr;
    report.refused(refused, "UTACK of DATA", bit);
  }
  report.that(device.receive(utack).ok(), "UTACK of DATA is taken");
  report.that(device.session.take_finished() == &node, "the message is acknowledged");
}

}  // namespace usmp::vectors
