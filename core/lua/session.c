// SPDX-License-Identifier: MIT
#include "lua/session.h"
#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

/* Upvalue 1 of every function of the prelude's core table. */
static int open_session(lua_State *L)
{
    lo_session *session = lua_touserdata(L, 1);
    lo_box_register(L, &lo_bind_doc);
    lo_box_register(L, &lo_bind_mark);
    lo_box_register(L, &lo_bind_sink);
    lo_box_register(L, &lo_bind_rule_set);
    lua_newtable(L);
    lua_pushlightuserdata(L, session);
    luaL_setfuncs(L, lo_bind_classes, 1);
    lua_pushlightuserdata(L, session);
    luaL_setfuncs(L, lo_bind_rules, 1);
    lo_vm_set_core(L);
    lo_vm_push_lpeg(L);
    lua_getfield(L, -1, "match");
    lua_rawsetp(L, LUA_REGISTRYINDEX, &session->match_key);
    return 0;
}

lo_status lo_session_create(lo_vm *vm, lo_lexicon *lexicon, lo_session **out)
{
    *out = NULL;
    lo_session *session = lo_mem_zalloc(sizeof *session);
    if (!session)
        return lo_mem_short();
    session->vm = vm;
    session->lexicon = lexicon;
    lo_status status = lo_vm_protect(vm, open_session, session);
    if (status) {
        lo_session_free(session);
        return status;
    }
    *out = session;
    return LO_OK;
}

void lo_session_free(lo_session *session)
{
    if (!session)
        return;
    for (size_t i = 0; i < session->n_costs; i++)
        lo_mem_free((char *)session->costs[i].rule);
    lo_mem_free(session->costs);
    lo_mem_free(session->undo);
    lo_buf_free(&session->warnings);
    lo_buf_free(&session->found);
    lo_mem_free(session);
}

/* ---- the document ---- */

static int push_new_document(lua_State *L)
{
    lo_session *session = lua_touserdata(L, 1);
    lo_box *box = lo_box_new(L, &lo_bind_doc, 0);
    box->object = session;
    box->epoch = session->epoch;
    lua_rawsetp(L, LUA_REGISTRYINDEX, &session->doc_key);
    lua_newtable(L);
    lua_rawsetp(L, LUA_REGISTRYINDEX, &session->marks_key);
    return 0;
}

lo_status lo_session_begin(lo_session *session, lo_document *document)
{
    session->document = document;
    session->epoch++;
    session->change++;
    session->n_orders = 0;
    session->furniture = NULL;
    session->document_id[0] = 0;
    session->n_undo = 0;
    session->first = document->marks.n;
    return lo_vm_protect(session->vm, push_new_document, session);
}

void lo_session_end(lo_session *session)
{
    lua_State *L = lo_vm_state(session->vm);
    session->document = NULL;
    session->epoch++;
    if (!lua_checkstack(L, 1))
        return;
    /* Assigning nil to a key that is there, or was never there, allocates nothing. */
    void *const keys[] = {&session->doc_key, &session->text_key, &session->codes_key, &session->marks_key};
    for (size_t i = 0; i < sizeof keys / sizeof *keys; i++) {
        if (lua_rawgetp(L, LUA_REGISTRYINDEX, keys[i]) != LUA_TNIL) {
            lua_pushnil(L);
            lua_rawsetp(L, LUA_REGISTRYINDEX, keys[i]);
        }
        lua_pop(L, 1);
    }
}

void lo_session_push_document(lua_State *L, lo_session *session)
{
    lua_rawgetp(L, LUA_REGISTRYINDEX, &session->doc_key);
}

void lo_session_push_sink(lua_State *L, lo_session *session)
{
    lo_box *box = lo_box_new(L, &lo_bind_sink, 0);
    box->object = session;
    box->number = session->plugin;
    box->epoch = session->epoch;
}

lo_session *lo_session_check_document(lua_State *L, int index)
{
    lo_box *box = lo_box_check(L, index, &lo_bind_doc);
    lo_session *session = box->object;
    if (box->epoch != session->epoch)
        luaL_error(L, "the document is closed: a plugin may keep nothing of it");
    return session;
}

/* ---- marks ---- */

void lo_session_push_mark(lua_State *L, lo_session *session, uint32_t mark)
{
    luaL_checkstack(L, 4, NULL);
    lua_rawgetp(L, LUA_REGISTRYINDEX, &session->marks_key);
    if (lua_rawgeti(L, -1, (lua_Integer)mark + 1) == LUA_TNIL) {
        lua_pop(L, 1);
        lo_box *box = lo_box_new(L, &lo_bind_mark, 0);
        box->object = session;
        box->number = mark;
        box->epoch = session->epoch;
        lua_pushvalue(L, -1);
        lua_rawseti(L, -3, (lua_Integer)mark + 1);
    }
    lua_remove(L, -2);
}

lo_session *lo_session_check_mark(lua_State *L, int index, uint32_t *out_mark)
{
    lo_box *box = lo_box_check(L, index, &lo_bind_mark);
    lo_session *session = box->object;
    if (box->epoch != session->epoch || box->number >= session->document->marks.n)
        luaL_error(L, "the mark's document is closed: a plugin may keep nothing of it");
    *out_mark = (uint32_t)box->number;
    return session;
}

