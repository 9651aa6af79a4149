// SPDX-License-Identifier: MIT
/* Guesses the tags of a word from its vector: what the treebanks tell of 20,000 words, carried over to all that have
 * one.  A linear model for each tag over the vector and the first bits of the path. */
#include "base/mem.h"
#include "lang/cluster_table.h"
#include "lang/weight.h"

#include <stdlib.h>
#include <string.h>

enum {
    EPOCHS = 24,
    PATH_SHORT = 6, /* bits of the path that choose one weight each */
    PATH_LONG = 9,
    ONE = LO_CLUSTER_UNIT / 4, /* the value of such a feature */
    MARGIN = 1 << 19,
    TAGS = LO_XPOS_COUNT,
};

typedef struct example {
    uint32_t word;
    uint32_t counts[TAGS];
    uint32_t right, size;
} example;

typedef struct classifier {
    const lo_cluster_words *words;
    uint32_t width; /* weights of a tag */
    lo_weight weight;
    example *examples;
    size_t n;
} classifier;

typedef struct pair {
    uint32_t hash, index;
} pair;

static int pair_order(const void *a, const void *b)
{
    const pair *x = a, *y = b;
    return x->hash != y->hash ? (x->hash > y->hash) - (x->hash < y->hash)
                              : (x->index > y->index) - (x->index < y->index);
}

static lo_status collect(classifier *c, const lo_treebank *bank)
{
    const lo_cluster_words *words = c->words;
    pair *pairs = lo_mem_alloc((words->n + 1) * sizeof *pairs);
    uint32_t *example_of = lo_mem_zalloc((words->n + 1) * sizeof *example_of);
    size_t capacity = 0;
    lo_status status = pairs && example_of ? LO_OK : lo_mem_short();
    for (uint32_t i = 0; i < words->n && !status; i++)
        pairs[i] = (pair){words->hashes[i], i};
    if (!status)
        qsort(pairs, words->n, sizeof *pairs, pair_order);
    for (size_t i = 0; i < bank->n && !status; i++) {
        lo_word word;
        lo_word_read(bank->forms[i], &word);
        size_t low = 0, high = words->n;
        while (low < high) {
            size_t middle = low + (high - low) / 2;
            if (pairs[middle].hash < word.lower)
                low = middle + 1;
            else
                high = middle;
        }
        if (low == words->n || pairs[low].hash != word.lower)
            continue;
        uint32_t *at = &example_of[pairs[low].index];
        if (!*at) {
            status = lo_mem_grow((void **)&c->examples, &capacity, c->n + 1, sizeof *c->examples);
            if (status)
                break;
            c->examples[c->n++] = (example){.word = pairs[low].index};
            *at = (uint32_t)c->n;
        }
        c->examples[*at - 1].counts[bank->tags[i].xpos]++;
    }
    for (size_t i = 0; i < c->n; i++) {
        example *e = &c->examples[i];
        uint32_t all = 0;
        for (uint32_t tag = 0; tag < TAGS; tag++) {
            all += e->counts[tag];
            if (e->counts[tag] > e->counts[e->right])
                e->right = tag;
        }
        e->size = all < 3 ? 1 : all < 8 ? 2 : all < 16 ? 3 : 4;
    }
    lo_mem_free(pairs);
    lo_mem_free(example_of);
    return status;
}

static void score(const classifier *c, uint32_t word, int64_t out[TAGS])
{
    const int16_t *v = c->words->vectors + (size_t)word * c->words->dim;
    uint32_t dim = c->words->dim, path = c->words->entries[word].path;
    uint32_t near = dim + 1 + ((path >> (LO_CLUSTER_BITS - PATH_SHORT)) & ((1u << PATH_SHORT) - 1));
    uint32_t far = dim + 1 + (1u << PATH_SHORT) + ((path >> (LO_CLUSTER_BITS - PATH_LONG)) & ((1u << PATH_LONG) - 1));
    for (uint32_t tag = 1; tag < TAGS; tag++) {
        const int32_t *w = c->weight.now + (size_t)tag * c->width;
        int64_t sum = (int64_t)ONE * (w[dim] + w[near] + w[far]);
        for (uint32_t k = 0; k < dim; k++)
            sum += (int64_t)w[k] * v[k];
        out[tag] = sum;
    }
    out[0] = INT64_MIN;
}

