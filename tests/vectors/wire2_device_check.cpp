// The device's role: a real DeviceSession of wire 2 with the vector's random bytes has to send the
// vector's frames and take the gateway's, and none of them with a flipped bit.
#include "wire2_vectors.hpp"

namespace usmp::vectors {

namespace {

constexpr auto kAes = crypto::Suite::Aes256Gcm;

void refuse_flips(Wire2Device& device, const Octets& packet, const std::string& what,
                  Report& report) {
  const State state = device.session.state();
  for (std::size_t bit = 0; bit < packet.size() * 8; ++bit) {
    const bool refused = !device.receive(flipped(packet, bit)).ok() &&
                         device.session.state() == state && device.transmit().empty();
    report.refused(refused, what, bit);
  }
}

/// A packet is taken after every one of its flipped forms was refused.
void takes(Wire2Device& device, const Octets& packet, const std::string& what, Report& report) {
  refuse_flips(device, packet, what, report);
  report.that(device.receive(packet).ok(), what + " is taken");
}

// On UDP, with a cookie: each of the gateway's frames gets its UTACK, then its answer.
void check_udp_handshake(const Wire2Vectors& vectors, Report& report) {
  Wire2Device device(vectors, Medium::Udp, kAes);
  report.equal("hello", view(device.transmit()), view(vectors.handshake("hello")));
  takes(device, vectors.utack(1), "UTACK of HELLO", report);
  takes(device, vectors.handshake("hello_retry"), "HELLO_RETRY", report);
  report.equal("UTACK of HELLO_RETRY", view(device.transmit()), view(from_hex("acac0a00000000")));
  report.equal("hello_with_cookie", view(device.transmit()),
               view(vectors.handshake("hello_with_cookie")));
  takes(device, vectors.handshake("challenge"), "CHALLENGE", report);
  report.equal("UTACK of CHALLENGE", view(device.transmit()), view(from_hex("acac0200000000")));
  report.equal("hello_ack", view(device.transmit()), view(vectors.handshake("hello_ack")));
  takes(device, vectors.utack(3), "UTACK of HELLO_ACK", report);
  takes(device, vectors.handshake("session_ok"), "SESSION_OK", report);
  report.equal("UTACK of SESSION_OK", view(device.transmit()), view(from_hex("acac0400000000")));
  report.that(device.session.established(), "the session stands");
  report.equal("session_id", device.session.session_id(), view(vectors.input("session_id")));
  for (const char* name : {"pong from gateway", "452 bytes", "bye"}) {
    takes(device, vectors.session(name, "frame"), name, report);
    const Octets utack = device.transmit();
    if (std::string(name) == "pong from gateway") {
      report.equal("UTACK of PONG", view(utack), view(vectors.utack(7)));
    }
    Message message;
    if (!device.session.message(&message)) continue;
    report.equal(name, message.content, view(vectors.session(name, "plaintext")));
    device.session.release_message(Instant(kWire2Now));
  }
  report.that(device.session.state() == State::Closed, "BYE closes the session");
}

/// Sends a message on a stream, where its frames come at once.
void sends(Wire2Device& device, const Octets& content, std::initializer_list<Octets> frames,
           const std::string& what, Report& report) {
  Outgoing node{};
  node.content = view(content);
  report.that(device.session.send(node, Instant(kWire2Now)) == Error::None, what + " is taken");
  for (const Octets& frame : frames) report.equal(what, view(device.transmit()), view(frame));
  report.that(device.session.take_finished() == &node, what + " is finished");
}

void check_stream_frames(const Wire2Vectors& vectors, Report& report) {
  Wire2Device device(vectors, Medium::Stream, kAes);
  report.equal("hello on a stream", view(device.transmit()), view(vectors.handshake("hello")));
  report.that(device.establish(), "the session stands on a stream");
  const Instant now(kWire2Now);
  sends(device, vectors.session("data from device", "plaintext"),
        {vectors.session("data from device", "frame")}, "data from device", report);
  sends(device, {}, {vectors.session("empty data", "frame")}, "empty data", report);
  report.that(device.session.ping(now) == Error::None, "ping() is taken");
  report.equal("ping", view(device.transmit()), view(vectors.session("ping", "frame")));
  Octets whole = vectors.session("fragment", "plaintext");
  const Octets rest = vectors.session("last fragment", "plaintext");
  whole.insert(whole.end(), rest.begin(), rest.end());
  sends(device, whole,
        {vectors.session("fragment", "frame"), vectors.session("last fragment", "frame")},
        "two fragments", report);
  report.that(device.session.rekey(now) == Error::None, "rekey() is taken");
  report.equal("rekey from device", view(device.transmit()),
               view(vectors.session("rekey from device", "frame")));
  const Octets first = vectors.rekey("first_frame");
  const auto plain_size = first.size() - wire2::kHeaderSize - wire2::kSealOverhead;
  Octets text;
  for (const char character : std::string("after rekey")) {
    text.push_back(static_cast<std::uint8_t>(character));
  }
  report.that(plain_size == text.size(), "first_frame is of the text that is known");
  sends(device, text, {first}, "first frame after REKEY", report);
}

}  // namespace

void check_wire2_device(const Wire2Vectors& vectors, Report& report) {
  check_udp_handshake(vectors, report);
  check_stream_frames(vectors, report);
  Wire2Device other(vectors, Medium::Stream, crypto::Suite::ChaCha20Poly1305);
  report.that(other.establish(), "the session stands with the other suite");
  const std::string name = "chacha20-poly1305 data from device";
  sends(other, vectors.session(name, "plaintext"), {vectors.session(name, "frame")}, name, report);
}

}  // namespace usmp::vectors
