// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "tool/command.h"
#include "tool/ingest.h"
#include "tool/options.h"

#include <signal.h>
#include <stdio.h>
#include <unistd.h>

static void complain(void *context, const char *message)
{
    (void)context;
    lo_options_complain("ingest", message);
}

static void summarise(const char *store, const lo_ingest_counts *c)
{
    unsigned long long stored = c->added + c->versions + c->updated;
    fprintf(stderr, "%s: %llu document%s stored", store, stored, stored == 1 ? "" : "s");
    if (c->versions || c->updated)
        fprintf(stderr, " (%llu new, %llu new versions, %llu updated)", (unsigned long long)c->added,
                (unsigned long long)c->versions, (unsigned long long)c->updated);
    if (c->same)
        fprintf(stderr, ", %llu already there", (unsigned long long)c->same);
    if (c->failed)
        fprintf(stderr, ", %llu failed", (unsigned long long)c->failed);
    if (c->skipped)
        fprintf(stderr, ", %llu file%s of other kinds skipped", (unsigned long long)c->skipped,
                c->skipped == 1 ? "" : "s");
    fputc('\n', stderr);
}

int lo_cmd_ingest_run(int argc, char **argv)
{
    bool quiet = false, verbose = false, unsafe = false;
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    const lo_option options[] = {LO_OPTION_WORKERS(&workers),
                                 {"unsafe", 0, LO_OPTION_SWITCH, &unsafe, NULL,
                                  "read documents even where worker processes cannot be sealed", 0, 0},
                                 LO_OPTION_QUIET(&quiet),
                                 LO_OPTION_VERBOSE(&verbose),
                                 LO_OPTION_END};
    const lo_options spec = {
        "ingest",
        "STORE PATH…",
        "Reads documents into a store, which is made when it is not there.\n\n"
        "PATH is a file, a folder (its .txt .text .md .html .htm .xhtml .jsonl .ndjson files), or - for standard "
        "input\n"
        "(JSON Lines when it starts with '{', else one document).  A document that is there already is skipped; the "
        "same\n"
        "key with another text becomes a new version.  With --verbose every document is acknowledged by a line\n"
        "'stored ID KEY' (or 'known ID KEY') on standard error once it is safe on disk.",
        options,
        2,
        -1,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    lo_stop_watch();
    lo_stop_soon();
    signal(SIGXFSZ, SIG_IGN); /* a size limit then is an error of write(2), with a message */
    lo_store *store;
    lo_ingest_counts counts;
    lo_status status = lo_store_open(arguments.items[0], LO_STORE_CREATE, &store);
    if (status)
        return lo_options_failed("ingest", status);
    const lo_ingest_options how = {(uint32_t)workers, unsafe, quiet, verbose, complain, NULL};
    status = lo_ingest_paths(store, (const char *const *)arguments.items + 1, (size_t)arguments.n - 1, &how, &counts);
    if (!quiet && !status)
        summarise(arguments.items[0], &counts);
    if (status == LO_E_STOP && !quiet)
        lo_options_complain("ingest", lo_status_message());
    if (status)
        exit_status = lo_options_failed("ingest", status);
    else
        exit_status = counts.failed ? LO_EXIT_PARTLY : LO_EXIT_DONE;
    lo_store_close(store);
    return exit_status;
}
