// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include <criterion/criterion.h>

/* Ill-formed sequences after table 3-7 of the Unicode Standard, each behind "ab". */
Test(utf8, refuses_every_kind_of_malformed_sequence)
{
    static const char *const bad[] = {"\x80",
                                      "\xbf",
                                      "\xc0\x80",
                                      "\xc1\xbf",
                                      "\xc2",
                                      "\xe0\x9f\xbf",
                                      "\xed\xa0\x80",
                                      "\xe2\x82",
                                      "\xf0\x8f\xbf\xbf",
                                      "\xf4\x90\x80\x80",
                                      "\xf5\x80\x80\x80",
                                      "\xff",
                                      "\xc3(",
                                      "\xe2(\xa1",
                                      "\xf0\x9f\x98"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        char text[16] = "ab";
        strcpy(text + 2, bad[i]);
        cr_assert_eq(lo_utf8_valid_prefix(lo_str_of(text)), 2, "case %zu", i);
    }
    cr_assert(lo_utf8_valid(LO_STR("a\u00e9\u20ac\U0001f600 and a longer run of plain letters")));
}

Test(utf8, index_agrees_with_counting)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf buf = LO_BUF_EMPTY;
    for (int i = 0; i < 200; i++)
        lo_buf_add_text(&buf, i % 3 ? "ab\u20ac" : i % 2 ? "\U0001f600x" : "\u00e9");
    lo_utf8_index index;
    cr_assert_eq(lo_utf8_index_build(&arena, lo_buf_str(&buf), &index), LO_OK);
    size_t at = 0;
    for (uint32_t code_point = 0; at <= buf.n; code_point++) {
        cr_assert_eq(lo_utf8_index_code_point(&index, at), code_point);
        cr_assert_eq(lo_utf8_index_byte(&index, code_point), at);
        if (at == buf.n)
            break;
        lo_utf8_next(lo_buf_str(&buf), &at);
    }
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}
