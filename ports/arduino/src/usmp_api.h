/* The C API, by the name that it has in the published library. In an archive of this library it
 * lies in src/capi/, because where case does not count `usmp.h` beside this file would be `USMP.h`.
 */
#ifndef USMP_API_H
#define USMP_API_H

/* Sizes that suit most boards: 7 KB for a client. Define others before the #include of USMP.h. */
#if !defined(USMP_WIRE) || USMP_WIRE == 3
#ifndef USMP_MAX_PACKET
#define USMP_MAX_PACKET 512
#endif
#ifndef USMP_MAX_MESSAGE
#define USMP_MAX_MESSAGE 2048
#endif
#ifndef USMP_WINDOW
#define USMP_WINDOW 4
#endif
#endif

#if __has_include("capi/usmp.h")
#include "capi/usmp.h"
#else
#include "usmp.h"
#endif

#endif /* USMP_API_H */
