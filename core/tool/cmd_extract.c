// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "out/json.h"
#include "stage/lines.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/trouble.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

typedef struct extraction {
    lo_trouble trouble;
    lo_lines lines;
    uint64_t line, failed;
    lo_buf out;
} extraction;

static lo_status next(void *self, lo_pipeline_item *out, lo_pipeline_supply *supply)
{
    extraction *e = self;
    lo_lines_got got = lo_lines_next(&e->lines, &out->bytes);
    *supply = got == LO_LINES_WAIT ? LO_SUPPLY_WAIT : got == LO_LINES_END ? LO_SUPPLY_END : LO_SUPPLY_ITEM;
    if (*supply != LO_SUPPLY_ITEM)
        return LO_OK;
    out->kind = LO_TASK_LINE;
    out->number = ++e->line;
    if (got == LO_LINES_TOO_LONG) {
        out->bytes = LO_STR("");
        out->refused = "the line is longer than 64 MiB; split the document";
    }
    return LO_OK;
}

static lo_status fill(void *self)
{
    return lo_lines_fill(&((extraction *)self)->lines);
}

static lo_status take(void *self, const lo_pipeline_result *result)
{
    extraction *e = self;
    char where[32];
    snprintf(where, sizeof where, "line %llu", (unsigned long long)result->number);
    lo_trouble_tell(&e->trouble, result, lo_str_of(where));
    if (!result->status)
        return lo_buf_add_str(&e->out, result->line);
    e->failed++;
    lo_json json = lo_json_to(&e->out);
    lo_json_open(&json, '{');
    lo_json_key(&json, "line");
    lo_json_uint(&json, result->number);
    lo_json_field(&json, "error", lo_str_of(result->message));
    lo_json_close(&json, '}');
    return lo_buf_add_byte(&e->out, '\n');
}

static lo_status flush(void *self)
{
    extraction *e = self;
    for (size_t at = 0; at < e->out.n;) {
        ssize_t wrote = write(STDOUT_FILENO, e->out.p + at, e->out.n - at);
        if (wrote >= 0) {
            at += (size_t)wrote;
        } else if (errno == EPIPE) {
            return lo_status_set(LO_E_STOP, "the reader of the output is gone");
        } else if (errno != EINTR) {
            return lo_status_set(LO_E_IO, "cannot write the output: %s", strerror(errno));
        } else if (lo_stop_asked()) {
            return lo_stop_check();
        }
    }
    lo_buf_clear(&e->out);
    return LO_OK;
}

int lo_cmd_extract_run(int argc, char **argv)
{
    long workers = sysconf(_SC_NPROCESSORS_ONLN);
    lo_option_list directories = {.n = 0};
    lo_crew_options crew_options = {.last = LO_STAGE_CLASSIFY};
    extraction e = {.trouble = {.command = "extract"}, .lines = lo_lines_of(STDIN_FILENO), .out = LO_BUF_EMPTY};
    const lo_option options[] = {LO_OPTION_CONFIG(&crew_options.config),
                                 LO_OPTION_TARGETS(&crew_options.targets),
                                 LO_OPTION_PLUGINS(&directories),
                                 LO_OPTION_WORKERS(&workers),
                                 LO_OPTION_FAST(&crew_options.fast),
                                 {"unsafe", 0, LO_OPTION_SWITCH, &crew_options.unsafe, NULL,
                                  "run plugins even where worker processes cannot be sealed", 0, 0},
                                 LO_OPTION_QUIET(&e.trouble.quiet),
                                 LO_OPTION_END};
    lo_arguments arguments;
    const lo_options spec = {
        "extract",
        "",
        "Reads documents as JSON lines from standard input ({\"id\", \"text\" or \"html\", …}) and "
        "writes one line\nof annotations for each to standard output, in the same order.",
        options,
        0,
        0,
        false};
    int usage = lo_options_parse(&spec, argc, argv, &arguments);
    if (usage >= 0)
        return usage;
    crew_options.workers = (uint32_t)workers;
    crew_options.directories = directories.items;
    crew_options.n_directories = directories.n;
    crew_options.warn = lo_trouble_warn;
    crew_options.warn_self = &e.trouble;
    lo_stop_watch();
    signal(SIGPIPE, SIG_IGN);
    lo_crew *crew = NULL;
    uint64_t faults = 0;
    lo_status status = lo_crew_open(&crew_options, true, &crew);
    if (!status)
        status = lo_trouble_open(&e.trouble, crew);
    if (!status) {
        status = lo_pipeline_run(crew, LO_WANT_LINE, &(lo_pipeline_source){STDIN_FILENO, next, fill, &e},
                                 &(lo_pipeline_sink){take, flush, &e});
        faults = lo_trouble_sum(&e.trouble);
    }
    lo_crew_close(crew);
    lo_lines_free(&e.lines);
    lo_buf_free(&e.out);
    lo_trouble_close(&e.trouble);
    if (status)
        return status == LO_E_STOP && !lo_stop_asked() ? LO_EXIT_DONE : lo_options_failed("extract", status);
    return e.failed || faults ? LO_EXIT_PARTLY : LO_EXIT_DONE;
}
