// SPDX-License-Identifier: MIT
/* Structured perceptron over a beam, updated where the best derivation leads the right one by most (max-violation,
 * Huang, Fayong & Guo 2012). */
#include "base/mem.h"
#include "lang/model.h"
#include "lang/parser.h"
#include "lang/weight.h"

#include <stdlib.h>
#include <string.h>

enum {
    EPOCHS = 5,
    MOVE_BITS = 24,
    LABEL_BITS = 21,
    CLIP_ONE_IN = 100000,
    LABEL_MARGIN = 20,
    LEAD = 150,   /* in updates: derivations so far behind are given up when parsing */
    MASK_MIN = 2, /* a relation seen as often between two tags is tried */
};

typedef struct trainer {
    const lo_treebank *bank;
    const lo_tag *tags;
    const lo_cluster *clusters;
    lo_weight moves, labels;
    uint64_t *masks;
} trainer;

static void score(const void *user, const lo_parser_sentence *sentence, const lo_parser_state *state,
                  lo_parser_choice choices[3])
{
    const trainer *t = user;
    uint32_t features[LO_PARSER_FEATURES];
    if (!lo_parser_may(sentence, state, LO_PARSER_LEFT)) {
        choices[LO_PARSER_SHIFT] = (lo_parser_choice){0, 0};
        return;
    }
    int64_t sums[4] = {0};
    uint32_t n = lo_parser_move_features(sentence, state, features), mask = (uint32_t)t->moves.n - 1;
    for (uint32_t f = 0; f < n; f++)
        for (unsigned k = 0; k < 4; k++)
            sums[k] += t->moves.now[lo_parser_move_cell(features[f], k, mask)];
    choices[LO_PARSER_SHIFT] = (lo_parser_choice){sums[LO_PARSER_SHIFT], 0};
    mask = (uint32_t)t->labels.n - 1;
    for (unsigned action = LO_PARSER_LEFT; action <= LO_PARSER_RIGHT; action++) {
        uint64_t relations = t->masks[lo_parser_mask_index(sentence, state, action)];
        int64_t best_score = INT64_MIN;
        n = lo_parser_label_features(sentence, state, action, features);
        for (; relations; relations &= relations - 1) {
            unsigned relation = (unsigned)__builtin_ctzll(relations);
            int64_t sum = 0;
            for (uint32_t f = 0; f < n; f++)
                sum += t->labels.now[lo_parser_label_cell(features[f], relation, mask)];
            if (sum > best_score) {
                best_score = sum;
                choices[action].relation = (uint8_t)relation;
            }
        }
        choices[action].score = sums[action] + best_score;
    }
}

/* Trains the relations of the right arcs one by one: the right one must win by LABEL_MARGIN. */
static void learn_labels(trainer *t, const lo_parser_sentence *sentence, const lo_parser_state *gold, uint32_t steps,
                         const lo_arc *arcs)
{
    uint32_t features[LO_PARSER_FEATURES], mask = (uint32_t)t->labels.n - 1;
    for (uint32_t step = 0; step < steps; step++) {
        unsigned action = gold[step + 1].action, rival = 0;
        if (action == LO_PARSER_SHIFT)
            continue;
        const lo_parser_tree *first = gold[step].top;
        unsigned right = arcs[(action == LO_PARSER_LEFT ? first->below : first)->word].relation;
        uint32_t n = lo_parser_label_features(sentence, &gold[step], action, features);
        uint64_t relations = t->masks[lo_parser_mask_index(sentence, &gold[step], action)] | (uint64_t)1 << right;
        int64_t best = INT64_MIN;
        for (; relations; relations &= relations - 1) {
            unsigned relation = (unsigned)__builtin_ctzll(relations);
            int64_t sum = relation == right ? -LABEL_MARGIN : 0;
            for (uint32_t f = 0; f < n; f++)
                sum += t->labels.now[lo_parser_label_cell(features[f], relation, mask)];
            if (sum > best) {
                best = sum;
                rival = relation;
            }
        }
        if (rival != right)
            for (uint32_t f = 0; f < n; f++) {
                lo_weight_add(&t->labels, lo_parser_label_cell(features[f], right, mask), 1);
                lo_weight_add(&t->labels, lo_parser_label_cell(features[f], rival, mask), -1);
            }
    }
}

