/* What ESP-IDF leaves out of mbedTLS unless it is asked. Not a whole configuration: it comes after
   the library's own. */
#ifndef USMP_TESTS_GCM_ONLY_CONFIG_H
#define USMP_TESTS_GCM_ONLY_CONFIG_H

#undef MBEDTLS_CHACHAPOLY_C

#endif /* USMP_TESTS_GCM_ONLY_CONFIG_H */
