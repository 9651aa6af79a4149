// SPDX-License-Identifier: MIT
#include "lua/value.h"
#include "base/mem.h"

#include <lauxlib.h>
#include <stdlib.h>
#include <string.h>

enum { NIL, FALSE, TRUE, INTEGER, FLOAT, STRING, TABLE };

/* ---- out ---- */

typedef struct packer {
    lua_State *L;
    lo_buf *out;
    size_t start;
    char path[200]; /* for messages */
    size_t n_path;
} packer;

static lo_status refuse(const packer *p, lo_status code, const char *why)
{
    return lo_status_set(code, "%.*s%s%s", (int)p->n_path, p->path, p->n_path ? ": " : "", why);
}

typedef struct key {
    int type;
    lo_str string; /* borrowed from the table's key: alive while the table is */
    lua_Number number;
    lua_Integer integer;
} key;

static int compare_keys(const void *va, const void *vb)
{
    const key *a = va, *b = vb;
    if (a->type != b->type)
        return a->type - b->type;
    if (a->type == STRING)
        return lo_str_compare(a->string, b->string);
    if (a->type == INTEGER)
        return (a->integer > b->integer) - (a->integer < b->integer);
    return (a->number > b->number) - (a->number < b->number);
}

static void add_integer(lo_buf *out, lua_Integer i)
{
    lo_buf_add_byte(out, INTEGER);
    lo_buf_add_varint(out, ((uint64_t)i << 1) ^ (uint64_t)(i >> 63));
}

static void add_float(lo_buf *out, lua_Number number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    lo_buf_add_byte(out, FLOAT);
    for (int i = 0; i < 8; i++)
        lo_buf_add_byte(out, (unsigned char)(bits >> 8 * i));
}

static lo_status pack_value(packer *p, int index, int depth);

/* The value is on top of the stack. */
static lo_status pack_pair(packer *p, const key *k, int depth)
{
    lua_State *L = p->L;
    size_t n_path = p->n_path;
    char name[64];
    switch (k->type) {
    case STRING: {
        snprintf(name, sizeof name, "%s%.*s", n_path ? "." : "", k->string.n > 40 ? 40 : (int)k->string.n, k->string.p);
        lo_buf_add_byte(p->out, STRING);
        lo_buf_add_string(p->out, k->string);
        break;
    }
    case INTEGER:
        snprintf(name, sizeof name, "[%lld]", (long long)k->integer);
        add_integer(p->out, k->integer);
        break;
    case FLOAT:
        snprintf(name, sizeof name, "[%g]", k->number);
        add_float(p->out, k->number);
        break;
    default:
        snprintf(name, sizeof name, "[%s]", k->type == TRUE ? "true" : "false");
        lo_buf_add_byte(p->out, (unsigned char)k->type);
    }
    size_t n = strlen(name);
    if (n_path + n < sizeof p->path) {
        memcpy(p->path + n_path, name, n);
        p->n_path += n;
    }
    lo_status status = pack_value(p, lua_gettop(L), depth);
    if (!status)
        p->n_path = n_path;
    return status;
}

static bool key_of(lua_State *L, int index, key *out)
{
    switch (lua_type(L, index)) {
    case LUA_TSTRING:
        out->type = STRING;
        out->string.p = lua_tolstring(L, index, &out->string.n);
        return true;
    case LUA_TNUMBER:
        out->type = lua_isinteger(L, index) ? INTEGER : FLOAT;
        out->integer = lua_tointeger(L, index);
        out->number = lua_tonumber(L, index);
        return true;
    case LUA_TBOOLEAN: out->type = lua_toboolean(L, index) ? TRUE : FALSE; return true;
    default: return false;
    }
}

static void push_key(lua_State *L, const key *k)
{
    switch (k->type) {
    case STRING: lua_pushlstring(L, k->string.p, k->string.n); break;
    case INTEGER: lua_pushinteger(L, k->integer); break;
    case FLOAT: lua_pushnumber(L, k->number); break;
    default: lua_pushboolean(L, k->type == TRUE);
    }
}

