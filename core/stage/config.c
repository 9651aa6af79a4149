// SPDX-License-Identifier: MIT
#include "stage/config.h"

#include "base/mem.h"
#include "lua/value.h"
#include "lua/vm.h"

#include <errno.h>
#include <fcntl.h>
#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { FILE_MAX = 16 << 20, MEMORY_MAX = 256 << 20, INSTRUCTIONS_MAX = 50000000 };

lo_status lo_config_read_file(const char *path, size_t max, lo_arena *arena, lo_str *out)
{
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    struct stat about;
    lo_status status = LO_OK;
    if (fd < 0 || fstat(fd, &about) < 0) {
        status = lo_status_set(LO_E_IO, "cannot read %s: %s", path, strerror(errno));
        goto done;
    }
    if (!S_ISREG(about.st_mode)) {
        status = lo_status_set(LO_E_IO, "cannot read %s: it is no file", path);
        goto done;
    }
    if ((size_t)about.st_size > max) {
        status = lo_status_set(LO_E_LIMIT, "%s is larger than %zu MiB", path, max >> 20);
        goto done;
    }
    size_t size = (size_t)about.st_size, n = 0;
    char *bytes = lo_arena_alloc(arena, size + 1);
    if (!bytes) {
        status = lo_mem_short();
        goto done;
    }
    while (n < size) {
        ssize_t got = read(fd, bytes + n, size - n);
        if (got < 0 && errno == EINTR)
            continue;
        if (got < 0) {
            status = lo_status_set(LO_E_IO, "cannot read %s: %s", path, strerror(errno));
            goto done;
        }
        if (got == 0)
            break;
        n += (size_t)got;
    }
    bytes[n] = 0;
    *out = (lo_str){bytes, n};
done:
    if (fd >= 0)
        close(fd);
    return status;
}

/* ---- Lua tables as data ---- */

typedef struct reading {
    const char *path;
    lo_str source;
    lo_arena *arena;
    lo_config *out;
    void (*take)(lua_State *L, struct reading *reading); /* gets the table at the top; raises what is wrong with it */
} reading;

static void too_long(lua_State *L, lua_Debug *debug)
{
    (void)debug;
    luaL_error(L, "takes too long for a table of data");
}

/* Protected: runs the chunk in an empty environment. */
static int run(lua_State *L)
{
    reading *r = lua_touserdata(L, 1);
    lua_pushfstring(L, "@%s", r->path);
    if (luaL_loadbufferx(L, r->source.p, r->source.n, lua_tostring(L, -1), "t"))
        return lua_error(L);
    lua_newtable(L);
    lua_setupvalue(L, -2, 1);
    lua_sethook(L, too_long, LUA_MASKCOUNT, INSTRUCTIONS_MAX);
    lua_call(L, 0, 1);
    lua_sethook(L, NULL, 0, 0);
    if (!lua_istable(L, -1))
        return luaL_error(L, "%s: must return a table, gives %s", r->path, luaL_typename(L, -1));
    r->take(L, r);
    return 0;
}

static lo_status read_table(const char *path, lo_arena *arena, void (*take)(lua_State *, reading *), lo_config *out)
{
    reading r = {.path = path, .arena = arena, .out = out, .take = take};
    lo_vm *vm = NULL;
    lo_status status = lo_config_read_file(path, FILE_MAX, arena, &r.source);
    if (!status)
        status = lo_vm_create(&(lo_vm_options){.memory_cap = MEMORY_MAX}, &vm);
    if (!status) {
        lua_State *L = lo_vm_state(vm);
        lua_pushliteral(L, ""); /* strings have no methods here either */
        if (lua_getmetatable(L, -1)) {
            lua_pop(L, 1);
            lua_pushnil(L);
            lua_setmetatable(L, -2);
        }
        lua_pop(L, 1);
        status = lo_vm_protect(vm, run, &r);
        if (status == LO_E_PLUGIN)
            status = lo_status_set(LO_E_DATA, "%s", lo_status_message());
    }
    lo_vm_free(vm);
    return status;
}

/* The value at the top of the stack, packed into the arena. */
static lo_str pack(lua_State *L, reading *r)
{
    lo_buf buf = LO_BUF_EMPTY;
    lo_status status = lo_value_pack(L, -1, &buf);
    lo_str copy = status ? LO_STR_NONE : lo_str_copy(r->arena, lo_buf_str(&buf));
    lo_buf_free(&buf);
    if (status)
        luaL_error(L, "%s: %s", r->path, lo_status_message());
    if (!copy.p)
        luaL_error(L, "not enough memory");
    return copy;
}

