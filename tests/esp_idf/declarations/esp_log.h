/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_LOG_H
#define USMP_DECLARED_ESP_LOG_H

#include <stdio.h>
#define ESP_LOGE(tag, format, ...) printf("%s " format, tag, __VA_ARGS__)
#define ESP_LOGW ESP_LOGE
#define ESP_LOGI ESP_LOGE
#define ESP_LOGD ESP_LOGE

#endif /* USMP_DECLARED_ESP_LOG_H */
