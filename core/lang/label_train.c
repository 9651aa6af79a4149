// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/label.h"
#include "lang/label_model.h"

#include <stdlib.h>
#include <string.h>

/* Weights and gradients are in 2^-16 (of a nat, of a probability); squares of gradients are summed in 2^-16 as well. */
enum { ONE = 65536, SMALL = 96, SCALE_STEPS = 127, AHEAD = 24 };
static const uint32_t NONE = UINT32_MAX;

typedef struct sequence {
    size_t from; /* first row */
    uint32_t rows;
} sequence;

struct lo_label_trainer {
    lo_label_plan plan;
    lo_buf names; /* as the model file has them */
    /* One row after another: a feature for each template, a label, a set of allowed labels. */
    uint64_t *features;
    size_t features_room;
    uint8_t *labels;
    size_t labels_room;
    uint16_t *allowed;
    size_t allowed_room;
    size_t rows;
    sequence *sequences;
    size_t sequences_n, sequences_room;
};

lo_status lo_label_trainer_create(const lo_label_spec *spec, lo_label_trainer **out)
{
    *out = NULL;
    lo_label_trainer *trainer = lo_mem_zalloc(sizeof *trainer);
    if (!trainer)
        return lo_mem_short();
    lo_status status = lo_label_plan_make(spec, &trainer->plan);
    for (uint32_t i = 0; !status && i < spec->n_columns; i++)
        status = lo_buf_add_string(&trainer->names, lo_str_of(spec->columns[i]));
    for (uint32_t i = 0; !status && i < spec->n_templates; i++)
        status = lo_buf_add_string(&trainer->names, lo_str_of(spec->templates[i]));
    for (uint32_t i = 0; !status && i < spec->n_labels; i++)
        status = lo_buf_add_string(&trainer->names, lo_str_of(spec->labels[i]));
    if (status) {
        lo_label_trainer_free(trainer);
        return status;
    }
    lo_label_math_ready();
    *out = trainer;
    return LO_OK;
}

void lo_label_trainer_free(lo_label_trainer *trainer)
{
    if (!trainer)
        return;
    lo_buf_free(&trainer->names);
    lo_mem_free(trainer->features);
    lo_mem_free(trainer->labels);
    lo_mem_free(trainer->allowed);
    lo_mem_free(trainer->sequences);
    lo_mem_free(trainer);
}

lo_status lo_label_trainer_add(lo_label_trainer *trainer, const lo_label_rows *rows, const uint8_t *labels,
                               const uint16_t *allowed)
{
    const lo_label_plan *plan = &trainer->plan;
    uint32_t n = rows->end - rows->first;
    if (n == 0)
        return LO_OK;
    for (uint32_t r = 0; r < n; r++) {
        unsigned set = allowed ? allowed[r] : 0xffffu;
        if (r == 0)
            set &= plan->first;
        if (r + 1 == n)
            set &= plan->last;
        if (labels[r] >= plan->n_labels || !(set >> labels[r] & 1) ||
            (r > 0 && !(plan->follow[labels[r - 1]] >> labels[r] & 1)))
            return lo_status_set(LO_E_ARG, "row %u of a training sequence has a label that may not stand there", r);
    }
    size_t need = trainer->rows + n;
    lo_status status =
        lo_mem_grow((void **)&trainer->features, &trainer->features_room, need * plan->n_templates, sizeof(uint64_t));
    if (!status)
        status = lo_mem_grow((void **)&trainer->labels, &trainer->labels_room, need, 1);
    if (!status)
        status = lo_mem_grow((void **)&trainer->allowed, &trainer->allowed_room, need, sizeof(uint16_t));
    if (!status)
        status = lo_mem_grow((void **)&trainer->sequences, &trainer->sequences_room, trainer->sequences_n + 1,
                             sizeof(sequence));
    if (status)
        return status;
    uint64_t *feature = trainer->features + trainer->rows * plan->n_templates;
    uint64_t values[LO_LABEL_PLACES];
    for (uint32_t r = 0; r < n; r++) {
        lo_label_gather(plan, rows, rows->first + r, 0, plan->n_places, values);
        for (uint32_t i = 0; i < plan->n_templates; i++)
            *feature++ = lo_label_feature(&plan->templates[i], values);
        trainer->labels[trainer->rows + r] = labels[r];
        trainer->allowed[trainer->rows + r] = allowed ? allowed[r] : 0xffffu;
    }
    trainer->sequences[trainer->sequences_n++] = (sequence){trainer->rows, n};
    trainer->rows = need;
    return LO_OK;
}

