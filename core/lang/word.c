// SPDX-License-Identifier: MIT
#include "lang/word.h"

#include <string.h>

enum { LONGEST = 64 }; /* bytes looked at; longer runs are addresses and rubbish */

/* Typographic quotes and apostrophes become the ASCII ones that most of the training text has. */
static size_t plain(lo_str text, unsigned char out[LONGEST])
{
    size_t n = 0;
    for (size_t i = 0; i < text.n && n + 2 < LONGEST; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c == 0xe2 && text.n - i >= 3 && (unsigned char)text.p[i + 1] == 0x80) {
            unsigned char third = (unsigned char)text.p[i + 2];
            if (third == 0x98 || third == 0x99) {
                out[n++] = '\'';
                i += 2;
                continue;
            }
            if (third == 0x9c || third == 0x9d) {
                out[n++] = third == 0x9c ? '`' : '\'';
                out[n++] = third == 0x9c ? '`' : '\'';
                i += 2;
                continue;
            }
        }
        out[n++] = c;
    }
    return n;
}

static uint32_t step(uint32_t h, unsigned char c)
{
    return (h ^ c) * 0x01000193u;
}

void lo_word_read(lo_str text, lo_word *out)
{
    unsigned char bytes[LONGEST];
    size_t n = plain(text, bytes);
    memset(out, 0, sizeof *out);
    uint32_t form = 0x811c9dc5u, lower = 0x811c9dc5u, shape = 0x811c9dc5u;
    unsigned char last = 0, run = 0;
    bool small = false, capital = false;
    for (size_t i = 0; i < n; i++) {
        unsigned char c = bytes[i], kind = c;
        form = step(form, c);
        if (c >= 'A' && c <= 'Z') {
            kind = 'X';
            capital = true;
            out->flags |= i ? LO_WORD_LETTER : LO_WORD_LETTER | LO_WORD_UPPER;
            bytes[i] = (unsigned char)(c + 32);
        } else if ((c >= 'a' && c <= 'z') || c >= 0x80) {
            kind = 'x';
            small = true;
            out->flags |= LO_WORD_LETTER;
        } else if (c >= '0' && c <= '9') {
            kind = 'd';
            out->flags |= LO_WORD_DIGIT;
            bytes[i] = '0';
        } else if (c == '-') {
            out->flags |= LO_WORD_HYPHEN;
        } else if (c == '.') {
            out->flags |= LO_WORD_POINT;
        }
        lower = step(lower, bytes[i]);
        if (i < LO_WORD_PREFIXES && i + 1 < n)
            out->prefixes[i] = lower;
        run = kind == last ? (unsigned char)(run + (run < 3)) : 1;
        if (run <= 2)
            shape = step(shape, kind);
        last = kind;
    }
    uint32_t suffix = 0x811c9dc5u;
    for (size_t k = 0; k < LO_WORD_SUFFIXES && k + 1 < n; k++) {
        suffix = step(suffix, bytes[n - 1 - k]);
        out->suffixes[k] = suffix;
    }
    if (capital && !small)
        out->flags |= LO_WORD_CAPITALS;
    out->form = form;
    out->lower = lower;
    out->shape = shape;
    out->length = (uint8_t)n;
}
