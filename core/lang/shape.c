// SPDX-License-Identifier: MIT
#include "lang/shape.h"

#include "base/asset.h"
#include "base/utf8.h"

#include <string.h>
#include <unicode/uchar.h>

const char *const lo_shape_class_names[LO_SHAPE_CLASSES] = {
    "word",          "number",     "capitalised",    "upper",        "lower",           "initial",
    "abbreviation",  "open_quote", "close_quote",    "quote",        "apostrophe",      "comma",
    "period",        "colon",      "semicolon",      "dash",         "hyphen",          "open_bracket",
    "close_bracket", "ellipsis",   "question",       "exclamation",  "clitic",          "url",
    "symbol",        "bullet",     "sentence_start", "sentence_end", "paragraph_start", "paragraph_end",
};

enum {
    WORD = 1 << 0,
    NUMBER = 1 << 1,
    CAPITALISED = 1 << 2,
    UPPER = 1 << 3,
    LOWER = 1 << 4,
    INITIAL = 1 << 5,
    ABBREVIATION = 1 << 6,
    OPEN_QUOTE = 1 << 7,
    CLOSE_QUOTE = 1 << 8,
    QUOTE = 1 << 9,
};

uint32_t lo_shape_classes(lo_shape shape, unsigned place)
{
    static const uint32_t of_shape[LO_SHAPE_COUNT] = {
        [LO_SHAPE_OTHER] = WORD,
        [LO_SHAPE_LOWER] = WORD | LOWER,
        [LO_SHAPE_CAPITALISED] = WORD | CAPITALISED,
        [LO_SHAPE_UPPER] = WORD | CAPITALISED | UPPER,
        [LO_SHAPE_LETTER] = WORD | CAPITALISED,
        [LO_SHAPE_INITIAL] = WORD | CAPITALISED | INITIAL | ABBREVIATION,
        [LO_SHAPE_ABBR_LOWER] = WORD | LOWER | ABBREVIATION,
        [LO_SHAPE_ABBR_CAPITAL] = WORD | CAPITALISED | ABBREVIATION,
        [LO_SHAPE_ABBR_UPPER] = WORD | CAPITALISED | UPPER | ABBREVIATION,
        [LO_SHAPE_CLITIC] = 1 << 22,
        [LO_SHAPE_NUMBER] = NUMBER,
        [LO_SHAPE_URL] = 1 << 23,
        [LO_SHAPE_OPEN_QUOTE] = OPEN_QUOTE | QUOTE,
        [LO_SHAPE_CLOSE_QUOTE] = CLOSE_QUOTE | QUOTE,
        [LO_SHAPE_QUOTE] = OPEN_QUOTE | CLOSE_QUOTE | QUOTE,
        [LO_SHAPE_APOSTROPHE] = 1 << 10,
        [LO_SHAPE_COMMA] = 1 << 11,
        [LO_SHAPE_PERIOD] = 1 << 12,
        [LO_SHAPE_COLON] = 1 << 13,
        [LO_SHAPE_SEMICOLON] = 1 << 14,
        [LO_SHAPE_DASH] = 1 << 15,
        [LO_SHAPE_HYPHEN] = 1 << 16,
        [LO_SHAPE_OPEN_BRACKET] = 1 << 17,
        [LO_SHAPE_CLOSE_BRACKET] = 1 << 18,
        [LO_SHAPE_ELLIPSIS] = 1 << 19,
        [LO_SHAPE_QUESTION] = 1 << 20,
        [LO_SHAPE_EXCLAMATION] = 1 << 21,
        [LO_SHAPE_SYMBOL] = 1 << 24,
        [LO_SHAPE_BULLET] = 1 << 25,
    };
    return of_shape[shape] | (uint32_t)(place & (LO_PLACE_COUNT - 1)) << 26;
}

unsigned lo_shape_space(const unsigned char *text, size_t at, size_t end, bool *line)
{
    unsigned char c = text[at];
    if (c < 0x80) {
        if (c == '\n' || c == '\r') {
            /* CRLF is one line end; a lone CR is one as well. */
            *line = true;
            return c == '\r' && at + 1 < end && text[at + 1] == '\n' ? 2 : 1;
        }
        return c == ' ' || c < 0x20 || c == 0x7f;
    }
    size_t next = at;
    uint32_t code = lo_utf8_next((lo_str){(const char *)text, end}, &next);
    unsigned n = (unsigned)(next - at);
    switch (code) {
    case 0x85:
    case 0x2028:
    case 0x2029: *line = true; return n;
    case 0x200b: /* zero-width: parts words, shows nothing */
    case 0x2060:
    case 0xfeff: return n;
    default: return u_isUWhiteSpace((UChar32)code) ? n : 0;
    }
}