/* ------------------------------------------------------------------------------------------------- dictionary */

typedef struct dictionary {
    uint64_t *keys; /* feature of each number */
    size_t n, room;
    uint32_t *slots; /* number + 1; 0: free */
    size_t mask;
} dictionary;

static uint32_t dictionary_find(const dictionary *d, uint64_t key, size_t *slot)
{
    size_t at = key & d->mask;
    while (d->slots[at] && d->keys[d->slots[at] - 1] != key)
        at = (at + 1) & d->mask;
    *slot = at;
    return d->slots[at] ? d->slots[at] - 1 : NONE;
}

/* Numbers the features seen in `cutoff` rows or more, in the order they are first seen, and writes the numbers. */
static lo_status number_features(const lo_label_trainer *trainer, uint32_t cutoff, dictionary *d, uint32_t *out)
{
    size_t cells = trainer->rows * trainer->plan.n_templates, size = 1024;
    while (size < cells / 2)
        size *= 2;
    /* Counts by hash alone first: few of the rare features pass, and only what passes is remembered. */
    uint8_t *counts = lo_mem_zalloc(size * 2);
    lo_status status = counts ? LO_OK : lo_mem_short();
    size_t passed = 0;
    for (size_t i = 0; !status && i < cells; i++) {
        uint8_t *count = &counts[(trainer->features[i] >> 20) & (size * 2 - 1)];
        if (*count < UINT8_MAX && ++*count == cutoff)
            passed++;
    }
    size_t slots = 1024;
    while (slots < passed * 4)
        slots *= 2;
    if (!status) {
        d->slots = lo_mem_zalloc(slots * sizeof *d->slots);
        d->mask = slots - 1;
        status = d->slots ? LO_OK : lo_mem_short();
    }
    for (size_t i = 0; !status && i < cells; i++) {
        uint64_t key = trainer->features[i];
        out[i] = NONE;
        if (counts[(key >> 20) & (size * 2 - 1)] < cutoff)
            continue;
        size_t slot;
        out[i] = dictionary_find(d, key, &slot);
        if (out[i] != NONE)
            continue;
        if (d->n * 2 > d->mask || d->n >= NONE - 1) {
            status = lo_status_set(LO_E_LIMIT, "too many features to learn from");
            break;
        }
        status = lo_mem_grow((void **)&d->keys, &d->room, d->n + 1, sizeof *d->keys);
        if (status)
            break;
        d->keys[d->n] = key;
        out[i] = (uint32_t)d->n;
        d->slots[slot] = (uint32_t)++d->n;
    }
    lo_mem_free(counts);
    return status;
}

/* --------------------------------------------------------------------------------------------------- learning */

typedef struct weights {
    int32_t *w;
    uint32_t *squares;
    int64_t *sum; /* of changes, each times the number of the step it was made in */
} weights;

typedef struct learner {
    const lo_label_trainer *trainer;
    lo_label_options options;
    uint32_t *features;
    weights emit, move;
    uint64_t random;
    int64_t step; /* counts once averaging has begun */
    int32_t moves[LO_LABEL_LABELS * LO_LABEL_LABELS];
    int32_t *scores, *alpha, *beta;
    uint8_t *dropped;
} learner;

