/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_FREERTOS_TASK_H
#define USMP_DECLARED_FREERTOS_TASK_H

#include "FreeRTOS.h"
struct tskTaskControlBlock;
typedef struct tskTaskControlBlock* TaskHandle_t;
typedef void (*TaskFunction_t)(void*);
#ifdef __cplusplus
extern "C" {
#endif
void vTaskDelay(TickType_t ticks);
void vTaskDelete(TaskHandle_t task);
BaseType_t xTaskCreate(TaskFunction_t code, const char* name, uint32_t stack_depth,
                       void* parameters, UBaseType_t priority, TaskHandle_t* created);
#ifdef __cplusplus
}
#endif

#endif /* USMP_DECLARED_FREERTOS_TASK_H */
