// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "read/html.h"
#include "read/origin.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <string.h>

static lo_arena arena;

static lo_str raw_of(const lo_record *record, lo_str raw, const char *word)
{
    const char *at = memmem(record->text.p, record->text.n, word, strlen(word));
    cr_assert(at, "%s", word);
    uint32_t start = (uint32_t)(at - record->text.p);
    lo_span span = lo_origin_raw(record->origins, record->n_origins, (lo_span){start, start + (uint32_t)strlen(word)});
    return (lo_str){raw.p + span.start, span.end - span.start};
}

Test(reader, tells_pages_from_text_by_name_and_by_first_bytes)
{
    static const struct {
        const char *name, *bytes, *text;
    } cases[] = {
        {"a.html", "<p>Rain &amp; snow", "Rain & snow"},
        {"A.HTM", "Rain &amp; snow", "Rain & snow"},
        {"a.xhtml", "<?xml version='1.0'?><html><body><p>Rain</p></body></html>", "Rain"},
        {"page", "  <!DOCTYPE html><p>Rain &amp; snow", "Rain & snow"},
        {"page", "\xef\xbb\xbf<html><p>Rain</p></html>", "Rain"},
        {"a.txt", "<p>Rain &amp; snow", "<p>Rain &amp; snow"},
        {"a.txt", "<html> is how pages begin.", "<html> is how pages begin."},
        {"page", "Rain < snow & ice", "Rain < snow & ice"},
    };
    lo_record record;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_status status = lo_read_file(lo_str_of(cases[i].name), lo_str_of(cases[i].bytes), &arena, &record);
        cr_assert_eq(status, LO_OK, "case %zu: %s", i, lo_status_message());
        cr_assert(lo_str_is(record.text, cases[i].text), "case %zu: %.*s", i, LO_STR_ARG(record.text));
        cr_assert(lo_str_is(record.key, cases[i].name));
    }
    lo_arena_free(&arena);
}

Test(reader, words_lead_back_to_their_bytes)
{
    lo_record record;
    lo_str page = LO_STR(
        "\xef\xbb\xbf<html><body><p>The d&eacute;j\xc3\xa0 vu\n   of <b>Gen. Lee</b>&rsquo;s men</p></body></html>");
    cr_assert_eq(lo_read_file(LO_STR("p.html"), page, &arena, &record), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(record.text, "The d\u00e9j\u00e0 vu of Gen. Lee\u2019s men"), "%.*s", LO_STR_ARG(record.text));
    cr_assert(lo_str_is(raw_of(&record, page, "The"), "The"));
    cr_assert(lo_str_is(raw_of(&record, page, "d\u00e9j\u00e0"), "d&eacute;j\xc3\xa0"));
    cr_assert(lo_str_is(raw_of(&record, page, "vu of"), "vu\n   of"));
    cr_assert(lo_str_is(raw_of(&record, page, "Lee\u2019s"), "Lee</b>&rsquo;s"));
    lo_str text = LO_STR("na\xefve \x93words\x94 here, caf\xe9");
    cr_assert_eq(lo_read_file(LO_STR("p.txt"), text, &arena, &record), LO_OK);
    cr_assert(lo_str_is(record.text, "na\u00efve \u201cwords\u201d here, caf\u00e9"), "%.*s", LO_STR_ARG(record.text));
    cr_assert(lo_str_is(raw_of(&record, text, "words"), "words"));
    cr_assert(lo_str_is(raw_of(&record, text, "caf\u00e9"), "caf\xe9"));
    lo_arena_free(&arena);
}

Test(reader, what_is_no_document_is_refused_with_its_reason)
{
    static const struct {
        const char *name, *bytes;
        size_t n;
        const char *reason;
    } cases[] = {
        {"a.txt", "", 0, "empty"},
        {"a.txt", " \r\n\t", 4, "empty"},
        {"a.html", "", 0, "empty"},
        {"a.txt", "\xef\xbb\xbf", 3, "byte order mark"},
        {"a.txt", "%PDF-1.7\n", 9, "PDF"},
        {"a.txt", "PK\x03\x04 and so on", 14, "zip"},
        {"a",
         "\x7f"
         "ELF\x02\x01\x01\0\0",
         9, "program"},
        {"a.txt", "\x01\x02\x03\x04\x05\x06\x07\x08\x0e\x0f\x10\x11", 12, "binary"},
        {"a.txt", "before\0after", 12, "U+0000 stands at byte 6"},
        {"a.html", "<p>before\0after", 15, "U+0000 stands at byte 9"},
        {"a.html", "<html><head><title>t</title></head><body> </body></html>", 56, "no text"},
        {"a.html", "<html><body><div><p>The minister sa", 35, "cut short"},
        {"a.html", "<html><body><p>The minister <a hr", 33, "cut short"},
        {"a.html", "<html><body><p>x</p><script>var a = '", 37, "cut short"},
        {"a.html", "<html><body><p>x</p><!-- a note", 31, "cut short"},
    };
    lo_record record;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_status status =
            lo_read_file(lo_str_of(cases[i].name), (lo_str){cases[i].bytes, cases[i].n}, &arena, &record);
        cr_assert_eq(status, LO_E_DATA, "case %zu", i);
        cr_assert(strstr(lo_status_message(), cases[i].reason), "case %zu: %s", i, lo_status_message());
        cr_assert_null(strchr(lo_status_message(), '\n'));
    }
    lo_arena_free(&arena);
}
