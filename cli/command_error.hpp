// How a subcommand ends when it cannot do its work: thrown in its callback, printed by main().
#ifndef USMP_CLI_COMMAND_ERROR_HPP
#define USMP_CLI_COMMAND_ERROR_HPP

#include <stdexcept>
#include <string>

#include "exit_code.hpp"

namespace usmp::cli {

/// Its what() is one line for a person: what is wrong and what to do. It never holds a key.
class CommandError : public std::runtime_error {
 public:
  CommandError(ExitCode code, const std::string& text) : std::runtime_error(text), code_(code) {}
  ExitCode code() const { return code_; }

 private:
  ExitCode code_;
};

}  // namespace usmp::cli

#endif  // USMP_CLI_COMMAND_ERROR_HPP
