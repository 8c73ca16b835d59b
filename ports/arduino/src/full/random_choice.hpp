// The stored seed as a source of random numbers, for boards that have no generator. Not for
// sketches: usmp_random.hpp.
#ifndef USMP_ARDUINO_RANDOM_CHOICE_HPP
#define USMP_ARDUINO_RANDOM_CHOICE_HPP

#include "usmp_storage/flash_seed_random.hpp"

namespace usmp_arduino {

/// Random numbers come from `seed` from now on; NULL: there is none any more.
void use_seed(usmp::FlashSeedRandom* seed);

}  // namespace usmp_arduino

#endif  // USMP_ARDUINO_RANDOM_CHOICE_HPP
