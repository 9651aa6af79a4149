// SPDX-License-Identifier: MIT
/* The cutter.  Which word forms stay whole was read off the treebanks (counts of glued runs by pattern). */
#include "base/utf8.h"
#include "lang/shape.h"

#include <string.h>
#include <unicode/uchar.h>

typedef const unsigned char *bytes;

/* Byte classes of ASCII; what is above is looked up by code point. */
enum { PUNCT, UP, LOW, DIG, SPACE, HIGH };
#define ROW8(k)  k, k, k, k, k, k, k, k
#define ROW32(k) ROW8(k), ROW8(k), ROW8(k), ROW8(k)
#define ROW26(k) ROW8(k), ROW8(k), ROW8(k), k, k
static const uint8_t class_of[256] = {ROW32(SPACE), SPACE, ROW8(PUNCT), PUNCT,       PUNCT,       PUNCT,      PUNCT,
                                      PUNCT,        PUNCT, PUNCT, /* to '/' */
                                      ROW8(DIG),    DIG,   DIG,         PUNCT,       PUNCT,       PUNCT,      PUNCT,
                                      PUNCT,        PUNCT, PUNCT,       ROW26(UP),   PUNCT,       PUNCT,      PUNCT,
                                      PUNCT,        PUNCT, PUNCT,       ROW26(LOW),  PUNCT,       PUNCT,      PUNCT,
                                      PUNCT,        SPACE, ROW32(HIGH), ROW32(HIGH), ROW32(HIGH), ROW32(HIGH)};

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

static high high_at(bytes t, size_t at, size_t end, size_t *next)
{
    *next = at;
    uint32_t c = lo_utf8_next((lo_str){(const char *)t, end}, next);
    switch (c) {
    case 0x201c:
    case 0x201e:
    case 0x201f:
    case 0x2018:
    case 0x201a:
    case 0x201b:
    case 0xab:
    case 0x2039: return HIGH_OPEN_QUOTE;
    case 0x201d:
    case 0x2019:
    case 0xbb:
    case 0x203a: return HIGH_CLOSE_QUOTE;
    case 0x2026: return HIGH_ELLIPSIS;
    case 0xb7:
    case 0x2022:
    case 0x2023:
    case 0x25aa:
    case 0x25ab:
    case 0x25cf:
    case 0x25e6:
    case 0x25a0:
    case 0x25a1:
    case 0x2043:
    case 0x25ba:
    case 0x25b6:
    case 0x2219: return HIGH_BULLET;
    case 0xad:
    case 0x200c:
    case 0x200d: return HIGH_LETTER; /* soft hyphen, joiners: inside words */
    case 0x200b:
    case 0x2060:
    case 0xfeff:
    case 0x85:
    case 0x2028:
    case 0x2029: return HIGH_SPACE;
    default: break;
    }
    switch (u_charType((UChar32)c)) {
    case U_UPPERCASE_LETTER:
    case U_TITLECASE_LETTER: return HIGH_CAPITAL;
    case U_LOWERCASE_LETTER:
    case U_MODIFIER_LETTER:
    case U_OTHER_LETTER:
    case U_NON_SPACING_MARK:
    case U_ENCLOSING_MARK:
    case U_COMBINING_SPACING_MARK: return HIGH_LETTER;
    case U_DECIMAL_DIGIT_NUMBER:
    case U_LETTER_NUMBER:
    case U_OTHER_NUMBER: return HIGH_DIGIT;
    case U_DASH_PUNCTUATION: return HIGH_DASH;
    case U_START_PUNCTUATION: return HIGH_OPEN_BRACKET;
    case U_END_PUNCTUATION: return HIGH_CLOSE_BRACKET;
    case U_INITIAL_PUNCTUATION: return HIGH_OPEN_QUOTE;
    case U_FINAL_PUNCTUATION: return HIGH_CLOSE_QUOTE;
    case U_SPACE_SEPARATOR:
    case U_LINE_SEPARATOR:
    case U_PARAGRAPH_SEPARATOR:
    case U_CONTROL_CHAR: return u_isUWhiteSpace((UChar32)c) ? HIGH_SPACE : HIGH_SYMBOL;
    case U_MATH_SYMBOL:
    case U_CURRENCY_SYMBOL:
    case U_MODIFIER_SYMBOL:
    case U_OTHER_SYMBOL: return HIGH_SYMBOL;
    default: return HIGH_OTHER;
    }
}

