// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "read/html.h"
#include "read/origin.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <errno.h>
#include <seccomp.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

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
    /* near ampersands that are none, behind dropped controls, after attributes with ampersands, around a cut tag */
    page = LO_STR("<p>AT&T &amp co. &nosuch; R&amp;D<a href=\"?a&b\">ok</a> o\x01ne\x02\u00e9 &#x41;</p>");
    cr_assert_eq(lo_read_file(LO_STR("p.html"), page, &arena, &record), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(record.text, "AT&T &amp co. &nosuch; R&Dok one\u00e9 A"), "%.*s", LO_STR_ARG(record.text));
    static const char *const words[][2] = {{"AT&T", "AT&T"},
                                           {"&amp", "&amp"},
                                           {"co.", "co."},
                                           {"&nosuch;", "&nosuch;"},
                                           {"R&D", "R&amp;D"},
                                           {"ok", "ok"},
                                           {"one\u00e9", "o\x01ne\x02\u00e9"},
                                           {"A", "A"}};
    for (size_t i = 0; i < sizeof words / sizeof *words; i++)
        cr_expect(lo_str_is(raw_of(&record, page, words[i][0]), words[i][1]), "%s: %.*s", words[i][0],
                  LO_STR_ARG(raw_of(&record, page, words[i][0])));
    lo_arena_free(&arena);
}

Test(reader, what_is_no_document_is_refused_with_its_reason)
{
    static const struct {
        const char *name, *bytes;
        size_t n;
        const char *reason;
    } cases[] = {
        {"\xff.txt", "words", 5, "name is not valid UTF-8"},
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

/* One input of every kind that could make a library load something late. */
static int read_everything(void)
{
    static const char *const declared[] = {"windows-1250", "windows-1251", "windows-1256", "koi8-r",
                                           "iso-8859-15",  "shift_jis",    "euc-jp",       "gb18030",
                                           "big5",         "euc-kr",       "macintosh",    "iso-2022-jp",
                                           "ibm866",       "no-such-set",  "windows-874"};
    static const struct {
        const char *bytes;
        size_t n;
    } files[] = {
        {"\xff\xfe"
         "a\0b\0",
         6},
        {"\xcc\xe8\xed\xe8\xf1\xf2\xf0 \xf1\xee\xee\xe1\xf9\xe8\xeb, \xf7\xf2\xee \xee\xed \xed\xe5 "
         "\xe7\xed\xe0\xe5\xf2",
         32},
        {"\x91\xe5\x90\x62\x82\xcd\x8c\x8e\x97\x6a\x93\xfa\x81\x41\x8c\xf0\x8f\xc2\x82\xcd", 20},
        {"na\u00efve caf\u00e9 \xff", 14},
        {"caf\xe9", 4},
        {"%PDF-", 5},
    };
    lo_record record;
    lo_arena memory = LO_ARENA_EMPTY;
    char page[256];
    for (size_t i = 0; i < sizeof declared / sizeof *declared; i++) {
        int n = snprintf(page, sizeof page, "<html lang=en><meta charset=%s><body><nosuch a=b>\xe4\xea\xf2\xa4 x",
                         declared[i]);
        (void)lo_read_file(LO_STR("a.html"), (lo_str){page, (size_t)n}, &memory, &record);
    }
    for (size_t i = 0; i < sizeof files / sizeof *files; i++)
        (void)lo_read_file(LO_STR("a.txt"), (lo_str){files[i].bytes, files[i].n}, &memory, &record);
    (void)lo_read_jsonl(LO_STR("{\"id\":\"1\",\"text\":\"x\",\"n\":[1.5,{\"a\":1e999}]}"), &memory, &record);
    (void)lo_read_jsonl(LO_STR("{\"id\":\"1\",\"text\":\"x\",\"n\":[1.5,{\"a\":null}]}"), &memory, &record);
    lo_status status = lo_read_jsonl(
        LO_STR("{\"id\":\"1\",\"html\":\"<p>a<script type=application/ld+json>{}</script>&bad; &#0; <b>\"}"), &memory,
        &record);
    lo_arena_free(&memory);
    return status ? 2 : 0;
}

Test(reader, needs_nothing_from_outside_once_warmed_up)
{
#ifdef LO_UNSEALED
    /* sanitizers need system calls that a sealed process has not: then at least the readers run under them */
    cr_assert_eq(lo_read_warm_up(), LO_OK);
    cr_assert_eq(read_everything(), 0);
#else
    static const int allowed[] = {SCMP_SYS(read),     SCMP_SYS(write),         SCMP_SYS(brk),       SCMP_SYS(mmap),
                                  SCMP_SYS(mprotect), SCMP_SYS(munmap),        SCMP_SYS(mremap),    SCMP_SYS(madvise),
                                  SCMP_SYS(futex),    SCMP_SYS(clock_gettime), SCMP_SYS(exit_group)};
    pid_t child = fork();
    cr_assert_geq(child, 0);
    if (child == 0) {
        if (lo_read_warm_up())
            _exit(3);
        scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
        for (size_t i = 0; i < sizeof allowed / sizeof *allowed; i++)
            if (seccomp_rule_add(filter, SCMP_ACT_ALLOW, allowed[i], 0))
                _exit(4);
        if (seccomp_load(filter))
            _exit(5);
        _exit(read_everything());
    }
    int state = 0;
    while (waitpid(child, &state, 0) < 0 && errno == EINTR)
        ;
    cr_assert(WIFEXITED(state), "a system call that a sealed worker may not use (signal %d)", WTERMSIG(state));
    cr_assert_eq(WEXITSTATUS(state), 0);
#endif
}
