// `usmp gateway`: serves devices from a terminal or a script.
#ifndef USMP_CLI_GATEWAY_COMMAND_HPP
#define USMP_CLI_GATEWAY_COMMAND_HPP

#include <CLI/App.hpp>

namespace usmp::cli {

/// Adds the subcommand to `app`.
void add_gateway(CLI::App& app);

}  // namespace usmp::cli

#endif  // USMP_CLI_GATEWAY_COMMAND_HPP
