// OpenSSL 3 for Swift. Only what Swift cannot import is wrapped: functions that are really macros.
#ifndef STENTOR_COPENSSL_SHIM_H
#define STENTOR_COPENSSL_SHIM_H

#include <openssl/aes.h>
#include <openssl/bn.h>
#include <openssl/err.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>
#include <openssl/pem.h>
#include <openssl/rand.h>
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

// IGE is deprecated in OpenSSL 3 without a successor; where the processor has no AES instructions it is the best there is.
static inline int copenssl_ige(
    unsigned char *bytes, size_t length, const unsigned char *key, unsigned char *iv, int encrypts) {
#pragma clang diagnostic push
#pragma clang diagnostic ignored "-Wdeprecated-declarations"
    AES_KEY schedule;
    int status = encrypts ? AES_set_encrypt_key(key, 256, &schedule) : AES_set_decrypt_key(key, 256, &schedule);
    if (status != 0) return 0;
    AES_ige_encrypt(bytes, bytes, length, &schedule, iv, encrypts ? AES_ENCRYPT : AES_DECRYPT);
    return 1;
#pragma clang diagnostic pop
}

#endif
