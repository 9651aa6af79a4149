// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "data/verify.h"
#include "out/escape.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/progress.h"

#include <stdio.h>

static void show_problem(void *context, const char *problem)
{
    lo_buf line = LO_BUF_EMPTY;
    lo_progress_clear(context);
    if (!lo_escape_terminal(&line, lo_str_of(problem)))
        printf("%.*s\n", LO_STR_ARG(lo_buf_str(&line)));
    lo_buf_free(&line);
}

static void show_progress(void *context, uint64_t done, uint64_t all)
{
    lo_progress_step(context, "texts and documents", done, all, 0);
}

int lo_cmd_verify_run(int argc, char **argv)
{
    bool quiet = false;
    const lo_option options[] = {LO_OPTION_QUIET(&quiet), LO_OPTION_END};
    const lo_options spec = {
        "verify",
        "STORE",
        "Checks everything a store claims: SQLite's structures, hashes of texts, ids and versions,\n"
        "the full-text index, spans and fields of marks.  One line per problem on standard output;\n"
        "exit status 1 when there are any.",
        options,
        1,
        1,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    lo_stop_watch();
    lo_store *store;
    const char *path = arguments.items[0];
    uint64_t problems = 0;
    bool index_left_out = false;
    lo_status status = lo_store_open(path, LO_STORE_WRITE, &store);
    if (status == LO_E_IO) { /* a store one may not write to can be checked all the same, but for the index */
        status = lo_store_open(path, LO_STORE_READ, &store);
        index_left_out = true;
    }
    if (status)
        return lo_options_failed("verify", status);
    lo_progress progress = lo_progress_start(quiet);
    status = lo_verify(store, show_problem, show_progress, &progress, &problems);
    lo_progress_clear(&progress);
    lo_store_close(store);
    if (status)
        return lo_options_failed("verify", status);
    if (index_left_out)
        fprintf(stderr, "locutor verify: %s may not be written to: its full-text index was not checked\n", path);
    if (!quiet && problems)
        fprintf(stderr, "%s: %llu problems\n", path, (unsigned long long)problems);
    else if (!quiet)
        fprintf(stderr, "%s: no problem found\n", path);
    return problems ? LO_EXIT_PARTLY : LO_EXIT_DONE;
}
