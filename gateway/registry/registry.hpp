// The registry: which devices there are and their keys, in one SQLite file that the `usmp device`
// commands write while gateways read it. Not sessions, and no cache: the file is the truth.
#ifndef USMP_GATEWAY_REGISTRY_REGISTRY_HPP
#define USMP_GATEWAY_REGISTRY_REGISTRY_HPP

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "registry/device_id.hpp"
#include "registry/psk.hpp"
#include "registry/registry_error.hpp"
#include "registry/sqlite_connection.hpp"
#include "registry/wire_version.hpp"

namespace usmp::gateway {

/// How the file is opened.
enum class OpenMode : std::uint8_t {
  Read,    ///< An existing registry; nothing will be changed.
  Write,   ///< An existing registry that can be written.
  Create,  ///< As Write; the file and its tables are made if they are lacking.
};

/// How long a call waits for another process that writes: a person has time, a gateway's loop has
/// sessions to serve and tries again later.
inline constexpr std::chrono::milliseconds kCommandWait{5000};
inline constexpr std::chrono::milliseconds kServingWait{10};

/// What a registry tells about a device; never its key. Times are seconds since 1970, UTC.
struct DeviceEntry {
  DeviceId id;
  WireVersion wire = WireVersion::V3;
  std::int64_t created_s = 0;
  std::optional<std::int64_t> rotated_s;  ///< When the present key came, if it is not the first.
  std::optional<std::int64_t> revoked_s;  ///< Set if it is revoked: it has no key.
};

/// What add, rotate and revoke did. In every case but Done nothing changed.
enum class ChangeOutcome : std::uint8_t {
  Done,
  NotFound,       ///< No device of this ID.
  AlreadyExists,  ///< add: a device of this ID has a key already; rotate gives it a new one.
  IsRevoked,      ///< rotate, revoke: it has no key; add lets it in again with a new one.
  KeyInUse,       ///< This key belongs to a device already, perhaps to this one.
  KeyUnfit,       ///< The key has fewer than 16 bytes.
};

/// What a handshake needs of a device. Wiped when it ends.
struct Credential {
  Psk psk;
  WireVersion wire = WireVersion::V3;
  /// Names this state of this device. A session keeps the one it was made with.
  std::int64_t generation = 0;
};

enum class Lookup : std::uint8_t {
  Found,
  NoKey,        ///< Not known, or revoked: go on with a random PSK, so that it looks alike.
  Unavailable,  ///< The file could not be read: drop the packet, the device repeats it.
};

/// A device whose key came, changed or went since the last look.
struct CredentialChange {
  DeviceId id;
  std::int64_t generation = 0;
  bool is_revoked = false;
};

/// One registry, opened by one thread; each thread opens its own. Every change is one transaction:
/// on the disk when the call returns, or not there at all. Calls throw RegistryError or, out of
/// memory, std::bad_alloc, but for find() and poll_changes(), which a running gateway calls.
///
/// Journal: SQLite's rollback journal, not WAL. A reader holds its lock for microseconds and
/// writers are rare, so WAL would gain little; without it the registry is one file of one mode that
/// can be copied or lie on a read-only medium, and no old key stays in a log beside it.
class Registry {
 public:
  /// Opens `path`. A file that others than owner and group may access is refused (Exposed).
  Registry(const std::string& path, OpenMode mode, std::chrono::milliseconds wait = kCommandWait);

  /// True if the file's group may read or write the keys: worth a warning.
  bool is_shared_with_group() const { return is_shared_with_group_; }

  /// Enters a device with its key: one that is unknown, or one that is revoked and comes back.
  /// Done, AlreadyExists, KeyInUse or KeyUnfit.
  ChangeOutcome add(const DeviceId& id, const Psk& psk, WireVersion wire = WireVersion::V3);

  /// Gives a device a new key; the old one is worth nothing from here on and is overwritten.
  /// Done, NotFound, IsRevoked, KeyInUse or KeyUnfit.
  ChangeOutcome rotate(const DeviceId& id, const Psk& psk);

  /// Overwrites the device's key and keeps its entry. Done, NotFound or IsRevoked.
  ChangeOutcome revoke(const DeviceId& id);

  /// The entry of one device, or nothing if there is none.
  std::optional<DeviceEntry> show(const DeviceId& id);

  /// All entries in the order of their IDs' bytes.
  std::vector<DeviceEntry> list();

  /// The key of one device, as the file has it now; for each handshake. `credential` is wiped
  /// unless Found. After Unavailable last_fault() and last_error() say why. Its wire is for the
  /// caller to compare, after the proof (USMP3 §2).
  Lookup find(const DeviceId& id, Credential& credential) noexcept;

  /// Replaces `changes` by every device whose key changed since the last successful call (since
  /// the opening, at first), in the order of the changes. A session of that device with a smaller
  /// generation gets BYE 4. Cheap while nothing changed, so that a loop can ask ten times a second.
  /// False: the file could not be read, see last_fault(); nothing is skipped, ask again. After
  /// Replaced it stays false: open the registry anew and check every session by find().
  bool poll_changes(std::vector<CredentialChange>& changes) noexcept;

  /// Why find() or poll_changes() failed the last time.
  RegistryFault last_fault() const { return last_fault_; }
  const std::string& last_error() const { return last_error_; }

 private:
  bool key_in_use(const Psk& psk);
  void overwrite_key(const DeviceId& id, const Psk& psk);
  void commit(Transaction& transaction);
  void read_credential(const DeviceId& id, Credential& credential, Lookup& lookup);
  void read_changes(std::vector<CredentialChange>& changes);
  void remember(RegistryFault fault, const char* text) noexcept;

  bool is_shared_with_group_;
  SqliteConnection connection_;
  // Prepared once, because a gateway runs them all the time; made when the tables are there.
  std::optional<SqliteStatement> find_;
  std::optional<SqliteStatement> data_version_;
  std::optional<SqliteStatement> changes_;
  std::int64_t seen_data_version_ = 0;
  std::int64_t seen_generation_ = 0;
  bool changed_here_ = false;  // SQLite's data_version tells only of other connections
  RegistryFault last_fault_ = RegistryFault::None;
  std::string last_error_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_REGISTRY_HPP