static void change(classifier *c, uint32_t word, uint32_t tag, int32_t by)
{
    const int16_t *v = c->words->vectors + (size_t)word * c->words->dim;
    uint32_t dim = c->words->dim, path = c->words->entries[word].path;
    size_t base = (size_t)tag * c->width;
    for (uint32_t k = 0; k < dim; k++)
        lo_weight_add(&c->weight, base + k, by * v[k]);
    lo_weight_add(&c->weight, base + dim, by * ONE);
    lo_weight_add(&c->weight, base + dim + 1 + ((path >> (LO_CLUSTER_BITS - PATH_SHORT)) & ((1u << PATH_SHORT) - 1)),
                  by * ONE);
    lo_weight_add(&c->weight,
                  base + dim + 1 + (1u << PATH_SHORT) +
                      ((path >> (LO_CLUSTER_BITS - PATH_LONG)) & ((1u << PATH_LONG) - 1)),
                  by * ONE);
}

static void learn(classifier *c, const uint32_t *order)
{
    for (size_t i = 0; i < c->n; i++) {
        const example *e = &c->examples[order[i]];
        int64_t scores[TAGS];
        score(c, e->word, scores);
        uint32_t rival = e->right == 1 ? 2 : 1;
        for (uint32_t tag = 1; tag < TAGS; tag++) /* another tag of the same word is no rival */
            if (tag != e->right && !e->counts[tag] && scores[tag] > scores[rival])
                rival = tag;
        if (!e->counts[rival] && scores[rival] + MARGIN > scores[e->right]) {
            change(c, e->word, e->right, (int32_t)e->size);
            change(c, e->word, rival, -(int32_t)e->size);
        }
        c->weight.step++;
    }
}

static int gap_order(const void *a, const void *b)
{
    int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;
    return (x > y) - (x < y);
}

/* The best two tags of a word, and how far apart they are. */
static int64_t best_two(const classifier *c, uint32_t word, uint32_t *first, uint32_t *second)
{
    int64_t scores[TAGS];
    score(c, word, scores);
    *first = 1;
    for (uint32_t tag = 2; tag < TAGS; tag++)
        if (scores[tag] > scores[*first])
            *first = tag;
    *second = *first == 1 ? 2 : 1;
    for (uint32_t tag = 1; tag < TAGS; tag++)
        if (tag != *first && scores[tag] > scores[*second])
            *second = tag;
    return scores[*first] - scores[*second];
}

static lo_status apply(const classifier *c, lo_cluster_words *words)
{
    int64_t *gaps = lo_mem_alloc((words->n + 1) * sizeof *gaps);
    uint32_t first, second;
    if (!gaps)
        return lo_mem_short();
    for (uint32_t i = 0; i < words->n; i++)
        gaps[i] = best_two(c, i, &first, &second);
    qsort(gaps, words->n, sizeof *gaps, gap_order);
    int64_t near = gaps[words->n / 4], far = gaps[words->n / 2];
    for (uint32_t i = 0; i < words->n; i++) {
        int64_t gap = best_two(c, i, &first, &second);
        uint32_t sure = gap < near ? 1 : gap < far ? 2 : 3;
        words->entries[i].classes = (uint16_t)((first * TAGS + (sure < 3 ? second : 0)) * 4 + sure);
    }
    lo_mem_free(gaps);
    return LO_OK;
}

lo_status lo_cluster_classify(lo_cluster_words *words, const lo_treebank *bank)
{
    classifier c = {.words = words, .width = words->dim + 1 + (1u << PATH_SHORT) + (1u << PATH_LONG)};
    uint64_t seed = 1;
    uint32_t *order = NULL;
    lo_status status = lo_weight_open(&c.weight, (size_t)TAGS * c.width);
    if (!status)
        status = collect(&c, bank);
    if (!status && !c.n)
        status = lo_status_set(LO_E_DATA, "no word of the treebank has a vector");
    if (!status && !(order = lo_mem_alloc(c.n * sizeof *order)))
        status = lo_mem_short();
    for (size_t i = 0; i < c.n && !status; i++)
        order[i] = (uint32_t)i;
    for (int epoch = 0; epoch < EPOCHS && !status; epoch++) {
        lo_weight_shuffle(order, c.n, &seed);
        learn(&c, order);
    }
    if (!status) {
        lo_weight_average(&c.weight);
        status = apply(&c, words);
    }
    lo_weight_close(&c.weight);
    lo_mem_free(c.examples);
    lo_mem_free(order);
    return status;
}
