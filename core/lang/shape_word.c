// SPDX-License-Identifier: MIT
/* Words, numbers and addresses.  Which forms stay whole was read off the treebanks (counts of glued runs by pattern).
 */
#include "lang/shape_byte.h"

#include <string.h>

/* Prefixes that stay with their word over a hyphen; every other hyphen is a token. */
static bool is_prefix(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"e",       "non",   "mid",   "pre",   "anti",  "re",     "post",  "co",
                                       "over",    "pro",   "multi", "ex",    "sub",   "semi",   "cross", "neo",
                                       "psycho",  "socio", "arch",  "intra", "inter", "micro",  "mini",  "un",
                                       "pan",     "ultra", "trans", "macro", "quasi", "pseudo", "geo",   "bio",
                                       "counter", "hyper", "infra", "proto", "tele",  "em",     NULL};
    return n <= 7 && lo_shape_is_one_of(t, at, n, list);
}

/* Units glued to a number that are tokens of their own. */
static bool is_unit(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"am",  "pm",  "k",   "m",   "mm",  "cm",  "km",   "kg",  "mg",   "ft",  "lb",
                                       "lbs", "b",   "bn",  "mn",  "tn",  "kb",  "mb",   "gb",  "tb",   "hz",  "khz",
                                       "mhz", "ghz", "x",   "hrs", "hr",  "min", "mins", "sec", "secs", "yr",  "yrs",
                                       "mph", "kph", "kw",  "mw",  "gw",  "kwh", "mwh",  "oz",  "sq",   "px",  "ml",
                                       "cc",  "p",   "a.m", "p.m", "gmt", "est", "edt",  "pst", "pdt",  "utc", NULL};
    return n <= 4 && lo_shape_is_one_of(t, at, n, list);
}

static bool is_domain(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"com", "org",  "net", "gov", "edu", "mil", "info", "co",   "uk",  "us",
                                       "ca",  "de",   "fr",  "ru",  "cn",  "in",  "ir",   "il",   "eu",  "tv",
                                       "io",  "me",   "au",  "jp",  "ch",  "int", "biz",  "doc",  "pdf", "xls",
                                       "htm", "html", "asp", "php", "txt", "jpg", "gif",  "news", "ie",  "nz",
                                       "za",  "it",   "nl",  "es",  "se",  "no",  "docx", "ppt",  NULL};
    return n <= 4 && lo_shape_is_one_of(t, at, n, list);
}

static bool starts(bytes t, size_t at, size_t end, const char *prefix)
{
    for (; *prefix; prefix++, at++)
        if (at >= end || lower(t[at]) != *prefix)
            return false;
    return true;
}

/* End of a web address that starts at byte at, or at. */
static size_t url_end(bytes t, size_t at, size_t end)
{
    if (!(starts(t, at, end, "http://") || starts(t, at, end, "https://") || starts(t, at, end, "www.") ||
          starts(t, at, end, "ftp://") || starts(t, at, end, "mailto:")))
        return at;
    size_t i = at, round = 0;
    while (i < end && t[i] > 0x20 && t[i] != 0x7f && t[i] != '"' && t[i] != '<' && t[i] != '>' && t[i] != '[' &&
           t[i] != ']' && t[i] != '|') {
        if (t[i] == 0xe2 && i + 1 < end && t[i + 1] == 0x80)
            break; /* a typographic quotation mark, dash or space */
        if (t[i] == 0xc2 && i + 1 < end && t[i + 1] == 0xa0)
            break;
        round += t[i] == '(';
        if (t[i] == ')' && round == 0)
            break;
        round -= t[i] == ')';
        i++;
    }
    while (i > at && strchr(".,;:!?')", t[i - 1]) && !(t[i - 1] == ')' && memchr(t + at, '(', i - at)))
        i--;
    return i;
}

/* End of an e-mail address, or at.  Looks at most 64 bytes ahead for the '@'. */
static size_t mail_end(bytes t, size_t at, size_t end)
{
    size_t i = at, stop = end - at > 64 ? at + 64 : end;
    while (i < stop && (class_of[t[i]] == UP || class_of[t[i]] == LOW || class_of[t[i]] == DIG || t[i] == '.' ||
                        t[i] == '_' || t[i] == '-' || t[i] == '+'))
        i++;
    if (i == at || i >= stop || t[i] != '@' || !alnum_at(t, i + 1, end))
        return at;
    i++;
    while (i < end && (class_of[t[i]] == UP || class_of[t[i]] == LOW || class_of[t[i]] == DIG || t[i] == '.' ||
                       t[i] == '_' || t[i] == '-'))
        i++;
    while (i > at && (t[i - 1] == '.' || t[i - 1] == '-' || t[i - 1] == '_'))
        i--;
    return i;
}

