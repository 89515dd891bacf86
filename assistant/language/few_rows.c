/* Reads a few tokens with a Llama-like model on x86: all blocks in one call, 8-bit weights multiplied where they lie.

   With one token the weights come from memory once and that is what takes the time, so they are asked for ahead; what
   lies between the products costs next to nothing here, while a tensor library pays for each of its calls. Numbers
   between the weights are 32 bits wide (22 in tiles), and each row of a product is summed in one order whatever the
   number of threads, so that the same question has the same answer.

   Knows pointers and sizes (`few_rows.py` gives them, few_rows_kernel.h works on them); no Python, no files, no text.
   Compiled for AVX2, AVX-512 and AMX (few_rows_tiles.h); a processor with none of them is told so by `few_rows_runs_here`. */

#include <cpuid.h>
#include <immintrin.h>
#include <math.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#ifdef __linux__
#include <sys/syscall.h>
#include <unistd.h>
#endif

#define INLINE static inline __attribute__((always_inline))
#define TILE 4         /* rows of weights that are multiplied together */
#define CHUNK 32       /* rows of weights that a thread takes at once */
#define AHEAD 4608     /* bytes between the weights in use and those asked for */
#define PHASES 6         /* of a block; each needs all of the one before it */
#define PATIENCE 200     /* looks at what another thread does before its core is offered to others */
#define MOST_THREADS 64
#define LARGEST_HEAD 256
#define GATED_AT_ONCE 64     /* tokens */
#define ENOUGH_FOR_TILES 6   /* tokens; fewer are multiplied as fast without */

typedef struct {
    const int8_t *weight;   /* (rows, columns) */
    const uint16_t *scales; /* (rows,), bfloat16 */
    int64_t rows, columns;
} Matrix;

typedef struct {
    const float *before_attention, *before_mixing; /* (width,) */
    Matrix attention_in, attention_out, mixing_in, mixing_out;
} Block;

typedef struct {
    int64_t layers, width, heads, key_heads, head_width;
    const Block *blocks;
    const float *norm; /* (width,) */
    Matrix head;
    float epsilon;
} Model;

typedef struct {
    int64_t count, keep, start, room; /* tokens to read, rows of logits, tokens in the cache, places in the cache */
    float *hidden;                    /* (count, width), in: the tokens' vectors */
    float *keys, *values;             /* (layers, key_heads, room, head_width) */
    const float *turns;               /* (room, head_width), cosine and sine in turn */
    float *logits;                    /* (keep, vocabulary), out */
} Task;

typedef struct {
    const Model *model;
    const Task *task;
    float *mixed, *seen, *gated; /* (count, rows of attention_in), (count, heads * head_width), (count, mixing width) */
    float *own;                  /* a part for each thread: normed rows, what is multiplied, attention's weights */
    int64_t own_size, weights_size;
    atomic_long *taken, *done; /* pieces of each phase */
    atomic_int arrived;
} Work;

INLINE float of_bfloat16(uint16_t bits) {
    uint32_t wide = (uint32_t)bits << 16;
    float value;
    memcpy(&value, &wide, sizeof value);
    return value;
}

static void wait_for(atomic_long *done, long pieces) {
    for (int looks = 0; atomic_load_explicit(done, memory_order_acquire) < pieces; looks++) {
        if (looks < PATIENCE) _mm_pause();
        else sched_yield();
    }
}

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4")
#define LANES 16
#define AT_ONCE 4
#define NAMED(name) name##_512
#include "few_rows_kernel.h"
#undef LANES
#undef AT_ONCE
#undef NAMED
#pragma GCC pop_options

#pragma GCC push_options
#pragma GCC target("arch=x86-64-v3")
#define LANES 8
#define AT_ONCE 2
#define NAMED(name) name##_256
#include "few_rows_kernel.h"
#undef LANES
#undef AT_ONCE
#undef NAMED
#pragma GCC pop_options

#if defined(__linux__) && __GNUC__ >= 12
#pragma GCC push_options
#pragma GCC target("arch=x86-64-v4,amx-tile,amx-int8")
#define TILES
#define LANES 16
#define NAMED(name) name##_tiles
#include "few_rows_kernel.h"
#pragma GCC pop_options

/* Whether this processor multiplies tiles, and the system lets this process do so (Linux asks to be asked). */
static int has_tiles(void) {
    unsigned a, b, c, d;
    const long ask_for = 0x1023, tile_data = 18;
    if (!__get_cpuid_count(7, 0, &a, &b, &c, &d) || !(d >> 24 & 1) || !(d >> 25 & 1)) return 0;
    return syscall(SYS_arch_prctl, ask_for, tile_data) == 0;
}
#else
static void *run_tiles(void *given) { return run_512(given); }
static int has_tiles(void) { return 0; }
#endif

/* Width of the registers that are used, in bits, or 1024 for tiles; 0 where this processor has none of them, or where
   the structures of who calls are of other sizes: it is of another version. */
int few_rows_runs_here(int model_size, int task_size) {
    if (model_size != sizeof(Model) || task_size != sizeof(Task)) return 0;
    if (__builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") && __builtin_cpu_supports("avx512vl") &&
        __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512cd"))
        return has_tiles() ? 1024 : 512;
    return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma") && __builtin_cpu_supports("bmi2") ? 256 : 0;
}

/* Fills the cache and the logits. Returns 0, or 1 where there is no memory for what lies between. */
int few_rows_read(const Model *model, const Task *task, int threads, int bits) {
    const int tiles = bits == 1024 && task->count >= ENOUGH_FOR_TILES;
    void *(*run)(void *) = tiles ? run_tiles : bits >= 512 ? run_512 : run_256;
    const Block *block = model->blocks;
    int64_t end = task->start + task->count, phases = model->layers * PHASES + 1;
    int64_t seen = block->attention_out.columns, gated = block->mixing_out.columns;
    int64_t between = task->count * (block->attention_in.rows + seen + gated);
    int64_t widest = seen > gated ? seen : gated;
    int64_t laid = tiles ? (task->count + 15) / 16 * 16 * (widest + 1) : 0;
    Work work = {.model = model, .task = task, .weights_size = (end / 16 + 2) * 16};
    work.own_size = task->count * model->width + laid + work.weights_size;
    if (threads > MOST_THREADS) threads = MOST_THREADS;
    float *numbers = aligned_alloc(64, sizeof(float) * (size_t)(between + threads * work.own_size));
    atomic_long *counts = calloc((size_t)(2 * phases), sizeof(atomic_long));
    if (numbers == NULL || counts == NULL) {
        free(numbers);
        free((void *)counts);
        return 1;
    }
    work.mixed = numbers;
    work.seen = work.mixed + task->count * block->attention_in.rows;
    work.gated = work.seen + task->count * seen;
    work.own = numbers + between;
    work.taken = counts;
    work.done = counts + phases;
    /* made anew each time: it takes some 30 microseconds, and nothing is left over for a forked process to miss */
    pthread_t others[MOST_THREADS];
    int started = 0;
    while (started < threads - 1 && pthread_create(&others[started], NULL, run, &work) == 0) started++;
    run(&work);
    for (int each = 0; each < started; each++) pthread_join(others[each], NULL);
    free(numbers);
    free((void *)counts);
    return 0;
}
