// SPDX-License-Identifier: MIT
/* doc:attributions(): what the learned labellers find, for plugins to judge. */
#include "lang/attribute.h"
#include "lua/session.h"

static void push_range(lua_State *L, lo_span range)
{
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, range.start);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, range.end);
    lua_rawseti(L, -2, 2);
}

static void set_ranges(lua_State *L, const char *field, const lo_span *ranges, uint32_t n)
{
    lua_createtable(L, (int)n, 0);
    for (uint32_t i = 0; i < n; i++) {
        push_range(L, ranges[i]);
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    lua_setfield(L, -2, field);
}

int lo_bind_label_attributions(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    lo_attribution *list = NULL;
    uint32_t n = 0;
    if (!session->fast) {
        lo_status status = lo_attribute_document(session->document, session->document->arena, &list, &n);
        if (status)
            return lo_session_raise(L, status);
    }
    lua_createtable(L, (int)n, 0);
    for (uint32_t i = 0; i < n; i++) {
        const lo_attribution *a = &list[i];
        lua_createtable(L, 0, 5);
        set_ranges(L, "cue", &a->cue, 1);
        set_ranges(L, "source", a->sources, a->n_sources);
        set_ranges(L, "content", a->contents, a->n_contents);
        lua_pushstring(L, lo_attitude_name(a->attitude));
        lua_setfield(L, -2, "attitude");
        lua_pushnumber(L, (lua_Number)a->score);
        lua_setfield(L, -2, "score");
        lua_rawseti(L, -2, (lua_Integer)i + 1);
    }
    return 1;
}
