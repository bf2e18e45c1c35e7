// What any processor runs, and what the other forms are checked against.
#include <math.h>
#include <string.h>

#include "forms.h"

#define FORM_NAME "portable"
#define FORM_TABLE sk_table_portable
#define VECTOR_BYTES 16
#define VECTORS 2
#define TILE_ROWS 4
#define DOT dot

typedef int32_t four __attribute__((vector_size(VECTOR_BYTES)));
typedef uint32_t four_unsigned __attribute__((vector_size(VECTOR_BYTES)));

// Byte j of every lane, signed for the weights and unsigned for the rows.
static inline __attribute__((always_inline)) four dot(four sums, four units, four bytes) {
    for (int j = 0; j < 4; j++)
        sums += (four)(((four_unsigned)units >> (8 * j)) & 255) * ((four)((four_unsigned)bytes << (24 - 8 * j)) >> 24);
    return sums;
}

#include "kernels_template.h"
