// SPDX-License-Identifier: MIT
/* The environment of a plugin is put together name by name: whatever a future Lua adds stays out. */
#include "base/asset.h"
#include "lua/vm.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

int luaopen_lpeg(lua_State *L);

/* Keys of the registry. */
static const char key_prelude[] = "locutor.prelude";
static const char key_lpeg[] = "locutor.lpeg";
static const char key_core[] = "locutor.core";

enum { PATTERN_NODES = 20000, NODE_SIZE = 8, BACKTRACK_MAX = 10000 };

typedef struct allowed {
    const char *library; /* "" for the basic functions */
    const char *names;   /* blank-separated */
    const luaL_Reg *own; /* instead of or beside Lua's */
} allowed;

/* ---- basic functions that Lua's own are not safe or not reproducible enough for ---- */

static int order_keys(lua_State *L, int a, int b)
{
    int ta = lua_type(L, a), tb = lua_type(L, b);
    if (ta != tb)
        return ta == LUA_TNUMBER || (ta == LUA_TSTRING && tb == LUA_TBOOLEAN) ? -1 : 1;
    if (ta == LUA_TBOOLEAN)
        return lua_toboolean(L, a) - lua_toboolean(L, b);
    if (ta == LUA_TNUMBER)
        return lua_compare(L, a, b, LUA_OPLT) ? -1 : lua_compare(L, b, a, LUA_OPLT);
    size_t na, nb;
    const char *sa = lua_tolstring(L, a, &na), *sb = lua_tolstring(L, b, &nb);
    int order = memcmp(sa, sb, na < nb ? na : nb);
    return order ? order : (na > nb) - (na < nb);
}

static void sift(lua_State *L, int keys, lua_Integer root, lua_Integer n)
{
    for (;;) {
        lua_Integer child = 2 * root;
        if (child > n)
            return;
        if (child < n) {
            lua_rawgeti(L, keys, child);
            lua_rawgeti(L, keys, child + 1);
            if (order_keys(L, -2, -1) < 0)
                child++;
            lua_pop(L, 2);
        }
        lua_rawgeti(L, keys, root);
        lua_rawgeti(L, keys, child);
        if (order_keys(L, -2, -1) >= 0) {
            lua_pop(L, 2);
            return;
        }
        lua_rawseti(L, keys, root);
        lua_rawseti(L, keys, child);
        root = child;
    }
}

/* Keys are all different, so heapsort's lack of stability does not show. */
static void sort_keys(lua_State *L, int keys, lua_Integer n)
{
    for (lua_Integer root = n / 2; root >= 1; root--)
        sift(L, keys, root, n);
    for (lua_Integer end = n; end > 1; end--) {
        lua_rawgeti(L, keys, 1);
        lua_rawgeti(L, keys, end);
        lua_rawseti(L, keys, 1);
        lua_rawseti(L, keys, end);
        sift(L, keys, 1, end - 1);
    }
}

/* Pushes the keys of the table at index in order: 1..n first, then numbers, strings, booleans. */
static lua_Integer push_keys(lua_State *L, int table)
{
    lua_newtable(L);
    int keys = lua_gettop(L);
    lua_Integer n = 0;
    for (lua_pushnil(L); lua_next(L, table);) {
        lua_pop(L, 1);
        int type = lua_type(L, -1);
        if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TBOOLEAN)
            luaL_error(
                L, "a key is a %s: its place would differ from run to run; keys must be strings, numbers or booleans",
                lua_typename(L, type));
        lua_pushvalue(L, -1);
        lua_rawseti(L, keys, ++n);
    }
    sort_keys(L, keys, n);
    return n;
}

/* Upvalues: table, keys (nil while the table is a plain array), position. */
static int pairs_step(lua_State *L)
{
    lua_Integer at = lua_tointeger(L, lua_upvalueindex(3));
    for (;;) {
        at++;
        if (lua_isnil(L, lua_upvalueindex(2)))
            lua_pushinteger(L, at);
        else
            lua_rawgeti(L, lua_upvalueindex(2), at);
        if (lua_isnil(L, -1))
            return 1;
        lua_pushvalue(L, -1);
        if (lua_rawget(L, lua_upvalueindex(1)) != LUA_TNIL)
            break; /* else: removed during the walk, or the array's end */
        if (lua_isnil(L, lua_upvalueindex(2)))
            return 1;
        lua_pop(L, 2);
    }
    lua_pushinteger(L, at);
    lua_replace(L, lua_upvalueindex(3));
    return 2;
}

