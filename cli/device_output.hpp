// How `usmp device list` and `show` write entries of the registry. Never a key: entries have none.
#ifndef USMP_CLI_DEVICE_OUTPUT_HPP
#define USMP_CLI_DEVICE_OUTPUT_HPP

#include <cstdint>
#include <string>
#include <vector>

#include "registry/registry.hpp"

namespace usmp::cli {

/// `2026-01-31T12:00:00Z` for seconds since 1970.
std::string format_time(std::int64_t seconds);

/// A table with a line of headings; nothing at all without entries.
std::string format_table(const std::vector<gateway::DeviceEntry>& entries);
/// One `name value` a line.
std::string format_details(const gateway::DeviceEntry& entry);
/// A JSON object: id, id_hex, wire, status (active, revoked), created, rotated, revoked (a time or
/// null).
std::string format_json(const gateway::DeviceEntry& entry);
/// A JSON array of such objects.
std::string format_json(const std::vector<gateway::DeviceEntry>& entries);

}  // namespace usmp::cli

#endif  // USMP_CLI_DEVICE_OUTPUT_HPP
