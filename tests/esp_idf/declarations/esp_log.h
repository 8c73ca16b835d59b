/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_LOG_H
#define USMP_DECLARED_ESP_LOG_H

#include <stdio.h>
#define ESP_LOGE(tag, format, ...) printf("E %s " format, tag, __VA_ARGS__)
#define ESP_LOGW(tag, format, ...) printf("W %s " format, tag, __VA_ARGS__)
#define ESP_LOGI(tag, format, ...) printf("I %s " format, tag, __VA_ARGS__)
#define ESP_LOGD(tag, format, ...) printf("D %s " format, tag, __VA_ARGS__)

#endif /* USMP_DECLARED_ESP_LOG_H */
