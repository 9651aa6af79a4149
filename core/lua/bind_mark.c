// SPDX-License-Identifier: MIT
/* mark: one annotation; its fields are read when asked for. */
#include "lua/session.h"

#include <stdio.h>
#include <string.h>

static const lo_mark *check(lua_State *L, lo_session **out)
{
    uint32_t mark;
    *out = lo_session_check_mark(L, 1, &mark);
    return &(*out)->document->marks.items[mark];
}

static int mark_text(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    lua_pushlstring(L, session->document->record.text.p + mark->span.start, mark->span.end - mark->span.start);
    return 1;
}

/* DOC.KIND.START-END, the id that reports and `explain` use. */
static int mark_id(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    if (!session->document_id[0]) {
        lo_digest digest = lo_digest_of(session->document->record.text);
        lo_record_id(session->document->record.key, &digest, session->document_id);
    }
    char id[96];
    snprintf(id, sizeof id, "%s.%s.%u-%u", session->document_id, mark->kind, mark->span.start, mark->span.end);
    lua_pushstring(L, id);
    return 1;
}

/* The first span of a field of spans. */
static int mark_first(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    const lo_field *field = lo_mark_get(mark, luaL_checkstring(L, 2));
    if (!field || field->type != LO_FIELD_SPANS || field->count == 0)
        return 0;
    lua_pushinteger(L, field->spans[0].start);
    lua_pushinteger(L, field->spans[0].end);
    return 2;
}

/* The words of a field of spans, runs joined by a blank. */
static int mark_words(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    const lo_field *field = lo_mark_get(mark, luaL_checkstring(L, 2));
    if (!field || field->type != LO_FIELD_SPANS)
        return 0;
    luaL_Buffer buffer;
    luaL_buffinit(L, &buffer);
    for (uint32_t i = 0; i < field->count; i++) {
        if (i)
            luaL_addchar(&buffer, ' ');
        lo_span span = field->spans[i];
        luaL_addlstring(&buffer, session->document->record.text.p + span.start, span.end - span.start);
    }
    luaL_pushresult(&buffer);
    return 1;
}

static int push_field(lua_State *L, lo_session *session, const lo_field *field)
{
    switch (field->type) {
    case LO_FIELD_STRING: lua_pushlstring(L, field->string.p ? field->string.p : "", field->string.n); break;
    case LO_FIELD_NUMBER: lua_pushnumber(L, field->number); break;
    case LO_FIELD_SPANS:
        lua_createtable(L, (int)field->count, 0);
        for (uint32_t i = 0; i < field->count; i++) {
            lua_createtable(L, 2, 0);
            lua_pushinteger(L, field->spans[i].start);
            lua_rawseti(L, -2, 1);
            lua_pushinteger(L, field->spans[i].end);
            lua_rawseti(L, -2, 2);
            lua_rawseti(L, -2, i + 1);
        }
        break;
    case LO_FIELD_MARKS:
        lua_createtable(L, (int)field->count, 0);
        for (uint32_t i = 0; i < field->count; i++) {
            lo_session_push_mark(L, session, field->marks[i]);
            lua_rawseti(L, -2, i + 1);
        }
        break;
    default: lua_pushnil(L);
    }
    return 1;
}

static int mark_index(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    if (lua_type(L, 2) != LUA_TSTRING)
        return luaL_error(L, "a mark has no field [%s]", luaL_typename(L, 2));
    const char *name = lua_tostring(L, 2);
    const lo_field *field = lo_mark_get(mark, name);
    if (field)
        return push_field(L, session, field);
    if (!strcmp(name, "start"))
        lua_pushinteger(L, mark->span.start);
    else if (!strcmp(name, "finish"))
        lua_pushinteger(L, mark->span.end);
    else if (!strcmp(name, "kind"))
        lua_pushstring(L, mark->kind);
    else if (!strcmp(name, "score"))
        lua_pushnumber(L, mark->score);
    else if (!strcmp(name, "rule"))
        lua_pushstring(L, mark->rule);
    else if (!strcmp(name, "dropped"))
        lua_pushboolean(L, mark->dropped);
    else {
        /* A field that the kind knows may be absent; a name it does not know is a slip of the pen. */
        const lo_mark_kind *kind = lo_mark_kind_find(mark->kind);
        const lo_mark_field_spec *spec = kind ? kind->fields : NULL;
        while (spec && spec->name && strcmp(spec->name, name) != 0)
            spec++;
        if (spec && !spec->name)
            return luaL_error(L, "a mark of kind %s has no field '%s'", mark->kind, name);
        lua_pushnil(L);
    }
    return 1;
}

static int mark_tostring(lua_State *L)
{
    lo_session *session;
    const lo_mark *mark = check(L, &session);
    lua_pushfstring(L, "%s %d-%d", mark->kind, (int)mark->span.start, (int)mark->span.end);
    return 1;
}

static const luaL_Reg methods[] = {
    {"text", mark_text}, {"id", mark_id}, {"first", mark_first}, {"words", mark_words}, {NULL, NULL}};
static const luaL_Reg meta[] = {{"__tostring", mark_tostring}, {NULL, NULL}};

const lo_box_type lo_bind_mark = {.name = "mark", .methods = methods, .meta = meta, .index = mark_index};