static uint64_t next_random(uint64_t *state) /* splitmix64 */
{
    uint64_t z = *state += UINT64_C(0x9e3779b97f4a7c15);
    z = (z ^ z >> 30) * UINT64_C(0xbf58476d1ce4e5b9);
    z = (z ^ z >> 27) * UINT64_C(0x94d049bb133111eb);
    return z ^ z >> 31;
}

static lo_status weights_make(weights *w, size_t n)
{
    w->w = lo_mem_zalloc(n * sizeof *w->w + 1);
    w->squares = lo_mem_zalloc(n * sizeof *w->squares + 1);
    w->sum = lo_mem_zalloc(n * sizeof *w->sum + 1);
    return w->w && w->squares && w->sum ? LO_OK : lo_mem_short();
}

static void weights_free(weights *w)
{
    lo_mem_free(w->w);
    lo_mem_free(w->squares);
    lo_mem_free(w->sum);
}

/* One step up the gradient (2^-16 of a probability). */
static void climb(learner *l, weights *w, size_t at, int32_t gradient)
{
    uint64_t squares = w->squares[at] + ((uint64_t)((int64_t)gradient * gradient) >> 16);
    w->squares[at] = squares > UINT32_MAX ? UINT32_MAX : (uint32_t)squares;
    /* rate / 1000 * g / sqrt(1 + sum of g^2): the root of 2^16 (1 + s) is 2^8 of the real one, its inverse comes in
     * 2^20. */
    uint64_t inverse = lo_label_inverse_root((uint64_t)w->squares[at] + ONE);
    int32_t change = (int32_t)((int64_t)gradient * (int64_t)l->options.rate * (int64_t)inverse / (1000 << 12));
    w->w[at] += change;
    w->sum[at] += (int64_t)change * l->step;
}

static void score_sequence(learner *l, const sequence *s)
{
    const lo_label_plan *plan = &l->trainer->plan;
    uint32_t labels = plan->n_labels, templates = plan->n_templates;
    const uint32_t *feature = l->features + s->from * templates;
    uint32_t limit = (uint32_t)((uint64_t)l->options.dropout * 65536 / 100);
    for (uint32_t r = 0; r < s->rows; r++) {
        int64_t sum[LO_LABEL_LABELS] = {0};
        for (uint32_t i = 0; i < templates; i++) {
            size_t at = (size_t)r * templates + i;
            uint32_t f = feature[at];
            if (at + AHEAD < (size_t)s->rows * templates && feature[at + AHEAD] != NONE)
                __builtin_prefetch(l->emit.w + (size_t)feature[at + AHEAD] * labels);
            l->dropped[(size_t)r * templates + i] = f == NONE || (limit && (next_random(&l->random) & 0xffff) < limit);
            if (l->dropped[(size_t)r * templates + i])
                continue;
            const int32_t *w = l->emit.w + (size_t)f * labels;
            for (uint32_t j = 0; j < labels; j++)
                sum[j] += w[j];
        }
        for (uint32_t j = 0; j < labels; j++)
            l->scores[(size_t)r * labels + j] = (int32_t)(sum[j] * LO_LABEL_UNIT / ONE);
    }
}

