// A packet on its way through the simulated network, with what the network knows of it.
#ifndef USMP_SIM_DATAGRAM_HPP
#define USMP_SIM_DATAGRAM_HPP

#include <cstdint>
#include <vector>

#include "usmp/address.hpp"

namespace usmp::sim {

using Packet = std::vector<std::uint8_t>;

struct Datagram {
  Packet bytes;
  Address from{};  ///< of a device; meaningless on the way to it
  Address to{};    ///< of a device; meaningless on the way from it
};

}  // namespace usmp::sim

#endif  // USMP_SIM_DATAGRAM_HPP
