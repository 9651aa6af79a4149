// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/tagger.h"
#include "lang/weight.h"

#include <stdlib.h>
#include <string.h>

enum {
    EPOCHS = 8,
    FOLDS = 5,
    FOLD_EPOCHS = 5,
    MARGIN = 60, /* the right label must win by this much */
    WEIGHT_BITS = 21,
    LABEL_MIN = 3, /* a pair of UPOS and XPOS seen less often is no label */
    FORGET = 1,    /* a word seen n times is taken for unknown with chance FORGET / (4 n + FORGET) */
    CLIP_ONE_IN = 1000000,
    CLOSED_MIN = 20, /* a word seen as often has no labels but those seen */
    KIND_MIN = 10,   /* labels seen as often on rare words of a kind are open to unknown ones */
};

/* One entry a distinct form of the training text. */
typedef struct form {
    uint32_t key, lower, count, kind;
    uint64_t labels[2];
} form;

typedef struct trainer {
    const lo_treebank *bank;
    lo_tag labels[LO_TAGGER_LABELS];
    uint32_t n_labels;
    uint8_t label_of[LO_UPOS_COUNT][LO_XPOS_COUNT]; /* LO_TAGGER_LABELS: none */
    form *forms;
    size_t n_forms, forms_mask;
    lo_tagger_entry *dictionary;
    uint32_t dictionary_mask;
    uint64_t (*sets)[2];
    uint32_t n_sets;
    uint32_t set_starts[LO_TAGGER_SETS + 1];
    uint8_t *set_labels;
    lo_tagger tagger;
} trainer;

static void count_labels(trainer *t)
{
    uint32_t counts[LO_UPOS_COUNT][LO_XPOS_COUNT] = {0};
    for (size_t s = 0; s < t->bank->n_sentences; s++)
        for (uint32_t i = t->bank->starts[s]; i < t->bank->starts[s + 1]; i++)
            counts[t->bank->tags[i].upos][t->bank->tags[i].xpos]++;
    memset(t->label_of, LO_TAGGER_LABELS, sizeof t->label_of);
    for (uint32_t u = 1; u < LO_UPOS_COUNT; u++)
        for (uint32_t x = 1; x < LO_XPOS_COUNT; x++)
            if (counts[u][x] >= LABEL_MIN && t->n_labels < LO_TAGGER_LABELS) {
                t->label_of[u][x] = (uint8_t)t->n_labels;
                t->labels[t->n_labels++] = (lo_tag){(uint8_t)u, (uint8_t)x, 0};
            }
}

static uint32_t gold(const trainer *t, uint32_t word)
{
    return t->label_of[t->bank->tags[word].upos][t->bank->tags[word].xpos];
}

static form *form_find(trainer *t, uint32_t key)
{
    size_t at = key & t->forms_mask;
    while (t->forms[at].key && t->forms[at].key != key)
        at = (at + 1) & t->forms_mask;
    return &t->forms[at];
}

static uint32_t form_count(const trainer *t, uint32_t key)
{
    size_t at = key & t->forms_mask;
    while (t->forms[at].key && t->forms[at].key != key)
        at = (at + 1) & t->forms_mask;
    return t->forms[at].count;
}

static lo_status count_forms(trainer *t)
{
    size_t words = 0;
    for (size_t s = 0; s < t->bank->n_sentences; s++)
        words += t->bank->starts[s + 1] - t->bank->starts[s];
    for (t->forms_mask = 1; t->forms_mask < 2 * words; t->forms_mask *= 2)
        ;
    t->forms = lo_mem_zalloc(t->forms_mask * sizeof *t->forms);
    if (!t->forms)
        return lo_mem_short();
    t->forms_mask--;
    for (size_t s = 0; s < t->bank->n_sentences; s++)
        for (uint32_t i = t->bank->starts[s]; i < t->bank->starts[s + 1]; i++) {
            lo_word word;
            lo_word_read(t->bank->forms[i], &word);
            uint32_t key = word.form, label = gold(t, i);
            form *at = form_find(t, key);
            t->n_forms += !at->count;
            at->key = key;
            at->count++;
            at->kind = lo_tagger_kind(&word);
            at->lower = word.lower;
            if (label < LO_TAGGER_LABELS)
                at->labels[label / 64] |= 1ull << label % 64;
        }
    return LO_OK;
}

