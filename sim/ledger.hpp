// Who sent which message in which session, and the checks at each delivery: nothing that was not
// sent by the peer in that session, each message once and in order, none lost while it lives.
// Contents are made from (seed, device, direction, number), so that a wrong byte is always seen.
#ifndef USMP_SIM_LEDGER_HPP
#define USMP_SIM_LEDGER_HPP

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "usmp/bytes.hpp"

namespace usmp::sim {

enum class Direction : std::uint8_t { ToGateway, ToDevice };

/// A session's 16 bytes of USMP3 §2; all zero: none.
using SessionId = std::array<std::uint8_t, 16>;
SessionId session_id_of(Bytes bytes);
bool is_session(const SessionId& id);

/// What the sender was told of a message.
enum class Fate : std::uint8_t {
  Unknown,       ///< with its sender, or under way
  Acknowledged,  ///< the peer has it
  Refused,       ///< larger than the peer takes; never sent
  Returned,      ///< given up: it may have arrived or not
  Forgotten,     ///< the sender crashed with it: it may have arrived or not
};

/// All messages of one device in one direction. Numbers count from 0.
class Flow {
 public:
  Flow(std::uint64_t seed, unsigned device, Direction direction, std::size_t message_size_max);

  // The sender's side

  /// A new message; the next number.
  std::uint32_t compose(std::size_t size, std::uint8_t channel);
  std::vector<std::uint8_t> content(std::uint32_t number) const;
  std::uint8_t channel(std::uint32_t number) const { return letters_[number].channel; }
  /// The sender has a session: it sends `queued` in this order, then what sent_in() adds. A session
  /// that is known already (a wake) goes on.
  void session_begun(const SessionId& id, const std::vector<std::uint32_t>& queued);
  void sent_in(const SessionId& id, std::uint32_t number);
  /// Throws Violation if that cannot be: twice, refused though it fits …
  void settled(std::uint32_t number, Fate fate);
  /// The receiver crashed: what it had not delivered of session `id` may be acknowledged and lost.
  void receiver_crashed(const SessionId& id);

  // The receiver's side. Both throw Violation.

  void delivered(const SessionId& id, Bytes content, std::uint8_t channel);
  void datagram_delivered(const SessionId& id, Bytes content, std::uint8_t channel);
  /// A datagram; its content is as long as asked for, kDatagramSizeMin at least.
  std::uint32_t compose_datagram(std::size_t size, std::uint8_t channel);
  std::vector<std::uint8_t> datagram_content(std::uint32_t number) const;

  // What is left

  std::size_t unsettled_count() const { return letters_.size() - settled_count_; }
  std::size_t composed_count() const { return letters_.size(); }
  std::size_t delivered_count() const { return delivered_count_; }  ///< repeats included
  std::size_t datagrams_delivered() const { return datagrams_delivered_; }
  /// Messages handed to the sender's session `id` that have not been delivered in it.
  std::size_t missing_in(const SessionId& id) const;
  /// Throws Violation if a message was acknowledged and never delivered.
  void check_acknowledged() const;

  static constexpr std::size_t kDatagramSizeMin = 8;

 private:
  struct Letter {
    std::size_t size;
    std::uint8_t channel;
    Fate fate;
    bool delivered;
    bool excused;  // its receiver crashed before it was delivered
  };
  struct Stream {
    std::vector<std::uint32_t> numbers;
    std::size_t next = 0;
    std::set<std::uint32_t> datagrams;
  };

  void skip_refused(Stream& stream) const;
  std::vector<std::uint8_t> make(std::uint8_t kind, std::uint32_t number, std::size_t size) const;
  [[noreturn]] void fail(const std::string& what) const;
  std::string describe(Bytes content) const;

  std::uint64_t seed_;
  unsigned device_;
  Direction direction_;
  std::size_t message_size_max_;
  std::vector<Letter> letters_;
  std::vector<Letter> datagrams_;
  std::map<SessionId, Stream> streams_;
  std::size_t settled_count_ = 0;
  std::size_t delivered_count_ = 0;
  std::size_t datagrams_delivered_ = 0;
};

/// The flows of all devices.
class Ledger {
 public:
  explicit Ledger(std::uint64_t seed) : seed_(seed) {}
  /// The next device: the largest message that it, and that the gateway, takes.
  void add_device(std::size_t device_message_max, std::size_t gateway_message_max);
  Flow& flow(unsigned device, Direction direction) {
    return flows_[2 * device + (direction == Direction::ToDevice ? 1 : 0)];
  }
  void check_acknowledged() const;

 private:
  std::uint64_t seed_;
  std::vector<Flow> flows_;
};

}  // namespace usmp::sim

#endif  // USMP_SIM_LEDGER_HPP
