// SPDX-License-Identifier: MIT
/* Sentences with gold tags and trees, in memory, to train from. */
#ifndef LO_LANG_TREEBANK_H
#define LO_LANG_TREEBANK_H

#include "lang/parse.h"

typedef struct lo_treebank {
    lo_str *forms, *lemmas; /* borrowed from the bytes read */
    lo_tag *tags;           /* upos and xpos; features not set */
    lo_arc *arcs;
    size_t n, capacity[4];
    uint32_t *starts; /* starts[i] … starts[i + 1]: the words of sentence i */
    size_t n_sentences, starts_capacity;
} lo_treebank;

#define LO_TREEBANK_EMPTY ((lo_treebank){0})

/* Appends the sentences of a CoNLL-U file, borrowed while the treebank lives, but for those of the documents named in
 * without (their "# newdoc id = NAME"; n_without of them).  LO_E_DATA names the line. */
lo_status lo_treebank_add(lo_treebank *treebank, lo_str bytes, const char *const *without, size_t n_without);
void lo_treebank_free(lo_treebank *treebank);

#endif
