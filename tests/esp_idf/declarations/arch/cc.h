/* What lwIP asks of a port, as ESP-IDF answers it over newlib; for a syntax check. */
#ifndef USMP_DECLARED_ARCH_CC_H
#define USMP_DECLARED_ARCH_CC_H

#include <errno.h>
#include <sys/time.h>
#include <sys/types.h>

#define LWIP_ERRNO_STDINCLUDE 1
typedef int sys_prot_t;

#endif /* USMP_DECLARED_ARCH_CC_H */
