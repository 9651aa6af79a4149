// SPDX-License-Identifier: MIT
#include "data/record.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

enum { WORD_MAX = 31, PACKED_ORIGIN_MIN = 4, PACKED_FURNITURE_MIN = 4 };

void lo_record_id(lo_str key, const lo_digest *text, char out[LO_RECORD_ID + 1])
{
    lo_str runs[] = {key, {(const char *)text->bytes, sizeof text->bytes}};
    lo_digest digest = lo_digest_of_list(runs, 2);
    char hex[LO_DIGEST_HEX + 1];
    lo_digest_hex(&digest, hex);
    memcpy(out, hex, LO_RECORD_ID);
    out[LO_RECORD_ID] = 0;
}

/* Offsets go as distances from the run before: most fit one byte. */
lo_status lo_record_pack_origins(const lo_record *record, lo_buf *out)
{
    lo_buf_add_varint(out, record->n_origins);
    uint32_t text = 0, raw = 0;
    for (uint32_t i = 0; i < record->n_origins; i++) {
        const lo_origin *run = &record->origins[i];
        lo_buf_add_varint(out, run->text - text);
        lo_buf_add_varint(out, run->length);
        lo_buf_add_varint(out, run->raw - raw);
        lo_buf_add_varint(out, run->raw_length);
        text = run->text;
        raw = run->raw;
    }
    return out->status;
}

lo_status lo_record_pack_furniture(const lo_record *record, lo_buf *out)
{
    lo_buf_add_varint(out, record->n_furniture);
    uint32_t start = 0;
    for (uint32_t i = 0; i < record->n_furniture; i++) {
        const lo_furniture *part = &record->furniture[i];
        lo_buf_add_varint(out, part->span.start - start);
        lo_buf_add_varint(out, part->span.end - part->span.start);
        lo_buf_add_string(out, lo_str_of(part->kind));
        start = part->span.start;
    }
    return out->status;
}

lo_status lo_record_pack(const lo_record *record, lo_buf *out)
{
    const lo_str strings[] = {record->key,  record->title,    record->outlet,   record->author, record->url,
                              record->date, record->language, record->metadata, record->text};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        lo_buf_add_string(out, strings[i]);
    lo_record_pack_origins(record, out);
    lo_record_pack_furniture(record, out);
    return out->status;
}

static lo_status damaged(const char *what)
{
    return lo_status_set(LO_E_DATA, "a packed document is damaged: %s", what);
}

static bool clean_text(lo_str s)
{
    return (!s.n || !memchr(s.p, 0, s.n)) && lo_utf8_valid(s);
}

static bool word(lo_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < 'a' || s.p[i] > 'z') && s.p[i] != '_')
            return false;
    return s.n > 0 && s.n <= WORD_MAX;
}

/* Adds b to *a; false when that leaves 32 bits. */
static bool advance(uint32_t *a, uint32_t b)
{
    return !__builtin_add_overflow(*a, b, a);
}

static lo_status unpack_origins(lo_cursor *at, lo_arena *arena, lo_record *out)
{
    uint32_t n = lo_cursor_u32(at);
    if (at->bad || n > (size_t)(at->end - at->p) / PACKED_ORIGIN_MIN)
        return damaged("more offset runs than bytes");
    lo_origin *runs = lo_arena_array(arena, n, sizeof *runs);
    if (!runs)
        return lo_mem_short();
    uint32_t text = 0, raw = 0, free_from = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool fits = advance(&text, lo_cursor_u32(at));
        uint32_t length = lo_cursor_u32(at);
        fits &= advance(&raw, lo_cursor_u32(at));
        uint32_t raw_length = lo_cursor_u32(at), raw_end = raw;
        fits &= advance(&raw_end, raw_length);
        if (at->bad || !fits || text < free_from || text > out->text.n || length > out->text.n - text ||
            !lo_utf8_boundary(out->text, text) || !lo_utf8_boundary(out->text, text + length))
            return damaged("an offset run lies outside the text");
        runs[i] = (lo_origin){text, length, raw, raw_length};
        free_from = text + length;
    }
    out->origins = runs;
    out->n_origins = n;
    return LO_OK;
}

static lo_status unpack_furniture(lo_cursor *at, lo_arena *arena, lo_record *out)
{
    uint32_t n = lo_cursor_u32(at);
    if (at->bad || n > (size_t)(at->end - at->p) / PACKED_FURNITURE_MIN)
        return damaged("more furniture than bytes");
    lo_furniture *parts = lo_arena_array(arena, n, sizeof *parts);
    if (!parts)
        return lo_mem_short();
    uint32_t start = 0;
    for (uint32_t i = 0; i < n; i++) {
        bool fits = advance(&start, lo_cursor_u32(at));
        uint32_t length = lo_cursor_u32(at);
        lo_str kind = lo_cursor_string(at);
        if (at->bad || !fits || start > out->text.n || length > out->text.n - start ||
            !lo_utf8_boundary(out->text, start) || !lo_utf8_boundary(out->text, start + length))
            return damaged("furniture lies outside the text");
        if (!word(kind))
            return damaged("furniture of no known kind");
        parts[i] = (lo_furniture){{start, start + length}, lo_arena_copy(arena, kind.p, kind.n)};
        if (!parts[i].kind)
            return lo_mem_short();
    }
    out->furniture = parts;
    out->n_furniture = n;
    return LO_OK;
}

lo_status lo_record_unpack_parts(lo_str origins, lo_str furniture, lo_arena *arena, lo_record *out)
{
    lo_cursor a = lo_cursor_of(origins), b = lo_cursor_of(furniture);
    lo_status status = unpack_origins(&a, arena, out);
    if (!status)
        status = unpack_furniture(&b, arena, out);
    if (!status && (!lo_cursor_done(&a) || !lo_cursor_done(&b)))
        status = damaged("bytes follow its end");
    return status;
}

lo_status lo_record_unpack(lo_str packed, lo_arena *arena, lo_record *out)
{
    *out = (lo_record){0};
    lo_cursor at = lo_cursor_of(packed);
    lo_str *const strings[] = {&out->key,  &out->title,    &out->outlet,   &out->author, &out->url,
                               &out->date, &out->language, &out->metadata, &out->text};
    for (size_t i = 0; i < sizeof strings / sizeof strings[0]; i++) {
        *strings[i] = lo_cursor_string(&at);
        if (at.bad)
            return damaged("it is cut short");
        if (!clean_text(*strings[i]))
            return damaged("a string is no UTF-8 text");
    }
    if (!out->key.n)
        return damaged("it has no key");
    if (out->text.n > UINT32_MAX)
        return damaged("its text is too long");
    lo_status status = unpack_origins(&at, arena, out);
    if (!status)
        status = unpack_furniture(&at, arena, out);
    if (!status && !lo_cursor_done(&at))
        status = damaged("bytes follow its end");
    return status;
}
