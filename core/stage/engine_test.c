// SPDX-License-Identifier: MIT
/* The examples of a plugin, run as tests: { "text", makes = kind, none = true, count = n, record = { date = … },
 * targets = { … } } and any field of the mark that is to be found, "text" being the words it covers. */
#include "base/mem.h"
#include "stage/engine_parts.h"

#include <stdlib.h>
#include <string.h>

static const char *const own_fields[] = {"makes", "none", "count", "record", "targets", NULL};

typedef struct trial {
    lo_engine *engine;
    uint32_t index, position;
    lua_Integer number; /* of the example */
    lo_arena arena;
    lo_record record;
    lo_document document;
    char *kind; /* arena */
    bool good, has_targets;
    char targets_key; /* its address keeps the example's targets in the registry */
    char seen[400];   /* for the report: what there was instead */
} trial;

static void push_example(lua_State *L, const trial *t)
{
    lua_rawgeti(L, LUA_REGISTRYINDEX, t->engine->plugins[t->index].table);
    lua_rawgeti(L, -1, LO_PLUGIN_TABLE);
    lua_getfield(L, -1, "examples");
    lua_rawgeti(L, -1, t->number);
    lua_replace(L, -4);
    lua_pop(L, 2);
}

static lo_str copy_string(lua_State *L, lo_arena *arena, int index, const char *what)
{
    if (lua_type(L, index) != LUA_TSTRING)
        luaL_error(L, "%s must be a string, is a %s", what, luaL_typename(L, index));
    lo_str s;
    s.p = lua_tolstring(L, index, &s.n);
    s = lo_str_copy(arena, s);
    if (!s.p)
        luaL_error(L, "not enough memory");
    return s;
}

/* Reads the example's text, record and targets. */
static int prepare(lua_State *L)
{
    trial *t = lua_touserdata(L, 1);
    push_example(L, t); /* 2 */
    lua_rawgeti(L, 2, 1);
    t->record.text = copy_string(L, &t->arena, -1, "its text, [1],");
    if (lua_getfield(L, 2, "makes") == LUA_TNIL) {
        lua_pop(L, 1);
        const char *const *makes = t->engine->plugins[t->index].contract.makes;
        if (!makes[0] || makes[1])
            return luaL_error(L, "say which kind of mark it makes: makes = …");
        lua_pushstring(L, makes[0]);
    }
    t->kind = (char *)copy_string(L, &t->arena, -1, "makes").p;
    struct {
        const char *name;
        lo_str *to;
    } fields[] = {{"key", &t->record.key},          {"title", &t->record.title}, {"outlet", &t->record.outlet},
                  {"author", &t->record.author},    {"date", &t->record.date},   {"url", &t->record.url},
                  {"language", &t->record.language}};
    t->record.key = LO_STR("example");
    if (lua_getfield(L, 2, "record") == LUA_TTABLE)
        for (size_t i = 0; i < sizeof fields / sizeof *fields; i++) {
            if (lua_getfield(L, -1, fields[i].name) != LUA_TNIL)
                *fields[i].to = copy_string(L, &t->arena, -1, fields[i].name);
            lua_pop(L, 1);
        }
    t->has_targets = lua_getfield(L, 2, "targets") == LUA_TTABLE;
    if (t->has_targets)
        lua_rawsetp(L, LUA_REGISTRYINDEX, &t->targets_key);
    return 0;
}

static bool own_field(const char *name)
{
    for (const char *const *field = own_fields; *field; field++)
        if (!strcmp(name, *field))
            return true;
    return false;
}

/* The words of a field of spans, or the value of another, as the example writes it; pushes it. */
static void push_value(lua_State *L, lo_session *session, uint32_t mark, const char *name)
{
    const lo_mark *m = &session->document->marks.items[mark];
    const lo_field *field = lo_mark_get(m, name);
    lo_session_push_mark(L, session, mark);
    if (!strcmp(name, "text")) {
        lua_pushlstring(L, session->document->record.text.p + m->span.start, m->span.end - m->span.start);
    } else if (field && field->type == LO_FIELD_SPANS) {
        lua_getfield(L, -1, "words");
        lua_pushvalue(L, -2);
        lua_pushstring(L, name);
        lua_call(L, 2, 1);
    } else if (field && field->type == LO_FIELD_MARKS && field->count) {
        lo_span span = session->document->marks.items[field->marks[0]].span;
        lua_pushlstring(L, session->document->record.text.p + span.start, span.end - span.start);
    } else {
        lua_getfield(L, -1, name);
    }
    lua_remove(L, -2);
}