static uint64_t learn_sequence(learner *l, const sequence *s)
{
    const lo_label_trainer *trainer = l->trainer;
    const lo_label_plan *plan = &trainer->plan;
    uint32_t labels = plan->n_labels, templates = plan->n_templates;
    const uint8_t *gold = trainer->labels + s->from;
    score_sequence(l, s);
    for (uint32_t i = 0; i < labels * labels; i++)
        l->moves[i] = (int32_t)((int64_t)l->move.w[i] * LO_LABEL_UNIT / ONE);
    lo_label_chain chain = {plan, l->moves, l->scores, trainer->allowed + s->from, s->rows};
    int32_t total = lo_label_chain_sum(&chain, l->alpha, l->beta);
    int64_t right = 0;
    for (uint32_t r = 0; r < s->rows; r++) {
        const int32_t *alpha = l->alpha + (size_t)r * labels, *beta = l->beta + (size_t)r * labels;
        right += l->scores[(size_t)r * labels + gold[r]];
        if (r > 0)
            right += l->moves[gold[r - 1] * labels + gold[r]];
        for (uint32_t j = 0; j < labels; j++) {
            bool possible = alpha[j] > LO_LABEL_NEVER / 2 && beta[j] > LO_LABEL_NEVER / 2;
            int32_t p = possible ? (int32_t)lo_label_exp(alpha[j] + beta[j] - total) : 0;
            int32_t gradient = (j == gold[r] ? ONE : 0) - p;
            if (gradient > SMALL || gradient < -SMALL)
                for (uint32_t i = 0; i < templates; i++)
                    if (!l->dropped[(size_t)r * templates + i])
                        climb(l, &l->emit, (size_t)l->features[(s->from + r) * templates + i] * labels + j, gradient);
        }
        if (r == 0)
            continue;
        const int32_t *before = alpha - labels;
        for (uint32_t i = 0; i < labels; i++)
            for (uint32_t j = 0; j < labels; j++) {
                bool possible = before[i] > LO_LABEL_NEVER / 2 && beta[j] > LO_LABEL_NEVER / 2 &&
                                alpha[j] > LO_LABEL_NEVER / 2 && (plan->follow[i] >> j & 1);
                int32_t sum = possible ? before[i] + l->moves[i * labels + j] + l->scores[(size_t)r * labels + j] +
                                             beta[j] - total
                                       : LO_LABEL_NEVER;
                int32_t gradient =
                    (i == gold[r - 1] && j == gold[r] ? ONE : 0) - (possible ? (int32_t)lo_label_exp(sum) : 0);
                if (gradient > SMALL || gradient < -SMALL)
                    climb(l, &l->move, (size_t)i * labels + j, gradient);
            }
    }
    return total > right ? (uint64_t)(total - right) : 0;
}

static void learn(learner *l, uint32_t *order)
{
    const lo_label_trainer *trainer = l->trainer;
    uint32_t average_from = l->options.epochs / 3;
    for (uint32_t epoch = 0; epoch < l->options.epochs; epoch++) {
        for (size_t i = trainer->sequences_n; i > 1; i--) {
            size_t j = next_random(&l->random) % i;
            uint32_t swap = order[i - 1];
            order[i - 1] = order[j];
            order[j] = swap;
        }
        uint64_t loss = 0;
        for (size_t i = 0; i < trainer->sequences_n; i++) {
            loss += learn_sequence(l, &trainer->sequences[order[i]]);
            l->step += epoch >= average_from;
        }
        if (l->options.progress)
            l->options.progress(l->options.user, epoch + 1,
                                trainer->rows ? loss * 1000 / LO_LABEL_UNIT / trainer->rows : 0);
    }
}

/* Mean over the steps since averaging began.  A change made in step s counts in the steps after it. */
static void average(learner *l, weights *w, size_t n)
{
    for (size_t i = 0; l->step > 0 && i < n; i++)
        w->w[i] -= (int32_t)(w->sum[i] / l->step);
}

/* ----------------------------------------------------------------------------------------------- model files */

typedef struct ranked {
    uint64_t key;
    uint32_t number, weight;
} ranked;

static int by_weight(const void *a, const void *b)
{
    const ranked *x = a, *y = b;
    if (x->weight != y->weight)
        return x->weight > y->weight ? -1 : 1;
    return x->key < y->key ? -1 : x->key > y->key;
}

static int32_t quantized(int64_t weight, uint32_t scale, uint32_t kept)
{
    int64_t unit = (int64_t)scale * (ONE / LO_LABEL_UNIT) * 100, half = weight < 0 ? -unit / 2 : unit / 2;
    int64_t q = (weight * kept + half) / unit;
    return q > SCALE_STEPS ? SCALE_STEPS : q < -SCALE_STEPS ? -SCALE_STEPS : (int32_t)q;
}

