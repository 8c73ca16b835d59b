// See ledger.hpp.
#include "ledger.hpp"

#include <algorithm>
#include <cstring>

#include "rng.hpp"
#include "violation.hpp"

namespace usmp::sim {

namespace {

constexpr std::uint8_t kMessageKind = 0xA0;
constexpr std::uint8_t kDatagramKind = 0xB0;
constexpr std::size_t kNumberOffset = 1;  // of the number in a content

bool equal(Bytes one, const std::vector<std::uint8_t>& other) {
  return one.size == other.size() &&
         (one.size == 0 || std::memcmp(one.data, other.data(), one.size) == 0);
}

}  // namespace

SessionId session_id_of(Bytes bytes) {
  SessionId id{};
  std::memcpy(id.data(), bytes.data, std::min(bytes.size, id.size()));
  return id;
}

bool is_session(const SessionId& id) { return id != SessionId{}; }

Flow::Flow(std::uint64_t seed, unsigned device, Direction direction, std::size_t message_size_max)
    : seed_(seed), device_(device), direction_(direction), message_size_max_(message_size_max) {}

void Flow::fail(const std::string& what) const {
  throw Violation("device " + std::to_string(device_) +
                  (direction_ == Direction::ToGateway ? ", to the gateway: " : ", to it: ") + what);
}

std::vector<std::uint8_t> Flow::make(std::uint8_t kind, std::uint32_t number,
                                     std::size_t size) const {
  const std::uint64_t device_seed = seed_ ^ (std::uint64_t{device_} << 40);
  const std::uint64_t place = (std::uint64_t{kind} << 33) | number |
                              (direction_ == Direction::ToDevice ? std::uint64_t{1} << 32 : 0);
  std::vector<std::uint8_t> content(size);
  Rng(Rng(device_seed ^ (place * 0xD1B54A32D192ED03u)).next()).fill(content.data(), size);
  const std::uint8_t head[kDatagramSizeMin] = {
      static_cast<std::uint8_t>(kind | (direction_ == Direction::ToDevice ? 1 : 0)),
      static_cast<std::uint8_t>(number),
      static_cast<std::uint8_t>(number >> 8),
      static_cast<std::uint8_t>(number >> 16),
      static_cast<std::uint8_t>(number >> 24),
      static_cast<std::uint8_t>(device_),
      static_cast<std::uint8_t>(device_ >> 8),
      static_cast<std::uint8_t>(seed_)};
  // A message too small for its number is all random.
  if (size >= sizeof head) std::memcpy(content.data(), head, sizeof head);
  return content;
}

std::uint32_t Flow::compose(std::size_t size, std::uint8_t channel) {
  letters_.push_back(Letter{size, channel, Fate::Unknown, false, false});
  return static_cast<std::uint32_t>(letters_.size() - 1);
}

std::vector<std::uint8_t> Flow::content(std::uint32_t number) const {
  return make(kMessageKind, number, letters_[number].size);
}

std::uint32_t Flow::compose_datagram(std::size_t size, std::uint8_t channel) {
  datagrams_.push_back(Letter{size, channel, Fate::Unknown, false, false});
  return static_cast<std::uint32_t>(datagrams_.size() - 1);
}

std::vector<std::uint8_t> Flow::datagram_content(std::uint32_t number) const {
  return make(kDatagramKind, number, datagrams_[number].size);
}

void Flow::session_begun(const SessionId& id, const std::vector<std::uint32_t>& queued) {
  const auto [entry, fresh] = streams_.try_emplace(id);
  if (fresh) entry->second.numbers = queued;
}

void Flow::sent_in(const SessionId& id, std::uint32_t number) {
  streams_[id].numbers.push_back(number);
}

void Flow::settled(std::uint32_t number, Fate fate) {
  if (number >= letters_.size()) fail("an unknown message was settled");
  Letter& letter = letters_[number];
  if (letter.fate != Fate::Unknown) {
    fail("message " + std::to_string(number) + " was settled twice");
  }
  const bool too_large = letter.size > message_size_max_;
  if (fate == Fate::Acknowledged && too_large) fail("a message too large was acknowledged");
  if (fate == Fate::Refused && !too_large) fail("a message that fits was refused");
  letter.fate = fate;
  ++settled_count_;
}

void Flow::receiver_crashed(const SessionId& id) {
  const auto entry = streams_.find(id);
  if (entry == streams_.end()) return;
  const Stream& stream = entry->second;
  for (std::size_t index = stream.next; index < stream.numbers.size(); ++index) {
    letters_[stream.numbers[index]].excused = true;
  }
}

void Flow::skip_refused(Stream& stream) const {
  while (stream.next < stream.numbers.size() &&
         letters_[stream.numbers[stream.next]].size > message_size_max_) {
    ++stream.next;
  }
}

std::string Flow::describe(Bytes content) const {
  std::string text = std::to_string(content.size) + " bytes";
  if (content.size < kDatagramSizeMin) return text;
  std::uint32_t number = 0;
  std::memcpy(&number, content.data + kNumberOffset, sizeof number);
  return text + " that say they are number " + std::to_string(number);
}

void Flow::delivered(const SessionId& id, Bytes content, std::uint8_t channel) {
  const auto entry = streams_.find(id);
  if (entry == streams_.end()) fail("a message came in a session that its sender never had");
  Stream& stream = entry->second;
  skip_refused(stream);
  if (stream.next >= stream.numbers.size()) {
    fail("a message came that was not sent in this session: " + describe(content));
  }
  const std::uint32_t number = stream.numbers[stream.next];
  Letter& letter = letters_[number];
  if (!equal(content, this->content(number))) {
    fail("expected message " + std::to_string(number) + " of " + std::to_string(letter.size) +
         " bytes, got " + describe(content));
  }
  if (channel != letter.channel) fail("message " + std::to_string(number) + ": wrong channel");
  ++stream.next;
  letter.delivered = true;
  ++delivered_count_;
}

void Flow::datagram_delivered(const SessionId& id, Bytes content, std::uint8_t channel) {
  if (content.size < kDatagramSizeMin) fail("a datagram came that was never sent");
  std::uint32_t number = 0;
  std::memcpy(&number, content.data + kNumberOffset, sizeof number);
  if (number >= datagrams_.size() || !equal(content, datagram_content(number)) ||
      channel != datagrams_[number].channel) {
    fail("a datagram came that was never sent");
  }
  if (!streams_[id].datagrams.insert(number).second) fail("a datagram came twice");
  ++datagrams_delivered_;
}

std::size_t Flow::missing_in(const SessionId& id) const {
  const auto entry = streams_.find(id);
  if (entry == streams_.end()) return 0;
  Stream rest;
  rest.numbers = entry->second.numbers;
  rest.next = entry->second.next;
  skip_refused(rest);
  return rest.numbers.size() - rest.next;
}

void Flow::check_acknowledged() const {
  for (std::size_t number = 0; number < letters_.size(); ++number) {
    const Letter& letter = letters_[number];
    if (letter.fate == Fate::Acknowledged && !letter.delivered && !letter.excused) {
      fail("message " + std::to_string(number) + " was acknowledged and never delivered");
    }
  }
}

void Ledger::add_device(std::size_t device_message_max, std::size_t gateway_message_max) {
  const auto device = static_cast<unsigned>(flows_.size() / 2);
  flows_.emplace_back(seed_, device, Direction::ToGateway, gateway_message_max);
  flows_.emplace_back(seed_, device, Direction::ToDevice, device_message_max);
}

void Ledger::check_acknowledged() const {
  for (const Flow& flow : flows_) flow.check_acknowledged();
}

}  // namespace usmp::sim
