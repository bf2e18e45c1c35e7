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

// MARK: - With SHA-256

#define HASH_TARGET __attribute__((target("aes,sse4.1,ssse3,sha")))

int cige_can_hash(void) {
    unsigned a, b, c, d;
    if (!cige_is_available() || !__get_cpuid(1, &a, &b, &c, &d) || !(c & bit_SSSE3)) return 0;
    return __get_cpuid_count(7, 0, &a, &b, &c, &d) && (b & bit_SHA);
}

// FIPS 180-4, 4.2.2.
static const uint32_t constants[64] __attribute__((aligned(16))) = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
};

struct hash {
    __m128i abef, cdgh;
};

// A block of 64 bytes under way.
struct hashing {
    __m128i w[4], abef, cdgh;
};

HASH_TARGET static inline __attribute__((always_inline)) struct hashing begin_block(
    const struct hash *hash, const __m128i words[4]) {
    const __m128i swap = _mm_set_epi64x(0x0c0d0e0f08090a0bLL, 0x0405060700010203LL);
    struct hashing work = {.abef = hash->abef, .cdgh = hash->cdgh};
    for (int i = 0; i < 4; i++) work.w[i] = _mm_shuffle_epi8(words[i], swap);
    return work;
}

// Four of the 64 rounds.
HASH_TARGET static inline __attribute__((always_inline)) void four_rounds(struct hashing *work, int i) {
    __m128i *w = work->w;
    __m128i sum = _mm_add_epi32(w[i & 3], _mm_load_si128((const __m128i *)constants + i));
    work->cdgh = _mm_sha256rnds2_epu32(work->cdgh, work->abef, sum);
    work->abef = _mm_sha256rnds2_epu32(work->abef, work->cdgh, _mm_shuffle_epi32(sum, 0x0e));
    if (i < 12) {
        // w[t] = s1(w[t-2]) + w[t-7] + s0(w[t-15]) + w[t-16], four at a time.
        __m128i next = _mm_sha256msg1_epu32(w[i & 3], w[(i + 1) & 3]);
        next = _mm_add_epi32(next, _mm_alignr_epi8(w[(i + 3) & 3], w[(i + 2) & 3], 4));
        w[i & 3] = _mm_sha256msg2_epu32(next, w[(i + 3) & 3]);
    }
}

HASH_TARGET static inline __attribute__((always_inline)) void end_block(struct hash *hash, const struct hashing *work) {
    hash->abef = _mm_add_epi32(hash->abef, work->abef);
    hash->cdgh = _mm_add_epi32(hash->cdgh, work->cdgh);
}

HASH_TARGET static inline void hash_block(struct hash *hash, const __m128i words[4]) {
    struct hashing work = begin_block(hash, words);
#pragma clang loop unroll(full)
    for (int i = 0; i < 16; i++) four_rounds(&work, i);
    end_block(hash, &work);
}

HASH_TARGET static void finish_hash(struct hash *hash, const uint8_t *rest, size_t count, uint64_t total, uint8_t *digest) {
    uint8_t tail[128] = {0};
    for (size_t i = 0; i < count; i++) tail[i] = rest[i];
    tail[count] = 0x80;
    size_t length = count + 9 <= 64 ? 64 : 128;
    for (int i = 0; i < 8; i++) tail[length - 1 - i] = (uint8_t)(total * 8 >> (8 * i));
    for (size_t start = 0; start < length; start += 64) {
        __m128i words[4];
        for (int i = 0; i < 4; i++) words[i] = _mm_loadu_si128((const __m128i *)(tail + start) + i);
        hash_block(hash, words);
    }
    uint32_t abef[4], cdgh[4];
    _mm_storeu_si128((__m128i *)abef, hash->abef);
    _mm_storeu_si128((__m128i *)cdgh, hash->cdgh);
    const uint32_t state[8] = {abef[3], abef[2], cdgh[3], cdgh[2], abef[1], abef[0], cdgh[1], cdgh[0]};
    for (int i = 0; i < 32; i++) digest[i] = (uint8_t)(state[i / 4] >> (24 - 8 * (i % 4)));
}

