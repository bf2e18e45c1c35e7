// AVX2 with dot products of bytes in 256 bits.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "forms.h"

#define FORM_NAME "AVX-VNNI"
#define FORM_TABLE sk_table_avx_vnni
#define VECTOR_BYTES 32
#define VECTORS 2
#define TILE_ROWS 6
#define DOT(sums, units, bytes) (vi) _mm256_dpbusd_avx_epi32((__m256i)(sums), (__m256i)(units), (__m256i)(bytes))

#pragma clang attribute push(__attribute__((target("avx2,fma,avxvnni"))), apply_to = function)
#include "kernels_template.h"
#pragma clang attribute pop
#endif
