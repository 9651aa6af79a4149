// SPDX-License-Identifier: MIT
#include "lang/parser.h"

#include "base/asset.h"
#include "base/mem.h"
#include "lang/model.h"

#include <string.h>

/* A step that some state could take. */
typedef struct candidate {
    int64_t score;
    uint8_t from, action, relation;
} candidate;

/* Keeps the best LO_PARSER_BEAM, best first; the earlier of two equal ones stays before the other. */
static uint32_t keep(candidate *best, uint32_t n, candidate fresh)
{
    uint32_t at = n < LO_PARSER_BEAM ? n : LO_PARSER_BEAM;
    if (at == LO_PARSER_BEAM && fresh.score <= best[at - 1].score)
        return n;
    at -= at == LO_PARSER_BEAM;
    for (; at > 0 && best[at - 1].score < fresh.score; at--)
        best[at] = best[at - 1];
    best[at] = fresh;
    return n < LO_PARSER_BEAM ? n + 1 : n;
}

lo_status lo_parser_run(const lo_parser_sentence *sentence, lo_parser_scorer scorer, const void *user, int64_t lead,
                        lo_arena *arena, lo_parser_search *out)
{
    uint32_t steps = 2 * sentence->n - 1;
    size_t all = (steps + (size_t)1) * LO_PARSER_BEAM;
    *out = (lo_parser_search){lo_arena_alloc(arena, all * sizeof *out->states),
                              lo_arena_alloc(arena, (steps + (size_t)1) * sizeof *out->counts), steps + 1};
    lo_parser_tree *trees = lo_arena_alloc(arena, all * sizeof *trees);
    if (!out->states || !out->counts || !trees)
        return lo_mem_short();
    out->states[0] = (lo_parser_state){0};
    out->counts[0] = 1;
    for (uint32_t step = 0; step < steps; step++) {
        const lo_parser_state *layer = out->states + (size_t)step * LO_PARSER_BEAM;
        candidate best[LO_PARSER_BEAM];
        uint32_t n = 0;
        for (uint32_t k = 0; k < out->counts[step]; k++) {
            lo_parser_choice choices[3];
            scorer(user, sentence, &layer[k], choices);
            for (unsigned action = 0; action < 3; action++)
                if (lo_parser_may(sentence, &layer[k], action))
                    n = keep(best, n,
                             (candidate){layer[k].score + choices[action].score, (uint8_t)k, (uint8_t)action,
                                         choices[action].relation});
        }
        while (n > 1 && best[0].score - best[n - 1].score > lead)
            n--;
        for (uint32_t k = 0; k < n; k++) {
            size_t at = (step + (size_t)1) * LO_PARSER_BEAM + k;
            out->states[at] =
                lo_parser_step(sentence, &layer[best[k].from], best[k].action, best[k].relation, &trees[at]);
            out->states[at].score = best[k].score;
        }
        out->counts[step + 1] = n;
    }
    return LO_OK;
}

static void score(const void *user, const lo_parser_sentence *sentence, const lo_parser_state *state,
                  lo_parser_choice choices[3])
{
    const lo_parser *parser = user;
    uint32_t features[LO_PARSER_FEATURES];
    int sums[3] = {0};
    if (!lo_parser_may(sentence, state, LO_PARSER_LEFT)) { /* every derivation takes this step */
        choices[LO_PARSER_SHIFT] = (lo_parser_choice){0, 0};
        return;
    }
    uint32_t n = lo_parser_move_features(sentence, state, features);
    for (uint32_t f = 0; f < n; f++) {
        uint32_t row = features[f] >> 2, checks;
        const lo_parser_bucket *bucket = &parser->moves[row >> LO_PARSER_CHECK_BITS & parser->move_mask];
        memcpy(&checks, bucket->checks, 4);
        /* The lowest byte that is equal, found in all four at once. */
        checks ^= lo_parser_check(row) * 0x01010101u;
        checks = (checks - 0x01010101u) & ~checks & 0x80808080u;
        if (checks) {
            const int8_t *weights = bucket->weights[__builtin_ctz(checks) >> 3];
            sums[0] += weights[0];
            sums[1] += weights[1];
            sums[2] += weights[2];
        }
    }
    choices[LO_PARSER_SHIFT] = (lo_parser_choice){sums[LO_PARSER_SHIFT], 0};
    for (unsigned action = LO_PARSER_LEFT; action <= LO_PARSER_RIGHT; action++) {
        uint64_t mask = parser->masks[lo_parser_mask_index(sentence, state, action)];
        int best_score = INT32_MIN;
        n = lo_parser_label_features(sentence, state, action, features);
        for (; mask; mask &= mask - 1) {
            unsigned relation = (unsigned)__builtin_ctzll(mask);
            int sum = 0;
            for (uint32_t f = 0; f < n; f++)
                sum += parser->labels[lo_parser_label_cell(features[f], relation, parser->label_mask)];
            if (sum > best_score) {
                best_score = sum;
                choices[action].relation = (uint8_t)relation;
            }
        }
        choices[action].score = sums[action] + best_score;
    }
}

