/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include "esp_err.h"
#include "freertos/task.h"
#ifdef __cplusplus
extern "C" {
#endif
esp_err_t esp_task_wdt_reset(void);
esp_err_t esp_task_wdt_status(TaskHandle_t task_handle);
#ifdef __cplusplus
}
#endif
