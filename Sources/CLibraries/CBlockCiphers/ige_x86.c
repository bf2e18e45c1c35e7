#include "CBlockCiphers.h"

#if defined(__x86_64__)
#include <cpuid.h>
#include <immintrin.h>

#define ROUNDS 14
#define TARGET __attribute__((target("aes,sse4.1")))

int cige_is_available(void) {
    unsigned a, b, c, d;
    return __get_cpuid(1, &a, &b, &c, &d) && (c & bit_AES) && (c & bit_SSE4_1);
}

TARGET static inline __m128i spread(__m128i key, __m128i assist) {
    key = _mm_xor_si128(key, _mm_slli_si128(key, 4));
    key = _mm_xor_si128(key, _mm_slli_si128(key, 8));
    return _mm_xor_si128(key, assist);
}

#define EVEN(i, r) \
    keys[i] = spread(keys[(i) - 2], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(keys[(i) - 1], r), 0xff))
#define ODD(i) keys[i] = spread(keys[(i) - 2], _mm_shuffle_epi32(_mm_aeskeygenassist_si128(keys[(i) - 1], 0), 0xaa))

// The key schedule of FIPS 197, 5.2, for 256 bits.
TARGET static void expand(const uint8_t *key, __m128i keys[ROUNDS + 1]) {
    keys[0] = _mm_loadu_si128((const __m128i *)key);
    keys[1] = _mm_loadu_si128((const __m128i *)(key + 16));
    EVEN(2, 0x01);
    ODD(3);
    EVEN(4, 0x02);
    ODD(5);
    EVEN(6, 0x04);
    ODD(7);
    EVEN(8, 0x08);
    ODD(9);
    EVEN(10, 0x10);
    ODD(11);
    EVEN(12, 0x20);
    ODD(13);
    EVEN(14, 0x40);
}

TARGET static void invert(__m128i keys[ROUNDS + 1]) {
    __m128i reversed[ROUNDS + 1];
    for (int i = 0; i <= ROUNDS; i++) {
        __m128i key = keys[ROUNDS - i];
        reversed[i] = i == 0 || i == ROUNDS ? key : _mm_aesimc_si128(key);
    }
    for (int i = 0; i <= ROUNDS; i++) keys[i] = reversed[i];
}

// A block's last round adds its key by exclusive or. What the next block's first round adds is put into that key, so that
// the chain from block to block is the rounds alone: state = next input ^ first key.
#define PASS(NAME, ROUND, LAST)                                                                                        \
    TARGET static void NAME(                                                                                           \
        uint8_t *bytes, size_t length, const __m128i *keys, __m128i before_in, __m128i before_out) {                   \
        size_t blocks = length / 16;                                                                                   \
        if (blocks == 0) return;                                                                                       \
        __m128i *block = (__m128i *)bytes;                                                                             \
        __m128i input = _mm_loadu_si128(block);                                                                        \
        __m128i state = _mm_xor_si128(_mm_xor_si128(input, before_out), keys[0]);                                      \
        for (size_t i = 0; i < blocks; i++) {                                                                          \
            __m128i next = i + 1 < blocks ? _mm_loadu_si128(block + i + 1) : _mm_setzero_si128();                      \
            __m128i fold = _mm_xor_si128(next, keys[0]);                                                               \
            __m128i last = _mm_xor_si128(_mm_xor_si128(keys[ROUNDS], before_in), fold);                                \
            state = ROUND(state, keys[1]);                                                                             \
            state = ROUND(state, keys[2]);                                                                             \
            state = ROUND(state, keys[3]);                                                                             \
            state = ROUND(state, keys[4]);                                                                             \
            state = ROUND(state, keys[5]);                                                                             \
            state = ROUND(state, keys[6]);                                                                             \
            state = ROUND(state, keys[7]);                                                                             \
            state = ROUND(state, keys[8]);                                                                             \
            state = ROUND(state, keys[9]);                                                                             \
            state = ROUND(state, keys[10]);                                                                            \
            state = ROUND(state, keys[11]);                                                                            \
            state = ROUND(state, keys[12]);                                                                            \
            state = ROUND(state, keys[13]);                                                                            \
            state = LAST(state, last);                                                                                 \
            _mm_storeu_si128(block + i, _mm_xor_si128(state, fold));                                                   \
            before_in = input;                                                                                         \
            input = next;                                                                                              \
        }                                                                                                              \
    }

PASS(encrypt_pass, _mm_aesenc_si128, _mm_aesenclast_si128)
PASS(decrypt_pass, _mm_aesdec_si128, _mm_aesdeclast_si128)

TARGET void cige_encrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    __m128i keys[ROUNDS + 1];
    expand(key, keys);
    encrypt_pass(
        bytes, length, keys, _mm_loadu_si128((const __m128i *)(iv + 16)), _mm_loadu_si128((const __m128i *)iv));
}

TARGET void cige_decrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    __m128i keys[ROUNDS + 1];
    expand(key, keys);
    invert(keys);
    decrypt_pass(
        bytes, length, keys, _mm_loadu_si128((const __m128i *)iv), _mm_loadu_si128((const __m128i *)(iv + 16)));
}

#else

int cige_is_available(void) { return 0; }
void cige_encrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    (void)bytes, (void)length, (void)key, (void)iv;
}
void cige_decrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    (void)bytes, (void)length, (void)key, (void)iv;
}

#endif
