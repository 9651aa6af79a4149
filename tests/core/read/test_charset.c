// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "base/utf8.h"
#include "read/charset.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <unicode/ucnv.h>
#include <unicode/ustring.h>

static lo_arena arena;

/* text in another encoding, arena. */
static lo_str encoded(const char *text, const char *name)
{
    UErrorCode error = U_ZERO_ERROR;
    UConverter *converter = ucnv_open(name, &error);
    int32_t units = 0, size = (int32_t)strlen(text) + 1;
    UChar *wide = lo_arena_array(&arena, (size_t)size, sizeof *wide);
    u_strFromUTF8(wide, size, &units, text, -1, &error);
    char *bytes = lo_arena_alloc(&arena, (size_t)units * 8 + 8);
    int32_t n = ucnv_fromUChars(converter, bytes, units * 8 + 8, wide, units, &error);
    cr_assert(U_SUCCESS(error), "%s: %s", name, u_errorName(error));
    ucnv_close(converter);
    return (lo_str){bytes, (size_t)n};
}

/* Runs in order, inside text and bytes; what is said to be the same is. */
static void check_origins(const lo_charset_text *text, lo_str bytes, bool utf8)
{
    uint32_t at = 0, raw = 0;
    for (uint32_t i = 0; i < text->n_origins; i++) {
        const lo_origin *run = &text->origins[i];
        cr_assert(run->text >= at && run->raw >= raw && run->length > 0);
        at = run->text + run->length;
        raw = run->raw + run->raw_length;
        cr_assert(at <= text->text.n && raw <= bytes.n);
        cr_assert(lo_utf8_boundary(text->text, run->text) && lo_utf8_boundary(text->text, at));
        if (utf8 && run->length == run->raw_length && memchr(text->text.p + run->text, 0xef, run->length) == NULL)
            cr_assert_eq(memcmp(text->text.p + run->text, bytes.p + run->raw, run->length), 0);
    }
}