static bool letter_at(bytes t, size_t at, size_t end)
{
    if (at >= end)
        return false;
    if (class_of[t[at]] != HIGH)
        return class_of[t[at]] == UP || class_of[t[at]] == LOW;
    size_t next;
    high h = high_at(t, at, end, &next);
    return h == HIGH_LETTER || h == HIGH_CAPITAL;
}

static bool digit_at(bytes t, size_t at, size_t end)
{
    return at < end && class_of[t[at]] == DIG;
}

static bool alnum_at(bytes t, size_t at, size_t end)
{
    return digit_at(t, at, end) || letter_at(t, at, end);
}

static bool space_at(bytes t, size_t at, size_t end)
{
    bool line;
    return at >= end || lo_shape_space(t, at, end, &line) != 0;
}

/* Length of an apostrophe at byte at: ' ’ ` ´, or 0. */
static size_t apostrophe_at(bytes t, size_t at, size_t end)
{
    if (at >= end)
        return 0;
    if (t[at] == '\'' || t[at] == '`')
        return 1;
    if (t[at] == 0xe2 && at + 2 < end && t[at + 1] == 0x80 && (t[at + 2] == 0x99 || t[at + 2] == 0x98))
        return 3;
    if (t[at] == 0xc2 && at + 1 < end && t[at + 1] == 0xb4)
        return 2;
    return 0;
}

static char lower(unsigned char c)
{
    return (char)(c >= 'A' && c <= 'Z' ? c | 0x20 : c);
}

/* The letters after an apostrophe make a clitic ('s 'd 'm 'll 're 've): how many letters, or 0. */
static size_t clitic_letters(bytes t, size_t at, size_t end)
{
    if (at >= end || class_of[t[at]] == HIGH)
        return 0;
    char a = lower(t[at]);
    if (!alnum_at(t, at + 1, end))
        return a == 's' || a == 'd' || a == 'm';
    char b = lower(t[at + 1]);
    if (((a == 'l' && b == 'l') || (a == 'r' && b == 'e') || (a == 'v' && b == 'e')) && !alnum_at(t, at + 2, end))
        return 2;
    return 0;
}

static bool is_one_of(bytes t, size_t at, size_t n, const char *const *list)
{
    for (; *list; list++) {
        if (strlen(*list) != n)
            continue;
        size_t i = 0;
        while (i < n && lower(t[at + i]) == (*list)[i])
            i++;
        if (i == n)
            return true;
    }
    return false;
}

/* Prefixes that stay with their word over a hyphen; every other hyphen is a token. */
static bool is_prefix(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"e",       "non",   "mid",   "pre",   "anti",  "re",     "post",  "co",
                                       "over",    "pro",   "multi", "ex",    "sub",   "semi",   "cross", "neo",
                                       "psycho",  "socio", "arch",  "intra", "inter", "micro",  "mini",  "un",
                                       "pan",     "ultra", "trans", "macro", "quasi", "pseudo", "geo",   "bio",
                                       "counter", "hyper", "infra", "proto", "tele",  "em",     NULL};
    return n <= 7 && is_one_of(t, at, n, list);
}

/* Units glued to a number that are tokens of their own. */
static bool is_unit(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"am",  "pm",  "k",   "m",   "mm",  "cm",  "km",   "kg",  "mg",   "ft",  "lb",
                                       "lbs", "b",   "bn",  "mn",  "tn",  "kb",  "mb",   "gb",  "tb",   "hz",  "khz",
                                       "mhz", "ghz", "x",   "hrs", "hr",  "min", "mins", "sec", "secs", "yr",  "yrs",
                                       "mph", "kph", "kw",  "mw",  "gw",  "kwh", "mwh",  "oz",  "sq",   "px",  "ml",
                                       "cc",  "p",   "a.m", "p.m", "gmt", "est", "edt",  "pst", "pdt",  "utc", NULL};
    return n <= 4 && is_one_of(t, at, n, list);
}

