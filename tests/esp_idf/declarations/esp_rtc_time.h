/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_RTC_TIME_H
#define USMP_DECLARED_ESP_RTC_TIME_H

#include <stdint.h>
#ifdef __cplusplus
extern "C"
#endif
    uint64_t
    esp_rtc_get_time_us(void);

#endif /* USMP_DECLARED_ESP_RTC_TIME_H */