const lo_session_order *lo_session_ordered(lua_State *L, lo_session *session, const char *kind)
{
    lo_session_order *order = NULL;
    for (unsigned i = 0; i < session->n_orders && !order; i++)
        if (!strcmp(session->orders[i].kind, kind))
            order = &session->orders[i];
    if (order && order->change == session->change)
        return order;
    const lo_marks *marks = &session->document->marks;
    lo_arena *arena = session->document->arena;
    if (!order) {
        char *copy = lo_arena_copy(arena, kind, strlen(kind));
        if (!copy)
            lo_session_raise(L, lo_mem_short());
        if (session->n_orders == LO_SESSION_KINDS) /* more kinds than anybody has: the last place is shared */
            session->n_orders--;
        order = &session->orders[session->n_orders++];
        *order = (lo_session_order){.kind = copy};
    }
    lo_status status = lo_marks_sort(marks, kind, arena, &order->marks, &order->n);
    if (status) {
        order->n = 0;
        order->change = 0;
        lo_session_raise(L, status);
    }
    order->longest = 0;
    for (size_t i = 0; i < order->n; i++) {
        lo_span span = marks->items[order->marks[i]].span;
        if (span.end - span.start > order->longest)
            order->longest = span.end - span.start;
    }
    order->change = session->change;
    return order;
}

void lo_session_enter(lo_session *session, uint32_t plugin, const char *const *makes)
{
    session->plugin = plugin;
    session->makes = makes;
    lo_buf_clear(&session->found);
    session->first = session->document ? session->document->marks.n : 0;
    session->n_undo = 0;
}

lo_status lo_session_keep(lo_session *session)
{
    lo_marks *marks = &session->document->marks;
    lo_status status = LO_OK;
    for (size_t i = session->first; i < marks->n && !status; i++)
        if (!marks->items[i].dropped)
            status = lo_mark_check(marks, (uint32_t)i, session->document->record.text);
    for (size_t i = 0; i < session->n_undo && !status; i++)
        if (!marks->items[session->undo[i].mark].dropped)
            status = lo_mark_check(marks, session->undo[i].mark, session->document->record.text);
    if (status)
        lo_session_undo_all(session);
    session->makes = NULL;
    session->n_undo = 0;
    session->first = marks->n;
    return status;
}

void lo_session_undo_all(lo_session *session)
{
    lo_marks *marks = &session->document->marks;
    lua_State *L = lo_vm_state(session->vm);
    while (session->n_undo > 0) {
        session->n_undo--;
        marks->items[session->undo[session->n_undo].mark] = session->undo[session->n_undo].before;
    }
    if (marks->n > session->first && lua_checkstack(L, 3)) {
        lua_rawgetp(L, LUA_REGISTRYINDEX, &session->marks_key);
        for (size_t i = session->first; i < marks->n; i++) {
            if (lua_rawgeti(L, -1, (lua_Integer)i + 1) != LUA_TNIL) {
                lo_box *box = lua_touserdata(L, -1);
                box->object = NULL;
                lua_pushnil(L);
                lua_rawseti(L, -3, (lua_Integer)i + 1);
            }
            lua_pop(L, 1);
        }
        lua_pop(L, 1);
    }
    marks->n = session->first;
    session->change++;
    session->makes = NULL;
}

int lo_session_raise(lua_State *L, lo_status status)
{
    if (status == LO_E_MEMORY)
        return luaL_error(L, "not enough memory");
    return luaL_error(L, "%s", lo_status_message());
}

/* ---- spans ---- */

static uint32_t check_offset(lua_State *L, int table, lua_Integer i, const char *what)
{
    int is_integer;
    lua_rawgeti(L, table, i);
    lua_Integer at = lua_tointegerx(L, -1, &is_integer);
    if (!is_integer || at < 0 || at > UINT32_MAX)
        luaL_error(L, "%s: a span is {start, end} in bytes, got a %s", what, luaL_typename(L, -1));
    lua_pop(L, 1);
    return (uint32_t)at;
}

const lo_span *lo_session_check_spans(lua_State *L, lo_session *session, int index, const char *what, uint32_t *out_n)
{
    index = lua_absindex(L, index);
    if (!lua_istable(L, index))
        luaL_error(L, "%s: must be spans {{start, end}, …}, is a %s", what, luaL_typename(L, index));
    size_t n = lua_rawlen(L, index);
    bool flat = lua_rawgeti(L, index, 1) == LUA_TNUMBER;
    lua_pop(L, 1);
    if (flat && n % 2)
        luaL_error(L, "%s: an odd number of offsets", what);
    n = flat ? n / 2 : n;
    lo_span *spans = lo_arena_array(session->document->arena, n ? n : 1, sizeof *spans);
    if (!spans)
        lo_session_raise(L, LO_E_MEMORY);
    for (size_t i = 0; i < n; i++) {
        if (flat) {
            spans[i].start = check_offset(L, index, (lua_Integer)(2 * i + 1), what);
            spans[i].end = check_offset(L, index, (lua_Integer)(2 * i + 2), what);
            continue;
        }
        if (lua_rawgeti(L, index, (lua_Integer)i + 1) != LUA_TTABLE)
            luaL_error(L, "%s: a span is {start, end}, got a %s", what, luaL_typename(L, -1));
        spans[i].start = check_offset(L, lua_gettop(L), 1, what);
        spans[i].end = check_offset(L, lua_gettop(L), 2, what);
        lua_pop(L, 1);
    }
    *out_n = (uint32_t)n;
    return spans;
}

lo_str lo_session_lemma(lua_State *L, lo_session *session, uint32_t token, lo_tag tag)
{
    const lo_token *at = &session->document->segment.tokens[token];
    const lo_tagger *tagger;
    lo_status status = lo_tagger_shipped(&tagger);
    if (status)
        lo_session_raise(L, status);
    lo_str word = {session->document->record.text.p + at->start, at->length};
    lo_str lemma = lo_tag_lemma(tagger, word, tag, session->document->arena);
    if (!lemma.p)
        lo_session_raise(L, LO_E_MEMORY);
    return lemma;
}
