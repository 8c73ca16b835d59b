// A compact device in any state: packets raw, genuine, spoilt and authentic with the input's
// frames, saved states genuine and spoilt, all between what its owner does. After it all a genuine
// handshake gets through. Not for the whole device: session_fuzzer, frames_fuzzer, wake_fuzzer.
#include <cstring>
#include <deque>
#include <optional>

#include "deadline_check.hpp"
#include "established_pair.hpp"
#include "wire3/packet.hpp"

namespace usmp::fuzz {
namespace {

using Pair = CompactEstablishedPair;
using Stage = Pair::Stage;

constexpr int kActionsMax = 200;
constexpr std::size_t kMessagesMax = 16;
constexpr std::size_t kCheckSize = 4;  // of a saved state, behind the rest
// A short packet names its epoch with two bits: what the pair opens stays in the first four.
constexpr std::uint32_t kEpochMax = 3;

class Trial {
 public:
  Trial(Pair& pair, std::uint8_t stage) : pair_(pair), device_(pair.device) {
    if (stage % 4 == 3) {
      pair.thaw_idle_device();
    } else {
      pair.thaw(static_cast<Stage>(stage % 4));
    }
    known_ = stage % 4 != 3;
    rest();
  }

  void act(Script& script) {
    const std::uint8_t doing = script.u8();
    switch (doing % 12) {
      case 0:
        receive(script.packet({pair_.challenge, pair_.session_ok, pair_.hello, pair_.hello_ack}),
                false);
        break;
      case 1:
        receive(script.spoilt(authentic(script, {wire3::kPing, 7})), false);
        break;
      case 2:
      case 3:
      case 4:
        receive(authentic(script, script.piece()), known_);
        break;
      case 5:
        send(script.u16());
        break;
      case 6:
        send_datagram(script.u8());
        break;
      case 7:
        take_messages();
        break;
      case 8:
        // Its owner calls on_deadline() within kDeadlineMax: further on instants do not compare.
        pair_.now = pair_.now + (script.u8() < 0x20 ? script.u32() % kDeadlineMax : script.u16());
        break;
      case 9:
        sleep(script);
        break;
      case 10:
        end_or_begin(script.u8());
        break;
      case 11:
        (void)device_.ping(pair_.now);
        break;
    }
    rest();
  }

  // Whatever came, every message is with its owner.
  void end() {
    take_messages();
    device_.close(ByeReason::GoingDown, pair_.now);
    send_all();
    USMP_FUZZ_EXPECT(device_.state() == State::Closed, "closed");
    while (device_.take_back() != nullptr) {
    }
    USMP_FUZZ_EXPECT(device_.send_idle(), "every message is with its owner");
    take_messages();
  }

  // Whatever came, the next handshake works, and a message goes in its session.
  void connect() {
    pair_.connect_device();
    Octets content{1};
    Outgoing message{};
    message.content = view(content);
    USMP_FUZZ_EXPECT(device_.send(message, pair_.now) == Error::None, "a session that sends");
    USMP_FUZZ_EXPECT(!pair_.device_packet().empty(), "the next packet goes");
    device_.close(ByeReason::Done, pair_.now);
    (void)pair_.device_packet();
    while (device_.take_back() != nullptr) {
    }
  }

 private:
  Octets authentic(Script& script, const Octets& frames) {
    const std::uint8_t skip = script.u8();
    if (skip > 0xF0) seq_ += skip;
    const std::uint32_t epoch = device_.established() && known_ ? device_.epoch() : 0;
    return pair_.sealed_for_device(epoch, seq_++, frames);
  }

  void receive(const Octets& packet, bool is_authentic) {
    kept_ = packet;
    const State before = device_.state();
    const std::uint32_t dropped = device_.dropped();
    const bool was_challenge = !packet.empty() && packet[0] == wire3::kChallenge;
    const Result<Event> event = device_.receive(writable(kept_), pair_.now);
    if (!event.ok()) {
      USMP_FUZZ_EXPECT(device_.state() == before, "a dropped packet changes no state");
      USMP_FUZZ_EXPECT(device_.dropped() == dropped + 1 || was_challenge, "it is counted");
      USMP_FUZZ_EXPECT(unconfirmed_ || pair_.device_packet().empty(), "and says nothing");
      USMP_FUZZ_EXPECT(!(is_authentic && before == State::Established && pair_epoch_is_near()),
                       "an authentic packet is taken");
      return;
    }
    USMP_FUZZ_EXPECT(device_.dropped() == dropped, "taken, so not counted as dropped");
    if (before == State::Established && !is_reset(packet)) unconfirmed_ = false;
    if (event.value.kind == EventKind::Established) begin_session(packet == pair_.session_ok);
    if (event.value.kind == EventKind::Closed) {
      USMP_FUZZ_EXPECT(!device_.established(), "closed");
    }
    take_datagrams(packet.size());
  }

