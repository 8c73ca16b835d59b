// See registry_option.hpp.
#include "registry_option.hpp"

#include <CLI/CLI.hpp>

#include "standard_streams.hpp"

namespace usmp::cli {

std::shared_ptr<const std::string> add_registry_option(CLI::App& command) {
  auto path = std::make_shared<std::string>("usmp.db");
  command.add_option("--db", *path, "The registry of devices, an SQLite file of mode 0600")
      ->envname("USMP_DB")
      ->type_name("FILE")
      ->capture_default_str()
      ->check([](const std::string& value) {
        return value.empty() ? std::string("must name a file") : std::string();
      });
  return path;
}

std::unique_ptr<gateway::Registry> open_registry(const std::string& path, gateway::OpenMode mode) {
  auto registry = std::make_unique<gateway::Registry>(path, mode);
  if (registry->is_shared_with_group()) {
    say("warning: " + path +
        " holds keys and its group may access it; if that is not meant: `chmod "
        "600 " +
        path + "`");
  }
  return registry;
}

}  // namespace usmp::cli