static bool is_array(lua_State *L, int table)
{
    lua_Unsigned n = lua_rawlen(L, table), seen = 0;
    for (lua_pushnil(L); lua_next(L, table); seen++) {
        lua_pop(L, 1);
        if (seen >= n || !lua_isinteger(L, -1) || lua_tointeger(L, -1) < 1 || (lua_Unsigned)lua_tointeger(L, -1) > n) {
            lua_pop(L, 1);
            return false;
        }
    }
    return seen == n;
}

int lo_vm_sorted_pairs(lua_State *L)
{
    luaL_checkany(L, 1);
    if (luaL_getmetafield(L, 1, "__pairs") != LUA_TNIL) {
        lua_pushvalue(L, 1);
        lua_call(L, 1, 3);
        return 3;
    }
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 1);
    if (is_array(L, 1))
        lua_pushnil(L);
    else
        push_keys(L, 1);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, pairs_step, 3);
    return 1;
}

/* The next key in pairs' order; costs a look at every key. */
static int sorted_next(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    lua_settop(L, 2);
    bool first = lua_isnil(L, 2);
    lua_pushnil(L); /* 3: the best so far */
    for (lua_pushnil(L); lua_next(L, 1);) {
        lua_pop(L, 1);
        int type = lua_type(L, -1), key = lua_gettop(L);
        if (type != LUA_TNUMBER && type != LUA_TSTRING && type != LUA_TBOOLEAN)
            return luaL_error(L, "a key is a %s: its place would differ from run to run", lua_typename(L, type));
        if ((first || order_keys(L, key, 2) > 0) && (lua_isnil(L, 3) || order_keys(L, key, 3) < 0)) {
            lua_pushvalue(L, key);
            lua_replace(L, 3);
        }
    }
    if (lua_isnil(L, 3))
        return 1;
    lua_pushvalue(L, 3);
    lua_rawget(L, 1);
    return 2;
}

static int set_metatable(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_argexpected(L, lua_isnil(L, 2) || lua_istable(L, 2), 2, "nil or table");
    if (luaL_getmetafield(L, 1, "__metatable") != LUA_TNIL)
        return luaL_error(L, "cannot change a protected metatable");
    if (lua_istable(L, 2)) {
        static const char *const refused[] = {"__gc", "__mode"};
        for (size_t i = 0; i < 2; i++) {
            lua_pushstring(L, refused[i]);
            if (lua_rawget(L, 2) != LUA_TNIL)
                return luaL_error(L, "a plugin's metatable may not have %s: when it acts is not reproducible",
                                  refused[i]);
            lua_pop(L, 1);
        }
    }
    lua_settop(L, 2);
    lua_setmetatable(L, 1);
    return 1;
}

/* xpcall whose handler runs when the error has been caught: Lua's own runs it at the place of the error, and a handler
 * that fails is called for its own failure, again and again, so that a time limit could not end it. */
static int handled(lua_State *L, int status, lua_KContext context)
{
    (void)context;
    if (status == LUA_OK || status == LUA_YIELD) {
        lua_pushboolean(L, 1);
        lua_replace(L, 1);
        lua_remove(L, 2); /* the handler */
        return lua_gettop(L);
    }
    lua_pushvalue(L, 2);
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    lua_pushboolean(L, 0);
    lua_insert(L, -2);
    return 2;
}

static int protected_call(lua_State *L)
{
    luaL_checktype(L, 2, LUA_TFUNCTION);
    int n = lua_gettop(L);
    lua_pushvalue(L, 1);
    lua_insert(L, 3); /* function below its arguments; 1 keeps a place for the result */
    return handled(L, lua_pcallk(L, n - 2, LUA_MULTRET, 0, 0, handled), 0);
}

static const char *describe_key(lua_State *L)
{
    return lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : luaL_typename(L, 2);
}

