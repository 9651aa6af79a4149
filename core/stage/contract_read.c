// SPDX-License-Identifier: MIT
#include "stage/contract_read.h"

#include "base/mem.h"
#include "lua/value.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { LIST_MAX = 64 };

static const char *const fields[] = {"api",      "version", "summary",  "needs",  "makes",  "options",
                                     "data",     "open",    "examples", "ingest", "clean",  "segment",
                                     "annotate", "resolve", "classify", "relate", "report", NULL};
static const char *const option_fields[] = {"type", "default", "doc", NULL};
static const char *const option_types[] = {"string", "number", "boolean", "string[]", "number[]", NULL};

/* Edits between two words; words of names are short. */
static unsigned distance(const char *a, const char *b)
{
    enum { MOST = 32 };
    unsigned row[MOST + 1];
    size_t na = strlen(a), nb = strlen(b);
    if (na > MOST || nb > MOST)
        return MOST;
    for (unsigned j = 0; j <= nb; j++)
        row[j] = j;
    for (size_t i = 1; i <= na; i++) {
        unsigned diagonal = row[0];
        row[0] = (unsigned)i;
        for (size_t j = 1; j <= nb; j++) {
            unsigned best = diagonal + (a[i - 1] != b[j - 1]);
            best = best < row[j] + 1 ? best : row[j] + 1;
            best = best < row[j - 1] + 1 ? best : row[j - 1] + 1;
            diagonal = row[j];
            row[j] = best;
        }
    }
    return row[nb];
}

static int unknown(lua_State *L, const char *what, const char *name, const char *const *known)
{
    const char *near = NULL;
    unsigned least = 3;
    for (; *known; known++)
        if (distance(name, *known) < least) {
            least = distance(name, *known);
            near = *known;
        }
    if (near)
        return luaL_error(L, "%s '%s' is unknown; did you mean '%s'?", what, name, near);
    return luaL_error(L, "%s '%s' is unknown", what, name);
}

static int compare_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* The keys of the table at index, all strings, sorted: messages and lists do not depend on Lua's order. */
static const char **keys_of(lua_State *L, int index, const char *what, lo_arena *arena, size_t *out_n)
{
    const char **keys = lo_arena_array(arena, LIST_MAX + 1, sizeof *keys);
    size_t n = 0;
    if (!keys)
        luaL_error(L, "not enough memory");
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING)
            luaL_error(L, "%s: names are strings, got a %s", what, luaL_typename(L, -2));
        if (n == LIST_MAX)
            luaL_error(L, "%s: more than %d", what, LIST_MAX);
        const char *key = lua_tostring(L, -2);
        if (!(keys[n++] = lo_arena_copy(arena, key, strlen(key))))
            luaL_error(L, "not enough memory");
    }
    qsort(keys, n, sizeof *keys, compare_text);
    *out_n = n;
    return keys;
}

static bool one_of(const char *name, const char *const *list)
{
    for (; *list; list++)
        if (!strcmp(name, *list))
            return true;
    return false;
}

static const char *copy_top(lua_State *L, lo_arena *arena)
{
    size_t n;
    const char *s = lua_tolstring(L, -1, &n);
    if (memchr(s, 0, n))
        luaL_error(L, "a text with a zero byte");
    char *copy = lo_arena_copy(arena, s, n);
    if (!copy)
        luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++)
        if ((unsigned char)copy[i] < ' ')
            copy[i] = ' ';
    lua_pop(L, 1);
    return copy;
}

static const char *text_field(lua_State *L, int table, const char *name, lo_arena *arena)
{
    if (lua_getfield(L, table, name) != LUA_TSTRING)
        luaL_error(L, "field '%s' must be a string, is %s", name, luaL_typename(L, -1));
    return copy_top(L, arena);
}

static bool is_name(const char *s)
{
    return *s && !s[strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_")] && strlen(s) < 32;
}

static const char *const *list_field(lua_State *L, int table, const char *name, lo_arena *arena)
{
    int type = lua_getfield(L, table, name);
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "field '%s' must be a list of names, is a %s", name, lua_typename(L, type));
    size_t n = type == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    if (n > LIST_MAX)
        luaL_error(L, "field '%s' has more than %d names", name, LIST_MAX);
    const char **list = lo_arena_array(arena, n + 1, sizeof *list);
    if (!list)
        luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++) {
        if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TSTRING)
            luaL_error(L, "field '%s' must be a list of names, has a %s", name, luaL_typename(L, -1));
        list[i] = copy_top(L, arena);
        if (!is_name(list[i]))
            luaL_error(L, "field '%s': '%s' is no name (a to z, 0 to 9, _)", name, list[i]);
    }
    lua_pop(L, 1);
    return list;
}

/* ---- options ---- */

