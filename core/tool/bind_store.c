// SPDX-License-Identifier: MIT
#include "tool/bind_store.h"

#include "base/asset.h"
#include "data/query.h"
#include "data/search.h"
#include "lua/box.h"
#include "tool/bind_report.h"

#include <lauxlib.h>
#include <lualib.h>
#include <string.h>

/* Every failure raises the one-line message; the trusted side has no codes to look at. */
static void check(lua_State *L, lo_status status)
{
    if (status)
        luaL_error(L, "%s", lo_status_message());
}

static lo_str check_str(lua_State *L, int index)
{
    lo_str s;
    s.p = luaL_checklstring(L, index, &s.n);
    return s;
}

static void push_str(lua_State *L, lo_str s)
{
    lua_pushlstring(L, s.p ? s.p : "", s.n);
}

static void set_str(lua_State *L, const char *field, lo_str s)
{
    push_str(L, s);
    lua_setfield(L, -2, field);
}

/* An arena that Lua frees, also when an error passes. */
static int arena_gc(lua_State *L)
{
    lo_arena_free(lua_touserdata(L, 1));
    return 0;
}

static lo_arena *push_arena(lua_State *L)
{
    lo_arena *arena = lua_newuserdatauv(L, sizeof *arena, 0);
    *arena = LO_ARENA_EMPTY;
    if (luaL_newmetatable(L, "locutor.arena")) {
        lua_pushcfunction(L, arena_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    return arena;
}

/* ---- queries: query() gives the next row as a table, nil at the end ---- */

static void close_query(void *object)
{
    lo_query_close(object);
}

static int query_columns(lua_State *L);
static int query_next(lua_State *L);

static const luaL_Reg query_methods[] = {{"columns", query_columns}, {"close", lo_box_close}, {NULL, NULL}};
static const luaL_Reg query_meta[] = {{"__call", query_next}, {NULL, NULL}};
static const lo_box_type query_type = {"query", close_query, query_methods, query_meta, NULL};

static int query_columns(lua_State *L)
{
    const lo_query *query = lo_box_check(L, 1, &query_type)->object;
    int n = lo_query_columns(query);
    lua_createtable(L, n, 0);
    for (int i = 0; i < n; i++) {
        lua_pushstring(L, lo_query_column_name(query, i));
        lua_rawseti(L, -2, i + 1);
    }
    return 1;
}

static int query_next(lua_State *L)
{
    lo_query *query = lo_box_check(L, 1, &query_type)->object;
    bool row;
    check(L, lo_query_next(query, &row));
    if (!row)
        return 0;
    int n = lo_query_columns(query);
    lua_createtable(L, 0, n);
    for (int i = 0; i < n; i++) {
        lo_value value = lo_query_value(query, i);
        switch (value.type) {
        case LO_VALUE_NULL: continue;
        case LO_VALUE_INTEGER: lua_pushinteger(L, value.integer); break;
        case LO_VALUE_REAL: lua_pushnumber(L, value.real); break;
        default: push_str(L, value.bytes);
        }
        lua_setfield(L, -2, lo_query_column_name(query, i));
    }
    return 1;
}

/* ---- the store ---- */

static void close_store(void *object)
{
    lo_store_close(object);
}

static int store_rows(lua_State *L);
static int store_search(lua_State *L);
static int store_find(lua_State *L);
static int store_path(lua_State *L);

static const luaL_Reg store_methods[] = {{"rows", store_rows}, {"search", store_search}, {"find", store_find},
                                         {"path", store_path}, {"close", lo_box_close},  {NULL, NULL}};
static const lo_box_type store_type = {"store", close_store, store_methods, NULL, NULL};

static int store_open(lua_State *L)
{
    const char *path = luaL_checkstring(L, 1);
    static const char *const modes[] = {"read", "write", "create", NULL};
    lo_store_mode mode = (lo_store_mode)luaL_checkoption(L, 2, "read", modes);
    lo_box *box = lo_box_new(L, &store_type, 0);
    lo_store *store;
    check(L, lo_store_open(path, mode, &store));
    box->object = store;
    return 1;
}

static int store_path(lua_State *L)
{
    lua_pushstring(L, lo_store_path(lo_box_check(L, 1, &store_type)->object));
    return 1;
}

static lo_value value_at(lua_State *L, int index)
{
    switch (lua_type(L, index)) {
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            return (lo_value){.type = LO_VALUE_INTEGER, .integer = lua_tointeger(L, index)};
        return (lo_value){.type = LO_VALUE_REAL, .real = lua_tonumber(L, index)};
    case LUA_TBOOLEAN: return (lo_value){.type = LO_VALUE_INTEGER, .integer = lua_toboolean(L, index)};
    case LUA_TSTRING: return (lo_value){.type = LO_VALUE_TEXT, .bytes = check_str(L, index)};
    default: return (lo_value){.type = LO_VALUE_NULL};
    }
}

/* store:rows(sql, {name = value, …}) : parameters are :name, or ?1 … from the table's sequence. */
static int store_rows(lua_State *L)
{
    lo_store *store = lo_box_check(L, 1, &store_type)->object;
    lo_str sql = check_str(L, 2);
    lua_settop(L, 3);
    lo_box *box = lo_box_new(L, &query_type, 1);
    lo_query *query;
    check(L, lo_query_open(store, sql, &query));
    box->object = query;
    if (!lua_istable(L, 3))
        return 1;
    for (lua_pushnil(L); lua_next(L, 3); lua_pop(L, 1)) {
        int parameter = lua_isinteger(L, -2) ? (int)lua_tointeger(L, -2) : 0;
        if (lua_type(L, -2) == LUA_TSTRING) {
            lua_pushfstring(L, ":%s", lua_tostring(L, -2));
            parameter = lo_query_parameter(query, lua_tostring(L, -1));
            lua_pop(L, 1);
        }
        lo_value value = value_at(L, -1);
        if (parameter > 0)
            check(L, lo_query_bind(query, parameter, &value));
    }
    return 1;
}

static void push_document(lua_State *L, const lo_store_document *document)
{
    const lo_record *record = &document->record;
    lua_createtable(L, 0, 12);
    lua_pushstring(L, document->id);
    lua_setfield(L, -2, "id");
    lua_pushinteger(L, document->version);
    lua_setfield(L, -2, "version");
    set_str(L, "key", record->key);
    set_str(L, "title", record->title);
    set_str(L, "outlet", record->outlet);
    set_str(L, "author", record->author);
    set_str(L, "date", record->date);
    set_str(L, "url", record->url);
    set_str(L, "language", record->language);
    set_str(L, "metadata", record->metadata);
    set_str(L, "text", record->text);
}

static int store_find(lua_State *L)
{
    lo_store *store = lo_box_check(L, 1, &store_type)->object;
    lo_arena *arena = push_arena(L);
    lo_store_document document;
    lo_status status = lo_store_find(store, check_str(L, 2), arena, &document);
    if (status == LO_E_ARG)
        return 0;
    check(L, status);
    push_document(L, &document);
    return 1;
}

/* ---- search: search() gives the next hit ---- */

static void close_search(void *object)
{
    lo_search_close(object);
}

static int search_next(lua_State *L);
static const luaL_Reg search_methods[] = {{"close", lo_box_close}, {NULL, NULL}};
static const luaL_Reg search_meta[] = {{"__call", search_next}, {NULL, NULL}};
static const lo_box_type search_type = {"search", close_search, search_methods, search_meta, NULL};

static int store_search(lua_State *L)
{
    lo_store *store = lo_box_check(L, 1, &store_type)->object;
    lo_str query = check_str(L, 2);
    lua_Integer limit = luaL_optinteger(L, 3, 0);
    luaL_argcheck(L, limit >= 0 && limit <= UINT32_MAX, 3, "the limit must not be negative");
    lo_box *box = lo_box_new(L, &search_type, 1);
    lo_search *search;
    check(L, lo_search_open(store, query, (uint32_t)limit, &search));
    box->object = search;
    return 1;
}

static int search_next(lua_State *L)
{
    lo_search *search = lo_box_check(L, 1, &search_type)->object;
    lo_arena *arena = push_arena(L);
    lo_search_hit hit;
    bool found;
    check(L, lo_search_next(search, arena, &hit, &found));
    if (!found)
        return 0;
    push_document(L, &hit.document);
    lua_pushnumber(L, hit.rank);
    lua_setfield(L, -2, "rank");
    lua_pushinteger(L, hit.n_matches);
    lua_setfield(L, -2, "matches");
    lua_createtable(L, (int)hit.n_passages, 0);
    for (uint32_t i = 0; i < hit.n_passages; i++) {
        lo_span span = hit.passages[i].span;
        lua_createtable(L, 0, 3);
        lua_pushinteger(L, span.start);
        lua_setfield(L, -2, "start");
        lua_pushinteger(L, span.end);
        lua_setfield(L, -2, "finish");
        set_str(L, "text", (lo_str){hit.document.record.text.p + span.start, span.end - span.start});
        lua_rawseti(L, -2, i + 1);
    }
    lua_setfield(L, -2, "passages");
    return 1;
}

/* ---- the state ---- */

static int open_library(lua_State *L)
{
    lo_vm *vm = lo_vm_of(L);
    static const luaL_Reg functions[] = {{"open", store_open}, {NULL, NULL}};
    const lo_asset *source = lo_asset_find("core/tool/analyst.lua");
    lo_box_register(L, &store_type);
    lo_box_register(L, &query_type);
    lo_box_register(L, &search_type);
    luaL_newlib(L, functions);
    lo_bind_report_functions(L);
    if (!source || lo_vm_load(vm, source->bytes, "=locutor", 0))
        luaL_error(L, "%s", lo_status_message());
    lua_insert(L, -2);
    lua_call(L, 1, 1);
    luaL_getsubtable(L, LUA_REGISTRYINDEX, LUA_LOADED_TABLE);
    lua_insert(L, -2);
    lua_setfield(L, -2, "locutor");
    return 0;
}

lo_status lo_bind_store_vm(lo_vm **out)
{
    lo_vm_options options = {.trusted = true};
    lo_status status = lo_vm_create(&options, out);
    if (!status)
        status = lo_vm_protect(*out, open_library, NULL);
    if (status) {
        lo_vm_free(*out);
        *out = NULL;
    }
    return status;
}
