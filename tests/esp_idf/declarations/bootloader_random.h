/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_BOOTLOADER_RANDOM_H
#define USMP_DECLARED_BOOTLOADER_RANDOM_H

#ifdef __cplusplus
extern "C" {
#endif
void bootloader_random_enable(void);
void bootloader_random_disable(void);
#ifdef __cplusplus
}
#endif

#endif /* USMP_DECLARED_BOOTLOADER_RANDOM_H */
