// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lua/value.h"
#include "stage/contract_read.h"
#include "stage/engine_parts.h"

#include <stdlib.h>
#include <string.h>

lo_status lo_engine_create(const lo_engine_options *options, lo_engine **out)
{
    *out = NULL;
    lo_engine *engine = lo_mem_zalloc(sizeof *engine);
    if (!engine)
        return lo_mem_short();
    lo_vm_options vm_options = {.memory_cap = options->memory_cap};
    lo_status status = LO_OK;
    if (options->targets.n) {
        engine->targets = lo_str_copy(&engine->arena, options->targets);
        status = engine->targets.p ? lo_value_check(engine->targets) : lo_mem_short();
    }
    if (!status)
        status = lo_vm_create(&vm_options, &engine->vm);
    if (!status)
        status = lo_lexicon_create(&engine->lexicon);
    if (!status)
        status = lo_lexicon_add_shipped(engine->lexicon);
    if (!status)
        status = lo_session_create(engine->vm, engine->lexicon, &engine->session);
    if (status) {
        lo_engine_free(engine);
        return status;
    }
    engine->session->fast = options->fast;
    engine->session->timing = options->timing;
    *out = engine;
    return LO_OK;
}

void lo_engine_free(lo_engine *engine)
{
    if (!engine)
        return;
    lo_vm_free(engine->vm); /* its finalizers may look at the session */
    lo_session_free(engine->session);
    lo_lexicon_free(engine->lexicon);
    lo_mem_free(engine->plugins);
    lo_mem_free(engine->order);
    lo_mem_free(engine->costs);
    lo_arena_free(&engine->arena);
    lo_mem_free(engine);
}

const lo_lexicon *lo_engine_lexicon(const lo_engine *engine)
{
    return engine->lexicon;
}

const lo_contract *lo_engine_contract(const lo_engine *engine, uint32_t index)
{
    return &engine->plugins[index].contract;
}

void lo_engine_interrupt(lo_engine *engine)
{
    lo_vm_interrupt(engine->vm);
}

lo_str lo_engine_warnings(lo_engine *engine)
{
    return lo_buf_str(&engine->session->warnings);
}

void lo_engine_clear_warnings(lo_engine *engine)
{
    lo_buf_clear(&engine->session->warnings);
}

/* ---- loading ---- */

typedef struct loading {
    lo_engine *engine;
    lo_engine_plugin *plugin;
    const lo_plugin_source *source;
    const char *targets; /* address of the registry value to use instead of the engine's targets; NULL: those */
} loading;

/* data files under their file names, for require, and (once the contract is known) under their names, for open. */
static int prepare(lua_State *L)
{
    loading *l = lua_touserdata(L, 1);
    const lo_plugin_source *source = l->source;
    lua_createtable(L, LO_PLUGIN_SIZE, 0);
    int all = lua_gettop(L);
    lua_createtable(L, 0, (int)source->n_data);
    for (uint32_t i = 0; i < source->n_data; i++) {
        lua_pushlstring(L, source->data_bytes[i].p ? source->data_bytes[i].p : "", source->data_bytes[i].n);
        lua_setfield(L, -2, source->data_files[i]);
    }
    lua_pushvalue(L, -1);
    lua_rawseti(L, all, LO_PLUGIN_DATA);
    lo_vm_push_environment(L, lua_gettop(L));
    lua_rawseti(L, all, LO_PLUGIN_ENVIRONMENT);
    lua_pushvalue(L, all);
    l->plugin->table = luaL_ref(L, LUA_REGISTRYINDEX);
    return 0;
}

static int read_contract(lua_State *L)
{
    loading *l = lua_touserdata(L, 1);
    lua_rawgeti(L, LUA_REGISTRYINDEX, l->plugin->table);
    lua_rawgeti(L, -1, LO_PLUGIN_TABLE);
    lo_contract_read(L, -1, l->plugin->name, &l->engine->arena, &l->plugin->contract);
    lo_contract_push_options(L, &l->plugin->contract, l->plugin->options);
    return 0;
}

/* Runs the file's chunk; what it returns goes into the plugin's table. */
static lo_status run_chunk(lo_engine *engine, lo_engine_plugin *plugin, lo_str source)
{
    lua_State *L = lo_vm_state(engine->vm);
    int top = lua_gettop(L);
    if (!lua_checkstack(L, 6))
        return lo_mem_short();
    lua_rawgeti(L, LUA_REGISTRYINDEX, plugin->table);
    lua_rawgeti(L, -1, LO_PLUGIN_ENVIRONMENT);
    lo_status status = lo_vm_load(engine->vm, source, plugin->chunk, -1);
    if (!status)
        status = lo_vm_call(engine->vm, 0, 1);
    if (!status)
        lua_rawseti(L, top + 1, LO_PLUGIN_TABLE); /* the place is there: allocates nothing */
    lua_settop(L, top);
    return status;
}

