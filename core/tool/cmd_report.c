// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "tool/command.h"
#include "tool/options.h"
#include "tool/report.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static lo_status write_all(void *context, lo_str bytes)
{
    int fd = *(const int *)context;
    for (size_t at = 0; at < bytes.n;) {
        ssize_t wrote = write(fd, bytes.p + at, bytes.n - at);
        if (wrote >= 0)
            at += (size_t)wrote;
        else if (errno == EPIPE)
            return lo_status_set(LO_E_STOP, "the reader of the output is gone");
        else if (errno != EINTR)
            return lo_status_set(LO_E_IO, "cannot write the report: %s", strerror(errno));
        else if (lo_stop_asked())
            return lo_stop_check();
    }
    return LO_OK;
}

int lo_cmd_report_run(int argc, char **argv)
{
    const char *format = "table", *output = NULL;
    lo_option_list directories = {.n = 0};
    lo_report_options report = {.crew = {.workers = 1}};
    const lo_option options[] = {LO_OPTION_FORMAT(&format, "table, csv, tsv, json, jsonl, md, html"),
                                 LO_OPTION_OUTPUT(&output),
                                 LO_OPTION_CONFIG(&report.crew.config),
                                 LO_OPTION_PLUGINS(&directories),
                                 {"unsafe", 0, LO_OPTION_SWITCH, &report.crew.unsafe, NULL,
                                  "run plugins even where worker processes cannot be sealed", 0, 0},
                                 LO_OPTION_END};
    lo_arguments arguments;
    const lo_options spec = {
        "report",
        "STORE NAME",
        "Writes a report of what was analysed; 'locutor plugins' lists the reports (8_report/NAME).",
        options,
        2,
        2,
        false};
    int usage = lo_options_parse(&spec, argc, argv, &arguments);
    if (usage >= 0)
        return usage;
    lo_stop_watch();
    signal(SIGPIPE, SIG_IGN);
    report.crew.directories = directories.items;
    report.crew.n_directories = directories.n;
    struct winsize size = {0};
    int fd = STDOUT_FILENO;
    if (!output && isatty(fd) && ioctl(fd, TIOCGWINSZ, &size) == 0)
        report.table.width = size.ws_col;
    report.table.colour = !output && isatty(fd) && !getenv("NO_COLOR");
    lo_store *store = NULL;
    lo_status status = lo_table_format_of(format, &report.table.format);
    if (!status)
        status = lo_store_open(arguments.items[0], LO_STORE_READ, &store);
    if (!status && output && (fd = open(output, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666)) < 0)
        status = lo_status_set(LO_E_IO, "cannot write %s: %s", output, strerror(errno));
    if (!status)
        status = lo_report_run(store, arguments.items[1], &report, write_all, &fd);
    if (output && fd >= 0 && close(fd) < 0 && !status)
        status = lo_status_set(LO_E_IO, "cannot write %s: %s", output, strerror(errno));
    lo_store_close(store);
    if (status)
        return status == LO_E_STOP && !lo_stop_asked() ? LO_EXIT_DONE : lo_options_failed("report", status);
    return LO_EXIT_DONE;
}
