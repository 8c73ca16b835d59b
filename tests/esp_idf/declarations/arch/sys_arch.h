/* What lwIP asks of a port, as ESP-IDF answers it over FreeRTOS; for a syntax check. */
#ifndef USMP_DECLARED_ARCH_SYS_ARCH_H
#define USMP_DECLARED_ARCH_SYS_ARCH_H

typedef void* sys_sem_t;
typedef void* sys_mutex_t;
typedef void* sys_mbox_t;
typedef void* sys_thread_t;

#endif /* USMP_DECLARED_ARCH_SYS_ARCH_H */
