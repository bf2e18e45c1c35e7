// Which forms this processor runs: CPUID says what it has, XCR0 which registers the operating system keeps.
#include "forms.h"

#if defined(__x86_64__)
#include <cpuid.h>

typedef struct {
    bool avx2, avx_vnni, avx512_vnni;
} features;

static uint64_t kept_registers(void) {
    uint32_t low, high;
    __asm__ volatile("xgetbv" : "=a"(low), "=d"(high) : "c"(0));
    return (uint64_t)high << 32 | low;
}

static features find_features(void) {
    features found = {};
    uint32_t a, b, c, d;
    if (!__get_cpuid(1, &a, &b, &c, &d)) return found;
    bool asks_system = c & bit_OSXSAVE, fma = c & bit_FMA;
    if (!asks_system || !fma) return found;
    uint64_t kept = kept_registers();
    // XMM and YMM; then the mask registers and both halves of ZMM.
    bool keeps_256 = (kept & 0x06) == 0x06, keeps_512 = (kept & 0xE6) == 0xE6;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d)) return found;
    found.avx2 = keeps_256 && (b & bit_AVX2);
    uint32_t needed = bit_AVX512F | bit_AVX512BW | bit_AVX512DQ | bit_AVX512VL;
    found.avx512_vnni = found.avx2 && keeps_512 && (b & needed) == needed && (c & bit_AVX512VNNI);
    if (a >= 1 && __get_cpuid_count(7, 1, &a, &b, &c, &d)) found.avx_vnni = found.avx2 && (a & 1u << 4);
    return found;
}
#endif

const sk_kernels *sk_kernels_of(int form) {
    if (form == sk_portable) return &sk_table_portable;
#if defined(__x86_64__)
    features found = find_features();
    if (form == sk_avx2 && found.avx2) return &sk_table_avx2;
    if (form == sk_avx_vnni && found.avx_vnni) return &sk_table_avx_vnni;
    if (form == sk_avx512_vnni && found.avx512_vnni) return &sk_table_avx512_vnni;
#endif
    return NULL;
}

const sk_kernels *sk_best_kernels(void) {
    for (int form = sk_forms - 1; form > sk_portable; form--) {
        const sk_kernels *kernels = sk_kernels_of(form);
        if (kernels) return kernels;
    }
    return &sk_table_portable;
}
