// SPDX-License-Identifier: MIT
/* Sets of rules over tokens.
 *
 * One pass over the class string finds the tokens at which a rule of the set is anchored; sets of codes that the
 * tokens around must be in (the pattern's fixed beginning) rule most of them out before LPeg is asked. */
#include "base/mem.h"
#include "lua/session.h"

#include <string.h>
#include <time.h>

enum { LEAD_MAX = 8, OPEN_MAX = 32, MARKERS_MAX = 400 };
enum { SCOPE_SENTENCE, SCOPE_PARAGRAPH, SCOPE_DOCUMENT };

typedef struct code_set {
    unsigned char bits[32];
} code_set;

typedef struct rule {
    code_set lead[LEAD_MAX]; /* of the tokens from the start of the match on */
    uint32_t n_lead;
    uint32_t before_min, before_max; /* tokens from the start of the match to the anchor */
    uint32_t cost;
    bool quote;
    unsigned char scope;
} rule;

typedef struct rule_set {
    uint32_t n_rules, n_listed;
    rule *rules;
    uint16_t *listed;    /* for each code the rules anchored on it, in order */
    uint32_t from[257];  /* into listed */
    bool anywhere[256];  /* some rule anchored on the code is not for sentences with a quotation mark alone */
    unsigned char scope; /* the widest of its rules */
} rule_set;

static void close_set(void *object)
{
    rule_set *set = object;
    lo_mem_free(set->rules);
    lo_mem_free(set->listed);
    lo_mem_free(set);
}

const lo_box_type lo_bind_rule_set = {.name = "rule set", .close = close_set};

static bool has(const code_set *set, unsigned char code)
{
    return set->bits[code / 8] >> code % 8 & 1;
}

static code_set codes_of(lua_State *L, int index)
{
    code_set set = {{0}};
    size_t n = 0;
    const char *bytes = lua_tolstring(L, index, &n);
    for (size_t i = 0; i < n; i++)
        set.bits[(unsigned char)bytes[i] / 8] |= (unsigned char)(1 << (unsigned char)bytes[i] % 8);
    return set;
}

static uint32_t integer_field(lua_State *L, int table, const char *name)
{
    lua_getfield(L, table, name);
    lua_Integer value = lua_tointeger(L, -1);
    lua_pop(L, 1);
    return value < 0 || value > 1000 ? 1000 : (uint32_t)value;
}

static uint32_t add_cost(lua_State *L, lo_session *session, const char *name)
{
    lo_status status =
        lo_mem_grow((void **)&session->costs, &session->costs_capacity, session->n_costs + 1, sizeof *session->costs);
    size_t n = strlen(name);
    char *copy = status ? NULL : lo_mem_alloc(n + 1);
    if (!copy)
        lo_session_raise(L, LO_E_MEMORY);
    memcpy(copy, name, n + 1);
    session->costs[session->n_costs] = (lo_session_cost){.rule = copy, .plugin = session->plugin};
    return (uint32_t)session->n_costs++;
}

