// Authentic packets with the fuzzer's bytes as frames, to an established session of each role on
// each medium: what a peer gone bad could send. Not for what does not authenticate: session_fuzzer.
#include <deque>
#include <optional>

#include "deadline_check.hpp"
#include "established_pair.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {
namespace {

constexpr std::uint8_t kToken = 0x77;
constexpr std::size_t kMessagesMax = 24;

/// What one role hears and says, the other being the fuzzer.
class Victim {
 public:
  Victim(EstablishedPair& pair, bool is_device)
      : pair_(pair),
        session_(is_device ? static_cast<Session&>(pair.device) : pair.gateway),
        is_device_(is_device) {}

  void play(Script& script) {
    while (!script.done() && session_.established()) step(script);
    if (session_.established()) answers_a_ping();
    end();
  }

 private:
  enum Doing : std::uint8_t {
    Takes = 1,
    Sends = 2,
    NextEpoch = 4,
    Waits = 8,
    Closes = 16,
    Datagrams = 32,
    Jumps = 64,
  };

  void step(Script& script) {
    const std::uint8_t doing = script.u8();
    if (doing & Sends) send(script.u8());
    if (doing & Datagrams) send_datagram(script.u8());
    // Only the device moves to a new epoch, and a stream's session ends with the connection.
    if ((doing & NextEpoch) && !is_device_ && epoch_ < kEpochMax) {
      ++epoch_;
      seq_ = 0;
      is_long_ = true;
    }
    if (doing & Waits) pair_.now = pair_.now + script.u16();
    if (doing & Jumps) seq_ += script.u8();
    deliver(script.piece());
    if ((doing & Closes) && script.u8() == 0) {
      close(ByeReason::Done);
    }
    if (doing & Takes) take_messages();
    rest();
  }

  void deliver(const Octets& frames) {
    const Octets packet = is_device_ ? pair_.sealed_for_device(epoch_, seq_, frames)
                                     : pair_.sealed_for_gateway(epoch_, seq_, is_long_, frames);
    ++seq_;
    const std::size_t limit =
        is_device_ ? pair_.shape.device.max_packet : pair_.shape.gateway.max_packet;
    const std::uint32_t received = session_.counters().received;
    // Frames lie in the packet until it is used up: the owner of the session keeps it that long.
    if (!session_.can_receive()) take_messages();
    if (!session_.established()) return;  // what stood behind a message ended it
    kept_ = packet;
    const Result<Event> event =
        is_device_ ? pair_.device.receive(writable(kept_), pair_.now)
                   : pair_.gateway.receive(writable(kept_), pair_.address, pair_.budget, pair_.now);
    if (!event.ok() && event.error == Error::MessageWaiting) {
      take_messages();
      return;
    }
    if (packet.size() > limit) {
      USMP_FUZZ_EXPECT(session_.counters().received == received, "beyond max_packet: dropped");
      return;
    }
    USMP_FUZZ_EXPECT(event.ok(), "an authentic packet is taken");
    USMP_FUZZ_EXPECT(session_.counters().received == received + 1, "and counted");
    USMP_FUZZ_EXPECT(event.value.kind != EventKind::Closed || !session_.established(), "closed");
    take_datagrams(frames);
  }

  void take_datagrams(const Octets& frames) {
    Message datagram;
    std::size_t total = 0;
    while (session_.next_datagram(&datagram)) {
      total += kDatagramHeaderSize + datagram.content.size;
      USMP_FUZZ_EXPECT(datagram.content.size <= own_limits().max_message, "at most max_message");
      USMP_FUZZ_EXPECT(total <= frames.size(), "each datagram once, in its packet");
      sum_ = sum_ + sum_of(datagram.content);
    }
  }

  void take_messages() {
    Message message;
    for (std::size_t count = 0; session_.message(&message); ++count) {
      USMP_FUZZ_EXPECT(message.content.size <= own_limits().max_message, "at most max_message");
      USMP_FUZZ_EXPECT(count <= kept_.size() + 256, "a window holds only so many");
      sum_ = sum_ + sum_of(message.content);
      (void)session_.release_message(pair_.now);
      take_datagrams(kept_);
    }
  }

  void send(std::uint8_t size) {
    if (posted_.size() >= kMessagesMax) return;
    posted_.push_back({Octets(std::size_t{size} * 4, size), Outgoing{}});
    Posted& posted = posted_.back();
    posted.node.content = view(posted.content);
    if (session_.send(posted.node, pair_.now) != Error::None) posted_.pop_back();
  }

