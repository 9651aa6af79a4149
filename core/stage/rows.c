// SPDX-License-Identifier: MIT
#include "stage/rows.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "stage/engine_rows.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>

enum { BATCH_BYTES = 64 << 10, PENDING_MAX = 1 << 20, COLUMNS_MAX = 256 };

struct lo_rows {
    lo_crew *crew;
    lo_buf batch; /* rows of one list */
    const char *name;
    size_t total; /* bytes of rows so far, for the clock */
    lo_arena arena;
};

/* ---- packed values (lua/value.h) ---- */

enum { NIL, FALSE, TRUE, INTEGER, FLOAT, STRING, TABLE };

static void add_float(lo_buf *out, double number)
{
    uint64_t bits;
    memcpy(&bits, &number, sizeof bits);
    lo_buf_add_byte(out, FLOAT);
    for (int i = 0; i < 8; i++)
        lo_buf_add_byte(out, (unsigned char)(bits >> 8 * i));
}

static void add_cell(lo_buf *out, const lo_cell *cell)
{
    switch (cell->type) {
    case LO_CELL_NONE: lo_buf_add_byte(out, NIL); break;
    case LO_CELL_BOOLEAN: lo_buf_add_byte(out, cell->integer ? TRUE : FALSE); break;
    case LO_CELL_INTEGER:
        lo_buf_add_byte(out, INTEGER);
        lo_buf_add_varint(out, ((uint64_t)cell->integer << 1) ^ (uint64_t)(cell->integer >> 63));
        break;
    case LO_CELL_REAL: add_float(out, cell->real); break;
    case LO_CELL_TEXT:
        lo_buf_add_byte(out, STRING);
        lo_buf_add_string(out, cell->text);
        break;
    }
}

lo_status lo_rows_pack(const char *const *keys, const lo_cell *cells, size_t n, lo_buf *out)
{
    size_t present = 0;
    for (size_t i = 0; i < n; i++)
        present += cells[i].type != LO_CELL_NONE;
    lo_buf_add_byte(out, TABLE);
    lo_buf_add_varint(out, 0);
    lo_buf_add_varint(out, present);
    for (size_t i = 0; i < n; i++) {
        if (cells[i].type == LO_CELL_NONE)
            continue;
        lo_buf_add_byte(out, STRING);
        lo_buf_add_string(out, lo_str_of(keys[i]));
        add_cell(out, &cells[i]);
    }
    return out->status;
}

static bool read_cell(lo_cursor *at, lo_cell *out)
{
    lo_str type = lo_cursor_bytes(at, 1), bytes;
    *out = (lo_cell){LO_CELL_NONE};
    if (at->bad)
        return false;
    switch (type.p[0]) {
    case NIL: break;
    case FALSE:
    case TRUE: *out = (lo_cell){.type = LO_CELL_BOOLEAN, .integer = type.p[0] == TRUE}; break;
    case INTEGER: {
        uint64_t value = lo_cursor_varint(at);
        *out = (lo_cell){.type = LO_CELL_INTEGER, .integer = (int64_t)(value >> 1) ^ -(int64_t)(value & 1)};
        break;
    }
    case FLOAT: {
        uint64_t bits = 0;
        bytes = lo_cursor_bytes(at, 8);
        for (int i = 0; i < 8 && !at->bad; i++)
            bits |= (uint64_t)(unsigned char)bytes.p[i] << 8 * i;
        out->type = LO_CELL_REAL;
        memcpy(&out->real, &bits, sizeof bits);
        break;
    }
    case STRING:
        *out = (lo_cell){.type = LO_CELL_TEXT, .text = lo_cursor_string(at)};
        at->bad |= !lo_utf8_valid(out->text);
        break;
    default: at->bad = true; /* tables inside cells, and what is no value */
    }
    return !at->bad;
}

/* A list of cells. */
static bool read_cells(lo_str packed, lo_arena *arena, lo_cell **cells, size_t *n)
{
    lo_cursor at = lo_cursor_of(packed);
    lo_str type = lo_cursor_bytes(&at, 1);
    *n = lo_cursor_u32(&at);
    if (at.bad || type.p[0] != TABLE || *n > COLUMNS_MAX || !(*cells = lo_arena_array(arena, *n + 1, sizeof **cells)))
        return false;
    for (size_t i = 0; i < *n; i++)
        if (!read_cell(&at, &(*cells)[i]))
            return false;
    return lo_cursor_varint(&at) == 0 && lo_cursor_done(&at);
}

/* ---- the worker ---- */