/* Telephone numbers, dates and times written with digits and marks: "713-853-3989", "9/11", "2014-06-20". */
static size_t digits_end(bytes t, size_t at, size_t end)
{
    size_t i = at, stop = end - at > 24 ? at + 24 : end, groups = 0, hyphens = 0, slashes = 0, dots = 0, first = 0,
           second = 0;
    while (i < stop) {
        size_t from = i;
        while (i < stop && class_of[t[i]] == DIG)
            i++;
        groups++;
        if (groups == 1)
            first = i - from;
        if (groups == 2)
            second = i - from;
        if (i + 1 >= stop || class_of[t[i + 1]] != DIG)
            break;
        if (t[i] == '-')
            hyphens++;
        else if (t[i] == '/')
            slashes++;
        else if (t[i] == '.')
            dots++;
        else
            break;
        i++;
    }
    if (i < end && (class_of[t[i]] == UP || class_of[t[i]] == LOW))
        return at;
    if (hyphens >= 2 || slashes == 2 || (dots >= 2 && !hyphens) || (slashes && hyphens))
        return i;
    if (hyphens == 1 && groups == 2 && first == 3 && second == 4)
        return i;
    if (slashes == 1 && groups == 2 && first <= 2 && second <= 2)
        return i;
    return at;
}

/* The shape of a word from its bytes. */
lo_shape lo_shape_of_word(bytes t, size_t at, size_t end)
{
    unsigned capitals = 0, small = 0, digits = 0;
    bool first_capital = false;
    for (size_t i = at; i < end;) {
        size_t next = i + 1;
        bool capital = false, low = false;
        switch (class_of[t[i]]) {
        case UP: capital = true; break;
        case LOW: low = true; break;
        case DIG: digits++; break;
        case HIGH: {
            high h = lo_shape_high(t, i, end, &next);
            capital = h == HIGH_CAPITAL;
            low = h == HIGH_LETTER;
            digits += h == HIGH_DIGIT;
            break;
        }
        default: break;
        }
        first_capital |= capital && i == at;
        capitals += capital;
        small += low;
        i = next;
    }
    bool stop = t[end - 1] == '.' && end - at > 1;
    if (digits)
        return capitals + small == 0 || class_of[t[at]] == DIG || t[at] == '+' || t[at] == '\'' ? LO_SHAPE_NUMBER
                                                                                                : LO_SHAPE_OTHER;
    if (!capitals)
        return stop ? LO_SHAPE_ABBR_LOWER : LO_SHAPE_LOWER;
    if (!small) {
        if (capitals == 1)
            return stop ? LO_SHAPE_INITIAL : LO_SHAPE_LETTER;
        return stop ? LO_SHAPE_ABBR_UPPER : LO_SHAPE_UPPER;
    }
    if (!first_capital)
        return LO_SHAPE_OTHER;
    return stop ? LO_SHAPE_ABBR_CAPITAL : LO_SHAPE_CAPITALISED;
}

/* Does the full stop at byte dot belong to the word [at, dot)? */
static bool keeps_stop(bytes t, size_t at, size_t dot, size_t end)
{
    if (dot + 1 < end && t[dot + 1] == '.')
        return false; /* an ellipsis */
    size_t n = dot - at;
    if (memchr(t + at, '.', n) && class_of[t[at]] != DIG)
        return true;
    if (n == 1 && class_of[t[at]] == UP)
        return t[at] != 'I' || !space_at(t, dot + 1, end) || (dot + 2 < end && class_of[t[dot + 2]] == UP);
    if (n == 3 && starts(t, at, end, "etc")) {
        /* At the end of a sentence the treebanks part "etc" from the stop. */
        size_t i = dot + 1;
        while (i < end && t[i] == ' ')
            i++;
        return i < end && t[i] > ' ' && class_of[t[i]] != UP;
    }
    switch (lo_abbreviation_of((lo_str){(const char *)t + at, n + 1})) {
    case LO_ABBREVIATION_NONE: return false;
    case LO_ABBREVIATION_NUMBER: {
        size_t i = dot + 1;
        bool line;
        while (i < end && i < dot + 4 && lo_shape_space(t, i, end, &line))
            i += lo_shape_space(t, i, end, &line);
        return digit_at(t, i, end) || (i < end && t[i] == '#') || (i < end && i == dot + 1 && t[i] == ',');
    }
    default: return true;
    }
}

