/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_TASK_WDT_H
#define USMP_DECLARED_ESP_TASK_WDT_H

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

#endif /* USMP_DECLARED_ESP_TASK_WDT_H */
