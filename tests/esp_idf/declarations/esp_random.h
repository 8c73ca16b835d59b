/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_RANDOM_H
#define USMP_DECLARED_ESP_RANDOM_H

#include <stddef.h>
#ifdef __cplusplus
extern "C"
#endif
    void
    esp_fill_random(void* buf, size_t len);

#endif /* USMP_DECLARED_ESP_RANDOM_H */
