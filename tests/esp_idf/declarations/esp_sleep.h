/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_SLEEP_H
#define USMP_DECLARED_ESP_SLEEP_H

#include <stdint.h>
void esp_deep_sleep(uint64_t time_in_us);

#endif /* USMP_DECLARED_ESP_SLEEP_H */