  bool pair_epoch_is_near() const { return device_.epoch() <= kEpochMax; }
  static bool is_reset(const Octets& packet) { return packet[0] == wire3::kReset; }

  void begin_session(bool is_genuine) {
    known_ = known_ && is_genuine;
    unconfirmed_ = false;
    seq_ = 0;
    edge_.reset();
    last_seq_.reset();
    last_epoch_ = 0;
  }

  void send(std::uint16_t size) {
    if (posted_.size() >= kMessagesMax) return;
    posted_.push_back({Octets(size % 2000u, 0x42), Outgoing{}});
    posted_.back().node.content = view(posted_.back().content);
    if (device_.send(posted_.back().node, pair_.now) != Error::None) posted_.pop_back();
  }

  void send_datagram(std::uint8_t size) {
    if (device_.datagram_waiting()) return;
    datagram_.assign(size, size);
    (void)device_.send_datagram(view(datagram_), size, pair_.now);
  }

  void end_or_begin(std::uint8_t choice) {
    if (choice >= 0xE0) device_.close(ByeReason::Done, pair_.now);
    const State before = device_.state();
    if (device_.connect(pair_.now) == Error::None) {
      USMP_FUZZ_EXPECT(before != State::Established, "not over a session");
      known_ = false;
    }
  }

  // Sleeps where it may, and wakes from the state, or from a spoilt one with its check made right.
  void sleep(Script& script) {
    if (device_.established() && device_.epoch() >= kEpochMax) return;
    Octets saved(kSavedStateSizeMax);
    const bool could = device_.can_sleep();
    const auto size = device_.save(writable(saved), pair_.now);
    USMP_FUZZ_EXPECT(size.ok() == could, "can_sleep() says so");
    saved.resize(size.ok() ? size.value : 0);
    const Octets original = saved;
    const std::uint8_t how = script.u8();
    if ((how & 1) != 0) saved = script.spoilt(saved);
    if ((how & 2) != 0) saved = script.piece();
    if ((how & 4) != 0) make_right(saved);
    const bool is_genuine = !original.empty() && saved == original;
    const std::uint16_t slept_s = (how & 8) != 0 ? script.u16() : std::uint16_t{0};
    const State before = device_.state();
    const bool may_wake =
        before == State::Idle || before == State::Asleep || before == State::Closed;
    Message waiting;
    const bool waits = device_.message(&waiting);
    const Error error = device_.wake(writable(saved), slept_s, pair_.now);
    if (error == Error::None) {
      USMP_FUZZ_EXPECT(may_wake && device_.established() && !waits, "awake");
      USMP_FUZZ_EXPECT(device_.agreement().max_packet >= kMaxPacketMin, "sizes in their ranges");
      begin_session(is_genuine);
      known_ = known_ && is_genuine;
      unconfirmed_ = true;
      last_epoch_ = device_.epoch();
      return;
    }
    USMP_FUZZ_EXPECT(device_.state() == before, "refused");
    USMP_FUZZ_EXPECT(!is_genuine || error == Error::StateUsed, "one's own state");
    USMP_FUZZ_EXPECT(!is_genuine || slept_s > device_.agreement().idle_s, "is taken");
  }

  static void make_right(Octets& saved) {
    if (saved.size() < kCheckSize) return;
    std::uint8_t digest[crypto::kHashSize];
    crypto::Sha256 hash;
    hash.update(view(saved).first(saved.size() - kCheckSize));
    hash.finish(digest);
    std::memcpy(saved.data() + saved.size() - kCheckSize, digest, kCheckSize);
  }

  void take_datagrams(std::size_t packet_size) {
    Message datagram;
    std::size_t total = 0;
    while (device_.next_datagram(&datagram)) {
      total += kDatagramHeaderSize + datagram.content.size;
      USMP_FUZZ_EXPECT(total <= packet_size, "each datagram once, in its packet");
      read(datagram.content);
    }
  }

