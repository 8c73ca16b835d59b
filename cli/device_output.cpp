// See device_output.hpp.
#include "device_output.hpp"

#include <time.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <optional>
#include <string_view>

namespace usmp::cli {
namespace {

using gateway::DeviceEntry;
using Json = nlohmann::ordered_json;

constexpr int kIndent = 2;
constexpr std::string_view kIdHeading = "ID";
constexpr std::size_t kStatusWidth = 9;
constexpr std::size_t kWireWidth = 6;
constexpr std::size_t kTimeWidth = 22;

std::string_view status_of(const DeviceEntry& entry) {
  return entry.revoked_s ? "revoked" : "active";
}

int wire_of(const DeviceEntry& entry) { return static_cast<int>(entry.wire); }

std::string padded(std::string_view text, std::size_t width) {
  std::string cell(text);
  cell.resize(std::max(width, cell.size() + 1), ' ');
  return cell;
}

std::string time_or_dash(const std::optional<std::int64_t>& seconds) {
  return seconds ? format_time(*seconds) : "-";
}

Json time_or_null(const std::optional<std::int64_t>& seconds) {
  return seconds ? Json(format_time(*seconds)) : Json(nullptr);
}

Json as_json(const DeviceEntry& entry) {
  return Json{{"id", gateway::format_device_id(entry.id)},
              {"id_hex", gateway::format_device_id_hex(entry.id)},
              {"wire", wire_of(entry)},
              {"status", status_of(entry)},
              {"created", format_time(entry.created_s)},
              {"rotated", time_or_null(entry.rotated_s)},
              {"revoked", time_or_null(entry.revoked_s)}};
}

std::size_t id_width(const std::vector<DeviceEntry>& entries) {
  std::size_t width = kIdHeading.size();
  for (const DeviceEntry& entry : entries) {
    width = std::max(width, gateway::format_device_id(entry.id).size());
  }
  return width + 2;
}

}  // namespace

std::string format_time(std::int64_t seconds) {
  const time_t moment = static_cast<time_t>(seconds);
  struct tm parts = {};
  char text[sizeof "2026-01-31T12:00:00Z" + 16] = {};  // years of more than four digits fit too
  if (gmtime_r(&moment, &parts) == nullptr ||
      strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts) == 0) {
    return "unknown";
  }
  return text;
}

std::string format_table(const std::vector<DeviceEntry>& entries) {
  if (entries.empty()) return {};
  const std::size_t width = id_width(entries);
  std::string table = padded(kIdHeading, width) + padded("STATUS", kStatusWidth) +
                      padded("WIRE", kWireWidth) + padded("CREATED", kTimeWidth) +
                      padded("ROTATED", kTimeWidth) + "REVOKED\n";
  for (const DeviceEntry& entry : entries) {
    table += padded(gateway::format_device_id(entry.id), width);
    table += padded(status_of(entry), kStatusWidth);
    table += padded(std::to_string(wire_of(entry)), kWireWidth);
    table += padded(format_time(entry.created_s), kTimeWidth);
    table += padded(time_or_dash(entry.rotated_s), kTimeWidth);
    table += time_or_dash(entry.revoked_s) + "\n";
  }
  return table;
}

std::string format_details(const DeviceEntry& entry) {
  constexpr std::size_t kNameWidth = 9;
  return padded("id", kNameWidth) + gateway::format_device_id(entry.id) + "\n" +
         padded("bytes", kNameWidth) + gateway::format_device_id_hex(entry.id) + "\n" +
         padded("status", kNameWidth) + std::string(status_of(entry)) + "\n" +
         padded("wire", kNameWidth) + std::to_string(wire_of(entry)) + "\n" +
         padded("created", kNameWidth) + format_time(entry.created_s) + "\n" +
         padded("rotated", kNameWidth) + time_or_dash(entry.rotated_s) + "\n" +
         padded("revoked", kNameWidth) + time_or_dash(entry.revoked_s) + "\n";
}

std::string format_json(const DeviceEntry& entry) { return as_json(entry).dump(kIndent) + "\n"; }

std::string format_json(const std::vector<DeviceEntry>& entries) {
  Json list = Json::array();
  for (const DeviceEntry& entry : entries) list.push_back(as_json(entry));
  return list.dump(kIndent) + "\n";
}

}  // namespace usmp::cli
