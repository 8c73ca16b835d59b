/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_NETIF_H
#define USMP_DECLARED_ESP_NETIF_H

#include "esp_err.h"
esp_err_t esp_netif_init(void);

#endif /* USMP_DECLARED_ESP_NETIF_H */
