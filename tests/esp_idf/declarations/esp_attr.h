/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_ATTR_H
#define USMP_DECLARED_ESP_ATTR_H

#define RTC_DATA_ATTR __attribute__((section(".rtc.data")))

#endif /* USMP_DECLARED_ESP_ATTR_H */