/* A full stop between letters, no space behind: inside the word ("U.S", "enron.com") or a missing space? */
static bool inner_stop(bytes t, size_t at, size_t dot, size_t end)
{
    size_t before = dot, after = dot + 1;
    while (before > at && alnum_at(t, before - 1, end) && dot - before < 8)
        before--;
    while (after < end && after - dot < 8 &&
           (class_of[t[after]] == UP || class_of[t[after]] == LOW || class_of[t[after]] == DIG))
        after++;
    size_t left = dot - before, right = after - dot - 1;
    if (right == 0)
        return false;
    bool listed = after < end && t[after] == '.' &&
                  lo_abbreviation_of((lo_str){(const char *)t + at, after + 1 - at}) != LO_ABBREVIATION_NONE;
    if (listed)
        return true; /* "Ph.D." */
    if (left == 1 && class_of[t[before]] != DIG && (right == 1 || before == at))
        return right == 1;
    return left > 1 && is_domain(t, dot + 1, right) && class_of[t[dot + 1]] == LOW;
}

/* Two words written as one: "cannot", "gonna", and contractions without their apostrophe; where the second starts. */
static const struct split {
    char form[8];
    uint8_t part;
} splits[] = {
    {"cannot", 3}, {"gonna", 3},  {"gotta", 3}, {"wanna", 3},  {"gimme", 3},   {"lemme", 3},   {"dont", 2},
    {"didnt", 3},  {"doesnt", 4}, {"isnt", 2},  {"wasnt", 3},  {"couldnt", 5}, {"wouldnt", 5}, {"shouldnt", 6},
    {"havent", 4}, {"hasnt", 3},  {"hadnt", 3}, {"arent", 3},  {"werent", 4},  {"wont", 2},    {"cant", 2},
    {"im", 1},     {"ive", 1},    {"thats", 4}, {"youre", 3},  {"theyre", 4},  {"theres", 5},  {"youve", 3},
    {"weve", 2},   {"theyve", 4}, {"youll", 3}, {"theyll", 4}, {"whats", 4},
};

static uint64_t pack(const unsigned char *p, size_t n)
{
    uint64_t key = 0;
    for (size_t i = 0; i < n; i++)
        key |= (uint64_t)(p[i] | 0x20) << (8 * i);
    return key;
}

size_t lo_shape_splits(bytes t, size_t at, size_t n)
{
    enum { SLOTS = 128 };
    static struct {
        uint64_t key;
        uint8_t part;
    } table[SLOTS];
    if (n > 8 || n < 2 || !lo_shape_may_split(t[at + n - 2], t[at + n - 1]))
        return 0;
    static bool made;
    for (size_t k = 0; k < sizeof splits / sizeof splits[0] && !made; k++) {
        uint64_t key = pack((bytes)splits[k].form, strnlen(splits[k].form, 8));
        size_t slot = key * 0x9e3779b97f4a7c15u >> 57;
        while (table[slot].key)
            slot = (slot + 1) % SLOTS;
        table[slot].key = key;
        table[slot].part = splits[k].part;
    }
    made = true;
    uint64_t key = pack(t + at, n);
    for (size_t slot = key * 0x9e3779b97f4a7c15u >> 57; table[slot].key; slot = (slot + 1) % SLOTS)
        if (table[slot].key == key)
            return n == 2 && t[at] == 'I' && t[at + 1] == 'M' ? 0 : table[slot].part; /* "IM" is none */
    return 0;
}

static lo_cut word_done(bytes t, size_t at, size_t end)
{
    return (lo_cut){(uint32_t)end, (uint32_t)end, (uint8_t)lo_shape_of_word(t, at, end)};
}

