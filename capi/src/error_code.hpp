// What the core says, as the codes of usmp.h. Not the sentences: those are in strerror.cpp.
#ifndef USMP_CAPI_ERROR_CODE_HPP
#define USMP_CAPI_ERROR_CODE_HPP

#include "usmp.h"
#include "usmp/event.hpp"
#include "usmp/result.hpp"

namespace usmp {
namespace capi {

usmp_err_t code_of_cause(Cause cause);
usmp_err_t code_of_error(Error error);

}  // namespace capi
}  // namespace usmp

#endif  // USMP_CAPI_ERROR_CODE_HPP