/* rule_set({ {anchor=, lead=, before_min=, before_max=, quote=, scope=, name=, pattern=}, … }, {rule, …}, {name, …}) */
static int make_set(lua_State *L)
{
    lo_session *session = lua_touserdata(L, lua_upvalueindex(1));
    luaL_checktype(L, 1, LUA_TTABLE);
    luaL_checktype(L, 2, LUA_TTABLE);
    luaL_checktype(L, 3, LUA_TTABLE);
    lua_settop(L, 3);
    lua_Integer n = (lua_Integer)lua_rawlen(L, 1);
    if (n < 1 || n > 10000)
        return luaL_error(L, "a set has 1 to 10000 rules");
    lua_createtable(L, 3, 0); /* 4: what the set keeps: patterns, rules, names */
    lua_newtable(L);          /* 5: patterns */
    lua_pushvalue(L, 5);
    lua_rawseti(L, 4, 1);
    lua_pushvalue(L, 2);
    lua_rawseti(L, 4, 2);
    lua_pushvalue(L, 3);
    lua_rawseti(L, 4, 3);
    lo_box *box = lo_box_new(L, &lo_bind_rule_set, 4); /* 6 */
    rule_set *set = lo_mem_zalloc(sizeof *set);
    if (!set)
        return lo_session_raise(L, LO_E_MEMORY);
    box->object = set;
    set->rules = lo_mem_zalloc((size_t)n * sizeof *set->rules);
    code_set *anchors = lua_newuserdatauv(L, (size_t)n * sizeof *anchors, 0);
    if (!set->rules)
        return lo_session_raise(L, LO_E_MEMORY);
    int base = lua_gettop(L);
    for (lua_Integer i = 0; i < n; i++) {
        lua_settop(L, base);
        lua_rawgeti(L, 1, i + 1);
        int from = lua_gettop(L);
        luaL_checktype(L, from, LUA_TTABLE);
        rule *to = &set->rules[i];
        to->before_min = integer_field(L, from, "before_min");
        to->before_max = integer_field(L, from, "before_max");
        to->scope = (unsigned char)(integer_field(L, from, "scope") % 3);
        if (to->scope > set->scope)
            set->scope = to->scope;
        lua_getfield(L, from, "quote");
        to->quote = lua_toboolean(L, -1);
        lua_getfield(L, from, "anchor");
        anchors[i] = codes_of(L, -1);
        lua_getfield(L, from, "lead");
        for (to->n_lead = 0; lua_istable(L, -1) && to->n_lead < LEAD_MAX; to->n_lead++) {
            if (lua_rawgeti(L, -1, to->n_lead + 1) != LUA_TSTRING)
                break;
            to->lead[to->n_lead] = codes_of(L, -1);
            lua_pop(L, 1);
        }
        lua_getfield(L, from, "name");
        to->cost = add_cost(L, session, luaL_optstring(L, -1, "?"));
        lua_getfield(L, from, "pattern");
        lua_rawseti(L, 5, i + 1);
        for (unsigned code = 1; code < 256; code++)
            if (has(&anchors[i], (unsigned char)code)) {
                set->n_listed++;
                set->anywhere[code] |= !to->quote;
            }
    }
    set->listed = lo_mem_alloc(set->n_listed * sizeof *set->listed);
    if (!set->listed)
        return lo_session_raise(L, LO_E_MEMORY);
    uint32_t k = 0;
    for (unsigned code = 1; code < 256; code++) {
        set->from[code] = k;
        for (lua_Integer i = 0; i < n; i++)
            if (has(&anchors[i], (unsigned char)code))
                set->listed[k++] = (uint16_t)i;
    }
    set->from[256] = k;
    lua_settop(L, 6);
    return 1;
}

/* ---- matching ---- */

typedef struct matcher {
    lua_State *L;
    lo_session *session;
    const rule_set *set;
    int match, patterns, subjects; /* stack: LPeg's match; table; the subjects of the three scopes */
    uint32_t first[3], end[3];     /* tokens of the three scopes; first > end: not made yet */
} matcher;

static void add_u32(lo_buf *buf, uint32_t value)
{
    lo_buf_add(buf, &value, sizeof value);
}

static bool fits(const rule *r, const char *codes, uint32_t start, uint32_t end)
{
    if (start + r->n_lead > end)
        return false;
    for (uint32_t i = 0; i < r->n_lead; i++)
        if (!has(&r->lead[i], (unsigned char)codes[start + i]))
            return false;
    return true;
}

/* The bytes of the scope that token lies in, on the stack at m->subjects + scope. */
static void need_subject(matcher *m, unsigned scope, uint32_t sentence)
{
    const lo_segment *segment = &m->session->document->segment;
    if (m->first[scope] <= m->end[scope])
        return;
    if (scope == SCOPE_SENTENCE) {
        m->first[scope] = segment->sentences[sentence].first;
        m->end[scope] = segment->sentences[sentence].end;
    } else if (scope == SCOPE_PARAGRAPH) {
        const lo_paragraph *paragraph = &segment->paragraphs[segment->sentences[sentence].paragraph];
        m->first[scope] = segment->sentences[paragraph->first].first;
        m->end[scope] = segment->sentences[paragraph->end - 1].end;
    } else {
        m->first[scope] = 0;
        m->end[scope] = segment->n_tokens;
    }
    lua_pushlstring(m->L, segment->codes + m->first[scope], m->end[scope] - m->first[scope]);
    lua_replace(m->L, m->subjects + (int)scope);
}