Test(charset, takes_each_encoding_for_what_it_is)
{
    static const char english[] =
        "The minister said on Monday that the caf\u00e9 would stay open; \u201cwe are na\u00efve "
        "no longer\u201d, she added, and the fa\u00e7ade \u2013 all of it \u2013 stays.";
    static const char german[] =
        "Die Ministerin erkl\u00e4rte am Montag, die Br\u00fccke k\u00f6nne w\u00e4hrend der "
        "Bauzeit ge\u00f6ffnet bleiben. Das hei\u00dft, niemand m\u00fcsse l\u00e4nger warten.";
    static const char russian[] =
        "\u041c\u0438\u043d\u0438\u0441\u0442\u0440 \u0441\u043e\u043e\u0431\u0449\u0438\u043b \u0432 "
        "\u043f\u043e\u043d\u0435\u0434\u0435\u043b\u044c\u043d\u0438\u043a, \u0447\u0442\u043e "
        "\u043f\u0435\u0440\u0435\u0433\u043e\u0432\u043e\u0440\u044b \u043f\u0440\u043e\u0434\u043e\u043b\u0436\u0430"
        "\u0442\u0441\u044f \u0438 \u0447\u0442\u043e \u043e\u043d \u043d\u0435 \u0438\u0441\u043a\u043b\u044e\u0447"
        "\u0430\u0435\u0442 \u0441\u043e\u0433\u043b\u0430\u0448\u0435\u043d\u0438\u044f.";
    static const char greek[] =
        "\u039f \u03c5\u03c0\u03bf\u03c5\u03c1\u03b3\u03cc\u03c2 \u03b4\u03ae\u03bb\u03c9\u03c3\u03b5 \u03c4\u03b7 "
        "\u0394\u03b5\u03c5\u03c4\u03ad\u03c1\u03b1 \u03cc\u03c4\u03b9 \u03bf\u03b9 \u03c3\u03c5\u03bd\u03bf\u03bc"
        "\u03b9\u03bb\u03af\u03b5\u03c2 \u03c3\u03c5\u03bd\u03b5\u03c7\u03af\u03b6\u03bf\u03bd\u03c4\u03b1\u03b9 "
        "\u03ba\u03b1\u03b9 \u03c0\u03c9\u03c2 \u03b4\u03b5\u03bd \u03b1\u03c0\u03bf\u03ba\u03bb\u03b5\u03af\u03b5"
        "\u03b9 \u03c3\u03c5\u03bc\u03c6\u03c9\u03bd\u03af\u03b1.";
    static const char japanese[] =
        "\u5927\u81e3\u306f\u6708\u66dc\u65e5\u3001\u4ea4\u6e09\u306f\u7d9a\u3044\u3066\u3044\u308b\u3068\u8ff0\u3079"
        "\u305f\u3002\u307e\u305f\u3001\u5408\u610f\u306e\u53ef\u80fd\u6027\u3092\u6392\u9664\u3057\u306a\u3044\u3068"
        "\u8a9e\u3063\u305f\u3002\u8a18\u8005\u305f\u3061\u306f\u3053\u308c\u3092\u805e\u3044\u3066\u9a5a\u3044\u305f"
        "\u3002";
    static const char chinese[] =
        "\u90e8\u957f\u661f\u671f\u4e00\u8868\u793a\uff0c\u8c08\u5224\u4ecd\u5728\u7ee7\u7eed\uff0c\u4ed6\u4e0d\u6392"
        "\u9664\u8fbe\u6210\u534f\u8bae\u7684\u53ef\u80fd\u6027\u3002\u8bb0\u8005\u95ee\u4ed6\u4ec0\u4e48\u65f6\u5019"
        "\u7b7e\u5b57\uff0c\u4ed6\u6ca1\u6709\u56de\u7b54\u8fd9\u4e2a\u95ee\u9898\u3002";
    static const struct {
        const char *text, *name, *declared;
    } cases[] = {
        {english, "UTF-8", NULL},
        {english, "UTF-8", "windows-1252"}, /* pages often declare wrongly; well-formed UTF-8 is no accident */
        {english, "UTF-16LE", NULL},
        {english, "UTF-16BE", NULL},
        {english, "UTF-16", NULL}, /* with a byte order mark */
        {english, "UTF-32LE", NULL},
        {english, "UTF-32BE", NULL},
        {english, "UTF-32", NULL},
        {english, "windows-1252", NULL},
        {english, "windows-1252", "ISO-8859-1"}, /* the web's name for it */
        {english, "windows-1252", "UTF-8"},      /* declared, yet not one sequence is UTF-8 */
        {english, "windows-1252", "utf-16"},     /* read as ASCII, so it cannot be */
        {english, "windows-1252", "no-such-set"},
        {english, "x-MacRoman", "macintosh"},
        {german, "windows-1252", NULL},
        {german, "ISO-8859-1", NULL},
        {german, "ISO-8859-15", "iso-8859-15"},
        {german, "UTF-16LE", NULL},
        {russian, "windows-1251", NULL},
        {russian, "windows-1251", "windows-1251"},
        {russian, "KOI8-R", NULL},
        {russian, "ISO-8859-5", NULL},
        {russian, "UTF-16LE", NULL},
        {russian, "UTF-16BE", NULL},
        {russian, "UTF-8", NULL},
        {greek, "windows-1253", NULL},
        {greek, "ISO-8859-7", "ISO-8859-7"},
        {japanese, "Shift_JIS", NULL},
        {japanese, "Shift_JIS", "shift_jis"},
        {japanese, "EUC-JP", NULL},
        {japanese, "ISO-2022-JP", "iso-2022-jp"},
        {japanese, "UTF-16", NULL},
        {chinese, "GB18030", NULL},
        {chinese, "GBK", "gb2312"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_charset_text out;
        lo_str bytes = encoded(cases[i].text, cases[i].name);
        lo_status status = lo_charset_decode(bytes, lo_str_of(cases[i].declared), false, &arena, &out);
        cr_assert_eq(status, LO_OK, "case %zu, %s: %s", i, cases[i].name, lo_status_message());
        cr_assert(lo_str_is(out.text, cases[i].text), "case %zu, %s as %s: %.*s", i, cases[i].name, out.name,
                  LO_STR_ARG(out.text));
        cr_assert_eq(out.replacement, 0);
        check_origins(&out, bytes, false);
        /* Every word leads to the bytes that encode it. */
        const char *word = strstr(cases[i].text, " ");
        if (word && strncmp(cases[i].name, "UTF-16", 7) != 0 && strcmp(cases[i].name, "UTF-32") != 0) {
            uint32_t start = (uint32_t)(word + 1 - cases[i].text), end = start + (uint32_t)strcspn(word + 1, " ,");
            lo_span raw = lo_origin_raw(out.origins, out.n_origins, (lo_span){start, end});
            lo_str wanted = encoded(lo_arena_copy(&arena, out.text.p + start, end - start), cases[i].name);
            cr_assert(lo_str_equal((lo_str){bytes.p + raw.start, raw.end - raw.start}, wanted), "case %zu, %s", i,
                      cases[i].name);
        }
        lo_arena_reset(&arena);
    }
    lo_arena_free(&arena);
}

/* A few letters of windows-1252 in much ASCII, where detectors see Czech, Turkish or Japanese. */
Test(charset, a_lone_letter_or_quotation_mark_is_windows_1252)
{
    static const char *const cases[][2] = {
        {"caf\xe9", "caf\u00e9"},
        {"He said \x93no\x94.", "He said \u201cno\u201d."},
        {"The minister\x92s aide", "The minister\u2019s aide"},
        {"\xa9 2019 The Gazette", "\u00a9 2019 The Gazette"},
        {"5 \x80 a day \x96 or more", "5 \u20ac a day \u2013 or more"},
        {"na\xefve", "na\u00efve"},
        {"Jos\xe9 Garc\xed"
         "a Ib\xe1\xf1"
         "ez spoke in M\xe1laga on the 3rd.",
         "Jos\u00e9 Garc\u00eda Ib\u00e1\u00f1ez spoke in M\u00e1laga on the 3rd."},
        {"Wait\x85", "Wait\u2026"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_charset_text out;
        cr_assert_eq(lo_charset_decode(lo_str_of(cases[i][0]), LO_STR_NONE, false, &arena, &out), LO_OK);
        cr_assert(lo_str_is(out.text, cases[i][1]), "case %zu as %s: %.*s", i, out.name, LO_STR_ARG(out.text));
    }
    lo_arena_free(&arena);
}

/* Ill-formed sequences after table 3-7 of the Unicode Standard inside text that is plainly UTF-8; each is to become as
 * many U+FFFD as it has maximal subparts (section 3.9). */
Test(charset, repairs_malformed_utf8_where_the_rest_is_utf8)
{
    static const struct {
        const char *bad;
        unsigned marks;
    } cases[] = {
        {"\x80", 1},
        {"\xbf", 1},
        {"\xc0\x80", 2},
        {"\xc1\xbf", 2},
        {"\xc2", 1},
        {"\xe0\x9f\xbf", 3},
        {"\xed\xa0\x80", 3},
        {"\xed\xbf\xbf", 3},
        {"\xe2\x82", 1},
        {"\xf0\x8f\xbf\xbf", 4},
        {"\xf0\x9f", 1},
        {"\xf0\x9f\x98", 1},
        {"\xf1\x80\x80", 1},
        {"\xf4\x90\x80\x80", 4},
        {"\xf5\x80\x80\x80", 4},
        {"\xf8\x88\x80\x80\x80", 5},
        {"\xfc\x84\x80\x80\x80\x80", 6},
        {"\xff", 1},
        {"\xfe", 1},
        {"\xe2\x82\xe2\x82", 2},
        {"\xc3", 1},
        {"\xe1\x80\xe2\xf0\x91\x92\xf1\xbf", 4},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        /* ten sequences of two and more bytes around it */
        char bytes[128], wanted[192];
        snprintf(bytes, sizeof bytes,
                 "D\u00e9j\u00e0 vu \u2014 %s| \u201cna\u00efve caf\u00e9\u201d \u2026 "
                 "\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9",
                 cases[i].bad);
        snprintf(wanted, sizeof wanted, "D\u00e9j\u00e0 vu \u2014 ");
        for (unsigned k = 0; k < cases[i].marks; k++)
            strcat(wanted, "\ufffd");
        strcat(wanted, "| \u201cna\u00efve caf\u00e9\u201d \u2026 \u00e9\u00e9\u00e9\u00e9\u00e9\u00e9\u00e9");
        lo_charset_text out;
        cr_assert_eq(lo_charset_decode(lo_str_of(bytes), LO_STR_NONE, false, &arena, &out), LO_OK);
        cr_assert(lo_str_is(out.text, wanted), "case %zu as %s: %.*s", i, out.name, LO_STR_ARG(out.text));
        cr_assert_eq(out.replacement, cases[i].marks, "case %zu", i);
        check_origins(&out, lo_str_of(bytes), true);
    }
    /* cut in the middle of its last character */
    lo_charset_text out;
    cr_assert_eq(lo_charset_decode(LO_STR("All ASCII, then \xe2\x80"), LO_STR_NONE, false, &arena, &out), LO_OK);
    cr_assert(lo_str_is(out.text, "All ASCII, then \ufffd"), "%.*s", LO_STR_ARG(out.text));
    lo_arena_free(&arena);
}

Test(charset, well_formed_utf8_is_not_copied_and_keeps_every_byte)
{
    lo_charset_text out;
    lo_str bytes = LO_STR("\xef\xbb\xbfOne\r\n\r\nT\xc3\xa9wo\r\n\xef\xbb\xbf");
    cr_assert_eq(lo_charset_decode(bytes, LO_STR_NONE, false, &arena, &out), LO_OK);
    cr_assert_eq(out.text.p, bytes.p + 3);
    cr_assert_eq(out.text.n, bytes.n - 3, "only the first mark is no text");
    cr_assert_eq(lo_origin_raw(out.origins, out.n_origins, (lo_span){0, 3}).start, 3);
    cr_assert_eq(lo_charset_decode(LO_STR("One\r\nTwo"), LO_STR_NONE, false, &arena, &out), LO_OK);
    cr_assert_eq(out.n_origins, 0);
    lo_arena_free(&arena);
}

Test(charset, zero_bytes_and_noise_are_refused)
{
    static const struct {
        const char *bytes;
        size_t n;
    } cases[] = {
        {"abc\0def and more text here", 26},
        {"\xef\xbb\xbf"
         "abc\0def",
         10},
        {"\xff\xfe"
         "a\0\0\0b\0",
         8},
        {"\xfe\xff\0a\0\0\0b", 8},
        {"caf\xe9 \0 noir", 12},
        {"\0", 1},
        {"\0\0\0\0\0\0\0\0", 8},
        {"\xff\xfe", 2},
    };
    lo_charset_text out;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_eq(lo_charset_decode((lo_str){cases[i].bytes, cases[i].n}, LO_STR_NONE, false, &arena, &out),
                     LO_E_DATA, "case %zu", i);
    char noise[4096];
    uint64_t seed = 88172645463325252u;
    for (size_t i = 0; i < sizeof noise; i++) {
        seed ^= seed << 13, seed ^= seed >> 7, seed ^= seed << 17;
        noise[i] = (char)(seed >> 24 | 1);
    }
    cr_assert_eq(lo_charset_decode((lo_str){noise, sizeof noise}, LO_STR_NONE, false, &arena, &out), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "binary"), "%s", lo_status_message());
    lo_arena_free(&arena);
}

/* The map must not outgrow the text: a run per character would take 16 bytes for each. */
Test(charset, the_map_of_a_dense_text_stays_small)
{
    enum { PAIRS = 20000 };
    char *bytes = lo_mem_alloc(2 * PAIRS);
    for (size_t i = 0; i < PAIRS; i++)
        bytes[2 * i] = (char)0xe9, bytes[2 * i + 1] = i % 2 ? '.' : ' ';
    lo_charset_text out;
    cr_assert_eq(lo_charset_decode((lo_str){bytes, 2 * PAIRS}, LO_STR("windows-1252"), false, &arena, &out), LO_OK);
    cr_assert_eq(out.text.n, 3 * PAIRS);
    cr_assert_leq(out.n_origins * sizeof(lo_origin), 6 * 2 * PAIRS, "%u runs", out.n_origins);
    check_origins(&out, (lo_str){bytes, 2 * PAIRS}, false);
    lo_mem_free(bytes);
    lo_arena_free(&arena);
}

Test(charset, a_failed_allocation_leaves_nothing_behind)
{
    static const char bytes[] = "na\xefve \x93words\x94 here, caf\xe9";
    lo_charset_text out;
    cr_assert_eq(lo_charset_warm_up(), LO_OK);
    lo_arena_free(&arena);
    int64_t before = lo_mem_alive();
    lo_mem_fail_never();
    cr_assert_eq(lo_charset_decode(lo_str_of(bytes), LO_STR_NONE, false, &arena, &out), LO_OK);
    uint64_t n = lo_mem_count();
    lo_arena_free(&arena);
    cr_assert_gt(n, 2);
    for (uint64_t i = 0; i < n; i++)
        for (int forever = 0; forever < 2; forever++) {
            lo_mem_fail_after(i, forever);
            lo_status status = lo_charset_decode(lo_str_of(bytes), LO_STR_NONE, false, &arena, &out);
            lo_mem_fail_never();
            cr_assert_eq(status, LO_E_MEMORY, "allocation %lu", (unsigned long)i);
            lo_arena_free(&arena);
            cr_assert_eq(lo_mem_alive(), before);
        }
}
