// Random bytes from the operating system, in the form that the core takes.
#ifndef USMP_GATEWAY_LOOP_SYSTEM_RANDOM_HPP
#define USMP_GATEWAY_LOOP_SYSTEM_RANDOM_HPP

#include "usmp/config.hpp"

namespace usmp::gateway {

/// The system's generator; needs no state and serves all threads.
Random system_random();

}  // namespace usmp::gateway

#endif  // USMP_GATEWAY_LOOP_SYSTEM_RANDOM_HPP
