// See lossy_command.hpp.
#include "lossy_command.hpp"

#include <signal.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <memory>
#include <string>

#include "command_error.hpp"
#include "listen/listen_error.hpp"
#include "proxy/lossy_proxy.hpp"
#include "standard_streams.hpp"

namespace usmp::cli {
namespace {

constexpr const char* kFooter =
    "With --log each datagram is a line on stdout: direction, first byte, size, what became of "
    "it.\n"
    "Ctrl-C or SIGTERM ends it and prints how many passed.\n"
    "Example: a gateway behind a line that loses every fifth datagram\n"
    "  usmp gateway --listen udp://127.0.0.1:9000 &\n"
    "  usmp lossy --listen udp://127.0.0.1:9001 --to udp://127.0.0.1:9000 --loss 20\n"
    "  usmp connect udp://127.0.0.1:9001 --id sensor-1 --key-file sensor-1.key";

constexpr int kLookAtSignalsMs = 200;

struct LossyArguments {
  std::string listen = "udp://127.0.0.1:9001";
  std::string target = "udp://127.0.0.1:9000";
  gateway::LineQuality quality;
  bool log = false;
};

volatile sig_atomic_t stop_asked = 0;

gateway::ListenUri udp_uri(const std::string& option, const std::string& written) {
  const gateway::ParsedListenUri parsed = gateway::parse_listen_uri(written);
  if (!parsed.uri) throw CommandError(ExitCode::Usage, option + " " + parsed.problem);
  if (parsed.uri->transport != gateway::Transport::Udp) {
    throw CommandError(ExitCode::Usage, option + " takes udp://HOST:PORT: only datagrams get lost");
  }
  return *parsed.uri;
}

const char* name_of(gateway::Fate fate) {
  switch (fate) {
    case gateway::Fate::Passed:
      return "passed";
    case gateway::Fate::Dropped:
      return "dropped";
    case gateway::Fate::Doubled:
      return "doubled";
    case gateway::Fate::HeldBack:
      return "held back";
  }
  return "";
}

void log_passage(const gateway::Passage& passage) {
  char line[80];
  std::snprintf(line, sizeof line, "%s 0x%02x %zu %s\n",
                passage.direction == gateway::Direction::ToGateway ? "to-gateway" : "to-device",
                passage.first_byte, passage.size, name_of(passage.fate));
  print(line);
}

void run_lossy(const LossyArguments& arguments) {
  try {
    gateway::LossyProxy proxy(udp_uri("--listen", arguments.listen),
                              udp_uri("--to", arguments.target), arguments.quality);
    if (arguments.log) proxy.on_passage = log_passage;
    const auto ask_to_stop = [](int) { stop_asked = 1; };
    signal(SIGINT, ask_to_stop);
    signal(SIGTERM, ask_to_stop);
    say("lossy line at " + proxy.listen_text());
    while (stop_asked == 0) proxy.run_once(kLookAtSignalsMs);
    const gateway::PassageCounts counts = proxy.counts();
    say(std::to_string(counts.to_gateway) + " datagrams to the gateway, " +
        std::to_string(counts.to_device) + " to devices, " + std::to_string(counts.dropped) +
        " of them dropped");
  } catch (const gateway::ListenError& error) {
    throw CommandError(ExitCode::Listen, error.what());
  }
}

}  // namespace

void add_lossy(CLI::App& app) {
  const auto arguments = std::make_shared<LossyArguments>();
  CLI::App* lossy = app.add_subcommand(
      "lossy", "A UDP proxy that loses, repeats and reorders datagrams, for demos and tests");
  const auto percent = CLI::Range(0u, 100u);
  lossy->add_option("--listen", arguments->listen, "Where devices connect")->capture_default_str();
  lossy->add_option("--to", arguments->target, "The gateway behind it")->capture_default_str();
  lossy->add_option("--loss", arguments->quality.loss_percent, "Percent lost, each way")
      ->check(percent);
  lossy->add_option("--duplicate", arguments->quality.duplicate_percent, "Percent sent twice")
      ->check(percent);
  lossy->add_option("--reorder", arguments->quality.reorder_percent, "Percent overtaken by others")
      ->check(percent);
  lossy->add_option("--delay-ms", arguments->quality.delay_ms, "Milliseconds each way")
      ->check(CLI::Range(0u, 60000u));
  lossy->add_option("--seed", arguments->quality.seed, "What chance begins with")
      ->capture_default_str();
  lossy->add_flag("--log", arguments->log, "Print a line for each datagram");
  lossy->footer(kFooter);
  lossy->callback([arguments] { run_lossy(*arguments); });
}

}  // namespace usmp::cli