static int unknown_global(lua_State *L)
{
    return luaL_error(L, "there is no global '%s'", describe_key(L));
}

static int no_new_global(lua_State *L)
{
    return luaL_error(L, "a plugin makes no globals: write 'local %s'", describe_key(L));
}

static const luaL_Reg own_basic[] = {{"pairs", lo_vm_sorted_pairs},   {"next", sorted_next},
                                     {"setmetatable", set_metatable}, {"tostring", lo_vm_describe_call},
                                     {"xpcall", protected_call},      {NULL, NULL}};

static const allowed plugin_libraries[] = {
    {"", "assert error getmetatable ipairs pcall rawequal rawget rawlen rawset select tonumber type", own_basic},
    {"string", "byte char find gmatch gsub len lower match pack packsize reverse sub unpack upper", lo_env_string},
    {"table", "pack unpack", lo_env_table},
    {"math",
     "abs acos asin atan ceil cos deg exp floor fmod huge log max maxinteger min mininteger modf pi rad sin sqrt tan "
     "tointeger type ult",
     NULL},
    {"utf8", "char charpattern codepoint codes len offset", NULL},
    {"coroutine", "isyieldable running status yield", lo_env_coroutine},
};

/* Copies the named fields of the table at from into the one at to. */
static void copy_names(lua_State *L, int from, int to, const char *names)
{
    while (*names) {
        size_t n = strcspn(names, " ");
        lua_pushlstring(L, names, n);
        lua_pushvalue(L, -1);
        lua_rawget(L, from);
        lua_rawset(L, to);
        names += n + strspn(names + n, " ");
    }
}

/* Pushes one library as plugins see it. */
static void push_library(lua_State *L, const allowed *library)
{
    lua_newtable(L);
    int to = lua_gettop(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, *library->library ? library->library : LUA_GNAME);
    copy_names(L, lua_gettop(L), to, library->names);
    lua_settop(L, to);
    if (library->own)
        luaL_setfuncs(L, library->own, 0);
}

static void copy_all(lua_State *L, int from, int to)
{
    for (lua_pushnil(L); lua_next(L, from);) {
        lua_pushvalue(L, -2);
        lua_insert(L, -2);
        lua_rawset(L, to);
    }
}

void lo_vm_push_lpeg(lua_State *L)
{
    lua_newtable(L);
    lua_getfield(L, LUA_REGISTRYINDEX, key_lpeg);
    copy_all(L, lua_gettop(L), lua_gettop(L) - 1);
    lua_pop(L, 1);
}

/* Pushes a new instance of a prelude module (core/lua/prelude/NAME.lua): its chunk is compiled once and called for each
 * environment with the LPeg functions (a copy of its own), the core functions, and a second copy to hand out. */
static bool push_prelude(lua_State *L, const char *name)
{
    luaL_getsubtable(L, LUA_REGISTRYINDEX, key_prelude);
    if (lua_getfield(L, -1, name) == LUA_TNIL) {
        lua_pop(L, 1);
        lua_pushfstring(L, "core/lua/prelude/%s.lua", name);
        const lo_asset *asset = lo_asset_find(lua_tostring(L, -1));
        if (!asset) {
            lua_pop(L, 2);
            return false;
        }
        lua_pushfstring(L, "@%s", lua_tostring(L, -1));
        if (luaL_loadbufferx(L, asset->bytes.p, asset->bytes.n, lua_tostring(L, -1), "t") != LUA_OK)
            lua_error(L);
        lo_vm_push_environment(L, 0);
        lua_setupvalue(L, -2, 1);
        lua_pushvalue(L, -1);
        lua_setfield(L, -5, name);
        lua_replace(L, -3);
        lua_pop(L, 1);
    }
    lua_remove(L, -2);
    lo_vm_push_lpeg(L);
    lua_newtable(L);
    if (lua_getfield(L, LUA_REGISTRYINDEX, key_core) == LUA_TTABLE)
        copy_all(L, lua_gettop(L), lua_gettop(L) - 1);
    lua_pop(L, 1);
    lo_vm_push_lpeg(L);
    lua_call(L, 3, 1);
    return true;
}

