// SPDX-License-Identifier: MIT
/* Weights of the averaged perceptron, in integers: the same updates in the same order give the same bytes anywhere. */
#ifndef LO_LANG_WEIGHT_H
#define LO_LANG_WEIGHT_H

#include "base/str.h"

typedef struct lo_weight {
    int32_t *now;
    int64_t *sum; /* of now over all steps, less now * steps */
    size_t n;
    int64_t step; /* examples seen; the caller counts */
} lo_weight;

lo_status lo_weight_open(lo_weight *weight, size_t n);
void lo_weight_close(lo_weight *weight);

static inline void lo_weight_add(lo_weight *weight, size_t cell, int32_t by)
{
    weight->now[cell] += by;
    weight->sum[cell] += by * weight->step;
}

/* Puts the averages, times 16, in the place of the weights. */
void lo_weight_average(lo_weight *weight);
/* The averages as signed bytes, all by one factor, such that one in clip_one_in of those that are not 0 is cut off at
 * +-127.  out: n bytes. */
void lo_weight_quantise(const lo_weight *weight, uint32_t clip_one_in, int8_t *out);
/* Two sets that are added up: by one factor for both.  Gives how much of (weight x steps) became 1. */
int64_t lo_weight_quantise_two(const lo_weight *a, const lo_weight *b, uint32_t clip_one_in, int8_t *out_a,
                               int8_t *out_b);

uint64_t lo_weight_random(uint64_t *seed); /* splitmix64; moves *seed on */
/* Fisher and Yates. */
void lo_weight_shuffle(uint32_t *items, size_t n, uint64_t *seed);

#endif
