// SPDX-License-Identifier: MIT
/* Values of Lua for people: rows as a ruled table, a record as two columns, everything else as one line. */
#ifndef LO_TOOL_SHOW_H
#define LO_TOOL_SHOW_H

#include "base/str.h"

#include <lua.h>

/* Writes the value at index to out, ready for a terminal of width columns.  A sequence of tables is a table with a
 * column for every key; at most limit rows are written and the number of the others said.  Raises only when memory is
 * short. */
lo_status lo_show_value(lua_State *L, int index, uint32_t width, bool colour, uint32_t limit, lo_buf *out);

#endif