/* The smallest step that cuts at most one weight in a thousand at 127 steps. */
static uint32_t choose_scale(const learner *l, size_t n, uint32_t kept)
{
    for (uint32_t scale = 16; scale < 1024; scale += scale / 4) {
        size_t cut = 0, held = 0;
        for (size_t i = 0; i < n; i++) {
            int64_t w = l->emit.w[i] < 0 ? -(int64_t)l->emit.w[i] : l->emit.w[i];
            held += w > 0;
            cut += w * kept > (int64_t)SCALE_STEPS * scale * (ONE / LO_LABEL_UNIT) * 100;
        }
        if (cut <= held / 1000)
            return scale;
    }
    return 1024;
}

/* Buckets for the heaviest features; those that find theirs full are left out. */
static lo_status write_table(const learner *l, const dictionary *d, uint32_t scale, lo_buf *out, size_t file_start)
{
    uint32_t labels = l->trainer->plan.n_labels, kept = 100 - l->options.dropout;
    lo_status status = LO_OK;
    ranked *list = lo_mem_alloc(d->n * sizeof *list + 1);
    size_t n = 0, used = 0;
    for (size_t f = 0; list && f < d->n; f++) {
        uint64_t weight = 0;
        bool any = false;
        for (uint32_t j = 0; j < labels; j++) {
            int32_t w = l->emit.w[f * labels + j];
            weight += (uint64_t)(w < 0 ? -(int64_t)w : w);
            any |= quantized(w, scale, kept) != 0;
        }
        if (any)
            list[n++] = (ranked){d->keys[f], (uint32_t)f, weight > UINT32_MAX ? UINT32_MAX : (uint32_t)weight};
    }
    if (list)
        qsort(list, n, sizeof *list, by_weight);
    n = n > l->options.most ? l->options.most : n;
    uint32_t buckets = (uint32_t)(n / 3 + 1);
    uint32_t(*held)[LO_LABEL_CHECKS] = lo_mem_alloc(buckets * sizeof *held);
    uint8_t *counts = lo_mem_zalloc(buckets);
    if (!list || !held || !counts)
        status = lo_mem_short();
    for (size_t i = 0; !status && i < n; i++) {
        uint32_t b = lo_label_bucket_of(list[i].key, buckets);
        bool twin = counts[b] == LO_LABEL_CHECKS;
        for (uint8_t k = 0; k < counts[b]; k++)
            twin |= lo_label_check_of(d->keys[held[b][k]]) == lo_label_check_of(list[i].key);
        if (twin)
            continue;
        held[b][counts[b]++] = list[i].number;
        used++;
    }
    if (!status) {
        lo_buf_add_varint(out, buckets);
        lo_buf_add_varint(out, used);
        while ((out->n - file_start) % 4)
            lo_buf_add_byte(out, 0);
        uint32_t base = 0;
        for (uint32_t b = 0; b < buckets; b++) {
            lo_label_bucket bucket = {.base = base};
            for (uint8_t k = 0; k < counts[b]; k++)
                bucket.check[k] = lo_label_check_of(d->keys[held[b][k]]);
            lo_buf_add(out, &bucket, sizeof bucket);
            base += counts[b];
        }
        for (uint32_t b = 0; b < buckets; b++)
            for (uint8_t k = 0; k < counts[b]; k++)
                for (uint32_t j = 0; j < labels; j++)
                    lo_buf_add_byte(
                        out, (unsigned char)(int8_t)quantized(l->emit.w[(size_t)held[b][k] * labels + j], scale, kept));
        for (int i = 0; i < LO_LABEL_LANES; i++)
            lo_buf_add_byte(out, 0);
        status = out->status;
    }
    lo_mem_free(list);
    lo_mem_free(held);
    lo_mem_free(counts);
    return status;
}

