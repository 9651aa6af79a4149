// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "stage/engine_parts.h"

#include <string.h>

typedef struct running {
    lo_engine *engine;
    uint32_t position;
    const lo_engine_plugin *plugin;
} running;

/* The union of an attribution's spans, so that a stance lies where its statement does. */
static lo_span cover_of(const lo_span *spans, uint32_t n, lo_span otherwise)
{
    lo_span cover = n ? spans[0] : otherwise;
    for (uint32_t i = 1; i < n; i++) {
        cover.start = spans[i].start < cover.start ? spans[i].start : cover.start;
        cover.end = spans[i].end > cover.end ? spans[i].end : cover.end;
    }
    return cover;
}

static void set(lua_State *L, lo_session *session, uint32_t mark, const lo_field *field)
{
    lo_status status = lo_marks_set(&session->document->marks, mark, field);
    if (status)
        lo_session_raise(L, status);
}

static const lo_span *evidence_field(lua_State *L, lo_session *session, int table, const char *name, uint32_t *n)
{
    *n = 0;
    if (table == 0 || lua_getfield(L, table, name) == LUA_TNIL)
        return NULL;
    return lo_session_check_spans(L, session, -1, name, n);
}

/* One stance: the label at index, the score and the evidence table (or nothing) at the others. */
static void add_stance(lua_State *L, lo_session *session, uint32_t attribution, const char *target, int label,
                       int score, int evidence)
{
    static const char *const names[] = {"evidence", "condition", "span"};
    static const char *const field_names[] = {"evidence", "condition", "span_of"};
    lo_marks *marks = &session->document->marks;
    int top = lua_gettop(L);
    if (lua_type(L, label) != LUA_TSTRING)
        luaL_error(L, "classify: a label is a string, got a %s", luaL_typename(L, label));
    if (!lua_isnil(L, evidence))
        luaL_checktype(L, evidence, LUA_TTABLE);
    const lo_span *spans[3];
    uint32_t n[3], mark;
    for (int i = 0; i < 3; i++)
        spans[i] = evidence_field(L, session, lua_istable(L, evidence) ? evidence : 0, names[i], &n[i]);
    lo_span cover = cover_of(spans[2], n[2], marks->items[attribution].span);
    if (cover.end > session->document->record.text.n || cover.start > cover.end)
        luaL_error(L, "classify: span: bytes %d to %d are not in the text", (int)cover.start, (int)cover.end);
    lo_status status = lo_marks_add(marks, "stance", cover, &mark);
    if (status)
        lo_session_raise(L, status);
    session->change++;
    marks->items[mark].plugin = (uint16_t)session->plugin;
    marks->items[mark].score = (float)(lua_isnil(L, score) ? 1 : luaL_checknumber(L, score));
    set(L, session, mark, &(lo_field){"attribution", LO_FIELD_MARKS, 1, {.marks = &attribution}});
    lo_field field = {"target", LO_FIELD_STRING, 0, {.string = lo_str_of(target)}};
    set(L, session, mark, &field);
    field.name = "label";
    field.string.p = lua_tolstring(L, label, &field.string.n);
    set(L, session, mark, &field);
    for (int i = 0; i < 3; i++)
        if (n[i])
            set(L, session, mark, &(lo_field){field_names[i], LO_FIELD_SPANS, n[i], {.spans = spans[i]}});
    status = lo_mark_check(marks, mark, session->document->record.text);
    if (status)
        lo_session_raise(L, status);
    lua_settop(L, top);
}