/* Results of LPeg above top -> one entry: rule, anchor, start, end, n, then n pairs of marker and token. */
static void add_match(matcher *m, uint32_t index, uint32_t base, uint32_t start, int top)
{
    lua_State *L = m->L;
    int n = lua_gettop(L) - top;
    lo_buf *found = &m->session->found;
    int n_pairs = (n - 1) / 2;
    if (n_pairs > MARKERS_MAX)
        luaL_error(L, "a match with more than %d captures", MARKERS_MAX / 2);
    add_u32(found, index);
    add_u32(found, m->session->anchor);
    add_u32(found, start);
    add_u32(found, base + (uint32_t)lua_tointeger(L, -1) - 1);
    add_u32(found, (uint32_t)n_pairs);
    for (int i = 0; i < n_pairs; i++) {
        add_u32(found, (uint32_t)lua_tointeger(L, top + 1 + 2 * i));
        add_u32(found, base + (uint32_t)lua_tointeger(L, top + 2 + 2 * i) - 1);
    }
    if (found->status)
        lo_session_raise(L, found->status);
}

static void try_rule(matcher *m, uint32_t index, uint32_t token, uint32_t sentence)
{
    lua_State *L = m->L;
    lo_session *session = m->session;
    const rule *r = &m->set->rules[index];
    const lo_segment *segment = &session->document->segment;
    bool subject_ready = m->first[r->scope] <= m->end[r->scope];
    for (uint32_t before = r->before_max + 1; before-- > r->before_min;) {
        if (before > token)
            continue;
        uint32_t start = token - before;
        if (!fits(r, segment->codes, start, segment->n_tokens))
            continue;
        if (!subject_ready) {
            need_subject(m, r->scope, sentence);
            subject_ready = true;
        }
        uint32_t base = m->first[r->scope];
        if (start < base || start + r->n_lead > m->end[r->scope])
            continue;
        session->base = base;
        session->anchor = token;
        int top = lua_gettop(L);
        lua_pushvalue(L, m->match);
        lua_rawgeti(L, m->patterns, (lua_Integer)index + 1);
        lua_pushvalue(L, m->subjects + r->scope);
        lua_pushinteger(L, (lua_Integer)(start - base) + 1);
        lua_call(L, 3, LUA_MULTRET);
        bool matched = lua_isinteger(L, -1);
        if (matched) {
            add_match(m, index, base, start, top);
            session->costs[r->cost].matches++;
        }
        lua_settop(L, top);
        if (matched)
            return;
    }
}

static uint64_t now(void)
{
    struct timespec at;
    clock_gettime(CLOCK_MONOTONIC, &at);
    return (uint64_t)at.tv_sec * 1000000000u + (uint64_t)at.tv_nsec;
}

static void match_sentence(matcher *m, uint32_t k)
{
    const lo_segment *segment = &m->session->document->segment;
    const lo_sentence *sentence = &segment->sentences[k];
    const rule_set *set = m->set;
    bool quote = sentence->flags & LO_SENTENCE_QUOTE;
    m->first[SCOPE_SENTENCE] = 1;
    m->end[SCOPE_SENTENCE] = 0;
    for (uint32_t token = sentence->first; token < sentence->end; token++) {
        unsigned char code = (unsigned char)segment->codes[token];
        uint32_t from = set->from[code], to = set->from[code + 1];
        if (from == to || (!quote && !set->anywhere[code]))
            continue;
        for (uint32_t i = from; i < to; i++) {
            uint32_t index = set->listed[i];
            if (!quote && set->rules[index].quote)
                continue;
            if (m->session->timing) {
                uint64_t before = now();
                try_rule(m, index, token, k);
                m->session->costs[set->rules[index].cost].nanoseconds += now() - before;
            } else {
                try_rule(m, index, token, k);
            }
        }
    }
}

