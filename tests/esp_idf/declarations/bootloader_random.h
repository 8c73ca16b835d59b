/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#ifdef __cplusplus
extern "C" {
#endif
void bootloader_random_enable(void);
void bootloader_random_disable(void);
#ifdef __cplusplus
}
#endif
