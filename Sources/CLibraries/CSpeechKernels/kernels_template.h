// The operations, written once with vectors of the compiler and compiled by every form with its own instructions.
// A form defines FORM_NAME, FORM_TABLE, VECTOR_BYTES, VECTORS (per panel), TILE_ROWS, and DOT(sums, units, bytes):
// sums += Σ of the four products of unsigned and signed bytes in every 32-bit lane.

#define INLINE static inline __attribute__((always_inline))

enum { LANES = VECTOR_BYTES / 4, COLUMNS = LANES * VECTORS };

typedef float vf __attribute__((vector_size(VECTOR_BYTES)));
typedef int32_t vi __attribute__((vector_size(VECTOR_BYTES)));
typedef uint8_t vb __attribute__((vector_size(VECTOR_BYTES / 4)));

// Adding this rounds to the nearest integer, which is then in the low bits.
static const float rounder = 12582912.0f;

INLINE vf load(const float *from) {
    vf value;
    memcpy(&value, from, sizeof value);
    return value;
}

INLINE void store(float *to, vf value) { memcpy(to, &value, sizeof value); }

INLINE vf load_some(const float *from, int count, float filler) {
    vf value = filler - (vf){};
    memcpy(&value, from, sizeof(float) * (size_t)count);
    return value;
}

INLINE void store_some(float *to, vf value, int count) { memcpy(to, &value, sizeof(float) * (size_t)count); }

INLINE void store_bytes(uint8_t *to, vi value) {
    vb bytes = __builtin_convertvector(value, vb);
    memcpy(to, &bytes, sizeof bytes);
}

INLINE vf larger(vf a, vf b) { return __builtin_elementwise_max(a, b); }

INLINE vf absolute(vf a) { return __builtin_elementwise_abs(a); }

// Always in the same order, so that results do not depend on anything but the row.
INLINE float sum_of(vf value) {
    float lanes[LANES];
    memcpy(lanes, &value, sizeof lanes);
    for (int width = LANES / 2; width > 0; width /= 2)
        for (int i = 0; i < width; i++) lanes[i] += lanes[i + width];
    return lanes[0];
}

INLINE float largest_of(vf value) {
    float lanes[LANES], largest;
    memcpy(lanes, &value, sizeof lanes);
    largest = lanes[0];
    for (int i = 1; i < LANES; i++) largest = lanes[i] > largest ? lanes[i] : largest;
    return largest;
}

INLINE vi rounded(vf value) { return (vi)(value + rounder) - (vi)(rounder + (vf){}); }

// exp by 2^n times a polynomial of degree six in ±ln 2 / 2; two parts of ln 2 keep the rest exact.
INLINE vf exponential(vf x) {
    x = larger(__builtin_elementwise_min(x, 88.0f + (vf){}), -87.0f + (vf){});
    vf n = x * 1.44269504f + rounder - rounder;
    vf r = x - n * 0.693359375f;
    r = r + n * 2.12194440e-4f;
    vf p = 1.3888889e-3f + (vf){};
    p = p * r + 8.3333333e-3f;
    p = p * r + 4.1666667e-2f;
    p = p * r + 0.16666667f;
    p = p * r + 0.5f;
    p = p * r + 1.0f;
    p = p * r + 1.0f;
    return p * (vf)((rounded(n) + 127) << 23);
}

// The exact GELU: x/2 · (1 + erf(x / √2)), erf by Abramowitz and Stegun 7.1.26 (error below 1.5e-7).
INLINE vf gelu_of(vf x) {
    vf z = absolute(x) * 0.70710678f;
    vf t = 1.0f / (z * 0.3275911f + 1.0f);
    vf p = t * 1.061405429f - 1.453152027f;
    p = p * t + 1.421413741f;
    p = p * t - 0.284496736f;
    p = p * t + 0.254829592f;
    vf half = p * t * exponential(-z * z) * 0.5f;
    // erf is odd: the tail is subtracted on the right and is all there is on the left.
    vi isNegative = x < 0.0f;
    vf share = (vf)((isNegative & (vi)half) | (~isNegative & (vi)(1.0f - half)));
    return x * share;
}

