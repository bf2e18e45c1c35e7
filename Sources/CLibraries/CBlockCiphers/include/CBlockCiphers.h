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

#endif
