// SPDX-License-Identifier: MIT
/* The cutter: marks, quotation marks, apostrophes; words are cut in shape_word.c. */
#include "lang/shape_byte.h"

#include <string.h>

static lo_cut one(size_t end, lo_shape shape)
{
    return (lo_cut){(uint32_t)end, (uint32_t)end, (uint8_t)shape};
}

/* Which way a straight quotation mark of n bytes points, from its neighbours. */
static lo_shape straight_quote(bytes t, size_t at, size_t n, size_t end)
{
    bool before = at == 0, after = space_at(t, at + n, end);
    if (!before) {
        size_t i = at - 1;
        while (i > 0 && (t[i] & 0xc0) == 0x80)
            i--;
        bool line;
        before = lo_shape_space(t, i, end, &line) != 0 || t[i] == '(' || t[i] == '[' || t[i] == '-' || t[i] == '/';
        if (!before && class_of[t[i]] == HIGH) {
            size_t next;
            high h = lo_shape_high(t, i, end, &next);
            before = h == HIGH_DASH || h == HIGH_OPEN_QUOTE || h == HIGH_OPEN_BRACKET;
        }
    }
    if (before && !after)
        return LO_SHAPE_OPEN_QUOTE;
    if (!before && after)
        return LO_SHAPE_CLOSE_QUOTE;
    if (!before && !alnum_at(t, at + n, end))
        return LO_SHAPE_CLOSE_QUOTE;
    if (!before && !alnum_at(t, at - 1, end) && t[at - 1] < 0x80)
        return t[at - 1] == '.' || t[at - 1] == ',' || t[at - 1] == '!' || t[at - 1] == '?' ? LO_SHAPE_QUOTE
                                                                                            : LO_SHAPE_OPEN_QUOTE;
    return LO_SHAPE_QUOTE;
}

static lo_cut cut_apostrophe(bytes t, size_t at, size_t end)
{
    static const char *const words[] = {"em", "til", "tis", "twas", "cause", "bout", "n", "round", NULL};
    size_t mark = lo_shape_apostrophe(t, at, end);
    size_t i = at + mark;
    /* '' and ‘’ are one mark */
    size_t twin = lo_shape_apostrophe(t, i, end);
    if (twin && (t[at] != '`' || t[i] == '`'))
        return one(i + twin, at > 0 && !space_at(t, at - 1, end) ? LO_SHAPE_CLOSE_QUOTE : LO_SHAPE_OPEN_QUOTE);
    bool glued = at > 0 && !space_at(t, at - 1, end);
    if (glued &&
        (alnum_at(t, at - 1, end) || t[at - 1] == '.' || t[at - 1] == ')' || t[at - 1] >= 0x80 || t[at - 1] == '"')) {
        size_t letters = lo_shape_clitic(t, i, end);
        if (letters)
            return one(i + letters, LO_SHAPE_CLITIC);
    }
    size_t j = i;
    while (j < end && j - i < 8 && (class_of[t[j]] == LOW || class_of[t[j]] == UP))
        j++;
    if (!glued) {
        if (j > i && !alnum_at(t, j, end) && lo_shape_apostrophe(t, j, end) == 0 &&
            lo_shape_is_one_of(t, i, j - i, words))
            return one(j, lo_shape_of_word(t, at, j));
        if (j > i && lo_shape_clitic(t, i, end) && space_at(t, i + lo_shape_clitic(t, i, end), end))
            return one(i + lo_shape_clitic(t, i, end), LO_SHAPE_CLITIC);
        if (digit_at(t, i, end) && digit_at(t, i + 1, end) && !digit_at(t, i + 2, end)) {
            j = i + 2;
            if (j < end && lower(t[j]) == 's')
                j++;
            if (!alnum_at(t, j, end) && lo_shape_apostrophe(t, j, end) == 0)
                return one(j, LO_SHAPE_NUMBER);
        }
    }
    if (t[at] == 0xe2) {
        if (t[at + 2] == 0x98)
            return one(i, LO_SHAPE_OPEN_QUOTE);
        if (glued && lower(t[at - 1]) == 's' && space_at(t, i, end))
            return one(i, LO_SHAPE_APOSTROPHE);
        return one(i, LO_SHAPE_CLOSE_QUOTE);
    }
    if (glued && lower(t[at - 1]) == 's')
        return one(i, LO_SHAPE_APOSTROPHE);
    return one(i, straight_quote(t, at, mark, end));
}

/* ":)" and its like, with nothing glued to it. */
static size_t smiley_end(bytes t, size_t at, size_t end)
{
    size_t i = at + 1;
    if (i < end && (t[i] == '-' || t[i] == '\''))
        i++;
    if (i >= end || !strchr(")(DPp/|]", t[i]))
        return at;
    unsigned char mouth = t[i];
    while (i < end && t[i] == mouth && i - at < 8)
        i++;
    if (mouth == '/' && i < end && t[i] == '/')
        return at;
    return space_at(t, i, end) || !alnum_at(t, i, end) ? i : at;
}

