/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_FREERTOS_SEMPHR_H
#define USMP_DECLARED_FREERTOS_SEMPHR_H

#include "queue.h"
typedef QueueHandle_t SemaphoreHandle_t;
#ifdef __cplusplus
extern "C" {
#endif
SemaphoreHandle_t xSemaphoreCreateMutex(void);
SemaphoreHandle_t xSemaphoreCreateBinary(void);
BaseType_t xSemaphoreTake(SemaphoreHandle_t semaphore, TickType_t ticks);
BaseType_t xSemaphoreGive(SemaphoreHandle_t semaphore);
void vSemaphoreDelete(SemaphoreHandle_t semaphore);
#ifdef __cplusplus
}
#endif

#endif /* USMP_DECLARED_FREERTOS_SEMPHR_H */