INLINE void finish(const sk_product *p, vf value, int row, int column) {
    float *to = p->c + row * p->c_stride + column;
    int count = p->columns - column;
    if (count <= 0) return;
    if (p->bias) value += load(p->bias + column);
    if (p->epilogue == sk_gelu) value = gelu_of(value);
    if (count >= LANES) {
        if (p->epilogue == sk_add) value += load(to);
        store(to, value);
    } else {
        if (p->epilogue == sk_add) value += load_some(to, count, 0);
        store_some(to, value, count);
    }
}

INLINE void tile_bytes(const sk_product *p, int rows, int row, int panel) {
    int units = p->depth / 4, column = panel * COLUMNS;
    const uint8_t *a = (const uint8_t *)p->a + row * p->a_stride;
    const int8_t *b = (const int8_t *)p->b + (ptrdiff_t)panel * units * COLUMNS * 4;
    vi sums[TILE_ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++) {
            sums[r][v] = (vi){};
            if (p->start) memcpy(&sums[r][v], p->start + column + v * LANES, sizeof(vi));
        }
    for (int unit = 0; unit < units; unit++) {
        vi bytes[VECTORS];
        memcpy(bytes, b + (ptrdiff_t)unit * COLUMNS * 4, sizeof bytes);
        for (int r = 0; r < rows; r++) {
            int32_t four;
            memcpy(&four, a + r * p->a_stride + unit * 4, 4);
            vi units4 = four - (vi){};
            for (int v = 0; v < VECTORS; v++) sums[r][v] = DOT(sums[r][v], units4, bytes[v]);
        }
    }
    for (int r = 0; r < rows; r++) {
        float scale = p->row_scale[row + r];
        for (int v = 0; v < VECTORS; v++) {
            vf value = __builtin_convertvector(sums[r][v], vf) * scale;
            finish(p, value * load(p->column_scale + column + v * LANES), row + r, column + v * LANES);
        }
    }
}

INLINE void tile_floats(const sk_product *p, int rows, int row, int panel) {
    int column = panel * COLUMNS;
    const float *a = (const float *)p->a + row * p->a_stride;
    const float *b = (const float *)p->b + (ptrdiff_t)panel * p->depth * COLUMNS;
    vf sums[TILE_ROWS][VECTORS];
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++) sums[r][v] = (vf){};
    for (int k = 0; k < p->depth; k++) {
        vf elements[VECTORS];
        memcpy(elements, b + (ptrdiff_t)k * COLUMNS, sizeof elements);
        for (int r = 0; r < rows; r++)
            for (int v = 0; v < VECTORS; v++) sums[r][v] = sums[r][v] + elements[v] * a[r * p->a_stride + k];
    }
    for (int r = 0; r < rows; r++)
        for (int v = 0; v < VECTORS; v++) finish(p, sums[r][v], row + r, column + v * LANES);
}

// Tiles of one size where possible: eight rows are 4 + 4, not 6 + 2. The panel stays in the nearest cache.
#define EACH_TILE(tile)                                                                                                \
    int tiles = (p->rows + TILE_ROWS - 1) / TILE_ROWS;                                                                 \
    int size = tiles ? (p->rows + tiles - 1) / tiles : 0;                                                              \
    for (int panel = p->first_panel; panel < p->end_panel; panel++)                                                    \
        for (int row = 0; row < p->rows; row += size) {                                                                \
            int rows = p->rows - row < size ? p->rows - row : size;                                                    \
            switch (rows) {                                                                                            \
            case 1: tile(p, 1, row, panel); break;                                                                     \
            case 2: tile(p, 2, row, panel); break;                                                                     \
            case 3: tile(p, 3, row, panel); break;                                                                     \
            case 4: tile(p, 4, row, panel); break;                                                                     \
            case 5: if (TILE_ROWS >= 5) tile(p, TILE_ROWS >= 5 ? 5 : 1, row, panel); break;                            \
            case 6: if (TILE_ROWS >= 6) tile(p, TILE_ROWS >= 6 ? 6 : 1, row, panel); break;                            \
            }                                                                                                          \
        }

