// SPDX-License-Identifier: MIT
/* Coroutines that a time limit follows into, without coroutine.close: nested, it overflows the C stack of Lua 5.4.4,
 * and so does the wrap of that version, which closes a coroutine that failed. */
#include "lua/vm.h"

#include <lauxlib.h>

static int create(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TFUNCTION);
    lua_State *co = lua_newthread(L);
    lua_pushvalue(L, 1);
    lua_xmove(L, co, 1);
    return 1;
}

/* Resumes co with the n values on top of L; their results, or the error, are on top of L afterwards. */
static int go_on(lua_State *L, lua_State *co, int n)
{
    if (!lua_checkstack(co, n)) {
        lua_pushliteral(L, "too many arguments to resume");
        return -1;
    }
    lua_xmove(L, co, n);
    int results = 0;
    lua_State *former = lo_vm_set_running(co);
    int status = lua_resume(co, L, n, &results);
    lo_vm_set_running(former);
    if (status != LUA_OK && status != LUA_YIELD) {
        lua_xmove(co, L, 1);
        return -1;
    }
    if (!lua_checkstack(L, results + 1)) {
        lua_pop(co, results);
        lua_pushliteral(L, "too many results to resume");
        return -1;
    }
    lua_xmove(co, L, results);
    return results;
}

static int resume(lua_State *L)
{
    lua_State *co = lua_tothread(L, 1);
    luaL_argexpected(L, co, 1, "coroutine");
    int n = go_on(L, co, lua_gettop(L) - 1);
    lua_pushboolean(L, n >= 0);
    lua_insert(L, n >= 0 ? -(n + 1) : -2);
    return n >= 0 ? n + 1 : 2;
}

static int resume_wrapped(lua_State *L)
{
    int n = go_on(L, lua_tothread(L, lua_upvalueindex(1)), lua_gettop(L));
    return n >= 0 ? n : lua_error(L);
}

static int wrap(lua_State *L)
{
    create(L);
    lua_pushcclosure(L, resume_wrapped, 1);
    return 1;
}

const luaL_Reg lo_env_coroutine[] = {{"create", create}, {"resume", resume}, {"wrap", wrap}, {NULL, NULL}};
