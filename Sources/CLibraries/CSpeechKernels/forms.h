// The tables of the forms; only `dispatch.c` hands them out.
#ifndef SPEECHKERNELS_FORMS_H
#define SPEECHKERNELS_FORMS_H

#include "CSpeechKernels.h"

extern const sk_kernels sk_table_portable;
#if defined(__x86_64__)
extern const sk_kernels sk_table_avx2;
extern const sk_kernels sk_table_avx_vnni;
extern const sk_kernels sk_table_avx512_vnni;
#endif

#endif
