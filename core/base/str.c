// SPDX-License-Identifier: MIT
#include "base/str.h"

#include "base/mem.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

lo_str lo_str_of(const char *text)
{
    return (lo_str){text, text ? strlen(text) : 0};
}

bool lo_str_equal(lo_str a, lo_str b)
{
    return a.n == b.n && (a.n == 0 || memcmp(a.p, b.p, a.n) == 0);
}

bool lo_str_is(lo_str a, const char *text)
{
    return lo_str_equal(a, lo_str_of(text));
}

int lo_str_compare(lo_str a, lo_str b)
{
    size_t n = a.n < b.n ? a.n : b.n;
    int order = n ? memcmp(a.p, b.p, n) : 0;
    return order ? order : (a.n > b.n) - (a.n < b.n);
}

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

lo_str lo_str_trim(lo_str s)
{
    while (s.n && blank(s.p[0]))
        s.p++, s.n--;
    while (s.n && blank(s.p[s.n - 1]))
        s.n--;
    return s;
}

lo_str lo_str_copy(lo_arena *arena, lo_str s)
{
    if (!s.p)
        return LO_STR_NONE;
    char *copy = lo_arena_copy(arena, s.p, s.n);
    return (lo_str){copy, copy ? s.n : 0};
}

/* FNV-1a with a final mix (splitmix64): cheap on words, stable across machines. */
uint64_t lo_str_hash(lo_str s)
{
    uint64_t h = 0xcbf29ce484222325u;
    for (size_t i = 0; i < s.n; i++)
        h = (h ^ (unsigned char)s.p[i]) * 0x100000001b3u;
    h = (h ^ (h >> 30)) * 0xbf58476d1ce4e5b9u;
    h = (h ^ (h >> 27)) * 0x94d049bb133111ebu;
    return h ^ (h >> 31);
}

lo_status lo_buf_reserve(lo_buf *buf, size_t more)
{
    if (buf->status)
        return buf->status;
    if (more > SIZE_MAX - buf->n)
        return buf->status = lo_mem_short();
    if (buf->n + more <= buf->capacity)
        return LO_OK;
    return buf->status = lo_mem_grow((void **)&buf->p, &buf->capacity, buf->n + more, 1);
}

lo_status lo_buf_add(lo_buf *buf, const void *bytes, size_t n)
{
    if (lo_buf_reserve(buf, n))
        return buf->status;
    if (n)
        memcpy(buf->p + buf->n, bytes, n);
    buf->n += n;
    return LO_OK;
}

lo_status lo_buf_add_str(lo_buf *buf, lo_str s)
{
    return lo_buf_add(buf, s.p, s.n);
}

lo_status lo_buf_add_text(lo_buf *buf, const char *text)
{
    return lo_buf_add(buf, text, strlen(text));
}

lo_status lo_buf_add_byte(lo_buf *buf, unsigned char byte)
{
    return lo_buf_add(buf, &byte, 1);
}

lo_status lo_buf_print(lo_buf *buf, const char *format, ...)
{
    va_list args, again;
    va_start(args, format);
    va_copy(again, args);
    int n = vsnprintf(NULL, 0, format, args);
    va_end(args);
    if (n < 0 || lo_buf_reserve(buf, (size_t)n + 1)) {
        va_end(again);
        return buf->status ? buf->status : (buf->status = lo_status_set(LO_E_ARG, "text could not be formatted"));
    }
    vsnprintf(buf->p + buf->n, (size_t)n + 1, format, again);
    va_end(again);
    buf->n += (size_t)n;
    return LO_OK;
}

lo_status lo_buf_add_varint(lo_buf *buf, uint64_t value)
{
    unsigned char bytes[10];
    size_t n = 0;
    do {
        bytes[n] = (unsigned char)(value & 0x7f);
        value >>= 7;
        if (value)
            bytes[n] |= 0x80;
        n++;
    } while (value);
    return lo_buf_add(buf, bytes, n);
}

lo_status lo_buf_add_string(lo_buf *buf, lo_str s)
{
    lo_buf_add_varint(buf, s.n);
    return lo_buf_add_str(buf, s);
}

lo_str lo_buf_str(const lo_buf *buf)
{
    return (lo_str){buf->p ? buf->p : "", buf->n};
}

void lo_buf_clear(lo_buf *buf)
{
    buf->n = 0;
    buf->status = LO_OK;
}

void lo_buf_free(lo_buf *buf)
{
    lo_mem_free(buf->p);
    *buf = LO_BUF_EMPTY;
}

lo_cursor lo_cursor_of(lo_str s)
{
    const unsigned char *p = (const unsigned char *)(s.p ? s.p : "");
    return (lo_cursor){p, p + s.n, false};
}

uint64_t lo_cursor_varint(lo_cursor *at)
{
    uint64_t value = 0;
    for (unsigned shift = 0; shift < 64 && at->p < at->end; shift += 7) {
        unsigned char byte = *at->p++;
        if (shift == 63 && byte > 1)
            break;
        value |= (uint64_t)(byte & 0x7f) << shift;
        if (!(byte & 0x80))
            return at->bad ? 0 : value;
    }
    at->bad = true;
    return 0;
}

uint32_t lo_cursor_u32(lo_cursor *at)
{
    uint64_t value = lo_cursor_varint(at);
    if (value > UINT32_MAX) {
        at->bad = true;
        return 0;
    }
    return (uint32_t)value;
}

lo_str lo_cursor_bytes(lo_cursor *at, size_t n)
{
    if (at->bad || n > (size_t)(at->end - at->p)) {
        at->bad = true;
        return (lo_str){"", 0};
    }
    lo_str s = {(const char *)at->p, n};
    at->p += n;
    return s;
}

lo_str lo_cursor_string(lo_cursor *at)
{
    uint64_t n = lo_cursor_varint(at);
    return lo_cursor_bytes(at, n > SIZE_MAX ? SIZE_MAX : (size_t)n);
}

bool lo_cursor_done(const lo_cursor *at)
{
    return !at->bad && at->p == at->end;
}