// One block of the chain; see PASS. Between its rounds a quarter of a block of the hash is done, if there is one.
HASH_TARGET static inline __attribute__((always_inline)) __m128i decrypt_block(
    __m128i *state, const __m128i *keys, __m128i *before_in, __m128i *input, __m128i next, struct hashing *work,
    int quarter) {
    __m128i fold = _mm_xor_si128(next, keys[0]);
    __m128i last = _mm_xor_si128(_mm_xor_si128(keys[ROUNDS], *before_in), fold);
    __m128i value = *state;
#pragma clang loop unroll(full)
    for (int round = 1; round < ROUNDS; round++) {
        value = _mm_aesdec_si128(value, keys[round]);
        if (work && round % 3 == 0) four_rounds(work, 4 * quarter + round / 3 - 1);
    }
    value = _mm_aesdeclast_si128(value, last);
    *state = value;
    *before_in = *input;
    *input = next;
    return _mm_xor_si128(value, fold);
}

HASH_TARGET void cige_decrypt_and_hash(
    uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv, const uint8_t *prefix, size_t prefix_length,
    uint8_t digest[32]) {
    __m128i keys[ROUNDS + 1];
    expand(key, keys);
    invert(keys);
    // The state of FIPS 180-4, 5.3.3, in the order of the instructions.
    struct hash hash = {
        _mm_set_epi32(0x6a09e667, (int)0xbb67ae85, 0x510e527f, (int)0x9b05688c),
        _mm_set_epi32(0x3c6ef372, (int)0xa54ff53a, 0x1f83d9ab, 0x5be0cd19),
    };
    size_t blocks = length / 16, waiting = 0;
    __m128i words[4];
    for (; waiting < prefix_length / 16; waiting++) {
        words[waiting & 3] = _mm_loadu_si128((const __m128i *)prefix + waiting);
        if ((waiting & 3) == 3) hash_block(&hash, words);
    }
    waiting &= 3;
    __m128i *block = (__m128i *)bytes;
    __m128i before_in = _mm_loadu_si128((const __m128i *)iv);
    __m128i input = blocks > 0 ? _mm_loadu_si128(block) : _mm_setzero_si128();
    __m128i state = _mm_xor_si128(_mm_xor_si128(input, _mm_loadu_si128((const __m128i *)(iv + 16))), keys[0]);
    size_t i = 0;
#define NEXT(i) ((i) + 1 < blocks ? _mm_loadu_si128(block + (i) + 1) : _mm_setzero_si128())
    // Up to the edge of a block of the hash.
    for (; i < blocks && waiting != 0; i++) {
        words[waiting] = decrypt_block(&state, keys, &before_in, &input, NEXT(i), NULL, 0);
        _mm_storeu_si128(block + i, words[waiting]);
        waiting = (waiting + 1) & 3;
        if (waiting == 0) hash_block(&hash, words);
    }
    // Four blocks are decrypted while the four before them are hashed.
    __m128i pending[4];
    if (i + 4 <= blocks) {
        for (int j = 0; j < 4; j++, i++) {
            pending[j] = decrypt_block(&state, keys, &before_in, &input, NEXT(i), NULL, 0);
            _mm_storeu_si128(block + i, pending[j]);
        }
        for (; i + 4 <= blocks; i += 4) {
            struct hashing work = begin_block(&hash, pending);
#pragma clang loop unroll(full)
            for (int j = 0; j < 4; j++) {
                pending[j] = decrypt_block(&state, keys, &before_in, &input, NEXT(i + (size_t)j), &work, j);
                _mm_storeu_si128(block + i + (size_t)j, pending[j]);
            }
            end_block(&hash, &work);
        }
        hash_block(&hash, pending);
    }
    size_t rest = i;
    for (; i < blocks; i++) _mm_storeu_si128(block + i, decrypt_block(&state, keys, &before_in, &input, NEXT(i), NULL, 0));
    uint8_t tail[64];
    size_t count = 0;
    // What the prefix and too few blocks left over.
    if (waiting != 0) {
        for (size_t j = 0; j < waiting; j++) _mm_storeu_si128((__m128i *)(tail + 16 * j), words[j]);
        count = 16 * waiting;
    } else {
        for (size_t j = 0; j < 16 * (blocks - rest); j++) tail[count++] = bytes[16 * rest + j];
    }
    finish_hash(&hash, tail, count, (uint64_t)prefix_length + 16 * blocks, digest);
}

#else

int cige_can_hash(void) { return 0; }
void cige_decrypt_and_hash(
    uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv, const uint8_t *prefix, size_t prefix_length,
    uint8_t digest[32]) {
    (void)bytes, (void)length, (void)key, (void)iv, (void)prefix, (void)prefix_length, (void)digest;
}

int cige_is_available(void) { return 0; }
void cige_encrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    (void)bytes, (void)length, (void)key, (void)iv;
}
void cige_decrypt(uint8_t *bytes, size_t length, const uint8_t *key, const uint8_t *iv) {
    (void)bytes, (void)length, (void)key, (void)iv;
}

#endif
