// See keygen_command.hpp.
#include "keygen_command.hpp"

#include <errno.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <system_error>

#include "command_error.hpp"
#include "key_file.hpp"
#include "key_options.hpp"

namespace usmp::cli {
namespace {

constexpr const char* kFooter =
    "Example: a key, and a device that has it\n"
    "  usmp keygen --save-key sensor-1.key\n"
    "  usmp device add sensor-1 --key-file sensor-1.key";

void run_keygen(const KeyOptions& options) {
  const gateway::Psk psk = new_key();
  if (!options.save_key.empty()) {
    NewKeyFile(options.save_key, psk).keep();
  } else if (!write_key(STDOUT_FILENO, psk)) {
    throw CommandError(ExitCode::Failure,
                       "cannot print the key: " + std::generic_category().message(errno));
  }
}

}  // namespace

void add_keygen(CLI::App& app) {
  const auto options = std::make_shared<KeyOptions>();
  CLI::App* keygen = app.add_subcommand("keygen", "Make a key: 32 random bytes as 64 hex digits");
  add_save_key(*keygen, *options);
  keygen->footer(kFooter);
  keygen->callback([options] { run_keygen(*options); });
}

}  // namespace usmp::cli
