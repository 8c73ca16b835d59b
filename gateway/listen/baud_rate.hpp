// The speeds that a serial line can have, as numbers and as termios names them.
#ifndef USMP_GATEWAY_LISTEN_BAUD_RATE_HPP
#define USMP_GATEWAY_LISTEN_BAUD_RATE_HPP

#include <termios.h>

#include <cstdint>
#include <optional>
#include <string>

namespace usmp::gateway {

inline constexpr std::uint32_t kBaudRateDefault = 115200;

/// Nothing: no such speed.
std::optional<speed_t> speed_of(std::uint32_t baud_rate);
/// All of them, for a person: `1200, 2400, …`.
std::string baud_rates_text();

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LISTEN_BAUD_RATE_HPP