lo_status lo_rows_open(const lo_crew_options *options, const char *plugin, lo_rows **out)
{
    lo_crew_options alone = *options;
    lo_rows *rows = lo_mem_zalloc(sizeof *rows);
    *out = NULL;
    if (!rows)
        return lo_mem_short();
    alone.only = plugin;
    alone.workers = options->workers ? 1 : 0;
    alone.warn = NULL;
    lo_status status = lo_crew_open(&alone, false, &rows->crew);
    if (!status && rows->crew->n_plugins == 0)
        status = lo_status_set(LO_E_ARG, "there is no plugin '%s' ('locutor plugins' lists them)", plugin);
    if (!status && rows->crew->plugins[0].fault)
        status = lo_status_set(LO_E_PLUGIN, "%s", rows->crew->plugins[0].fault);
    if (status) {
        lo_rows_close(rows);
        return status;
    }
    *out = rows;
    return LO_OK;
}

void lo_rows_close(lo_rows *rows)
{
    if (!rows)
        return;
    lo_crew_close(rows->crew);
    lo_buf_free(&rows->batch);
    lo_arena_free(&rows->arena);
    lo_mem_free(rows);
}

const lo_crew_plugin *lo_rows_plugin(const lo_rows *rows)
{
    return &rows->crew->plugins[0];
}

lo_digest lo_rows_digest(const lo_rows *rows)
{
    return lo_crew_digest(rows->crew, lo_rows_plugin(rows));
}

static lo_process *process_of(const lo_rows *rows)
{
    return &rows->crew->pools[lo_rows_plugin(rows)->pool].processes[0];
}

/* Writes until little is left; a dead worker is noticed when its answer is awaited. */
static lo_status drain(lo_process *process)
{
    lo_status status = lo_process_flush(process);
    while (!status && process->out.n - process->out_at > PENDING_MAX) {
        struct pollfd poller = {process->child.fd, POLLOUT, 0};
        if (poll(&poller, 1, -1) < 0 && errno != EINTR)
            return lo_status_set(LO_E_IO, "cannot wait for a worker: %s", strerror(errno));
        if (poller.revents & (POLLHUP | POLLERR))
            return LO_OK;
        status = lo_process_flush(process);
    }
    return status;
}

static lo_status send_batch(lo_rows *rows)
{
    if (!rows->name)
        return LO_OK;
    lo_process *process = process_of(rows);
    size_t begin = lo_frame_begin(&process->out, LO_FRAME_ROWS);
    lo_buf_add_byte(&process->out, LO_ROWS_ADD);
    lo_buf_add_string(&process->out, lo_str_of(rows->name));
    lo_buf_add_str(&process->out, lo_buf_str(&rows->batch));
    lo_buf_clear(&rows->batch);
    rows->name = NULL;
    lo_status status = lo_frame_end(&process->out, begin);
    return status ? status : drain(process);
}

lo_status lo_rows_add(lo_rows *rows, const char *name, lo_str packed)
{
    lo_status status = LO_OK;
    if (rows->name && (strcmp(rows->name, name) != 0 || rows->batch.n > BATCH_BYTES))
        status = send_batch(rows);
    rows->name = name;
    rows->total += packed.n;
    return !status && packed.n ? lo_buf_add_string(&rows->batch, packed) : status;
}

static lo_status await(lo_rows *rows, uint32_t milliseconds, lo_frame *frame)
{
    lo_status status = lo_process_await(process_of(rows), LO_FRAME_OUTPUT, milliseconds, frame);
    return status ? lo_status_prefix(status == LO_E_LIMIT ? status : LO_E_PLUGIN, "%s",
                                     lo_rows_plugin(rows)->entry->source.name)
                  : LO_OK;
}

static lo_status rubbish(const lo_rows *rows, const char *what)
{
    return lo_status_set(LO_E_PLUGIN, "%s: %s", lo_rows_plugin(rows)->entry->source.name, what);
}

/* ---- reports ---- */

