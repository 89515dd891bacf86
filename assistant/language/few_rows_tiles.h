/* Products for processors that multiply tiles of 8-bit numbers (AMX); stands for `tile` and `product` of
   few_rows_kernel.h.

   Weights are loaded as tiles from where they lie. What is multiplied with them is given in three 8-bit parts with one
   scale a token, which together hold 22 bits of each number; whole numbers are summed without rounding. */

#define SIDE 16 /* rows of a tile, and tokens */
#define DEPTH 64
#define TILE_BYTES 1024
#define PARTS 3
#define STEPS 254.0f /* of a part for one step of the part above it */
#define TILES_AHEAD 9216 /* bytes */

typedef struct {
    uint8_t palette, start, unused[14];
    uint16_t bytes[16];
    uint8_t rows[16];
} TileSizes;

/* 16 rows of 64 bytes for each of the tiles. Other libraries of this process use tiles, too: theirs are put back. */
static TileSizes begin_tiles(void) {
    TileSizes before, sizes = {.palette = 1};
    _tile_storeconfig(&before);
    for (int tile = 0; tile < 8; tile++) {
        sizes.bytes[tile] = 64;
        sizes.rows[tile] = SIDE;
    }
    _tile_loadconfig(&sizes);
    return before;
}

/* Bytes of 16 tokens as tiles: for each 64 columns the parts one after the other, and at the end the tokens' scales. */
INLINE int64_t bytes_laid(int64_t columns) { return columns * SIDE * PARTS + SIDE * (int64_t)sizeof(float); }

INLINE __m512i in_bytes(const __m512 *parts) {
    __m512i bytes = _mm512_castsi128_si512(_mm512_cvtepi32_epi8(_mm512_cvtps_epi32(parts[0])));
    bytes = _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(parts[1])), 1);
    bytes = _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(parts[2])), 2);
    return _mm512_inserti32x4(bytes, _mm512_cvtepi32_epi8(_mm512_cvtps_epi32(parts[3])), 3);
}

INLINE __m512i across(void) {
    const __m512i count = _mm512_setr_epi32(0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15);
    return _mm512_mullo_epi32(count, _mm512_set1_epi32(SIDE));
}

/* Rows as tiles: four columns of a token lie together, tokens across. */
static const void *NAMED(laid)(const float *x, int64_t count, int64_t columns, float *out) {
    const __m512i places = across();
    for (int64_t token = 0; token < count; token++, x += columns) {
        uint8_t *block = (uint8_t *)out + token / SIDE * bytes_laid(columns);
        if (token % SIDE == 0) memset(block, 0, (size_t)bytes_laid(columns));
        __m512 most = _mm512_setzero_ps();
        for (int64_t c = 0; c < columns; c += LANES) most = _mm512_max_ps(most, _mm512_abs_ps(_mm512_loadu_ps(x + c)));
        const float largest = _mm512_reduce_max_ps(most), scale = largest > 0 ? largest / 127.0f : 1.0f;
        memcpy(block + columns * SIDE * PARTS + token % SIDE * (int64_t)sizeof(float), &scale, sizeof scale);
        for (int64_t c = 0; c < columns; c += DEPTH) {
            int32_t *tile = (int32_t *)(block + c * SIDE * PARTS) + token % SIDE;
            __m512 rest[DEPTH / LANES], whole[DEPTH / LANES];
            for (int k = 0; k < DEPTH / LANES; k++)
                rest[k] = _mm512_div_ps(_mm512_loadu_ps(x + c + k * LANES), _mm512_set1_ps(scale));
            for (int part = 0; part < PARTS; part++) {
                for (int k = 0; k < DEPTH / LANES; k++) {
                    whole[k] = _mm512_roundscale_ps(rest[k], _MM_FROUND_TO_NEAREST_INT | _MM_FROUND_NO_EXC);
                    rest[k] = _mm512_mul_ps(_mm512_sub_ps(rest[k], whole[k]), _mm512_set1_ps(STEPS));
                }
                _mm512_i32scatter_epi32(tile + part * TILE_BYTES / 4, places, in_bytes(whole), 4);
            }
        }
    }
    return out;
}

