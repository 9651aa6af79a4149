// SPDX-License-Identifier: MIT
/* out: where a plugin puts its marks. */
#include "base/mem.h"
#include "lua/session.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lo_session *check(lua_State *L)
{
    lo_box *box = lo_box_check(L, 1, &lo_bind_sink);
    lo_session *session = box->object;
    if (box->epoch != session->epoch || box->number != session->plugin || !session->makes)
        luaL_error(L, "the sink is closed: marks are added only while the plugin runs on the document");
    return session;
}

static void check_makes(lua_State *L, const lo_session *session, const char *kind)
{
    for (const char *const *made = session->makes; *made; made++)
        if (!strcmp(*made, kind))
            return;
    luaL_error(L, "the plugin does not list '%s' in makes", kind);
}

static const lo_mark_field_spec *spec_of(lua_State *L, const char *kind_name, const char *field)
{
    const lo_mark_kind *kind = lo_mark_kind_find(kind_name);
    if (!kind)
        return NULL;
    const lo_mark_field_spec *spec = kind->fields;
    while (spec->name && strcmp(spec->name, field) != 0)
        spec++;
    if (!spec->name)
        luaL_error(L, "a mark of kind %s has no field '%s'", kind_name, field);
    return spec;
}

static void read_marks(lua_State *L, lo_session *session, int index, const char *what, lo_field *out)
{
    out->type = LO_FIELD_MARKS;
    size_t n = lua_istable(L, index) ? lua_rawlen(L, index) : 1;
    uint32_t *marks = lo_arena_array(session->document->arena, n ? n : 1, sizeof *marks);
    if (!marks)
        lo_session_raise(L, LO_E_MEMORY);
    for (size_t i = 0; i < n; i++) {
        if (lua_istable(L, index))
            lua_rawgeti(L, index, (lua_Integer)i + 1);
        else
            lua_pushvalue(L, index);
        if (!lo_box_test(L, -1, &lo_bind_mark))
            luaL_error(L, "%s: must be a mark or a list of marks, is a %s", what, luaL_typename(L, -1));
        lo_session_check_mark(L, -1, &marks[i]);
        lua_pop(L, 1);
    }
    out->marks = marks;
    out->count = (uint32_t)n;
}

/* The value at index as the field called name of a kind of mark. */
static void read_field(lua_State *L, lo_session *session, const char *kind, const char *name, int index, lo_field *out)
{
    char what[80];
    snprintf(what, sizeof what, "%.31s.%.31s", kind, name);
    const lo_mark_field_spec *spec = spec_of(L, kind, name);
    int type = lua_type(L, index);
    lo_field_type wanted = spec ? spec->type : 0;
    if (!spec) {
        if (type == LUA_TTABLE) {
            lua_rawgeti(L, index, 1);
            wanted = lua_isuserdata(L, -1) ? LO_FIELD_MARKS : LO_FIELD_SPANS;
            lua_pop(L, 1);
        } else {
            wanted = type == LUA_TUSERDATA ? LO_FIELD_MARKS : type == LUA_TSTRING ? LO_FIELD_STRING : LO_FIELD_NUMBER;
        }
    }
    *out = (lo_field){.name = name, .type = wanted};
    switch (wanted) {
    case LO_FIELD_SPANS: out->spans = lo_session_check_spans(L, session, index, what, &out->count); break;
    case LO_FIELD_MARKS: read_marks(L, session, index, what, out); break;
    case LO_FIELD_STRING:
        if (type != LUA_TSTRING)
            luaL_error(L, "%s: must be a string, is a %s", what, luaL_typename(L, index));
        out->string.p = lua_tolstring(L, index, &out->string.n);
        break;
    case LO_FIELD_NUMBER:
        if (type != LUA_TNUMBER && type != LUA_TBOOLEAN)
            luaL_error(L, "%s: must be a number, is a %s", what, luaL_typename(L, index));
        out->number = type == LUA_TBOOLEAN ? lua_toboolean(L, index) : lua_tonumber(L, index);
        break;
    }
}

/* Sets one field; score and rule are parts of the mark itself. */
static void set_field(lua_State *L, lo_session *session, uint32_t index, const char *name, int value)
{
    lo_marks *marks = &session->document->marks;
    lo_mark *mark = &marks->items[index];
    if (!strcmp(name, "score")) {
        int is_number;
        double score = lua_tonumberx(L, value, &is_number);
        if (!is_number || !(score >= 0 && score <= 1))
            luaL_error(L, "%s.score: must be a number from 0 to 1", mark->kind);
        mark->score = (float)score;
        return;
    }
    if (!strcmp(name, "rule")) {
        size_t n;
        if (lua_istable(L, value)) { /* a rule itself: its name */
            lua_getfield(L, value, "name");
            lua_replace(L, value);
        }
        if (lua_type(L, value) != LUA_TSTRING)
            luaL_error(L, "%s.rule: must be a string or a rule", mark->kind);
        const char *rule = lua_tolstring(L, value, &n);
        if (n > 255 || memchr(rule, 0, n))
            luaL_error(L, "%s.rule: must be at most 255 bytes of text", mark->kind);
        mark->rule = lo_arena_copy(marks->arena, rule, n);
        if (!mark->rule) {
            mark->rule = "";
            lo_session_raise(L, LO_E_MEMORY);
        }
        return;
    }
    lo_field field;
    read_field(L, session, mark->kind, name, value, &field);
    if (field.count == 0 && (field.type == LO_FIELD_SPANS || field.type == LO_FIELD_MARKS) && !lo_mark_get(mark, name))
        return; /* nothing is the same as absent */
    lo_status status = lo_marks_set(marks, index, &field);
    if (status)
        lo_session_raise(L, status);
}

