// The messages of an application on their way through a session: keeps their nodes and bytes where
// they are until the session gives them back, and tells the ledger what became of them.
#ifndef USMP_SIM_OUTBOX_HPP
#define USMP_SIM_OUTBOX_HPP

#include <cstddef>
#include <cstdint>
#include <deque>
#include <list>
#include <vector>

#include "ledger.hpp"
#include "usmp/session.hpp"

namespace usmp::sim {

class Outbox {
 public:
  explicit Outbox(Flow& flow) : flow_(flow) {}

  /// A new message, to be handed in.
  void add(std::size_t size, std::uint8_t channel) {
    waiting_.push_back(flow_.compose(size, channel));
  }
  /// Gives the session what waits, as far as it takes it.
  void hand_in(Session& session, const SessionId& id, Instant now);
  /// Takes what is finished from the session.
  void take_finished(Session& session);
  /// Takes everything from a session that is over; it waits for the next one.
  void take_back(Session& session);
  /// The application crashed, or gave up.
  void forget(Fate fate);

  /// Numbers with the session, in order.
  std::vector<std::uint32_t> handed_in() const;
  bool empty() const { return waiting_.empty() && letters_.empty(); }
  std::size_t count() const { return waiting_.size() + letters_.size(); }
  bool waits() const { return !waiting_.empty(); }

 private:
  struct Letter {
    Outgoing node;
    std::vector<std::uint8_t> content;
    std::uint32_t number;
  };

  void settle(Outgoing& node, std::vector<std::uint32_t>* returned);

  Flow& flow_;
  std::deque<std::uint32_t> waiting_;
  std::list<Letter> letters_;  // with the session
};

}  // namespace usmp::sim

#endif  // USMP_SIM_OUTBOX_HPP
