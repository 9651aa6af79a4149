// SPDX-License-Identifier: MIT
/* One line on a terminal's standard error that tells how far a command is; nothing where standard error is no terminal.
 */
#ifndef LO_TOOL_PROGRESS_H
#define LO_TOOL_PROGRESS_H

#include <stdbool.h>
#include <stdint.h>

typedef struct lo_progress {
    bool shown;
    double started, last; /* seconds */
} lo_progress;

lo_progress lo_progress_start(bool quiet);
/* all: 0 when not known; bytes: 0 to leave the rate out.  Redraws at most ten times a second. */
void lo_progress_step(lo_progress *progress, const char *what, uint64_t done, uint64_t all, uint64_t bytes);
/* Takes the line away, before anything else is written and at the end. */
void lo_progress_clear(lo_progress *progress);

/* Seconds of a clock that only goes forward. */
double lo_progress_now(void);

#endif
