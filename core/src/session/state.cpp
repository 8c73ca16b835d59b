// Which state of a session may follow which: of both wires, so in a file that brings neither.
#include "usmp/state.hpp"

namespace usmp {

bool may_move(State from, State to) {
  switch (from) {
    case State::Idle:
      return to == State::AwaitingChallenge || to == State::Established || to == State::Closed;
    case State::AwaitingPauseEnd:
      return to == State::AwaitingChallenge || to == State::AwaitingConnection ||
             to == State::AwaitingPauseEnd || to == State::Closed;
    case State::AwaitingConnection:
      return to == State::AwaitingChallenge || to == State::AwaitingPauseEnd || to == State::Closed;
    case State::AwaitingChallenge:
      return to == State::AwaitingSessionOk || to == State::AwaitingPauseEnd || to == State::Closed;
    case State::AwaitingSessionOk:
      return to == State::Established || to == State::AwaitingPauseEnd || to == State::Closed;
    case State::Established:
      return to == State::AwaitingByeSent || to == State::Asleep || to == State::Closed ||
             to == State::AwaitingChallenge || to == State::AwaitingPauseEnd;
    case State::AwaitingByeSent:
      return to == State::Closed;
    case State::Asleep:
      return to == State::Established || to == State::AwaitingChallenge || to == State::Closed;
    case State::Closed:
      return to == State::AwaitingChallenge || to == State::Established || to == State::Closed;
  }
  return false;
}

}  // namespace usmp
