// SPDX-License-Identifier: MIT
#include "lang/weight.h"

#include "base/mem.h"

lo_status lo_weight_open(lo_weight *weight, size_t n)
{
    *weight = (lo_weight){.n = n, .step = 1};
    weight->now = n > SIZE_MAX / sizeof *weight->now ? NULL : lo_mem_zalloc(n * sizeof *weight->now);
    weight->sum = n > SIZE_MAX / sizeof *weight->sum ? NULL : lo_mem_zalloc(n * sizeof *weight->sum);
    if (weight->now && weight->sum)
        return LO_OK;
    lo_weight_close(weight);
    return lo_mem_short();
}

void lo_weight_close(lo_weight *weight)
{
    lo_mem_free(weight->now);
    lo_mem_free(weight->sum);
    *weight = (lo_weight){0};
}

static int64_t average(const lo_weight *weight, size_t i)
{
    return weight->now[i] * weight->step - weight->sum[i];
}

void lo_weight_average(lo_weight *weight)
{
    for (size_t i = 0; i < weight->n; i++)
        weight->now[i] = (int32_t)(average(weight, i) * 16 / weight->step);
}

/* What becomes 1.  Counts by magnitude in steps of an eighth of a power of two find it without sorting. */
static int64_t unit_of(const lo_weight *const *weights, int n, uint32_t clip_one_in)
{
    uint64_t counts[64 * 8] = {0}, total = 0;
    for (int w = 0; w < n; w++)
        for (size_t i = 0; i < weights[w]->n; i++) {
            int64_t value = average(weights[w], i);
            uint64_t size = (uint64_t)(value < 0 ? -value : value);
            if (size) {
                int high = 63 - __builtin_clzll(size);
                counts[high * 8 + (int)((high >= 3 ? size >> (high - 3) : size << (3 - high)) & 7)]++;
                total++;
            }
        }
    uint64_t clipped = 0, limit = total / (clip_one_in ? clip_one_in : 1);
    int slot = 64 * 8 - 1;
    for (; slot > 24 && clipped + counts[slot] <= limit; slot--)
        clipped += counts[slot];
    int64_t full = (int64_t)(8 + slot % 8 + 1) << (slot / 8 - 3); /* this size becomes 127 */
    return full / 127 ? full / 127 : 1;
}

static void quantise(const lo_weight *weight, int64_t unit, int8_t *out)
{
    for (size_t i = 0; i < weight->n; i++) {
        int64_t value = average(weight, i);
        int64_t rounded = (value < 0 ? value - unit / 2 : value + unit / 2) / unit;
        out[i] = (int8_t)(rounded > 127 ? 127 : rounded < -127 ? -127 : rounded);
    }
}

void lo_weight_quantise(const lo_weight *weight, uint32_t clip_one_in, int8_t *out)
{
    quantise(weight, unit_of(&weight, 1, clip_one_in), out);
}

int64_t lo_weight_quantise_two(const lo_weight *a, const lo_weight *b, uint32_t clip_one_in, int8_t *out_a,
                               int8_t *out_b)
{
    const lo_weight *both[] = {a, b};
    int64_t unit = unit_of(both, 2, clip_one_in);
    quantise(a, unit, out_a);
    quantise(b, unit, out_b);
    return unit;
}

uint64_t lo_weight_random(uint64_t *seed)
{
    uint64_t h = *seed += 0x9e3779b97f4a7c15u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

void lo_weight_shuffle(uint32_t *items, size_t n, uint64_t *seed)
{
    for (size_t i = n; i > 1; i--) {
        size_t k = (size_t)(lo_weight_random(seed) % i);
        uint32_t kept = items[i - 1];
        items[i - 1] = items[k];
        items[k] = kept;
    }
}
