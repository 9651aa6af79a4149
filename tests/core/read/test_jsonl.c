// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "read/jsonl.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static lo_arena arena;

static void start(void)
{
    lo_jsonl_warm_up();
}

TestSuite(jsonl, .init = start);

Test(jsonl, reads_every_field)
{
    lo_record r;
    lo_str line =
        LO_STR("{\"id\": \"a\\/1\", \"title\": \"T\\u00e9\", \"date\": \"2014-06-20T08:00:00Z\", \"outlet\": \"The "
               "Paper\", \"author\": \"Ann Lee\", \"url\": \"https://paper.example/1\", \"lang\": \"en\", \"text\": "
               "\"One.\\n\\nTwo \\ud83d\\ude00.\\tThree\", \"page\": 9007199254740993, \"tags\": [\"b\", \"a\"]} ");
    cr_assert_eq(lo_read_jsonl(line, &arena, &r), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(r.key, "a/1"));
    cr_assert(lo_str_is(r.title, "T\u00e9"));
    cr_assert(lo_str_is(r.date, "2014-06-20"));
    cr_assert(lo_str_is(r.outlet, "The Paper"));
    cr_assert(lo_str_is(r.author, "Ann Lee"));
    cr_assert(lo_str_is(r.url, "https://paper.example/1"));
    cr_assert(lo_str_is(r.language, "en"));
    cr_assert(lo_str_is(r.text, "One.\n\nTwo \U0001f600.\tThree"));
    cr_assert(lo_str_is(r.metadata, "{\"page\":9007199254740993,\"tags\":[\"b\",\"a\"]}"), "%.*s",
              LO_STR_ARG(r.metadata));
    /* back to the bytes of the line */
    static const char *const words[][2] = {
        {"One", "One"}, {"\U0001f600", "\\ud83d\\ude00"}, {"Three", "Three"}, {"Two", "Two"}};
    for (size_t i = 0; i < 4; i++) {
        uint32_t at = (uint32_t)(strstr(r.text.p, words[i][0]) - r.text.p);
        lo_span raw = lo_origin_raw(r.origins, r.n_origins, (lo_span){at, at + (uint32_t)strlen(words[i][0])});
        cr_assert(lo_str_is((lo_str){line.p + raw.start, raw.end - raw.start}, words[i][1]), "%s", words[i][0]);
    }
    lo_arena_free(&arena);
}

Test(jsonl, absent_null_and_empty_are_not_known)
{
    lo_record r;
    cr_assert_eq(
        lo_read_jsonl(LO_STR("\xef\xbb\xbf{\"text\":\"x\",\"id\":\"1\",\"date\":null,\"title\":\"\",\"html\":null}\r"),
                      &arena, &r),
        LO_OK, "%s", lo_status_message());
    cr_assert_eq(r.date.n + r.title.n + r.metadata.n + r.outlet.n, 0);
    lo_arena_free(&arena);
}

Test(jsonl, escapes_of_every_kind)
{
    lo_record r;
    cr_assert_eq(
        lo_read_jsonl(
            LO_STR(" {\"x\" : {\"text\":\"inner\"}, \"text\" :\t\"\\\"a\\\\\\\"\\/\\b\\f\\n\\r\\t\\u00E9\\u20ac"
                   "\\uD83D\\uDE00\\\\\" , \"id\":\"1\"}"),
            &arena, &r),
        LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(r.text, "\"a\\\"/\b\f\n\r\t\u00e9\u20ac\U0001f600\\"), "%.*s", LO_STR_ARG(r.text));
    cr_assert_eq(lo_read_jsonl(LO_STR("{\"te\\u0078t\":\"One\",\"id\":\"1\"}"), &arena, &r), LO_OK, "%s",
                 lo_status_message());
    cr_assert(lo_str_is(r.text, "One"));
    cr_assert_eq(lo_origin_raw(r.origins, r.n_origins, (lo_span){0, 1}).end, 28, "somewhere in the line");
    lo_arena_free(&arena);
}