static lo_status give_item(lo_rows *rows, unsigned kind, lo_str packed, const lo_rows_sink *sink, size_t *n_columns)
{
    lo_cell *cells = NULL;
    size_t n = 0;
    lo_arena_reset(&rows->arena);
    if (kind == LO_ROWS_NOTE) {
        lo_cell note;
        lo_cursor at = lo_cursor_of(packed);
        if (!read_cell(&at, &note) || !lo_cursor_done(&at) || note.type != LO_CELL_TEXT)
            return rubbish(rows, "a note is no text");
        return sink->note ? sink->note(sink->self, note.text) : LO_OK;
    }
    if (!read_cells(packed, &rows->arena, &cells, &n))
        return rubbish(rows, "a row is no list of at most 256 texts, numbers and booleans");
    if (kind == LO_ROWS_COLUMNS) {
        if (*n_columns || !n)
            return rubbish(rows, "gives its columns once, and at least one");
        for (size_t i = 0; i < n; i++)
            if (cells[i].type != LO_CELL_TEXT)
                return rubbish(rows, "a column's name is no text");
        *n_columns = n;
        return sink->columns(sink->self, cells, n);
    }
    if (!*n_columns)
        return rubbish(rows, "gives a row before its columns");
    if (n > *n_columns)
        return rubbish(rows, "gives a row with more cells than columns");
    lo_cell *whole = lo_arena_array(&rows->arena, *n_columns, sizeof *whole); /* cells at the end may be missing */
    if (!whole)
        return lo_mem_short();
    memcpy(whole, cells, n * sizeof *whole);
    return sink->row(sink->self, whole, *n_columns);
}

lo_status lo_rows_report(lo_rows *rows, const lo_rows_sink *sink)
{
    lo_process *process = process_of(rows);
    lo_frame frame;
    lo_status status = send_batch(rows);
    size_t begin = lo_frame_begin(&process->out, LO_FRAME_ROWS), n_columns = 0;
    lo_buf_add_byte(&process->out, LO_ROWS_REPORT);
    if (!status)
        status = lo_frame_end(&process->out, begin);
    if (!status)
        status = await(rows, 2 * lo_worker_limit(rows->total) + LO_WORKER_GRACE, &frame);
    rows->total = 0;
    if (status)
        return status;
    lo_cursor at = lo_cursor_of(frame.payload);
    for (;;) {
        lo_str kind = lo_cursor_bytes(&at, 1);
        if (at.bad || kind.p[0] == LO_ROWS_END || (unsigned char)kind.p[0] > LO_ROWS_NOTE)
            break;
        lo_str packed = lo_cursor_string(&at);
        if (at.bad)
            break;
        if ((status = give_item(rows, (unsigned char)kind.p[0], packed, sink, &n_columns)))
            return status;
    }
    lo_str code = lo_cursor_bytes(&at, 1), message = lo_cursor_string(&at);
    if (!lo_cursor_done(&at))
        return rubbish(rows, "its process sent a damaged answer");
    if (code.p[0])
        return lo_status_set(LO_E_PLUGIN, "%s: %.*s", lo_rows_plugin(rows)->entry->source.name, LO_STR_ARG(message));
    return LO_OK;
}

/* ---- relations ---- */

lo_status lo_rows_relate(lo_rows *rows, const lo_str *a, const lo_str *b, uint32_t n,
                         lo_status (*found)(void *self, const lo_rows_relation *relation), void *self, uint32_t *failed,
                         char message[256])
{
    lo_process *process = process_of(rows);
    lo_frame frame;
    size_t begin = lo_frame_begin(&process->out, LO_FRAME_ROWS), bytes = 0;
    lo_buf_add_byte(&process->out, LO_ROWS_RELATE);
    lo_buf_add_varint(&process->out, n);
    for (uint32_t i = 0; i < n; i++) {
        lo_buf_add_string(&process->out, a[i]);
        lo_buf_add_string(&process->out, b[i]);
        bytes += a[i].n + b[i].n;
    }
    lo_status status = lo_frame_end(&process->out, begin);
    if (!status)
        status = await(rows, lo_worker_limit(bytes) + n + LO_WORKER_GRACE, &frame);
    if (status)
        return status;
    lo_cursor at = lo_cursor_of(frame.payload);
    if (lo_cursor_u32(&at) != n)
        return rubbish(rows, "its process sent a damaged answer");
    for (uint32_t i = 0; i < n && !at.bad && !status; i++) {
        lo_str state = lo_cursor_bytes(&at, 1);
        if (at.bad || !state.p[0])
            continue;
        if (state.p[0] == 2) {
            lo_str why = lo_cursor_string(&at);
            if (!(*failed)++)
                snprintf(message, 256, "%.*s", LO_STR_ARG(why));
            continue;
        }
        lo_rows_relation relation = {.pair = i, .label = lo_cursor_string(&at)};
        relation.score = (double)lo_cursor_u32(&at) / 1e6;
        relation.evidence = lo_cursor_string(&at);
        if (at.bad || relation.score > 1 || !relation.label.n || relation.label.n > 64 ||
            !lo_utf8_valid(relation.label) || !lo_utf8_valid(relation.evidence))
            return rubbish(rows, "its process sent a damaged answer");
        status = found(self, &relation);
    }
    return !status && !lo_cursor_done(&at) ? rubbish(rows, "its process sent a damaged answer") : status;
}
