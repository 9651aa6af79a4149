// SPDX-License-Identifier: MIT
/* A Lua state whose memory goes through base/mem under a cap, and the two environments code runs in.
 *
 * A plugin's environment is built from an allow-list (env.c): no os, io, debug, load, C modules, randomness, addresses,
 * finalizers; `pairs` visits keys in order, `table.sort` is stable, library tables are copies of its own.  An analyst's
 * environment (trusted) has the whole standard library.  Both find `locutor.grammar`, `locutor.text` and, as
 * `locutor.lpeg`, the LPeg functions by `require`. */
#ifndef LO_LUA_VM_H
#define LO_LUA_VM_H

#include "base/str.h"

#include <lauxlib.h>

typedef struct lo_vm lo_vm;

typedef struct lo_vm_options {
    size_t memory_cap; /* bytes Lua may hold; 0: no cap */
    bool trusted;      /* globals are the whole standard library */
} lo_vm_options;

lo_status lo_vm_create(const lo_vm_options *options, lo_vm **out);
void lo_vm_free(lo_vm *vm);
lua_State *lo_vm_state(lo_vm *vm); /* the main coroutine */
lo_vm *lo_vm_of(lua_State *L);     /* of any coroutine of the state */
size_t lo_vm_memory(const lo_vm *vm);

/* Pushes a fresh plugin environment; modules (an index of a table NAME.lua -> source, or 0) can be required from it.
 * Raises when memory is short. */
void lo_vm_push_environment(lua_State *L, int modules);

/* Compiles source (text, never bytecode) and pushes the function; environment is the stack index of its global table,
 * or 0 for the state's own.  LO_E_PLUGIN: "NAME:LINE: …". */
lo_status lo_vm_load(lo_vm *vm, lo_str source, const char *chunk_name, int environment);

/* Calls the function below n_arguments values: the one way C enters Lua.  Errors become a status and one line of text
 * that names file and line: LO_E_LIMIT for time and memory limits, LO_E_MEMORY, else LO_E_PLUGIN.  The stack then holds
 * nothing of the call. */
lo_status lo_vm_call(lo_vm *vm, int n_arguments, int n_results);
/* Runs a C function protected in the same way, with data as its light userdata argument. */
lo_status lo_vm_protect(lo_vm *vm, lua_CFunction function, void *data);

/* From a signal handler or another thread's timer: the Lua code that runs now raises "time limit" at its next
 * instruction, again and again until it has left lo_vm_call. */
void lo_vm_interrupt(lo_vm *vm);

/* One word for a value that never shows an address; pushes a string (honours __tostring and __name). */
const char *lo_vm_describe(lua_State *L, int index);

/* Used by the parts of this folder. */
lua_State *lo_vm_set_running(lua_State *L);            /* the coroutine that runs from now on; gives the former */
void lo_vm_open_libraries(lua_State *L, bool trusted); /* env.c */
void lo_vm_push_lpeg(lua_State *L);                    /* a private copy of the LPeg functions */
void lo_vm_set_core(lua_State *L);                     /* pops the table of functions that prelude modules are given */
int lo_vm_sorted_pairs(lua_State *L);                  /* pairs */
int lo_vm_describe_call(lua_State *L);                 /* tostring */
extern const luaL_Reg lo_env_string[], lo_env_table[], lo_env_coroutine[];

#endif
