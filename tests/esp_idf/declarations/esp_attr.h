/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#define RTC_DATA_ATTR __attribute__((section(".rtc.data")))
