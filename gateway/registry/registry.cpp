// See registry.hpp.
#include "registry/registry.hpp"

#include <new>

#include "registry/registry_file.hpp"
#include "registry/registry_schema.hpp"

namespace usmp::gateway {
namespace {

// The largest generation so far and one more. Rows never go, so none comes twice.
#define USMP_NEXT_GENERATION "(SELECT coalesce(max(generation), 0) + 1 FROM device)"

constexpr const char* kAppendKey = "INSERT INTO psk (padded) VALUES (?1)";
constexpr const char* kOverwriteKey =
    "UPDATE psk SET padded = ?1 WHERE number = (SELECT psk_number FROM device WHERE id = ?2)";
constexpr const char* kInsert =
    "INSERT INTO device (id, psk_number, wire, created_s, generation) "
    "VALUES (?1, last_insert_rowid(), ?2, unixepoch(), " USMP_NEXT_GENERATION ")";
constexpr const char* kReinstate =
    "UPDATE device SET wire = ?2, rotated_s = unixepoch(), revoked_s = NULL, "
    "generation = " USMP_NEXT_GENERATION " WHERE id = ?1";
constexpr const char* kRotate =
    "UPDATE device SET rotated_s = unixepoch(), generation = " USMP_NEXT_GENERATION
    " WHERE id = ?1";
constexpr const char* kRevoke =
    "UPDATE device SET revoked_s = unixepoch(), generation = " USMP_NEXT_GENERATION
    " WHERE id = ?1";
#undef USMP_NEXT_GENERATION

constexpr const char* kKeyInUse =
    "SELECT 1 FROM psk JOIN device ON psk_number = number "
    "WHERE padded = ?1 AND (id = ?2 OR wire != ?3 OR ?3 != 2)";
constexpr const char* kShow =
    "SELECT id, wire, created_s, rotated_s, revoked_s FROM device WHERE id = ?1";
constexpr const char* kList =
    "SELECT id, wire, created_s, rotated_s, revoked_s FROM device ORDER BY id";
constexpr const char* kFind =
    "SELECT padded, wire, generation, revoked_s IS NOT NULL "
    "FROM device LEFT JOIN psk ON number = psk_number WHERE id = ?1";
constexpr const char* kDataVersion = "PRAGMA data_version";
constexpr const char* kChanges =
    "SELECT id, generation, revoked_s IS NOT NULL FROM device WHERE generation > ?1 "
    "ORDER BY generation";
constexpr const char* kNewestGeneration = "SELECT coalesce(max(generation), 0) FROM device";

/// Makes the file if asked to, and says whether its group may access it.
bool prepare_file(const std::string& path, OpenMode mode) {
  if (mode == OpenMode::Create) create_registry_file(path);
  const RegistryFileState state = inspect_registry_file(path);
  if (state.is_empty && mode != OpenMode::Create) {
    throw RegistryError(RegistryFault::NotARegistry,
                        path + " is empty: `usmp device add` makes a registry of it");
  }
  return state.is_shared_with_group;
}

/// A key as the table has it: its size, the key, zeros; see registry_schema.cpp.
using PaddedPsk = SecretBytes<1 + kPskSizeMax>;

PaddedPsk pad(const Psk& psk) {
  PaddedPsk padded;  // all zero
  const Bytes key = psk.view();
  const MutableBytes out = padded.storage();
  out[0] = static_cast<std::uint8_t>(key.size);
  for (std::size_t index = 0; index < key.size; ++index) out[1 + index] = key[index];
  if (!padded.resize(PaddedPsk::capacity())) padded.wipe();  // it always holds its capacity
  return padded;
}

/// False if this is not what pad() made of a key.
bool unpad(Bytes padded, Psk& psk) {
  if (padded.size != PaddedPsk::capacity()) return false;
  const std::size_t size = padded[0];
  return size >= kPskSizeMin && size <= kPskSizeMax && psk.assign(padded.from(1).first(size));
}

/// The table's CHECKs allow no other sizes; a row that has one was not written through them.
[[noreturn]] void fail_damaged(const SqliteConnection& connection) {
  throw RegistryError(RegistryFault::Damaged,
                      connection.path() + " is damaged: restore it from a backup");
}

DeviceId id_of(const SqliteConnection& connection, Bytes bytes) {
  const std::optional<DeviceId> id = DeviceId::from_bytes(bytes);
  if (!id) fail_damaged(connection);
  return *id;
}

WireVersion wire_of(const SqliteConnection& connection, std::int64_t number) {
  if (number == static_cast<std::int64_t>(WireVersion::V2)) return WireVersion::V2;
  if (number == static_cast<std::int64_t>(WireVersion::V3)) return WireVersion::V3;
  fail_damaged(connection);
}

std::optional<std::int64_t> time_of(const SqliteStatement& row, int column) {
  if (row.column_is_null(column)) return std::nullopt;
  return row.column_number(column);
}

DeviceEntry entry_of(const SqliteConnection& connection, const SqliteStatement& row) {
  return {id_of(connection, row.column_bytes(0)), wire_of(connection, row.column_number(1)),
          row.column_number(2), time_of(row, 3), time_of(row, 4)};
}

}  // namespace

Registry::Registry(const std::string& path, OpenMode mode, std::chrono::milliseconds wait)
    : is_shared_with_group_(prepare_file(path, mode)), connection_(path, wait) {
  // secure_delete: an old key is overwritten with zeros. EXTRA: a commit survives a power cut at
  // once. temp_store: no key in a temporary file.
  connection_.run(
      "PRAGMA secure_delete = ON; PRAGMA synchronous = EXTRA; PRAGMA temp_store = MEMORY;"
      "PRAGMA cell_size_check = ON");
  if (mode == OpenMode::Create) create_schema(connection_);
  check_schema(connection_);
  if (mode == OpenMode::Read) {
    connection_.run("PRAGMA query_only = ON");
  } else if (connection_.is_read_only()) {
    throw RegistryError(RegistryFault::ReadOnly,
                        path + " cannot be written: the file and its directory must be writable");
  }
  find_.emplace(connection_, kFind);
  data_version_.emplace(connection_, kDataVersion);
  changes_.emplace(connection_, kChanges);
  // The version first: what changes between the two reads is then seen twice rather than never.
  seen_data_version_ = connection_.number(kDataVersion);
  seen_generation_ = connection_.number(kNewestGeneration);
}

ChangeOutcome Registry::add(const DeviceId& id, const Psk& psk, WireVersion wire) {
  if (psk.size() < kPskSizeMin) return ChangeOutcome::KeyUnfit;
  Transaction transaction(connection_);
  const std::optional<DeviceEntry> present = show(id);
  if (present && !present->revoked_s) return ChangeOutcome::AlreadyExists;
  if (key_in_use(psk, id, wire)) return ChangeOutcome::KeyInUse;
  if (present) {
    overwrite_key(id, psk);
  } else {
    const PaddedPsk padded = pad(psk);
    SqliteStatement append(connection_, kAppendKey);
    append.bind(1, padded.view());
    append.step();
  }
  SqliteStatement change(connection_, present ? kReinstate : kInsert);
  change.bind(1, id.bytes());
  change.bind(2, static_cast<std::int64_t>(wire));
  change.step();
  commit(transaction);
  return ChangeOutcome::Done;
}

ChangeOutcome Registry::rotate(const DeviceId& id, const Psk& psk) {
  if (psk.size() < kPskSizeMin) return ChangeOutcome::KeyUnfit;
  Transaction transaction(connection_);
  const std::optional<DeviceEntry> present = show(id);
  if (!present) return ChangeOutcome::NotFound;
  if (present->revoked_s) return ChangeOutcome::IsRevoked;
  if (key_in_use(psk, id, present->wire)) return ChangeOutcome::KeyInUse;
  overwrite_key(id, psk);
  SqliteStatement change(connection_, kRotate);
  change.bind(1, id.bytes());
  change.step();
  commit(transaction);
  return ChangeOutcome::Done;
}

ChangeOutcome Registry::revoke(const DeviceId& id) {
  Transaction transaction(connection_);
  const std::optional<DeviceEntry> present = show(id);
  if (!present) return ChangeOutcome::NotFound;
  if (present->revoked_s) return ChangeOutcome::IsRevoked;
  overwrite_key(id, Psk());
  SqliteStatement change(connection_, kRevoke);
  change.bind(1, id.bytes());
  change.step();
  commit(transaction);
  return ChangeOutcome::Done;
}

void Registry::overwrite_key(const DeviceId& id, const Psk& psk) {
  const PaddedPsk padded = pad(psk);
  SqliteStatement overwrite(connection_, kOverwriteKey);
  overwrite.bind(1, padded.view());
  overwrite.bind(2, id.bytes());
  overwrite.step();
}

void Registry::commit(Transaction& transaction) {
  transaction.commit();
  changed_here_ = true;
}

std::optional<DeviceEntry> Registry::show(const DeviceId& id) {
  SqliteStatement query(connection_, kShow);
  query.bind(1, id.bytes());
  if (!query.step()) return std::nullopt;
  return entry_of(connection_, query);
}

std::vector<DeviceEntry> Registry::list() {
  SqliteStatement query(connection_, kList);
  std::vector<DeviceEntry> entries;
  while (query.step()) entries.push_back(entry_of(connection_, query));
  return entries;
}

bool Registry::key_in_use(const Psk& psk, const DeviceId& id, WireVersion wire) {
  // USMP3 §8: a PSK belongs to one device and to one wire. Fleets of wire 2 have one for all: they
  // come as they are, and only among themselves.
  const PaddedPsk padded = pad(psk);
  SqliteStatement query(connection_, kKeyInUse);
  query.bind(1, padded.view());
  query.bind(2, id.bytes());
  query.bind(3, static_cast<std::int64_t>(wire));
  return query.step();
}

Lookup Registry::find(const DeviceId& id, Credential& credential) noexcept {
  credential.psk.wipe();
  Lookup lookup = Lookup::Unavailable;
  try {
    read_credential(id, credential, lookup);
  } catch (const RegistryError& error) {
    remember(error.fault(), error.what());
  } catch (const std::exception&) {
    remember(RegistryFault::Failed, "out of memory");
  }
  if (lookup != Lookup::Found) credential.psk.wipe();
  return lookup;
}

void Registry::read_credential(const DeviceId& id, Credential& credential, Lookup& lookup) {
  const StatementUse use(*find_);
  find_->bind(1, id.bytes());
  if (!find_->step() || find_->column_number(3) != 0) {
    lookup = Lookup::NoKey;
    return;
  }
  if (!unpad(find_->column_bytes(0), credential.psk)) fail_damaged(connection_);
  credential.wire = wire_of(connection_, find_->column_number(1));
  credential.generation = find_->column_number(2);
  lookup = Lookup::Found;
}

bool Registry::poll_changes(std::vector<CredentialChange>& changes) noexcept {
  changes.clear();
  try {
    read_changes(changes);
    return true;
  } catch (const RegistryError& error) {
    remember(error.fault(), error.what());
  } catch (const std::exception&) {
    remember(RegistryFault::Failed, "out of memory");
  }
  changes.clear();
  return false;
}

void Registry::read_changes(std::vector<CredentialChange>& changes) {
  if (connection_.is_replaced()) {
    throw RegistryError(RegistryFault::Replaced,
                        connection_.path() + " was moved or replaced by another file");
  }
  std::int64_t data_version = 0;
  {
    const StatementUse use(*data_version_);
    data_version_->step();
    data_version = data_version_->column_number(0);
  }
  if (data_version == seen_data_version_ && !changed_here_) return;

  const StatementUse use(*changes_);
  changes_->bind(1, seen_generation_);
  while (changes_->step()) {
    changes.push_back({id_of(connection_, changes_->column_bytes(0)), changes_->column_number(1),
                       changes_->column_number(2) != 0});
  }
  // Only now, when all was read: after an error the next call begins where this one did.
  if (!changes.empty()) seen_generation_ = changes.back().generation;
  seen_data_version_ = data_version;
  changed_here_ = false;
}

void Registry::remember(RegistryFault fault, const char* text) noexcept {
  last_fault_ = fault;
  try {
    last_error_ = text;
  } catch (const std::bad_alloc&) {
    last_error_.clear();  // the fault says enough
  }
}

}  // namespace usmp::gateway
