// SPDX-License-Identifier: MIT
#include "lua/box.h"

static int no_assignment(lua_State *L)
{
    return luaL_error(L, "a %s cannot be assigned to", lua_tostring(L, lua_upvalueindex(1)));
}

static int name_of(lua_State *L)
{
    lua_pushvalue(L, lua_upvalueindex(1));
    return 1;
}

/* Upvalues: methods, the type's own index function. */
static int find(lua_State *L)
{
    lua_pushvalue(L, 2);
    if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
        return 1;
    lua_CFunction index = lua_tocfunction(L, lua_upvalueindex(2));
    lua_pop(L, 1);
    return index(L);
}

void lo_box_register(lua_State *L, const lo_box_type *type)
{
    luaL_newmetatable(L, type->name);
    lua_pushstring(L, type->name);
    lua_pushcclosure(L, name_of, 1);
    lua_setfield(L, -2, "__tostring");
    lua_pushlightuserdata(L, (void *)type);
    lua_pushcclosure(L, lo_box_close, 1);
    if (type->close) { /* a box that owns nothing needs no finalizer: it would double the work of collecting it */
        lua_pushvalue(L, -1);
        lua_setfield(L, -3, "__gc");
    }
    lua_setfield(L, -2, "__close");
    lua_pushstring(L, type->name);
    lua_pushcclosure(L, no_assignment, 1);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    if (type->meta)
        luaL_setfuncs(L, type->meta, 0);
    lua_newtable(L);
    if (type->methods) {
        lua_pushlightuserdata(L, (void *)type);
        luaL_setfuncs(L, type->methods, 1);
    }
    if (type->index) {
        lua_pushcfunction(L, type->index);
        lua_pushcclosure(L, find, 2);
    }
    lua_setfield(L, -2, "__index");
    lua_pushlightuserdata(L,
                          (void *)type); /* no Lua code can make or reach it: what has it here is a box of the type */
    lua_rawseti(L, -2, 1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, type);
}

lo_box *lo_box_new(lua_State *L, const lo_box_type *type, int parent)
{
    if (parent)
        parent = lua_absindex(L, parent);
    lo_box *box = lua_newuserdatauv(L, sizeof *box, parent ? 1 : 0);
    *box = (lo_box){0};
    lua_rawgetp(L, LUA_REGISTRYINDEX, type);
    lua_setmetatable(L, -2);
    if (parent) {
        lua_pushvalue(L, parent);
        lua_setiuservalue(L, -2, 1);
    }
    return box;
}

lo_box *lo_box_test(lua_State *L, int index, const lo_box_type *type)
{
    lo_box *box = lua_touserdata(L, index);
    if (!box || !lua_getmetatable(L, index))
        return NULL;
    lua_rawgeti(L, -1, 1);
    if (lua_touserdata(L, -1) != type)
        box = NULL;
    lua_pop(L, 2);
    return box;
}

lo_box *lo_box_check(lua_State *L, int index, const lo_box_type *type)
{
    lo_box *box = lo_box_test(L, index, type);
    if (!box)
        box = luaL_checkudata(L, index, type->name); /* says what it is instead */
    if (!box->object)
        luaL_error(L, "the %s is closed", type->name);
    return box;
}

int lo_box_close(lua_State *L)
{
    const lo_box_type *type = lua_touserdata(L, lua_upvalueindex(1));
    lo_box *box = luaL_checkudata(L, 1, type->name);
    void *object = box->object;
    box->object = NULL;
    if (object && type->close)
        type->close(object);
    return 0;
}