static lo_cut cut_mark(bytes t, size_t at, size_t end)
{
    unsigned char c = t[at];
    size_t i = at + 1;
    switch (c) {
    case '"': return one(i, straight_quote(t, at, 1, end));
    case '\'':
    case '`': return cut_apostrophe(t, at, end);
    case ',': return one(i, LO_SHAPE_COMMA);
    case ';':
    case ':':
    case '=':
        if (at == 0 || space_at(t, at - 1, end) || !alnum_at(t, at - 1, end)) {
            size_t stop = smiley_end(t, at, end);
            if (stop > at)
                return one(stop, LO_SHAPE_SYMBOL);
        }
        if (c == '=') {
            while (i < end && t[i] == c)
                i++;
            return one(i, LO_SHAPE_SYMBOL);
        }
        return one(i, c == ':' ? LO_SHAPE_COLON : LO_SHAPE_SEMICOLON);
    case '.':
    case '?':
    case '!': {
        while (i < end && t[i] == '.' && c == '.')
            i++;
        if (i - at >= 2)
            return one(i, LO_SHAPE_ELLIPSIS);
        if (c == '.' && digit_at(t, i, end) && (at == 0 || space_at(t, at - 1, end) || t[at - 1] == '$')) {
            while (digit_at(t, i, end))
                i++;
            return one(i, LO_SHAPE_NUMBER);
        }
        bool question = c == '?', exclamation = c == '!';
        while (i < end && (t[i] == '?' || t[i] == '!')) {
            question |= t[i] == '?';
            exclamation |= t[i] == '!';
            i++;
        }
        if (c == '!' && i < end && t[i] == '.' && !(i + 1 < end && t[i + 1] == '.'))
            i++;
        return one(i, question ? LO_SHAPE_QUESTION : exclamation ? LO_SHAPE_EXCLAMATION : LO_SHAPE_PERIOD);
    }
    case '[':
        /* an omission in a quotation: [...] */
        if (i < end && (t[i] == '.' || (t[i] == 0xe2 && i + 2 < end && t[i + 1] == 0x80 && t[i + 2] == 0xa6))) {
            size_t j = t[i] == '.' ? i : i + 3;
            while (j < end && t[j] == '.')
                j++;
            if (j < end && t[j] == ']' && j - i >= 3)
                return one(j + 1, LO_SHAPE_ELLIPSIS);
        }
        return one(i, LO_SHAPE_OPEN_BRACKET);
    case '(':
    case '{': return one(i, LO_SHAPE_OPEN_BRACKET);
    case ')':
    case ']':
    case '}': return one(i, LO_SHAPE_CLOSE_BRACKET);
    case '-':
        while (i < end && t[i] == '-')
            i++;
        if (i - at > 1)
            return one(i, LO_SHAPE_DASH);
        if (at > 0 && !space_at(t, at - 1, end) && !space_at(t, i, end))
            return one(i, LO_SHAPE_HYPHEN);
        return one(i, LO_SHAPE_DASH);
    case '#':
    case '@':
        if ((at == 0 || !alnum_at(t, at - 1, end)) && lo_shape_letter(t, i, end)) {
            while (i < end && (class_of[t[i]] == LOW || class_of[t[i]] == UP || class_of[t[i]] == DIG || t[i] == '_'))
                i++;
            return one(i, LO_SHAPE_OTHER); /* "#tag", "@name" */
        }
        while (i < end && t[i] == c)
            i++;
        return one(i, LO_SHAPE_SYMBOL);
    case '+':
        if (digit_at(t, i, end) && (at == 0 || space_at(t, at - 1, end))) {
            while (digit_at(t, i, end))
                i++;
            return one(i, LO_SHAPE_NUMBER);
        }
        while (i < end && t[i] == c)
            i++;
        return one(i, LO_SHAPE_SYMBOL);
    case '*':
    case '_':
    case '~':
    case '<':
    case '>':
        while (i < end && t[i] == c)
            i++;
        return one(i, LO_SHAPE_SYMBOL);
    default: return one(i, LO_SHAPE_SYMBOL);
    }
}

static lo_cut cut_high(bytes t, size_t at, size_t end)
{
    size_t next;
    high h = lo_shape_high(t, at, end, &next);
    if (lo_shape_apostrophe(t, at, end))
        return cut_apostrophe(t, at, end);
    switch (h) {
    case HIGH_LETTER:
    case HIGH_CAPITAL:
    case HIGH_DIGIT: return lo_shape_cut_word(t, at, end);
    case HIGH_OPEN_QUOTE: return one(next, LO_SHAPE_OPEN_QUOTE);
    case HIGH_CLOSE_QUOTE: return one(next, LO_SHAPE_CLOSE_QUOTE);
    case HIGH_DASH: return one(next, LO_SHAPE_DASH);
    case HIGH_ELLIPSIS:
        while (next < end && t[next] == '.')
            next++;
        return one(next, LO_SHAPE_ELLIPSIS);
    case HIGH_BULLET: return one(next, LO_SHAPE_BULLET);
    case HIGH_OPEN_BRACKET: return one(next, LO_SHAPE_OPEN_BRACKET);
    case HIGH_CLOSE_BRACKET: return one(next, LO_SHAPE_CLOSE_BRACKET);
    default: return one(next, LO_SHAPE_SYMBOL);
    }
}

lo_cut lo_shape_cut(const unsigned char *text, size_t at, size_t end)
{
    switch (class_of[text[at]]) {
    case UP:
    case LOW:
    case DIG: return lo_shape_cut_word(text, at, end);
    case HIGH: return cut_high(text, at, end);
    default: return cut_mark(text, at, end);
    }
}