lo_status lo_engine_load(lo_engine *engine, const lo_plugin_source *source, uint32_t *out_index)
{
    if (engine->opened)
        return lo_status_set(LO_E_ARG, "%s: plugins are loaded before the first is opened", source->name);
    lo_status status =
        lo_mem_grow((void **)&engine->plugins, &engine->capacity, engine->n_plugins + 1, sizeof *engine->plugins);
    if (status)
        return status;
    lo_engine_plugin *plugin = &engine->plugins[engine->n_plugins];
    *plugin = (lo_engine_plugin){.table = LUA_NOREF};
    const char *origin = source->origin ? source->origin : source->name;
    lo_buf chunk = LO_BUF_EMPTY;
    if (source->shipped)
        lo_buf_print(&chunk, "@plugins/%s.lua", source->name);
    else
        lo_buf_print(&chunk, "@%s", origin);
    plugin->name = lo_arena_copy(&engine->arena, source->name, strlen(source->name));
    plugin->origin = lo_arena_copy(&engine->arena, origin, strlen(origin));
    plugin->chunk = chunk.status ? NULL : lo_arena_copy(&engine->arena, chunk.p, chunk.n);
    plugin->options = source->options.n ? lo_str_copy(&engine->arena, source->options) : LO_STR("");
    lo_buf_free(&chunk);
    if (!plugin->name || !plugin->origin || !plugin->chunk || !plugin->options.p)
        return lo_mem_short();
    loading l = {engine, plugin, source, NULL};
    lo_session *session = engine->session;
    memset(session->plugin_used, 0, sizeof session->plugin_used);
    session->plugin = (uint32_t)engine->n_plugins;
    status = lo_vm_protect(engine->vm, prepare, &l);
    if (!status)
        status = run_chunk(engine, plugin, source->source);
    if (!status) {
        status = lo_vm_protect(engine->vm, read_contract, &l);
        if (status)
            status = lo_status_prefix(status, "%s", plugin->chunk + 1);
    }
    memcpy(plugin->used, session->plugin_used, sizeof plugin->used);
    if (status) {
        luaL_unref(lo_vm_state(engine->vm), LUA_REGISTRYINDEX, plugin->table);
        return status;
    }
    *out_index = (uint32_t)engine->n_plugins++;
    return LO_OK;
}

/* ---- opening ---- */

static int refuse_change(lua_State *L)
{
    return luaL_error(L, "what open returned is read-only: results may not depend on the documents before");
}

static int state_pairs(lua_State *L)
{
    lua_getmetatable(L, 1);
    lua_getfield(L, -1, "__index");
    lua_pushcfunction(L, lo_vm_sorted_pairs);
    lua_insert(L, -2);
    lua_call(L, 1, 3);
    return 3;
}

static int state_length(lua_State *L)
{
    lua_getmetatable(L, 1);
    lua_getfield(L, -1, "__index");
    lua_pushinteger(L, (lua_Integer)lua_rawlen(L, -1));
    return 1;
}

/* The table on top becomes a read-only view of itself. */
static void seal_top(lua_State *L)
{
    if (!lua_istable(L, -1))
        return;
    if (lua_getmetatable(L, -1)) { /* an object of the plugin's own making stays as it is */
        lua_pop(L, 1);
        return;
    }
    static const luaL_Reg meta[] = {
        {"__newindex", refuse_change}, {"__pairs", state_pairs}, {"__len", state_length}, {NULL, NULL}};
    lua_newtable(L);
    lua_createtable(L, 0, 5);
    luaL_setfuncs(L, meta, 0);
    lua_pushvalue(L, -3);
    lua_setfield(L, -2, "__index");
    lua_pushboolean(L, 0);
    lua_setfield(L, -2, "__metatable");
    lua_setmetatable(L, -2);
    lua_replace(L, -2);
}

