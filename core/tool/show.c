// SPDX-License-Identifier: MIT
#include "tool/show.h"

#include "base/mem.h"
#include "lua/vm.h"
#include "out/escape.h"
#include "out/table.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 24, ONE_LINE = 200, NESTED = 3 };

static lo_status collect(void *context, lo_str bytes)
{
    return lo_buf_add_str(context, bytes);
}

static bool plain_table(lua_State *L, int index)
{
    if (lua_type(L, index) != LUA_TTABLE)
        return false;
    if (luaL_getmetafield(L, index, "__tostring") == LUA_TNIL)
        return true;
    lua_pop(L, 1);
    return false;
}

/* {a = 1, b = {…}} on one line; a table with __tostring or __name speaks for itself. */
static void brief(lua_State *L, int index, int depth, lo_buf *out)
{
    index = lua_absindex(L, index);
    if (!plain_table(L, index)) {
        bool quoted = depth > 0 && lua_type(L, index) == LUA_TSTRING;
        size_t n;
        lo_vm_describe(L, index);
        const char *text = lua_tolstring(L, -1, &n);
        if (quoted)
            lo_buf_add_byte(out, '"');
        lo_buf_add(out, text, n > ONE_LINE && depth > 0 ? ONE_LINE : n);
        if (quoted)
            lo_buf_add_byte(out, '"');
        lua_pop(L, 1);
        return;
    }
    if (depth >= NESTED) {
        lo_buf_add_text(out, "{…}");
        return;
    }
    lo_buf_add_byte(out, '{');
    lua_Integer length = (lua_Integer)lua_rawlen(L, index);
    bool first = true;
    for (lua_Integer i = 1; i <= length && out->n < ONE_LINE * 4; i++) {
        lo_buf_add_text(out, first ? "" : ", ");
        lua_rawgeti(L, index, i);
        brief(L, -1, depth + 1, out);
        lua_pop(L, 1);
        first = false;
    }
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_isinteger(L, -2) && lua_tointeger(L, -2) >= 1 && lua_tointeger(L, -2) <= length)
            continue;
        lo_buf_add_text(out, first ? "" : ", ");
        lo_vm_describe(L, -2);
        lo_buf_add_text(out, lua_tostring(L, -1));
        lua_pop(L, 1);
        lo_buf_add_text(out, " = ");
        brief(L, -1, depth + 1, out);
        first = false;
    }
    lo_buf_add_byte(out, '}');
}

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The string keys of the rows; a row type that has an order says it in the metatable's __columns.  Leaves values on the
 * stack; the names live as long as the rows. */
static uint32_t columns_of(lua_State *L, int index, lua_Integer rows, const char **names)
{
    uint32_t n = 0;
    lua_rawgeti(L, index, 1);
    if (luaL_getmetafield(L, -1, "__columns") == LUA_TTABLE) {
        for (lua_Integer i = 1; n < COLUMNS_MAX && lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
            names[n++] = lua_tostring(L, -1); /* kept alive by the metatable */
            lua_pop(L, 1);
        }
        return n;
    }
    for (lua_Integer r = 1; r <= rows; r++) {
        lua_rawgeti(L, index, r);
        for (lua_pushnil(L); lua_next(L, -2); lua_pop(L, 1)) {
            if (lua_type(L, -2) != LUA_TSTRING || n == COLUMNS_MAX)
                continue;
            const char *key = lua_tostring(L, -2);
            uint32_t at = 0;
            while (at < n && strcmp(names[at], key) != 0)
                at++;
            if (at == n)
                names[n++] = key;
        }
        lua_pop(L, 1);
    }
    qsort(names, n, sizeof *names, by_text);
    return n;
}

static lo_status cell(lua_State *L, lo_arena *arena, lo_table_cell *out)
{
    *out = (lo_table_cell){LO_STR_NONE, lua_type(L, -1) == LUA_TNUMBER, LO_STR_NONE};
    if (!lua_isnil(L, -1)) {
        lo_buf text = LO_BUF_EMPTY;
        brief(L, -1, 0, &text);
        out->text = lo_str_copy(arena, lo_buf_str(&text));
        lo_buf_free(&text);
        if (!out->text.p)
            return lo_mem_short();
    }
    return LO_OK;
}

static lo_status show_rows(lua_State *L, int index, const lo_table_options *options, uint32_t limit, lo_buf *out)
{
    const char *names[COLUMNS_MAX];
    lo_table_cell cells[COLUMNS_MAX];
    lo_arena arena = LO_ARENA_EMPTY;
    lo_table *table = NULL;
    lua_Integer total = (lua_Integer)lua_rawlen(L, index), shown = total > limit ? limit : total;
    int top = lua_gettop(L);
    lua_pushvalue(L, index);
    uint32_t n = columns_of(L, lua_gettop(L), shown, names);
    lua_settop(L, top);
    lo_status status = lo_table_open(options, names, n, collect, out, &table);
    for (lua_Integer r = 1; r <= shown && !status; r++) {
        lua_rawgeti(L, index, r);
        for (uint32_t c = 0; c < n && !status; c++) {
            lua_getfield(L, -1, names[c]);
            status = cell(L, &arena, &cells[c]);
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
        if (!status)
            status = lo_table_row(table, cells);
    }
    lo_status closed = lo_table_close(table);
    lo_arena_free(&arena);
    if (!status && !closed && shown < total)
        lo_buf_print(out, "… and %lld more\n", (long long)(total - shown));
    return status ? status : closed;
}

lo_status lo_show_value(lua_State *L, int index, uint32_t width, bool colour, uint32_t limit, lo_buf *out)
{
    index = lua_absindex(L, index);
    if (plain_table(L, index) && lua_rawlen(L, index) > 0) {
        bool rows = lua_rawgeti(L, index, 1) == LUA_TTABLE && lua_rawlen(L, -1) == 0;
        if (rows) {
            lua_pushnil(L);
            rows = lua_next(L, -2) != 0;
            lua_pop(L, rows ? 2 : 0);
        }
        lua_pop(L, 1);
        if (rows) {
            lo_table_options options = {.format = LO_TABLE_TEXT, .width = width, .colour = colour};
            return show_rows(L, index, &options, limit, out);
        }
    }
    lo_buf line = LO_BUF_EMPTY;
    brief(L, index, 0, &line);
    lo_escape_terminal_lines(out, lo_buf_str(&line));
    lo_buf_free(&line);
    return lo_buf_add_byte(out, '\n');
}