/* Before a mark that is not the plugin's own is changed. */
static void remember(lua_State *L, lo_session *session, uint32_t index)
{
    if (index >= session->first)
        return;
    for (size_t i = session->n_undo; i-- > 0 && i + 8 > session->n_undo;)
        if (session->undo[i].mark == index)
            return; /* fields are often set one after the other; twice remembered does no harm */
    lo_mark before = session->document->marks.items[index];
    if (before.n_fields) {
        lo_field *fields = lo_arena_array(session->document->arena, before.n_fields + 4u, sizeof *fields);
        if (!fields)
            lo_session_raise(L, LO_E_MEMORY);
        memcpy(fields, before.fields, before.n_fields * sizeof *fields);
        before.fields = fields;
    }
    lo_status status =
        lo_mem_grow((void **)&session->undo, &session->undo_capacity, session->n_undo + 1, sizeof *session->undo);
    if (status)
        lo_session_raise(L, status);
    session->undo[session->n_undo++] = (lo_session_undo){index, before};
}

static int compare_names(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Sets the fields of the table at 5, by name: the order in which Lua keeps them differs from run to run. */
static void set_fields(lua_State *L, lo_session *session, uint32_t index)
{
    const char *names[64];
    size_t n = 0;
    for (lua_pushnil(L); lua_next(L, 5); lua_pop(L, 1)) {
        if (lua_type(L, -2) != LUA_TSTRING || n == sizeof names / sizeof *names)
            luaL_error(L, "a mark's fields are at most 64, and their names strings");
        names[n++] = lua_tostring(L, -2);
    }
    qsort(names, n, sizeof *names, compare_names);
    for (size_t i = 0; i < n; i++) {
        lua_pushstring(L, names[i]);
        lua_rawget(L, 5);
        set_field(L, session, index, names[i], lua_gettop(L));
        lua_settop(L, 5);
    }
}

static int sink_add(lua_State *L)
{
    lo_session *session = check(L);
    lo_marks *marks = &session->document->marks;
    const char *kind = luaL_checkstring(L, 2);
    lua_Integer start = luaL_checkinteger(L, 3), end = luaL_checkinteger(L, 4);
    if (!lua_isnoneornil(L, 5))
        luaL_checktype(L, 5, LUA_TTABLE);
    lua_settop(L, 5);
    check_makes(L, session, kind);
    lo_str text = session->document->record.text;
    if (start < 0 || end < start || end > (lua_Integer)text.n)
        return luaL_error(L, "%s: bytes %I to %I are not in the text of %I bytes", kind, (LUAI_UACINT)start,
                          (LUAI_UACINT)end, (LUAI_UACINT)text.n);
    uint32_t index;
    lo_status status = lo_marks_add(marks, kind, (lo_span){(uint32_t)start, (uint32_t)end}, &index);
    if (status)
        return lo_session_raise(L, status);
    session->change++;
    marks->items[index].plugin = (uint16_t)session->plugin;
    marks->items[index].dropped = true; /* until it is whole: the plugin may catch the error */
    if (lua_istable(L, 5))
        set_fields(L, session, index);
    marks->items[index].dropped = false;
    status = lo_mark_check(marks, index, text);
    if (status) {
        marks->items[index].dropped = true;
        return lo_session_raise(L, status);
    }
    lo_session_push_mark(L, session, index);
    return 1;
}

static int sink_set(lua_State *L)
{
    lo_session *session = check(L);
    uint32_t index;
    if (lo_session_check_mark(L, 2, &index) != session)
        return luaL_error(L, "the mark is of another document");
    const char *name = luaL_checkstring(L, 3);
    luaL_checkany(L, 4);
    lua_settop(L, 4);
    lo_marks *marks = &session->document->marks;
    check_makes(L, session, marks->items[index].kind);
    remember(L, session, index);
    set_field(L, session, index, name, 4);
    lo_status status = lo_mark_check(marks, index, session->document->record.text);
    if (status)
        return lo_session_raise(L, status);
    return 0;
}

static int sink_drop(lua_State *L)
{
    lo_session *session = check(L);
    uint32_t index;
    lo_session_check_mark(L, 2, &index);
    check_makes(L, session, session->document->marks.items[index].kind);
    remember(L, session, index);
    session->document->marks.items[index].dropped = true;
    session->change++;
    return 0;
}

static int sink_warn(lua_State *L)
{
    lo_session *session = check(L);
    size_t n;
    const char *text = luaL_checklstring(L, 2, &n);
    if (session->warnings.n > 64 << 10)
        return 0; /* enough to make the point */
    lo_buf_add(&session->warnings, text, n > 1000 ? 1000 : n);
    lo_status status = lo_buf_add_byte(&session->warnings, '\n');
    return status ? lo_session_raise(L, status) : 0;
}

static const luaL_Reg methods[] = {
    {"add", sink_add}, {"set", sink_set}, {"drop", sink_drop}, {"warn", sink_warn}, {NULL, NULL}};

const lo_box_type lo_bind_sink = {.name = "sink", .methods = methods};
