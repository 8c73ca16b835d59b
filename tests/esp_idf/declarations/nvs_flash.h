/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_NVS_FLASH_H
#define USMP_DECLARED_NVS_FLASH_H

#include "esp_err.h"
esp_err_t nvs_flash_init(void);

#endif /* USMP_DECLARED_NVS_FLASH_H */
