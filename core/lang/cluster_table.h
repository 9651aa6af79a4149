// SPDX-License-Identifier: MIT
/* Inside of the cluster file, shared by look-up and training: an open-addressed table. */
#ifndef LO_LANG_CLUSTER_TABLE_H
#define LO_LANG_CLUSTER_TABLE_H

#include "lang/cluster.h"
#include "lang/treebank.h"

enum { LO_CLUSTER_VERSION = 1 };

typedef struct lo_cluster_slot {
    uint16_t check; /* of the word's hash; 0: empty */
    lo_cluster_entry entry;
} lo_cluster_slot;

static inline uint32_t lo_cluster_home(uint32_t hash)
{
    return (hash * 0x9e3779b9u) >> 8;
}

static inline uint16_t lo_cluster_check(uint32_t hash)
{
    return (uint16_t)((hash * 0x85ebca6bu) >> 16 | 1);
}

/* Word vectors, commonest words first, and what is made of them. */
typedef struct lo_cluster_words {
    uint32_t n, dim;
    lo_str *texts;    /* borrowed from the vectors' text */
    uint32_t *hashes; /* lo_word.lower */
    int16_t *vectors; /* n rows of dim numbers, each row of length LO_CLUSTER_UNIT */
    lo_cluster_entry *entries;
} lo_cluster_words;

enum { LO_CLUSTER_UNIT = 1 << 10, LO_CLUSTER_DIMENSIONS = 512 };

/* Steps of training, each in a file of its own: .path, .classes, .wordnet of the entries. */
lo_status lo_cluster_grow(lo_cluster_words *words);
lo_status lo_cluster_classify(lo_cluster_words *words, const lo_treebank *bank);

typedef struct lo_wordnet lo_wordnet;
/* index and exceptions: the files index.noun … and noun.exc … in the order noun, verb, adj, adv. */
lo_status lo_wordnet_read(const lo_str index[4], const lo_str exceptions[4], lo_wordnet **out);
void lo_wordnet_free(lo_wordnet *wordnet);
/* All words that stand in WordNet, by their hashes, with their bits; borrowed. */
size_t lo_wordnet_words(const lo_wordnet *wordnet, const uint32_t **hashes, const uint16_t **bits);
uint16_t lo_wordnet_find(const lo_wordnet *wordnet, lo_str lower); /* LO_CLUSTER_ bits */

/* Makes the table from at most max_words lines "word number number …" (the text format of word2vec and GloVe), all of
 * one dimension, the commonest words first; appends the model file to out.  Integer arithmetic throughout.  LO_E_DATA
 * names the line. */
lo_status lo_cluster_train(lo_str vectors, uint32_t max_words, const lo_wordnet *wordnet, const lo_treebank *bank,
                           lo_buf *out);

#endif
