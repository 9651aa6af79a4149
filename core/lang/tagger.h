// SPDX-License-Identifier: MIT
/* Inside of the tagger, shared by tagging and training. */
#ifndef LO_LANG_TAGGER_H
#define LO_LANG_TAGGER_H

#include "lang/cluster.h"
#include "lang/model.h"
#include "lang/tag.h"
#include "lang/treebank.h"

enum {
    LO_TAGGER_VERSION = 1,
    LO_TAGGER_LABELS = 128, /* pairs of UPOS and XPOS */
    LO_TAGGER_KINDS = 8,    /* candidate sets for unknown words, by LO_WORD_ UPPER, LETTER, DIGIT */
    LO_TAGGER_SETS = 4096,
    LO_TAGGER_FEATURES = 128,
    LO_TAGGER_PASSES = 2, /* the second sees the labels that the first gave to the words ahead */
};

/* An entry of the dictionary: a word's candidate labels.  key 0: empty. */
typedef struct lo_tagger_entry {
    uint32_t key; /* lo_word.form */
    uint16_t set;
    uint16_t reserved;
} lo_tagger_entry;

struct lo_tagger {
    const lo_cluster *clusters;
    const int8_t *weights[LO_TAGGER_PASSES];
    uint32_t weight_mask[LO_TAGGER_PASSES];
    const lo_tag *labels;
    uint32_t n_labels;
    const lo_tagger_entry *dictionary;
    uint32_t dictionary_mask;
    /* Set i: set_labels[set_starts[i]] … up to set_starts[i + 1]. */
    const uint32_t *set_starts;
    const uint8_t *set_labels;
    uint32_t n_sets;
};

/* What the features of a sentence are made of: n tokens with two on each side that stand for its ends. */
typedef struct lo_tagger_context {
    lo_word *words;
    uint32_t *sets, *clusters, *classes, *masks, mood;
    uint8_t *labels; /* given so far in this pass */
    uint8_t *ahead;  /* given by the first pass; meaningful in the second */
    uint32_t n;
} lo_tagger_context;

/* The candidate set of a word that the dictionary does not have. */
uint32_t lo_tagger_kind(const lo_word *word);
/* Makes a word look as one that the dictionary does not have. */
void lo_tagger_forget(lo_word *word, uint32_t *set);
lo_status lo_tagger_context_make(const lo_tagger *tagger, const lo_str *words, uint32_t n, lo_arena *arena,
                                 lo_tagger_context *out);
/* Hashes of the features of token i in a pass (0 or 1); gives how many. */
uint32_t lo_tagger_features(const lo_tagger_context *context, uint32_t i, int pass, uint32_t out[LO_TAGGER_FEATURES]);

/* Where the weight of a label for a feature lies: the labels of one feature share two cache lines, and features that
 * share the lines are shuffled against each other. */
static inline uint32_t lo_tagger_cell(uint32_t feature, uint32_t label, uint32_t mask)
{
    return (feature ^ label) & mask;
}

/* Trains on all sentences and appends the model file to out. */
lo_status lo_tagger_train(const lo_treebank *bank, const lo_cluster *clusters, uint64_t seed, lo_buf *out);

/* The tags that the first pass gives to each sentence when it has learnt from the others: what a parser should learn
 * with. out: one a word of the treebank. */
lo_status lo_tagger_cross_tag(const lo_treebank *bank, const lo_cluster *clusters, uint64_t seed, lo_tag *out);

#endif
