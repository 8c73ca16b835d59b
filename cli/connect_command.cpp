// See connect_command.hpp.
#include "connect_command.hpp"

#include <stdlib.h>
#include <string.h>

#include <CLI/CLI.hpp>
#include <memory>
#include <string>
#include <utility>

#include "command_error.hpp"
#include "device_terminal.hpp"
#include "key_file.hpp"
#include "key_options.hpp"
#include "listen/listen_uri.hpp"
#include "registry/device_id.hpp"
#include "registry_option.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

constexpr const char* kKeyVariable = "USMP_KEY";

constexpr const char* kConnectFooter =
    "Each line of stdin is a message to the gateway, each message from it a line of stdout: text, "
    "or\n"
    "0x and hex digits where it is not printable; `#N ` in front if its channel is not 0. What "
    "happens\n"
    "to the session is told on stderr; with --json both are JSON objects on stdout, one a line.\n"
    "A connection that fails or breaks off is made again, after pauses of 1 s doubled to 5 "
    "minutes,\n"
    "and what was not acknowledged is sent again. At the end of stdin the command waits until all "
    "is\n"
    "acknowledged, then says goodbye and ends.\n"
    "The key comes from --key-file, else from the environment variable USMP_KEY, else from the\n"
    "registry of a gateway on this machine (--db).\n"
    "With --wire 2 it speaks to gateways of USMP 1.x: --id has 6 bytes (a text of 6 letters, or\n"
    "e9:1d:ed:ef:5c:04), a message up to 1808; both sides have the same --cipher, aes if none is "
    "said.\n"
    "With --sleep-state the session is saved at the end instead, and the next run goes on with "
    "it:\n"
    "its first message is a single packet, without a handshake (not over TCP).\n"
    "Examples:\n"
    "  echo 23.5 | usmp connect udp://192.168.1.100:9000 --id sensor-1 --key-file sensor-1.key\n"
    "  usmp connect tcp://gateway.example:9000 --id sensor-1 --key-file sensor-1.key --wait\n"
    "  usmp connect serial:///dev/ttyUSB0?baud=115200 --id sensor-1 --key-file sensor-1.key "
    "--wait\n"
    "  while sleep 60; do cat /proc/loadavg | usmp connect udp://[::1]:9000 --id sensor-1 \\\n"
    "    --key-file sensor-1.key --sleep-state sensor-1.state; done\n"
    "Exit codes of its own, with --once or at the end: 10 not authenticated, 11 no answer, 12 "
    "busy,\n"
    "  13 connection refused, 14 no such host, 15 session lost or ended by the gateway, 16 "
    "replaced,\n"
    "  17 versions or ciphers do not fit, 18 ended before all was acknowledged, 19 a message was "
    "too\n"
    "  large";

struct ConnectArguments {
  std::shared_ptr<const std::string> database;
  std::string uri;
  std::string id;
  std::string cipher;
  int wire = 3;
  KeyOptions key;
  TerminalConfig terminal;
};

gateway::ListenUri parse_uri(const std::string& written) {
  const gateway::ParsedListenUri parsed = gateway::parse_listen_uri(written);
  if (!parsed.uri) throw CommandError(ExitCode::Usage, parsed.problem);
  if (parsed.uri->port == 0 && parsed.uri->transport != gateway::Transport::Serial) {
    throw CommandError(ExitCode::Usage, written + ": a gateway has a port of 1 to 65535");
  }
  return *parsed.uri;
}

/// The key in the environment, which is overwritten there: other processes of this user can read
/// it.
bool take_key_variable(gateway::Psk& psk) {
  char* const text = getenv(kKeyVariable);
  if (text == nullptr || *text == 0) return false;
  const std::size_t size = strlen(text);
  const gateway::PskProblem problem =
      gateway::parse_psk(Bytes(reinterpret_cast<const std::uint8_t*>(text), size), psk);
  explicit_bzero(text, size);
  (void)unsetenv(kKeyVariable);
  if (problem == gateway::PskProblem::None) return true;
  throw CommandError(ExitCode::Key,
                     std::string("the key in USMP_KEY: ") + gateway::describe(problem));
}

gateway::Psk key_of(const ConnectArguments& arguments, const gateway::DeviceId& id) {
  if (!arguments.key.key_file.empty()) return read_key_file(arguments.key.key_file);
  gateway::Psk psk;
  if (take_key_variable(psk)) return psk;
  const auto registry = open_registry(*arguments.database, gateway::OpenMode::Read);
  gateway::Credential credential;
  switch (registry->find(id, credential)) {
    case gateway::Lookup::Found:
      return std::move(credential.psk);
    case gateway::Lookup::NoKey:
      throw CommandError(ExitCode::NotFound, arguments.id + " has no key in " +
                                                 *arguments.database +
                                                 "; `usmp device add` gives it one");
    case gateway::Lookup::Unavailable:
      break;
  }
  throw CommandError(ExitCode::Registry, *arguments.database + ": " + registry->last_error());
}

