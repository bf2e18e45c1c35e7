// OpenSSL 3 for Swift. Only what Swift cannot import is wrapped: functions that are really macros.
#ifndef STENTOR_COPENSSL_SHIM_H
#define STENTOR_COPENSSL_SHIM_H

#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/sha.h>
#include <openssl/ssl.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>

// The key generators of OpenSSL 3 are variadic macros.
static inline EVP_PKEY *copenssl_generate_ec_key(const char *curve) { return EVP_EC_gen(curve); }

static inline long copenssl_set_min_version(SSL_CTX *context, int version) {
    return SSL_CTX_set_min_proto_version(context, version);
}

static inline long copenssl_set_mode(SSL_CTX *context, long mode) {
    return SSL_CTX_set_mode(context, mode);
}

#endif
