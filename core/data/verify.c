// SPDX-License-Identifier: MIT
#include "data/verify.h"

#include "base/mem.h"
#include "base/stop.h"
#include "base/utf8.h"
#include "data/db.h"
#include "data/layer.h"
#include "data/mark_rows.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

typedef struct verifying {
    lo_store *store;
    void (*report)(void *context, const char *problem);
    void (*progress)(void *context, uint64_t done, uint64_t all);
    void *context;
    uint64_t problems, done, all;
    lo_arena arena;
} verifying;

__attribute__((format(printf, 2, 3))) static void problem(verifying *v, const char *format, ...)
{
    char line[1024];
    va_list args;
    va_start(args, format);
    vsnprintf(line, sizeof line, format, args);
    va_end(args);
    v->problems++;
    v->report(v->context, line);
}

/* A failure that only shows damage is a problem like others; one that keeps the check from going on is passed up. */
static lo_status absorb(verifying *v, const char *where, lo_status status)
{
    if (status != LO_E_STORE && status != LO_E_DATA && status != LO_E_LIMIT)
        return status;
    problem(v, "%s: %s", where, lo_status_message());
    return LO_OK;
}

static void step_progress(verifying *v)
{
    v->done++;
    if (v->progress)
        v->progress(v->context, v->done, v->all);
}

/* Runs a query each row of which is a problem: column 0 is its text. */
static lo_status rows_are_problems(verifying *v, const char *sql, const char *prefix)
{
    sqlite3_stmt *statement;
    bool row = true;
    lo_status status = lo_db_statement(v->store, sql, &statement);
    while (!status && !(status = lo_db_step(v->store, statement, &row)) && row) {
        lo_str text = lo_db_column(statement, 0);
        if (!lo_str_is(text, "ok"))
            problem(v, "%s%.*s", prefix, LO_STR_ARG(text));
    }
    return absorb(v, "SQLite", status);
}

static lo_status check_texts(verifying *v)
{
    sqlite3_stmt *statement;
    lo_status status =
        lo_db_statement(v->store, "SELECT id, sha256, body FROM text WHERE id > ? ORDER BY id LIMIT 1", &statement);
    int64_t id = 0;
    for (bool row = true; !status && row;) {
        sqlite3_bind_int64(statement, 1, id);
        status = lo_db_step(v->store, statement, &row);
        if (status || !row)
            break;
        id = sqlite3_column_int64(statement, 0);
        lo_str hash = lo_db_column(statement, 1), body = lo_db_column(statement, 2);
        lo_digest digest = lo_digest_of(body);
        if (!lo_str_equal(hash, (lo_str){(const char *)digest.bytes, sizeof digest.bytes}))
            problem(v, "text %lld: its bytes are not those that were stored (SHA-256 differs)", (long long)id);
        if (!lo_utf8_valid(body) || (body.n && memchr(body.p, 0, body.n)))
            problem(v, "text %lld: is no UTF-8 text", (long long)id);
        sqlite3_reset(statement);
        step_progress(v);
        status = lo_stop_check();
    }
    return absorb(v, "texts", status);
}

static lo_status check_layers(verifying *v, const lo_store_document *d)
{
    sqlite3_stmt *statement;
    bool row = true;
    lo_status status =
        lo_db_statement(v->store, "SELECT name, packed FROM layer WHERE document = ? ORDER BY name", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, d->row);
    while (!(status = lo_db_step(v->store, statement, &row)) && row) {
        lo_layer layer;
        lo_str name = lo_db_column(statement, 0);
        status = lo_layer_unpack(lo_db_column(statement, 1), d->record.text.n, &v->arena, &layer);
        if (status == LO_E_DATA) {
            problem(v, "document %s: layer %.*s: %s", d->id, LO_STR_ARG(name), lo_status_message());
            status = LO_OK;
        }
        for (uint32_t i = 0; !status && i < layer.n; i++)
            if (!lo_utf8_boundary(d->record.text, layer.spans[i].start) ||
                !lo_utf8_boundary(d->record.text, layer.spans[i].end)) {
                problem(v, "document %s: layer %.*s: cuts a character", d->id, LO_STR_ARG(name));
                break;
            }
        if (status)
            break;
    }
    sqlite3_reset(statement);
    return status;
}

static lo_status check_document(verifying *v, const lo_store_document *d)
{
    char where[64], id[LO_RECORD_ID + 1];
    snprintf(where, sizeof where, "document %s", d->id);
    lo_digest digest = lo_digest_of(d->record.text);
    lo_record_id(d->record.key, &digest, id);
    if (strcmp(id, d->id) != 0)
        problem(v, "%s: its id is not that of its key and text (%s)", where, id);
    lo_marks marks = {.arena = &v->arena};
    const lo_maker *makers;
    size_t n_makers;
    lo_status status =
        absorb(v, where, lo_mark_rows_read(v->store, d->row, d->record.text, NULL, &marks, &makers, &n_makers));
    return status ? status : absorb(v, where, check_layers(v, d));
}

