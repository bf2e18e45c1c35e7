// The arithmetic of a speech model: products of packed matrices and the row operations around them, in several forms
// of which one is chosen for this processor, and a pool of threads. Nothing here allocates but the pool.
#ifndef CSPEECHKERNELS_H
#define CSPEECHKERNELS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/// The forms, from the one that runs anywhere to the fastest.
enum {
    sk_portable = 0,
    sk_avx2 = 1,
    sk_avx_vnni = 2,
    sk_avx512_vnni = 3,
    sk_forms = 4,
};

/// The longest row of keys that `attend` takes, padding included.
enum { sk_longest_keys = 1536 };

/// What happens to an element of a product before it is stored.
enum { sk_store = 0, sk_add = 1, sk_gelu = 2 };

/// C = A · B with an epilogue. A is rows; B is packed into panels of `columns_per_panel` columns, inside a panel by
/// units of depth (four for bytes, one for floats), inside a unit by column.
typedef struct {
    /// u8 around 128 with `row_scale`, or f32.
    const void *a;
    /// Elements from one row to the next; less than `depth` where windows overlap.
    ptrdiff_t a_stride;
    /// s8 with `column_scale`, or f32.
    const void *b;
    float *c;
    ptrdiff_t c_stride;
    int rows, columns;
    /// Elements of A that count; a multiple of four for bytes.
    int depth;
    /// The panels to compute, so that threads can share one product.
    int first_panel, end_panel;
    const float *row_scale;
    /// Padded to whole panels, as `start` and `bias` are.
    const float *column_scale;
    /// Where the sums start: −128 · Σ of the column, which takes the offset of A back. NULL for zero.
    const int32_t *start;
    /// NULL for none.
    const float *bias;
    int epilogue;
} sk_product;

/// Keys and values of one head, packed: keys are columns of one product, values of the other.
typedef struct {
    int8_t *keys;
    float *key_scale;
    int32_t *key_start;
    int8_t *values;
    float *value_scale;
    /// Positions that count, and positions padded to whole panels.
    int length, padded;
    /// Elements of a head, a multiple of four.
    int head;
} sk_head;

/// One form of every operation. Rows may be of any length unless it says otherwise.
typedef struct {
    const char *name;
    int columns_per_panel;
    /// Products; the first of u8 and s8, the second of f32.
    void (*product_bytes)(const sk_product *product);
    void (*product_floats)(const sk_product *product);
    /// Packs one column of B and returns its scale; `start` gets −128 · Σ. `depth` is a multiple of four.
    float (*pack_bytes)(const float *column, int depth, int index, int8_t *panels, int32_t *start);
    void (*unpack_bytes)(const int8_t *panels, int depth, int index, float scale, float *column);
    void (*pack_floats)(const float *column, int depth, int index, float *panels);
    /// Writes round(127 x / max) + 128 and returns the scale; what lies between `count` and `padded` becomes 128.
    float (*quantise)(const float *row, int count, int padded, uint8_t *bytes);
    /// Writes gain · (x − mean) / √(variance + 1e-5) + bias.
    void (*layer_norm)(const float *row, const float *gain, const float *bias, int count, float *result);
    /// Writes probabilities of the row's numbers in place.
    void (*softmax)(float *row, int count);
    /// log Σ exp of a row.
    float (*log_sum_exp)(const float *row, int count);
    void (*gelu)(float *row, int count);
    /// Packs keys and values given as rows; one more key-sized row of scratch lies behind `mean`.
    void (*pack_head)(
        const float *keys, ptrdiff_t keys_stride, const float *values, ptrdiff_t values_stride, sk_head *head);
    /// Attention of some query rows over a packed head. `precise` keeps sixteen bits of each probability. `weights`
    /// gets the probabilities of every row, `head->length` each, or is NULL.
    void (*attend)(
        const sk_head *head, const float *queries, ptrdiff_t queries_stride, int rows, float scale, bool precise,
        float *result, ptrdiff_t result_stride, float *weights);
    /// Attention of one query over rows of floats, with `scores` as scratch for `count` numbers.
    void (*attend_floats)(
        const float *query, const float *keys, const float *values, ptrdiff_t stride, int count, int head, float scale,
        float *scores, float *result);
    /// One step of an LSTM whose sums are given: `count` each for the input, forget, cell and output gate. Changes the
    /// cells and writes the state.
    void (*lstm_step)(const float *sums, int count, float *cells, float *state);
    /// Writes re² + im² of `count` pairs, where the imaginary parts lie behind the real ones.
    void (*power)(const float *pairs, int count, float *result);
    /// Adds to each sum the median of the seven numbers from its place on: `row` has `count` + 6.
    void (*add_medians)(const float *row, int count, float *sums);
    /// The first place of the largest number; −1 when none compares equal, as with NaN.
    int (*largest_index)(const float *row, int count);
} sk_kernels;

/// The form, or NULL when this processor or its operating system does not support it.
const sk_kernels *sk_kernels_of(int form);

/// The fastest form of this processor.
const sk_kernels *sk_best_kernels(void);

/// Threads that run the pieces of one task at a time. They wait a moment for the next task, then sleep.
typedef struct sk_pool sk_pool;

/// Starts `threads` − 1 threads; the caller of `sk_pool_run` is the last one. NULL when they cannot be started.
sk_pool *sk_pool_create(int threads);
void sk_pool_destroy(sk_pool *pool);

/// Runs `piece` for 0 ..< `count` (at most 65,535) and returns when all are done. One caller at a time.
void sk_pool_run(sk_pool *pool, int count, void (*piece)(void *context, int index), void *context);

#endif
