// SPDX-License-Identifier: MIT
/* How the segmenter asks a lexicon: words by number, sets of classes by number, codes by set, shape and place. */
#ifndef LO_LANG_LEXICON_SET_H
#define LO_LANG_LEXICON_SET_H

#include "lang/lexicon.h"
#include "lang/shape.h"

/* A word's number has this bit set when a phrase begins with the word. */
enum { LO_LEXICON_NO_WORD = 0 };
#define LO_LEXICON_STARTS_PHRASE 0x80000000u

/* The word's number, or LO_LEXICON_NO_WORD.  *out_set: its set (0: in no class that is used). */
uint32_t lo_lexicon_lookup(const lo_lexicon *lexicon, lo_str token, uint16_t *out_set);
/* The same for a token of ASCII letters only, with at least 16 bytes readable at token.p. */
uint32_t lo_lexicon_lookup_letters(const lo_lexicon *lexicon, lo_str token, uint16_t *out_set);
/* The tokens of one sentence or paragraph as the lexicon sees them; sets get the classes of phrases added. */
typedef struct lo_lexicon_run {
    const char *text;
    const struct lo_token *tokens;
    const uint32_t *words;
    uint16_t *sets;
    uint32_t n;
} lo_lexicon_run;
/* The longest phrase that starts at token at: how many tokens it has (0: none); their sets are changed. */
uint32_t lo_lexicon_phrase(const lo_lexicon *lexicon, const lo_lexicon_run *run, uint32_t at);

/* codes[set * groups + group[place * LO_SHAPE_COUNT + shape]]; for place 0 also inner[set * 32 + shape]. */
typedef struct lo_lexicon_codes {
    const unsigned char *codes, *inner;
    const uint16_t *group; /* LO_PLACE_COUNT * LO_SHAPE_COUNT */
    uint32_t groups;
} lo_lexicon_code_table;
lo_lexicon_code_table lo_lexicon_table(const lo_lexicon *lexicon);

#endif