/* 16 rows of weights times 16 tokens, or times twice as many, part by part. */
INLINE void multiply_tiles(const int8_t *weight, int64_t columns, const uint8_t *x, int twice, int32_t *made) {
    const int64_t next = bytes_laid(columns);
    _tile_zero(0);
    _tile_zero(1);
    _tile_zero(2);
    if (twice) {
        _tile_zero(3);
        _tile_zero(4);
        _tile_zero(5);
    }
    for (int64_t c = 0; c < columns; c += DEPTH, x += PARTS * TILE_BYTES) {
        for (int row = 0; row < SIDE; row++) __builtin_prefetch(weight + TILES_AHEAD + c * SIDE + row * 64, 0, 1);
        _tile_loadd(6, weight + c, columns);
        _tile_loadd(7, x, 64);
        _tile_dpbssd(0, 6, 7);
        _tile_loadd(7, x + TILE_BYTES, 64);
        _tile_dpbssd(1, 6, 7);
        _tile_loadd(7, x + 2 * TILE_BYTES, 64);
        _tile_dpbssd(2, 6, 7);
        if (twice) {
            _tile_loadd(7, x + next, 64);
            _tile_dpbssd(3, 6, 7);
            _tile_loadd(7, x + next + TILE_BYTES, 64);
            _tile_dpbssd(4, 6, 7);
            _tile_loadd(7, x + next + 2 * TILE_BYTES, 64);
            _tile_dpbssd(5, 6, 7);
        }
    }
    _tile_stored(0, made, 64);
    _tile_stored(1, made + SIDE * SIDE, 64);
    _tile_stored(2, made + 2 * SIDE * SIDE, 64);
    if (twice) {
        _tile_stored(3, made + 3 * SIDE * SIDE, 64);
        _tile_stored(4, made + 4 * SIDE * SIDE, 64);
        _tile_stored(5, made + 5 * SIDE * SIDE, 64);
    }
}

/* The parts of 16 by 16 sums put together and scaled. end: of the tokens' tiles, where their scales are. */
INLINE void in_one(const int32_t *made, const uint16_t *scales, const uint8_t *end, float *whole) {
    const __m512 tokens = _mm512_loadu_ps((const float *)end - SIDE), step = _mm512_set1_ps(1.0f / STEPS);
    for (int row = 0; row < SIDE; row++, made += SIDE) {
        __m512 sum = _mm512_cvtepi32_ps(_mm512_load_si512(made + 2 * SIDE * SIDE));
        sum = _mm512_fmadd_ps(sum, step, _mm512_cvtepi32_ps(_mm512_load_si512(made + SIDE * SIDE)));
        sum = _mm512_fmadd_ps(sum, step, _mm512_cvtepi32_ps(_mm512_load_si512(made)));
        sum = _mm512_mul_ps(sum, _mm512_mul_ps(tokens, _mm512_set1_ps(of_bfloat16(scales[row]))));
        _mm512_store_ps(whole + row * SIDE, sum);
    }
}

/* Rows `row` to `row + CHUNK` of a product: out[t][i] = or += . `x` is what `laid` made; first: a multiple of 16. */
static void NAMED(product)(const Matrix *matrix, int64_t row, const void *x, int64_t first, int64_t count, float *out,
                           int64_t wide, int adds) {
    const int64_t columns = matrix->columns;
    const __m512i places = across();
    _Alignas(64) int32_t made[2 * PARTS * SIDE * SIDE];
    _Alignas(64) float whole[SIDE * SIDE];
    for (int64_t place = 0; place < CHUNK; place += SIDE) {
        const int8_t *weight = matrix->weight + (row + place) * columns;
        const uint16_t *scales = matrix->scales + row + place;
        for (int64_t token = 0; token < count; token += 2 * SIDE) {
            const int64_t left = count - token < 2 * SIDE ? count - token : 2 * SIDE;
            const uint8_t *block = (const uint8_t *)x + (first + token) / SIDE * bytes_laid(columns);
            if (left > SIDE) multiply_tiles(weight, columns, block, 1, made);
            else multiply_tiles(weight, columns, block, 0, made);
            for (int64_t t = 0; t < left; t++) {
                if (t % SIDE == 0) {
                    const int64_t group = t / SIDE;
                    in_one(made + group * PARTS * SIDE * SIDE, scales, block + (group + 1) * bytes_laid(columns), whole);
                }
                const __m512 sum = _mm512_i32gather_ps(places, whole + t % SIDE, 4);
                float *to = out + (token + t) * wide + place;
                _mm512_storeu_ps(to, adds ? _mm512_add_ps(sum, _mm512_loadu_ps(to)) : sum);
            }
        }
    }
}