  void send_datagram(std::uint8_t size) {
    if (session_.datagram_waiting()) return;
    datagram_.assign(size, size);
    (void)session_.send_datagram(view(datagram_), size, pair_.now);
  }

  void close(ByeReason reason) {
    if (is_device_) {
      pair_.device.close(reason, pair_.now);
    } else {
      pair_.gateway.close(reason, pair_.now);
    }
  }

  Octets next_packet() { return is_device_ ? pair_.device_packet() : pair_.gateway_packet(); }

  void send_all() {
    for (int count = 0;; ++count) {
      USMP_FUZZ_EXPECT(count < kPacketsAtOnceMax, "polling ends");
      const Octets packet = next_packet();
      if (packet.empty()) break;
      if (!wire3::is_data(packet[0])) continue;
      look_at(is_device_ ? pair_.opened_from_device(packet) : pair_.opened_from_gateway(packet));
    }
    while (session_.take_finished() != nullptr) {
    }
  }

  /// USMP3 §4: next + credit never goes back, and what is named lies below it.
  void look_at(const Octets& frames) {
    std::size_t at = 0;
    if (frames.size() >= 2 && frames[0] == wire3::kPong) at = 2;
    if (frames.size() < at + kAckFrameSize || frames[at] != wire3::kAck) return;
    const auto next = static_cast<std::uint16_t>(frames[at + 1] | (frames[at + 2] << 8));
    const std::uint8_t credit = frames[at + 3];
    const auto edge = static_cast<std::uint16_t>(next + credit);
    USMP_FUZZ_EXPECT(credit <= own_limits().window, "credit is at most the window");
    if (edge_) {
      const auto on = static_cast<std::int16_t>(edge - *edge_);
      USMP_FUZZ_EXPECT(on >= 0, "next + credit goes back");
      USMP_FUZZ_EXPECT(static_cast<std::int16_t>(next - next_) >= 0, "next goes back");
    }
    edge_ = edge;
    next_ = next;
  }

  void rest() {
    if (is_device_) {
      expect_rest(pair_.device, pair_.now, [this] { send_all(); });
    } else {
      expect_rest(pair_.gateway, pair_.now, [this] { send_all(); });
    }
  }

  /// Garbage or not, the session goes on.
  void answers_a_ping() {
    take_messages();
    rest();
    if (!session_.established()) return;
    deliver({wire3::kPing, kToken});
    const Octets packet = next_packet();
    USMP_FUZZ_EXPECT(!packet.empty() && session_.established(), "a PING is answered");
    const Octets frames =
        is_device_ ? pair_.opened_from_device(packet) : pair_.opened_from_gateway(packet);
    USMP_FUZZ_EXPECT(frames.size() >= 2 && frames[0] == wire3::kPong && frames[1] == kToken,
                     "with its token");
  }

  // A session that is over still gives its messages; then nothing of it is left.
  void end() {
    take_messages();
    close(ByeReason::GoingDown);
    while (!next_packet().empty()) {
    }
    take_messages();
    USMP_FUZZ_EXPECT(session_.state() == State::Closed, "closed");
    while (session_.take_back() != nullptr) {
    }
    USMP_FUZZ_EXPECT(session_.send_idle(), "every message is with its owner");
  }

  const ReceiveLimits& own_limits() const {
    return is_device_ ? pair_.shape.device : pair_.shape.gateway;
  }
  static unsigned sum_of(Bytes content) {
    unsigned sum = 0;
    for (std::size_t index = 0; index < content.size; ++index) sum += content[index];
    return sum;
  }

  struct Posted {
    Octets content;
    Outgoing node;
  };
  static constexpr std::uint32_t kEpochMax = 3;

  EstablishedPair& pair_;
  Session& session_;
  std::deque<Posted> posted_;
  Octets kept_, datagram_;
  std::optional<std::uint16_t> edge_;
  std::uint32_t epoch_ = 0, seq_ = 0;
  std::uint16_t next_ = 0;
  volatile unsigned sum_ = 0;  // every byte given out is read
  const bool is_device_;
  bool is_long_ = false;
};

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usmp::fuzz;
  Script script(data, size);
  const std::uint8_t first = script.u8();
  EstablishedPair& pair = EstablishedPair::of((first >> 1) % kShapeCount);
  pair.thaw(EstablishedPair::Stage::Established);
  Victim(pair, (first & 1) != 0).play(script);
  return 0;
}
