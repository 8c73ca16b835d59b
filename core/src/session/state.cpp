// Which state of a session may follow which: of both wires, so in a file that brings neither.
#include "usmp/state.hpp"

namespace usmp {

namespace {

constexpr uint16_t bit_of(State state) {
  return static_cast<uint16_t>(1u << static_cast<uint8_t>(state));
}
constexpr uint16_t bits_of(State state) { return bit_of(state); }
template <typename... States>
constexpr uint16_t bits_of(State state, States... others) {
  return static_cast<uint16_t>(bit_of(state) | bits_of(others...));
}

uint16_t successors(State from) {
  switch (from) {
    case State::Idle:
      return bits_of(State::AwaitingChallenge, State::Established, State::Closed);
    case State::AwaitingPauseEnd:
      return bits_of(State::AwaitingChallenge, State::AwaitingConnection, State::AwaitingPauseEnd,
                     State::Closed);
    case State::AwaitingConnection:
      return bits_of(State::AwaitingChallenge, State::AwaitingPauseEnd, State::Closed);
    case State::AwaitingChallenge:
      return bits_of(State::AwaitingSessionOk, State::AwaitingPauseEnd, State::Closed);
    case State::AwaitingSessionOk:
      return bits_of(State::Established, State::AwaitingPauseEnd, State::Closed);
    case State::Established:
      return bits_of(State::AwaitingByeSent, State::Asleep, State::Closed, State::AwaitingChallenge,
                     State::AwaitingPauseEnd);
    case State::AwaitingByeSent:
      return bits_of(State::Closed);
    case State::Asleep:
      return bits_of(State::Established, State::AwaitingChallenge, State::Closed);
    case State::Closed:
      return bits_of(State::AwaitingChallenge, State::Established, State::Closed);
  }
  return 0;
}

}  // namespace

bool may_move(State from, State to) { return (successors(from) & bit_of(to)) != 0; }

}  // namespace usmp
