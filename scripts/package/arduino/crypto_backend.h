/* Which backend of usmp/crypto.hpp a board has, in the Arduino library, which is compiled as a
 * whole for every board: an ESP32 the mbedTLS of its core with the chip's AES and SHA hardware, an
 * ESP8266 the BearSSL of its core, all others our own. For assembly too. */
#ifndef USMP_CRYPTO_BACKEND_H
#define USMP_CRYPTO_BACKEND_H

/* A board whose core brings no such library: -DUSMP_CRYPTO_TINY=1 for everything. */
#if defined(USMP_CRYPTO_TINY) && USMP_CRYPTO_TINY
#define USMP_CRYPTO_BEARSSL 0
#define USMP_CRYPTO_MBEDTLS 0
#elif defined(ARDUINO_ARCH_ESP32)
#define USMP_CRYPTO_TINY 0
#define USMP_CRYPTO_BEARSSL 0
#define USMP_CRYPTO_MBEDTLS 1
/* The running hash of its hash hardware has 116 bytes on most chips. */
#define USMP_SHA256_STATE_SIZE 120
#elif defined(ARDUINO_ARCH_ESP8266)
#define USMP_CRYPTO_TINY 0
#define USMP_CRYPTO_BEARSSL 1
#define USMP_CRYPTO_MBEDTLS 0
#else
#define USMP_CRYPTO_TINY 1
#define USMP_CRYPTO_BEARSSL 0
#define USMP_CRYPTO_MBEDTLS 0
#endif

#endif /* USMP_CRYPTO_BACKEND_H */
