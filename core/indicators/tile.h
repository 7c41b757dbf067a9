/* A tile: the bars that indicators are computed for in one go, small enough
 * for the processor's caches. For the files of this folder and indicator.c.
 *
 * A line holds one value a bar. Some lines also hold values of bars before the
 * tile ("behind" it), at negative indices: these are the state's tail. Loops
 * over lines have no dependency from bar to bar, so compilers make vector code
 * of them; each element is computed by the same operations in the same order
 * whatever the vector's width, so results are equal bit for bit. What depends
 * on the bar before is in smooth.c alone.
 */
#ifndef CORE_INDICATORS_TILE_H
#define CORE_INDICATORS_TILE_H

#include "core/indicator.h"

#include <string.h>

enum { TILE_BARS = 128 };

/* LINE(name, values behind the tile) */
#define TILE_LINES(LINE)                                                       \
    LINE(close, 9) /* as fed */                                                \
    LINE(high, 3)                                                              \
    LINE(low, 3)                                                               \
    LINE(volume, 9)                                                            \
    LINE(sum4, 4) /* of closes, over 4, 10, 20, 50, 100 bars */                \
    LINE(sum10, 40)                                                            \
    LINE(sum20, 20)                                                            \
    LINE(sum50, 50)                                                            \
    LINE(sum100, 100)                                                          \
    LINE(square4, 4) /* squared deviations of closes from their mean */        \
    LINE(square10, 10)                                                         \
    LINE(volume4, 4) /* sums of volumes */                                     \
    LINE(volume10, 10)                                                         \
    LINE(high4, 10) /* highest high, lowest low of 4 bars */                   \
    LINE(low4, 10)                                                             \
    LINE(raw_k, 2) /* the stochastic before smoothing */                       \
    LINE(slow_k, 2)

/* Levels: what carries on from bar to bar. The first four and the second four
 * go together. */
enum tile_level {
    TILE_EMA_12,
    TILE_EMA_26,
    TILE_EMA_50,
    TILE_FAST, /* the MACD's own EMA 12 */
    TILE_RISE, /* smoothed rises and falls of the close, */
    TILE_FALL,
    TILE_UP, /* of the high and the low (+DM, -DM) */
    TILE_DOWN,
    TILE_RANGE,
    TILE_SIGNAL,
    TILE_ADX,
    TILE_TRADED,
    TILE_VOLUME,
    TILE_LEVELS,
};

enum {
#define LINE(name, behind)                                                     \
    TILE_BEHIND_##name = behind, TILE_ROOM_##name = (behind + 3) / 4 * 4,
    TILE_LINES(LINE)
#undef LINE
#define LINE(name, behind) +behind
        TILE_TAIL = 0 TILE_LINES(LINE)
#undef LINE
};
_Static_assert((int)TILE_TAIL == (int)INDICATOR_STATE_TAIL,
               "the state holds each tail");
_Static_assert((int)TILE_LEVELS == (int)INDICATOR_STATE_LEVELS,
               "and each level");

/* Four values at once, of four bars or of four levels. */
typedef double quad __attribute__((vector_size(32)));

struct tile {
    size_t n;      /* bars in the tile */
    int64_t first; /* bars fed before it */
    double level[TILE_LEVELS];
    int64_t last_session;
    bool starts[TILE_BARS]; /* a session begins with this bar */
#define LINE(name, behind) double name##_line[TILE_ROOM_##name + TILE_BARS];
    _Alignas(64) TILE_LINES(LINE)
#undef LINE
        _Alignas(64) double room[INDICATOR_COUNT][TILE_BARS];
    double *const *columns; /* the caller's; the tile goes to index `at` */
    size_t at;
    /* where values are made: full tiles at their place in the columns, others
     * in the room, for four bars are computed at a time */
    double *out[INDICATOR_COUNT];
    size_t ahead; /* cache lines of the next tile's place, not asked for yet */
};

/* The line's value of the tile's first bar. */
#define TILE_LINE(t, name) ((t)->name##_line + TILE_ROOM_##name)

/* The state's levels and tail into the tile, and back. */
void tile_load(struct tile *t, const struct indicator_state *s,
               double *const *columns);
void tile_save(const struct tile *t, struct indicator_state *s);

/* Takes the next bars into the tile: as many as there are, fit, and are finite.
 * Tiles end where the count of bars is a multiple of TILE_BARS, however bars
 * were portioned. False when the bar at `from` is not finite (none is taken).
 */
bool tile_fill(struct tile *t, const struct indicator_bars *in, size_t from);
/* Asks for some more of the memory that the next tile will be written to;
 * called between loops, so that it comes while there is still something to
 * compute. */
void tile_ahead(struct tile *t);
/* Gives the tile's values to the columns; NaN until warm. */
void tile_emit(struct tile *t);
/* The tile's last values go behind the next one. */
void tile_advance(struct tile *t);

/* One file each; called in this order. */
void tile_moving(struct tile *t);     /* SMA, Bollinger, volume SMA */
void tile_stochastic(struct tile *t); /* %K and %D */
void tile_smooth(struct tile *t);     /* EMA, MACD, RSI, ATR, ADX, VWAP */

/* Two versions of a static function, chosen when the program starts: one for
 * processors with AVX2, one for all. (Compilers disagree on what such a
 * function is called where another file calls it.) */
#if defined(__x86_64__) && defined(__linux__) && !defined(__SANITIZE_ADDRESS__)
#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define TILE_ONE_VERSION
#endif
#endif
#ifndef TILE_ONE_VERSION
#define TILE_VECTORS __attribute__((target_clones("avx2", "default")))
#endif
#endif
#ifndef TILE_VECTORS
#define TILE_VECTORS
#endif
/* A part of such a function: it must become part of both versions. */
#define TILE_INLINE __attribute__((always_inline)) static inline

#endif