static bool is_domain(bytes t, size_t at, size_t n)
{
    static const char *const list[] = {"com", "org",  "net", "gov", "edu", "mil", "info", "co",   "uk",  "us",
                                       "ca",  "de",   "fr",  "ru",  "cn",  "in",  "ir",   "il",   "eu",  "tv",
                                       "io",  "me",   "au",  "jp",  "ch",  "int", "biz",  "doc",  "pdf", "xls",
                                       "htm", "html", "asp", "php", "txt", "jpg", "gif",  "news", "ie",  "nz",
                                       "za",  "it",   "nl",  "es",  "se",  "no",  "docx", "ppt",  NULL};
    return n <= 4 && is_one_of(t, at, n, list);
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
static lo_shape word_shape(bytes t, size_t at, size_t end)
{
    unsigned capitals = 0, small = 0, digits = 0, dots = 0;
    bool first_capital = false;
    for (size_t i = at; i < end;) {
        size_t next = i + 1;
        bool capital = false, low = false;
        switch (class_of[t[i]]) {
        case UP: capital = true; break;
        case LOW: low = true; break;
        case DIG: digits++; break;
        case HIGH: {
            high h = high_at(t, i, end, &next);
            capital = h == HIGH_CAPITAL;
            low = h == HIGH_LETTER;
            digits += h == HIGH_DIGIT;
            break;
        }
        default: dots += t[i] == '.'; break;
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
    return (lo_cut){(uint32_t)end, (uint32_t)end, (uint8_t)word_shape(t, at, end)};
}

static lo_cut cut_word(bytes t, size_t at, size_t end)
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
            size_t next, mark = apostrophe_at(t, i, end);
            if (mark) {
                c = '\'';
                break;
            }
            high h = high_at(t, i, end, &next);
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
            size_t mark = apostrophe_at(t, i, end);
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
                return (lo_cut){(uint32_t)(i - 1), (uint32_t)(i + mark + 1), (uint8_t)word_shape(t, at, i - 1)};
            size_t letters = clitic_letters(t, i + mark, end);
            if (letters)
                return (lo_cut){(uint32_t)i, (uint32_t)(i + mark + letters), (uint8_t)word_shape(t, at, i)};
            if (!letter_at(t, i + mark, end) || c == '`')
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
            if (letter_at(t, i + 1, end) && i > at) {
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
        return (lo_cut){(uint32_t)(at + part), (uint32_t)i, (uint8_t)word_shape(t, at, at + part)};
    return word_done(t, at, i);
}

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
            high h = high_at(t, i, end, &next);
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
    size_t mark = apostrophe_at(t, at, end);
    size_t i = at + mark;
    /* '' and ‘’ are one mark */
    size_t twin = apostrophe_at(t, i, end);
    if (twin && (t[at] != '`' || t[i] == '`'))
        return one(i + twin, at > 0 && !space_at(t, at - 1, end) ? LO_SHAPE_CLOSE_QUOTE : LO_SHAPE_OPEN_QUOTE);
    bool glued = at > 0 && !space_at(t, at - 1, end);
    if (glued &&
        (alnum_at(t, at - 1, end) || t[at - 1] == '.' || t[at - 1] == ')' || t[at - 1] >= 0x80 || t[at - 1] == '"')) {
        size_t letters = clitic_letters(t, i, end);
        if (letters)
            return one(i + letters, LO_SHAPE_CLITIC);
    }
    size_t j = i;
    while (j < end && j - i < 8 && (class_of[t[j]] == LOW || class_of[t[j]] == UP))
        j++;
    if (!glued) {
        if (j > i && !alnum_at(t, j, end) && apostrophe_at(t, j, end) == 0 && is_one_of(t, i, j - i, words))
            return word_done(t, at, j);
        if (j > i && clitic_letters(t, i, end) && space_at(t, i + clitic_letters(t, i, end), end))
            return one(i + clitic_letters(t, i, end), LO_SHAPE_CLITIC);
        if (digit_at(t, i, end) && digit_at(t, i + 1, end) && !digit_at(t, i + 2, end)) {
            j = i + 2;
            if (j < end && lower(t[j]) == 's')
                j++;
            if (!alnum_at(t, j, end) && apostrophe_at(t, j, end) == 0)
                return one(j, LO_SHAPE_NUMBER);
        }
    }
    if (t[at] >= 0x80 && t[at] == 0xe2) {
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
        if ((at == 0 || !alnum_at(t, at - 1, end)) && letter_at(t, i, end)) {
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
    high h = high_at(t, at, end, &next);
    if (apostrophe_at(t, at, end))
        return cut_apostrophe(t, at, end);
    switch (h) {
    case HIGH_LETTER:
    case HIGH_CAPITAL:
    case HIGH_DIGIT: return cut_word(t, at, end);
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
    case DIG: return cut_word(text, at, end);
    case HIGH: return cut_high(text, at, end);
    default: return cut_mark(text, at, end);
    }
}
