// The device's role: a real DeviceSession with the vector's random bytes has to send the vector's
// packets and take the gateway's, and none of them with a flipped bit.
#include <memory>
#include <stdexcept>

#include "usmp/device_session.hpp"
#include "vector_session.hpp"

namespace usmp::vectors {

namespace {

const Instant kNow(1000);

/// A device that stands where the vector's device stood.
class VectorDevice {
 public:
  explicit VectorDevice(const VectorSession& vector)
      : vector_(vector),
        random_(script(vector)),
        room_(vector.params_d.limits.max_message),
        places_(vector.params_d.limits.window * std::size_t{vector.params_d.limits.max_packet}),
        place_states_(vector.params_d.limits.window),
        chunks_(1) {
    config_.device_id = view(vector.device_id);
    config_.psk = view(vector.psk);
    config_.random = random_.random();
    config_.limits = vector.params_d.limits;
    config_.medium = vector.medium();
    config_.suites = vector.params_d.suites;
    config_.cid_size = vector.params_d.cid.size;
    config_.early_data = false;
    config_.keepalive = 0;
    config_.extensions = vector.params_d.extensions;
    const Error error =
        session.init(config_, SendBuffer(chunks_.data(), 1),
                     ReceiveBuffer(room_.data(), places_.data(), place_states_.data()));
    if (error != Error::None || session.connect(kNow) != Error::None) {
      throw std::runtime_error("the device does not begin");
    }
  }

  Octets transmit() {
    Octets out(kHelloSizeMax);
    const Result<std::size_t> size = session.poll_transmit({out.data(), out.size()}, kNow);
    out.resize(size.ok() ? size.value : 0);
    return out;
  }
  Result<Event> receive(Octets packet) {
    return session.receive({packet.data(), packet.size()}, kNow);
  }
  /// Goes on to where HELLO, with its cookie, is out.
  Octets say_hello() {
    Octets hello = transmit();
    if (!vector_.has_packet("retry")) return hello;
    if (!receive(vector_.packet("retry")).ok()) throw std::runtime_error("RETRY was not taken");
    return transmit();
  }
  Octets say_hello_ack() {
    say_hello();
    if (!receive(vector_.packet("challenge")).ok()) return {};
    return transmit();
  }

  DeviceSession session;

 private:
  static Octets script(const VectorSession& vector) {
    Octets bytes = vector.input("device_private");
    const Bytes cid = vector.params_d.cid.view();
    bytes.insert(bytes.end(), cid.data, cid.data + cid.size);
    return bytes;
  }

