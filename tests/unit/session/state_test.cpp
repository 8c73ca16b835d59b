// may_move(), walked over all pairs.
#include <gtest/gtest.h>

#include <set>
#include <utility>

#include "usmp/session.hpp"

namespace usmp {
namespace {

const State kStates[] = {State::Idle,
                         State::AwaitingPauseEnd,
                         State::AwaitingConnection,
                         State::AwaitingChallenge,
                         State::AwaitingSessionOk,
                         State::Established,
                         State::AwaitingByeSent,
                         State::Asleep,
                         State::Closed};

TEST(State, only_the_listed_moves_are_allowed) {
  using S = State;
  const std::set<std::pair<S, S>> allowed = {
      {S::Idle, S::AwaitingChallenge},
      {S::Idle, S::Established},
      {S::Idle, S::Closed},
      {S::AwaitingPauseEnd, S::AwaitingChallenge},
      {S::AwaitingPauseEnd, S::AwaitingConnection},
      {S::AwaitingPauseEnd, S::AwaitingPauseEnd},
      {S::AwaitingPauseEnd, S::Closed},
      {S::AwaitingConnection, S::AwaitingChallenge},
      {S::AwaitingConnection, S::AwaitingPauseEnd},
      {S::AwaitingConnection, S::Closed},
      {S::AwaitingChallenge, S::AwaitingSessionOk},
      {S::AwaitingChallenge, S::AwaitingPauseEnd},
      {S::AwaitingChallenge, S::Closed},
      {S::AwaitingSessionOk, S::Established},
      {S::AwaitingSessionOk, S::AwaitingPauseEnd},
      {S::AwaitingSessionOk, S::Closed},
      {S::Established, S::AwaitingByeSent},
      {S::Established, S::Asleep},
      {S::Established, S::Closed},
      {S::Established, S::AwaitingChallenge},
      {S::Established, S::AwaitingPauseEnd},
      {S::AwaitingByeSent, S::Closed},
      {S::Asleep, S::Established},
      {S::Asleep, S::AwaitingChallenge},
      {S::Asleep, S::Closed},
      {S::Closed, S::AwaitingChallenge},
      {S::Closed, S::Established},
      {S::Closed, S::Closed},
  };
  for (const State from : kStates) {
    for (const State to : kStates) {
      EXPECT_EQ(may_move(from, to), allowed.count({from, to}) == 1)
          << static_cast<int>(from) << " to " << static_cast<int>(to);
    }
  }
}

}  // namespace
}  // namespace usmp
