// Both roles of wire 2, before and after the handshake, on both media: any bytes, spoilt genuine
// packets (with the CRC put right, as an attacker would), a peer that breaks the rules under the
// right keys, and time. And its frames on a stream, cut anywhere.
#include <deque>

#include "deadline_check.hpp"
#include "expect.hpp"
#include "script.hpp"
#include "usmp/wire2/stream_reader.hpp"
#include "wire2/frame.hpp"
#include "wire2_pair.hpp"

namespace usmp::fuzz {
namespace {

using wire2::test::Pair;
using wire2::test::Side;

constexpr int kActionsMax = 300;
constexpr std::size_t kGenuineMax = 32;
constexpr std::size_t kMarkSize = 4;

/// Messages from one side carry their number: each arrives once, in order.
struct Traffic {
  std::uint32_t sent = 0;
  std::uint32_t received = 0;
};

class World {
 public:
  World(Medium medium, bool established) : pair_({.medium = medium}), medium_(medium) {
    if (established) {
      USMP_FUZZ_EXPECT(pair_.establish(), "a handshake without an attacker");
    } else if (pair_.device.connect(pair_.now) != Error::None) {
      std::abort();
    }
  }

  void act(Script& script) {
    switch (script.u8() % 12) {
      case 0:
        return poll_all();
      case 1:
        return deliver(to_device_, true);
      case 2:
        return deliver(to_gateway_, false);
      case 3:
        return disturb(script);
      case 4:
        return to_device(forged(script));
      case 5:
        return to_gateway(forged(script));
      case 6:
        return pass(script.u16());
      case 7:
        return send(pair_.device_side, of_device_, script.u16());
      case 8:
        return send(pair_.gateway_side, of_gateway_, script.u16());
      case 9:
        return ask(script.u8());
      case 10:
        return break_rules(script);
      default:
        return open_or_close(script.u8());
    }
  }

  void come_to_rest() {
    const auto all = [this] { poll_all(); };
    expect_rest(pair_.device, pair_.now, all);
    expect_rest(pair_.gateway, pair_.now, all);
  }

