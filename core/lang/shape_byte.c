// SPDX-License-Identifier: MIT
#include "lang/shape_byte.h"

#include "base/utf8.h"

#include <string.h>
#include <unicode/uchar.h>

#define ROW8(k)  k, k, k, k, k, k, k, k
#define ROW32(k) ROW8(k), ROW8(k), ROW8(k), ROW8(k)
#define ROW26(k) ROW8(k), ROW8(k), ROW8(k), k, k
const uint8_t lo_shape_byte[256] = {ROW32(SPACE), SPACE, ROW8(PUNCT), PUNCT,       PUNCT,       PUNCT,      PUNCT,
                                    PUNCT,        PUNCT, PUNCT, /* to '/' */
                                    ROW8(DIG),    DIG,   DIG,         PUNCT,       PUNCT,       PUNCT,      PUNCT,
                                    PUNCT,        PUNCT, PUNCT,       ROW26(UP),   PUNCT,       PUNCT,      PUNCT,
                                    PUNCT,        PUNCT, PUNCT,       ROW26(LOW),  PUNCT,       PUNCT,      PUNCT,
                                    PUNCT,        SPACE, ROW32(HIGH), ROW32(HIGH), ROW32(HIGH), ROW32(HIGH)};

high lo_shape_high(bytes t, size_t at, size_t end, size_t *next)
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

bool lo_shape_letter(bytes t, size_t at, size_t end)
{
    if (at >= end)
        return false;
    if (class_of[t[at]] != HIGH)
        return class_of[t[at]] == UP || class_of[t[at]] == LOW;
    size_t next;
    high h = lo_shape_high(t, at, end, &next);
    return h == HIGH_LETTER || h == HIGH_CAPITAL;
}

size_t lo_shape_apostrophe(bytes t, size_t at, size_t end)
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

size_t lo_shape_clitic(bytes t, size_t at, size_t end)
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

bool lo_shape_is_one_of(bytes t, size_t at, size_t n, const char *const *list)
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