static uint32_t set_find(trainer *t, const uint64_t labels[2])
{
    for (uint32_t i = LO_TAGGER_KINDS; i < t->n_sets; i++)
        if (!memcmp(t->sets[i], labels, sizeof t->sets[i]))
            return i;
    if (t->n_sets == LO_TAGGER_SETS)
        return UINT32_MAX;
    memcpy(t->sets[t->n_sets], labels, sizeof t->sets[0]);
    return t->n_sets++;
}

/* Labels that unknown words of each kind may have: those of the rare words of that kind. */
static void count_kinds(trainer *t)
{
    uint32_t counts[LO_TAGGER_KINDS][LO_TAGGER_LABELS] = {0}, most[LO_TAGGER_KINDS] = {0};
    for (size_t i = 0; i <= t->forms_mask; i++)
        if (t->forms[i].count && t->forms[i].count <= 2)
            for (uint32_t label = 0; label < t->n_labels; label++)
                counts[t->forms[i].kind][label] += t->forms[i].labels[label / 64] >> label % 64 & 1;
    for (uint32_t kind = 0; kind < LO_TAGGER_KINDS; kind++) {
        for (uint32_t label = 1; label < t->n_labels; label++)
            if (counts[kind][label] > counts[kind][most[kind]])
                most[kind] = label;
        for (uint32_t label = 0; label < t->n_labels; label++)
            if (counts[kind][label] >= KIND_MIN || label == most[kind])
                t->sets[kind][label / 64] |= 1ull << label % 64;
    }
    t->n_sets = LO_TAGGER_KINDS;
}

static int form_order(const void *a, const void *b)
{
    const form *x = a, *y = b;
    return (x->key > y->key) - (x->key < y->key);
}

static void enter(trainer *t, uint32_t key, uint32_t set)
{
    uint32_t at = key & t->dictionary_mask;
    while (t->dictionary[at].key && t->dictionary[at].key != key)
        at = (at + 1) & t->dictionary_mask;
    if (!t->dictionary[at].key)
        t->dictionary[at] = (lo_tagger_entry){.key = key, .set = (uint16_t)set};
}

static lo_status make_dictionary(trainer *t)
{
    size_t size = 1, n = 0;
    while (size < 3 * t->n_forms + 2)
        size *= 2;
    t->dictionary = lo_mem_zalloc(size * sizeof *t->dictionary);
    t->sets = lo_mem_zalloc(LO_TAGGER_SETS * sizeof *t->sets);
    t->set_labels = lo_mem_zalloc((size_t)LO_TAGGER_SETS * LO_TAGGER_LABELS);
    if (!t->dictionary || !t->sets || !t->set_labels)
        return lo_mem_short();
    t->dictionary_mask = (uint32_t)(size - 1);
    count_kinds(t);
    form *sorted = lo_mem_alloc((t->n_forms + 1) * sizeof *sorted);
    if (!sorted)
        return lo_mem_short();
    for (size_t i = 0; i <= t->forms_mask; i++)
        if (t->forms[i].count)
            sorted[n++] = t->forms[i];
    qsort(sorted, n, sizeof *sorted, form_order);
    for (size_t i = 0; i < n; i++) {
        const form *f = &sorted[i];
        uint64_t labels[2] = {f->labels[0], f->labels[1]};
        uint32_t set = f->kind;
        if (f->count < CLOSED_MIN)
            for (int k = 0; k < 2; k++)
                labels[k] |= t->sets[f->kind][k];
        if (f->count > 1 && labels[0] | labels[1])
            set = set_find(t, labels);
        enter(t, f->key, set == UINT32_MAX ? f->kind : set);
    }
    for (size_t i = 0; i < n; i++) /* a word seen only with a capital is known without */
        enter(t, sorted[i].lower, sorted[i].kind & ~1u);
    lo_mem_free(sorted);
    uint32_t filled = 0;
    for (uint32_t s = 0; s < t->n_sets; s++) {
        t->set_starts[s] = filled;
        for (uint32_t label = 0; label < t->n_labels; label++)
            if (t->sets[s][label / 64] >> label % 64 & 1)
                t->set_labels[filled++] = (uint8_t)label;
    }
    t->set_starts[t->n_sets] = filled;
    return LO_OK;
}

/* The label the weights prefer.  *rival: the best but right when right is known, each other label being given a start
 * of MARGIN: right itself when that still wins. */
