// One table.
#include "listen/baud_rate.hpp"

namespace usmp::gateway {
namespace {

struct Speed {
  std::uint32_t baud_rate;
  speed_t speed;
};

constexpr Speed kSpeeds[] = {
    {1200, B1200},       {2400, B2400},       {4800, B4800},       {9600, B9600},
    {19200, B19200},     {38400, B38400},     {57600, B57600},     {115200, B115200},
    {230400, B230400},   {460800, B460800},   {500000, B500000},   {576000, B576000},
    {921600, B921600},   {1000000, B1000000}, {1152000, B1152000}, {1500000, B1500000},
    {2000000, B2000000}, {2500000, B2500000}, {3000000, B3000000}, {3500000, B3500000},
    {4000000, B4000000},
};

}  // namespace

std::optional<speed_t> speed_of(std::uint32_t baud_rate) {
  for (const Speed& known : kSpeeds) {
    if (known.baud_rate == baud_rate) return known.speed;
  }
  return std::nullopt;
}

std::string baud_rates_text() {
  std::string text;
  for (const Speed& known : kSpeeds) {
    text += (text.empty() ? "" : ", ") + std::to_string(known.baud_rate);
  }
  return text;
}

}  // namespace usmp::gateway
