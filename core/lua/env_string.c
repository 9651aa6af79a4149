// SPDX-License-Identifier: MIT
/* String functions whose cost or result Lua leaves open. */
#include "lua/vm.h"

#include <lauxlib.h>
#include <string.h>

enum { REPEAT_MAX = 16 << 20 };

static int repeat(lua_State *L)
{
    size_t n, n_between;
    const char *s = luaL_checklstring(L, 1, &n);
    lua_Integer times = luaL_checkinteger(L, 2);
    const char *between = luaL_optlstring(L, 3, "", &n_between);
    if (times <= 0 || n + n_between == 0) {
        lua_pushliteral(L, "");
        return 1;
    }
    if ((lua_Unsigned)times > REPEAT_MAX || n + n_between > REPEAT_MAX / (size_t)times)
        return luaL_error(L, "the repeated string would be over %d MiB", REPEAT_MAX >> 20);
    size_t total = (size_t)times * n + (size_t)(times - 1) * n_between;
    luaL_Buffer buffer;
    char *p = luaL_buffinitsize(L, &buffer, total);
    for (lua_Integer i = 0; i < times; i++) {
        memcpy(p, s, n);
        p += n;
        if (i + 1 < times) {
            memcpy(p, between, n_between);
            p += n_between;
        }
    }
    luaL_pushresultsize(&buffer, total);
    return 1;
}

/* string.format without %p, and with %s never showing an address; upvalue 1 would be a field plugins can change, so
 * Lua's own is taken from the registry. */
static int format(lua_State *L)
{
    size_t n;
    const char *form = luaL_checklstring(L, 1, &n), *end = form + n;
    while ((form = memchr(form, '%', (size_t)(end - form)))) {
        form++;
        form += strspn(form, "-+#0 123456789.");
        if (form < end && *form == 'p')
            return luaL_error(L, "'%%p' is not there for plugins: addresses differ from run to run");
        if (form < end)
            form++;
    }
    int top = lua_gettop(L);
    for (int i = 2; i <= top; i++)
        if (!lua_isnoneornil(L, i) && !lua_isboolean(L, i) && !lua_isnumber(L, i) && lua_type(L, i) != LUA_TSTRING) {
            lo_vm_describe(L, i);
            lua_replace(L, i);
            lua_settop(L, top);
        }
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, "string");
    lua_getfield(L, -1, "format");
    lua_insert(L, 1);
    lua_settop(L, top + 1);
    lua_call(L, top, 1);
    return 1;
}

const luaL_Reg lo_env_string[] = {{"rep", repeat}, {"format", format}, {NULL, NULL}};