static uint32_t best_label(const trainer *t, const lo_tagger_context *context, uint32_t i, const uint32_t *features,
                           uint32_t m, const lo_weight *weight, uint32_t right, uint32_t *rival)
{
    uint32_t set = context->sets[i], from = t->set_starts[set], n = t->set_starts[set + 1] - from;
    uint32_t mask = (uint32_t)weight->n - 1, best = t->set_labels[from];
    int64_t best_score = INT64_MIN, rival_score = INT64_MIN;
    *rival = best;
    for (uint32_t k = 0; k < n && n > 1; k++) {
        uint32_t label = t->set_labels[from + k];
        int64_t score = 0;
        for (uint32_t f = 0; f < m; f++)
            score += weight->now[lo_tagger_cell(features[f], label, mask)];
        if (score > best_score) {
            best_score = score;
            best = label;
        }
        score += label == right ? 0 : MARGIN;
        if (score > rival_score) {
            rival_score = score;
            *rival = label;
        }
    }
    return best;
}

/* One pass over a sentence; learns when weight is to be changed. */
static void walk(const trainer *t, lo_tagger_context *context, uint32_t from, int pass, lo_weight *weight, bool change)
{
    uint32_t features[LO_TAGGER_FEATURES], mask = (uint32_t)weight->n - 1;
    for (uint32_t i = 0; i < context->n; i++) {
        uint32_t m = lo_tagger_features(context, i, pass, features), right = gold(t, from + i), rival;
        uint32_t best = best_label(t, context, i, features, m, weight, right, &rival);
        if (change && rival != right && right < LO_TAGGER_LABELS)
            for (uint32_t f = 0; f < m; f++) {
                lo_weight_add(weight, lo_tagger_cell(features[f], right, mask), 1);
                lo_weight_add(weight, lo_tagger_cell(features[f], rival, mask), -1);
            }
        context->labels[i] = (uint8_t)best;
        weight->step++;
    }
}

/* Rare words are now and then taken for unknown ones, so that affixes, shapes and clusters learn to do without them. */
static void forget_some(const trainer *t, lo_tagger_context *context, uint32_t from, uint64_t *seed)
{
    for (uint32_t i = 0; i < context->n; i++) {
        lo_word word;
        lo_word_read(t->bank->forms[from + i], &word);
        uint32_t count = form_count(t, word.form);
        if (lo_weight_random(seed) % (4 * count + FORGET) < FORGET)
            lo_tagger_forget(&context->words[i], &context->sets[i]);
    }
}

/* Learns one pass from the sentences whose number does not leave the rest fold when divided by FOLDS (fold -1: from
 * all).  ahead: what the first pass gave to each word of the treebank, or NULL in the first pass. */
static lo_status learn(const trainer *t, uint64_t seed, int fold, const uint8_t *ahead, lo_weight *weight)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_status status = LO_OK;
    uint32_t *order = lo_mem_alloc((t->bank->n_sentences + 1) * sizeof *order);
    if (!order)
        return lo_mem_short();
    size_t n_order = 0;
    for (size_t s = 0; s < t->bank->n_sentences; s++)
        if ((int)(s % FOLDS) != fold)
            order[n_order++] = (uint32_t)s;
    for (int epoch = 0; epoch < (fold < 0 ? EPOCHS : FOLD_EPOCHS) && !status; epoch++) {
        lo_weight_shuffle(order, n_order, &seed);
        for (size_t s = 0; s < n_order && !status; s++) {
            uint32_t from = t->bank->starts[order[s]], n = t->bank->starts[order[s] + 1] - from;
            lo_tagger_context context;
            lo_arena_reset(&arena);
            status = lo_tagger_context_make(&t->tagger, t->bank->forms + from, n, &arena, &context);
            if (!status && ahead)
                memcpy(context.ahead, ahead + from, n);
            if (!status) {
                forget_some(t, &context, from, &seed);
                walk(t, &context, from, ahead ? 1 : 0, weight, true);
            }
        }
    }
    lo_mem_free(order);
    lo_arena_free(&arena);
    return status;
}

/* What the first pass gives to the sentences of a fold when it has not learnt from them. */
static lo_status label_fold(const trainer *t, uint64_t seed, int fold, uint8_t *ahead)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_weight weight;
    lo_status status = lo_weight_open(&weight, (size_t)1 << WEIGHT_BITS);
    if (!status)
        status = learn(t, seed, fold, NULL, &weight);
    if (!status)
        lo_weight_average(&weight);
    for (size_t s = (size_t)fold; s < t->bank->n_sentences && !status; s += FOLDS) {
        uint32_t from = t->bank->starts[s], n = t->bank->starts[s + 1] - from;
        lo_tagger_context context;
        lo_arena_reset(&arena);
        status = lo_tagger_context_make(&t->tagger, t->bank->forms + from, n, &arena, &context);
        if (!status) {
            walk(t, &context, from, 0, &weight, false);
            memcpy(ahead + from, context.labels, n);
        }
    }
    lo_weight_close(&weight);
    lo_arena_free(&arena);
    return status;
}

