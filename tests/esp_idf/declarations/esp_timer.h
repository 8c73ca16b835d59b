/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C"
#endif
    int64_t
    esp_timer_get_time(void);
