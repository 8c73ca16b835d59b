// The option --db, which names the registry, the same in every subcommand that needs one.
#ifndef USMP_CLI_REGISTRY_OPTION_HPP
#define USMP_CLI_REGISTRY_OPTION_HPP

#include <CLI/App.hpp>
#include <memory>
#include <string>

#include "registry/registry.hpp"

namespace usmp::cli {

/// Adds `--db FILE` (environment USMP_DB, default usmp.db) and returns where its value will stand
/// once the command line is parsed; the caller keeps it until then.
std::shared_ptr<const std::string> add_registry_option(CLI::App& command);

/// Opens the registry and warns on stderr if its group may read the keys. Throws RegistryError.
std::unique_ptr<gateway::Registry> open_registry(const std::string& path, gateway::OpenMode mode);

}  // namespace usmp::cli

#endif  // USMP_CLI_REGISTRY_OPTION_HPP