static int64_t score_step(const trainer *t, const lo_parser_sentence *sentence, const lo_parser_state *state,
                          unsigned action, unsigned relation)
{
    uint32_t features[LO_PARSER_FEATURES], n;
    int64_t sum = 0;
    if (!lo_parser_may(sentence, state, LO_PARSER_LEFT))
        return 0;
    n = lo_parser_move_features(sentence, state, features);
    for (uint32_t f = 0; f < n; f++)
        sum += t->moves.now[lo_parser_move_cell(features[f], action, (uint32_t)t->moves.n - 1)];
    if (action != LO_PARSER_SHIFT) {
        n = lo_parser_label_features(sentence, state, action, features);
        for (uint32_t f = 0; f < n; f++)
            sum += t->labels.now[lo_parser_label_cell(features[f], relation, (uint32_t)t->labels.n - 1)];
    }
    return sum;
}

static void change_step(trainer *t, const lo_parser_sentence *sentence, const lo_parser_state *after, int32_t by)
{
    const lo_parser_state *state = after->before;
    uint32_t features[LO_PARSER_FEATURES], n;
    if (!lo_parser_may(sentence, state, LO_PARSER_LEFT))
        return;
    n = lo_parser_move_features(sentence, state, features);
    for (uint32_t f = 0; f < n; f++)
        lo_weight_add(&t->moves, lo_parser_move_cell(features[f], after->action, (uint32_t)t->moves.n - 1), by);
    if (after->action != LO_PARSER_SHIFT) {
        n = lo_parser_label_features(sentence, state, after->action, features);
        for (uint32_t f = 0; f < n; f++)
            lo_weight_add(&t->labels, lo_parser_label_cell(features[f], after->relation, (uint32_t)t->labels.n - 1),
                          by);
    }
}

/* The right derivation, states 0 … 2 n - 1 with their scores; *projective tells whether there is one. */
static lo_status gold_states(const trainer *t, const lo_parser_sentence *sentence, const lo_arc *arcs, lo_arena *arena,
                             lo_parser_state **out, bool *projective)
{
    uint32_t n = sentence->n, steps = 2 * n - 1;
    lo_parser_state *states = lo_arena_alloc(arena, (steps + (size_t)1) * sizeof *states);
    lo_parser_tree *trees = lo_arena_alloc(arena, (steps + (size_t)1) * sizeof *trees);
    uint32_t *waiting = lo_arena_array(arena, n + (size_t)1, sizeof *waiting); /* dependents still to come */
    if (!states || !trees || !waiting)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++)
        if (arcs[i].head >= 0)
            waiting[arcs[i].head]++;
    states[0] = (lo_parser_state){0};
    *projective = true;
    for (uint32_t step = 0; step < steps; step++) {
        const lo_parser_tree *first = states[step].top, *second = first ? first->below : NULL;
        unsigned action = LO_PARSER_SHIFT, relation = 0;
        if (second && arcs[second->word].head == (int32_t)first->word && !waiting[second->word]) {
            action = LO_PARSER_LEFT;
            relation = arcs[second->word].relation;
            waiting[first->word]--;
        } else if (second && arcs[first->word].head == (int32_t)second->word && !waiting[first->word]) {
            action = LO_PARSER_RIGHT;
            relation = arcs[first->word].relation;
            waiting[second->word]--;
        } else if (states[step].next == n) {
            *projective = false;
            return LO_OK;
        }
        states[step + 1] = lo_parser_step(sentence, &states[step], action, relation, &trees[step]);
        states[step + 1].score += t ? score_step(t, sentence, &states[step], action, relation) : 0;
    }
    *out = states;
    return LO_OK;
}