  const VectorSession& vector_;
  ScriptedRandom random_;
  DeviceConfig config_{};
  Octets room_, places_;
  std::vector<PlaceState> place_states_;
  std::vector<ChunkState> chunks_;
};

using Step = Octets (VectorDevice::*)();

// The device stands where `step` brings it; of `packet`'s bits from `first` to `end` none may be
// other than it is. `taken` says what taking it would look like.
template <typename Taken>
void check_flips(const VectorSession& vector, Report& report, const char* name, Step step,
                 std::size_t end_byte, Taken taken) {
  const Octets packet = vector.packet(name);
  for (std::size_t bit = 0; bit < end_byte * 8; bit += report.flip_step()) {
    VectorDevice device(vector);
    (device.*step)();
    report.refused(!taken(device, device.receive(flipped(packet, bit))), name, bit);
  }
}

// What a device makes of a CHALLENGE with a flipped bit no gateway of the true one may take.
bool gateway_takes(const VectorSession& vector, const Octets& hello_ack) {
  if (hello_ack.empty()) return false;
  Octets script = vector.input("gateway_private"), nonce = vector.input("nonce");
  script.insert(script.end(), nonce.begin(), nonce.end());
  ScriptedRandom random(script);
  GatewayConfig config{random.random(),        vector.params_g.limits, vector.medium(),
                       vector.params_g.suites, vector.params_g.idle_s, vector.params_g.extensions};
  const Octets packet = vector.packet("hello");
  Hello hello;
  GatewayHandshake handshake;
  if (parse_hello(view(packet), &hello) != Error::None) return false;
  if (!handshake.begin(config, hello, vector.params_g.cid.view(), kNow).ok()) return false;
  return handshake.open(view(hello_ack)).ok() && handshake.prove(view(vector.psk));
}

void check_challenge_flips(const VectorSession& vector, Report& report) {
  const Octets packet = vector.packet("challenge");
  for (std::size_t bit = 0; bit < packet.size() * 8; bit += report.flip_step()) {
    VectorDevice device(vector);
    device.say_hello();
    device.receive(flipped(packet, bit));
    const bool dropped = device.session.state() == State::AwaitingChallenge ||
                         device.session.state() == State::AwaitingPauseEnd;
    report.refused(dropped || !gateway_takes(vector, device.transmit()), "challenge", bit);
  }
}

bool established(VectorDevice& device, const Result<Event>&) {
  return device.session.established();
}
bool said_something(VectorDevice&, const Result<Event>& result) {
  return result.ok() && result.value.cause != Cause::StreamBroken;
}
bool not_authenticated(VectorDevice&, const Result<Event>& result) {
  return result.ok() && result.value.cause == Cause::NotAuthenticated;
}

void check_answers(const VectorSession& vector, Report& report) {
  VectorDevice refused(vector);
  refused.say_hello_ack();
  const Result<Event> rejected = refused.receive(vector.packet("reject_not_authenticated"));
  report.that(rejected.ok() && rejected.value.kind == EventKind::AttemptFailed &&
                  rejected.value.cause == Cause::NotAuthenticated,
              "REJECT 1 ends the attempt");
  VectorDevice put_off(vector);
  put_off.say_hello();
  const Result<Event> busy = put_off.receive(vector.packet("reject_hello_busy"));
  report.that(busy.ok() && busy.value.cause == Cause::Busy, "REJECT 3 is told");
}

}  // namespace

void check_device(const VectorSession& vector, Report& report) {
  VectorDevice device(vector);
  if (vector.has_packet("retry")) {
    const Octets first = device.transmit();
    report.equal("HELLO before the cookie", view(first), view(vector.hello_without_cookie()));
    report.that(device.receive(vector.packet("retry")).ok(), "RETRY is taken");
    const Octets second = device.transmit();
    report.equal("HELLO", view(second), view(vector.packet("hello")));
    report.that(!said_something(device, device.receive(vector.packet("retry"))),
                "a cookie sent already is not taken again");
  } else {
    const Octets hello = device.transmit();
    report.equal("HELLO", view(hello), view(vector.packet("hello")));
  }
  if (vector.medium() != Medium::Stream || device.session.state() == State::AwaitingChallenge) {
    report.that(device.receive(vector.packet("challenge")).ok(), "CHALLENGE is taken");
    const Octets hello_ack = device.transmit();
    report.equal("HELLO_ACK", view(hello_ack), view(vector.packet("hello_ack")));
    const Result<Event> done = device.receive(vector.packet("session_ok"));
    report.that(done.ok() && done.value.kind == EventKind::Established, "SESSION_OK is taken");
    report.equal("session_id of the device", device.session.session_id(),
                 view(vector.derived("session_id")));
  }
  check_answers(vector, report);

  const std::size_t hint_size = 1 + vector.params_d.cid.size + kHelloTagSize;
  check_challenge_flips(vector, report);
  check_flips(vector, report, "session_ok", &VectorDevice::say_hello_ack,
              vector.packet("session_ok").size(), established);
  check_flips(vector, report, "reject_not_authenticated", &VectorDevice::say_hello_ack,
              vector.packet("reject_not_authenticated").size(), not_authenticated);
  // Of a hint only cid and tag are bound to the HELLO; its reason is not authentic (§2).
  check_flips(vector, report, "reject_hello_busy", &VectorDevice::say_hello, hint_size,
              said_something);
  if (vector.has_packet("retry")) {
    check_flips(vector, report, "retry", &VectorDevice::transmit, hint_size, said_something);
  }
}

}  // namespace usmp::vectors
