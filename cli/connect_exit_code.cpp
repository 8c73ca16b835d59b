// See connect_exit_code.hpp.
#include "connect_exit_code.hpp"

namespace usmp::cli {

ExitCode exit_code_of(usmp_err_t code) {
  switch (code) {
    case USMP_OK:
      return ExitCode::Ok;
    case USMP_ERR_AUTH_FAILED:
      return ExitCode::NotAuthenticated;
    case USMP_ERR_TIMEOUT:
      return ExitCode::NoAnswer;
    case USMP_ERR_BUSY:
      return ExitCode::Busy;
    case USMP_ERR_REFUSED:
      return ExitCode::Refused;
    case USMP_ERR_NAME_NOT_RESOLVED:
    case USMP_ERR_UNREACHABLE:
    case USMP_ERR_NO_SUCH_LINE:
      return ExitCode::NoSuchHost;
    case USMP_ERR_LOST:
    case USMP_ERR_REPLAY_DETECTED:
    case USMP_ERR_PEER_CLOSED:
    case USMP_ERR_IDLE:
    case USMP_ERR_GOING_DOWN:
    case USMP_ERR_SEQ_EXHAUSTED:
      return ExitCode::Lost;
    case USMP_ERR_REPLACED:
      return ExitCode::Replaced;
    case USMP_ERR_REVOKED:
      return ExitCode::Revoked;
    case USMP_ERR_NO_COMMON_SUITE:
    case USMP_ERR_PARAMETERS:
    case USMP_ERR_PROTOCOL:
      return ExitCode::Incompatible;
    case USMP_ERR_TOO_LARGE:
      return ExitCode::TooLarge;
    case USMP_ERR_INVALID_ARG:
    case USMP_ERR_TRANSPORT_FAILED:
    case USMP_ERR_BUFFER_OVERFLOW:
    case USMP_ERR_CRYPTO_FAILED:
    case USMP_ERR_NOT_CONNECTED:
    case USMP_ERR_MUTEX_FAILED:
    case USMP_ERR_NO_MEMORY:
    case USMP_ERR_RANDOM_FAILED:
    case USMP_ERR_NOT_IDLE:
    case USMP_ERR_STATE_USED:
    case USMP_ERR_CONGESTED:
    case USMP_ERR_LINE_IN_USE:
    case USMP_ERR_NOT_PERMITTED:
    case USMP_ERR_WRONG_WIRE:
      break;
  }
  return ExitCode::Failure;
}

}  // namespace usmp::cli
