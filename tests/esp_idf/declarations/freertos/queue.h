/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_FREERTOS_QUEUE_H
#define USMP_DECLARED_FREERTOS_QUEUE_H

#include "FreeRTOS.h"
struct QueueDefinition;
typedef struct QueueDefinition* QueueHandle_t;
#ifdef __cplusplus
extern "C"
#endif
    BaseType_t
    xQueueReceive(QueueHandle_t queue, void* buffer, TickType_t ticks);

#endif /* USMP_DECLARED_FREERTOS_QUEUE_H */
