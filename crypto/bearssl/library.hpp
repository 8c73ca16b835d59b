// BearSSL's headers, wherever they are: in the include path, or below a directory of that name, as
// in the Arduino core for the ESP8266. Not a choice among its implementations: selections/ is.
#ifndef USMP_CRYPTO_BEARSSL_LIBRARY_HPP
#define USMP_CRYPTO_BEARSSL_LIBRARY_HPP

#if __has_include(<bearssl_hash.h>)
#include <bearssl_block.h>
#include <bearssl_ec.h>
#include <bearssl_hash.h>
#else
#include <bearssl/bearssl_block.h>
#include <bearssl/bearssl_ec.h>
#include <bearssl/bearssl_hash.h>
#endif

#endif  // USMP_CRYPTO_BEARSSL_LIBRARY_HPP
