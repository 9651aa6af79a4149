// SPDX-License-Identifier: MIT
/* Segmentation: paragraphs, sentences, tokens and word classes in one pass over the bytes.
 *
 * Tokens are cut as Universal Dependencies cut English (clitics apart: do|n't, Iran|'s; lossless: a token is a run of
 * bytes, white space between).  Every token is in exactly one sentence, every sentence in one paragraph.  A paragraph
 * ends at a blank line, and at a line end where lines are paragraphs (lo_segment decides from the text: hard-wrapped or
 * not).  Heading lines, list items, footnotes and table cells are sentences of their own. */
#ifndef LO_LANG_SEGMENT_H
#define LO_LANG_SEGMENT_H

#include "base/arena.h"
#include "lang/lexicon.h"

enum { LO_TOKEN_SPACE_BEFORE = 1, LO_TOKEN_CLITIC = 2, LO_TOKEN_NEWLINE_BEFORE = 4 };

typedef struct lo_token {
    uint32_t start;
    uint16_t length; /* longer runs without white space are cut at 65,535 bytes */
    uint16_t flags;
} lo_token;

enum { LO_SENTENCE_QUOTE = 1, LO_SENTENCE_HEADING = 2, LO_SENTENCE_LIST_ITEM = 4 };

typedef struct lo_sentence {
    uint32_t first, end; /* tokens, half-open */
    uint32_t paragraph;
    uint32_t flags; /* QUOTE: has a quotation mark */
} lo_sentence;

typedef struct lo_paragraph {
    uint32_t first, end; /* sentences, half-open */
    lo_span span;        /* bytes, outer white space left out */
    uint32_t flags;      /* as lo_sentence */
} lo_paragraph;

typedef struct lo_segment {
    lo_token *tokens; /* all arrays: arena */
    uint32_t n_tokens;
    lo_sentence *sentences;
    uint32_t n_sentences;
    lo_paragraph *paragraphs;
    uint32_t n_paragraphs;
    char *codes; /* n_tokens bytes: the class string */
} lo_segment;

/* text: valid UTF-8, at most 16 MiB (LO_E_LIMIT).  lexicon: frozen. */
lo_status lo_segment_text(lo_str text, const lo_lexicon *lexicon, lo_arena *arena, lo_segment *out);

/* Bytes of a sentence, from its first token to the end of its last. */
lo_span lo_segment_sentence_span(const lo_segment *segment, uint32_t sentence);
/* The sentence / paragraph / token that holds a byte, or the first after it; n when none. */
uint32_t lo_segment_token_at(const lo_segment *segment, uint32_t byte);
uint32_t lo_segment_sentence_at(const lo_segment *segment, uint32_t token);
uint32_t lo_segment_paragraph_at(const lo_segment *segment, uint32_t byte);

#endif