static void push_captures(lua_State *L, int names, const uint32_t *entry)
{
    uint32_t n = entry[4];
    lua_createtable(L, 0, (int)(n / 2) + 2);
    int captures = lua_gettop(L);
    lua_pushinteger(L, entry[1]);
    lua_setfield(L, captures, "anchor");
    lua_createtable(L, 2, 0);
    lua_pushinteger(L, entry[2]);
    lua_rawseti(L, -2, 1);
    lua_pushinteger(L, entry[3]);
    lua_rawseti(L, -2, 2);
    lua_setfield(L, captures, "match");
    struct {
        uint32_t id;
        lua_Integer place;
    } open[OPEN_MAX];
    unsigned n_open = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint32_t marker = entry[5 + 2 * i], token = entry[6 + 2 * i];
        uint32_t id = marker / 2;
        lua_rawgeti(L, names, id);
        lua_pushvalue(L, -1);
        if (lua_rawget(L, captures) != LUA_TTABLE) {
            lua_pop(L, 1);
            lua_createtable(L, 2, 0);
            lua_pushvalue(L, -2);
            lua_pushvalue(L, -2);
            lua_rawset(L, captures);
        }
        if (marker % 2 == 0 && n_open < OPEN_MAX) {
            lua_Integer place = (lua_Integer)lua_rawlen(L, -1) + 1;
            lua_pushinteger(L, token);
            lua_rawseti(L, -2, place);
            lua_pushinteger(L, token);
            lua_rawseti(L, -2, place + 1);
            open[n_open].id = id;
            open[n_open++].place = place + 1;
        } else if (n_open > 0 && open[n_open - 1].id == id) {
            lua_pushinteger(L, token);
            lua_rawseti(L, -2, open[--n_open].place);
        }
        lua_settop(L, captures);
    }
}

/* Upvalues: what was found (bytes), rules, names, position. */
static int each_step(lua_State *L)
{
    const char *bytes = lua_touserdata(L, lua_upvalueindex(1));
    size_t n = lua_rawlen(L, lua_upvalueindex(1));
    size_t at = (size_t)lua_tointeger(L, lua_upvalueindex(4));
    if (at >= n)
        return 0;
    const uint32_t *entry = (const uint32_t *)(const void *)(bytes + at);
    lua_pushinteger(L, (lua_Integer)(at + (5 + 2 * (size_t)entry[4]) * sizeof *entry));
    lua_replace(L, lua_upvalueindex(4));
    lua_rawgeti(L, lua_upvalueindex(2), (lua_Integer)entry[0] + 1);
    push_captures(L, lua_upvalueindex(3), entry);
    return 2;
}

/* each(set, doc) -> iterator over rule, captures; by anchor, then in the order of the rules. */
static int each(lua_State *L)
{
    lo_box *box = lo_box_check(L, 1, &lo_bind_rule_set);
    lo_session *session = lo_session_check_document(L, 2);
    const lo_segment *segment = &session->document->segment;
    lua_settop(L, 2);
    lua_getiuservalue(L, 1, 1);                             /* 3 */
    lua_rawgeti(L, 3, 1);                                   /* 4: patterns */
    lua_rawgetp(L, LUA_REGISTRYINDEX, &session->match_key); /* 5 */
    lua_settop(L, 8);                                       /* 6 to 8: subjects */
    luaL_checkstack(L, MARKERS_MAX * 2 + 20, "matches");
    matcher m = {.L = L, .session = session, .set = box->object, .match = 5, .patterns = 4, .subjects = 6};
    size_t begun = session->found.n; /* a condition of the plugin's own may match another set meanwhile */
    m.first[SCOPE_DOCUMENT] = 1;
    for (uint32_t p = 0; p < segment->n_paragraphs; p++) {
        m.first[SCOPE_PARAGRAPH] = 1;
        m.end[SCOPE_PARAGRAPH] = 0;
        for (uint32_t k = segment->paragraphs[p].first; k < segment->paragraphs[p].end; k++)
            match_sentence(&m, k);
    }
    size_t n = session->found.n - begun;
    void *found = lua_newuserdatauv(L, n, 0);
    if (n)
        memcpy(found, session->found.p + begun, n);
    session->found.n = begun;
    lua_rawgeti(L, 3, 2);
    lua_rawgeti(L, 3, 3);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, each_step, 4);
    return 1;
}

const luaL_Reg lo_bind_rules[] = {{"rule_set", make_set}, {"each", each}, {NULL, NULL}};
