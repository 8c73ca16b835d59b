// See registry_schema.hpp.
#include "registry/registry_schema.hpp"

#include <string>

#include "registry/registry_error.hpp"

namespace usmp::gateway {
namespace {

// device
// - One row a device, kept for ever: a revoked one has no key any more, but its ID and the times
//   stay, and a running gateway learns of it by `generation`.
// - `generation` is larger than every other one at the time of the row's last change, so it names
//   one state of one device, and "all that changed since" is one comparison.
// - Times are seconds since 1970, UTC.
// psk
// - One row a device, found by its number. The key is padded with zeros to one size (a first byte
//   tells its own, 0 for no key), and rows are only ever appended and overwritten. So SQLite writes
//   a new key over the old one in place and never moves a key; where it moves rows it leaves copies
//   behind, which secure_delete does not reach. No index may hold keys for the same reason.
// The sizes are those of device_id.hpp and psk.hpp: a wrong row cannot come in by any way.
constexpr const char* kCreateTables = R"sql(
  CREATE TABLE device (
    id         BLOB PRIMARY KEY NOT NULL CHECK (length(id) BETWEEN 1 AND 32),
    psk_number INTEGER NOT NULL REFERENCES psk (number),
    wire       INTEGER NOT NULL DEFAULT 3 CHECK (wire IN (2, 3)),
    created_s  INTEGER NOT NULL,
    rotated_s  INTEGER,
    revoked_s  INTEGER,
    generation INTEGER NOT NULL UNIQUE
  ) STRICT, WITHOUT ROWID;
  CREATE TABLE psk (
    number INTEGER PRIMARY KEY,
    padded BLOB NOT NULL CHECK (length(padded) = 65)
  ) STRICT;
)sql";

bool is_empty(SqliteConnection& connection) {
  return connection.number("SELECT count(*) FROM sqlite_schema") == 0 &&
         connection.number("PRAGMA user_version") == 0 &&
         connection.number("PRAGMA application_id") == 0;
}

}  // namespace

void create_schema(SqliteConnection& connection) {
  if (!is_empty(connection)) return;
  Transaction transaction(connection);
  // Asked again under the lock: another process may have been faster.
  if (!is_empty(connection)) return;
  connection.run(kCreateTables);
  connection.run(("PRAGMA application_id = " + std::to_string(kApplicationId)).c_str());
  connection.run(("PRAGMA user_version = " + std::to_string(kSchemaVersion)).c_str());
  transaction.commit();
}

void check_schema(SqliteConnection& connection) {
  const std::int64_t version = connection.number("PRAGMA user_version");
  if (connection.number("PRAGMA application_id") != kApplicationId || version < 1) {
    throw RegistryError(RegistryFault::NotARegistry,
                        connection.path() + " is not a registry of usmp: name another file");
  }
  if (version > kSchemaVersion) {
    throw RegistryError(RegistryFault::TooNew,
                        connection.path() + " was made by a newer usmp (its version is " +
                            std::to_string(version) + ", the newest known here " +
                            std::to_string(kSchemaVersion) + "): update usmp");
  }
}

}  // namespace usmp::gateway