static bool is_list_of(lua_State *L, int index, int type)
{
    if (!lua_istable(L, index))
        return false;
    size_t n = lua_rawlen(L, index), all = 0;
    for (lua_pushnil(L); lua_next(L, index < 0 ? index - 1 : index); lua_pop(L, 1), all++)
        if (lua_type(L, -1) != type) {
            lua_pop(L, 2);
            return false;
        }
    return all == n;
}

static bool fits_type(lua_State *L, int index, const char *type)
{
    index = lua_absindex(L, index);
    if (!strcmp(type, "string[]"))
        return is_list_of(L, index, LUA_TSTRING);
    if (!strcmp(type, "number[]"))
        return is_list_of(L, index, LUA_TNUMBER);
    return !strcmp(luaL_typename(L, index), type);
}

static void read_option(lua_State *L, int table, lo_contract_option *option, lo_arena *arena)
{
    if (lua_getfield(L, table, option->name) != LUA_TTABLE)
        luaL_error(L, "option '%s' must be { type = …, default = …, doc = … }", option->name);
    int at = lua_gettop(L);
    size_t n;
    const char **keys = keys_of(L, at, "an option", arena, &n);
    for (size_t i = 0; i < n; i++)
        if (!one_of(keys[i], option_fields)) {
            lua_pushfstring(L, "option '%s': field", option->name);
            unknown(L, lua_tostring(L, -1), keys[i], option_fields);
        }
    option->type = text_field(L, at, "type", arena);
    if (!one_of(option->type, option_types)) {
        lua_pushfstring(L, "option '%s': type", option->name);
        unknown(L, lua_tostring(L, -1), option->type, option_types);
    }
    option->doc = text_field(L, at, "doc", arena);
    lua_getfield(L, at, "default");
    if (!fits_type(L, -1, option->type))
        luaL_error(L, "option '%s': its default must be a %s, is a %s", option->name, option->type,
                   luaL_typename(L, -1));
    lo_value_push_packed(L, -1);
    lo_str packed;
    packed.p = lua_tolstring(L, -1, &packed.n);
    option->default_value = lo_str_copy(arena, packed);
    if (!option->default_value.p)
        luaL_error(L, "not enough memory");
    lua_settop(L, at - 1);
}

static void read_options(lua_State *L, int table, lo_arena *arena, lo_contract *out)
{
    int type = lua_getfield(L, table, "options");
    if (type == LUA_TNIL) {
        lua_pop(L, 1);
        return;
    }
    if (type != LUA_TTABLE)
        luaL_error(L, "field 'options' must be a table, is a %s", lua_typename(L, type));
    int at = lua_gettop(L);
    size_t n;
    const char **names = keys_of(L, at, "options", arena, &n);
    lo_contract_option *options = lo_arena_array(arena, n + 1, sizeof *options);
    if (!options)
        luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++) {
        options[i].name = names[i];
        if (!is_name(names[i]))
            luaL_error(L, "option '%s': its name must be of a to z, 0 to 9, _", names[i]);
        read_option(L, at, &options[i], arena);
    }
    out->options = options;
    out->n_options = (uint32_t)n;
    lua_settop(L, at - 1);
}

void lo_contract_push_options(lua_State *L, const lo_contract *contract, lo_str given)
{
    lua_createtable(L, 0, (int)contract->n_options);
    int values = lua_gettop(L);
    for (uint32_t i = 0; i < contract->n_options; i++) {
        lo_value_push(L, contract->options[i].default_value);
        lua_setfield(L, values, contract->options[i].name);
    }
    lo_value_push(L, given);
    int from = lua_gettop(L);
    if (!lua_isnil(L, from) && !lua_istable(L, from))
        luaL_error(L, "options must be a table, is a %s", luaL_typename(L, from));
    for (lua_pushnil(L); lua_istable(L, from) && lua_next(L, from); lua_pop(L, 1)) {
        const lo_contract_option *option = NULL;
        for (uint32_t i = 0; i < contract->n_options && lua_type(L, -2) == LUA_TSTRING; i++)
            if (!strcmp(contract->options[i].name, lua_tostring(L, -2)))
                option = &contract->options[i];
        if (!option) {
            const char **known = lua_newuserdatauv(L, (contract->n_options + 1) * sizeof *known, 0);
            for (uint32_t i = 0; i < contract->n_options; i++)
                known[i] = contract->options[i].name;
            known[contract->n_options] = NULL;
            unknown(L, "option", lua_type(L, -3) == LUA_TSTRING ? lua_tostring(L, -3) : luaL_typename(L, -3), known);
        }
        if (!fits_type(L, -1, option->type))
            luaL_error(L, "option '%s' must be a %s, is a %s", option->name, option->type, luaL_typename(L, -1));
        lua_pushvalue(L, -1);
        lua_setfield(L, values, option->name);
    }
    lua_settop(L, values);
}

/* ---- the whole ---- */