/* Calls open({ options, data, targets }) where there is one; its result, or that table, becomes the state. */
static int open_plugin(lua_State *L)
{
    loading *l = lua_touserdata(L, 1);
    lo_engine_plugin *plugin = l->plugin;
    const lo_contract *contract = &plugin->contract;
    lua_rawgeti(L, LUA_REGISTRYINDEX, plugin->table);
    int all = lua_gettop(L);
    lua_createtable(L, 0, 3);
    int opt = lua_gettop(L);
    lo_contract_push_options(L, contract, plugin->options);
    lua_setfield(L, opt, "options");
    lua_newtable(L);
    lua_rawgeti(L, all, LO_PLUGIN_DATA);
    for (size_t i = 0; contract->data_names[i]; i++) {
        if (lua_getfield(L, -1, contract->data_files[i]) == LUA_TNIL)
            return luaL_error(L, "the data file '%s' was not handed over", contract->data_files[i]);
        lua_setfield(L, -3, contract->data_names[i]);
    }
    lua_pop(L, 1);
    lua_setfield(L, opt, "data");
    if (l->targets)
        lua_rawgetp(L, LUA_REGISTRYINDEX, l->targets);
    else
        lo_value_push(L, l->engine->targets);
    if (lua_isnil(L, -1)) {
        lua_pop(L, 1);
        lua_newtable(L);
    }
    lua_pushvalue(L, -1);
    lua_rawseti(L, all, LO_PLUGIN_TARGETS);
    lua_setfield(L, opt, "targets");
    lua_rawgeti(L, all, LO_PLUGIN_TABLE);
    if (lua_getfield(L, -1, "open") == LUA_TFUNCTION) {
        lua_pushvalue(L, opt);
        lua_call(L, 1, 1);
        if (lua_isnil(L, -1)) {
            lua_pop(L, 1);
            lua_pushvalue(L, opt);
        }
    } else {
        lua_pushvalue(L, opt);
    }
    seal_top(L);
    lua_rawseti(L, all, LO_PLUGIN_STATE);
    return 0;
}

/* The names of the classes it used, for its contract. */
static lo_status list_classes(lo_engine *engine, lo_engine_plugin *plugin)
{
    size_t n = 0;
    const char **names = lo_arena_array(&engine->arena, LO_LEXICON_CLASSES + 1, sizeof *names);
    if (!names)
        return lo_mem_short();
    for (int id = 0; id < LO_LEXICON_CLASSES; id++) {
        const char *name = plugin->used[id / 8] >> id % 8 & 1 ? lo_lexicon_class_name(engine->lexicon, id) : NULL;
        if (name && !(names[n++] = lo_arena_copy(&engine->arena, name, strlen(name))))
            return lo_mem_short();
    }
    names[n] = NULL;
    plugin->contract.classes = names;
    return LO_OK;
}

lo_status lo_engine_reopen(lo_engine *engine, uint32_t index, const char *targets)
{
    loading l = {engine, &engine->plugins[index], NULL, targets};
    return lo_vm_protect(engine->vm, open_plugin, &l);
}

lo_status lo_engine_open(lo_engine *engine, const uint32_t *order, uint32_t n)
{
    lo_status status = LO_OK;
    engine->order = lo_mem_alloc(n * sizeof *order);
    if (!engine->order)
        return lo_mem_short();
    engine->opened = true;
    memcpy(engine->order, order, n * sizeof *order);
    engine->n_order = n;
    for (uint32_t i = 0; i < n && !status; i++) {
        lo_engine_plugin *plugin = &engine->plugins[order[i]];
        loading l = {engine, plugin, NULL, NULL};
        memcpy(engine->session->plugin_used, plugin->used, sizeof plugin->used);
        engine->session->plugin = i;
        status = lo_vm_protect(engine->vm, open_plugin, &l);
        memcpy(plugin->used, engine->session->plugin_used, sizeof plugin->used);
        if (status)
            return lo_status_prefix(status, "plugin %s", plugin->name);
        status = list_classes(engine, plugin);
    }
    if (!status)
        status = lo_lexicon_freeze(engine->lexicon);
    engine->session->frozen = !status;
    /* What plugins make for a document is garbage behind it, so collecting at four times what lived, and not at twice,
     * is a third of the work.  When the cap is met, Lua collects all before it gives up. */
    lua_gc(lo_vm_state(engine->vm), LUA_GCINC, 400, 0, 0);
    return status;
}

/* ---- costs ---- */

uint32_t lo_engine_costs(lo_engine *engine, const lo_engine_rule_cost **out)
{
    const lo_session *session = engine->session;
    *out = NULL;
    if (lo_mem_grow((void **)&engine->costs, &engine->costs_capacity, session->n_costs + 1, sizeof *engine->costs))
        return 0;
    for (size_t i = 0; i < session->n_costs; i++) {
        const lo_session_cost *cost = &session->costs[i];
        engine->costs[i] = (lo_engine_rule_cost){cost->plugin, cost->rule, cost->matches, cost->nanoseconds};
    }
    *out = engine->costs;
    return (uint32_t)session->n_costs;
}