  void take_messages() {
    Message message;
    while (device_.message(&message)) {
      USMP_FUZZ_EXPECT(message.content.size <= pair_.shape.device.max_message, "max_message");
      read(message.content);
      device_.release_message(pair_.now);
    }
  }

  void read(Bytes content) {
    for (std::size_t index = 0; index < content.size; ++index) sum_ = sum_ + content[index];
  }

  void rest() {
    expect_rest(device_, pair_.now, [this] { send_all(); });
    while (device_.take_finished() != nullptr) {
    }
  }

  void send_all() {
    for (int count = 0;; ++count) {
      USMP_FUZZ_EXPECT(count < kPacketsAtOnceMax, "polling ends");
      const Octets packet = pair_.device_packet();
      if (packet.empty()) return;
      if (packet[0] == wire3::kHello) known_ = known_ && packet == pair_.hello;
      if (wire3::is_data(packet[0])) look_at(packet);
    }
  }

  // USMP3 §3: no number twice, in long packets until the epoch is confirmed; §4: next + credit
  // never goes back.
  void look_at(const Octets& packet) {
    const bool is_long = packet[0] == wire3::kLong;
    USMP_FUZZ_EXPECT(is_long || !unconfirmed_, "long until the epoch is confirmed");
    std::size_t at = 1u + device_.agreement().peer_cid.size;
    std::uint32_t epoch = last_epoch_;
    if (is_long) {
      epoch = word(packet, at);
      at += 4;
      unconfirmed_ = true;
    } else {
      USMP_FUZZ_EXPECT((packet[0] & wire3::kEpochBits) == (epoch & wire3::kEpochBits), "its epoch");
    }
    if (epoch != last_epoch_) {
      USMP_FUZZ_EXPECT(epoch == last_epoch_ + 1, "one epoch on");
      last_epoch_ = epoch;
      last_seq_.reset();
      seq_ = 0;
    }
    const std::uint32_t seq = word(packet, at);
    USMP_FUZZ_EXPECT(last_seq_ ? seq == *last_seq_ + 1 : seq == 0, "the next number");
    last_seq_ = seq;
    if (!known_ || epoch > kEpochMax) return;
    const Octets frames = pair_.opened_from_device(packet);
    if (frames.size() < kAckFrameSize || frames[0] != wire3::kAck) return;
    const auto edge = static_cast<std::uint16_t>(frames[1] + (frames[2] << 8) + frames[3]);
    USMP_FUZZ_EXPECT(frames[3] <= 1, "a window of 1");
    USMP_FUZZ_EXPECT(!edge_ || static_cast<std::int16_t>(edge - *edge_) >= 0, "credit goes back");
    edge_ = edge;
  }

  static std::uint32_t word(const Octets& packet, std::size_t at) {
    return packet.at(at) | (std::uint32_t{packet.at(at + 1)} << 8) |
           (std::uint32_t{packet.at(at + 2)} << 16) | (std::uint32_t{packet.at(at + 3)} << 24);
  }

  struct Posted {
    Octets content;
    Outgoing node;
  };

  Pair& pair_;
  CompactDevice& device_;
  std::deque<Posted> posted_;
  Octets kept_, datagram_;
  std::optional<std::uint16_t> edge_;
  std::optional<std::uint32_t> last_seq_;
  std::uint32_t last_epoch_ = 0;
  std::uint32_t seq_ = 0;      // of the gateway's next packet
  bool known_ = false;         // the session's keys are the pair's
  bool unconfirmed_ = false;   // nothing came in the present epoch
  volatile unsigned sum_ = 0;  // every byte given out is read
};

}  // namespace
}  // namespace usmp::fuzz

// NOLINTNEXTLINE(readability-identifier-naming): the name that libFuzzer looks for
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace usmp::fuzz;
  Script script(data, size);
  const std::uint8_t first = script.u8();
  Trial trial(Pair::of((first >> 2 & 0x1F) % kCompactShapeCount), first);
  for (int count = 0; !script.done() && count < kActionsMax; ++count) trial.act(script);
  trial.end();
  if ((first & 0x80) != 0) trial.connect();  // which takes as long as all the rest
  return 0;
}
