// The exit code of `usmp connect` for each error of a device. Not the sentence: usmp_strerror().
#ifndef USMP_CLI_CONNECT_EXIT_CODE_HPP
#define USMP_CLI_CONNECT_EXIT_CODE_HPP

#include "exit_code.hpp"
#include "usmp.h"

namespace usmp::cli {

ExitCode exit_code_of(usmp_err_t code);

}  // namespace usmp::cli

#endif  // USMP_CLI_CONNECT_EXIT_CODE_HPP