void lo_vm_set_core(lua_State *L)
{
    lua_setfield(L, LUA_REGISTRYINDEX, key_core);
}

/* require: upvalues are the modules loaded so far, the plugin's own sources (or nil), the environment. */
static int require_module(lua_State *L)
{
    const char *name = luaL_checkstring(L, 1);
    lua_settop(L, 1);
    if (lua_getfield(L, lua_upvalueindex(1), name) != LUA_TNIL)
        return 1;
    lua_pop(L, 1);
    if (!strncmp(name, "locutor.", 8) && !strcmp(name + 8, "lpeg")) {
        lo_vm_push_lpeg(L);
    } else if (!strncmp(name, "locutor.", 8)) {
        if (strchr(name, '/') || !push_prelude(L, name + 8))
            return luaL_error(L, "there is no module '%s'", name);
    } else {
        lua_pushfstring(L, "%s.lua", name);
        if (!lua_istable(L, lua_upvalueindex(2)) || (lua_rawget(L, lua_upvalueindex(2)) != LUA_TSTRING))
            return luaL_error(L,
                              "there is no module '%s': a plugin may require locutor.* and, from open on, the files it "
                              "lists in data",
                              name);
        size_t n;
        const char *source = lua_tolstring(L, -1, &n);
        lua_pushfstring(L, "@%s.lua", name);
        if (luaL_loadbufferx(L, source, n, lua_tostring(L, -1), "t") != LUA_OK)
            return lua_error(L);
        lua_pushvalue(L, lua_upvalueindex(3));
        lua_setupvalue(L, -2, 1);
        lua_call(L, 0, 1);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushboolean(L, 1);
        }
    }
    lua_pushvalue(L, -1);
    lua_setfield(L, lua_upvalueindex(1), name);
    return 1;
}

void lo_vm_push_environment(lua_State *L, int modules)
{
    luaL_checkstack(L, 20, NULL);
    if (modules)
        modules = lua_absindex(L, modules);
    const allowed *basic = &plugin_libraries[0];
    push_library(L, basic);
    int env = lua_gettop(L);
    for (size_t i = 1; i < sizeof plugin_libraries / sizeof *plugin_libraries; i++) {
        push_library(L, &plugin_libraries[i]);
        lua_setfield(L, env, plugin_libraries[i].library);
    }
    lua_newtable(L);
    if (modules)
        lua_pushvalue(L, modules);
    else
        lua_pushnil(L);
    lua_pushvalue(L, env);
    lua_pushcclosure(L, require_module, 3);
    lua_setfield(L, env, "require");
    lua_createtable(L, 0, 3);
    lua_pushcfunction(L, unknown_global);
    lua_setfield(L, -2, "__index");
    lua_pushcfunction(L, no_new_global);
    lua_setfield(L, -2, "__newindex");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, env);
}

/* ---- LPeg ---- */

/* LPeg 1.0.2 walks a pattern's tree by C recursion and has no limit: a pattern much larger than any rule would overflow
 * the stack.  Every function that makes one checks the size of what it made; upvalue 1 is LPeg's function. */
static int bounded(lua_State *L)
{
    enum { LIMIT = PATTERN_NODES * NODE_SIZE };
    static const char too_large[] = "the pattern is too large (%d nodes; look words up through a word class)";
    for (int i = 1; i <= lua_gettop(L); i++) {
        if (lua_type(L, i) == LUA_TSTRING && lua_rawlen(L, i) > PATTERN_NODES / 2)
            return luaL_error(L, too_large, PATTERN_NODES);
        if (lua_type(L, i) == LUA_TNUMBER &&
            (lua_tonumber(L, i) > PATTERN_NODES / 2 || lua_tonumber(L, i) < -PATTERN_NODES / 2))
            return luaL_error(L, too_large, PATTERN_NODES);
        if (lua_type(L, i) != LUA_TTABLE)
            continue;
        size_t total = 0; /* a grammar's rules can nest in one another */
        for (lua_pushnil(L); lua_next(L, i); lua_pop(L, 1))
            total += lua_rawlen(L, -1);
        if (total > LIMIT)
            return luaL_error(L, too_large, PATTERN_NODES);
    }
    int n = lua_gettop(L);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_insert(L, 1);
    lua_call(L, n, LUA_MULTRET);
    if (lua_isuserdata(L, 1) && lua_rawlen(L, 1) > LIMIT)
        return luaL_error(L, too_large, PATTERN_NODES);
    return lua_gettop(L);
}

