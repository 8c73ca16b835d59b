// The `usmp` command: gathers the subcommands, each in its own file, and turns what they throw into
// one line on stderr and an exit code. No work is done here.
#include <signal.h>

#include <CLI/CLI.hpp>
#include <exception>
#include <string>

#include "command_error.hpp"
#include "connect_command.hpp"
#include "device_command.hpp"
#include "exit_code.hpp"
#include "gateway_command.hpp"
#include "keygen_command.hpp"
#include "lossy_command.hpp"
#include "registry/registry_error.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

int number(ExitCode code) { return static_cast<int>(code); }

/// Where parsing ended: the subcommand, and how a person writes it (`usmp device add`).
struct ParsedCommand {
  const CLI::App* app;
  std::string name;
};

ParsedCommand parsed_command(const CLI::App& app) {
  ParsedCommand command{&app, "usmp"};
  while (!command.app->get_subcommands().empty()) {
    command.app = command.app->get_subcommands().front();
    command.name += " " + command.app->get_name();
  }
  return command;
}

/// CLI11 repeats unexpected arguments in its message; one of them may be a key that somebody
/// thought to pass this way. Only the names of options are repeated.
std::string unexpected_arguments(const CLI::App& app, const CLI::App& command) {
  std::string options;
  for (const std::string& argument : app.remaining(true)) {
    if (!argument.starts_with("--")) continue;
    options += " " + argument.substr(0, argument.find('='));
  }
  if (!options.empty()) return "unknown option" + options;
  if (command.get_require_subcommand_min() > command.get_subcommands().size()) {
    return "no such subcommand";
  }
  return "too many arguments (a key is never an argument: see --key-file)";
}

int report_usage(const CLI::App& app, const CLI::ParseError& error) {
  const ParsedCommand command = parsed_command(app);
  // What is lacking ("ID is required") often is so because of what is too much.
  const std::string what = app.remaining(true).empty() ? std::string(error.what())
                                                       : unexpected_arguments(app, *command.app);
  say(what + "; see `" + command.name + " --help`");
  return number(ExitCode::Usage);
}

int run(int argc, char** argv) {
  CLI::App app("Encrypted links between microcontrollers and gateways (USMP).", "usmp");
  app.set_version_flag("--version", "usmp " USMP_PROGRAM_VERSION, "Print the version and exit");
  app.require_subcommand(1);
  app.footer(kExitCodeHelp);
  add_keygen(app);
  add_device(app);
  add_gateway(app);
  add_connect(app);
  add_lossy(app);
  try {
    app.parse(argc, argv);
    return number(ExitCode::Ok);
  } catch (const CLI::Success& success) {
    return app.exit(success);  // --help and --version
  } catch (const CLI::ParseError& error) {
    return report_usage(app, error);
  } catch (const CommandError& error) {
    // Nothing to say: it was said when it happened.
    if (*error.what() != 0) say(error.what());
    return number(error.code());
  } catch (const gateway::RegistryError& error) {
    say(error.what());
    return number(ExitCode::Registry);
  }
}

}  // namespace
}  // namespace usmp::cli

int main(int argc, char** argv) {
  usmp::cli::guard_standard_streams();
  // A reader that went away and a file at its size limit are errors to report, not ends.
  signal(SIGPIPE, SIG_IGN);
  signal(SIGXFSZ, SIG_IGN);
  try {
    return usmp::cli::run(argc, argv);
  } catch (const std::exception& error) {
    usmp::cli::say(error.what());
    return static_cast<int>(usmp::cli::ExitCode::Failure);
  }
}
