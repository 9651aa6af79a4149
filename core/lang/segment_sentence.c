// SPDX-License-Identifier: MIT
#include "lang/segment_sentence.h"

#include "base/utf8.h"

#include <string.h>

static lo_str token_str(const lo_sentence_view *v, uint32_t i)
{
    return (lo_str){v->text + v->tokens[i].start, v->tokens[i].length};
}

static bool spaced(const lo_sentence_view *v, uint32_t i)
{
    return v->tokens[i].flags & LO_TOKEN_SPACE_BEFORE;
}

static bool starts_small(const lo_sentence_view *v, uint32_t i)
{
    uint8_t s = v->shapes[i];
    return s == LO_SHAPE_LOWER || s == LO_SHAPE_ABBR_LOWER || s == LO_SHAPE_CLITIC;
}

static bool is_terminator(uint8_t shape)
{
    return shape == LO_SHAPE_PERIOD || shape == LO_SHAPE_QUESTION || shape == LO_SHAPE_EXCLAMATION ||
           shape == LO_SHAPE_ELLIPSIS;
}

static bool is_abbreviation(uint8_t shape)
{
    return shape == LO_SHAPE_INITIAL || shape == LO_SHAPE_ABBR_LOWER || shape == LO_SHAPE_ABBR_CAPITAL ||
           shape == LO_SHAPE_ABBR_UPPER;
}

/* Words that begin a sentence far more often than they go on after "U.S." or "Inc." */
static bool is_starter(lo_str w)
{
    static const char *const list[] = {
        "The",   "He",      "She",       "It",    "They",  "We",     "In",        "But",    "And",      "A",    "An",
        "This",  "That",    "These",     "Those", "His",   "Her",    "Their",     "Its",    "There",    "When", "If",
        "While", "However", "As",        "At",    "On",    "For",    "After",     "Before", "Although", "I",    "You",
        "Our",   "My",      "What",      "Who",   "How",   "Why",    "Where",     "Some",   "Many",     "Most", "One",
        "Since", "Yet",     "So",        "Then",  "Also",  "Such",   "Both",      "Not",    "No",       "Now",  "With",
        "From",  "By",      "According", "Asked", "Under", "During", "Meanwhile", "Or",     "To"};
    if (w.n > 9)
        return false;
    for (size_t i = 0; i < sizeof list / sizeof list[0]; i++)
        if (lo_str_is(w, list[i]))
            return true;
    return false;
}

/* ":)" and its like */
static bool is_smiley(const lo_sentence_view *v, uint32_t i)
{
    const char *p = v->text + v->tokens[i].start;
    return v->shapes[i] == LO_SHAPE_SYMBOL && v->tokens[i].length > 1 && strchr(":;=^", p[0]) && p[1] != p[0];
}

/* "[12]" at token i: how many tokens, or 0. */
static uint32_t footnote_mark(const lo_sentence_view *v, uint32_t i, uint32_t end)
{
    if (i + 2 >= end || v->shapes[i] != LO_SHAPE_OPEN_BRACKET || v->text[v->tokens[i].start] != '[' ||
        v->shapes[i + 1] != LO_SHAPE_NUMBER || v->shapes[i + 2] != LO_SHAPE_CLOSE_BRACKET)
        return 0;
    return 3;
}

/* Takes in what closes with the sentence: quotation marks, brackets, a footnote mark. */
static uint32_t closers(const lo_sentence_view *v, uint32_t i, uint32_t end)
{
    while (i < end) {
        uint8_t s = v->shapes[i];
        bool glued = !spaced(v, i);
        if (is_terminator(s) && (glued || i + 1 == end || spaced(v, i + 1))) {
            i++;
        } else if ((s == LO_SHAPE_CLOSE_QUOTE || s == LO_SHAPE_CLOSE_BRACKET || s == LO_SHAPE_QUOTE ||
                    s == LO_SHAPE_APOSTROPHE) &&
                   glued) {
            i++;
        } else if (s == LO_SHAPE_CLOSE_QUOTE && (i + 1 == end || spaced(v, i + 1))) {
            i++;
        } else if (footnote_mark(v, i, end) && (glued || i + 3 == end || spaced(v, i + 3))) {
            i += 3;
        } else if (s == LO_SHAPE_NUMBER && glued && v->tokens[i].length <= 3 && (i + 1 == end || spaced(v, i + 1))) {
            i++; /* a bare footnote number */
        } else if (is_smiley(v, i)) {
            i++;
        } else {
            break;
        }
    }
    return i;
}

/* Is the paragraph's opening number or letter, with this full stop, a list marker? */
static bool list_marker(const lo_sentence_view *v, uint32_t first, uint32_t stop)
{
    if (v->shapes[first] == LO_SHAPE_SYMBOL || v->shapes[first] == LO_SHAPE_BULLET || v->shapes[first] == LO_SHAPE_DASH)
        first++;
    return stop == first + 1 && (v->shapes[first] == LO_SHAPE_NUMBER || v->shapes[first] == LO_SHAPE_LETTER) &&
           v->tokens[first].length <= 4;
}

