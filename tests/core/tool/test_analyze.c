// SPDX-License-Identifier: MIT
/* Analysis as a process that is killed or interrupted: what is stored is whole, and the rest is done by the next run.
 */
#include "data/query.h"
#include "data/verify.h"
#include "process.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>

TestSuite(analyze, .init = scratch_open, .fini = scratch_close, .timeout = 280);

enum { DOCUMENTS = 60 };

static void fill(void)
{
    lo_buf lines = LO_BUF_EMPTY;
    for (int i = 0; i < DOCUMENTS; i++)
        lo_buf_print(
            &lines,
            "{\"id\": \"k%d\", \"date\": \"2019-03-02\", \"text\": \"Vesta talks, part %d.\\n\\n\\\"We will not open "
            "the dam before spring,\\\" said minister Ann Lee on Monday. Her deputy Bo Ek said that the treaty "
            "was %d years old. According to Carl Dahl, it will be signed.\"}\n",
            i, i, i);
    scratch_write("all.jsonl", lines.p, lines.n);
    lo_buf_free(&lines);
    const char *const ingest[] = {"ingest", scratch("s.db"), scratch("all.jsonl"), NULL};
    cr_assert_eq(process_run(&(process){.in = -1}, ingest), 0);
}

static void on_problem(void *context, const char *problem)
{
    (void)context;
    cr_log_error("verify: %s", problem);
}

static int64_t number(const char *sql)
{
    lo_store *store;
    lo_query *query;
    bool row;
    cr_assert_eq(lo_store_open(scratch("s.db"), LO_STORE_READ, &store), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_query_open(store, lo_str_of(sql), &query), LO_OK, "%s", lo_status_message());
    cr_assert(lo_query_next(query, &row) == LO_OK && row);
    int64_t result = lo_query_value(query, 0).integer;
    lo_query_close(query);
    lo_store_close(store);
    return result;
}

static void check_clean(void)
{
    lo_store *store;
    uint64_t problems;
    cr_assert_eq(lo_store_open(scratch("s.db"), LO_STORE_WRITE, &store), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_verify(store, on_problem, NULL, NULL, &problems), LO_OK, "%s", lo_status_message());
    cr_assert_eq(problems, 0);
    lo_store_close(store);
    /* marks come with the note that the analysis is complete, or not at all */
    cr_assert_eq(
        number("SELECT count(*) FROM (SELECT DISTINCT document FROM mark EXCEPT SELECT document FROM analysis)"), 0);
}

static const char marks_sum[] =
    "SELECT coalesce(sum(start * 31 + finish * 7 + length(kind) + length(fields)), 0) FROM mark";

Test(analyze, killed_at_200_moments_it_resumes)
{
    enum { TRIALS = 200, ROUND = 50 };
    fill();
    const char *const analyze[] = {"analyze", "--fast", "--quiet", scratch("s.db"), NULL};
    const char *const again[] = {"analyze", "--fast", "--quiet", "--all", scratch("s.db"), NULL};
    double from = process_seconds();
    cr_assert_eq(process_run(&(process){.in = -1}, analyze), 0);
    double whole = process_seconds() - from;
    int64_t marks = number("SELECT count(*) FROM mark"), sum = number(marks_sum);
    cr_assert_gt(marks, 5 * DOCUMENTS);
    cr_assert_eq(number("SELECT count(*) FROM analysis"), DOCUMENTS);
    uint32_t random = 17;
    int killed = 0, halfway = 0;
    for (int trial = 0; trial < TRIALS; trial++) {
        random = random * 1664525u + 1013904223u;
        pid_t pid = process_start(&(process){.in = -1}, again); /* replaces the marks of every document */
        process_sleep(((random >> 12) % 1000) * 1e-3 * whole);
        kill(pid, SIGKILL);
        killed += process_wait(pid) == -SIGKILL;
        if (trial % ROUND != ROUND - 1)
            continue;
        check_clean();
        halfway += number("SELECT count(*) FROM analysis") == DOCUMENTS;
        cr_assert_eq(process_run(&(process){.in = -1}, again), 0);
        cr_assert_eq(number("SELECT count(*) FROM mark"), marks);
        cr_assert_eq(number(marks_sum), sum, "the marks are those of the quiet run");
        cr_assert_eq(number("SELECT count(*) FROM analysis"), DOCUMENTS);
    }
    check_clean();
    cr_log_info("%d of %d runs killed", killed, TRIALS);
    cr_assert_gt(killed, TRIALS / 4);
    cr_assert_eq(halfway, TRIALS / ROUND, "the older marks stay until the newer ones are there");
}

Test(analyze, interrupted_it_ends_soon_and_goes_on_later)
{
    fill();
    const char *const analyze[] = {"analyze", "--fast", scratch("s.db"), NULL};
    int interrupted = 0;
    for (int trial = 0; trial < 8; trial++) {
        pid_t pid = process_start(&(process){.in = -1, .err = scratch("err")}, analyze);
        process_sleep(0.03 + 0.05 * trial);
        double at = process_seconds();
        kill(pid, SIGINT);
        int status = process_wait(pid);
        if (status == 130 || status == -SIGINT) /* before or after it began to watch */
            interrupted++;
        else
            cr_assert_eq(status, 0, "%d", status);
        cr_assert_lt(process_seconds() - at, 3);
        check_clean();
    }
    cr_assert_gt(interrupted, 0);
    cr_assert_eq(process_run(&(process){.in = -1}, analyze), 0);
    cr_assert_eq(number("SELECT count(*) FROM analysis"), DOCUMENTS);
    check_clean();
}
