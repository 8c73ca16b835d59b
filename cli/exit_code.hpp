// The exit codes of the `usmp` command, all of them; `usmp --help` lists the same.
// Scripts rely on them: a number never changes its meaning.
#ifndef USMP_CLI_EXIT_CODE_HPP
#define USMP_CLI_EXIT_CODE_HPP

namespace usmp::cli {

enum class ExitCode : int {
  Ok = 0,
  Failure = 1,        ///< Anything without a number of its own.
  Usage = 2,          ///< The command line is wrong: an option, an argument, an ID.
  NotFound = 3,       ///< No such device in the registry.
  AlreadyExists = 4,  ///< The device is in the registry already.
  Registry = 5,       ///< The registry's file: not there, not readable, full disk, damaged …
  Key = 6,            ///< The key: file unreadable, no key in it, or another device's key.
  Revoked = 7,        ///< The device is revoked and has no key.
  Listen = 8,         ///< The gateway cannot listen there: port in use, no such address.
  // `usmp connect`
  NotAuthenticated = 10,  ///< The gateway does not know this device or its key.
  NoAnswer = 11,          ///< Nobody answered.
  Busy = 12,              ///< The gateway has too many handshakes under way.
  Refused = 13,           ///< Nothing listens on that port.
  NoSuchHost = 14,        ///< The name has no address, or there is no way to it.
  Lost = 15,              ///< The session broke off, or the gateway ended it.
  Replaced = 16,          ///< The same device connected from elsewhere.
  Incompatible = 17,      ///< No common cipher, another kind of link, a broken protocol.
  Unacknowledged = 18,    ///< Ended before every message was acknowledged.
  TooLarge = 19,          ///< A message was larger than may be sent; the others were.
};

/// What `usmp --help` says about them.
inline constexpr const char* kExitCodeHelp =
    "Exit codes: 0 done, 1 failed, 2 wrong command line, 3 no such device, 4 device exists "
    "already,\n"
    "  5 registry file cannot be used, 6 key cannot be used, 7 device is revoked,\n"
    "  8 cannot listen there, 10 to 19 see `usmp connect --help`";

}  // namespace usmp::cli

#endif  // USMP_CLI_EXIT_CODE_HPP