static void bound_fields(lua_State *L, int table, const char *names)
{
    while (*names) {
        size_t n = strcspn(names, " ");
        lua_pushlstring(L, names, n);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, table) == LUA_TFUNCTION) {
            lua_pushcclosure(L, bounded, 1);
            lua_rawset(L, table);
        } else {
            lua_pop(L, 2);
        }
        names += n + strspn(names + n, " ");
    }
}

static void open_lpeg(lua_State *L)
{
    luaL_requiref(L, "lpeg", luaopen_lpeg, 0);
    int whole = lua_gettop(L);
    lua_getfield(L, whole, "setmaxstack");
    lua_pushinteger(L, BACKTRACK_MAX);
    lua_call(L, 1, 0);
    lua_newtable(L);
    int lpeg = lua_gettop(L);
    copy_names(L, whole, lpeg, "B C Carg Cb Cc Cf Cg Cmt Cp Cs Ct P R S V match type");
    lua_getfield(L, whole, "locale");
    if (lua_isfunction(L, -1))
        lua_setfield(L, lpeg, "locale");
    lua_settop(L, lpeg);
    bound_fields(L, lpeg, "B C Cf Cg Cmt Cs Ct P");
    /* Patterns answer to methods; their metatable is out of reach and its functions are those of the copy. */
    luaL_getmetatable(L, "lpeg-pattern");
    int meta = lua_gettop(L);
    bound_fields(L, meta, "__mul __add __sub __div __len __unm __pow");
    lua_newtable(L);
    copy_all(L, lpeg, lua_gettop(L));
    lua_setfield(L, meta, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, meta, "__metatable");
    lua_settop(L, lpeg);
    lua_setfield(L, LUA_REGISTRYINDEX, key_lpeg);
    lua_settop(L, whole - 1);
}

static void open_strings(lua_State *L)
{
    lua_pushliteral(L, "");
    lua_getmetatable(L, -1);
    push_library(L, &plugin_libraries[1]);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_pop(L, 2);
}

static int preload(lua_State *L)
{
    const char *name = lua_tostring(L, lua_upvalueindex(1));
    if (!push_prelude(L, name))
        return luaL_error(L, "there is no module 'locutor.%s'", name);
    return 1;
}

static int preload_lpeg(lua_State *L)
{
    lo_vm_push_lpeg(L);
    return 1;
}

void lo_vm_open_libraries(lua_State *L, bool trusted)
{
    static const luaL_Reg plain[] = {{LUA_GNAME, luaopen_base},
                                     {LUA_STRLIBNAME, luaopen_string},
                                     {LUA_TABLIBNAME, luaopen_table},
                                     {LUA_MATHLIBNAME, luaopen_math},
                                     {LUA_UTF8LIBNAME, luaopen_utf8},
                                     {LUA_COLIBNAME, luaopen_coroutine},
                                     {NULL, NULL}};
    for (const luaL_Reg *library = plain; library->name; library++) {
        luaL_requiref(L, library->name, library->func, trusted);
        lua_pop(L, 1);
    }
    open_lpeg(L);
    if (!trusted) {
        open_strings(L);
        return;
    }
    luaL_openlibs(L);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_getfield(L, -1, LUA_COLIBNAME);
    luaL_setfuncs(L, lo_env_coroutine, 0); /* ours follow Ctrl-C into a coroutine */
    lua_pop(L, 2);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_PRELOAD_TABLE);
    static const char *const modules[] = {"grammar", "text"};
    for (size_t i = 0; i < 2; i++) {
        lua_pushstring(L, modules[i]);
        lua_pushcclosure(L, preload, 1);
        lua_pushfstring(L, "locutor.%s", modules[i]);
        lua_insert(L, -2);
        lua_rawset(L, -3);
    }
    lua_pushcfunction(L, preload_lpeg);
    lua_setfield(L, -2, "locutor.lpeg");
    lua_pop(L, 1);
}
