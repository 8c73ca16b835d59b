/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include <stdint.h>
#ifdef __cplusplus
extern "C"
#endif
    uint64_t
    esp_rtc_get_time_us(void);
