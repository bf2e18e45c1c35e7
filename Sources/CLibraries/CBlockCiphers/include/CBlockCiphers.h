// AES-256-IGE with the processor's AES instructions. Each block depends on the one before it in both directions, so the
// time is that of fourteen dependent rounds a block; all else is kept out of that chain.
#ifndef STENTOR_CBLOCKCIPHERS_H
#define STENTOR_CBLOCKCIPHERS_H

#include <stddef.h>
#include <stdint.h>

// Whether this processor has the instructions; without them the functions below must not be called.
int cige_is_available(void);

// In place over `length` bytes, a multiple of 16; `key` and `iv` are 32 bytes each.
void cige_encrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv);
void cige_decrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv);

// Whether the processor has instructions for SHA-256 too.
int cige_can_hash(void);

// Decrypts in place and computes the SHA-256 of `prefix` (a multiple of 16 bytes, at most 64) and the decrypted bytes. Both
// are chains of dependent steps that leave most of the processor idle: side by side they take little longer than one.
void cige_decrypt_and_hash(
    uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv, const uint8_t *prefix, size_t prefix_length,
    uint8_t digest[32]);

#endif
