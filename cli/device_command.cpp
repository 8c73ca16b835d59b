// See device_command.hpp.
#include "device_command.hpp"

#include <errno.h>
#include <unistd.h>

#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <string>
#include <system_error>

#include "command_error.hpp"
#include "device_output.hpp"
#include "key_file.hpp"
#include "key_options.hpp"
#include "provisioning.hpp"
#include "registry/device_id.hpp"
#include "registry_option.hpp"
#include "standard_streams.hpp"
#include "usmp/wire2/limits.hpp"

namespace usmp::cli {
namespace {

using gateway::ChangeOutcome;
using gateway::DeviceId;
using gateway::OpenMode;
using gateway::Psk;

constexpr const char* kDeviceFooter =
    "An ID is 1 to 32 bytes: text (printable ASCII without spaces), or hex with colons, like\n"
    "e9:1d:ed:ef:5c:04 (one byte: e9:). A gateway that runs sees every change at once.\n"
    "Example: a device, its key in a file that only you can read, and another key later\n"
    "  usmp device add sensor-1 --save-key sensor-1.key\n"
    "  usmp device list\n"
    "  usmp device rotate sensor-1 --save-key sensor-1.new.key";
constexpr const char* kAddFooter =
    "A device of the published USMP 1.x packages is one of wire 2: its ID has 6 bytes, it is let "
    "in "
    "on\n"
    "wire 2 only, and a key that was ever used there is never given to a device of wire 3.\n"
    "A key is made and printed on stdout, this once and never again, unless an option says else.\n"
    "A device that was revoked comes back with a new key in the same way.\n"
    "Examples:\n"
    "  usmp device add sensor-1\n"
    "  usmp device add sensor-2 --save-key sensor-2.key\n"
    "  usmp device add sensor-3 --provision > /dev/ttyUSB0\n"
    "  usmp device add e9:1d:ed:ef:5c:04 --wire 2 --key-file pump.key";
constexpr const char* kRotateFooter =
    "The old key is refused from then on, and a session made with it ends. The new key is made "
    "and\n"
    "printed on stdout, this once and never again, unless an option says else.\n"
    "Examples:\n"
    "  usmp device rotate sensor-1\n"
    "  usmp device rotate sensor-1 --save-key sensor-1.new.key";
constexpr const char* kRevokeFooter =
    "The device's key is erased, its session ends, and it is refused from then on. Its entry "
    "stays;\n"
    "`usmp device add` lets it in again.\n"
    "Example:\n"
    "  usmp device revoke sensor-1";

/// The arguments of one subcommand; its callback keeps them alive.
struct DeviceArguments {
  std::shared_ptr<const std::string> database;
  std::string id;
  KeyOptions key;
  unsigned wire = 3;
  bool json = false;
};

using Arguments = std::shared_ptr<DeviceArguments>;

DeviceId id_of(const DeviceArguments& arguments) {
  const gateway::ParsedDeviceId parsed = gateway::parse_device_id(arguments.id);
  // What was written is not repeated: it may be a key in the wrong place.
  if (!parsed.id) throw CommandError(ExitCode::Usage, "ID: " + parsed.problem);
  return *parsed.id;
}

/// Says why nothing was changed, by the exit code that fits; returns only after Done.
void require_done(ChangeOutcome outcome, const DeviceId& id, const std::string& database) {
  const std::string name = gateway::format_device_id(id);
  switch (outcome) {
    case ChangeOutcome::Done:
      return;
    case ChangeOutcome::NotFound:
      throw CommandError(ExitCode::NotFound, "no device " + name + " in " + database +
                                                 ": `usmp device list` shows all");
    case ChangeOutcome::AlreadyExists:
      throw CommandError(
          ExitCode::AlreadyExists,
          name + " is in " + database + " already: `usmp device rotate` gives it a new key");
    case ChangeOutcome::IsRevoked:
      throw CommandError(ExitCode::Revoked,
                         name + " is revoked: `usmp device add` lets it in again with a new key");
    case ChangeOutcome::KeyInUse:
      throw CommandError(
          ExitCode::Key,
          "this key belongs to a device already, perhaps to this one: every device "
          "needs a key of its own (`usmp keygen`); only devices of wire 2 may share");
    case ChangeOutcome::KeyUnfit:
      throw CommandError(ExitCode::Key,
                         "this key has fewer than 16 bytes: `usmp keygen` makes one");
  }
}

/// Shows a key, once it is in the registry and not before.
void print_key(const DeviceId& id, const Psk& psk, bool provision,
               const std::string& what_happened) {
  const std::string name = gateway::format_device_id(id);
  const bool written =
      provision ? write_provisioning(STDOUT_FILENO, id, psk) : write_key(STDOUT_FILENO, psk);
  if (!written) {
    throw CommandError(ExitCode::Failure, name + " " + what_happened +
                                              ", but its key could not be printed (" +
                                              std::generic_category().message(errno) +
                                              "): `usmp device rotate " + name + "` makes another");
  }
  say(name + " " + what_happened + "; " + (provision ? "the line with its key" : "its key") +
      " is printed this once and never again");
}

using ChangeKey = std::function<ChangeOutcome(gateway::Registry&, const DeviceId&, const Psk&)>;

/// What add and rotate have in common: a key from somewhere, into the registry, to somewhere.
void change_key(const DeviceArguments& arguments, OpenMode mode, const ChangeKey& change,
                const std::string& what_happened) {
  const DeviceId id = id_of(arguments);
  const std::string name = gateway::format_device_id(id);
  const std::string& database = *arguments.database;
  const KeyOptions& options = arguments.key;

  if (!options.key_file.empty()) {
    const Psk psk = read_key_file(options.key_file);
    if (options.provision) require_provisionable(psk);
    require_done(change(*open_registry(database, mode), id, psk), id, database);
    if (options.provision) return print_key(id, psk, true, what_happened);
    say(name + " " + what_happened + ", the key of " + options.key_file);
    return;
  }
  const Psk psk = new_key();
  if (options.save_key.empty()) {
    require_done(change(*open_registry(database, mode), id, psk), id, database);
    print_key(id, psk, options.provision, what_happened);
    return;
  }
  // The file first: if the registry then fails, the file goes again and the old key is still good.
  NewKeyFile file(options.save_key, psk);
  require_done(change(*open_registry(database, mode), id, psk), id, database);
  file.keep();
  say(name + " " + what_happened + ", the key in " + options.save_key);
}

void run_add(const DeviceArguments& arguments) {
  const auto wire = gateway::WireVersion{static_cast<std::uint8_t>(arguments.wire)};
  const bool is_wire2 = wire == gateway::WireVersion::V2;
  const std::size_t id_size = id_of(arguments).bytes().size;
  if (is_wire2 && id_size != wire2::kDeviceIdSize) {
    throw CommandError(ExitCode::Usage,
                       "ID: a wire 2 device has an ID of 6 bytes, like "
                       "e9:1d:ed:ef:5c:04; this one has " +
                           std::to_string(id_size));
  }
  change_key(
      arguments, OpenMode::Create,
      [wire](gateway::Registry& registry, const DeviceId& id, const Psk& psk) {
        return registry.add(id, psk, wire);
      },
      is_wire2 ? "is in the registry, a wire 2 device" : "is in the registry");
  // USMP3 §8: a PSK that was weak and used on wire 2 is lost for 3.
  if (is_wire2) {
    say("on wire 2 who records a handshake can test guesses of the key: let it be 32 random bytes, "
        "and never use it on wire 3");
  }
}

void run_rotate(const DeviceArguments& arguments) {
  change_key(
      arguments, OpenMode::Write,
      [](gateway::Registry& registry, const DeviceId& id, const Psk& psk) {
        return registry.rotate(id, psk);
      },
      "has a new key");
}

void run_revoke(const DeviceArguments& arguments) {
  const DeviceId id = id_of(arguments);
  const auto registry = open_registry(*arguments.database, OpenMode::Write);
  const ChangeOutcome outcome = registry->revoke(id);
  const std::string name = gateway::format_device_id(id);
  if (outcome == ChangeOutcome::IsRevoked) {
    say(name + " was revoked already");  // what was asked for is so: no error
    return;
  }
  require_done(outcome, id, *arguments.database);
  say(name + " is revoked and its key erased");
}

void run_list(const DeviceArguments& arguments) {
  const auto registry = open_registry(*arguments.database, OpenMode::Read);
  const std::vector<gateway::DeviceEntry> entries = registry->list();
  print(arguments.json ? format_json(entries) : format_table(entries));
  if (entries.empty() && !arguments.json) {
    say("no devices in " + *arguments.database + ": `usmp device add ID` enters one");
  }
}

void run_show(const DeviceArguments& arguments) {
  const DeviceId id = id_of(arguments);
  const auto registry = open_registry(*arguments.database, OpenMode::Read);
  const std::optional<gateway::DeviceEntry> entry = registry->show(id);
  if (!entry) require_done(ChangeOutcome::NotFound, id, *arguments.database);
  print(arguments.json ? format_json(*entry) : format_details(*entry));
}

using Run = void (*)(const DeviceArguments&);

/// A subcommand of `device` with --db; the caller adds what else it takes.
CLI::App* add_command(CLI::App& device, const Arguments& arguments, Run run, const char* name,
                      const char* description) {
  CLI::App* command = device.add_subcommand(name, description);
  arguments->database = add_registry_option(*command);
  command->callback([arguments, run] { run(*arguments); });
  return command;
}

void add_id(CLI::App& command, DeviceArguments& arguments) {
  command.add_option("ID", arguments.id, "1 to 32 bytes: text, or hex with colons")
      ->required()
      ->type_name("");
}

void add_key_options(CLI::App& command, KeyOptions& options) {
  CLI::Option* key_file = add_key_file(
      command, options, "Take the key from this file of hex digits instead of making one");
  CLI::Option* save_key = add_save_key(command, options)->excludes(key_file);
  add_provision(command, options)->excludes(save_key);
}

void add_json(CLI::App& command, DeviceArguments& arguments) {
  command.add_flag("--json", arguments.json, "Print JSON");
}

}  // namespace

void add_device(CLI::App& app) {
  CLI::App* device = app.add_subcommand("device", "The devices that the gateway lets in");
  device->require_subcommand(1);
  device->footer(kDeviceFooter);

  const auto add = std::make_shared<DeviceArguments>();
  CLI::App* command = add_command(*device, add, run_add, "add", "Enter a device and print its key");
  add_id(*command, *add);
  add_key_options(*command, add->key);
  command
      ->add_option("--wire", add->wire,
                   "The wire that the device speaks: 3, or 2 for the published USMP 1.x packages")
      ->type_name("WIRE")
      ->check(CLI::IsMember({2U, 3U}))
      ->capture_default_str();
  command->footer(kAddFooter);

  const auto list = std::make_shared<DeviceArguments>();
  command = add_command(*device, list, run_list, "list", "List all devices, never their keys");
  add_json(*command, *list);

  const auto show = std::make_shared<DeviceArguments>();
  command = add_command(*device, show, run_show, "show", "Show one device, never its key");
  add_id(*command, *show);
  add_json(*command, *show);

  const auto rotate = std::make_shared<DeviceArguments>();
  command = add_command(*device, rotate, run_rotate, "rotate", "Give a device a new key");
  add_id(*command, *rotate);
  add_key_options(*command, rotate->key);
  command->footer(kRotateFooter);

  const auto revoke = std::make_shared<DeviceArguments>();
  command = add_command(*device, revoke, run_revoke, "revoke", "Shut a device out");
  add_id(*command, *revoke);
  command->footer(kRevokeFooter);
}

}  // namespace usmp::cli
