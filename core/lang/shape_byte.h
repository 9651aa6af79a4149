// SPDX-License-Identifier: MIT
/* Questions about the bytes around a place in a text, for the two halves of the cutter (shape_word.c, shape_cut.c). */
#ifndef LO_LANG_SHAPE_BYTE_H
#define LO_LANG_SHAPE_BYTE_H

#include "lang/shape.h"

typedef const unsigned char *bytes;

/* Byte classes of ASCII; what is above is looked up by code point. */
enum { PUNCT, UP, LOW, DIG, SPACE, HIGH };
extern const uint8_t lo_shape_byte[256];
#define class_of lo_shape_byte

typedef enum high {
    HIGH_OTHER,
    HIGH_LETTER,
    HIGH_CAPITAL,
    HIGH_DIGIT,
    HIGH_OPEN_QUOTE,
    HIGH_CLOSE_QUOTE,
    HIGH_DASH,
    HIGH_ELLIPSIS,
    HIGH_BULLET,
    HIGH_OPEN_BRACKET,
    HIGH_CLOSE_BRACKET,
    HIGH_SPACE,
    HIGH_SYMBOL,
} high;

/* What the character at byte at is; *next: the byte behind it. */
high lo_shape_high(bytes t, size_t at, size_t end, size_t *next);
bool lo_shape_letter(bytes t, size_t at, size_t end);
/* Length of an apostrophe at byte at: ' ’ ` ´, or 0. */
size_t lo_shape_apostrophe(bytes t, size_t at, size_t end);
/* The letters after an apostrophe make a clitic ('s 'd 'm 'll 're 've): how many letters, or 0. */
size_t lo_shape_clitic(bytes t, size_t at, size_t end);
/* The n bytes at at, in any case, are in the list, which ends with NULL. */
bool lo_shape_is_one_of(bytes t, size_t at, size_t n, const char *const *list);
lo_shape lo_shape_of_word(bytes t, size_t at, size_t end);
/* The word, number or address that starts at at. */
lo_cut lo_shape_cut_word(bytes t, size_t at, size_t end);

static inline bool digit_at(bytes t, size_t at, size_t end)
{
    return at < end && class_of[t[at]] == DIG;
}

static inline bool alnum_at(bytes t, size_t at, size_t end)
{
    return digit_at(t, at, end) || lo_shape_letter(t, at, end);
}

static inline bool space_at(bytes t, size_t at, size_t end)
{
    bool line;
    return at >= end || lo_shape_space(t, at, end, &line) != 0;
}

static inline char lower(unsigned char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

#endif
