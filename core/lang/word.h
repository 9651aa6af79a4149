// SPDX-License-Identifier: MIT
/* What models see of a word: hashes of its forms, affixes and shape.  Stable across machines; inside lang/ only. */
#ifndef LO_LANG_WORD_H
#define LO_LANG_WORD_H

#include "base/str.h"

enum { LO_WORD_PREFIXES = 4, LO_WORD_SUFFIXES = 5 };

enum {
    LO_WORD_UPPER = 1,    /* starts with a capital */
    LO_WORD_CAPITALS = 2, /* has letters, all capitals */
    LO_WORD_DIGIT = 4,
    LO_WORD_HYPHEN = 8,
    LO_WORD_LETTER = 16,
    LO_WORD_POINT = 32,
};

typedef struct lo_word {
    uint32_t form;  /* as written; typographic quotes and apostrophes made plain */
    uint32_t lower; /* ASCII letters lowered, every digit a 0 */
    uint32_t prefixes[LO_WORD_PREFIXES], suffixes[LO_WORD_SUFFIXES]; /* of lower, 1 … bytes; 0 when too short */
    uint32_t shape;                                                  /* "Xx", "d.d": runs cut at two */
    uint8_t flags, length;
} lo_word;

void lo_word_read(lo_str text, lo_word *out);

/* Hash of value (a hash itself) for feature template t. */
static inline uint32_t lo_word_mix(uint32_t t, uint32_t value)
{
    uint32_t h = (value + t * 0x9e3779b9u) * 0x85ebca6bu;
    h ^= h >> 15;
    h *= 0xc2b2ae35u;
    return h ^ (h >> 16);
}

static inline uint32_t lo_word_pair(uint32_t a, uint32_t b)
{
    return (a ^ (a >> 16)) * 0x2c1b3c6du + b * 0x297a2d39u + (b >> 15);
}

#endif
