// The options --key-file, --save-key and --provision: where a key comes from and where a new one
// goes. The same in every subcommand that takes or makes keys.
#ifndef USMP_CLI_KEY_OPTIONS_HPP
#define USMP_CLI_KEY_OPTIONS_HPP

#include <CLI/App.hpp>
#include <string>

#include "registry/psk.hpp"

namespace usmp::cli {

/// Empty where the option was not given.
struct KeyOptions {
  std::string key_file;
  std::string save_key;
  bool provision = false;
};

/// Adds `--key-file FILE`. `options` must live until the command line is parsed.
CLI::Option* add_key_file(CLI::App& command, KeyOptions& options, const std::string& description);
/// Adds `--save-key FILE`. `options` must live until the command line is parsed.
CLI::Option* add_save_key(CLI::App& command, KeyOptions& options);
/// Adds `--provision`. `options` must live until the command line is parsed.
CLI::Option* add_provision(CLI::App& command, KeyOptions& options);

/// A new key. Throws CommandError (Failure) if the system gives no random bytes.
gateway::Psk new_key();

}  // namespace usmp::cli

#endif  // USMP_CLI_KEY_OPTIONS_HPP
