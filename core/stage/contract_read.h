// SPDX-License-Identifier: MIT
/* From the table that a plugin's file returns to its contract; and the values of its options. */
#ifndef LO_STAGE_CONTRACT_READ_H
#define LO_STAGE_CONTRACT_READ_H

#include "stage/contract.h"

#include <lua.h>

/* Checks the table at index and fills *out (arena).  name: "4_annotate/direct_speech".  Raises with a message that
 * names the field: call protected. */
void lo_contract_read(lua_State *L, int index, const char *name, lo_arena *arena, lo_contract *out);

/* Pushes the table of option values: the packed ones given by the user (bytes that were checked before, a table or
 * nothing) over the defaults.  Raises when one is unknown or of another type. */
void lo_contract_push_options(lua_State *L, const lo_contract *contract, lo_str given);

#endif
