// SPDX-License-Identifier: MIT
#include "out/escape.h"

#include <criterion/criterion.h>

typedef lo_status (*escape)(lo_buf *, lo_str);

static void check(escape run, const char *in, size_t n, const char *want)
{
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(run(&out, (lo_str){in, n}), LO_OK);
    lo_buf_add_byte(&out, 0);
    cr_assert_str_eq(out.p, want, "got %s want %s", out.p, want);
    lo_buf_free(&out);
}

#define CHECK(run, in, want) check(run, in, sizeof(in) - 1, want)

Test(escape, terminal_shows_controls_and_drops_direction_marks)
{
    CHECK(lo_escape_terminal, "a\033[31mred\007\x7f", "a^[[31mred^G^?");
    CHECK(lo_escape_terminal, "a\nb\tc\r\nd", "a b c d");
    CHECK(lo_escape_terminal, "a\u202eb\u2066c\302\2331m", "abc1m");
    CHECK(lo_escape_terminal, "bad\xff\xc3 byte", "bad\ufffd\ufffd byte");
    CHECK(lo_escape_terminal_lines, "a\nb", "a\nb");
    CHECK(lo_escape_terminal, "a\0b", "a^@b");
}

Test(escape, csv_disarms_formulas_but_keeps_numbers)
{
    CHECK(lo_escape_csv, "plain", "plain");
    CHECK(lo_escape_csv, "a, \"b\"\nc", "\"a, \"\"b\"\"\nc\"");
    CHECK(lo_escape_csv, "=1+1", "\"'=1+1\"");
    CHECK(lo_escape_csv, "  @SUM(A1)", "\"'  @SUM(A1)\"");
    CHECK(lo_escape_csv, "-1+cmd|' /C calc'!A0", "\"'-1+cmd|' /C calc'!A0\"");
    CHECK(lo_escape_csv, "\t=1", "\"'\t=1\"");
    CHECK(lo_escape_csv, "\uff1d1", "\"'\uff1d1\"");
    CHECK(lo_escape_csv, "-12.5e3", "-12.5e3");
    CHECK(lo_escape_csv, "+7", "+7");
    CHECK(lo_escape_csv, "", "");
    CHECK(lo_escape_tsv, "a\tb\nc", "a b c");
    CHECK(lo_escape_tsv, "=x", "'=x");
}

Test(escape, html_markdown_and_links)
{
    CHECK(lo_escape_html, "<a href='x'>&\"", "&lt;a href=&#39;x&#39;&gt;&amp;&quot;");
    CHECK(lo_escape_html, "a\001b\u202e", "a\ufffdb");
    CHECK(lo_escape_markdown, "a|b *c* <i> [x](y)\nz", "a\\|b \\*c\\* &lt;i\\> \\[x\\](y) z");
    cr_assert(lo_escape_link_allowed(LO_STR("HTTPS://a.example/x")));
    cr_assert(!lo_escape_link_allowed(LO_STR("javascript:alert(1)")));
    cr_assert(!lo_escape_link_allowed(LO_STR(" https://a")));
    cr_assert(!lo_escape_link_allowed(LO_STR_NONE));
}

static unsigned hex(char c)
{
    return (unsigned)(c <= '9' ? c - '0' : c - 'a' + 10);
}

/* decode(escape(x)) == x for every code point, one at a time and in a row. */
Test(escape, json_is_lossless)
{
    for (uint32_t c = 1; c < 0x3000; c++) {
        char in[4], back[8];
        lo_buf out = LO_BUF_EMPTY;
        size_t n = c < 0x80 ? 1 : c < 0x800 ? 2 : 3, m = 0;
        in[0] = (char)(n == 1 ? c : n == 2 ? 0xc0 | c >> 6 : 0xe0 | c >> 12);
        if (n == 2)
            in[1] = (char)(0x80 | (c & 63));
        if (n == 3) {
            in[1] = (char)(0x80 | (c >> 6 & 63));
            in[2] = (char)(0x80 | (c & 63));
        }
        cr_assert_eq(lo_escape_json(&out, (lo_str){in, n}), LO_OK);
        if (out.p[0] == '\\' && out.p[1] == 'u') {
            uint32_t code = hex(out.p[2]) << 12 | hex(out.p[3]) << 8 | hex(out.p[4]) << 4 | hex(out.p[5]);
            cr_assert_eq(code, c);
        } else {
            if (out.p[0] == '\\') {
                static const char from[] = "\"\\nrt", to[] = "\"\\\n\r\t";
                back[m++] = to[strchr(from, out.p[1]) - from];
            } else
                memcpy(back, out.p, m = out.n);
            cr_assert(m == n && memcmp(back, in, n) == 0, "U+%04X", (unsigned)c);
        }
        lo_buf_free(&out);
    }
}