static lo_status write_model(const learner *l, const dictionary *d, lo_buf *out)
{
    const lo_label_plan *plan = &l->trainer->plan;
    size_t start = out->n;
    uint32_t scale = choose_scale(l, d->n * plan->n_labels, 100 - l->options.dropout);
    lo_buf_add(out, LO_LABEL_MAGIC, 8);
    lo_buf_add_varint(out, plan->n_columns);
    lo_buf_add_varint(out, plan->n_local);
    lo_buf_add_varint(out, plan->n_templates);
    lo_buf_add_varint(out, plan->n_labels);
    lo_buf_add_str(out, lo_buf_str(&l->trainer->names));
    lo_buf_add_varint(out, scale);
    for (uint32_t i = 0; i < plan->n_labels * plan->n_labels; i++) {
        int32_t move = (int32_t)((int64_t)l->move.w[i] * LO_LABEL_UNIT / ONE);
        lo_buf_add_varint(out, ((uint32_t)move << 1) ^ (uint32_t)(move >> 31));
    }
    return write_table(l, d, scale, out, start);
}

lo_status lo_label_train(lo_label_trainer *trainer, const lo_label_options *options, lo_buf *out)
{
    learner l = {.trainer = trainer, .options = options ? *options : (lo_label_options){0}};
    l.options.epochs = l.options.epochs ? l.options.epochs : 8;
    l.options.cutoff = l.options.cutoff ? l.options.cutoff : 2;
    l.options.rate = l.options.rate ? l.options.rate : 100;
    l.options.most = l.options.most ? l.options.most : 250000;
    if (l.options.dropout > 90 || l.options.cutoff > 200 || l.options.rate > 10000 || l.options.most > 1u << 23)
        return lo_status_set(LO_E_ARG, "labeller: dropout is at most 90, cutoff 200, rate 10000, most 8388608");
    if (!trainer->rows)
        return lo_status_set(LO_E_ARG, "labeller: there is nothing to learn from");
    l.random = l.options.seed;
    uint32_t labels = trainer->plan.n_labels, longest = 1;
    for (size_t i = 0; i < trainer->sequences_n; i++)
        longest = trainer->sequences[i].rows > longest ? trainer->sequences[i].rows : longest;
    dictionary d = {0};
    uint32_t *order = lo_mem_alloc(trainer->sequences_n * sizeof *order);
    size_t cells = (size_t)longest * labels * sizeof(int32_t);
    l.features = lo_mem_alloc(trainer->rows * trainer->plan.n_templates * sizeof *l.features);
    l.scores = lo_mem_alloc(cells);
    l.alpha = lo_mem_alloc(cells);
    l.beta = lo_mem_alloc(cells);
    l.dropped = lo_mem_alloc((size_t)longest * trainer->plan.n_templates);
    lo_status status = order && l.features && l.scores && l.alpha && l.beta && l.dropped ? LO_OK : lo_mem_short();
    if (!status)
        status = number_features(trainer, l.options.cutoff, &d, l.features);
    if (!status)
        status = weights_make(&l.emit, d.n * labels);
    if (!status)
        status = weights_make(&l.move, (size_t)labels * labels);
    if (!status) {
        for (size_t i = 0; i < trainer->sequences_n; i++)
            order[i] = (uint32_t)i;
        learn(&l, order);
        average(&l, &l.emit, d.n * labels);
        average(&l, &l.move, (size_t)labels * labels);
        status = write_model(&l, &d, out);
    }
    weights_free(&l.emit);
    weights_free(&l.move);
    lo_mem_free(order);
    lo_mem_free(l.features);
    lo_mem_free(l.scores);
    lo_mem_free(l.alpha);
    lo_mem_free(l.beta);
    lo_mem_free(l.dropped);
    lo_mem_free(d.keys);
    lo_mem_free(d.slots);
    return status;
}
