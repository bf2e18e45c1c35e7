// AVX2 without dot products of bytes. `vpmaddubsw` would saturate, so bytes are widened to sixteen bits: exact.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "forms.h"

#define FORM_NAME "AVX2"
#define FORM_TABLE sk_table_avx2
#define VECTOR_BYTES 32
#define VECTORS 2
#define TILE_ROWS 4
#define DOT(sums, units, bytes) (vi) dot((__m256i)(sums), (__m256i)(units), (__m256i)(bytes))

#pragma clang attribute push(__attribute__((target("avx2,fma"))), apply_to = function)

// Even and odd bytes apart: each pair of products lands in its column's lane without a horizontal addition.
static inline __attribute__((always_inline)) __m256i dot(__m256i sums, __m256i units, __m256i bytes) {
    const __m256i low = _mm256_set1_epi16(255);
    __m256i even = _mm256_madd_epi16(
        _mm256_and_si256(units, low), _mm256_srai_epi16(_mm256_slli_epi16(bytes, 8), 8));
    __m256i odd = _mm256_madd_epi16(_mm256_srli_epi16(units, 8), _mm256_srai_epi16(bytes, 8));
    return _mm256_add_epi32(sums, _mm256_add_epi32(even, odd));
}

#include "kernels_template.h"
#pragma clang attribute pop
#endif