lo_status lo_parse_sentence(const lo_parser *parser, const lo_str *words, const lo_tag *tags, uint32_t n,
                            lo_arena *scratch, lo_arc *out)
{
    lo_parser_sentence sentence;
    lo_parser_search search;
    if (!n)
        return LO_OK;
    lo_status status = lo_parser_prepare(parser->clusters, words, tags, n, scratch, &sentence);
    if (!status)
        status = lo_parser_run(&sentence, score, parser, parser->lead, scratch, &search);
    if (status)
        return status;
    const lo_parser_state *state = search.states + (size_t)(search.n_layers - 1) * LO_PARSER_BEAM;
    out[state->top->word] = (lo_arc){-1, (uint8_t)lo_relation_of(LO_STR("root"))};
    for (; state->before; state = state->before) {
        const lo_parser_tree *first = state->before->top, *second = first ? first->below : NULL;
        if (state->action == LO_PARSER_LEFT)
            out[second->word] = (lo_arc){(int32_t)first->word, state->relation};
        else if (state->action == LO_PARSER_RIGHT)
            out[first->word] = (lo_arc){(int32_t)second->word, state->relation};
    }
    return LO_OK;
}

lo_status lo_parser_open(lo_str bytes, const lo_cluster *clusters, lo_parser **out)
{
    static const char *const names[] = {"moves", "labels", "masks", "clusters", "lead"};
    static const size_t sizes[] = {sizeof(lo_parser_bucket), 1, 8, 8, 4}, least[] = {1, 64, LO_PARSER_MASKS, 1, 1};
    enum { PARTS = sizeof names / sizeof names[0] };
    const void *parts[PARTS];
    size_t counts[PARTS];
    lo_model model;
    *out = NULL;
    lo_status status = lo_model_open(bytes, "parser", LO_PARSER_VERSION, &model);
    for (int k = 0; k < PARTS && !status; k++)
        status = lo_model_array(&model, names[k], sizes[k], least[k], &parts[k], &counts[k]);
    if (status)
        return status;
    if (*(const uint64_t *)parts[3] != lo_cluster_checksum(clusters))
        return lo_status_set(LO_E_DATA, "parser model was made with other word clusters; train it anew");
    const uint64_t *masks = parts[2], known = ((uint64_t)1 << lo_relation_count()) - 2;
    bool good = true;
    for (int k = 0; k < 2; k++)
        good &= !(counts[k] & (counts[k] - 1)) && counts[k] <= 1u << 28;
    for (size_t i = 0; i < LO_PARSER_MASKS && good; i++)
        good = masks[i] && !(masks[i] & ~known);
    if (!good)
        return lo_status_set(LO_E_DATA, "parser model is damaged (a number lies outside its range)");
    lo_parser *made = lo_mem_alloc(sizeof *made);
    if (!made)
        return lo_mem_short();
    *made = (lo_parser){
        .clusters = clusters,
        .moves = parts[0],
        .labels = parts[1],
        .move_mask = (uint32_t)(counts[0] - 1),
        .label_mask = (uint32_t)(counts[1] - 1),
        .masks = masks,
        .lead = *(const int32_t *)parts[4],
    };
    *out = made;
    return LO_OK;
}

void lo_parser_close(lo_parser *parser)
{
    lo_mem_free(parser);
}

lo_status lo_parser_shipped(const lo_parser **out)
{
    static lo_parser *shipped;
    lo_status status = LO_OK;
    if (!shipped) {
        const lo_cluster *clusters;
        const lo_asset *asset = lo_asset_find("core/lang/models/parser.model");
        status = lo_cluster_shipped(&clusters);
        if (!status)
            status = asset ? lo_parser_open(asset->bytes, clusters, &shipped)
                           : lo_status_set(LO_E_DATA, "this program was built without a parser model");
    }
    *out = shipped;
    return status;
}
