// SPDX-License-Identifier: MIT
/* What is known of words beyond the treebanks: clusters from word vectors, likely tags, parts of speech in WordNet.
 *
 * Clusters are a binary tree over word vectors: words of like company share the first bits of their path.  Only hashes
 * of the words are kept, so a look-up may, once in some ten thousand unknown words, find another word's entry. */
#ifndef LO_LANG_CLUSTER_H
#define LO_LANG_CLUSTER_H

#include "lang/word.h"

enum { LO_CLUSTER_BITS = 12 }; /* depth of the tree */

/* Parts of speech in WordNet: the word as it stands, or as an inflected form. */
enum {
    LO_CLUSTER_NOUN = 1,
    LO_CLUSTER_VERB = 2,
    LO_CLUSTER_ADJECTIVE = 4,
    LO_CLUSTER_ADVERB = 8,
    LO_CLUSTER_NOUN_FORM = 16,
    LO_CLUSTER_VERB_FORM = 32, /* -ed, -ing, irregular */
    LO_CLUSTER_ADJECTIVE_FORM = 64,
    LO_CLUSTER_VERB_S = 128,
};

typedef struct lo_cluster_entry {
    uint16_t path;    /* with a leading 1 bit: path >> k is the path of length LO_CLUSTER_BITS - k; 0: no vector */
    uint16_t classes; /* the likeliest tags by the word's vector, as one number; 0: no vector */
    uint16_t wordnet; /* LO_CLUSTER_ bits */
} lo_cluster_entry;

typedef struct lo_cluster lo_cluster; /* read-only once opened */

/* model: borrowed until close, 64-byte aligned.  LO_E_DATA as lo_model_open. */
lo_status lo_cluster_open(lo_str model, lo_cluster **out);
void lo_cluster_close(lo_cluster *cluster);
/* The table linked into the program, opened when first asked for and never closed. */
lo_status lo_cluster_shipped(const lo_cluster **out);
/* Identifies the table: models trained with one do not go with another.  NULL gives 0. */
uint64_t lo_cluster_checksum(const lo_cluster *cluster);

/* All 0 for a word that is not there, and when cluster is NULL. */
lo_cluster_entry lo_cluster_find(const lo_cluster *cluster, const lo_word *word);

#endif