static lo_status save(const trainer *t, const lo_weight weights[LO_TAGGER_PASSES], lo_buf *out)
{
    uint64_t clusters = lo_cluster_checksum(t->tagger.clusters);
    int8_t *bytes[LO_TAGGER_PASSES] = {lo_mem_alloc(weights[0].n), lo_mem_alloc(weights[1].n)};
    lo_status status = LO_OK;
    if (!bytes[0] || !bytes[1])
        status = lo_mem_short();
    for (int pass = 0; pass < LO_TAGGER_PASSES && !status; pass++)
        lo_weight_quantise(&weights[pass], CLIP_ONE_IN, bytes[pass]);
    lo_model_part parts[] = {
        {"weights", {(const char *)bytes[0], weights[0].n}},
        {"weights_ahead", {(const char *)bytes[1], weights[1].n}},
        {"labels", {(const char *)t->labels, t->n_labels * sizeof t->labels[0]}},
        {"dictionary", {(const char *)t->dictionary, (t->dictionary_mask + (size_t)1) * sizeof t->dictionary[0]}},
        {"set_starts", {(const char *)t->set_starts, (t->n_sets + 1) * sizeof t->set_starts[0]}},
        {"set_labels", {(const char *)t->set_labels, t->set_starts[t->n_sets]}},
        {"clusters", {(const char *)&clusters, sizeof clusters}},
    };
    if (!status)
        status = lo_model_write("tagger", LO_TAGGER_VERSION, parts, sizeof parts / sizeof parts[0], out);
    lo_mem_free(bytes[0]);
    lo_mem_free(bytes[1]);
    return status;
}

static lo_status open_trainer(trainer *t, uint8_t **ahead)
{
    *ahead = lo_mem_zalloc(t->bank->n + 1);
    count_labels(t);
    lo_status status = !*ahead        ? lo_mem_short()
                       : !t->n_labels ? lo_status_set(LO_E_DATA, "no tagged words to train from")
                                      : LO_OK;
    if (!status)
        status = count_forms(t);
    if (!status)
        status = make_dictionary(t);
    t->tagger.dictionary = t->dictionary;
    t->tagger.dictionary_mask = t->dictionary_mask;
    return status;
}

static void close_trainer(trainer *t, uint8_t *ahead)
{
    lo_mem_free(ahead);
    lo_mem_free(t->forms);
    lo_mem_free(t->dictionary);
    lo_mem_free(t->sets);
    lo_mem_free(t->set_labels);
}

lo_status lo_tagger_train(const lo_treebank *bank, const lo_cluster *clusters, uint64_t seed, lo_buf *out)
{
    lo_weight weights[LO_TAGGER_PASSES] = {{0}};
    trainer t = {.bank = bank, .tagger.clusters = clusters};
    uint8_t *ahead;
    lo_status status = open_trainer(&t, &ahead);
    for (int pass = 0; pass < LO_TAGGER_PASSES && !status; pass++) {
        for (int fold = 0; fold < FOLDS && pass && !status; fold++)
            status = label_fold(&t, seed, fold, ahead);
        if (!status)
            status = lo_weight_open(&weights[pass], (size_t)1 << WEIGHT_BITS);
        if (!status)
            status = learn(&t, seed, -1, pass ? ahead : NULL, &weights[pass]);
    }
    if (!status)
        status = save(&t, weights, out);
    for (int pass = 0; pass < LO_TAGGER_PASSES; pass++)
        lo_weight_close(&weights[pass]);
    close_trainer(&t, ahead);
    return status;
}

lo_status lo_tagger_cross_tag(const lo_treebank *bank, const lo_cluster *clusters, uint64_t seed, lo_tag *out)
{
    trainer t = {.bank = bank, .tagger.clusters = clusters};
    uint8_t *labels;
    lo_status status = open_trainer(&t, &labels);
    for (int fold = 0; fold < FOLDS && !status; fold++)
        status = label_fold(&t, seed, fold, labels);
    for (size_t i = 0; i < bank->n && !status; i++)
        out[i] = t.labels[labels[i]];
    close_trainer(&t, labels);
    return status;
}
