// The port's randomness, as the core asks for it.
#ifndef USMP_CAPI_RANDOM_SOURCE_HPP
#define USMP_CAPI_RANDOM_SOURCE_HPP

#include "usmp/config.hpp"

namespace usmp {
namespace capi {

Random random_source();

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_RANDOM_SOURCE_HPP
