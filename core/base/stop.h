// SPDX-License-Identifier: MIT
/* Ctrl-C and SIGTERM.  A command that can stop cleanly watches for them and asks between two pieces of work; the second
 * signal ends the program at once (the store stands that too). */
#ifndef LO_BASE_STOP_H
#define LO_BASE_STOP_H

#include "base/status.h"

#include <stdbool.h>

void lo_stop_watch(void);
/* Also: whoever has not ended 150 ms after the signal is ended (exit status 130), in whatever library call it is.  Only
 * for commands whose store may be left like that: it keeps what was committed. */
void lo_stop_soon(void);
bool lo_stop_asked(void);
/* LO_E_STOP with "interrupted" once asked, else LO_OK. */
lo_status lo_stop_check(void);

#endif
