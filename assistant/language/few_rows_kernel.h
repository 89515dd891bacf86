/* The work of few_rows.c for registers of LANES floats; included once for each width. */

typedef float NAMED(Lanes) __attribute__((vector_size(4 * LANES)));
typedef int32_t NAMED(Wholes) __attribute__((vector_size(4 * LANES)));
#define Lanes NAMED(Lanes)

INLINE Lanes NAMED(load)(const float *from) {
    Lanes lanes;
    memcpy(&lanes, from, sizeof lanes);
    return lanes;
}

INLINE void NAMED(store)(float *to, Lanes lanes) { memcpy(to, &lanes, sizeof lanes); }

INLINE Lanes NAMED(widened)(const int8_t *from) {
#if LANES == 16
    return (Lanes)_mm512_cvtepi32_ps(_mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)from)));
#else
    return (Lanes)_mm256_cvtepi32_ps(_mm256_cvtepi8_epi32(_mm_loadl_epi64((const __m128i *)from)));
#endif
}

INLINE float NAMED(sum)(Lanes lanes) {
#if LANES == 16
    return _mm512_reduce_add_ps((__m512)lanes);
#else
    __m256 whole = (__m256)lanes;
    __m128 half = _mm_add_ps(_mm256_castps256_ps128(whole), _mm256_extractf128_ps(whole, 1));
    half = _mm_add_ps(half, _mm_movehl_ps(half, half));
    return _mm_cvtss_f32(_mm_add_ss(half, _mm_movehdup_ps(half)));
#endif
}

INLINE Lanes NAMED(clipped)(Lanes x, float most) {
#if LANES == 16
    return (Lanes)_mm512_max_ps(_mm512_min_ps((__m512)x, _mm512_set1_ps(most)), _mm512_set1_ps(-most));
#else
    return (Lanes)_mm256_max_ps(_mm256_min_ps((__m256)x, _mm256_set1_ps(most)), _mm256_set1_ps(-most));
#endif
}

/* e to the power of each, by its series after powers of two are taken out; right to 2e-7 between -87 and 87. */
INLINE Lanes NAMED(power)(Lanes x) {
    x = NAMED(clipped)(x, 87.0f);
    const Lanes shift = (Lanes){0} + 12582912.0f; /* 1.5 * 2^23: what is added to it is rounded to a whole number */
    Lanes twos = (x * 1.44269504f + shift) - shift;
    Lanes rest = x - twos * 0.693359375f + twos * 2.12194440e-4f; /* ln 2 in two parts */
    Lanes series = (Lanes){0} + 1.0f;
    for (int term = 7; term > 0; term--) series = series * rest * (1.0f / (float)term) + 1.0f;
    NAMED(Wholes) bits = (__builtin_convertvector(twos, NAMED(Wholes)) + 127) << 23;
    return series * (Lanes)bits;
}

#ifdef TILES
#include "few_rows_tiles.h"
#else

/* TILE rows of weights times `tokens` rows. tokens is a constant where this is inlined. */
INLINE void NAMED(tile)(const Matrix *matrix, int64_t row, const float *x, int tokens, float made[TILE][AT_ONCE]) {
    const int64_t columns = matrix->columns;
    const int8_t *weight = matrix->weight + row * columns;
    Lanes sums[TILE][AT_ONCE];
    for (int w = 0; w < TILE; w++)
        for (int t = 0; t < tokens; t++) sums[w][t] = (Lanes){0};
    for (int64_t c = 0; c < columns; c += LANES) {
        Lanes part[AT_ONCE];
        for (int t = 0; t < tokens; t++) part[t] = NAMED(load)(x + t * columns + c);
        for (int w = 0; w < TILE; w++) {
            Lanes wide = NAMED(widened)(weight + w * columns + c);
            for (int t = 0; t < tokens; t++) sums[w][t] += wide * part[t];
        }
        __builtin_prefetch(weight + TILE * c + AHEAD, 0, 1);
    }
    for (int w = 0; w < TILE; w++)
        for (int t = 0; t < tokens; t++) made[w][t] = NAMED(sum)(sums[w][t]) * of_bfloat16(matrix->scales[row + w]);
}

/* What `product` reads of rows: here, the rows as they are. */
INLINE const void *NAMED(laid)(const float *x, int64_t count, int64_t columns, float *out) {
    (void)count, (void)columns, (void)out;
    return x;
}

