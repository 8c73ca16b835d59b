// See gateway_command.hpp.
#include "gateway_command.hpp"

#include <sys/resource.h>

#include <CLI/CLI.hpp>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "command_error.hpp"
#include "gateway_terminal.hpp"
#include "listen/listen_error.hpp"
#include "listen/listen_uri.hpp"
#include "registry_option.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

constexpr const char* kGatewayFooter =
    "Messages from devices are lines on stdout: time, device, #channel (#channel~ for a datagram,\n"
    "which may get lost), text, or 0x and hex digits where it is not printable text. What happens\n"
    "to sessions is told on stderr. With --json both are JSON, an object a line.\n"
    "Lines typed go to devices: `ID text`, or `ID #CHANNEL text`; without a session the message "
    "is\n"
    "held until the device connects. The end of stdin ends nothing; Ctrl-C or SIGTERM says "
    "goodbye\n"
    "to all devices and ends, a second one ends at once.\n"
    "Devices of the published USMP 1.x packages are served on the same ports, see `usmp device "
    "add`.\n"
    "A change by `usmp device` takes effect at once: who is revoked is thrown out.\n"
    "Examples:\n"
    "  usmp gateway                               UDP and TCP, port 9000, all addresses\n"
    "  usmp gateway --listen udp://[::]:9000 --db plant.db\n"
    "  usmp gateway --listen tcp://127.0.0.1:9000 --json | jq .text\n"
    "  usmp gateway --listen serial:///dev/ttyUSB0?baud=115200 --listen udp://[::]:9000";

/// By the names that the wire's own documents use.
const std::map<std::string, crypto::Suite> kSuites{
    {"aes-256-gcm", crypto::Suite::Aes256Gcm},
    {"chacha20-poly1305", crypto::Suite::ChaCha20Poly1305}};

struct GatewayArguments {
  std::shared_ptr<const std::string> database;
  std::vector<std::string> listen{"udp://[::]:9000", "tcp://[::]:9000"};
  std::string wire2_suite = "aes-256-gcm";
  TerminalOptions options;
};

/// Each connection is an open file; the usual soft limit is 1024 and the hard one far higher.
void raise_file_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  (void)setrlimit(RLIMIT_NOFILE, &limit);
}

/// Opens the registry once before anything else, so that what is wrong with it is said first. One
/// that is not there is made: a gateway may start before its first device is entered.
void prepare_registry(const std::string& path) {
  try {
    (void)open_registry(path, gateway::OpenMode::Read);
  } catch (const gateway::RegistryError& error) {
    if (error.fault() != gateway::RegistryFault::Missing) throw;
    (void)open_registry(path, gateway::OpenMode::Create);
    say("made an empty registry " + path + "; `usmp device add ID` enters a device");
  }
}

void run_gateway(const GatewayArguments& arguments) {
  TerminalOptions options = arguments.options;
  for (const std::string& written : arguments.listen) {
    const gateway::ParsedListenUri parsed = gateway::parse_listen_uri(written);
    if (!parsed.uri) throw CommandError(ExitCode::Usage, "--listen " + parsed.problem);
    options.console.lines |= gateway::is_serial(parsed.uri->transport);
    options.server.listen.push_back(*parsed.uri);
  }
  options.server.engine.wire2_suite = kSuites.at(arguments.wire2_suite);
  options.server.registry_path = *arguments.database;
  raise_file_limit();
  prepare_registry(options.server.registry_path);
  try {
    GatewayTerminal terminal(options);
    terminal.run();
  } catch (const gateway::ListenError& error) {
    throw CommandError(ExitCode::Listen, error.what());
  }
}

}  // namespace

void add_gateway(CLI::App& app) {
  CLI::App* command = app.add_subcommand("gateway", "Serve devices: print what they send");
  const auto arguments = std::make_shared<GatewayArguments>();
  TerminalOptions& options = arguments->options;
  command
      ->add_option("--listen", arguments->listen,
                   "udp://HOST:PORT or tcp://HOST:PORT, [::] for all addresses; "
                   "serial:///dev/NAME?baud=RATE "
                   "or serial+tcp://HOST:PORT for a serial line; may be repeated")
      ->type_name("URI")
      ->expected(1)
      ->take_all()
      ->capture_default_str();
  arguments->database = add_registry_option(*command);
  command->add_flag("--json", options.console.json, "Print JSON, an object a line");
  command->add_flag("--quiet", options.console.quiet, "Print no messages");
  command->add_flag("--echo", options.console.echo, "Send every message back to its device");
  command
      ->add_option("--wire2-suite", arguments->wire2_suite,
                   "The cipher of all wire 2 devices (USMP 1.x): they do not negotiate it")
      ->type_name("SUITE")
      ->check(CLI::IsMember(kSuites))
      ->capture_default_str();
  command->add_option("--threads", options.server.threads, "Threads (default: one a core)")
      ->type_name("N")
      ->check(CLI::Range(1U, gateway::kThreadsMax));
  command
      ->add_option("--stats", options.stats_interval_s,
                   "Print counters on stderr every so many seconds")
      ->type_name("SECONDS")
      ->check(CLI::Range(1U, 86'400U));
  command
      ->add_option("--ready-file", options.ready_file,
                   "Write the URIs listened on to this file once devices can connect; port 0 lets "
                   "the system choose one")
      ->type_name("FILE");
  command->footer(kGatewayFooter);
  command->callback([arguments] { run_gateway(*arguments); });
}

}  // namespace usmp::cli
