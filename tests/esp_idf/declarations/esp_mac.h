/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_MAC_H
#define USMP_DECLARED_ESP_MAC_H

#include <stdint.h>

#include "esp_err.h"
#ifdef __cplusplus
extern "C"
#endif
    esp_err_t
    esp_efuse_mac_get_default(uint8_t* mac);

#endif /* USMP_DECLARED_ESP_MAC_H */
