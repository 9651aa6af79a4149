// SPDX-License-Identifier: MIT
/* Cutting bytes into tokens, and what a token's bytes alone say of it.
 *
 * Tokens follow the Universal Dependencies treebanks of English (EWT, GUM): clitics apart, most hyphens apart, numbers,
 * times, addresses and abbreviations whole.  The cutter sees one token at a time and looks only at the bytes around it
 * (a bounded number of them), so that time is linear whatever the text. */
#ifndef LO_LANG_SHAPE_H
#define LO_LANG_SHAPE_H

#include "base/str.h"

/* What a token is, told from its bytes (quotation marks: and from its neighbours). */
typedef enum lo_shape {
    LO_SHAPE_OTHER, /* letters mixed with digits, or capitals inside: "iPhone", "G20" */
    LO_SHAPE_LOWER,
    LO_SHAPE_CAPITALISED,
    LO_SHAPE_UPPER,        /* two capitals or more, nothing small */
    LO_SHAPE_LETTER,       /* a lone capital: "I", "A" */
    LO_SHAPE_INITIAL,      /* "J." */
    LO_SHAPE_ABBR_LOWER,   /* "e.g." */
    LO_SHAPE_ABBR_CAPITAL, /* "Gen." */
    LO_SHAPE_ABBR_UPPER,   /* "U.S." */
    LO_SHAPE_CLITIC,       /* "'s", "n't" */
    LO_SHAPE_NUMBER,
    LO_SHAPE_URL, /* e-mail addresses too */
    LO_SHAPE_OPEN_QUOTE,
    LO_SHAPE_CLOSE_QUOTE,
    LO_SHAPE_QUOTE,      /* no telling which */
    LO_SHAPE_APOSTROPHE, /* the possessive of "dogs'" */
    LO_SHAPE_COMMA,
    LO_SHAPE_PERIOD,
    LO_SHAPE_COLON,
    LO_SHAPE_SEMICOLON,
    LO_SHAPE_DASH,
    LO_SHAPE_HYPHEN,
    LO_SHAPE_OPEN_BRACKET,
    LO_SHAPE_CLOSE_BRACKET,
    LO_SHAPE_ELLIPSIS,
    LO_SHAPE_QUESTION,
    LO_SHAPE_EXCLAMATION,
    LO_SHAPE_SYMBOL,
    LO_SHAPE_BULLET,
    LO_SHAPE_COUNT,
} lo_shape;

/* Where a token stands, as bits beside the shape. */
enum {
    LO_PLACE_SENTENCE_START = 1,
    LO_PLACE_SENTENCE_END = 2,
    LO_PLACE_PARAGRAPH_START = 4,
    LO_PLACE_PARAGRAPH_END = 8,
    LO_PLACE_COUNT = 16,
};

/* The classes every lexicon has, in the order of their ids. */
enum { LO_SHAPE_CLASSES = 30 };
extern const char *const lo_shape_class_names[LO_SHAPE_CLASSES];
/* Bit i: in class i. */
uint32_t lo_shape_classes(lo_shape shape, unsigned place);

/* White space at byte at of text: its length in bytes (0: none); line: set when it ends a line. */
unsigned lo_shape_space(const unsigned char *text, size_t at, size_t end, bool *line);

/* One token, or a word with its clitic. */
typedef struct lo_cut {
    uint32_t end;        /* of the first token */
    uint32_t clitic_end; /* of a clitic right behind it; == end when there is none */
    uint8_t shape;       /* lo_shape of the first */
} lo_cut;

/* The token that starts at byte at, which is no white space.  text: valid UTF-8, end bytes. */
lo_cut lo_shape_cut(const unsigned char *text, size_t at, size_t end);

/* Where the second of two words written as one starts ("can|not", "gon|na", "did|nt") in n ASCII letters, or 0. */
size_t lo_shape_splits(const unsigned char *text, size_t at, size_t n);

/* All of those end in one of a few pairs of letters, which not many other short words do: a quick no. */
static inline bool lo_shape_may_split(unsigned char a, unsigned char b)
{
#define LO_SHAPE_BIT(letter) ((uint32_t)1 << ((letter)&31))
    static const uint32_t before[32] = {
        ['e' & 31] = LO_SHAPE_BIT('s'),
        ['i' & 31] = LO_SHAPE_BIT('m'),
        ['l' & 31] = LO_SHAPE_BIT('l'),
        ['m' & 31] = LO_SHAPE_BIT('e'),
        ['n' & 31] = LO_SHAPE_BIT('t') | LO_SHAPE_BIT('a'),
        ['o' & 31] = LO_SHAPE_BIT('t'),
        ['r' & 31] = LO_SHAPE_BIT('e'),
        ['t' & 31] = LO_SHAPE_BIT('a') | LO_SHAPE_BIT('s'),
        ['v' & 31] = LO_SHAPE_BIT('e'),
    };
    return before[a & 31] >> (b & 31) & 1;
#undef LO_SHAPE_BIT
}

/* What kind of abbreviation a token with its full stop is. */
typedef enum lo_abbreviation {
    LO_ABBREVIATION_NONE,
    LO_ABBREVIATION_ANY,    /* may end a sentence: "Inc." */
    LO_ABBREVIATION_TITLE,  /* a name follows: "Gen." */
    LO_ABBREVIATION_NUMBER, /* counts only before a number: "No." */
} lo_abbreviation;
lo_abbreviation lo_abbreviation_of(lo_str token);

/* Folds for look-up: lower case, curly apostrophe to straight.  out: at least LO_FOLD_MAX bytes; 0 when the token is
 * longer than that. */
enum { LO_FOLD_MAX = 64 };
size_t lo_shape_fold(lo_str token, char out[LO_FOLD_MAX + 8]);

#endif
