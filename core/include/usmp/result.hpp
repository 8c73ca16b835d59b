// The one list of errors of the core, and a value that may be one of them instead.
// "Nothing yet" is never an error here: it is a value (a size of 0, Event::None).
#ifndef USMP_RESULT_HPP
#define USMP_RESULT_HPP

#include <stdint.h>

#if defined(__GNUC__) || defined(__clang__)
#define USMP_MUST_USE __attribute__((warn_unused_result))
#else
#define USMP_MUST_USE
#endif

namespace usmp {

/// What went wrong and what the caller does next.
enum class Error : uint8_t {
  None = 0,
  BufferTooSmall,  ///< The output buffer cannot hold the result: call again with a larger one.
  TooLarge,        ///< Larger than the peer, or a limit here, takes: split it or give it up.
  WrongState,      ///< Not possible in this state (no session, already started): look at state().
  Full,            ///< A bounded queue is full for now: call again after the next event.
  MessageWaiting,  ///< Take message() and release_message() first, then call again.
  NotIdle,         ///< Saving needs everything sent, acknowledged and taken: try again later.
  Congested,       ///< The congestion window has no room for a datagram: it was not sent.
  Malformed,       ///< These bytes are not what they should be: dropped, nothing changed.
  Unauthentic,     ///< Not from the peer, or altered: dropped, nothing changed.
  Replayed,        ///< A number that was here already or is too old: dropped.
  Unexpected,      ///< Well formed, but of no use in this state: dropped.
  BadConfig,       ///< A value of the configuration is outside its range: a programmer's mistake.
  StateUsed,       ///< The saved state was used before, or is damaged: make a handshake.
  RandomFailed,    ///< The random source gave nothing: nothing was sent; try again later.
  CryptoFailed,    ///< The crypto library refused: nothing was sent; not expected to pass.
};

/// A value, or the reason why there is none. `value` means something only if ok().
template <typename T>
struct Result {
  T value;
  Error error;

  Result(T result) : value(result), error(Error::None) {}
  Result(Error reason) : value(), error(reason) {}
  bool ok() const { return error == Error::None; }
};

}  // namespace usmp

#endif  // USMP_RESULT_HPP
