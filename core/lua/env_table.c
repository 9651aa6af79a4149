// SPDX-License-Identifier: MIT
/* Table functions that look at the table itself and not at metamethods: a __len that lies would keep Lua's own busy for
 * ever, without one instruction at which they could be stopped.  sort is stable. */
#include "lua/vm.h"

#include <lauxlib.h>

static lua_Integer length(lua_State *L, int index)
{
    luaL_checktype(L, index, LUA_TTABLE);
    return (lua_Integer)lua_rawlen(L, index);
}

static int insert(lua_State *L)
{
    lua_Integer n = length(L, 1), at = n + 1;
    int top = lua_gettop(L);
    if (top == 3) {
        at = luaL_checkinteger(L, 2);
        luaL_argcheck(L, at >= 1 && at <= n + 1, 2, "position out of bounds");
        for (lua_Integer i = n; i >= at; i--) {
            lua_rawgeti(L, 1, i);
            lua_rawseti(L, 1, i + 1);
        }
    } else if (top != 2) {
        return luaL_error(L, "wrong number of arguments to 'insert'");
    }
    lua_rawseti(L, 1, at);
    return 0;
}

static int remove_at(lua_State *L)
{
    lua_Integer n = length(L, 1), at = luaL_optinteger(L, 2, n);
    if (lua_gettop(L) > 1)
        luaL_argcheck(L, (at >= 1 && at <= n + 1) || (n == 0 && at == 0), 2, "position out of bounds");
    lua_rawgeti(L, 1, at);
    for (; at < n; at++) {
        lua_rawgeti(L, 1, at + 1);
        lua_rawseti(L, 1, at);
    }
    if (at <= n) {
        lua_pushnil(L);
        lua_rawseti(L, 1, at);
    }
    return 1;
}

static int concat(lua_State *L)
{
    lua_Integer n = length(L, 1);
    size_t n_between;
    const char *between = luaL_optlstring(L, 2, "", &n_between);
    lua_Integer i = luaL_optinteger(L, 3, 1), last = luaL_optinteger(L, 4, n);
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (; i <= last; i++) {
        lua_rawgeti(L, 1, i);
        if (!lua_isstring(L, -1))
            return luaL_error(L, "invalid value (at index %I) in table for 'concat'", (LUAI_UACINT)i);
        luaL_addvalue(&buffer);
        if (i == last)
            break;
        luaL_addlstring(&buffer, between, n_between);
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int move(lua_State *L)
{
    int to = lua_isnoneornil(L, 5) ? 1 : 5;
    lua_Integer n = length(L, 1), from = luaL_checkinteger(L, 2), last = luaL_checkinteger(L, 3);
    lua_Integer at = luaL_checkinteger(L, 4);
    length(L, to);
    if (last >= from) {
        luaL_argcheck(L, from >= 1 && last <= n, 3, "the run must lie inside the table");
        luaL_argcheck(L, at >= 1 && at <= LUA_MAXINTEGER - n, 4, "position out of bounds");
        bool backwards = to == 1 && at > from && at <= last;
        for (lua_Integer i = 0; i <= last - from; i++) {
            lua_Integer step = backwards ? last - from - i : i;
            lua_rawgeti(L, 1, from + step);
            lua_rawseti(L, to, at + step);
        }
    }
    lua_pushvalue(L, to);
    return 1;
}

/* Stack: 1 table, 2 function or nil.  True when the value on top is less than the one below it. */
static bool top_is_less(lua_State *L)
{
    if (lua_isnil(L, 2))
        return lua_compare(L, -1, -2, LUA_OPLT);
    lua_pushvalue(L, 2);
    lua_pushvalue(L, -2);
    lua_pushvalue(L, -4);
    lua_call(L, 2, 1);
    bool less = lua_toboolean(L, -1);
    lua_pop(L, 1);
    return less;
}

/* Bottom-up merge sort between the table and a scratch table. */
static int sort(lua_State *L)
{
    lua_Integer n = length(L, 1);
    if (!lua_isnoneornil(L, 2))
        luaL_checktype(L, 2, LUA_TFUNCTION);
    lua_settop(L, 2);
    if (n < 2)
        return 0;
    lua_createtable(L, n > 1 << 20 ? 1 << 20 : (int)n, 0);
    int from = 1, to = 3;
    for (lua_Integer width = 1; width < n; width *= 2) {
        for (lua_Integer start = 1; start <= n; start += 2 * width) {
            lua_Integer a = start, middle = start + width < n + 1 ? start + width : n + 1;
            lua_Integer b = middle, end = start + 2 * width < n + 1 ? start + 2 * width : n + 1;
            for (lua_Integer k = start; k < end; k++) {
                if (a < middle)
                    lua_rawgeti(L, from, a);
                if (b < end)
                    lua_rawgeti(L, from, b);
                if (a < middle && b < end) {
                    bool second = top_is_less(L);
                    lua_settop(L, second ? -1 : -2);
                    if (second) {
                        lua_remove(L, -2);
                        b++;
                    } else {
                        a++;
                    }
                } else if (a < middle) {
                    a++;
                } else {
                    b++;
                }
                lua_rawseti(L, to, k);
            }
        }
        int other = from;
        from = to;
        to = other;
    }
    for (lua_Integer k = 1; from != 1 && k <= n; k++) {
        lua_rawgeti(L, from, k);
        lua_rawseti(L, 1, k);
    }
    return 0;
}

const luaL_Reg lo_env_table[] = {{"insert", insert}, {"remove", remove_at}, {"concat", concat},
                                 {"move", move},     {"sort", sort},        {NULL, NULL}};
