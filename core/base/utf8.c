// SPDX-License-Identifier: MIT
#include "base/utf8.h"

#include "base/mem.h"

#include <string.h>

enum { STRIDE = 64 };

static bool continuation(unsigned char byte)
{
    return (byte & 0xc0) == 0x80;
}

/* Length of the well-formed sequence at p (n bytes left); 0 when malformed.  Table 3-7 of the Unicode Standard. */
static size_t sequence(const unsigned char *p, size_t n)
{
    unsigned char a = p[0];
    if (a < 0x80)
        return 1;
    if (a < 0xc2 || a > 0xf4)
        return 0;
    if (a < 0xe0)
        return n >= 2 && continuation(p[1]) ? 2 : 0;
    if (a < 0xf0) {
        unsigned char low = a == 0xe0 ? 0xa0 : 0x80, high = a == 0xed ? 0x9f : 0xbf;
        return n >= 3 && p[1] >= low && p[1] <= high && continuation(p[2]) ? 3 : 0;
    }
    unsigned char low = a == 0xf0 ? 0x90 : 0x80, high = a == 0xf4 ? 0x8f : 0xbf;
    return n >= 4 && p[1] >= low && p[1] <= high && continuation(p[2]) && continuation(p[3]) ? 4 : 0;
}

size_t lo_utf8_valid_prefix(lo_str s)
{
    const unsigned char *p = (const unsigned char *)s.p;
    size_t i = 0;
    while (i < s.n) {
        if (i + 8 <= s.n) {
            uint64_t word;
            memcpy(&word, p + i, 8);
            if (!(word & 0x8080808080808080u)) {
                i += 8;
                continue;
            }
        }
        size_t n = sequence(p + i, s.n - i);
        if (!n)
            return i;
        i += n;
    }
    return i;
}

bool lo_utf8_valid(lo_str s)
{
    return lo_utf8_valid_prefix(s) == s.n;
}

uint32_t lo_utf8_next(lo_str s, size_t *at)
{
    const unsigned char *p = (const unsigned char *)s.p + *at;
    if (*at >= s.n)
        return 0;
    size_t n = lo_utf8_length(p[0]);
    if (n > s.n - *at)
        n = 1;
    *at += n;
    switch (n) {
    case 2: return (p[0] & 0x1fu) << 6 | (p[1] & 0x3fu);
    case 3: return (p[0] & 0x0fu) << 12 | (p[1] & 0x3fu) << 6 | (p[2] & 0x3fu);
    case 4: return (p[0] & 0x07u) << 18 | (p[1] & 0x3fu) << 12 | (p[2] & 0x3fu) << 6 | (p[3] & 0x3fu);
    default: return p[0];
    }
}

size_t lo_utf8_encode(uint32_t code, char out[4])
{
    if (code < 0x80) {
        out[0] = (char)code;
        return 1;
    }
    if (code < 0x800) {
        out[0] = (char)(0xc0 | code >> 6);
        out[1] = (char)(0x80 | (code & 0x3f));
        return 2;
    }
    if (code > 0x10ffff || (code >= 0xd800 && code <= 0xdfff))
        return 0;
    if (code < 0x10000) {
        out[0] = (char)(0xe0 | code >> 12);
        out[1] = (char)(0x80 | (code >> 6 & 0x3f));
        out[2] = (char)(0x80 | (code & 0x3f));
        return 3;
    }
    out[0] = (char)(0xf0 | code >> 18);
    out[1] = (char)(0x80 | (code >> 12 & 0x3f));
    out[2] = (char)(0x80 | (code >> 6 & 0x3f));
    out[3] = (char)(0x80 | (code & 0x3f));
    return 4;
}

size_t lo_utf8_length(unsigned char first)
{
    return first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
}

bool lo_utf8_boundary(lo_str s, size_t at)
{
    return at == s.n || (at < s.n && !continuation((unsigned char)s.p[at]));
}

size_t lo_utf8_count(lo_str s)
{
    size_t count = 0;
    for (size_t i = 0; i < s.n; i++)
        count += !continuation((unsigned char)s.p[i]);
    return count;
}

lo_status lo_utf8_index_build(lo_arena *arena, lo_str text, lo_utf8_index *out)
{
    *out = (lo_utf8_index){text, NULL};
    size_t blocks = text.n / STRIDE + 1;
    bool ascii = true;
    for (size_t i = 0; i < text.n && ascii; i++)
        ascii = (unsigned char)text.p[i] < 0x80;
    if (ascii)
        return LO_OK;
    uint32_t *counts = lo_arena_array(arena, blocks, sizeof *counts);
    if (!counts)
        return lo_mem_short();
    for (size_t b = 1; b < blocks; b++)
        counts[b] = counts[b - 1] + (uint32_t)lo_utf8_count((lo_str){text.p + (b - 1) * STRIDE, STRIDE});
    out->counts = counts;
    return LO_OK;
}

uint32_t lo_utf8_index_code_point(const lo_utf8_index *index, size_t byte)
{
    if (byte > index->text.n)
        byte = index->text.n;
    if (!index->counts)
        return (uint32_t)byte;
    size_t b = byte / STRIDE;
    return index->counts[b] + (uint32_t)lo_utf8_count((lo_str){index->text.p + b * STRIDE, byte - b * STRIDE});
}

size_t lo_utf8_index_byte(const lo_utf8_index *index, uint32_t code_point)
{
    if (!index->counts)
        return code_point < index->text.n ? code_point : index->text.n;
    size_t low = 0, high = index->text.n / STRIDE + 1;
    while (high - low > 1) {
        size_t middle = low + (high - low) / 2;
        if (index->counts[middle] <= code_point)
            low = middle;
        else
            high = middle;
    }
    uint32_t left = code_point - index->counts[low];
    size_t at = low * STRIDE;
    while (at < index->text.n && continuation((unsigned char)index->text.p[at]))
        at++;
    while (left && at < index->text.n) {
        at += lo_utf8_length((unsigned char)index->text.p[at]);
        left--;
    }
    return at < index->text.n ? at : index->text.n;
}
