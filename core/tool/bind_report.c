// SPDX-License-Identifier: MIT
#include "tool/bind_report.h"

#include "base/mem.h"
#include "lua/vm.h"
#include "out/table.h"
#include "tool/analyze.h"
#include "tool/ingest.h"
#include "tool/report.h"

#include <errno.h>
#include <lauxlib.h>
#include <stdio.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static lo_status collect(void *context, lo_str bytes)
{
    return lo_buf_add_str(context, bytes);
}

/* Raises the last message, with the memory of buf given back first. */
static int fail(lua_State *L, lo_buf *buf)
{
    if (buf)
        lo_buf_free(buf);
    return luaL_error(L, "%s", lo_status_message());
}

/* ---- core.table(rows, columns, format) -> text ---- */

typedef struct table_job {
    lo_table *table;
    lo_buf out;
} table_job;

static int table_job_gc(lua_State *L)
{
    table_job *job = lua_touserdata(L, 1);
    lo_table_close(job->table);
    lo_buf_free(&job->out);
    job->table = NULL;
    return 0;
}

static uint32_t terminal_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static int make_table(lua_State *L)
{
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    lo_table_options options = {.width = terminal_width()};
    uint32_t n = (uint32_t)lua_rawlen(L, 2);
    luaL_argcheck(L, n > 0 && n <= 64, 2, "1 to 64 columns");
    const char *names[64];
    lo_table_cell cells[64];
    for (uint32_t i = 0; i < n; i++) {
        lua_rawgeti(L, 2, i + 1);
        names[i] = lua_tostring(L, -1); /* kept alive by the list */
        luaL_argcheck(L, names[i] && lua_type(L, -1) == LUA_TSTRING, 2, "columns are strings");
        lua_pop(L, 1);
    }
    if (lo_table_format_of(luaL_optstring(L, 3, "table"), &options.format))
        return fail(L, NULL);
    table_job *job = lua_newuserdatauv(L, sizeof *job, 0);
    *job = (table_job){NULL, LO_BUF_EMPTY};
    if (luaL_newmetatable(L, "locutor.table")) {
        lua_pushcfunction(L, table_job_gc);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    lo_status status = lo_table_open(&options, names, n, collect, &job->out, &job->table);
    lua_Integer rows = (lua_Integer)lua_rawlen(L, 1);
    for (lua_Integer r = 1; r <= rows && !status; r++) {
        int top = lua_gettop(L);
        lua_rawgeti(L, 1, r);
        luaL_argcheck(L, lua_istable(L, -1), 1, "rows are tables");
        for (uint32_t i = 0; i < n; i++) {
            luaL_checkstack(L, 4, NULL);
            lua_getfield(L, top + 1, names[i]);
            cells[i] = (lo_table_cell){LO_STR_NONE, lua_type(L, -1) == LUA_TNUMBER, LO_STR_NONE};
            if (!lua_isnil(L, -1)) {
                lo_vm_describe(L, -1);
                cells[i].text.p = lua_tolstring(L, -1, &cells[i].text.n); /* on the stack until the row is written */
            }
        }
        status = lo_table_row(job->table, cells);
        lua_settop(L, top);
    }
    lo_status closed = lo_table_close(job->table);
    job->table = NULL;
    if (status || closed)
        return fail(L, NULL);
    lua_pushlstring(L, job->out.p ? job->out.p : "", job->out.n);
    return 1;
}

/* ---- core.ingest(path, {paths}) -> counts ---- */

static void tell_fault(void *context, const char *message)
{
    (void)context;
    fprintf(stderr, "locutor ingest: %s\n", message);
}

static void set_count(lua_State *L, const char *field, uint64_t count)
{
    lua_pushinteger(L, (lua_Integer)count);
    lua_setfield(L, -2, field);
}

static int ingest(lua_State *L)
{
    enum { PATHS_MAX = 256 };
    const char *paths[PATHS_MAX], *store_path = luaL_checkstring(L, 1);
    luaL_checktype(L, 2, LUA_TTABLE);
    size_t n = lua_rawlen(L, 2);
    luaL_argcheck(L, n > 0 && n <= PATHS_MAX, 2, "1 to 256 paths");
    for (size_t i = 0; i < n; i++) {
        luaL_argcheck(L, lua_rawgeti(L, 2, (lua_Integer)i + 1) == LUA_TSTRING, 2, "paths are strings");
        paths[i] = lua_tostring(L, -1);
        lua_pop(L, 1);
    }
    lo_store *store;
    if (lo_store_open(store_path, LO_STORE_CREATE, &store))
        return fail(L, NULL);
    lo_ingest_counts counts = {0};
    lo_ingest_options options = {.fault = tell_fault};
    lo_status status = lo_ingest_paths(store, paths, n, &options, &counts);
    lo_store_close(store);
    if (status)
        return fail(L, NULL);
    lua_createtable(L, 0, 6);
    set_count(L, "added", counts.added);
    set_count(L, "versions", counts.versions);
    set_count(L, "updated", counts.updated);
    set_count(L, "same", counts.same);
    set_count(L, "failed", counts.failed);
    set_count(L, "skipped", counts.skipped);
    return 1;
}

/* ---- core.analyze(path, options) -> counts; core.report(path, name, options) -> text ---- */

enum { DIRECTORIES_MAX = 16 };

/* A string field of the options at index, borrowed from the table; NULL when absent. */
static const char *text_option(lua_State *L, int index, const char *name)
{
    int type = lua_getfield(L, index, name);
    const char *text = lua_tostring(L, -1);
    luaL_argcheck(L, type == LUA_TNIL || type == LUA_TSTRING, index, lua_pushfstring(L, "'%s' is a string", name));
    lua_pop(L, 1);
    return text;
}

/* What both take: config, targets, plugins (a directory or a list of them), workers, fast. */
static void crew_options(lua_State *L, int index, const char **directories, lo_crew_options *out)
{
    luaL_checktype(L, index, LUA_TTABLE);
    out->config = text_option(L, index, "config");
    out->targets = text_option(L, index, "targets");
    if (lua_getfield(L, index, "workers") != LUA_TNIL) {
        lua_Integer workers = luaL_checkinteger(L, -1);
        luaL_argcheck(L, workers >= 0 && workers <= 256, index, "workers are 0 to 256");
        out->workers = (uint32_t)workers;
    }
    lua_getfield(L, index, "fast");
    out->fast = lua_toboolean(L, -1);
    lua_pop(L, 2);
    int type = lua_getfield(L, index, "plugins");
    if (type == LUA_TSTRING)
        directories[out->n_directories++] = lua_tostring(L, -1);
    for (lua_Integer i = 1; type == LUA_TTABLE && lua_rawgeti(L, -1, i) == LUA_TSTRING; i++) {
        luaL_argcheck(L, out->n_directories < DIRECTORIES_MAX, index, "too many plugin directories");
        directories[out->n_directories++] = lua_tostring(L, -1); /* kept alive by the list */
        lua_pop(L, 1);
    }
    lua_settop(L, index);
    out->directories = directories;
}

static int analyze(lua_State *L)
{
    const char *directories[DIRECTORIES_MAX], *path = luaL_checkstring(L, 1);
    lo_analyze_options options = {.command = "analyze"};
    options.crew.workers = (uint32_t)sysconf(_SC_NPROCESSORS_ONLN);
    crew_options(L, 2, directories, &options.crew);
    lo_store *store;
    lo_analyze_counts counts = {0};
    if (lo_store_open(path, LO_STORE_WRITE, &store))
        return fail(L, NULL);
    lo_status status = lo_analyze_run(store, &options, &counts);
    lo_store_close(store);
    if (status)
        return fail(L, NULL);
    lua_createtable(L, 0, 6);
    set_count(L, "documents", counts.documents);
    set_count(L, "failed", counts.failed);
    set_count(L, "faults", counts.faults);
    set_count(L, "statements", counts.statements);
    set_count(L, "stances", counts.stances);
    set_count(L, "relations", counts.relations);
    return 1;
}

static lo_status write_file(void *context, lo_str bytes)
{
    FILE *file = context;
    return fwrite(bytes.p, 1, bytes.n, file) == bytes.n ? LO_OK
                                                        : lo_status_set(LO_E_IO, "the report: %s", strerror(errno));
}

static int report(lua_State *L)
{
    const char *directories[DIRECTORIES_MAX], *path = luaL_checkstring(L, 1), *name = luaL_checkstring(L, 2);
    lo_report_options options = {.crew = {.workers = 1}, .table = {.width = terminal_width()}};
    lua_settop(L, 3);
    crew_options(L, 3, directories, &options.crew);
    const char *format = text_option(L, 3, "format"), *output = text_option(L, 3, "output");
    if (lo_table_format_of(format ? format : "table", &options.table.format))
        return fail(L, NULL);
    lo_store *store;
    if (lo_store_open(path, LO_STORE_READ, &store))
        return fail(L, NULL);
    lo_buf out = LO_BUF_EMPTY;
    FILE *file = output ? fopen(output, "wb") : NULL;
    lo_status status = output && !file ? lo_status_set(LO_E_IO, "%s cannot be written: %s", output, strerror(errno))
                                       : lo_report_run(store, name, &options, file ? write_file : collect,
                                                       file ? (void *)file : (void *)&out);
    if (file && fclose(file) && !status)
        status = lo_status_set(LO_E_IO, "%s cannot be written: %s", output, strerror(errno));
    lo_store_close(store);
    if (status)
        return fail(L, &out);
    lua_pushlstring(L, out.p ? out.p : "", out.n);
    lo_buf_free(&out);
    return 1;
}

void lo_bind_report_functions(lua_State *L)
{
    static const luaL_Reg functions[] = {
        {"table", make_table}, {"ingest", ingest}, {"analyze", analyze}, {"report", report}, {NULL, NULL}};
    luaL_setfuncs(L, functions, 0);
    lua_pushliteral(L, LO_VERSION);
    lua_setfield(L, -2, "version");
}
