// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <string.h>

static lo_arena arena;

Test(plain, keeps_every_byte_of_the_text)
{
    static const char text[] = "  One\r\n\r\n\tTwo \xc2\xa0 three\x0c\r\nFour\n\n\n";
    lo_record r;
    cr_assert_eq(lo_read_plain(lo_str_of(text), &arena, &r), LO_OK);
    cr_assert(lo_str_is(r.text, text));
    cr_assert_eq(r.n_origins + r.n_furniture + r.date.n + r.outlet.n + r.author.n, 0, "nothing is guessed");
    lo_arena_free(&arena);
}

Test(plain, the_title_is_the_first_line_that_looks_like_one)
{
    static const char *const cases[][2] = {
        {"Bridge to close for a year\n\nThe minister said so.\n", "Bridge to close for a year"},
        {"Bridge to close for a year\r\n\r\nThe minister said so.\r\n", "Bridge to close for a year"},
        {"\n\n  Bridge to close for a year  \n\nThe minister said so.", "Bridge to close for a year"},
        {"Ports Institute | Brief No. 7\n\nMay 6, 2021 | By Ann Lee\n\nWho Runs the Port?\n\nIntroduction\n",
         "Who Runs the Port?"},
        {"1. Skip to content\n2. Skip to menu\n\nTalks behind closed doors\n\nInterview: Ann Lee\n",
         "Talks behind closed doors"},
        {"weekly comment and analysis\n\nThe ferry that never was\n\nAnn Lee\n", "The ferry that never was"},
        {"\u201cWe have nothing left to discuss\u201d\n\nBy Ann Lee\n", "\u201cWe have nothing left to discuss\u201d"},
        {"May 6, 2021\n\nBy Ann Lee\n\nThe minister said on Monday that talks would go on.\n", ""},
        {"The minister said on Monday that talks would go on.\n\nThe union did not answer.\n", ""},
        {"Only one line stands here", ""},
        {"Line one of a poem\nline two of it\nline three of it\n", ""},
        {"Yes\n\nThe minister said so.", ""},
        {"* first item here\n\n- second item here\n\n# third item here\n\nx", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_record r;
        cr_assert_eq(lo_read_plain(lo_str_of(cases[i][0]), &arena, &r), LO_OK);
        cr_expect(lo_str_is(r.title, cases[i][1]), "case %zu: %.*s", i, LO_STR_ARG(r.title));
        lo_arena_reset(&arena);
    }
    lo_arena_free(&arena);
}

Test(plain, sizes_up_to_the_limit)
{
    size_t n = LO_READ_TEXT_MAX;
    char *bytes = lo_mem_alloc(n + 1);
    memset(bytes, 'a', n + 1);
    lo_record r;
    cr_assert_eq(lo_read_plain((lo_str){bytes, n}, &arena, &r), LO_OK);
    cr_assert_eq(r.text.n, n);
    cr_assert_eq(lo_read_plain((lo_str){bytes, n + 1}, &arena, &r), LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "at most 16"), "%s", lo_status_message());
    cr_assert_eq(lo_read_plain(LO_STR("a"), &arena, &r), LO_OK);
    cr_assert(lo_str_is(r.text, "a"));
    lo_mem_free(bytes);
    lo_arena_free(&arena);
}
