// What the command says: data on stdout, everything for people on stderr, one line each.
// Unbuffered, so that a key stays in no buffer and a failed write is noticed where it happens.
#ifndef USMP_CLI_STANDARD_STREAMS_HPP
#define USMP_CLI_STANDARD_STREAMS_HPP

#include <string_view>

#include "usmp/bytes.hpp"

namespace usmp::cli {

/// Fills the places of closed standard streams, so that no file opened later is taken for stdout
/// and gets a key written into it; writing to a closed stream still fails. First thing in main().
void guard_standard_streams();

/// Writes all bytes to an open file or stream. False if that fails: errno says why.
[[nodiscard]] bool write_all(int file, Bytes bytes);

/// Writes text to stdout as it is. Throws CommandError (Failure) if that fails.
void print(std::string_view text);

/// Writes `usmp: text` and an end of line to stderr.
void say(std::string_view text);

}  // namespace usmp::cli

#endif  // USMP_CLI_STANDARD_STREAMS_HPP