/* Rows `row` to `row + CHUNK` of a product, for `count` tokens from `first` on: out[t][i] = or += . */
INLINE void NAMED(product)(const Matrix *matrix, int64_t row, const void *x, int64_t first, int64_t count, float *out,
                           int64_t wide, int adds) {
    for (int64_t place = 0; place < CHUNK; place += TILE)
        for (int64_t token = 0; token < count; token += AT_ONCE) {
            float made[TILE][AT_ONCE];
            const float *from = (const float *)x + (first + token) * matrix->columns;
            int64_t left = count - token, tokens = left < AT_ONCE ? left : AT_ONCE;
            switch (tokens) {
            case 1: NAMED(tile)(matrix, row + place, from, 1, made); break;
            case 2: NAMED(tile)(matrix, row + place, from, 2, made); break;
#if AT_ONCE > 2
            case 3: NAMED(tile)(matrix, row + place, from, 3, made); break;
            default: NAMED(tile)(matrix, row + place, from, 4, made);
#endif
            }
            for (int64_t t = 0; t < tokens; t++)
                for (int w = 0; w < TILE; w++) {
                    float *to = out + (token + t) * wide + place + w;
                    *to = made[w][t] + (adds ? *to : 0.0f);
                }
        }
}

#endif

/* Root-mean-square norm of `count` rows (Zhang and Sennrich, 2019). */
INLINE void NAMED(normed)(const Model *model, const float *rows, const float *weight, int64_t count, float *out) {
    const int64_t width = model->width;
    for (int64_t row = 0; row < count; row++, rows += width, out += width) {
        Lanes squares = {0};
        for (int64_t c = 0; c < width; c += LANES) {
            Lanes part = NAMED(load)(rows + c);
            squares += part * part;
        }
        float scale = 1.0f / sqrtf(NAMED(sum)(squares) / (float)width + model->epsilon);
        for (int64_t c = 0; c < width; c += LANES)
            NAMED(store)(out + c, NAMED(load)(rows + c) * scale * NAMED(load)(weight + c));
    }
}

INLINE void NAMED(turn)(const float *from, const float *turns, int64_t head_width, float *to) {
    for (int64_t i = 0; i < head_width; i += 2) {
        to[i] = from[i] * turns[i] - from[i + 1] * turns[i + 1];
        to[i + 1] = from[i] * turns[i + 1] + from[i + 1] * turns[i];
    }
}

/* Puts a token's key and value of one head into the cache. */
INLINE void NAMED(remember)(const Work *work, int64_t layer, int64_t piece) {
    const Model *model = work->model;
    const Task *task = work->task;
    const int64_t wide = model->head_width, token = piece / model->key_heads, head = piece % model->key_heads;
    const float *mixed = work->mixed + token * model->blocks->attention_in.rows + (model->heads + head) * wide;
    const int64_t place = ((layer * model->key_heads + head) * task->room + task->start + token) * wide;
    NAMED(turn)(mixed, task->turns + (task->start + token) * wide, wide, task->keys + place);
    memcpy(task->values + place, mixed + model->key_heads * wide, sizeof(float) * (size_t)wide);
}

/* What one head of one token sees of the tokens before it and of itself. weights: room for one number a token. */
static void NAMED(attend)(const Work *work, int64_t layer, int64_t piece, float *weights) {
    const Model *model = work->model;
    const Task *task = work->task;
    const int64_t wide = model->head_width, token = piece / model->heads, head = piece % model->heads;
    const int64_t tokens = task->start + token + 1;
    const int64_t place = (layer * model->key_heads + head / (model->heads / model->key_heads)) * task->room * wide;
    const float *keys = task->keys + place, *values = task->values + place;
    float query[LARGEST_HEAD], largest = -INFINITY;
    NAMED(turn)(work->mixed + token * model->blocks->attention_in.rows + head * wide,
                task->turns + (task->start + token) * wide, wide, query);
    for (int64_t t = 0; t < tokens; t++) {
        Lanes sums[4] = {{0}};
        for (int64_t c = 0; c < wide; c += 4 * LANES)
            for (int k = 0; k < 4; k++)
                sums[k] += NAMED(load)(query + c + k * LANES) * NAMED(load)(keys + t * wide + c + k * LANES);
        weights[t] = NAMED(sum)((sums[0] + sums[1]) + (sums[2] + sums[3])) / sqrtf((float)wide);
        if (weights[t] > largest) largest = weights[t];
    }
    for (int64_t t = tokens; t % LANES; t++) weights[t] = -INFINITY; /* whole registers: the rest weighs nothing */
    Lanes total = {0};
    for (int64_t t = 0; t < tokens; t += LANES) {
        Lanes part = NAMED(power)(NAMED(load)(weights + t) - largest);
        NAMED(store)(weights + t, part);
        total += part;
    }
    const float share = 1.0f / NAMED(sum)(total);
    float *seen = work->seen + (token * model->heads + head) * wide;
    for (int64_t c = 0; c < wide; c += 4 * LANES) {
        Lanes sums[4] = {{0}};
        for (int64_t t = 0; t < tokens; t++)
            for (int k = 0; k < 4; k++) sums[k] += weights[t] * NAMED(load)(values + t * wide + c + k * LANES);
        for (int k = 0; k < 4; k++) NAMED(store)(seen + c + k * LANES, sums[k] * share);
    }
}