static bool ends_here(const lo_sentence_view *v, uint32_t first, uint32_t stop, uint32_t next, uint32_t end)
{
    if (next >= end)
        return true;
    uint8_t shape = v->shapes[stop], after = v->shapes[next];
    bool small = starts_small(v, next);
    if (shape == LO_SHAPE_PERIOD) {
        if (list_marker(v, first, stop))
            return false;
        if (after == LO_SHAPE_COMMA || after == LO_SHAPE_SEMICOLON || after == LO_SHAPE_COLON ||
            after == LO_SHAPE_CLOSE_BRACKET || after == LO_SHAPE_CLOSE_QUOTE)
            return false;
        if (!spaced(v, next) && after != LO_SHAPE_OPEN_QUOTE && after != LO_SHAPE_OPEN_BRACKET)
            return !small && after != LO_SHAPE_NUMBER && after != LO_SHAPE_HYPHEN && after != LO_SHAPE_SYMBOL;
        if (small && next > stop + 1)
            return false; /* "… go." he said */
        return true;
    }
    if (after == LO_SHAPE_COMMA || after == LO_SHAPE_SEMICOLON || after == LO_SHAPE_CLOSE_BRACKET ||
        (after == LO_SHAPE_CLOSE_QUOTE && !spaced(v, next)))
        return false;
    if (shape == LO_SHAPE_ELLIPSIS) {
        if (stop == first)
            return false;
        return !small && spaced(v, next) && after != LO_SHAPE_NUMBER && after != LO_SHAPE_DASH &&
               after != LO_SHAPE_CLOSE_QUOTE && after != LO_SHAPE_ELLIPSIS;
    }
    if (small && (next > stop + 1 || after == LO_SHAPE_CLITIC || !starts_small(v, first)))
        return false; /* "Why?" he asked; Yahoo! was */
    return after != LO_SHAPE_DASH && after != LO_SHAPE_HYPHEN;
}

static bool abbreviation_ends(const lo_sentence_view *v, uint32_t i, uint32_t next, uint32_t end)
{
    if (next >= end)
        return true;
    if (!spaced(v, next))
        return false;
    uint8_t after = v->shapes[next];
    lo_str w = token_str(v, i);
    if (after == LO_SHAPE_OPEN_QUOTE && next + 1 < end)
        after = v->shapes[++next];
    if (after != LO_SHAPE_CAPITALISED && after != LO_SHAPE_LETTER && after != LO_SHAPE_UPPER)
        return false;
    if (v->shapes[i] == LO_SHAPE_INITIAL)
        return false;
    if (lo_abbreviation_of(w) == LO_ABBREVIATION_TITLE || lo_abbreviation_of(w) == LO_ABBREVIATION_NUMBER)
        return false;
    return is_starter(token_str(v, next));
}

static bool is_big(uint8_t shape)
{
    return shape == LO_SHAPE_CAPITALISED || shape == LO_SHAPE_UPPER || shape == LO_SHAPE_LETTER;
}

/* "07/30/2001 05:17 PM", as mail programs write above a message: how many tokens, or 0. */
static uint32_t mail_date(const lo_sentence_view *v, uint32_t i, uint32_t end)
{
    lo_str date = token_str(v, i);
    if (i + 2 >= end || date.n < 6 || v->shapes[i + 1] != LO_SHAPE_NUMBER || v->shapes[i + 2] != LO_SHAPE_UPPER ||
        !memchr(date.p, '/', date.n) || !memchr(token_str(v, i + 1).p, ':', token_str(v, i + 1).n))
        return 0;
    lo_str half = token_str(v, i + 2);
    return lo_str_is(half, "AM") || lo_str_is(half, "PM") ? 3 : 0;
}

/* "Thanks," and "Best regards," in front of a name. */
static bool is_farewell(const lo_sentence_view *v, uint32_t first, uint32_t comma)
{
    static const char *const words[] = {"Thanks",    "thanks", "Regards", "regards",
                                        "Sincerely", "Cheers", "Best",    "wishes"};
    if (comma == first || comma - first > 2)
        return false;
    for (size_t k = 0; k < sizeof words / sizeof words[0]; k++)
        if (lo_str_is(token_str(v, comma - 1), words[k]))
            return true;
    return false;
}

/* Breaks without a mark that ends sentences: behind a web address, around the date of a forwarded message, behind a
 * farewell.  Gives the first token of the next sentence, or 0. */
static uint32_t bare_break(const lo_sentence_view *v, uint32_t first, uint32_t i, uint32_t end)
{
    uint8_t shape = v->shapes[i];
    if (shape == LO_SHAPE_URL && !memchr(token_str(v, i).p, '@', token_str(v, i).n))
        return i + 1 < end && spaced(v, i + 1) && (is_big(v->shapes[i + 1]) || v->shapes[i + 1] == LO_SHAPE_URL) ? i + 1
                                                                                                                 : 0;
    if (shape == LO_SHAPE_COMMA)
        return i + 1 < end && is_big(v->shapes[i + 1]) && is_farewell(v, first, i) ? i + 1 : 0;
    if (shape == LO_SHAPE_NUMBER && mail_date(v, i, end))
        return i > first ? i : i + 3;
    return 0;
}

uint32_t lo_sentence_end(const lo_sentence_view *v, uint32_t first, uint32_t end)
{
    for (uint32_t i = first; i < end; i++) {
        uint8_t shape = v->shapes[i];
        if (is_terminator(shape)) {
            uint32_t next = closers(v, i + 1, end);
            if (ends_here(v, first, i, next, end))
                return next;
            i = next - 1;
        } else if (is_abbreviation(shape)) {
            uint32_t next = closers(v, i + 1, end);
            if (abbreviation_ends(v, i, next, end))
                return next;
        } else if (shape == LO_SHAPE_URL || shape == LO_SHAPE_COMMA || shape == LO_SHAPE_NUMBER) {
            uint32_t next = bare_break(v, first, i, end);
            if (next)
                return next;
        }
    }
    return end;
}
