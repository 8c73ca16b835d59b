// See key_options.hpp.
#include "key_options.hpp"

#include <CLI/CLI.hpp>

#include "command_error.hpp"

namespace usmp::cli {
namespace {

CLI::Option* add_file_option(CLI::App& command, const char* name, std::string& value,
                             const std::string& description) {
  return command.add_option(name, value, description)
      ->type_name("FILE")
      ->check([](const std::string& given) {
        return given.empty() ? std::string("must name a file") : std::string();
      });
}

}  // namespace

CLI::Option* add_key_file(CLI::App& command, KeyOptions& options, const std::string& description) {
  return add_file_option(command, "--key-file", options.key_file, description);
}

CLI::Option* add_save_key(CLI::App& command, KeyOptions& options) {
  return add_file_option(command, "--save-key", options.save_key,
                         "Write the new key to this new file, mode 0600, instead of printing it");
}

CLI::Option* add_provision(CLI::App& command, KeyOptions& options) {
  return command.add_flag("--provision", options.provision,
                          "Print the line that a device takes once over its console: its ID, its "
                          "key and a first random seed, instead of the key alone");
}

gateway::Psk new_key() {
  gateway::Psk psk;
  if (!gateway::generate_psk(psk)) {
    throw CommandError(ExitCode::Failure, "the system gave no random bytes: no key was made");
  }
  return psk;
}

}  // namespace usmp::cli
