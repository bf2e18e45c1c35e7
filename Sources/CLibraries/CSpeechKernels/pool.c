// A pool for tasks of microseconds. The state of the task is one word, so a thread that comes late claims a piece of
// the task that is there now, or nothing; the caller waits for pieces that were claimed, never for sleeping threads.
#define _GNU_SOURCE
#include <limits.h>
#include <linux/futex.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "CSpeechKernels.h"

// About ten microseconds: longer than a step between two tasks, shorter than anybody's patience with a busy core.
enum { spins = 4000 };

struct sk_pool {
    // The task's number (32 bits), its pieces (16) and the next piece (16).
    _Atomic uint64_t state;
    _Atomic uint32_t done, wakes;
    atomic_int sleepers;
    atomic_bool caller_sleeps, ends;
    _Atomic(void (*)(void *, int)) piece;
    _Atomic(void *) context;
    int started;
    pthread_t threads[];
};

static void futex_wait(_Atomic uint32_t *word, uint32_t value) {
    // Any reason to return is a reason to look again.
    syscall(SYS_futex, word, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0);
}

static void futex_wake(_Atomic uint32_t *word) { syscall(SYS_futex, word, FUTEX_WAKE_PRIVATE, INT_MAX, NULL, NULL, 0); }

static void pause_briefly(void) {
#if defined(__x86_64__)
    __builtin_ia32_pause();
#elif defined(__aarch64__)
    __asm__ volatile("yield");
#endif
}

static bool has_piece(uint64_t state) { return (state & 0xFFFF) < (state >> 16 & 0xFFFF); }

static bool run_piece(sk_pool *pool) {
    uint64_t state = atomic_load(&pool->state);
    if (!has_piece(state)) return false;
    void (*piece)(void *, int) = atomic_load(&pool->piece);
    void *context = atomic_load(&pool->context);
    // The exchange succeeds only while the task that was read still has this piece, so what was read belongs to it.
    if (!atomic_compare_exchange_strong(&pool->state, &state, state + 1)) return true;
    piece(context, (int)(state & 0xFFFF));
    atomic_fetch_add(&pool->done, 1);
    if (atomic_load(&pool->caller_sleeps)) futex_wake(&pool->done);
    return true;
}

static void *work(void *argument) {
    sk_pool *pool = argument;
    int idle = 0;
    while (!atomic_load(&pool->ends)) {
        if (run_piece(pool)) {
            idle = 0;
        } else if (++idle < spins) {
            pause_briefly();
        } else {
            uint32_t wakes = atomic_load(&pool->wakes);
            atomic_fetch_add(&pool->sleepers, 1);
            if (!has_piece(atomic_load(&pool->state)) && !atomic_load(&pool->ends)) futex_wait(&pool->wakes, wakes);
            atomic_fetch_sub(&pool->sleepers, 1);
            idle = 0;
        }
    }
    return NULL;
}

sk_pool *sk_pool_create(int threads) {
    if (threads < 1) threads = 1;
    sk_pool *pool = calloc(1, sizeof(sk_pool) + sizeof(pthread_t) * (size_t)(threads - 1));
    if (!pool) return NULL;
    for (; pool->started < threads - 1; pool->started++)
        if (pthread_create(&pool->threads[pool->started], NULL, work, pool) != 0) {
            sk_pool_destroy(pool);
            return NULL;
        }
    return pool;
}

static void wake(sk_pool *pool) {
    atomic_fetch_add(&pool->wakes, 1);
    if (atomic_load(&pool->sleepers) > 0) futex_wake(&pool->wakes);
}

void sk_pool_destroy(sk_pool *pool) {
    if (!pool) return;
    atomic_store(&pool->ends, true);
    // A thread between its look and its sleep has not seen this wake in the word it waits on.
    wake(pool);
    for (int i = 0; i < pool->started; i++) pthread_join(pool->threads[i], NULL);
    free(pool);
}

void sk_pool_run(sk_pool *pool, int count, void (*piece)(void *context, int index), void *context) {
    if (count <= 0) return;
    if (pool->started == 0 || count == 1) {
        for (int i = 0; i < count; i++) piece(context, i);
        return;
    }
    atomic_store(&pool->piece, piece);
    atomic_store(&pool->context, context);
    atomic_store(&pool->done, 0);
    uint64_t number = (atomic_load(&pool->state) >> 32) + 1;
    atomic_store(&pool->state, number << 32 | (uint64_t)count << 16);
    wake(pool);
    while (run_piece(pool)) {}
    for (int i = 0; i < spins && atomic_load(&pool->done) < (uint32_t)count; i++) pause_briefly();
    while (true) {
        atomic_store(&pool->caller_sleeps, true);
        uint32_t done = atomic_load(&pool->done);
        if (done == (uint32_t)count) break;
        futex_wait(&pool->done, done);
    }
    atomic_store(&pool->caller_sleeps, false);
}