size_t lo_shape_fold(lo_str token, char out[LO_FOLD_MAX + 8])
{
    if (token.n > LO_FOLD_MAX)
        return 0;
    size_t n = 0;
    for (size_t at = 0; at < token.n;) {
        unsigned char c = (unsigned char)token.p[at];
        if (c < 0x80) {
            out[n++] = (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
            at++;
            continue;
        }
        uint32_t code = lo_utf8_next(token, &at);
        code = code == 0x2019 || code == 0x2bc ? '\'' : (uint32_t)u_tolower((UChar32)code);
        if (n + 4 > LO_FOLD_MAX)
            return 0;
        n += lo_utf8_encode(code, out + n);
    }
    return n;
}

/* Abbreviations: a table made once from the word list, which is linked into the program. */
enum { SLOTS = 4096 };
static struct abbreviation {
    lo_str form;
    uint8_t kind;
    bool exact;
} slots[SLOTS];
static bool made;
/* By length and first letter: most words before a full stop are rejected here. */
static uint32_t first_letters[LO_FOLD_MAX + 1];

static struct abbreviation *slot_of(const char *folded, size_t n)
{
    uint64_t at = lo_str_hash((lo_str){folded, n});
    for (;; at++) {
        struct abbreviation *slot = &slots[at % SLOTS];
        char other[LO_FOLD_MAX + 8];
        if (!slot->form.p)
            return slot;
        size_t m = lo_shape_fold(slot->form, other);
        if (m == n && memcmp(other, folded, n) == 0)
            return slot;
    }
}

static void make(void)
{
    const lo_asset *asset = lo_asset_find("core/lang/words/abbreviation.tsv");
    lo_str rest = asset ? asset->bytes : LO_STR_NONE;
    size_t count = 0;
    made = true;
    while (rest.n && count < SLOTS / 2) {
        const char *line_end = memchr(rest.p, '\n', rest.n);
        size_t length = line_end ? (size_t)(line_end - rest.p) : rest.n;
        lo_str line = {rest.p, length};
        rest.p += length + (line_end != NULL);
        rest.n -= length + (line_end != NULL);
        const char *tab = memchr(line.p, '\t', line.n);
        if (line.n == 0 || line.p[0] == '#')
            continue;
        lo_str form = {line.p, tab ? (size_t)(tab - line.p) : line.n};
        lo_str kind = tab ? lo_str_trim((lo_str){tab + 1, (size_t)(line.p + line.n - tab - 1)}) : LO_STR_NONE;
        char folded[LO_FOLD_MAX + 8];
        size_t n = lo_shape_fold(form, folded);
        struct abbreviation *slot = n ? slot_of(folded, n) : NULL;
        if (!slot || slot->form.p)
            continue;
        slot->form = form;
        first_letters[form.n] |= 1u << (form.p[0] & 31);
        slot->kind = lo_str_is(kind, "title")    ? LO_ABBREVIATION_TITLE
                     : lo_str_is(kind, "number") ? LO_ABBREVIATION_NUMBER
                                                 : LO_ABBREVIATION_ANY;
        slot->exact = folded[0] != form.p[0]; /* "Sun." is one, "sun." is a word and a stop */
        count++;
    }
}

lo_abbreviation lo_abbreviation_of(lo_str token)
{
    char folded[LO_FOLD_MAX + 8];
    if (!made)
        make();
    if (token.n == 0 || token.n > LO_FOLD_MAX || !(first_letters[token.n] >> (token.p[0] & 31) & 1))
        return LO_ABBREVIATION_NONE;
    size_t n = lo_shape_fold(token, folded);
    const struct abbreviation *slot = slot_of(folded, n);
    if (!slot->form.p || (slot->exact && folded[0] == token.p[0]))
        return LO_ABBREVIATION_NONE;
    return slot->kind;
}
