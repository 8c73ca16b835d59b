/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERROR_CHECK(expression) (void)(expression)