static lo_status pack_table(packer *p, int index, int depth)
{
    lua_State *L = p->L;
    if (depth == LO_VALUE_DEPTH)
        return refuse(p, LO_E_ARG, "tables nest deeper than 32 levels, or in themselves");
    if (!lua_checkstack(L, 6))
        return lo_mem_short();
    size_t n = 0;
    lua_Integer length = (lua_Integer)lua_rawlen(L, index);
    lo_status status = LO_OK;
    lo_buf_add_byte(p->out, TABLE);
    lo_buf_add_varint(p->out, (uint64_t)length);
    size_t n_path = p->n_path;
    for (lua_Integer i = 1; i <= length && !status; i++) {
        lua_rawgeti(L, index, i);
        char name[24];
        size_t n_name = (size_t)snprintf(name, sizeof name, "[%lld]", (long long)i);
        if (n_path + n_name < sizeof p->path) {
            memcpy(p->path + n_path, name, n_name);
            p->n_path = n_path + n_name;
        }
        status = pack_value(p, lua_gettop(L), depth + 1);
        lua_pop(L, 1);
        if (!status)
            p->n_path = n_path;
    }
    size_t all = 0;
    for (lua_pushnil(L); lua_next(L, index); lua_pop(L, 1))
        all++;
    if (status || all == (size_t)length) { /* an array, as most tables are */
        lo_buf_add_byte(p->out, 0);
        return status;
    }
    key *keys = lua_newuserdatauv(L, all * sizeof *keys, 0);
    for (lua_pushnil(L); lua_next(L, index);) {
        key k = {0};
        lua_pop(L, 1);
        if (!key_of(L, -1, &k))
            return refuse(p, LO_E_ARG, "a key is neither string, number nor boolean");
        if (k.type != INTEGER || k.integer < 1 || k.integer > length)
            keys[n++] = k;
    }
    qsort(keys, n, sizeof *keys, compare_keys);
    lo_buf_add_varint(p->out, n);
    for (size_t i = 0; i < n && !status; i++) {
        push_key(L, &keys[i]);
        lua_rawget(L, index);
        status = pack_pair(p, &keys[i], depth + 1);
        lua_pop(L, 1);
    }
    lua_pop(L, 1);
    return status;
}

static lo_status pack_value(packer *p, int index, int depth)
{
    lua_State *L = p->L;
    switch (lua_type(L, index)) {
    case LUA_TNIL: lo_buf_add_byte(p->out, NIL); break;
    case LUA_TBOOLEAN: lo_buf_add_byte(p->out, lua_toboolean(L, index) ? TRUE : FALSE); break;
    case LUA_TNUMBER:
        if (lua_isinteger(L, index))
            add_integer(p->out, lua_tointeger(L, index));
        else
            add_float(p->out, lua_tonumber(L, index));
        break;
    case LUA_TSTRING: {
        lo_str s;
        s.p = lua_tolstring(L, index, &s.n);
        lo_buf_add_byte(p->out, STRING);
        lo_buf_add_string(p->out, s);
        break;
    }
    case LUA_TTABLE: {
        lo_status status = pack_table(p, index, depth);
        if (status)
            return status;
        break;
    }
    default: {
        char why[80];
        snprintf(why, sizeof why, "a %s cannot be passed on: only plain values can",
                 lua_typename(L, lua_type(L, index)));
        return refuse(p, LO_E_ARG, why);
    }
    }
    if (p->out->status)
        return p->out->status;
    if (p->out->n - p->start > LO_VALUE_SIZE)
        return refuse(p, LO_E_LIMIT, "the value is over 64 MiB");
    return LO_OK;
}

lo_status lo_value_pack(lua_State *L, int index, lo_buf *out)
{
    packer p = {.L = L, .out = out, .start = out->n};
    int top = lua_gettop(L);
    lo_status status = pack_value(&p, lua_absindex(L, index), 0);
    lua_settop(L, top);
    return status;
}

static int free_buffer(lua_State *L)
{
    lo_buf_free(lua_touserdata(L, 1));
    return 0;
}

void lo_value_push_packed(lua_State *L, int index)
{
    index = lua_absindex(L, index);
    luaL_checkstack(L, 6, NULL);
    lo_buf *buf = lua_newuserdatauv(L, sizeof *buf, 0); /* Lua may raise while it grows: its own finalizer frees it */
    *buf = LO_BUF_EMPTY;
    if (luaL_newmetatable(L, "locutor.buffer")) {
        lua_pushcfunction(L, free_buffer);
        lua_setfield(L, -2, "__gc");
    }
    lua_setmetatable(L, -2);
    lo_status status = lo_value_pack(L, index, buf);
    if (status)
        luaL_error(L, "%s", status == LO_E_MEMORY ? "not enough memory" : lo_status_message());
    lua_pushlstring(L, buf->p, buf->n);
    lo_buf_free(buf);
    lua_remove(L, -2);
}

