// See sqlite_connection.hpp.
#include "registry/sqlite_connection.hpp"

#include <errno.h>
#include <sqlite3.h>

#include <limits>
#include <new>
#include <string_view>
#include <system_error>

#include "registry/registry_error.hpp"

namespace usmp::gateway {
namespace {

constexpr int kPrimaryCodeMask = 0xFF;  // the rest of an SQLite code says more about the same

/// SQLite takes names like ":memory:", "" and "file:…?…" for something else than a file.
std::string as_plain_path(const std::string& path) {
  return path.starts_with('/') ? path : "./" + path;
}

bool is_out_of_room(int system_error) {
  return system_error == ENOSPC || system_error == EDQUOT || system_error == EFBIG;
}

std::string system_text(int system_error) {
  return system_error == 0 ? std::string("the system refused")
                           : std::generic_category().message(system_error);
}

/// The errno behind the call that just failed; 0 if there was none. SQLite keeps it only for some
/// calls; errno itself is still what the failing system call left, if it was 0 before.
int last_system_error(sqlite3* handle) {
  const int left = errno;
  const int kept = sqlite3_system_errno(handle);
  return kept != 0 ? kept : left;
}

RegistryError error_of(const std::string& path, int code, int system_error) {
  switch (code & kPrimaryCodeMask) {
    case SQLITE_FULL:
      return {RegistryFault::DiskFull, "the disk under " + path +
                                           " is full: nothing was changed; "
                                           "make room and repeat"};
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {RegistryFault::Busy, path +
                                       " is held by another process: nothing was changed; "
                                       "repeat when it is done"};
    case SQLITE_NOTADB:
      return {RegistryFault::NotARegistry, path + " is not a registry of usmp: name another file"};
    case SQLITE_CORRUPT:
    case SQLITE_CONSTRAINT:
    case SQLITE_MISMATCH:
    case SQLITE_SCHEMA:
      return {RegistryFault::Damaged, path + " is damaged: restore it from a backup"};
    case SQLITE_READONLY:
      return {RegistryFault::ReadOnly,
              path + " cannot be written: the file and its directory must be writable"};
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {RegistryFault::CannotOpen, "cannot open " + path + ": " + system_text(system_error)};
    case SQLITE_IOERR:
      if (is_out_of_room(system_error)) return error_of(path, SQLITE_FULL, system_error);
      return {RegistryFault::Failed,
              "reading or writing " + path + " failed: " + system_text(system_error)};
    default:
      return {RegistryFault::Failed, "cannot use " + path + ": " + sqlite3_errstr(code)};
  }
}

}  // namespace

SqliteConnection::SqliteConnection(const std::string& path, std::chrono::milliseconds wait)
    : path_(path) {
  // NOMUTEX: one thread at a time is our own rule. Never CREATE: SQLite would use the umask.
  const int flags = SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE;
  errno = 0;
  const int code = sqlite3_open_v2(as_plain_path(path).c_str(), &handle_, flags, nullptr);
  if (code != SQLITE_OK) {
    const int system_error = last_system_error(handle_);
    sqlite3_close(handle_);
    throw error_of(path_, code, system_error);
  }
  sqlite3_busy_timeout(handle_, static_cast<int>(wait.count()));
  // No SQL of ours needs what these two switch off; a file made by somebody else might use it.
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_DEFENSIVE, 1, nullptr);
  sqlite3_db_config(handle_, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, nullptr);
}

SqliteConnection::~SqliteConnection() { sqlite3_close(handle_); }

void SqliteConnection::run(const char* sql) {
  errno = 0;
  const int code = sqlite3_exec(handle_, sql, nullptr, nullptr, nullptr);
  if (code != SQLITE_OK) fail(code);
}

std::int64_t SqliteConnection::number(const char* sql) {
  SqliteStatement statement(*this, sql);
  return statement.step() ? statement.column_number(0) : 0;
}

bool SqliteConnection::is_read_only() const { return sqlite3_db_readonly(handle_, "main") != 0; }

bool SqliteConnection::is_replaced() const {
  int moved = 0;
  const int code = sqlite3_file_control(handle_, "main", SQLITE_FCNTL_HAS_MOVED, &moved);
  return code == SQLITE_OK && moved != 0;
}

void SqliteConnection::fail(int code) const {
  if ((code & kPrimaryCodeMask) == SQLITE_NOMEM) throw std::bad_alloc();
  throw error_of(path_, code, last_system_error(handle_));
}

SqliteStatement::SqliteStatement(SqliteConnection& connection, const char* sql)
    : connection_(connection) {
  errno = 0;
  const int code = sqlite3_prepare_v3(connection.handle(), sql, -1, SQLITE_PREPARE_PERSISTENT,
                                      &handle_, nullptr);
  // The SQL is ours and right for our schema: if it does not fit, the schema is not ours.
  if (code == SQLITE_ERROR) connection.fail(SQLITE_CORRUPT);
  if (code != SQLITE_OK) connection.fail(code);
}

SqliteStatement::~SqliteStatement() { sqlite3_finalize(handle_); }

void SqliteStatement::bind(int parameter, Bytes bytes) {
  const int code = sqlite3_bind_blob64(handle_, parameter, bytes.data, bytes.size, SQLITE_STATIC);
  if (code != SQLITE_OK) connection_.fail(code);
}

void SqliteStatement::bind(int parameter, std::int64_t number) {
  const int code = sqlite3_bind_int64(handle_, parameter, number);
  if (code != SQLITE_OK) connection_.fail(code);
}

bool SqliteStatement::step() {
  errno = 0;
  const int code = sqlite3_step(handle_);
  if (code == SQLITE_ROW) return true;
  if (code == SQLITE_DONE) return false;
  // The error is read before the reset, which may replace it.
  const int system_error = last_system_error(connection_.handle());
  reset();
  if ((code & kPrimaryCodeMask) == SQLITE_NOMEM) throw std::bad_alloc();
  throw error_of(connection_.path(), code, system_error);
}

void SqliteStatement::reset() {
  sqlite3_reset(handle_);
  sqlite3_clear_bindings(handle_);
}

Bytes SqliteStatement::column_bytes(int column) const {
  // First the pointer, then the size: SQLite's order for a value that it may have to convert.
  const void* data = sqlite3_column_blob(handle_, column);
  const int size = sqlite3_column_bytes(handle_, column);
  return Bytes(static_cast<const std::uint8_t*>(data), static_cast<std::size_t>(size));
}

std::int64_t SqliteStatement::column_number(int column) const {
  return sqlite3_column_int64(handle_, column);
}

bool SqliteStatement::column_is_null(int column) const {
  return sqlite3_column_type(handle_, column) == SQLITE_NULL;
}

Transaction::Transaction(SqliteConnection& connection) : connection_(connection) {
  connection_.run("BEGIN IMMEDIATE");
}

Transaction::~Transaction() {
  // After some errors SQLite has undone it already. A failing ROLLBACK leaves the journal, from
  // which the next connection undoes it.
  if (sqlite3_get_autocommit(connection_.handle()) == 0) {
    sqlite3_exec(connection_.handle(), "ROLLBACK", nullptr, nullptr, nullptr);
  }
}

void Transaction::commit() { connection_.run("COMMIT"); }

}  // namespace usmp::gateway
