/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#pragma once
#include <stdint.h>

#include "esp_err.h"
#ifdef __cplusplus
extern "C"
#endif
    esp_err_t
    esp_efuse_mac_get_default(uint8_t* mac);
