// The tables of the registry and their versions. Not the queries: see registry.cpp.
#ifndef USMP_GATEWAY_REGISTRY_REGISTRY_SCHEMA_HPP
#define USMP_GATEWAY_REGISTRY_REGISTRY_SCHEMA_HPP

#include "registry/sqlite_connection.hpp"

namespace usmp::gateway {

/// Written in each registry as SQLite's user_version; raised by one with each change of the tables.
inline constexpr int kSchemaVersion = 1;
/// "USMP" as SQLite's application_id, so that no other program's database is taken for a registry.
inline constexpr int kApplicationId = 0x55534D50;

/// Makes the tables in an empty file; a registry stays as it is. All or nothing, and safe beside
/// another process that does the same. Throws RegistryError.
void create_schema(SqliteConnection& connection);

/// Throws RegistryError unless this is a registry of our version: NotARegistry, TooNew, or what
/// reading it gave.
void check_schema(SqliteConnection& connection);

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_REGISTRY_REGISTRY_SCHEMA_HPP
