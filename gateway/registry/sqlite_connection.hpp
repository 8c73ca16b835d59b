// Owners of SQLite's handles that turn its codes into RegistryError. Not a general wrapper: only
// what the registry needs, and nothing here knows a device.
#ifndef USMP_GATEWAY_REGISTRY_SQLITE_CONNECTION_HPP
#define USMP_GATEWAY_REGISTRY_SQLITE_CONNECTION_HPP

#include <chrono>
#include <cstdint>
#include <string>

#include "usmp/bytes.hpp"

struct sqlite3;
struct sqlite3_stmt;

namespace usmp::gateway {

/// One connection to one file, for one thread at a time.
class SqliteConnection {
 public:
  /// Opens an existing file, for writing where the system allows it. `wait` is how long a call
  /// waits for another process before it ends with Busy. Throws RegistryError.
  SqliteConnection(const std::string& path, std::chrono::milliseconds wait);
  ~SqliteConnection();
  SqliteConnection(const SqliteConnection&) = delete;
  SqliteConnection& operator=(const SqliteConnection&) = delete;

  const std::string& path() const { return path_; }
  sqlite3* handle() const { return handle_; }

  /// Runs SQL that returns nothing of interest. Throws RegistryError.
  void run(const char* sql);
  /// The first column of the first row as a number; 0 if there is none. Throws RegistryError.
  std::int64_t number(const char* sql);

  /// True if the system allows no writing.
  bool is_read_only() const;
  /// True if the path names another file than the one that is open, or none.
  bool is_replaced() const;

  /// Throws the RegistryError that fits SQLite's `code`.
  [[noreturn]] void fail(int code) const;

 private:
  std::string path_;
  sqlite3* handle_ = nullptr;
};

/// A prepared statement. Parameters are numbered from 1, columns from 0, as in SQLite.
class SqliteStatement {
 public:
  /// Throws RegistryError. `connection` must live longer.
  SqliteStatement(SqliteConnection& connection, const char* sql);
  ~SqliteStatement();
  SqliteStatement(const SqliteStatement&) = delete;
  SqliteStatement& operator=(const SqliteStatement&) = delete;

  /// The bytes are not copied: they must stay as they are until reset().
  void bind(int parameter, Bytes bytes);
  void bind(int parameter, std::int64_t number);

  /// True if there is a row to look at, false at the end. Throws RegistryError after a reset().
  bool step();
  /// Ends the reading, lets go of the file's lock and forgets the parameters.
  void reset();

  /// Valid until the next step() or reset().
  Bytes column_bytes(int column) const;
  std::int64_t column_number(int column) const;
  bool column_is_null(int column) const;

 private:
  SqliteConnection& connection_;
  sqlite3_stmt* handle_ = nullptr;
};

/// Resets a statement at the end of a scope, however it is left.
class StatementUse {
 public:
  explicit StatementUse(SqliteStatement& statement) : statement_(statement) {}
  ~StatementUse() { statement_.reset(); }
  StatementUse(const StatementUse&) = delete;
  StatementUse& operator=(const StatementUse&) = delete;

 private:
  SqliteStatement& statement_;
};

/// A write transaction: all of it or nothing. Undone at the end of the scope unless committed.
class Transaction {
 public:
  /// Takes the write lock at once, so that what is read inside stays true. Throws RegistryError.
  explicit Transaction(SqliteConnection& connection);
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  /// When this returns the change is on the disk; when it throws RegistryError nothing changed.
  void commit();

 private:
  SqliteConnection& connection_;
};

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_SQLITE_CONNECTION_HPP
