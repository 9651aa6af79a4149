// SPDX-License-Identifier: MIT
/* Word classes for the prelude: naming, adding, and their codes; conditions on one token. */
#include "lua/session.h"

#include <string.h>

static lo_session *session_of(lua_State *L)
{
    return lua_touserdata(L, lua_upvalueindex(1));
}

/* use(name): a rule of the plugin names this class. */
static int use(lua_State *L)
{
    lo_session *session = session_of(L);
    const char *name = luaL_checkstring(L, 1);
    int class_id = lo_lexicon_class(session->lexicon, name);
    bool known = class_id >= 0 && (session->used[class_id / 8] >> class_id % 8 & 1);
    if (!known && session->frozen)
        return luaL_error(L, "the class '%s' is named too late: name classes at the top of the plugin or in open",
                          name);
    if (!known) {
        lo_status status = lo_lexicon_use(session->lexicon, name);
        if (status)
            return lo_session_raise(L, status);
        class_id = lo_lexicon_class(session->lexicon, name);
    }
    session->used[class_id / 8] |= (unsigned char)(1 << class_id % 8);
    session->plugin_used[class_id / 8] |= (unsigned char)(1 << class_id % 8);
    return 0;
}

/* words(class, text): adds a list, one entry a line, to a class. */
static int words(lua_State *L)
{
    lo_session *session = session_of(L);
    const char *name = luaL_checkstring(L, 1);
    lo_str tsv;
    tsv.p = luaL_checklstring(L, 2, &tsv.n);
    if (session->frozen)
        return luaL_error(L, "words of the class '%s' come too late: add them at the top of the plugin or in open",
                          name);
    lo_status status = lo_lexicon_add(session->lexicon, name, tsv);
    return status ? lo_session_raise(L, status) : 0;
}

/* codes(name): the bytes that stand for tokens in the class. */
static int codes(lua_State *L)
{
    lo_session *session = session_of(L);
    const char *name = luaL_checkstring(L, 1);
    int class_id = lo_lexicon_class(session->lexicon, name);
    if (class_id < 0 || !session->frozen)
        return luaL_error(L, "the class '%s' has no codes yet", name);
    unsigned char set[32];
    lo_lexicon_codes(session->lexicon, class_id, set);
    char bytes[256];
    size_t n = 0;
    for (unsigned code = 1; code < 256; code++)
        if (set[code / 8] >> code % 8 & 1)
            bytes[n++] = (char)code;
    lua_pushlstring(L, bytes, n);
    return 1;
}

static int frozen(lua_State *L)
{
    lua_pushboolean(L, session_of(L)->frozen);
    return 1;
}

static int warn(lua_State *L)
{
    lo_session *session = session_of(L);
    lo_buf_add_text(&session->warnings, luaL_checkstring(L, 1));
    lo_status status = lo_buf_add_byte(&session->warnings, '\n');
    return status ? lo_session_raise(L, status) : 0;
}

/* ---- conditions, called by LPeg behind the token they are about ---- */

enum { WORD, FOLDED, LEMMA, UPOS, XPOS, DEPREL };
static const char *const conditions[] = {"word", "folded", "lemma", "upos", "xpos", "deprel", NULL};

/* Upvalues: session, which, set {value = true}.  Arguments: subject, position behind the token. */
static int holds(lua_State *L)
{
    lo_session *session = session_of(L);
    lo_document *document = session->document;
    lua_Integer position = lua_tointeger(L, 2);
    uint32_t token = session->base + (uint32_t)position - 2;
    if (!document || position < 2 || token >= document->segment.n_tokens)
        return 0;
    const lo_token *at = &document->segment.tokens[token];
    lua_Integer which = lua_tointeger(L, lua_upvalueindex(2));
    if (which == WORD || which == FOLDED) {
        lo_str word = {document->record.text.p + at->start, at->length};
        char folded[64];
        if (which == FOLDED && word.n <= sizeof folded) { /* nothing longer is in a list of words */
            for (size_t i = 0; i < word.n; i++)
                folded[i] = word.p[i] >= 'A' && word.p[i] <= 'Z' ? (char)(word.p[i] + 32) : word.p[i];
            word.p = folded;
        }
        lua_pushlstring(L, word.p, word.n);
    } else if (session->fast) {
        return 0;
    } else {
        uint32_t sentence = lo_segment_sentence_at(&document->segment, token);
        uint32_t first = document->segment.sentences[sentence].first;
        const lo_tag *tags;
        const lo_arc *arcs;
        lo_status status =
            which == DEPREL ? lo_document_tree(document, sentence, &arcs) : lo_document_tags(document, sentence, &tags);
        if (status)
            return lo_session_raise(L, status);
        if (which == LEMMA) {
            lo_str lemma = lo_session_lemma(L, session, token, tags[token - first]);
            lua_pushlstring(L, lemma.p, lemma.n);
        } else if (which == UPOS) {
            lua_pushstring(L, lo_upos_name(tags[token - first].upos));
        } else if (which == XPOS) {
            lua_pushstring(L, lo_xpos_name(tags[token - first].xpos));
        } else {
            lua_pushstring(L, lo_relation_name(arcs[token - first].relation));
        }
    }
    lua_pushboolean(L, lua_rawget(L, lua_upvalueindex(3)) != LUA_TNIL);
    return 1;
}

/* condition(which, {value, …}) -> function for lpeg.Cmt */
static int condition(lua_State *L)
{
    int which = luaL_checkoption(L, 1, NULL, conditions);
    luaL_checktype(L, 2, LUA_TTABLE);
    lua_pushvalue(L, lua_upvalueindex(1));
    lua_pushinteger(L, which);
    lua_newtable(L);
    for (lua_Integer i = 1, n = (lua_Integer)lua_rawlen(L, 2); i <= n; i++) {
        if (lua_rawgeti(L, 2, i) != LUA_TSTRING)
            return luaL_error(L, "%s: values are strings, got a %s", conditions[which], luaL_typename(L, -1));
        size_t length;
        lo_str value;
        value.p = lua_tolstring(L, -1, &length);
        value.n = length;
        bool known = which == UPOS     ? lo_upos_of(value) != LO_UPOS_NONE
                     : which == XPOS   ? lo_xpos_of(value) != LO_XPOS_NONE
                     : which == DEPREL ? lo_relation_of(value) != 0
                                       : true;
        if (!known)
            return luaL_error(L, "%s: there is no '%s'", conditions[which], value.p);
        lua_pushboolean(L, 1);
        lua_rawset(L, -3);
    }
    lua_pushcclosure(L, holds, 3);
    return 1;
}

/* For lpeg.Cmt in front of the anchor: whether this is the token the match was begun for. */
static int here(lua_State *L)
{
    lo_session *session = session_of(L);
    lua_pushboolean(L, session->base + (uint32_t)lua_tointeger(L, 2) - 1 == session->anchor);
    return 1;
}

const luaL_Reg lo_bind_classes[] = {{"use", use},   {"words", words},         {"codes", codes}, {"frozen", frozen},
                                    {"warn", warn}, {"condition", condition}, {"here", here},   {NULL, NULL}};