static lo_status check_documents(verifying *v)
{
    sqlite3_stmt *next;
    lo_status status = lo_db_statement(v->store, "SELECT id FROM document WHERE id > ? ORDER BY id LIMIT 1", &next);
    int64_t row_id = INT64_MIN;
    for (bool row = true; !status && row;) {
        sqlite3_bind_int64(next, 1, row_id);
        status = lo_db_step(v->store, next, &row);
        if (status || !row)
            break;
        row_id = sqlite3_column_int64(next, 0);
        sqlite3_reset(next);
        lo_arena_reset(&v->arena);
        lo_store_document d;
        char where[64];
        snprintf(where, sizeof where, "document in row %lld", (long long)row_id);
        status = lo_store_read(v->store, row_id, &v->arena, &d);
        if (!status && !d.row)
            problem(v, "%s: its text is missing", where);
        else if (!status)
            status = check_document(v, &d);
        status = absorb(v, where, status);
        step_progress(v);
        if (!status)
            status = lo_stop_check();
    }
    return absorb(v, "documents", status);
}

/* The full-text index against the texts; a write in SQLite's eyes, so only where the store may be written to. */
static lo_status check_index(verifying *v)
{
    if (!v->store->writable)
        return LO_OK;
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(
        v->store, "INSERT INTO text_index (text_index, rank) VALUES ('integrity-check', 1)", &statement);
    if (!status)
        status = lo_db_run(v->store, statement);
    if (status == LO_E_STORE) {
        problem(v, "full-text index: does not fit the texts");
        status = LO_OK;
    }
    return status;
}

lo_status lo_verify(lo_store *store, void (*report)(void *context, const char *problem),
                    void (*progress)(void *context, uint64_t done, uint64_t all), void *context, uint64_t *problems)
{
    static const struct {
        const char *sql, *prefix;
    } queries[] = {
        {"PRAGMA integrity_check(1000)", "SQLite: "},
        {"SELECT DISTINCT 'table ' || \"table\" || ': a row refers to a missing row of ' || parent"
         " FROM pragma_foreign_key_check",
         ""},
        {"SELECT 'key ' || key || ': has ' || sum(current) || ' current versions' FROM document GROUP BY key"
         " HAVING sum(current) <> 1",
         ""},
        {"SELECT 'text ' || id || ': belongs to no document' FROM text"
         " WHERE NOT EXISTS (SELECT 1 FROM document d WHERE d.text = text.id)",
         ""},
        {"SELECT 'document ' || coalesce(d.public, '?') || ': ' || m.kind || ' ' || m.start || '-' || m.finish || ' is "
         "in"
         " no table' FROM mark m LEFT JOIN document d ON d.id = m.document WHERE"
         " (m.kind = 'attribution' AND NOT EXISTS (SELECT 1 FROM statement s WHERE s.id = m.id)) OR"
         " (m.kind = 'entity' AND NOT EXISTS (SELECT 1 FROM entity e WHERE e.id = m.id)) OR"
         " (m.kind = 'mention' AND NOT EXISTS (SELECT 1 FROM mention n WHERE n.id = m.id))",
         ""},
        {"SELECT 'document ' || coalesce(d.public, '?') || ': mark ' || m.number || ' is a ' || m.kind ||"
         " ' and stands in table ' || o.t FROM (SELECT id, 'attribution' AS kind, 'statement' AS t FROM statement"
         " UNION ALL SELECT id, 'stance', 'stance' FROM stance UNION ALL SELECT id, 'entity', 'entity' FROM entity"
         " UNION ALL SELECT id, 'mention', 'mention' FROM mention) o"
         " JOIN mark m ON m.id = o.id LEFT JOIN document d ON d.id = m.document WHERE m.kind <> o.kind",
         ""},
    };
    verifying v = {.store = store, .report = report, .progress = progress, .context = context};
    lo_store_counts counts;
    lo_status status = absorb(&v, "counting", lo_store_count(store, &counts));
    v.all = counts.documents + counts.texts;
    for (size_t i = 0; i < sizeof queries / sizeof *queries && !status; i++)
        status = rows_are_problems(&v, queries[i].sql, queries[i].prefix);
    if (!status)
        status = check_index(&v);
    if (!status)
        status = check_texts(&v);
    if (!status)
        status = check_documents(&v);
    lo_arena_free(&v.arena);
    *problems = v.problems;
    return status;
}
