// AVX-512 with dot products of bytes: a tile of 6 rows and 64 columns keeps 24 sums in registers.
#if defined(__x86_64__)
#include <immintrin.h>
#include <math.h>
#include <string.h>

#include "forms.h"

#define FORM_NAME "AVX-512 VNNI"
#define FORM_TABLE sk_table_avx512_vnni
#define VECTOR_BYTES 64
#define VECTORS 4
#define TILE_ROWS 6
#define DOT(sums, units, bytes) (vi) _mm512_dpbusd_epi32((__m512i)(sums), (__m512i)(units), (__m512i)(bytes))

#pragma clang attribute push(                                                                                          \
    __attribute__((target("avx2,fma,avx512f,avx512bw,avx512dq,avx512vl,avx512vnni"))), apply_to = function)
#include "kernels_template.h"
#pragma clang attribute pop
#endif
