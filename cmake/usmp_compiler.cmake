# How our own code is compiled: warnings (target usmp_warnings), sanitizers, fuzzing, ccache.
# Not for code of others: a library that is not ours does not link usmp_warnings.

add_library(usmp_warnings INTERFACE)
# Who installs the Python package has a compiler that we have not seen: warnings are no errors.
target_compile_options(usmp_warnings INTERFACE
  $<$<NOT:$<BOOL:${USMP_PYTHON}>>:-Werror>
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
  $<$<COMPILE_LANGUAGE:CXX>:-Wold-style-cast>)

find_program(USMP_CCACHE ccache)
mark_as_advanced(USMP_CCACHE)
if(USMP_CCACHE AND NOT CMAKE_CXX_COMPILER_LAUNCHER)
  set(CMAKE_C_COMPILER_LAUNCHER "${USMP_CCACHE}")
  set(CMAKE_CXX_COMPILER_LAUNCHER "${USMP_CCACHE}")
endif()

if(USMP_SANITIZE OR USMP_FUZZ)
  # The first error ends the program: a report that scrolls by is not a failure.
  add_compile_options(-fsanitize=address,undefined -fno-sanitize-recover=all
                      -fno-omit-frame-pointer)
  add_link_options(-fsanitize=address,undefined -fno-sanitize-recover=all)
endif()

if(USMP_FUZZ)
  if(NOT CMAKE_CXX_COMPILER_ID MATCHES "Clang")
    message(FATAL_ERROR "USMP_FUZZ needs clang: configure with the preset `fuzz`")
  endif()
  # Coverage for everything; a fuzzer itself links with -fsanitize=fuzzer (usmp_add_fuzzer).
  add_compile_options(-fsanitize=fuzzer-no-link)
endif()