static void product_bytes(const sk_product *p) { EACH_TILE(tile_bytes) }

static void product_floats(const sk_product *p) { EACH_TILE(tile_floats) }

INLINE float largest_magnitude(const float *row, int count) {
    vf largest = {};
    int i = 0;
    for (; i + LANES <= count; i += LANES) largest = larger(largest, absolute(load(row + i)));
    if (i < count) largest = larger(largest, absolute(load_some(row + i, count - i, 0)));
    return largest_of(largest);
}

static float quantise(const float *row, int count, int padded, uint8_t *bytes) {
    float largest = largest_magnitude(row, count);
    float factor = largest > 0 ? 127 / largest : 0;
    int i = 0;
    for (; i + LANES <= count; i += LANES) store_bytes(bytes + i, rounded(load(row + i) * factor) + 128);
    if (i < count) {
        uint8_t last[LANES];
        store_bytes(last, rounded(load_some(row + i, count - i, 0) * factor) + 128);
        memcpy(bytes + i, last, (size_t)(count - i));
    }
    if (padded > count) memset(bytes + count, 128, (size_t)(padded - count));
    return largest / 127;
}

INLINE ptrdiff_t place(int depth, int column, int unit) {
    return ((ptrdiff_t)(column / COLUMNS) * depth + unit) * COLUMNS + column % COLUMNS;
}

static float pack_bytes(const float *column, int depth, int index, int8_t *panels, int32_t *start) {
    float largest = largest_magnitude(column, depth);
    float factor = largest > 0 ? 127 / largest : 0;
    int32_t sum = 0;
    for (int unit = 0; unit < depth / 4; unit++) {
        int8_t *to = panels + place(depth / 4, index, unit) * 4;
        for (int j = 0; j < 4; j++) {
            float moved = column[unit * 4 + j] * factor + rounder;
            int32_t bits;
            memcpy(&bits, &moved, 4);
            to[j] = (int8_t)(bits - 0x4B400000);
            sum += to[j];
        }
    }
    *start = -128 * sum;
    return largest / 127;
}

static void unpack_bytes(const int8_t *panels, int depth, int index, float scale, float *column) {
    for (int unit = 0; unit < depth / 4; unit++)
        for (int j = 0; j < 4; j++) column[unit * 4 + j] = panels[place(depth / 4, index, unit) * 4 + j] * scale;
}

static void pack_floats(const float *column, int depth, int index, float *panels) {
    for (int k = 0; k < depth; k++) panels[place(depth, index, k)] = column[k];
}

static void layer_norm(const float *row, const float *gain, const float *bias, int count, float *result) {
    vf sums = {}, squares = {};
    int i = 0;
    for (; i + LANES <= count; i += LANES) sums += load(row + i);
    if (i < count) sums += load_some(row + i, count - i, 0);
    float mean = sum_of(sums) / (float)count;
    for (i = 0; i + LANES <= count; i += LANES) {
        vf apart = load(row + i) - mean;
        squares += apart * apart;
    }
    if (i < count) {
        vf apart = load_some(row + i, count - i, mean) - mean;
        squares += apart * apart;
    }
    float factor = 1 / sqrtf(sum_of(squares) / (float)count + 1e-5f);
    for (i = 0; i + LANES <= count; i += LANES)
        store(result + i, (load(row + i) - mean) * factor * load(gain + i) + load(bias + i));
    for (; i < count; i++) result[i] = (row[i] - mean) * factor * gain[i] + bias[i];
}

