// SPDX-License-Identifier: MIT
/* Texts with attributions marked by people, read from JSON Lines: training data and tests of attribute.h.
 *
 * A line is {"id", "text", "gold": {"quotes": [{"cue": [[s, e]], "source": [[s, e] …], "content": [[s, e] …]} …]}},
 * offsets in Unicode code points, ends exclusive: the shape that `locutor extract` writes, under "gold". */
#ifndef LO_LANG_ATTRIBUTE_CORPUS_H
#define LO_LANG_ATTRIBUTE_CORPUS_H

#include "lang/attribute.h"
#include "lang/document.h"

typedef struct lo_attribute_sample {
    lo_str id;
    lo_document document;
    lo_attribute_text text;
    lo_attribute_gold *gold;
    uint32_t n_gold;
} lo_attribute_sample;

typedef struct lo_attribute_corpus {
    lo_arena arena;
    lo_lexicon *lexicon;
    lo_attribute_sample **samples; /* arena */
    size_t n, room;
} lo_attribute_corpus;

/* Adds all lines: segments them and tags them with the shipped tagger.  LO_E_DATA names the bad line. */
lo_status lo_attribute_corpus_add(lo_attribute_corpus *corpus, lo_str jsonl);
void lo_attribute_corpus_free(lo_attribute_corpus *corpus); /* start from {0} */

/* Everything at once, as `locutor train attribution` does it: learns from the files and appends the model to out. */
lo_status lo_attribute_corpus_train(const lo_str *files, size_t n, uint32_t seed, void (*progress)(const char *line),
                                    lo_buf *out);

#endif