/* Stack: 1 data, 2 the plugin, 3 its table, 4 entry, 5 targets. */
static void classify(lua_State *L, const running *r, uint32_t attribution)
{
    lo_session *session = r->engine->session;
    lua_Integer n_targets = (lua_Integer)lua_rawlen(L, 5);
    for (lua_Integer t = 1; t <= n_targets; t++) {
        lua_settop(L, 5);
        lua_rawgeti(L, 5, t); /* 6 */
        lua_getfield(L, 6, "id");
        const char *target = luaL_checkstring(L, 7);
        lua_pushvalue(L, 4);
        lo_session_push_mark(L, session, attribution);
        lo_session_push_document(L, session);
        lua_rawgeti(L, 2, LO_PLUGIN_STATE);
        lua_pushvalue(L, 6);
        lua_call(L, 4, 3); /* 8 label, 9 score, 10 evidence */
        if (lua_istable(L, 8)) {
            for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, 8); i <= n; i++) {
                lua_settop(L, 10);
                lua_rawgeti(L, 8, i);
                luaL_checktype(L, 11, LUA_TTABLE);
                lua_getfield(L, 11, "label");
                lua_getfield(L, 11, "score");
                add_stance(L, session, attribution, target, 12, 13, 11);
            }
        } else if (!lua_isnil(L, 8)) {
            add_stance(L, session, attribution, target, 8, 9, 10);
        }
    }
}

static int run_entry(lua_State *L)
{
    const running *r = lua_touserdata(L, 1);
    lo_session *session = r->engine->session;
    lo_stage stage = r->plugin->contract.stage;
    luaL_checkstack(L, 40, NULL);
    lua_rawgeti(L, LUA_REGISTRYINDEX, r->plugin->table); /* 2 */
    lua_rawgeti(L, 2, LO_PLUGIN_TABLE);                  /* 3 */
    lua_pushstring(L, lo_stage_name(stage));
    lua_rawget(L, 3); /* 4 */
    if (stage == LO_STAGE_CLASSIFY) {
        lua_rawgeti(L, 2, LO_PLUGIN_TARGETS); /* 5 */
        const lo_session_order *order = lo_session_ordered(L, session, "attribution");
        const uint32_t *attributions = order->marks;
        size_t n = order->n;
        for (size_t i = 0; i < n; i++)
            classify(L, r, attributions[i]);
        return 0;
    }
    lo_session_push_document(L, session);
    lo_session_push_sink(L, session);
    lua_rawgeti(L, 2, LO_PLUGIN_STATE);
    lua_call(L, 3, 0);
    return 0;
}

lo_status lo_engine_run_plugin(lo_engine *engine, uint32_t position)
{
    running r = {engine, position, &engine->plugins[engine->order[position]]};
    lo_session_enter(engine->session, position, r.plugin->contract.makes);
    lo_status status = lo_vm_protect(engine->vm, run_entry, &r);
    if (status)
        lo_session_undo_all(engine->session);
    else
        status = lo_session_keep(engine->session);
    return status;
}

lo_status lo_engine_begin(lo_engine *engine, lo_document *document)
{
    return lo_session_begin(engine->session, document);
}

void lo_engine_end(lo_engine *engine)
{
    lo_session_end(engine->session);
}

lo_status lo_engine_run(lo_engine *engine, lo_document *document, uint32_t from, uint32_t to,
                        const lo_engine_fault **faults, uint32_t *n_faults)
{
    *faults = NULL;
    *n_faults = 0;
    if (to > engine->n_order || from > to)
        return lo_status_set(LO_E_ARG, "plugins %u to %u of %u", from, to, engine->n_order);
    lo_engine_fault *list = lo_arena_array(document->arena, to - from + 1u, sizeof *list);
    if (!list)
        return lo_mem_short();
    bool begun = engine->session->document == document;
    lo_status status = begun ? LO_OK : lo_session_begin(engine->session, document);
    for (uint32_t i = from; i < to && !status; i++) {
        lo_stage stage = engine->plugins[engine->order[i]].contract.stage;
        if (stage < LO_STAGE_CLEAN || stage > LO_STAGE_CLASSIFY)
            continue; /* relate and report see no single document */
        lo_status fault = lo_engine_run_plugin(engine, i);
        if (fault == LO_E_MEMORY)
            status = fault; /* not the plugin's doing: the document is given up */
        if (!fault || status)
            continue;
        const char *message = lo_status_message();
        message = lo_arena_copy(document->arena, message, strlen(message));
        if (!message)
            status = lo_mem_short();
        else
            list[(*n_faults)++] = (lo_engine_fault){i, fault, message};
    }
    if (!begun)
        lo_session_end(engine->session);
    *faults = list;
    return status;
}