/* Both halves of `mixing_in` for CHUNK numbers, and silu(gate) * up (Shazeer, "GLU variants", 2020). */
static void NAMED(gate)(const Work *work, const Block *block, int64_t row, const void *normed) {
    const int64_t wide = block->mixing_out.columns, count = work->task->count;
    float up[GATED_AT_ONCE * CHUNK];
    for (int64_t token = 0; token < count; token += GATED_AT_ONCE) {
        int64_t left = count - token, tokens = left < GATED_AT_ONCE ? left : GATED_AT_ONCE;
        float *gated = work->gated + token * wide + row;
        NAMED(product)(&block->mixing_in, row, normed, token, tokens, gated, wide, 0);
        NAMED(product)(&block->mixing_in, wide + row, normed, token, tokens, up, CHUNK, 0);
        for (int64_t t = 0; t < tokens; t++)
            for (int64_t c = 0; c < CHUNK; c += LANES) {
                Lanes value = NAMED(load)(gated + t * wide + c);
                value = value / (1.0f + NAMED(power)(-value)) * NAMED(load)(up + t * CHUNK + c);
                NAMED(store)(gated + t * wide + c, value);
            }
    }
}

/* What a thread holds for itself in a phase. */
typedef struct {
    float *normed, *laid, *weights; /* (count, width), as `laid` makes it, (tokens before and at once,) */
    const void *x;                  /* of the products of this phase */
} NAMED(Own);

/* Makes ready what this thread multiplies in this phase. */
static void NAMED(prepare)(const Work *work, int64_t layer, int phase, NAMED(Own) *own) {
    const Model *model = work->model;
    const Task *task = work->task;
    const Block *block = model->blocks + layer;
    int64_t count = task->count;
    const float *rows = task->hidden, *weight = phase == 0 ? block->before_attention : block->before_mixing;
    if (layer == model->layers) {
        rows += (count - task->keep) * model->width;
        count = task->keep;
        weight = model->norm;
    }
    if (phase == 0 || phase == 4) {
        NAMED(normed)(model, rows, weight, count, own->normed);
        own->x = NAMED(laid)(own->normed, count, model->width, own->laid);
    } else if (phase == 3) {
        own->x = NAMED(laid)(work->seen, count, block->attention_out.columns, own->laid);
    } else if (phase == 5) {
        own->x = NAMED(laid)(work->gated, count, block->mixing_out.columns, own->laid);
    }
}

/* One piece of one phase. */
INLINE void NAMED(piece)(const Work *work, int64_t layer, int phase, int64_t piece, const NAMED(Own) *own) {
    const Model *model = work->model;
    const Task *task = work->task;
    const Block *block = model->blocks + layer;
    const int64_t count = task->count, width = model->width, row = piece * CHUNK;
    if (layer == model->layers) {
        NAMED(product)(&model->head, row, own->x, 0, task->keep, task->logits + row, model->head.rows, 0);
        return;
    }
    switch (phase) {
    case 0:
        NAMED(product)(&block->attention_in, row, own->x, 0, count, work->mixed + row, block->attention_in.rows, 0);
        break;
    case 1: NAMED(remember)(work, layer, piece); break;
    case 2: NAMED(attend)(work, layer, piece, own->weights); break;
    case 3: NAMED(product)(&block->attention_out, row, own->x, 0, count, task->hidden + row, width, 1); break;
    case 4: NAMED(gate)(work, block, row, own->x); break;
    default: NAMED(product)(&block->mixing_out, row, own->x, 0, count, task->hidden + row, width, 1);
    }
}

/* What each thread does: the pieces that nobody has taken yet, phase by phase. One that comes late finds them taken
   and holds nobody up. */
static void *NAMED(run)(void *given) {
    Work *work = given;
    const Model *model = work->model;
    const Task *task = work->task;
    const Block *first = model->blocks;
    float *part = work->own + atomic_fetch_add(&work->arrived, 1) * work->own_size;
    NAMED(Own) own = {part, part + task->count * model->width, part + work->own_size - work->weights_size, NULL};
    const long pieces[PHASES] = {
        first->attention_in.rows / CHUNK, task->count * model->key_heads, task->count * model->heads,
        first->attention_out.rows / CHUNK, first->mixing_out.columns / CHUNK, first->mixing_out.rows / CHUNK};
#ifdef TILES
    const TileSizes before = begin_tiles();
#endif
    for (int64_t place = 0; place < model->layers * PHASES + 1; place++) {
        int64_t layer = place / PHASES;
        int phase = (int)(place % PHASES);
        long all = layer == model->layers ? model->head.rows / CHUNK : pieces[phase], mine = 0;
        for (long piece; (piece = atomic_fetch_add(&work->taken[place], 1)) < all; mine++) {
            if (mine == 0) NAMED(prepare)(work, layer, phase, &own);
            NAMED(piece)(work, layer, phase, piece, &own);
        }
        if (mine) atomic_fetch_add_explicit(&work->done[place], mine, memory_order_release);
        wait_for(&work->done[place], all);
    }
#ifdef TILES
    _tile_loadconfig(&before);
#endif
    return NULL;
}

#undef Lanes