lo_cut lo_shape_cut_word(bytes t, size_t at, size_t end)
{
    size_t i = at;
    uint8_t first = class_of[t[at]];
    bool address = t[at] == 'h' || t[at] == 'H' || t[at] == 'w' || t[at] == 'W' || t[at] == 'f' || t[at] == 'm';
    if (address) {
        size_t stop = url_end(t, at, end);
        if (stop > at + 4)
            return (lo_cut){(uint32_t)stop, (uint32_t)stop, LO_SHAPE_URL};
    }
    if (first == DIG) {
        size_t stop = digits_end(t, at, end);
        if (stop > at)
            return (lo_cut){(uint32_t)stop, (uint32_t)stop, LO_SHAPE_NUMBER};
    }
    bool numeric = first == DIG;
    while (i < end) {
        unsigned char c = t[i];
        switch (class_of[c]) {
        case LOW:
        case UP:
            if (numeric) {
                size_t j = i;
                while (j < end && j - i < 6 && (class_of[t[j]] == LOW || class_of[t[j]] == UP))
                    j++;
                if (j + 1 < end && j == i + 1 && t[j] == '.' && lower(t[j + 1]) == 'm')
                    return word_done(t, at, i); /* "5p.m." */
                if (is_unit(t, i, j - i) && !alnum_at(t, j, end) &&
                    (class_of[c] == LOW || j - i > 1 || (at > 0 && t[at - 1] == '$')))
                    return word_done(t, at, i);
                numeric = false;
            }
            i++;
            continue;
        case DIG: i++; continue;
        case SPACE: goto end_of_word;
        case HIGH: {
            size_t next, mark = lo_shape_apostrophe(t, i, end);
            if (mark) {
                c = '\'';
                break;
            }
            high h = lo_shape_high(t, i, end, &next);
            if (h != HIGH_LETTER && h != HIGH_CAPITAL && h != HIGH_DIGIT)
                goto end_of_word;
            i = next;
            continue;
        }
        default: break;
        }
        switch (c) {
        case '`':
        case '\'': {
            size_t mark = lo_shape_apostrophe(t, i, end);
            if (!alnum_at(t, i + mark, end))
                goto end_of_word;
            if (class_of[t[i - 1]] == DIG) {
                /* "50's" */
                if (lower(t[i + mark]) == 's' && !alnum_at(t, i + mark + 1, end)) {
                    i += mark + 1;
                    goto end_of_word;
                }
                goto end_of_word;
            }
            if (lower(t[i + mark]) == 't' && !alnum_at(t, i + mark + 1, end) && i > at + 1 && lower(t[i - 1]) == 'n')
                return (lo_cut){(uint32_t)(i - 1), (uint32_t)(i + mark + 1), (uint8_t)lo_shape_of_word(t, at, i - 1)};
            size_t letters = lo_shape_clitic(t, i + mark, end);
            if (letters)
                return (lo_cut){(uint32_t)i, (uint32_t)(i + mark + letters), (uint8_t)lo_shape_of_word(t, at, i)};
            if (!lo_shape_letter(t, i + mark, end) || c == '`')
                goto end_of_word;
            i += mark;
            continue;
        }
        case '.':
            if (digit_at(t, i + 1, end) && class_of[t[i - 1]] == DIG) {
                i++;
                continue;
            }
            if (alnum_at(t, i + 1, end) && inner_stop(t, at, i, end)) {
                i++;
                continue;
            }
            if (!digit_at(t, i + 1, end) && keeps_stop(t, at, i, end))
                i++;
            goto end_of_word;
        case ',':
            if (numeric && digit_at(t, i + 1, end) && digit_at(t, i + 2, end) && digit_at(t, i + 3, end) &&
                !digit_at(t, i + 4, end)) {
                i += 4;
                continue;
            }
            goto end_of_word;
        case ':':
            if (numeric && digit_at(t, i + 1, end)) {
                i++;
                continue;
            }
            goto end_of_word;
        case '-':
            if (alnum_at(t, i + 1, end) && is_prefix(t, at, i - at)) {
                i++;
                continue;
            }
            goto end_of_word;
        case '/':
            if (i == at + 1 && lower(t[at]) == 'w' && (space_at(t, i + 1, end) || t[i + 1] == 'o' || t[i + 1] == 'i')) {
                i++;
                continue;
            }
            goto end_of_word;
        case '&':
            if (class_of[t[i - 1]] == UP && i + 1 < end && class_of[t[i + 1]] == UP && i - at < 5) {
                i++;
                continue;
            }
            goto end_of_word;
        case '@': {
            size_t stop = i - at <= 64 ? mail_end(t, at, end) : at;
            if (stop > i)
                return (lo_cut){(uint32_t)stop, (uint32_t)stop, LO_SHAPE_URL};
            goto end_of_word;
        }
        case '$':
            if (i - at <= 3 && class_of[t[at]] == UP && class_of[t[i - 1]] == UP && digit_at(t, i + 1, end)) {
                i++; /* "US$" */
                return (lo_cut){(uint32_t)i, (uint32_t)i, LO_SHAPE_SYMBOL};
            }
            goto end_of_word;
        case '_': i++; continue;
        case '*':
            if (lo_shape_letter(t, i + 1, end) && i > at) {
                i++;
                continue;
            }
            goto end_of_word;
        default: goto end_of_word;
        }
    }
end_of_word:
    /* An address may go on behind a mark at which a word ends. */
    if (i < end && i - at < 64 && (t[i] == '.' || t[i] == '-' || t[i] == '+')) {
        size_t stop = mail_end(t, at, end);
        if (stop > i)
            return (lo_cut){(uint32_t)stop, (uint32_t)stop, LO_SHAPE_URL};
    }
    size_t part = first == LOW || first == UP ? lo_shape_splits(t, at, i - at) : 0;
    if (part)
        return (lo_cut){(uint32_t)(at + part), (uint32_t)i, (uint8_t)lo_shape_of_word(t, at, at + part)};
    return word_done(t, at, i);
}
