/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include <stdint.h>
void esp_deep_sleep(uint64_t time_in_us);
