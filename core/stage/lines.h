// SPDX-License-Identifier: MIT
/* Lines from a file descriptor in bounded memory.  A line that is longer than the bound is passed over to its end and
 * reported as too long; the last line needs no line end. */
#ifndef LO_STAGE_LINES_H
#define LO_STAGE_LINES_H

#include "base/str.h"

enum { LO_LINES_MAX = 64 << 20 };

typedef struct lo_lines {
    int fd;
    lo_buf buffer;
    size_t at, seen; /* bytes given; bytes looked through for a line end */
    bool ended, skipping;
} lo_lines;

typedef enum lo_lines_got { LO_LINES_LINE, LO_LINES_TOO_LONG, LO_LINES_WAIT, LO_LINES_END } lo_lines_got;

lo_lines lo_lines_of(int fd);
void lo_lines_free(lo_lines *lines);
/* One read(2), which may wait.  LO_E_IO; an interrupted one is fine. */
lo_status lo_lines_fill(lo_lines *lines);
/* The next line without its line end, borrowed until the next fill; or LO_LINES_WAIT: fill first. */
lo_lines_got lo_lines_next(lo_lines *lines, lo_str *out);

#endif
