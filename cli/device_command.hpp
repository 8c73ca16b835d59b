// `usmp device add | list | show | rotate | revoke`: the registry for people and scripts.
#ifndef USMP_CLI_DEVICE_COMMAND_HPP
#define USMP_CLI_DEVICE_COMMAND_HPP

#include <CLI/App.hpp>

namespace usmp::cli {

void add_device(CLI::App& app);

}  // namespace usmp::cli

#endif  // USMP_CLI_DEVICE_COMMAND_HPP