static void read_data(lua_State *L, int table, lo_arena *arena, lo_contract *out)
{
    int type = lua_getfield(L, table, "data");
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "field 'data' must be a table NAME = \"file\", is a %s", lua_typename(L, type));
    size_t n = 0;
    const char **names = lo_arena_array(arena, 1, sizeof *names);
    if (type == LUA_TTABLE)
        names = keys_of(L, lua_gettop(L), "data", arena, &n);
    const char **files = lo_arena_array(arena, n + 1, sizeof *files);
    if (!names || !files)
        luaL_error(L, "not enough memory");
    for (size_t i = 0; i < n; i++) {
        if (!is_name(names[i]))
            luaL_error(L, "data: '%s' is no name (a to z, 0 to 9, _)", names[i]);
        if (lua_getfield(L, -1, names[i]) != LUA_TSTRING)
            luaL_error(L, "data '%s' must be the name of a file", names[i]);
        files[i] = copy_top(L, arena);
        if (!*files[i] || *files[i] == '.' || strpbrk(files[i], "/\\") || strlen(files[i]) > 127)
            luaL_error(L, "data '%s': '%s' must be a file in the plugin's own folder", names[i], files[i]);
    }
    lua_pop(L, 1);
    out->data_names = names;
    out->data_files = files;
}

static void read_examples(lua_State *L, int table, lo_contract *out)
{
    int type = lua_getfield(L, table, "examples");
    if (type != LUA_TNIL && type != LUA_TTABLE)
        luaL_error(L, "field 'examples' must be a list, is a %s", lua_typename(L, type));
    size_t n = type == LUA_TTABLE ? lua_rawlen(L, -1) : 0;
    for (size_t i = 1; i <= n; i++) {
        if (lua_rawgeti(L, -1, (lua_Integer)i) != LUA_TTABLE)
            luaL_error(L, "example %d must be a table", (int)i);
        lua_pop(L, 1);
    }
    out->n_examples = (uint32_t)n;
    lua_pop(L, 1);
}

void lo_contract_read(lua_State *L, int index, const char *name, lo_arena *arena, lo_contract *out)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 20, NULL);
    *out = (lo_contract){0};
    if (!lua_istable(L, index))
        luaL_error(L, "a plugin's file must return a table, this one returns %s", luaL_typename(L, index));
    const char *slash = strchr(name, '/');
    char folder[16] = "";
    if (slash && (size_t)(slash - name) < sizeof folder)
        memcpy(folder, name, (size_t)(slash - name));
    out->stage = lo_stage_of_folder(folder);
    if (!out->stage)
        luaL_error(L, "'%s' is not in the folder of a stage (1_ingest … 8_report)", name);
    const char *entry = lo_stage_name(out->stage);
    size_t n;
    const char **keys = keys_of(L, index, "the plugin's table", arena, &n);
    for (size_t i = 0; i < n; i++) {
        if (!one_of(keys[i], fields))
            unknown(L, "field", keys[i], fields);
        lo_stage other = 0;
        for (int stage = LO_STAGE_INGEST; stage <= LO_STAGE_REPORT; stage++)
            if (!strcmp(keys[i], lo_stage_name((lo_stage)stage)))
                other = (lo_stage)stage;
        if (other && other != out->stage)
            luaL_error(L, "function '%s' does not belong into the folder %s: its entry is '%s'", keys[i], folder,
                       entry);
    }
    out->name = lo_arena_copy(arena, name, strlen(name));
    if (!out->name)
        luaL_error(L, "not enough memory");
    if (lua_getfield(L, index, "api") == LUA_TNIL)
        luaL_error(L, "field 'api' is missing: write 'api = 1'");
    if (!lua_isinteger(L, -1) || lua_tointeger(L, -1) != 1)
        luaL_error(L, "field 'api' must be 1: this program knows no other");
    out->api = 1;
    lua_pop(L, 1);
    out->version = text_field(L, index, "version", arena);
    out->summary = text_field(L, index, "summary", arena);
    out->needs = list_field(L, index, "needs", arena);
    out->makes = list_field(L, index, "makes", arena);
    out->classes = lo_arena_array(arena, 1, sizeof *out->classes);
    if (!out->classes)
        luaL_error(L, "not enough memory");
    read_options(L, index, arena, out);
    read_data(L, index, arena, out);
    read_examples(L, index, out);
    if (lua_getfield(L, index, entry) != LUA_TFUNCTION)
        luaL_error(L, "function '%s' is missing: every plugin in %s has one", entry, folder);
    int type = lua_getfield(L, index, "open");
    if (type != LUA_TNIL && type != LUA_TFUNCTION)
        luaL_error(L, "field 'open' must be a function, is a %s", lua_typename(L, type));
    if (out->stage > LO_STAGE_INGEST && out->stage < LO_STAGE_REPORT && !out->makes[0])
        luaL_error(L, "field 'makes' is missing: the kinds of marks that the plugin makes");
    lua_pop(L, 2);
}