/* ---- in ---- */

static lua_Integer take_integer(lo_cursor *at)
{
    uint64_t z = lo_cursor_varint(at);
    return (lua_Integer)((z >> 1) ^ (0 - (z & 1)));
}

static lua_Number take_float(lo_cursor *at)
{
    lo_str bytes = lo_cursor_bytes(at, 8);
    uint64_t bits = 0;
    lua_Number number;
    for (int i = 0; i < 8 && !at->bad; i++)
        bits |= (uint64_t)(unsigned char)bytes.p[i] << 8 * i;
    memcpy(&number, &bits, sizeof number);
    return number;
}

static unsigned take_type(lo_cursor *at)
{
    lo_str byte = lo_cursor_bytes(at, 1);
    if (at->bad || (unsigned char)byte.p[0] > TABLE) {
        at->bad = true;
        return NIL;
    }
    return (unsigned char)byte.p[0];
}

/* Reads one value; keys of a table must rise, so none comes twice.  L may be NULL: only checks. */
static void take_value(lua_State *L, lo_cursor *at, int depth, key *as_key)
{
    unsigned type = take_type(at);
    key k = {.type = (int)type};
    if (L)
        luaL_checkstack(L, 4, "a packed value");
    switch (type) {
    case NIL:
    case FALSE:
    case TRUE:
        if (L && type == NIL)
            lua_pushnil(L);
        else if (L)
            lua_pushboolean(L, type == TRUE);
        break;
    case INTEGER:
        k.integer = take_integer(at);
        if (L)
            lua_pushinteger(L, k.integer);
        break;
    case FLOAT:
        k.number = take_float(at);
        if (L)
            lua_pushnumber(L, k.number);
        break;
    case STRING:
        k.string = lo_cursor_string(at);
        if (L)
            lua_pushlstring(L, at->bad ? "" : k.string.p, at->bad ? 0 : k.string.n);
        break;
    default: {
        if (depth == LO_VALUE_DEPTH || as_key) {
            at->bad = true;
            break;
        }
        uint64_t n = lo_cursor_varint(at);
        if (at->bad || n > (size_t)(at->end - at->p)) {
            at->bad = true;
            break;
        }
        if (L)
            lua_createtable(L, n > 4096 ? 4096 : (int)n, 0);
        for (uint64_t i = 1; i <= n && !at->bad; i++) {
            take_value(L, at, depth + 1, NULL);
            if (L && !at->bad)
                lua_rawseti(L, -2, (lua_Integer)i);
        }
        uint64_t m = at->bad ? 0 : lo_cursor_varint(at);
        key before = {0};
        for (uint64_t i = 0; i < m && !at->bad; i++) {
            key now = {0};
            take_value(L, at, depth + 1, &now);
            if (now.type == NIL || (now.type == FLOAT && now.number != now.number) ||
                (i && compare_keys(&before, &now) >= 0))
                at->bad = true;
            before = now;
            if (!at->bad)
                take_value(L, at, depth + 1, NULL);
            if (L && !at->bad)
                lua_rawset(L, -3);
        }
        break;
    }
    }
    if (as_key)
        *as_key = k;
}

lo_status lo_value_check(lo_str packed)
{
    if (packed.n == 0)
        return LO_OK;
    lo_cursor at = lo_cursor_of(packed);
    take_value(NULL, &at, 0, NULL);
    return lo_cursor_done(&at) && packed.n <= LO_VALUE_SIZE ? LO_OK : lo_status_set(LO_E_DATA, "damaged packed value");
}

void lo_value_push(lua_State *L, lo_str packed)
{
    if (packed.n == 0) {
        lua_pushnil(L);
        return;
    }
    /* Checked first, without Lua: what is pushed halfway need not be cleaned up. */
    lo_cursor at = lo_cursor_of(packed);
    if (packed.n <= LO_VALUE_SIZE)
        take_value(NULL, &at, 0, NULL);
    if (packed.n > LO_VALUE_SIZE || !lo_cursor_done(&at))
        luaL_error(L, "damaged packed value");
    at = lo_cursor_of(packed);
    take_value(L, &at, 0, NULL);
}
