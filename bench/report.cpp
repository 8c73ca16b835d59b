// See report.hpp.
#include "report.hpp"

#include <algorithm>
#include <cstdio>
#include <nlohmann/json.hpp>

namespace usmp::bench {
namespace {

std::string number(double value) {
  char text[32];
  const int digits = value >= 1000 || value == static_cast<double>(static_cast<long>(value)) ? 0
                     : value >= 20                                                           ? 1
                                                                                             : 2;
  std::snprintf(text, sizeof text, "%.*f", digits, value);
  return text;
}

}  // namespace

Spread Spread::of(std::vector<double> samples) {
  std::sort(samples.begin(), samples.end());
  const std::size_t half = samples.size() / 2;
  const double median =
      samples.size() % 2 == 1 ? samples[half] : (samples[half - 1] + samples[half]) / 2;
  return {median, samples.front(), samples.back()};
}

void Report::add(const std::string& name, const Spread& spread, const std::string& unit) {
  rows_.push_back({section_, name, spread.median, spread.least, spread.greatest, unit});
}

void Report::add(const std::string& name, double value, const std::string& unit) {
  rows_.push_back({section_, name, value, value, value, unit});
}

std::string Report::table() const {
  std::string text;
  const std::string* section = nullptr;
  for (const Row& row : rows_) {
    if (section == nullptr || *section != row.section) {
      section = &row.section;
      text += "\n" + row.section + "\n";
    }
    char line[160];
    std::snprintf(line, sizeof line, "  %-60s %10s %-8s", row.name.c_str(),
                  number(row.value).c_str(), row.unit.c_str());
    text += line;
    if (row.least != row.greatest) {
      text += " (" + number(row.least) + " .. " + number(row.greatest) + ")";
    }
    text += "\n";
  }
  return text;
}

std::string Report::json() const {
  nlohmann::json rows = nlohmann::json::array();
  for (const Row& row : rows_) {
    rows.push_back({{"section", row.section},
                    {"name", row.name},
                    {"value", row.value},
                    {"min", row.least},
                    {"max", row.greatest},
                    {"unit", row.unit}});
  }
  return rows.dump(2);
}

}  // namespace usmp::bench
