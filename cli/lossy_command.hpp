// `usmp lossy`: a bad line for demos and tests.
#ifndef USMP_CLI_LOSSY_COMMAND_HPP
#define USMP_CLI_LOSSY_COMMAND_HPP

#include <CLI/App.hpp>

namespace usmp::cli {

void add_lossy(CLI::App& app);

}  // namespace usmp::cli

#endif  // USMP_CLI_LOSSY_COMMAND_HPP