/* Whether a mark has every field that the example (at 2) asks for. */
static bool agrees(lua_State *L, lo_session *session, uint32_t mark)
{
    bool all = true;
    for (lua_pushnil(L); lua_next(L, 2);) {
        int value = lua_gettop(L);
        if (lua_type(L, value - 1) == LUA_TSTRING && !own_field(lua_tostring(L, value - 1))) {
            push_value(L, session, mark, lua_tostring(L, value - 1));
            all = all && lua_compare(L, -1, value, LUA_OPEQ);
        }
        lua_settop(L, value - 1);
    }
    return all;
}

/* Compares the marks with what the example says; called while the session has the document. */
static int judge(lua_State *L)
{
    trial *t = lua_touserdata(L, 1);
    lo_session *session = t->engine->session;
    push_example(L, t); /* 2 */
    const lo_session_order *order = lo_session_ordered(L, session, t->kind);
    size_t n = 0, agreeing = 0;
    luaL_Buffer seen;
    luaL_buffinit(L, &seen);
    luaL_pushresult(&seen); /* 3 */
    for (size_t i = 0; i < order->n; i++) {
        uint32_t mark = order->marks[i];
        n++;
        agreeing += agrees(L, session, mark);
        lua_pushfstring(L, "%s%s", lua_tostring(L, 3), n > 1 ? "; " : "");
        for (lua_pushnil(L); lua_next(L, 2); lua_pop(L, 1)) {
            if (lua_type(L, -2) != LUA_TSTRING || own_field(lua_tostring(L, -2)))
                continue;
            int key = lua_gettop(L) - 1;
            push_value(L, session, mark, lua_tostring(L, key));
            lo_vm_describe(L, -1);
            lua_pushfstring(L, "%s%s=‘%s’ ", lua_tostring(L, 4), lua_tostring(L, key), lua_tostring(L, -1));
            lua_replace(L, 4);
            lua_settop(L, key + 1);
        }
        lua_replace(L, 3);
        lua_settop(L, 3);
    }
    lua_getfield(L, 2, "none");
    bool none = lua_toboolean(L, -1);
    lua_getfield(L, 2, "count");
    t->good = none ? agreeing == 0 : agreeing > 0;
    if (!lua_isnil(L, -1))
        t->good = (lua_Integer)agreeing == lua_tointeger(L, -1);
    size_t length;
    const char *text = lua_tolstring(L, 3, &length);
    if (length >= sizeof t->seen)
        length = sizeof t->seen - 1;
    memcpy(t->seen, text, length);
    t->seen[length] = 0;
    if (n == 0)
        strcpy(t->seen, "nothing");
    return 0;
}

static lo_status run_trial(trial *t)
{
    lo_engine *engine = t->engine;
    lo_status status = lo_vm_protect(engine->vm, prepare, t);
    if (!status && t->has_targets)
        status = lo_engine_reopen(engine, t->index, &t->targets_key);
    if (!status)
        status = lo_document_open(&t->document, &t->record, engine->lexicon, &t->arena);
    if (status)
        return status;
    status = lo_session_begin(engine->session, &t->document);
    for (uint32_t i = 0; i <= t->position && !status; i++) {
        lo_stage stage = engine->plugins[engine->order[i]].contract.stage;
        if (stage < LO_STAGE_CLEAN || stage > LO_STAGE_CLASSIFY)
            continue;
        /* Stance plugins before this one would add stances of their own. */
        if (stage == LO_STAGE_CLASSIFY && i != t->position)
            continue;
        lo_status fault = lo_engine_run_plugin(engine, i);
        if (i == t->position)
            status = fault; /* one before it that fails shows in the result */
    }
    if (!status)
        status = lo_vm_protect(engine->vm, judge, t);
    lo_session_end(engine->session);
    return status;
}

lo_status lo_engine_test(lo_engine *engine, uint32_t index, lo_buf *report, uint32_t *passed, uint32_t *failed)
{
    const lo_contract *contract = &engine->plugins[index].contract;
    uint32_t position = 0;
    while (position < engine->n_order && engine->order[position] != index)
        position++;
    if (position == engine->n_order)
        return lo_status_set(LO_E_ARG, "%s is not among the plugins that were opened", contract->name);
    lo_status status = LO_OK;
    for (uint32_t i = 1; i <= contract->n_examples && !status; i++) {
        trial t = {.engine = engine, .index = index, .position = position, .number = i};
        lo_status result = run_trial(&t);
        if (t.has_targets) {
            lo_status again = lo_engine_reopen(engine, index, NULL);
            result = result ? result : again;
        }
        if (result == LO_E_MEMORY)
            status = result;
        else if (result)
            lo_buf_print(report, "%s: example %u: %s\n", contract->name, i, lo_status_message());
        else if (!t.good)
            lo_buf_print(report, "%s: example %u ‘%.*s’: found %s\n", contract->name, i,
                         t.record.text.n > 80 ? 80 : (int)t.record.text.n, t.record.text.p, t.seen);
        *passed += !result && t.good;
        *failed += result || !t.good;
        lo_arena_free(&t.arena);
    }
    return status ? status : report->status;
}