/* Learns from one sentence; *right: the best derivation was the right one. */
static lo_status learn(trainer *t, uint32_t sentence_index, lo_arena *arena, bool *right)
{
    uint32_t from = t->bank->starts[sentence_index], n = t->bank->starts[sentence_index + 1] - from;
    lo_parser_sentence sentence;
    lo_parser_search search;
    lo_parser_state *gold = NULL;
    bool projective = false;
    *right = false;
    lo_status status = lo_parser_prepare(t->clusters, t->bank->forms + from, t->tags + from, n, arena, &sentence);
    if (!status)
        status = gold_states(t, &sentence, t->bank->arcs + from, arena, &gold, &projective);
    if (status || !projective)
        return status;
    learn_labels(t, &sentence, gold, 2 * n - 1, t->bank->arcs + from);
    status = lo_parser_run(&sentence, score, t, INT64_MAX, arena, &search);
    if (status)
        return status;
    /* Where does the best derivation stop being the right one, and where does it lead by most? */
    uint32_t worst = 0;
    int64_t most = -1;
    for (uint32_t layer = 1; layer < search.n_layers; layer++) {
        const lo_parser_state *best = &search.states[(size_t)layer * LO_PARSER_BEAM];
        const lo_parser_state *a = best, *b = &gold[layer];
        while (a->before && a->action == b->action && a->relation == b->relation) {
            a = a->before;
            b = b->before;
        }
        int64_t lead = best->score - gold[layer].score;
        if (a->before && lead >= most) {
            most = lead;
            worst = layer;
        }
        if (layer == search.n_layers - 1)
            *right = !a->before;
    }
    if (!*right && worst) {
        const lo_parser_state *a = &search.states[(size_t)worst * LO_PARSER_BEAM], *b = &gold[worst];
        uint32_t same = 0; /* steps at the start that both share */
        for (uint32_t layer = 1; layer <= worst; layer++) {
            const lo_parser_state *at = a;
            for (uint32_t back = worst; back > layer; back--)
                at = at->before;
            if (at->action != gold[layer].action || at->relation != gold[layer].relation)
                break;
            same = layer;
        }
        for (uint32_t layer = worst; layer > same; layer--, a = a->before, b = b->before) {
            change_step(t, &sentence, b, 1);
            change_step(t, &sentence, a, -1);
        }
    }
    t->moves.step++;
    t->labels.step++;
    return LO_OK;
}

static void collect_masks(trainer *t, uint32_t *counts)
{
    uint64_t any = 0, by_tag[2][LO_XPOS_COUNT] = {{0}};
    for (size_t s = 0; s < t->bank->n_sentences; s++) {
        uint32_t from = t->bank->starts[s], n = t->bank->starts[s + 1] - from;
        for (uint32_t i = 0; i < n; i++) {
            const lo_arc *arc = &t->bank->arcs[from + i];
            if (arc->head < 0)
                continue;
            uint32_t left = arc->head > (int32_t)i, xpos = t->tags[from + i].xpos;
            uint32_t at = (left * LO_UPOS_COUNT + t->tags[from + (uint32_t)arc->head].upos) * LO_XPOS_COUNT + xpos;
            uint64_t bit = (uint64_t)1 << arc->relation;
            any |= bit;
            if (++counts[at * LO_RELATION_MAX + arc->relation] >= MASK_MIN) {
                t->masks[at] |= bit;
                by_tag[left][xpos] |= bit;
            }
        }
    }
    /* Pairs never seen take what the dependent's tag takes elsewhere. */
    for (uint32_t i = 0; i < LO_PARSER_MASKS; i++) {
        uint64_t seen = by_tag[i / LO_XPOS_COUNT / LO_UPOS_COUNT][i % LO_XPOS_COUNT];
        if (!t->masks[i])
            t->masks[i] = seen ? seen : any;
    }
}

/* Of the rows that share a bucket the four heaviest stay. */
static void fill_buckets(const int8_t *moves, size_t n_buckets, lo_parser_bucket *out)
{
    enum { ROWS = 1 << LO_PARSER_CHECK_BITS };
    for (size_t b = 0; b < n_buckets; b++)
        for (int place = 0; place < 4; place++) {
            int heaviest = 0;
            uint32_t chosen = 0;
            for (uint32_t row = b * ROWS; row < (b + 1) * ROWS; row++) {
                bool taken = false;
                for (int k = 0; k < place; k++)
                    taken |= out[b].checks[k] == lo_parser_check(row);
                const int8_t *w = moves + (size_t)row * 4;
                int weight = abs(w[0]) + abs(w[1]) + abs(w[2]);
                if (!taken && weight > heaviest) {
                    heaviest = weight;
                    chosen = row;
                }
            }
            if (!heaviest)
                break;
            out[b].checks[place] = lo_parser_check(chosen);
            memcpy(out[b].weights[place], moves + (size_t)chosen * 4, 3);
        }
}

