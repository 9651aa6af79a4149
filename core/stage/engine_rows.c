// SPDX-License-Identifier: MIT
#include "stage/engine_rows.h"

#include "base/utf8.h"
#include "lua/value.h"
#include "stage/engine_parts.h"

#include <lauxlib.h>
#include <stdio.h>

static const char rows_key, out_key; /* addresses in the registry */

typedef struct rowing {
    lo_engine *engine;
    uint32_t position;
    lo_str name, a, b;
    lo_buf *out;
    bool found;
} rowing;

/* Pushes the table of lists. */
static void push_rows(lua_State *L)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, &rows_key) == LUA_TTABLE)
        return;
    lua_pop(L, 1);
    lua_newtable(L);
    lua_pushvalue(L, -1);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &rows_key);
}

static int add_row(lua_State *L)
{
    const rowing *r = lua_touserdata(L, 1);
    push_rows(L);
    lua_pushlstring(L, r->name.p, r->name.n);
    lua_pushvalue(L, -1);
    if (lua_rawget(L, -3) != LUA_TTABLE) {
        lua_pop(L, 1);
        lua_newtable(L);
        lua_pushvalue(L, -2);
        lua_pushvalue(L, -2);
        lua_rawset(L, -5);
    }
    if (r->a.n) {
        lo_value_push(L, r->a);
        lua_rawseti(L, -2, (lua_Integer)lua_rawlen(L, -2) + 1);
    }
    return 0;
}

lo_status lo_engine_rows_add(lo_engine *engine, lo_str name, lo_str row)
{
    rowing r = {.engine = engine, .name = name, .a = row};
    return lo_vm_protect(engine->vm, add_row, &r);
}

/* Pushes entry and state: 2 the plugin, 3 its table, 4 entry. */
static void push_entry(lua_State *L, const rowing *r)
{
    const lo_engine_plugin *plugin = &r->engine->plugins[r->engine->order[r->position]];
    luaL_checkstack(L, 20, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, plugin->table);
    lua_rawgeti(L, 2, LO_PLUGIN_TABLE);
    lua_pushstring(L, lo_stage_name(plugin->contract.stage));
    lua_rawget(L, 3);
}

/* ---- reports ---- */

/* out:columns{…}, out:row{…}, out:note "…": the kind is an upvalue. */
static int give_item(lua_State *L)
{
    int kind = (int)lua_tointeger(L, lua_upvalueindex(1));
    luaL_checktype(L, 2, kind == LO_ROWS_NOTE ? LUA_TSTRING : LUA_TTABLE);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &out_key);
    lo_buf *out = lua_touserdata(L, -1);
    if (!out)
        return luaL_error(L, "the report is over");
    lua_settop(L, 2);
    lo_buf value = LO_BUF_EMPTY;
    lo_status status = lo_value_pack(L, 2, &value);
    if (!status) {
        lo_buf_add_byte(out, (unsigned char)kind);
        status = lo_buf_add_string(out, lo_buf_str(&value));
    }
    lo_buf_free(&value);
    return status ? luaL_error(L, "%s", lo_status_message()) : 0;
}

static void push_out(lua_State *L)
{
    static const struct {
        const char *name;
        lo_rows_item kind;
    } methods[] = {{"columns", LO_ROWS_COLUMNS}, {"row", LO_ROWS_ROW}, {"note", LO_ROWS_NOTE}};
    lua_createtable(L, 0, 3);
    for (size_t i = 0; i < sizeof methods / sizeof methods[0]; i++) {
        lua_pushinteger(L, methods[i].kind);
        lua_pushcclosure(L, give_item, 1);
        lua_setfield(L, -2, methods[i].name);
    }
}

static int run_report(lua_State *L)
{
    const rowing *r = lua_touserdata(L, 1);
    push_entry(L, r);
    lua_pushlightuserdata(L, r->out);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &out_key);
    push_rows(L);
    push_out(L);
    lua_rawgeti(L, 2, LO_PLUGIN_STATE);
    lua_call(L, 3, 0);
    return 0;
}

static int forget_rows(lua_State *L)
{
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &rows_key);
    lua_pushnil(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &out_key);
    return 0;
}

static bool runs(const lo_engine *engine, uint32_t position, lo_stage stage)
{
    return position < engine->n_order && engine->plugins[engine->order[position]].contract.stage == stage;
}

lo_status lo_engine_report(lo_engine *engine, uint32_t position, lo_buf *items)
{
    if (!runs(engine, position, LO_STAGE_REPORT))
        return lo_status_set(LO_E_ARG, "there is no report plugin %u", position);
    rowing r = {.engine = engine, .position = position, .out = items};
    lo_status status = lo_vm_protect(engine->vm, run_report, &r);
    if (!status)
        return lo_vm_protect(engine->vm, forget_rows, NULL);
    char message[1024];
    snprintf(message, sizeof message, "%s", lo_status_message());
    lo_vm_protect(engine->vm, forget_rows, NULL);
    return lo_status_set(status, "%s", message);
}

/* ---- relations ---- */

static lo_str checked_string(lua_State *L, int index, const char *what)
{
    lo_str s = LO_STR("");
    if (lua_isnil(L, index))
        return s;
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "relate: %s is a string, got a %s", what, luaL_typename(L, index));
    s.p = lua_tolstring(L, index, &s.n);
    if (!lo_utf8_valid(s))
        luaL_error(L, "relate: %s is no UTF-8 text", what);
    return s;
}

static int run_relate(lua_State *L)
{
    rowing *r = lua_touserdata(L, 1);
    push_entry(L, r);
    lo_value_push(L, r->a);
    lo_value_push(L, r->b);
    lua_rawgeti(L, 2, LO_PLUGIN_STATE);
    lua_call(L, 3, 3); /* 4 label, 5 score, 6 evidence */
    if (lua_isnil(L, 4))
        return 0;
    lo_str label = checked_string(L, 4, "a label"), evidence = checked_string(L, 6, "evidence");
    lua_Number score = lua_isnil(L, 5) ? 1 : luaL_checknumber(L, 5);
    if (!(score >= 0 && score <= 1))
        return luaL_error(L, "relate: a score lies between 0 and 1");
    if (label.n == 0 || label.n > 64)
        return luaL_error(L, "relate: a label has 1 to 64 bytes");
    lo_buf_add_string(r->out, label);
    lo_buf_add_varint(r->out, (uint64_t)(score * 1e6 + 0.5));
    if (lo_buf_add_string(r->out, evidence))
        return luaL_error(L, "not enough memory");
    r->found = true;
    return 0;
}

lo_status lo_engine_relate(lo_engine *engine, uint32_t position, lo_str a, lo_str b, lo_buf *out, bool *found)
{
    if (!runs(engine, position, LO_STAGE_RELATE))
        return lo_status_set(LO_E_ARG, "there is no relate plugin %u", position);
    rowing r = {.engine = engine, .position = position, .a = a, .b = b, .out = out};
    lo_status status = lo_vm_protect(engine->vm, run_relate, &r);
    *found = !status && r.found;
    return status;
}
