// SPDX-License-Identifier: MIT
/* Inside of the parser, shared by parsing and training.
 *
 * Arc-standard transitions (Nivre 2004): SHIFT pushes the next word on a stack; LEFT hangs the second tree of the stack
 * under the first, RIGHT the first under the second.  A sentence of n words takes 2 n - 1 of them.  Several derivations
 * are kept at a time (Zhang & Clark 2008); each arc gets the best relation at once, whose score counts too. */
#ifndef LO_LANG_PARSER_H
#define LO_LANG_PARSER_H

#include "lang/cluster.h"
#include "lang/treebank.h"

enum {
    LO_PARSER_VERSION = 2,
    LO_PARSER_BEAM = 8,
    LO_PARSER_FEATURES = 96,
    LO_PARSER_MASKS = 2 * LO_UPOS_COUNT * LO_XPOS_COUNT,
};

typedef enum lo_parser_action { LO_PARSER_SHIFT, LO_PARSER_LEFT, LO_PARSER_RIGHT } lo_parser_action;

/* Weights of the actions for up to four features that share some bits of their hash; learnt for many more features than
 * are kept, so each says by the rest of its hash which feature it is. */
typedef struct lo_parser_bucket {
    uint8_t checks[4]; /* lo_parser_check; 0: none */
    int8_t weights[4][3];
} lo_parser_bucket;

struct lo_parser {
    const lo_cluster *clusters;
    const lo_parser_bucket *moves;
    const int8_t *labels; /* weights of the relations */
    uint32_t move_mask, label_mask;
    int32_t lead;          /* a derivation that is so far behind the best is given up */
    const uint64_t *masks; /* relations seen for direction, head's UPOS, dependent's XPOS */
};

/* What features see of a word; one more at the end of a sentence stands for "none". */
typedef struct lo_parser_word {
    uint32_t word, tag, upos, xpos, cluster, coarse, suffix;
} lo_parser_word;

/* A tree on the stack; never changed once made. */
typedef struct lo_parser_tree {
    const struct lo_parser_tree *below;
    uint32_t word;
    uint32_t left, right;            /* outermost dependents; n: none */
    uint8_t left_label, right_label; /* their relations */
    uint8_t n_left, n_right;         /* dependents, at most 7 */
    uint32_t left_set, right_set;    /* hashes of the sets of relations of the dependents */
    uint32_t depth;                  /* trees on the stack, this one included */
} lo_parser_tree;

typedef struct lo_parser_state {
    const lo_parser_tree *top;
    const struct lo_parser_state *before;
    uint32_t next;            /* first word not pushed */
    uint8_t action, relation; /* that led here */
    int64_t score;
} lo_parser_state;

typedef struct lo_parser_sentence {
    const lo_parser_word *words; /* n + 3: the last three are "none" */
    const uint32_t *commas;      /* commas before word i */
    uint32_t n;
} lo_parser_sentence;

lo_status lo_parser_prepare(const lo_cluster *clusters, const lo_str *words, const lo_tag *tags, uint32_t n,
                            lo_arena *arena, lo_parser_sentence *out);
bool lo_parser_may(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action);
/* Hashes of features of a state, for its actions and for the relation that an action would give. */
uint32_t lo_parser_move_features(const lo_parser_sentence *sentence, const lo_parser_state *state,
                                 uint32_t out[LO_PARSER_FEATURES]);
uint32_t lo_parser_label_features(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action,
                                  uint32_t out[LO_PARSER_FEATURES]);
/* The mask of relations for the arc that an action would draw. */
uint32_t lo_parser_mask_index(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action);
/* The state after an action; *tree is where the new top goes. */
lo_parser_state lo_parser_step(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action,
                               unsigned relation, lo_parser_tree *tree);

/* What an action would bring: its score and the best relation with it (0 for SHIFT). */
typedef struct lo_parser_choice {
    int64_t score;
    uint8_t relation;
} lo_parser_choice;

/* Fills choices[action] for the actions that lo_parser_may allows. */
typedef void (*lo_parser_scorer)(const void *user, const lo_parser_sentence *sentence, const lo_parser_state *state,
                                 lo_parser_choice choices[3]);

/* The states after each step, best first: layer k (0 … 2 n - 1) is states[k * LO_PARSER_BEAM] and counts[k] of them. */
typedef struct lo_parser_search {
    lo_parser_state *states;
    uint32_t *counts;
    uint32_t n_layers;
} lo_parser_search;

/* lead: derivations so far behind the best are dropped; INT64_MAX keeps all.  Everything is arena. */
lo_status lo_parser_run(const lo_parser_sentence *sentence, lo_parser_scorer scorer, const void *user, int64_t lead,
                        lo_arena *arena, lo_parser_search *out);

static inline uint32_t lo_parser_move_cell(uint32_t feature, unsigned action, uint32_t mask)
{
    return ((feature & ~3u) | action) & mask;
}

/* Where a row of trained moves (cell / 4) goes: bucket row >> LO_PARSER_CHECK_BITS. */
enum { LO_PARSER_CHECK_BITS = 4 };
static inline uint8_t lo_parser_check(uint32_t row)
{
    return (uint8_t)((row & ((1u << LO_PARSER_CHECK_BITS) - 1)) + 1);
}

static inline uint32_t lo_parser_label_cell(uint32_t feature, unsigned relation, uint32_t mask)
{
    return (feature ^ relation) & mask;
}

/* Trains on whole sentences, with the tags given (one a word: such as a tagger gives to text it has not seen);
 * sentences whose trees have crossing arcs are left out.  Appends the model file to out.  progress (may be NULL) is
 * told of each epoch: sentences right and all. */
lo_status lo_parser_train(const lo_treebank *bank, const lo_tag *tags, const lo_cluster *clusters, uint64_t seed,
                          void (*progress)(uint32_t epoch, uint64_t right, uint64_t all), lo_buf *out);

#endif
