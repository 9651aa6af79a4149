// SPDX-License-Identifier: MIT
/* What the labeller (label.c) and its trainer (label_train.c) share: compiled templates, the rules about spans, sums
 * over all labellings in whole numbers, and the layout of a model.  Nobody else includes this. */
#ifndef LO_LANG_LABEL_MODEL_H
#define LO_LANG_LABEL_MODEL_H

#include "lang/label.h"

enum {
    LO_LABEL_NEVER = -(1 << 29), /* score of what is not allowed */
    LO_LABEL_LANES = 16,         /* labels are scored all at once */
    LO_LABEL_CHECKS = 6,         /* features in one bucket */
    LO_LABEL_VERSION = 1,
};

#define LO_LABEL_MAGIC "LoLabel1"

typedef struct lo_label_place {
    uint8_t column;
    int8_t offset;
} lo_label_place;

typedef struct lo_label_template_plan {
    uint64_t seed;
    uint32_t n;
    bool local;                  /* looks at a local column */
    uint16_t at[LO_LABEL_PARTS]; /* places */
} lo_label_template_plan;

enum { LO_LABEL_PLACES = LO_LABEL_TEMPLATES * LO_LABEL_PARTS };

typedef struct lo_label_plan {
    uint32_t n_columns, n_local, n_templates, n_labels;
    lo_label_template_plan templates[LO_LABEL_TEMPLATES];
    lo_label_place places[LO_LABEL_PLACES]; /* that templates look at; those of static columns first */
    uint32_t n_places, n_static_places;
    uint16_t follow[LO_LABEL_LABELS]; /* the labels that may follow */
    uint16_t first, last;             /* the labels that may begin and end a window */
} lo_label_plan;

/* A bucket of the feature table: weights of feature i stand at base + i. */
typedef struct lo_label_bucket {
    uint32_t base;
    uint16_t check[LO_LABEL_CHECKS]; /* 0: none */
} lo_label_bucket;

/* Compiles and checks a description: LO_E_ARG naming what is wrong. */
lo_status lo_label_plan_make(const lo_label_spec *spec, lo_label_plan *out);

/* Every value that templates look at from one row, mixed with its place (splitmix64): [from, to) of the places. */
static inline void lo_label_gather(const lo_label_plan *plan, const lo_label_rows *rows, uint32_t row, uint32_t from,
                                   uint32_t to, uint64_t *out)
{
    uint32_t statics = plan->n_columns - plan->n_local;
    for (uint32_t i = from; i < to; i++) {
        uint32_t column = plan->places[i].column;
        int64_t r = (int64_t)row + plan->places[i].offset;
        int64_t low = column < statics ? 0 : rows->first, high = column < statics ? rows->rows : rows->end;
        uint64_t value = r >= low && r < high ? rows->column[column][r] : UINT64_C(0x100000001);
        uint64_t h = (value ^ (uint64_t)(column + 1) << 48) +
                     (uint64_t)(plan->places[i].offset + 64) * UINT64_C(0x9e3779b97f4a7c15);
        h = (h ^ h >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
        h = (h ^ h >> 27) * UINT64_C(0x94d049bb133111eb);
        out[i] = h ^ h >> 31;
    }
}

/* The feature that a template makes of the values gathered: they are mixed already, so their sum will do. */
static inline uint64_t lo_label_feature(const lo_label_template_plan *t, const uint64_t *values)
{
    uint64_t h = t->seed;
    for (uint32_t i = 0; i < t->n; i++)
        h += values[t->at[i]];
    return h;
}

/* Where a feature stands in a table of so many buckets, and what marks it there. */
static inline uint32_t lo_label_bucket_of(uint64_t feature, uint32_t buckets)
{
    return (uint32_t)((feature >> 32) * buckets >> 32);
}
static inline uint16_t lo_label_check_of(uint64_t feature)
{
    uint16_t check = (uint16_t)feature;
    return check ? check : 1;
}

/* Fills the tables of exp and log; idempotent. */
void lo_label_math_ready(void);
/* log(exp(a) + exp(b)), in LO_LABEL_UNIT. */
int32_t lo_label_log_add(int32_t a, int32_t b);
/* 2^20 / sqrt(x) for x >= 1, to about 0.2 %. */
uint32_t lo_label_inverse_root(uint64_t x);

/* A chain: scores of n rows of plan->n_labels, transitions[from * n_labels + to], allowed as in label.h. */
typedef struct lo_label_chain {
    const lo_label_plan *plan;
    const int32_t *transitions;
    const int32_t *scores;
    const uint16_t *allowed;
    uint32_t n;
} lo_label_chain;

static inline uint16_t lo_label_allowed(const lo_label_chain *chain, uint32_t row)
{
    unsigned set = chain->allowed ? chain->allowed[row] : 0xffffu;
    set &= (1u << chain->plan->n_labels) - 1;
    if (row == 0)
        set &= chain->plan->first;
    if (row + 1 == chain->n)
        set &= chain->plan->last;
    return (uint16_t)set;
}

/* alpha, beta: n * n_labels each, filled; the sum over all labellings, or less than LO_LABEL_NEVER / 2 when there is
 * none.  Score of all labellings with label j in row t: alpha[t][j] + beta[t][j]. */
int32_t lo_label_chain_sum(const lo_label_chain *chain, int32_t *alpha, int32_t *beta);

#endif
