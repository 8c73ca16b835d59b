// Where random numbers come from: a function of the sketch, else the board's generator, else the
// seed that the board was provisioned with. From nowhere else: without one, nothing is sent.
#ifndef USMP_ARDUINO_USMP_RANDOM_HPP
#define USMP_ARDUINO_USMP_RANDOM_HPP

#include <stddef.h>
#include <stdint.h>

// NOLINTBEGIN(readability-identifier-naming)
namespace USMP {
/// A cryptographic generator of the sketch's, such as a secure element. False: it has nothing.
void useRandom(bool (*fill)(uint8_t* out, size_t size));
}  // namespace USMP
// NOLINTEND(readability-identifier-naming)

#endif  // USMP_ARDUINO_USMP_RANDOM_HPP
