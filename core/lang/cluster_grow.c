// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/cluster_table.h"

#include <string.h>

enum { ROUNDS = 16 };

typedef struct grower {
    lo_cluster_words *words;
    uint32_t *members, *spare; /* a permutation of the words: each node's are together */
} grower;

static int64_t square_root(int64_t value)
{
    int64_t root = 0;
    for (int64_t bit = (int64_t)1 << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= value)
            root += bit;
    return root;
}

/* The two halves of members[from, end): a first cut at the mean of the dimension that varies most, then 2-means. */
static uint32_t halve(grower *g, uint32_t from, uint32_t end, int64_t centres[2][LO_CLUSTER_DIMENSIONS])
{
    int64_t sum[LO_CLUSTER_DIMENSIONS] = {0}, square[LO_CLUSTER_DIMENSIONS] = {0}, n = end - from;
    for (uint32_t i = from; i < end; i++)
        for (uint32_t k = 0; k < g->words->dim; k++) {
            int64_t value = g->words->vectors[(size_t)g->members[i] * g->words->dim + k];
            sum[k] += value;
            square[k] += value * value;
        }
    uint32_t widest = 0;
    int64_t most = -1;
    for (uint32_t k = 0; k < g->words->dim; k++) {
        int64_t mean = sum[k] / n, variance = square[k] / n - mean * mean;
        if (variance > most) {
            most = variance;
            widest = k;
        }
    }
    for (uint32_t k = 0; k < g->words->dim; k++)
        centres[0][k] = centres[1][k] = sum[k] / n;
    int64_t spread = square_root(most > 0 ? most : 0);
    centres[0][widest] -= spread;
    centres[1][widest] += spread;
    uint32_t cut = from;
    for (int round = 0; round < ROUNDS; round++) {
        int32_t direction[LO_CLUSTER_DIMENSIONS];
        int64_t level = 0; /* a vector is nearer to the second centre when its product with direction exceeds this */
        for (uint32_t k = 0; k < g->words->dim; k++) {
            direction[k] = (int32_t)(centres[1][k] - centres[0][k]);
            level += (centres[1][k] * centres[1][k] - centres[0][k] * centres[0][k]);
        }
        level /= 2;
        int64_t sums[2][LO_CLUSTER_DIMENSIONS] = {{0}}, counts[2] = {0};
        uint32_t high = 0;
        cut = from;
        for (uint32_t i = from; i < end; i++) {
            const int16_t *v = g->words->vectors + (size_t)g->members[i] * g->words->dim;
            int64_t product = 0;
            for (uint32_t k = 0; k < g->words->dim; k++)
                product += (int64_t)v[k] * direction[k];
            int side = product > level;
            for (uint32_t k = 0; k < g->words->dim; k++)
                sums[side][k] += v[k];
            counts[side]++;
            if (side)
                g->spare[high++] = g->members[i];
            else
                g->members[cut++] = g->members[i];
        }
        memcpy(g->members + cut, g->spare, high * sizeof *g->spare);
        if (!counts[0] || !counts[1])
            break;
        for (int side = 0; side < 2; side++)
            for (uint32_t k = 0; k < g->words->dim; k++)
                centres[side][k] = sums[side][k] / counts[side];
    }
    return cut;
}

static void grow(grower *g, uint32_t from, uint32_t end, uint32_t path, int depth)
{
    int64_t centres[2][LO_CLUSTER_DIMENSIONS];
    uint32_t cut = end;
    if (depth == LO_CLUSTER_BITS) {
        for (uint32_t i = from; i < end; i++)
            g->words->entries[g->members[i]].path = (uint16_t)path;
        return;
    }
    if (end - from > 1)
        cut = halve(g, from, end, centres);
    if (cut > from)
        grow(g, from, cut, path << 1, depth + 1);
    if (cut < end)
        grow(g, cut, end, path << 1 | 1, depth + 1);
}

lo_status lo_cluster_grow(lo_cluster_words *words)
{
    grower g = {words, lo_mem_alloc((words->n + 1) * sizeof *g.members),
                lo_mem_alloc((words->n + 1) * sizeof *g.spare)};
    lo_status status = g.members && g.spare ? LO_OK : lo_mem_short();
    for (uint32_t i = 0; i < words->n && !status; i++)
        g.members[i] = i;
    if (!status)
        grow(&g, 0, words->n, 1, 0);
    lo_mem_free(g.members);
    lo_mem_free(g.spare);
    return status;
}