INLINE float largest_element(const float *row, int count) {
    vf largest = -INFINITY + (vf){};
    int i = 0;
    for (; i + LANES <= count; i += LANES) largest = larger(largest, load(row + i));
    if (i < count) largest = larger(largest, load_some(row + i, count - i, -INFINITY));
    return largest_of(largest);
}

static void softmax(float *row, int count) {
    float largest = largest_element(row, count);
    vf sums = {};
    int i = 0;
    for (; i + LANES <= count; i += LANES) {
        vf value = exponential(load(row + i) - largest);
        sums += value;
        store(row + i, value);
    }
    if (i < count) {
        vf value = exponential(load_some(row + i, count - i, -INFINITY) - largest);
        store_some(row + i, value, count - i);
        sums += load_some(row + i, count - i, 0);
    }
    float factor = 1 / sum_of(sums);
    for (i = 0; i < count; i++) row[i] *= factor;
}

static float log_sum_exp(const float *row, int count) {
    float largest = largest_element(row, count);
    vf sums = {};
    int i = 0;
    for (; i + LANES <= count; i += LANES) sums += exponential(load(row + i) - largest);
    float sum = sum_of(sums);
    for (; i < count; i++) sum += expf(row[i] - largest);
    return largest + logf(sum);
}

static void gelu(float *row, int count) {
    int i = 0;
    for (; i + LANES <= count; i += LANES) store(row + i, gelu_of(load(row + i)));
    if (i < count) store_some(row + i, gelu_of(load_some(row + i, count - i, 0)), count - i);
}

INLINE vf sigmoid_of(vf x) { return 1.0f / (1.0f + exponential(-x)); }

INLINE vf tanh_of(vf x) { return 2.0f * sigmoid_of(2.0f * x) - 1.0f; }

static void lstm_step(const float *sums, int count, float *cells, float *state) {
    for (int i = 0; i < count; i += LANES) {
        int some = count - i < LANES ? count - i : LANES;
        vf entering = sigmoid_of(load_some(sums + i, some, 0));
        vf keeping = sigmoid_of(load_some(sums + count + i, some, 0));
        vf fresh = tanh_of(load_some(sums + 2 * count + i, some, 0));
        vf leaving = sigmoid_of(load_some(sums + 3 * count + i, some, 0));
        vf cell = keeping * load_some(cells + i, some, 0) + entering * fresh;
        store_some(cells + i, cell, some);
        store_some(state + i, leaving * tanh_of(cell), some);
    }
}

// A key minus the mean of all keys shifts every score of a query alike, which softmax does not see, and leaves numbers
// that a byte holds better.
static void pack_head(
    const float *keys, ptrdiff_t keys_stride, const float *values, ptrdiff_t values_stride, sk_head *head) {
    enum { longest_head = 128 };
    float mean[longest_head] = {}, largest[longest_head] = {}, key[longest_head];
    int size = head->head;
    for (int t = 0; t < head->length; t++)
        for (int i = 0; i < size; i++) {
            mean[i] += keys[t * keys_stride + i];
            float magnitude = fabsf(values[t * values_stride + i]);
            largest[i] = magnitude > largest[i] ? magnitude : largest[i];
        }
    for (int i = 0; i < size; i++) mean[i] /= (float)head->length;
    for (int t = 0; t < head->padded; t++) {
        for (int i = 0; i < size; i++) key[i] = t < head->length ? keys[t * keys_stride + i] - mean[i] : 0;
        head->key_scale[t] = pack_bytes(key, size, t, head->keys, &head->key_start[t]);
    }
    for (int i = 0; i < COLUMNS * ((size + COLUMNS - 1) / COLUMNS); i++)
        head->value_scale[i] = i < size ? largest[i] / 127 : 0;
    for (int i = 0; i < size; i++) largest[i] = largest[i] > 0 ? 127 / largest[i] : 0;
    for (int t = 0; t < head->padded; t++)
        for (int i = 0; i < size; i++) {
            float moved = (t < head->length ? values[t * values_stride + i] * largest[i] : 0) + rounder;
            int32_t bits;
            memcpy(&bits, &moved, 4);
            head->values[place(head->padded / 4, i, t / 4) * 4 + t % 4] = (int8_t)(bits - 0x4B400000);
        }
}

