// SPDX-License-Identifier: MIT
/* UTF-8: checking, decoding, and counting code points (RFC 3629: no surrogates, nothing past U+10FFFF, shortest form).
 */
#ifndef LO_BASE_UTF8_H
#define LO_BASE_UTF8_H

#include "base/arena.h"
#include "base/str.h"

/* Bytes of the longest valid prefix; == s.n when all is well-formed.  U+0000 counts as valid here. */
size_t lo_utf8_valid_prefix(lo_str s);
bool lo_utf8_valid(lo_str s);

/* The code point at byte *at of *valid* text; moves *at behind it.  At the end gives 0 and stays. */
uint32_t lo_utf8_next(lo_str s, size_t *at);
/* Writes 1 to 4 bytes; returns how many (0 for a surrogate or > U+10FFFF). */
size_t lo_utf8_encode(uint32_t code, char out[4]);
/* Bytes of the character that starts with this byte (1 for continuation bytes). */
size_t lo_utf8_length(unsigned char first);
bool lo_utf8_boundary(lo_str s, size_t at); /* a character (or the end) starts at byte at */
size_t lo_utf8_count(lo_str s);             /* code points of valid text */

/* Byte offset -> code point offset in constant time after one pass: counts at every 64 bytes. */
typedef struct lo_utf8_index {
    lo_str text;
    const uint32_t *counts; /* arena; NULL when the text is ASCII */
} lo_utf8_index;

lo_status lo_utf8_index_build(lo_arena *arena, lo_str text, lo_utf8_index *out);
uint32_t lo_utf8_index_code_point(const lo_utf8_index *index, size_t byte);
/* Code point offset -> byte offset (binary search). */
size_t lo_utf8_index_byte(const lo_utf8_index *index, uint32_t code_point);

#endif
