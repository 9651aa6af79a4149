// SPDX-License-Identifier: MIT
/* Core objects as Lua userdata.  A box is made empty, given its metatable, and only then filled, so that nothing is
 * lost when Lua raises in between.  __gc, __close and close() share one close that may run twice; use after it raises
 * "the store is closed".  A parent (the store of a query) is kept alive in the box's user value. */
#ifndef LO_LUA_BOX_H
#define LO_LUA_BOX_H

#include <lauxlib.h>
#include <stdint.h>

typedef struct lo_box {
    void *object;           /* NULL: empty or closed */
    uint64_t number, epoch; /* free for the type's use */
} lo_box;

typedef struct lo_box_type {
    const char *name;            /* "store": for messages and tostring; unique */
    void (*close)(void *object); /* NULL: not owned */
    const luaL_Reg *methods;     /* found by box:name() */
    const luaL_Reg *meta;        /* __eq, __tostring …; NULL: none */
    lua_CFunction index;         /* (box, key) for keys that are no method; NULL: nil */
} lo_box_type;

/* Makes the metatable; do it once per state.  Raises when memory is short. */
void lo_box_register(lua_State *L, const lo_box_type *type);
/* Pushes an empty box; parent: a stack index or 0. */
lo_box *lo_box_new(lua_State *L, const lo_box_type *type, int parent);
/* The box at index; raises when it is of another type or closed. */
lo_box *lo_box_check(lua_State *L, int index, const lo_box_type *type);
lo_box *lo_box_test(lua_State *L, int index, const lo_box_type *type); /* NULL instead */
int lo_box_close(lua_State *L); /* as a lua_CFunction: the method "close" of a type that has one */

#endif