// Probabilities as bytes, with the sum of what was rounded as the denominator: no row gains or loses weight.
INLINE float softmax_bytes(const float *scores, int length, int padded, uint8_t *bytes) {
    float largest = largest_element(scores, length);
    vi sums = {};
    for (int i = 0; i < padded; i += LANES) {
        int count = length - i < LANES ? (length > i ? length - i : 0) : LANES;
        vf score = count == LANES ? load(scores + i) : load_some(scores + i, count, -INFINITY);
        vi share = rounded(exponential(score - largest) * 255.0f);
        sums += share;
        store_bytes(bytes + i, share);
    }
    return 1 / sum_of(__builtin_convertvector(sums, vf));
}

// The same in sixteen bits, as a row of high and a row of low bytes.
INLINE float softmax_words(const float *scores, int length, int padded, uint8_t *high, uint8_t *low) {
    float largest = largest_element(scores, length);
    vf sums = {};
    for (int i = 0; i < padded; i += LANES) {
        int count = length - i < LANES ? (length > i ? length - i : 0) : LANES;
        vf score = count == LANES ? load(scores + i) : load_some(scores + i, count, -INFINITY);
        vi share = rounded(exponential(score - largest) * 65535.0f);
        sums += __builtin_convertvector(share, vf);
        store_bytes(high + i, share >> 8);
        store_bytes(low + i, share & 255);
    }
    return 1 / sum_of(sums);
}

enum { ATTENTION_ROWS = TILE_ROWS < 6 ? TILE_ROWS : 6, LONGEST_HEAD = 128 };

static void attend(
    const sk_head *head, const float *queries, ptrdiff_t queries_stride, int rows, float scale, bool precise,
    float *result, ptrdiff_t result_stride, float *weights) {
    _Alignas(64) float scores[ATTENTION_ROWS * sk_longest_keys];
    _Alignas(64) uint8_t shares[2 * ATTENTION_ROWS * sk_longest_keys];
    uint8_t bytes[ATTENTION_ROWS * LONGEST_HEAD];
    float scales[2 * ATTENTION_ROWS], sums[2 * LONGEST_HEAD];
    for (int row = 0; row < rows; row += ATTENTION_ROWS) {
        int count = rows - row < ATTENTION_ROWS ? rows - row : ATTENTION_ROWS;
        for (int r = 0; r < count; r++)
            scales[r] = scale * quantise(
                queries + (row + r) * queries_stride, head->head, head->head, bytes + r * head->head);
        sk_product product = {
            .a = bytes, .a_stride = head->head, .b = head->keys, .c = scores, .c_stride = head->padded, .rows = count,
            .columns = head->padded, .depth = head->head, .first_panel = 0, .end_panel = head->padded / COLUMNS,
            .row_scale = scales, .column_scale = head->key_scale, .start = head->key_start};
        product_bytes(&product);
        product = (sk_product){
            .a = shares, .a_stride = head->padded, .b = head->values, .columns = head->head, .depth = head->padded,
            .end_panel = (head->head + COLUMNS - 1) / COLUMNS, .row_scale = scales,
            .column_scale = head->value_scale};
        if (!precise) {
            for (int r = 0; r < count; r++)
                scales[r] = softmax_bytes(
                    scores + r * head->padded, head->length, head->padded, shares + r * head->padded);
            product.rows = count;
            product.c = result + row * result_stride;
            product.c_stride = result_stride;
            product_bytes(&product);
        }
        for (int r = 0; precise && r < count; r++) {
            float share = softmax_words(
                scores + r * head->padded, head->length, head->padded, shares, shares + head->padded);
            scales[0] = 256 * share;
            scales[1] = share;
            product.rows = 2;
            product.c = sums;
            product.c_stride = LONGEST_HEAD;
            product_bytes(&product);
            for (int i = 0; i < head->head; i++)
                result[(row + r) * result_stride + i] = sums[i] + sums[LONGEST_HEAD + i];
        }
        for (int r = 0; weights && r < count; r++) {
            float *to = weights + (ptrdiff_t)(row + r) * head->length;
            memcpy(to, scores + r * head->padded, sizeof(float) * (size_t)head->length);
            softmax(to, head->length);
        }
    }
}