static lo_status save(const trainer *t, lo_buf *out)
{
    size_t n_buckets = t->moves.n / 4 >> LO_PARSER_CHECK_BITS;
    int8_t *moves = lo_mem_alloc(t->moves.n), *labels = lo_mem_alloc(t->labels.n);
    lo_parser_bucket *buckets = lo_mem_zalloc(n_buckets * sizeof *buckets);
    uint64_t clusters = lo_cluster_checksum(t->clusters);
    lo_status status = moves && labels && buckets ? LO_OK : lo_mem_short();
    if (!status) {
        int64_t unit = lo_weight_quantise_two(&t->moves, &t->labels, CLIP_ONE_IN, moves, labels);
        int32_t lead = (int32_t)(LEAD * t->moves.step / unit);
        fill_buckets(moves, n_buckets, buckets);
        lo_model_part parts[] = {
            {"moves", {(const char *)buckets, n_buckets * sizeof *buckets}},
            {"labels", {(const char *)labels, t->labels.n}},
            {"masks", {(const char *)t->masks, LO_PARSER_MASKS * sizeof *t->masks}},
            {"clusters", {(const char *)&clusters, sizeof clusters}},
            {"lead", {(const char *)&lead, sizeof lead}},
        };
        status = lo_model_write("parser", LO_PARSER_VERSION, parts, sizeof parts / sizeof parts[0], out);
    }
    lo_mem_free(moves);
    lo_mem_free(labels);
    lo_mem_free(buckets);
    return status;
}

lo_status lo_parser_train(const lo_treebank *bank, const lo_tag *tags, const lo_cluster *clusters, uint64_t seed,
                          void (*progress)(uint32_t epoch, uint64_t right, uint64_t all), lo_buf *out)
{
    trainer t = {.bank = bank, .tags = tags, .clusters = clusters};
    lo_arena arena = LO_ARENA_EMPTY;
    uint32_t *order = lo_mem_alloc((bank->n_sentences + 1) * sizeof *order);
    uint32_t *counts = lo_mem_zalloc((size_t)LO_PARSER_MASKS * LO_RELATION_MAX * sizeof *counts);
    t.masks = lo_mem_zalloc(LO_PARSER_MASKS * sizeof *t.masks);
    lo_status status = order && counts && t.masks ? LO_OK : lo_mem_short();
    if (!status && !bank->n_sentences)
        status = lo_status_set(LO_E_DATA, "no trees to train from");
    if (!status)
        status = lo_weight_open(&t.moves, (size_t)1 << MOVE_BITS);
    if (!status)
        status = lo_weight_open(&t.labels, (size_t)1 << LABEL_BITS);
    if (!status)
        collect_masks(&t, counts);
    for (size_t i = 0; i < bank->n_sentences && !status; i++)
        order[i] = (uint32_t)i;
    for (uint32_t epoch = 0; epoch < EPOCHS && !status; epoch++) {
        uint64_t all_right = 0;
        lo_weight_shuffle(order, bank->n_sentences, &seed);
        for (size_t i = 0; i < bank->n_sentences && !status; i++) {
            bool right;
            lo_arena_reset(&arena);
            status = learn(&t, order[i], &arena, &right);
            all_right += right;
        }
        if (progress && !status)
            progress(epoch, all_right, bank->n_sentences);
    }
    if (!status)
        status = save(&t, out);
    lo_weight_close(&t.moves);
    lo_weight_close(&t.labels);
    lo_mem_free(t.masks);
    lo_mem_free(counts);
    lo_mem_free(order);
    lo_arena_free(&arena);
    return status;
}
