// SPDX-License-Identifier: MIT
#include "lang/label_model.h"

/* Tables are made in whole numbers, without libm, so that they are the same everywhere. */
enum { COARSE = 178, FINE = 64, LOGS = 7808, ROOTS = 1024 };

static uint32_t coarse[COARSE]; /* exp(-64 i / UNIT), 2^31 */
static uint32_t fine[FINE];     /* exp(-i / UNIT), 2^31 */
static uint16_t logs[LOGS];     /* log(1 + exp(-i / UNIT)) in UNIT */
static uint16_t roots[ROOTS];   /* 2^15 * 16 / sqrt(i), i >= 256: at most 2^15 */
static bool ready;

__extension__ typedef unsigned __int128 wide;

static uint64_t times(uint64_t a, uint64_t b) /* both 2^62 */
{
    return (uint64_t)((wide)a * b >> 62);
}

static uint32_t whole_root(uint64_t x)
{
    uint64_t root = 0;
    for (uint64_t bit = UINT64_C(1) << 31; bit; bit >>= 1)
        if ((root | bit) * (root | bit) <= x)
            root |= bit;
    return (uint32_t)root;
}

void lo_label_math_ready(void)
{
    if (ready)
        return;
    const uint64_t one = UINT64_C(1) << 62;
    /* exp(-2^-10) by its series; the sixth term is below 2^-62. */
    uint64_t step = one - (one >> 10) + (one >> 21) - (one >> 30) / 6 + (one >> 40) / 24 - (one >> 50) / 120;
    uint64_t power = one, leap;
    for (int i = 0; i < FINE; i++, power = times(power, step))
        fine[i] = (uint32_t)(power >> 31);
    leap = power;
    power = one;
    for (int i = 0; i < COARSE; i++, power = times(power, leap))
        coarse[i] = (uint32_t)(power >> 31);
    /* log(1 + exp(-d)) falls with slope exp(-d) / (1 + exp(-d)): the trapezoid rule from log 2 on, in 2^-40. */
    uint64_t level = UINT64_C(0xb17217f7d1);
    power = one;
    for (int i = 0; i < LOGS; i++) {
        logs[i] = (uint16_t)((level + (UINT64_C(1) << 29)) >> 30);
        uint64_t next = times(power, step);
        uint64_t slope = (power >> 31 << 31) / ((one >> 31) + (power >> 31)); /* 2^31 */
        uint64_t after = (next >> 31 << 31) / ((one >> 31) + (next >> 31));
        uint64_t fall = (slope + after) >> 2; /* mean over 2, 2^-31 * 2^-10 = 2^-41 */
        level = level > fall ? level - fall : 0;
        power = next;
    }
    for (uint64_t i = 256; i < ROOTS; i++)
        roots[i] = (uint16_t)(((UINT64_C(1) << 38) / whole_root(i << 38)));
    ready = true;
}

uint32_t lo_label_exp(int32_t x)
{
    lo_label_math_ready();
    if (x >= 0)
        return 65536;
    uint32_t d = (uint32_t) - (int64_t)x;
    if (d >= COARSE * FINE)
        return 0;
    return (uint32_t)((uint64_t)coarse[d / FINE] * fine[d % FINE] >> 46);
}

int32_t lo_label_log_add(int32_t a, int32_t b)
{
    int32_t high = a > b ? a : b, d = high - (a > b ? b : a);
    return d < LOGS ? high + logs[d] : high;
}

uint32_t lo_label_inverse_root(uint64_t x)
{
    /* x = m * 4^k with 256 <= m < 1024: 1 / sqrt(x) = 1 / sqrt(m) / 2^k. */
    int top = 63 - __builtin_clzll(x | 1);
    int k = (top - 8) >> 1; /* may be negative: small x are shifted up */
    uint64_t m = k >= 0 ? x >> (2 * k) : x << (-2 * k);
    uint64_t root = (uint64_t)roots[m] << 1; /* 2^20 / sqrt(m) = roots * 2 */
    return (uint32_t)(k >= 0 ? root >> k : root << -k);
}

int32_t lo_label_chain_sum(const lo_label_chain *chain, int32_t *alpha, int32_t *beta)
{
    const lo_label_plan *plan = chain->plan;
    uint32_t labels = plan->n_labels;
    const int32_t *move = chain->transitions;
    for (uint32_t t = 0; t < chain->n; t++) {
        uint16_t set = lo_label_allowed(chain, t);
        const int32_t *score = chain->scores + (size_t)t * labels;
        int32_t *here = alpha + (size_t)t * labels;
        for (uint32_t j = 0; j < labels; j++) {
            here[j] = LO_LABEL_NEVER;
            if (!(set >> j & 1))
                continue;
            if (t == 0) {
                here[j] = score[j];
                continue;
            }
            const int32_t *before = here - labels;
            int32_t sum = LO_LABEL_NEVER;
            for (uint32_t i = 0; i < labels; i++)
                if (before[i] > LO_LABEL_NEVER / 2 && (plan->follow[i] >> j & 1))
                    sum = lo_label_log_add(sum, before[i] + move[i * labels + j]);
            here[j] = sum > LO_LABEL_NEVER / 2 ? sum + score[j] : LO_LABEL_NEVER;
        }
    }
    for (uint32_t t = chain->n; t-- > 0;) {
        const int32_t *score = chain->scores + (size_t)(t + 1) * labels;
        int32_t *here = beta + (size_t)t * labels;
        const int32_t *after = here + labels;
        uint16_t set = t + 1 < chain->n ? lo_label_allowed(chain, t + 1) : 0;
        for (uint32_t i = 0; i < labels; i++) {
            if (t + 1 == chain->n) {
                here[i] = 0;
                continue;
            }
            int32_t sum = LO_LABEL_NEVER;
            for (uint32_t j = 0; j < labels; j++)
                if ((set & plan->follow[i]) >> j & 1 && after[j] > LO_LABEL_NEVER / 2)
                    sum = lo_label_log_add(sum, move[i * labels + j] + score[j] + after[j]);
            here[i] = sum;
        }
    }
    int32_t total = LO_LABEL_NEVER;
    for (uint32_t j = 0; chain->n && j < labels; j++)
        if (alpha[(size_t)(chain->n - 1) * labels + j] > LO_LABEL_NEVER / 2)
            total = lo_label_log_add(total, alpha[(size_t)(chain->n - 1) * labels + j]);
    return total;
}