static void attend_floats(
    const float *query, const float *keys, const float *values, ptrdiff_t stride, int count, int head, float scale,
    float *scores, float *result) {
    for (int t = 0; t < count; t++) {
        vf sums = {};
        int i = 0;
        for (; i + LANES <= head; i += LANES) sums += load(query + i) * load(keys + t * stride + i);
        if (i < head) sums += load_some(query + i, head - i, 0) * load_some(keys + t * stride + i, head - i, 0);
        scores[t] = sum_of(sums) * scale;
    }
    softmax(scores, count);
    for (int i = 0; i < head; i++) result[i] = 0;
    for (int t = 0; t < count; t++)
        for (int i = 0; i < head; i++) result[i] += scores[t] * values[t * stride + i];
}

static void power(const float *pairs, int count, float *result) {
    for (int i = 0; i < count; i++) result[i] = pairs[i] * pairs[i] + pairs[count + i] * pairs[count + i];
}

#define ORDER(a, b)                                                                                                    \
    {                                                                                                                  \
        vf lower = __builtin_elementwise_min(a, b);                                                                    \
        b = larger(a, b);                                                                                              \
        a = lower;                                                                                                     \
    }

// Thirteen comparisons leave the median of seven in the middle.
INLINE vf median_of_seven(const float *first, int count) {
    vf p[7];
    for (int i = 0; i < 7; i++) p[i] = count == LANES ? load(first + i) : load_some(first + i, count, 0);
    ORDER(p[0], p[5]) ORDER(p[0], p[3]) ORDER(p[1], p[6]) ORDER(p[2], p[4]) ORDER(p[0], p[1])
    ORDER(p[3], p[5]) ORDER(p[2], p[6]) ORDER(p[2], p[3]) ORDER(p[3], p[6]) ORDER(p[4], p[5])
    ORDER(p[1], p[4]) ORDER(p[1], p[3]) ORDER(p[3], p[4])
    return p[3];
}

static void add_medians(const float *row, int count, float *sums) {
    for (int i = 0; i < count; i += LANES) {
        int some = count - i < LANES ? count - i : LANES;
        vf median = median_of_seven(row + i, some);
        if (some == LANES) store(sums + i, load(sums + i) + median);
        else store_some(sums + i, load_some(sums + i, some, 0) + median, some);
    }
}

static int largest_index(const float *row, int count) {
    float largest = largest_element(row, count);
    for (int i = 0; i < count; i++)
        if (row[i] == largest) return i;
    return -1;
}

const sk_kernels FORM_TABLE = {
    .name = FORM_NAME,
    .columns_per_panel = COLUMNS,
    .product_bytes = product_bytes,
    .product_floats = product_floats,
    .pack_bytes = pack_bytes,
    .unpack_bytes = unpack_bytes,
    .pack_floats = pack_floats,
    .quantise = quantise,
    .layer_norm = layer_norm,
    .softmax = softmax,
    .log_sum_exp = log_sum_exp,
    .gelu = gelu,
    .lstm_step = lstm_step,
    .pack_head = pack_head,
    .attend = attend,
    .attend_floats = attend_floats,
    .power = power,
    .add_medians = add_medians,
    .largest_index = largest_index,
};
