// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "tool/analyze.h"
#include "tool/command.h"
#include "tool/options.h"

#include <stdio.h>
#include <unistd.h>

static void sum_up(const lo_analyze_counts *counts)
{
    fprintf(stderr, "%llu document%s analysed, %llu statements, %llu stances; %llu relations between statements",
            (unsigned long long)counts->documents, counts->documents == 1 ? "" : "s",
            (unsigned long long)counts->statements, (unsigned long long)counts->stances,
            (unsigned long long)counts->relations);
    if (counts->failed)
        fprintf(stderr, "; %llu could not be analysed", (unsigned long long)counts->failed);
    fputc('\n', stderr);
}

int lo_cmd_analyze_run(int argc, char **argv)
{
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    lo_option_list directories = {.n = 0};
    lo_analyze_options analyze = {.command = "analyze"};
    const lo_option options[] = {
        LO_OPTION_CONFIG(&analyze.crew.config),
        LO_OPTION_TARGETS(&analyze.crew.targets),
        LO_OPTION_PLUGINS(&directories),
        LO_OPTION_WORKERS(&workers),
        LO_OPTION_FAST(&analyze.crew.fast),
        {"all", 0, LO_OPTION_SWITCH, &analyze.all, NULL, "also documents whose analysis is up to date", 0, 0},
        {"unsafe", 0, LO_OPTION_SWITCH, &analyze.crew.unsafe, NULL,
         "run plugins even where worker processes cannot be sealed", 0, 0},
        LO_OPTION_QUIET(&analyze.quiet),
        LO_OPTION_END};
    lo_arguments arguments;
    const lo_options spec = {"analyze",
                             "STORE",
                             "Runs the plugins on the documents that are new, changed, or were analysed with other "
                             "plugins, options\nor targets; then looks for relations between statements.",
                             options,
                             1,
                             1,
                             false};
    int usage = lo_options_parse(&spec, argc, argv, &arguments);
    if (usage >= 0)
        return usage;
    analyze.crew.workers = (uint32_t)workers;
    analyze.crew.directories = directories.items;
    analyze.crew.n_directories = directories.n;
    lo_stop_watch();
    lo_store *store = NULL;
    lo_analyze_counts counts = {0};
    lo_status status = lo_store_open(arguments.items[0], LO_STORE_WRITE, &store);
    if (!status)
        status = lo_analyze_run(store, &analyze, &counts);
    lo_store_close(store);
    if (status)
        return lo_options_failed("analyze", status);
    if (!analyze.quiet)
        sum_up(&counts);
    return counts.failed || counts.faults ? LO_EXIT_PARTLY : LO_EXIT_DONE;
}
