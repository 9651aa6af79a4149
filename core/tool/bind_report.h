// SPDX-License-Identifier: MIT
/* What a script does to a store with the machinery of the commands: ingest, analyze, report, and tables of rows. */
#ifndef LO_TOOL_BIND_REPORT_H
#define LO_TOOL_BIND_REPORT_H

#include <lua.h>

/* Adds functions to the table on top of the stack. */
void lo_bind_report_functions(lua_State *L);

#endif
