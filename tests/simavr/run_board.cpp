// usmp_run_board: an Arduino with its lines on TCP ports, for tests that are programs of their own.
// Prints {"ports": […]}, then obeys lines on its input: reset, off, on, eeprom, report, quit. Each
// but the last is answered by one line of JSON. The end of the input is quit.
#include <fcntl.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <cstdio>
#include <fstream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>

#include "arduino_board.hpp"

namespace usmp::simavr {
namespace {

using nlohmann::json;

struct Options {
  std::string mcu;
  std::string image;
  std::string eeprom;
};

std::vector<uint8_t> read_file(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return std::vector<uint8_t>(std::istreambuf_iterator<char>(file), {});
}

void write_file(const std::string& path, const std::vector<uint8_t>& content) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file.write(reinterpret_cast<const char*>(content.data()),
             static_cast<std::streamsize>(content.size()));
  if (!file.flush()) throw std::runtime_error(path + " cannot be written");
}

json report(const ArduinoBoard& board) {
  json lines = json::array();
  for (const auto& line : board.lines()) lines.push_back({{"bytes_lost", line->bytes_lost()}});
  json led = json::array();
  for (const LedChange& change : board.led_changes()) led.push_back({change.cycle, change.lit});
  json frames = json::array();
  for (const SeenFrame& seen : board.frames()) {
    frames.push_back({{"line", seen.line},
                      {"way", seen.way == UartLine::Way::In ? "in" : "out"},
                      {"first_cycle", seen.frame.first_cycle},
                      {"last_cycle", seen.frame.last_cycle},
                      {"size", seen.frame.size},
                      {"packet_byte", seen.frame.packet_byte}});
  }
  const DeepestStack& deepest = board.deepest();
  return {{"cycle", board.cycle()},
          {"seconds_behind", board.seconds_behind()},
          {"starts_by_watchdog", board.starts_by_watchdog()},
          {"overrun", board.overrun()},
          {"deepest_stack", deepest.bytes},
          {"deepest_program_counter", deepest.program_counter},
          {"deepest_contents", deepest.contents},
          {"lines", lines},
          {"led", led},
          {"frames", frames}};
}

void print(const json& object) {
  std::puts(object.dump().c_str());
  std::fflush(stdout);
}

/// False: it is time to end.
bool obey(const std::string& command, ArduinoBoard& board, const Options& options) {
  json answer = {{"done", command}};
  if (command == "reset") {
    board.reset();
  } else if (command == "off") {
    board.set_power(false);
  } else if (command == "on") {
    board.set_power(true);
  } else if (command == "eeprom") {
    write_file(options.eeprom, board.eeprom());
  } else if (command == "report") {
    answer = report(board);
  } else {
    return false;
  }
  print(answer);
  return true;
}

class Commands {
 public:
  Commands() { fcntl(STDIN_FILENO, F_SETFL, O_NONBLOCK); }

  /// The next one; empty: none yet; "quit" at the end of the input.
  std::string next() {
    char piece[256];
    const ssize_t count = read(STDIN_FILENO, piece, sizeof piece);
    if (count > 0) collected_.append(piece, static_cast<size_t>(count));
    if (count == 0) collected_ += "quit\n";
    const size_t end = collected_.find('\n');
    if (end == std::string::npos) return "";
    const std::string command = collected_.substr(0, end);
    collected_.erase(0, end + 1);
    return command;
  }

 private:
  std::string collected_;
};

void run(const Options& options) {
  ArduinoBoard board(options.mcu, options.image);
  const std::vector<uint8_t> stored = read_file(options.eeprom);
  if (!stored.empty()) board.set_eeprom(stored);
  json ports = json::array();
  for (const auto& line : board.lines()) ports.push_back(line->port());
  print({{"ports", ports}});
  Commands commands;
  for (;;) {
    board.run();
    const std::string command = commands.next();
    if (!command.empty() && !obey(command, board, options)) break;
  }
  write_file(options.eeprom, board.eeprom());
}

}  // namespace
}  // namespace usmp::simavr

int main(int argc, char** argv) {
  CLI::App app("An Arduino in libsimavr, its serial lines on TCP ports of 127.0.0.1.");
  usmp::simavr::Options options;
  app.add_option("--mcu", options.mcu, "atmega328p or atmega2560")->required();
  app.add_option("--image", options.image, "an ELF file")->required();
  app.add_option("--eeprom", options.eeprom, "read at the start if it is there, written at the end")
      ->required();
  CLI11_PARSE(app, argc, argv);
  try {
    usmp::simavr::run(options);
  } catch (const std::exception& error) {
    std::fprintf(stderr, "usmp_run_board: %s\n", error.what());
    return 1;
  }
  return 0;
}
