/* See published_program.c: once compiled as C, once as C++. */
#ifndef USMP_TESTS_CAPI_PUBLISHED_PROGRAM_H
#define USMP_TESTS_CAPI_PUBLISHED_PROGRAM_H

#include "usmp_transport.h"

#ifdef USMP_TESTS_AS_CXX
const char* published_program_as_cxx(usmp_transport_t* transport, const uint8_t* psk,
                                     size_t psk_len);
#define published_program published_program_as_cxx
#else
#ifdef __cplusplus
extern "C" {
#endif
const char* published_program(usmp_transport_t* transport, const uint8_t* psk, size_t psk_len);
#ifdef __cplusplus
}
#endif
#endif

#endif /* USMP_TESTS_CAPI_PUBLISHED_PROGRAM_H */
