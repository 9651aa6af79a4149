// SPDX-License-Identifier: MIT
/* search and verify as people run them. */
#include "process.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>

TestSuite(cmd_search, .init = scratch_open, .fini = scratch_close, .timeout = 60);

static void fill(void)
{
    static const char lines[] =
        "{\"id\": \"one\", \"title\": \"The treaty\", \"outlet\": \"Daily\", \"date\": \"2019-03-02\", \"text\": \"The "
        "river "
        "treaty was signed, said Ann Lee. =HYPERLINK(1)\"}\n"
        "{\"id\": \"two\\u001b[31m\", \"text\": \"\\u001b]0;owned\\u0007 the treaty \\u202e of the \\u009b31m river, "
        "\\\"quoted\\\"\"}\n";
    scratch_write("lines.jsonl", lines, sizeof lines - 1);
    const char *const ingest[] = {"ingest", scratch("s.db"), scratch("lines.jsonl"), NULL};
    cr_assert_eq(process_run(&(process){.in = -1}, ingest), 0);
}

/* Output and messages of one run; freed by nobody, the process ends soon. */
static const char *run(int expected, const char **said, const char *const *arguments)
{
    size_t n;
    int status = process_run(&(process){.in = -1, .out = scratch("out"), .err = scratch("err")}, arguments);
    const char *err = scratch_read("err", &n), *out = scratch_read("out", &n);
    cr_assert_eq(status, expected, "%d: %s", status, err);
    if (said)
        *said = err;
    return out;
}

Test(cmd_search, shows_passages_and_nothing_that_a_terminal_would_obey)
{
    fill();
    const char *const human[] = {"search", scratch("s.db"), "river", "treaty", NULL};
    const char *out = run(0, NULL, human);
    cr_assert(strstr(out, "The treaty (one), Daily, 2019-03-02\n    0-56: The river treaty was signed"), "%s", out);
    for (const char *at = out; *at; at++)
        cr_assert(*at == '\n' || (unsigned char)*at >= 0x20, "a control character: %s", out);
    cr_assert(!strstr(out, "\xe2\x80\xae") && !strstr(out, "\xc2\x9b"), "%s", out);
    const char *const csv[] = {"search", scratch("s.db"), "hyperlink", "--format", "csv", NULL};
    out = run(0, NULL, csv);
    cr_assert(!strncmp(out, "document,key,title,", 19) && strstr(out, ",one,The treaty,Daily,2019-03-02,1,0,"), "%s",
              out);
    const char *const json[] = {"search", "--format=jsonl", "-n", "1", scratch("s.db"), "\"the treaty\"", NULL};
    out = run(0, NULL, json);
    cr_assert(strstr(out, "\"key\":\"two\\u001b[31m\"") || strstr(out, "\"key\": \"two\\u001b[31m\""), "%s", out);
}

Test(cmd_search, says_what_it_cannot_do)
{
    fill();
    const char *said;
    const char *const none[] = {"search", scratch("s.db"), "nowhere", NULL};
    cr_assert_str_empty(run(0, &said, none));
    cr_assert(strstr(said, "no document matches"), "%s", said);
    const char *const empty[] = {"search", scratch("s.db"), "...", NULL};
    run(2, &said, empty);
    cr_assert(strstr(said, "nothing to look for in '...'"), "%s", said);
    const char *const format[] = {"search", scratch("s.db"), "river", "--format", "xls", NULL};
    run(2, &said, format);
    const char *const missing[] = {"search", scratch("t.db"), "river", NULL};
    run(3, &said, missing);
    cr_assert(strstr(said, "t.db: there is no such store"), "%s", said);
}

Test(cmd_search, verify_tells_each_problem_on_a_line)
{
    fill();
    const char *said;
    const char *const verify[] = {"verify", scratch("s.db"), NULL};
    cr_assert_str_empty(run(0, &said, verify));
    cr_assert(strstr(said, "no problem found"), "%s", said);
    sqlite3 *db;
    cr_assert_eq(sqlite3_open(scratch("s.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db,
                              "UPDATE text SET body = body || '!' WHERE id = 1; UPDATE document SET key = key || '?'"
                              " WHERE id = 2",
                              NULL, NULL, NULL),
                 SQLITE_OK);
    sqlite3_close(db);
    const char *out = run(1, &said, verify);
    cr_assert(strstr(out, "text 1: its bytes are not those that were stored"), "%s", out);
    cr_assert(strstr(out, "its id is not that of its key and text"), "%s", out);
    cr_assert(strstr(said, "problems"), "%s", said);
    const char *const foreign[] = {"verify", scratch("lines.jsonl"), NULL};
    run(3, &said, foreign);
    cr_assert(strstr(said, "is no locutor store"), "%s", said);
}