Test(jsonl, a_page_is_read_and_the_line_goes_before_it)
{
    lo_record r;
    lo_str line =
        LO_STR("{\"id\":\"p\",\"outlet\":\"Reka\",\"html\":\"<html lang=\\\"en\\\"><title>A title</title><meta "
               "property=og:site_name content=Other>\\n<p>Tom &amp; <b>J\\u00e9r\\u00f4me<\\/b></p></html>\"}");
    cr_assert_eq(lo_read_jsonl(line, &arena, &r), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(r.key, "p") && lo_str_is(r.outlet, "Reka") && lo_str_is(r.title, "A title"));
    cr_assert(lo_str_is(r.language, "en"));
    cr_assert(lo_str_is(r.text, "Tom & J\u00e9r\u00f4me"), "%.*s", LO_STR_ARG(r.text));
    lo_span raw = lo_origin_raw(r.origins, r.n_origins, (lo_span){0, 3});
    cr_assert(lo_str_is((lo_str){line.p + raw.start, raw.end - raw.start}, "Tom"));
    raw = lo_origin_raw(r.origins, r.n_origins, (lo_span){6, 14});
    cr_assert(lo_str_is((lo_str){line.p + raw.start, raw.end - raw.start}, "J\\u00e9r\\u00f4me"));
    lo_arena_free(&arena);
}

Test(jsonl, each_fault_has_one_clear_message)
{
    static const struct {
        const char *line;
        size_t n;
        const char *says;
    } cases[] = {
#define LINE(text) text, sizeof(text) - 1
        {LINE(""), "empty"},
        {LINE("  \r"), "empty"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"id\":\"2\"}"), "column 25: the same field stands twice"},
        {LINE("{\"text\":\"x\"}"), "no \"id\""},
        {LINE("{\"id\":\"\",\"text\":\"x\"}"), "column 7: \"id\" must be"},
        {LINE("{\"id\":7,\"text\":\"x\"}"), "column 7: \"id\" must be a string"},
        {LINE("{\"id\":null,\"text\":\"x\"}"), "column 7: \"id\" must be"},
        {LINE("{\"id\":\"\xc3\xa9\",\"text\":[1]}"), "column 18: \"text\" must be a string"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"title\":{}}"), "column 30: \"title\" must be"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"lang\": false}"), "column 30: \"lang\" must be"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"date\":\"soon\"}"), "column 29: \"date\" must be a date like 2014-06-20"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"date\":\"2014-13-20\"}"), "\"date\" must be"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"date\":20140620}"), "\"date\" must be a string"},
        {LINE("{\"id\":\"1\"}"), "neither \"text\" nor \"html\""},
        {LINE("{\"id\":\"1\",\"text\":\" \"}"), "\"text\" must be some text"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"html\":\"x\"}"), "\"html\" must be absent"},
        {LINE("{\"id\":\"1\",\"text\":\"a\\u0000b\"}"), "\\u0000"},
        {LINE("{\"id\":\"1\",\"te\\u0000xt\":\"a\"}"), "\\u0000"},
        {LINE("{\"id\":\"1\",\"text\":\"a\0b\"}"), "column 20: a zero byte"},
        {LINE("{\"id\":\"1\",\"text\":\"a\xff\"}"), "column 20: the bytes are not UTF-8"},
        {LINE("{\"id\":\"1\",\"text\":\"caf\xe9\"}"), "column 22: the bytes are not UTF-8"},
        {LINE("{\"id\":\"1\",\"text\":\"\xed\xa0\x80\"}"), "not UTF-8"},
        {LINE("{\"id\":\"1\",\"text\":\"\\ud800\"}"), "surrogate"},
        {LINE("{\"id\":\"1\",\"text\":\"\\udc00\\ud800\"}"), "surrogate"},
        {LINE("{\"id\":\"1\",\"text\":\"\\ud83d\\u0041\"}"), "surrogate"},
        {LINE("{\"id\":\"1\",\"text\":\"a"), "column 19: the line ends"},
        {LINE("{\"id\":\"1\",\"text\":"), "middle of the JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"x\"} {}"), "something follows"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",}"), "no valid JSON"},
        {LINE("{'id':'1'}"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"a\tb\"}"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"\\x41\"}"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"n\":1e999}"), "number too large"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"n\":NaN}"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"a long text\",\"x\":tru}"), "column 38: no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"x\",\"te\\u0078t\":\"y\"}"), "the same field stands twice"},
        {LINE("{\"id\":\"1\",\"text\":\"x\\\"}"), "middle of the JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"x\"y\"}"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"\\u00e\"}"), "column 19: no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"\\u00zz\"}"), "column 19: no valid JSON"},
        {LINE("{\"id\":\"1\",\"text\":\"\\ud83d\\n\\ude00\"}"), "column 19: half"},
        {LINE("[\"id\",\"text\",\"x\"]"), "one JSON object"},
        {LINE("[1]"), "one JSON object"},
        {LINE("null"), "one JSON object"},
        {LINE("plain words"), "no valid JSON"},
        {LINE("{\"id\":\"1\",\"html\":\"<div><p>cut\"}"), "cut short"},
