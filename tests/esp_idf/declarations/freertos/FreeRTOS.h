/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_FREERTOS_FREERTOS_H
#define USMP_DECLARED_FREERTOS_FREERTOS_H

#include <stdint.h>
typedef uint32_t TickType_t;
typedef int BaseType_t;
typedef unsigned int UBaseType_t;
#define pdTRUE ((BaseType_t)1)
#define pdPASS pdTRUE
#define portMAX_DELAY ((TickType_t)0xffffffffUL)
#define configTICK_RATE_HZ 100
#define pdMS_TO_TICKS(ms) \
  ((TickType_t)(((uint64_t)(ms) * (uint64_t)configTICK_RATE_HZ) / (uint64_t)1000U))

#endif /* USMP_DECLARED_FREERTOS_FREERTOS_H */
