// SPDX-License-Identifier: MIT
/* The interactive session: lines from a person (with history and multi-line input) or from a pipe, run in the analyst's
 * Lua state, results shown as tables. */
#ifndef LO_TOOL_REPL_H
#define LO_TOOL_REPL_H

#include "lua/vm.h"

/* Runs until end of input or `quit`.  Ctrl-C at the prompt drops the line, Ctrl-C while something runs stops that.
 * Gives the exit status: 0, or 1 when input came from a pipe and a line failed. */
int lo_repl_run(lo_vm *vm);

#endif
