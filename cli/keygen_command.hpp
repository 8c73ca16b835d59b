// `usmp keygen`.
#ifndef USMP_CLI_KEYGEN_COMMAND_HPP
#define USMP_CLI_KEYGEN_COMMAND_HPP

#include <CLI/App.hpp>

namespace usmp::cli {

void add_keygen(CLI::App& app);

}  // namespace usmp::cli

#endif  // USMP_CLI_KEYGEN_COMMAND_HPP
