// SPDX-License-Identifier: MIT
/* CoNLL-U (universaldependencies.org/format.html), one sentence at a time.
 *
 * Nothing is lost: comments, ranges of multi-word tokens (1-2), empty nodes (8.1) and all ten columns stay as they
 * were, so that a sentence read and written is the same bytes. */
#ifndef LO_LANG_CONLLU_H
#define LO_LANG_CONLLU_H

#include "base/str.h"

enum { LO_CONLLU_SENTENCE_MAX = 4 << 20, LO_CONLLU_WORDS_MAX = 10000 };

enum lo_conllu_column {
    LO_CONLLU_ID,
    LO_CONLLU_FORM,
    LO_CONLLU_LEMMA,
    LO_CONLLU_UPOS,
    LO_CONLLU_XPOS,
    LO_CONLLU_FEATS,
    LO_CONLLU_HEAD,
    LO_CONLLU_DEPREL,
    LO_CONLLU_DEPS,
    LO_CONLLU_MISC,
    LO_CONLLU_COLUMNS
};

/* A line: a comment (text in column 0, columns 1… absent), a word, a range or an empty node. */
typedef enum lo_conllu_kind {
    LO_CONLLU_COMMENT,
    LO_CONLLU_WORD,
    LO_CONLLU_RANGE,
    LO_CONLLU_EMPTY,
} lo_conllu_kind;

typedef struct lo_conllu_line {
    lo_conllu_kind kind;
    lo_str columns[LO_CONLLU_COLUMNS]; /* borrowed from the input */
    int32_t head;                      /* words: 0 root, 1 … n, -1 not given */
} lo_conllu_line;

typedef struct lo_conllu_sentence {
    lo_conllu_line *lines; /* arena */
    uint32_t n_lines;
    uint32_t *words; /* arena: indexes of the WORD lines, in order; their ids are 1 … n_words */
    uint32_t n_words;
} lo_conllu_sentence;

/* The bytes of the next sentence, taken off *rest with the blank line behind it; blank lines before it are skipped.
 * Absent at the end.  *line (may be NULL) is moved on by the lines passed over before the sentence. */
lo_str lo_conllu_next(lo_str *rest, uint32_t *line);

/* block: one sentence.  first_line is for messages.  LO_E_DATA: a line without ten columns, ids out of order, a head
 * outside, invalid UTF-8; LO_E_LIMIT. */
lo_status lo_conllu_read(lo_str block, uint32_t first_line, lo_arena *arena, lo_conllu_sentence *out);

/* With the blank line at its end. */
lo_status lo_conllu_write(const lo_conllu_sentence *sentence, lo_buf *out);

#endif
