/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_TIMER_H
#define USMP_DECLARED_ESP_TIMER_H

#include <stdint.h>
#ifdef __cplusplus
extern "C"
#endif
    int64_t
    esp_timer_get_time(void);

#endif /* USMP_DECLARED_ESP_TIMER_H */
