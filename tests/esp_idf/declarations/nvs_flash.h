/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include "esp_err.h"
esp_err_t nvs_flash_init(void);
