// SPDX-License-Identifier: MIT
/* Lua values as bytes, for the pipe between host and worker: nil, booleans, integers, floats, strings and tables of
 * these.  The same value always gives the same bytes (keys are written in order).
 *
 *   0 nil   1 false   2 true   3 integer, zigzag varint   4 float, 8 bytes little-endian   5 string, varint length,
 * bytes 6 table: varint n, the values of 1..n; varint m, then m pairs of key (2, 1, 3, 4 or 5) and value, in order */
#ifndef LO_LUA_VALUE_H
#define LO_LUA_VALUE_H

#include "base/str.h"

#include <lua.h>

enum { LO_VALUE_DEPTH = 32, LO_VALUE_SIZE = 64 << 20 };

/* Appends the value at index.  Raises only when Lua's memory is short: call protected.  LO_E_ARG: functions, userdata,
 * tables in themselves, too deep; LO_E_LIMIT: too large; LO_E_MEMORY.  The message says where ("targets[2].about: …").
 */
lo_status lo_value_pack(lua_State *L, int index, lo_buf *out);
/* Pushes the value at index packed, as a string.  Raises what lo_value_pack refuses, and when memory is short. */
void lo_value_push_packed(lua_State *L, int index);
/* Whether bytes are one packed value and nothing else: LO_E_DATA.  They may be hostile. */
lo_status lo_value_check(lo_str packed);
/* Pushes the value; empty bytes are nil.  Raises on hostile bytes and when memory is short: call protected. */
void lo_value_push(lua_State *L, lo_str packed);

#endif