/* ---- configuration ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lo_config_plugin *)a)->name, ((const lo_config_plugin *)b)->name);
}

static void take_plugin(lua_State *L, reading *r, lo_config_plugin *plugin)
{
    if (lua_type(L, -2) != LUA_TSTRING)
        luaL_error(L, "%s: plugins: every key is a plugin's name, as \"4_annotate/direct\"", r->path);
    plugin->name = lo_arena_copy(r->arena, lua_tostring(L, -2), lua_rawlen(L, -2));
    if (!plugin->name)
        luaL_error(L, "not enough memory");
    if (lua_isboolean(L, -1))
        plugin->off = !lua_toboolean(L, -1);
    else if (lua_istable(L, -1))
        plugin->options = pack(L, r);
    else
        luaL_error(L, "%s: plugins[\"%s\"]: must be a table of options, or false to leave it out", r->path,
                   plugin->name);
}

static void take_config(lua_State *L, reading *r)
{
    int config = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, config); lua_pop(L, 1))
        if (lua_type(L, -2) != LUA_TSTRING || strcmp(lua_tostring(L, -2), "plugins") != 0)
            luaL_error(L, "%s: unknown field '%s' (there is only 'plugins')", r->path,
                       lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : "?");
    if (lua_getfield(L, config, "plugins") == LUA_TNIL)
        return;
    if (!lua_istable(L, -1))
        luaL_error(L, "%s: plugins: must be a table", r->path);
    uint32_t n = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        n++;
    lo_config_plugin *plugins = lo_arena_array(r->arena, n + 1, sizeof *plugins);
    if (!plugins)
        luaL_error(L, "not enough memory");
    n = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1))
        take_plugin(L, r, &plugins[n++]);
    qsort(plugins, n, sizeof *plugins, by_name);
    r->out->plugins = plugins;
    r->out->n_plugins = n;
}

/* ---- targets ---- */

static void check_field(lua_State *L, const reading *r, int number)
{
    const char *name = lua_type(L, -2) == LUA_TSTRING ? lua_tostring(L, -2) : NULL;
    if (!name)
        luaL_error(L, "%s: target %d: fields have names", r->path, number);
    if (lua_type(L, -1) == LUA_TSTRING)
        return;
    if (!lua_istable(L, -1))
        luaL_error(L, "%s: target %d: %s must be a string or a list of strings", r->path, number, name);
    lua_Unsigned n = lua_rawlen(L, -1), seen = 0;
    for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1), seen++)
        if (lua_type(L, -2) != LUA_TNUMBER || lua_type(L, -1) != LUA_TSTRING)
            luaL_error(L, "%s: target %d: %s must be a list of strings", r->path, number, name);
    if (seen != n)
        luaL_error(L, "%s: target %d: %s must be a list without holes", r->path, number, name);
}

static void take_targets(lua_State *L, reading *r)
{
    int list = lua_gettop(L), n = 0;
    lua_newtable(L); /* the ids seen */
    int ids = lua_gettop(L);
    for (lua_pushnil(L); lua_next(L, list); lua_pop(L, 1), n++)
        if (!lua_isinteger(L, -2) || !lua_istable(L, -1))
            luaL_error(L, "%s: must be a list of targets: { { id = \"…\", statement = \"…\" }, … }", r->path);
    for (int i = 1; i <= n; i++) {
        if (lua_rawgeti(L, list, i) != LUA_TTABLE)
            luaL_error(L, "%s: target %d is missing", r->path, i);
        int target = lua_gettop(L);
        if (lua_getfield(L, target, "id") != LUA_TSTRING || lua_rawlen(L, -1) == 0)
            luaL_error(L, "%s: target %d: needs an id, a string", r->path, i);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, ids) != LUA_TNIL)
            luaL_error(L, "%s: target %d: its id '%s' is taken", r->path, i, lua_tostring(L, -2));
        lua_pop(L, 1);
        lua_pushboolean(L, 1);
        lua_rawset(L, ids);
        for (lua_pushnil(L); lua_next(L, target); lua_pop(L, 1))
            check_field(L, r, i);
        lua_settop(L, ids);
    }
    lua_settop(L, list);
    r->out->targets = pack(L, r);
}

lo_status lo_config_read(const char *config_path, const char *targets_path, lo_arena *arena, lo_config *out)
{
    *out = (lo_config){0};
    lo_status status = config_path ? read_table(config_path, arena, take_config, out) : LO_OK;
    return !status && targets_path ? read_table(targets_path, arena, take_targets, out) : status;
}