 private:
  void keep(std::deque<Octets>& way, const Octets& packet) {
    way.push_back(packet);
    genuine_.push_back(packet);
    if (genuine_.size() > kGenuineMax) genuine_.erase(genuine_.begin());
  }
  void poll_all() {
    Octets packet;
    while (!(packet = pair_.device_packet()).empty()) keep(to_gateway_, packet);
    if (!pair_.handshake.over()) {
      while (!(packet = pair_.handshake_packet()).empty()) keep(to_device_, packet);
    }
    while (!(packet = pair_.gateway_side.poll(pair_.now)).empty()) keep(to_device_, packet);
    (void)pair_.device_side.finished();
    (void)pair_.gateway_side.finished();
  }
  void deliver(std::deque<Octets>& way, bool device) {
    if (way.empty()) return;
    const Octets packet = way.front();
    way.pop_front();
    device ? to_device(packet) : to_gateway(packet);
  }
  void disturb(Script& script) {
    auto& way = script.u8() % 2 == 0 ? to_device_ : to_gateway_;
    if (way.empty()) return;
    // Who cuts the last frames under a key out of a stream is not noticed by wire 2.
    if (medium_ == Medium::Stream) cut_out_ = true;
    const Octets packet = way.front();
    const std::uint8_t what = script.u8() % 3;
    if (what != 1) way.pop_front();  // 0: lost, 1: doubled, 2: overtaken
    if (what != 0) way.push_back(packet);
  }
  Octets forged(Script& script) {
    const bool right_crc = script.u8() % 2 == 0;
    Octets packet = script.packet(genuine_);
    if (right_crc && packet.size() >= wire2::kHeaderSize) wire2::write_crc(writable(packet));
    return packet;
  }
  void to_device(const Octets& packet) {
    (void)pair_.to_device(packet);
    take(pair_.device_side, of_gateway_);
  }
  void to_gateway(const Octets& packet) {
    if (pair_.gateway.state() != State::Idle) {
      (void)pair_.gateway_side.give(packet, pair_.now);
      take(pair_.gateway_side, of_device_);
      return;
    }
    wire2::Hello hello;
    if (!begun_ && wire2::parse_hello(view(packet), &hello) == Error::None) {
      begun_ = pair_.begin(packet) == Error::None;
      return;
    }
    if (!begun_) return;
    const auto claim = pair_.to_handshake(packet);
    if (claim.ok() && claim.value == wire2::GatewayHandshake::Claim::Claimed) (void)pair_.accept();
  }
  void take(Side& side, Traffic& traffic) {
    Octets message;
    if (!side.take(&message, pair_.now) || wild_) return;
    USMP_FUZZ_EXPECT(message.size() >= kMarkSize, "a message that was sent");
    Script mark(message.data(), message.size());
    const std::uint32_t number = mark.u32();
    USMP_FUZZ_EXPECT(number >= traffic.received, "each message once, in order");
    USMP_FUZZ_EXPECT(number == traffic.received || cut_out_, "none is left out");
    traffic.received = number + 1;
  }
  void send(Side& side, Traffic& traffic, std::uint16_t size) {
    Octets message = wire2::test::content(kMarkSize + size % wire2::kMessageSizeMax);
    for (std::size_t index = 0; index < kMarkSize; ++index) {
      message[index] = static_cast<std::uint8_t>(traffic.sent >> (8 * index));
    }
    if (side.send(std::move(message), pair_.now) == Error::None) ++traffic.sent;
  }
  void pass(Duration span) {
    pair_.now = pair_.now + span;
    for (Side* side :
         {static_cast<Side*>(&pair_.device_side), static_cast<Side*>(&pair_.gateway_side)}) {
      if (pair_.now.reached(side->next_deadline(pair_.now))) (void)side->deadline(pair_.now);
    }
    if (pair_.now.reached(pair_.handshake.next_deadline(pair_.now))) {
      (void)pair_.handshake.on_deadline(pair_.now);
    }
  }
  void ask(std::uint8_t what) {
    wire2::Session& session =
        what % 2 == 0 ? static_cast<wire2::Session&>(pair_.device) : pair_.gateway;
    (void)((what & 2) != 0 ? session.rekey(pair_.now) : session.ping(pair_.now));
  }
  void break_rules(Script& script) {
    const std::uint8_t type = script.u8();
    Octets content = script.piece();
    if (content.size() > wire2::kContentSizeMax || !pair_.device.established()) return;
    if (!wire2::is_sealed(type)) return;
    wild_ = true;
    to_gateway(pair_.device.frame(type, content, pair_.now));
  }
  void open_or_close(std::uint8_t what) {
    switch (what % 5) {
      case 0:
        return pair_.device.close(pair_.now);
      case 1:
        return pair_.gateway.close(pair_.now);
      case 2:
        (void)pair_.device.connection_lost(pair_.now);
        return;
      case 3:
        return pair_.gateway.connection_lost(pair_.now);
      default:
        (void)pair_.device.connect(pair_.now);
        return;
    }
  }

  Pair pair_;
  Medium medium_;
  std::deque<Octets> to_device_, to_gateway_;
  std::vector<Octets> genuine_;
  Traffic of_device_, of_gateway_;
  bool begun_ = false;
  bool wild_ = false;
  bool cut_out_ = false;
};

void check_stream(Script& script) {
  Octets buffer(wire2::kHeaderSize + script.u8() * 2u);
  wire2::StreamReader reader(writable(buffer));
  Octets cuts = script.piece();
  Script cut_script(cuts.data(), cuts.size());
  Octets whole = script.rest();
  const Octets stream = whole;
  std::vector<Octets> expected, found;
  MutableBytes left = writable(whole);
  bool refused = false, found_refused = false;
  while (true) {
    const auto frame = wire2::take_stream_frame(left, buffer.size());
    refused = !frame.ok();
    if (!frame.ok() || frame.value.empty()) break;
    expected.push_back(octets_of(frame.value));
  }
  for (std::size_t at = 0; at < stream.size() && !found_refused;) {
    const std::size_t size = std::min<std::size_t>(1u + cut_script.u8(), stream.size() - at);
    const Octets piece = octets_of(view(stream).from(at).first(size));
    Bytes input = view(piece);
    while (true) {
      const auto frame = reader.read(input);
      found_refused = !frame.ok();
      if (!frame.ok() || frame.value.empty()) break;
      found.push_back(octets_of(frame.value));
    }
    at += size;
  }
  USMP_FUZZ_EXPECT(found == expected && refused == found_refused, "the same, however it is cut");
}

void play(Script& script) {
  const std::uint8_t first = script.u8();
  if (first % 8 == 7) return check_stream(script);
  World world((first & 1) != 0 ? Medium::Stream : Medium::Udp, (first & 2) != 0);
  for (int count = 0; !script.done() && count < kActionsMax; ++count) world.act(script);
  world.come_to_rest();
}

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  usmp::fuzz::Script script(data, size);
  usmp::fuzz::play(script);
  return 0;
}