/// What the wire of USMP 1.x has no word for.
void refuse_on_wire2(const ConnectArguments& arguments, const gateway::ListenUri& uri,
                     const gateway::DeviceId& id) {
  const TerminalConfig& terminal = arguments.terminal;
  const auto refuse = [](const char* what) {
    throw CommandError(ExitCode::Usage, std::string("--wire 2 has no ") + what);
  };
  if (uri.transport != gateway::Transport::Udp && uri.transport != gateway::Transport::Tcp) {
    refuse("serial lines: udp:// or tcp://");
  }
  if (terminal.channel != 0) refuse("channels");
  if (!terminal.sleep_state.empty()) refuse("--sleep-state");
  if (terminal.early_data) refuse("--early-data");
  if (id.bytes().size != USMP_DEVICE_ID_LEN) {
    throw CommandError(ExitCode::Usage,
                       "an ID on wire 2 has 6 bytes: a text of 6 letters, or e9:1d:ed:ef:5c:04");
  }
}

void run_connect(const ConnectArguments& arguments) {
  TerminalConfig config = arguments.terminal;
  const gateway::ListenUri uri = parse_uri(arguments.uri);
  config.gateway = uri;
  if (uri.transport == gateway::Transport::Tcp && !config.sleep_state.empty()) {
    throw CommandError(ExitCode::Usage,
                       "--sleep-state needs udp:// or a serial line: a TCP session ends with its "
                       "connection");
  }
  const gateway::ParsedDeviceId id = gateway::parse_device_id(arguments.id);
  if (!id.id) throw CommandError(ExitCode::Usage, id.problem);
  if (arguments.wire == 2) {
    refuse_on_wire2(arguments, uri, *id.id);
    config.wire = &usmp_wire_2;
  }
  if (arguments.cipher == "aes") config.cipher = USMP_CIPHER_AES256_GCM;
  if (arguments.cipher == "chacha") config.cipher = USMP_CIPHER_CHACHA20_POLY1305;
  const gateway::Psk psk = key_of(arguments, *id.id);
  const ExitCode code = DeviceTerminal(config, id.id->bytes(), psk.view()).run();
  // What happened was told when it did: only the code is left to be given.
  if (code != ExitCode::Ok) throw CommandError(code, "");
}

}  // namespace

void add_connect(CLI::App& app) {
  const auto arguments = std::make_shared<ConnectArguments>();
  CLI::App* connect = app.add_subcommand("connect", "Be a device: lines in, messages out");
  TerminalConfig& terminal = arguments->terminal;
  connect
      ->add_option("gateway", arguments->uri,
                   "udp://HOST:PORT, tcp://HOST:PORT, serial:///dev/NAME?baud=RATE or "
                   "serial+tcp://HOST:PORT")
      ->type_name("URI")
      ->required();
  connect->add_option("--id", arguments->id, "The device's ID, as the gateway knows it")
      ->type_name("ID")
      ->required();
  add_key_file(*connect, arguments->key, "Hex digits of the key, as `usmp keygen` writes them");
  arguments->database = add_registry_option(*connect);
  connect->add_option("--channel", terminal.channel, "The channel of messages sent, 0 to 255")
      ->check(CLI::Range(0, 255))
      ->capture_default_str();
  connect->add_option("--cipher", arguments->cipher, "Use no other cipher")
      ->check(CLI::IsMember({"aes", "chacha"}));
  connect->add_option("--wire", arguments->wire, "3, or 2 for a gateway of USMP 1.x")
      ->check(CLI::IsMember({2, 3}))
      ->capture_default_str();
  connect->add_flag("--json", terminal.json, "Print messages and events as JSON objects");
  connect->add_flag("--once", terminal.once,
                    "End at the first attempt that fails, and when the session ends");
  connect->add_flag("--wait", terminal.wait, "Stay for messages after the end of stdin");
  connect
      ->add_option("--listen-for", terminal.listen_for_s,
                   "Stay so long for messages after the end of stdin")
      ->type_name("SECONDS")
      ->check(CLI::Range(0, 1000000));
  connect
      ->add_option("--sleep-state", terminal.sleep_state,
                   "Go on with the session saved in this file, and save it there at the end")
      ->type_name("FILE");
  connect->add_flag("--early-data", terminal.early_data,
                    "Send first messages with the handshake (not forward secret against who plays "
                    "the gateway and learns the key later)");
  connect->add_flag("--stats", terminal.stats, "Say at the end what was sent, resent and received");
  connect->footer(kConnectFooter);
  connect->callback([arguments] { run_connect(*arguments); });
}

}  // namespace usmp::cli
