// SPDX-License-Identifier: MIT
#include "tool/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

double lo_progress_now(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + (double)now.tv_nsec * 1e-9;
}

lo_progress lo_progress_start(bool quiet)
{
    double now = lo_progress_now();
    return (lo_progress){!quiet && isatty(STDERR_FILENO), now, now};
}

void lo_progress_step(lo_progress *progress, const char *what, uint64_t done, uint64_t all, uint64_t bytes)
{
    if (!progress->shown)
        return;
    double now = lo_progress_now();
    if (now - progress->last < 0.1)
        return;
    progress->last = now;
    fprintf(stderr, "\r%llu", (unsigned long long)done);
    if (all)
        fprintf(stderr, " of %llu", (unsigned long long)all);
    fprintf(stderr, " %s", what);
    if (bytes)
        fprintf(stderr, ", %.1f MB, %.1f MB/s", (double)bytes * 1e-6, (double)bytes * 1e-6 / (now - progress->started));
    fputs("\x1b[K", stderr);
    fflush(stderr);
}

void lo_progress_clear(lo_progress *progress)
{
    if (progress->shown)
        fputs("\r\x1b[K", stderr);
}
