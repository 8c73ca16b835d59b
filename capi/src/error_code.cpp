// See error_code.hpp.
#include "error_code.hpp"

namespace usmp {
namespace capi {

usmp_err_t code_of_cause(Cause cause) {
  switch (cause) {
    case Cause::None:
      return USMP_ERR_LOST;
    case Cause::NoAnswer:
      return USMP_ERR_TIMEOUT;
    case Cause::NotAuthenticated:
      return USMP_ERR_AUTH_FAILED;
    case Cause::NoCommonSuite:
      return USMP_ERR_NO_COMMON_SUITE;
    case Cause::Busy:
      return USMP_ERR_BUSY;
    case Cause::Parameters:
      return USMP_ERR_PARAMETERS;
    case Cause::ByeDone:
      return USMP_ERR_PEER_CLOSED;
    case Cause::ByeProtocolError:
      return USMP_ERR_PROTOCOL;
    case Cause::ByeIdle:
      return USMP_ERR_IDLE;
    case Cause::ByeReplaced:
      return USMP_ERR_REPLACED;
    case Cause::ByeRevoked:
      return USMP_ERR_REVOKED;
    case Cause::ByeGoingDown:
      return USMP_ERR_GOING_DOWN;
    case Cause::ByeOther:
      return USMP_ERR_PEER_CLOSED;
    case Cause::ConnectionLost:
      return USMP_ERR_LOST;
    case Cause::NumbersSpent:
      return USMP_ERR_SEQ_EXHAUSTED;
    case Cause::StreamBroken:
      return USMP_ERR_LOST;
  }
  return USMP_ERR_LOST;
}

usmp_err_t code_of_error(Error error) {
  switch (error) {
    case Error::None:
      return USMP_OK;
    case Error::BufferTooSmall:
      return USMP_ERR_BUFFER_OVERFLOW;
    case Error::TooLarge:
      return USMP_ERR_TOO_LARGE;
    case Error::WrongState:
      return USMP_ERR_NOT_CONNECTED;
    case Error::Full:
      return USMP_ERR_CONGESTED;
    case Error::MessageWaiting:
    case Error::NotIdle:
      return USMP_ERR_NOT_IDLE;
    case Error::Congested:
      return USMP_ERR_CONGESTED;
    case Error::Malformed:
    case Error::Unauthentic:
    case Error::Replayed:
    case Error::Unexpected:
      return USMP_ERR_PROTOCOL;
    case Error::BadConfig:
      return USMP_ERR_INVALID_ARG;
    case Error::StateUsed:
      return USMP_ERR_STATE_USED;
    case Error::RandomFailed:
      return USMP_ERR_RANDOM_FAILED;
    case Error::CryptoFailed:
      return USMP_ERR_CRYPTO_FAILED;
  }
  return USMP_ERR_INVALID_ARG;
}

}  // namespace capi
}  // namespace usmp