#undef LINE
    };
    lo_record r;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_status status = lo_read_jsonl((lo_str){cases[i].line, cases[i].n}, &arena, &r);
        cr_expect_eq(status, LO_E_DATA, "case %zu: %s", i, cases[i].line);
        cr_expect(strstr(lo_status_message(), cases[i].says), "case %zu: %s", i, lo_status_message());
        cr_expect_leq(strlen(lo_status_message()), 160, "case %zu", i);
    }
    lo_arena_free(&arena);
}

Test(jsonl, deep_and_large_lines)
{
    enum { DEEP = 100000 };
    lo_record r;
    lo_buf line = LO_BUF_EMPTY;
    lo_buf_add_text(&line, "{\"id\":\"1\",\"text\":\"x\",\"deep\":");
    for (int i = 0; i < DEEP; i++)
        lo_buf_add_byte(&line, '[');
    cr_assert_eq(lo_read_jsonl(lo_buf_str(&line), &arena, &r), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "too deep"), "%s", lo_status_message());

    lo_buf_clear(&line);
    lo_buf_add_text(&line, "{\"id\":\"1\",\"text\":\"");
    while (line.n < (size_t)LO_READ_TEXT_MAX + 19)
        lo_buf_add_text(&line, "word ");
    lo_buf_add_text(&line, "\"}");
    cr_assert_eq(lo_read_jsonl(lo_buf_str(&line), &arena, &r), LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "too much for one document"), "%s", lo_status_message());

    /* metadata past its limit is left out, the document is not */
    lo_buf_clear(&line);
    lo_buf_add_text(&line, "{\"id\":\"1\",\"text\":\"x\",\"embedding\":[0");
    while (line.n < LO_JSONL_METADATA_MAX + 100)
        lo_buf_add_text(&line, ",0.25");
    lo_buf_add_text(&line, "]}");
    cr_assert_eq(lo_read_jsonl(lo_buf_str(&line), &arena, &r), LO_OK);
    cr_assert_eq(r.metadata.n, 0);
    lo_buf_free(&line);
    lo_arena_free(&arena);
}

Test(jsonl, a_failed_allocation_leaves_nothing_behind)
{
    static const char line[] =
        "{\"id\":\"1\",\"text\":\"One.\\nTwo.\",\"date\":\"2014-06-20\",\"outlet\":\"O\",\"n\":[1,{\"a\":2}]}";
    lo_record r;
    int64_t before = lo_mem_alive();
    lo_mem_fail_never();
    cr_assert_eq(lo_read_jsonl(lo_str_of(line), &arena, &r), LO_OK, "%s", lo_status_message());
    uint64_t n = lo_mem_count();
    lo_arena_free(&arena);
    cr_assert_gt(n, 10, "Jansson allocates through base/mem");
    cr_assert_eq(lo_mem_alive(), before);
    for (uint64_t i = 0; i < n; i++)
        for (int forever = 0; forever < 2; forever++) {
            lo_mem_fail_after(i, forever);
            lo_status status = lo_read_jsonl(lo_str_of(line), &arena, &r);
            lo_mem_fail_never();
            cr_assert_eq(status, LO_E_MEMORY, "allocation %lu: %d %s", (unsigned long)i, status, lo_status_message());
            lo_arena_free(&arena);
            cr_assert_eq(lo_mem_alive(), before, "allocation %lu", (unsigned long)i);
        }
}
