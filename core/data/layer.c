// SPDX-License-Identifier: MIT
#include "data/layer.h"

#include "base/mem.h"
#include "data/db.h"

lo_status lo_layer_pack(const lo_layer *layer, lo_buf *out)
{
    lo_buf_add_varint(out, layer->n);
    lo_buf_add_byte(out, layer->values != NULL);
    uint32_t end = 0;
    for (uint32_t i = 0; i < layer->n; i++) {
        const lo_span *span = &layer->spans[i];
        if (span->start < end || span->end < span->start)
            return lo_status_set(LO_E_ARG, "the spans of a layer overlap or are out of order");
        lo_buf_add_varint(out, span->start - end);
        lo_buf_add_varint(out, span->end - span->start);
        if (layer->values)
            lo_buf_add_varint(out, layer->values[i]);
        end = span->end;
    }
    return out->status;
}

lo_status lo_layer_unpack(lo_str packed, size_t text_size, lo_arena *arena, lo_layer *out)
{
    *out = (lo_layer){0};
    lo_cursor at = lo_cursor_of(packed);
    uint32_t n = lo_cursor_u32(&at);
    lo_str flag = lo_cursor_bytes(&at, 1);
    if (at.bad || (unsigned char)flag.p[0] > 1 || n > (size_t)(at.end - at.p) / (flag.p[0] ? 3 : 2))
        return lo_status_set(LO_E_DATA, "a packed layer is damaged: more items than bytes");
    lo_span *spans = lo_arena_array(arena, n, sizeof *spans);
    uint32_t *values = flag.p[0] ? lo_arena_array(arena, n, sizeof *values) : NULL;
    if (!spans || (flag.p[0] && !values))
        return lo_mem_short();
    uint64_t end = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t start = end + lo_cursor_u32(&at);
        end = start + lo_cursor_u32(&at);
        if (values)
            values[i] = lo_cursor_u32(&at);
        if (at.bad || end > text_size || end > UINT32_MAX)
            return lo_status_set(LO_E_DATA, "a packed layer is damaged: it reaches past the text");
        spans[i] = (lo_span){(uint32_t)start, (uint32_t)end};
    }
    if (!lo_cursor_done(&at))
        return lo_status_set(LO_E_DATA, "a packed layer is damaged: bytes follow its end");
    *out = (lo_layer){spans, values, n};
    return LO_OK;
}

lo_status lo_layer_put(lo_store *store, int64_t document, const char *name, const lo_layer *layer)
{
    sqlite3_stmt *statement;
    lo_buf packed = LO_BUF_EMPTY;
    lo_status status = lo_layer_pack(layer, &packed);
    if (!status)
        status = lo_db_statement(store, "INSERT OR REPLACE INTO layer (document, name, packed) VALUES (?, ?, ?)",
                                 &statement);
    if (!status) {
        sqlite3_bind_int64(statement, 1, document);
        lo_db_bind_text(statement, 2, lo_str_of(name));
        lo_db_bind_blob(statement, 3, lo_buf_str(&packed));
        status = lo_db_run(store, statement);
    }
    lo_buf_free(&packed);
    return status;
}

lo_status lo_layer_read(lo_store *store, int64_t document, const char *name, size_t text_size, lo_arena *arena,
                        lo_layer *out)
{
    sqlite3_stmt *statement;
    bool row;
    *out = (lo_layer){0};
    lo_status status = lo_db_statement(store, "SELECT packed FROM layer WHERE document = ? AND name = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, document);
    lo_db_bind_text(statement, 2, lo_str_of(name));
    status = lo_db_step(store, statement, &row);
    if (!status && row) {
        status = lo_layer_unpack(lo_db_column(statement, 0), text_size, arena, out);
        if (status == LO_E_DATA)
            status = lo_db_damaged(store, lo_status_message());
    }
    sqlite3_reset(statement);
    return status;
}
