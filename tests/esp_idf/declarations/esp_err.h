/* Declarations of ESP-IDF 5, for a syntax check: there is nothing behind them. */
#ifndef USMP_DECLARED_ESP_ERR_H
#define USMP_DECLARED_ESP_ERR_H

typedef int esp_err_t;
#define ESP_OK 0
#define ESP_ERROR_CHECK(expression) (void)(expression)

#endif /* USMP_DECLARED_ESP_ERR_H */
