// SPDX-License-Identifier: MIT
#include "data/store.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "data/db.h"

#include <string.h>

/* ---- opening, transactions ---- */

lo_status lo_store_open(const char *path, lo_store_mode mode, lo_store **out)
{
    *out = NULL;
    lo_store *store = lo_mem_zalloc(sizeof *store);
    if (!store)
        return lo_mem_short();
    lo_status status = lo_db_open(path, mode, store);
    if (status) {
        lo_mem_free(store);
        return status;
    }
    *out = store;
    return LO_OK;
}

void lo_store_close(lo_store *store)
{
    if (!store)
        return;
    lo_store_rollback(store);
    lo_db_close(store);
    lo_mem_free(store);
}

const char *lo_store_path(const lo_store *store)
{
    return store->path;
}

/* FTS5 writes out its memory whenever a row id goes backwards: ids are counted here, under the write lock. */
static lo_status read_numbers(lo_store *store)
{
    sqlite3_stmt *statement;
    bool row;
    lo_status status = lo_db_statement(
        store, "SELECT coalesce((SELECT max(id) FROM text), 0), coalesce((SELECT max(id) FROM document), 0)",
        &statement);
    if (!status)
        status = lo_db_step(store, statement, &row);
    if (status)
        return status;
    store->text_number = sqlite3_column_int64(statement, 0);
    store->document_number = sqlite3_column_int64(statement, 1);
    sqlite3_reset(statement);
    if (store->text_number < 0 || store->document_number < 0 || store->text_number == INT64_MAX ||
        store->document_number >= INT32_MAX)
        return lo_db_damaged(store, "row numbers that no locutor gives");
    return LO_OK;
}

lo_status lo_store_begin(lo_store *store)
{
    sqlite3_stmt *statement;
    if (!store->writable)
        return lo_status_set(LO_E_ARG, "%s: was opened for reading only", store->path);
    lo_status status = lo_db_statement(store, "BEGIN IMMEDIATE", &statement);
    if (!status)
        status = lo_db_run(store, statement);
    if (status)
        return status;
    store->in_transaction = true;
    status = read_numbers(store);
    if (status)
        lo_store_rollback(store);
    return status;
}

lo_status lo_store_commit(lo_store *store)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(store, "COMMIT", &statement);
    if (!status)
        status = lo_db_run(store, statement);
    if (!status)
        store->in_transaction = false;
    return status;
}

void lo_store_rollback(lo_store *store)
{
    if (!store->in_transaction)
        return;
    store->in_transaction = false;
    if (!sqlite3_get_autocommit(store->handle)) /* some failures undo everything by themselves */
        sqlite3_exec(store->handle, "ROLLBACK", NULL, NULL, NULL);
}

/* ---- storing ---- */

static lo_status refuse(const lo_record *record, const char *what)
{
    return lo_status_set(LO_E_DATA, "%.*s: %s", LO_STR_ARG(record->key), what);
}

static lo_status check_record(lo_store *store, const lo_record *record)
{
    const lo_str strings[] = {record->key,  record->title,    record->outlet,   record->author, record->url,
                              record->date, record->language, record->metadata, record->text};
    if (!record->key.n)
        return refuse(record, "a document without a key cannot be stored");
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++)
        if (strings[i].n && (memchr(strings[i].p, 0, strings[i].n) || !lo_utf8_valid(strings[i])))
            return refuse(record, "is not UTF-8 text");
    if (!record->metadata.n)
        return LO_OK;
    sqlite3_stmt *statement;
    bool row, object = false;
    lo_status status =
        lo_db_statement(store, "SELECT CASE WHEN json_valid(?1) THEN json_type(?1) = 'object' ELSE 0 END", &statement);
    if (status)
        return status;
    lo_db_bind_text(statement, 1, record->metadata);
    if ((status = lo_db_step(store, statement, &row)))
        return status;
    object = sqlite3_column_int(statement, 0);
    sqlite3_reset(statement);
    return object ? LO_OK : refuse(record, "its metadata is no JSON object");
}

/* *id is 0 when the text is not there yet. */
static lo_status find_text(lo_store *store, const lo_digest *hash, int64_t *id)
{
    sqlite3_stmt *statement;
    bool row = false;
    lo_status status = lo_db_statement(store, "SELECT id FROM text WHERE sha256 = ?", &statement);
    if (status)
        return status;
    lo_db_bind_blob(statement, 1, (lo_str){(const char *)hash->bytes, sizeof hash->bytes});
    status = lo_db_step(store, statement, &row);
    *id = row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_reset(statement);
    return status;
}

static lo_status add_text(lo_store *store, const lo_digest *hash, lo_str text, int64_t *id)
{
    sqlite3_stmt *insert, *index;
    lo_status status = lo_db_statement(store, "INSERT INTO text (id, sha256, body) VALUES (?, ?, ?)", &insert);
    if (!status)
        status = lo_db_statement(store, "INSERT INTO text_index (rowid, body) VALUES (?, ?)", &index);
    if (status)
        return status;
    *id = store->text_number + 1;
    sqlite3_bind_int64(insert, 1, *id);
    lo_db_bind_blob(insert, 2, (lo_str){(const char *)hash->bytes, sizeof hash->bytes});
    lo_db_bind_text(insert, 3, text);
    status = lo_db_run(store, insert);
    if (status)
        return status;
    sqlite3_bind_int64(index, 1, *id);
    lo_db_bind_text(index, 2, text);
    status = lo_db_run(store, index);
    if (!status)
        store->text_number++;
    return status;
}

typedef struct putting {
    lo_store *store;
    const lo_record *record;
    const char *id;
    int64_t text, document;
    bool current;
    lo_buf origins, furniture;
} putting;

/* Parameters 1 to 9 of the statements that write a document's fields. */
static void bind_fields(sqlite3_stmt *statement, const putting *put)
{
    const lo_record *r = put->record;
    const lo_str texts[] = {r->title, r->outlet, r->author, r->date, r->url, r->language, r->metadata};
    for (int i = 0; i < 7; i++)
        lo_db_bind_text(statement, i + 1, texts[i]);
    lo_db_bind_blob(statement, 8, lo_buf_str(&put->origins));
    lo_db_bind_blob(statement, 9, lo_buf_str(&put->furniture));
}

static lo_status find_document(putting *put)
{
    sqlite3_stmt *statement;
    bool row = false;
    lo_status status =
        lo_db_statement(put->store, "SELECT id, key, text, current FROM document WHERE public = ?", &statement);
    if (status)
        return status;
    lo_db_bind_text(statement, 1, lo_str_of(put->id));
    status = lo_db_step(put->store, statement, &row);
    if (status || !row)
        return status;
    put->document = sqlite3_column_int64(statement, 0);
    put->current = sqlite3_column_int(statement, 3);
    if (!lo_str_equal(lo_db_column(statement, 1), put->record->key) || sqlite3_column_int64(statement, 2) != put->text)
        status = refuse(put->record, "another document has the same id; change the key");
    sqlite3_reset(statement);
    return status;
}

static lo_status retire(putting *put)
{
    sqlite3_stmt *statement;
    lo_status status =
        lo_db_statement(put->store, "UPDATE document SET current = 0 WHERE key = ? AND current = 1", &statement);
    if (status)
        return status;
    lo_db_bind_text(statement, 1, put->record->key);
    return lo_db_run(put->store, statement);
}

static lo_status add_document(putting *put, uint32_t *version)
{
    lo_store *store = put->store;
    sqlite3_stmt *latest, *insert;
    bool row;
    lo_status status = lo_db_statement(store, "SELECT coalesce(max(version), 0) FROM document WHERE key = ?", &latest);
    if (!status)
        status = lo_db_statement(store,
                                 "INSERT INTO document (title, outlet, author, date, url, language, metadata, origins,"
                                 " furniture, id, public, key, version, current, text)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, 1, ?)",
                                 &insert);
    if (status)
        return status;
    lo_db_bind_text(latest, 1, put->record->key);
    if ((status = lo_db_step(store, latest, &row)))
        return status;
    int64_t before = sqlite3_column_int64(latest, 0);
    sqlite3_reset(latest);
    if (before < 0 || before >= UINT32_MAX)
        return lo_db_damaged(store, "a version number that no locutor gives");
    if (before && (status = retire(put)))
        return status;
    *version = (uint32_t)before + 1;
    bind_fields(insert, put);
    sqlite3_bind_int64(insert, 10, store->document_number + 1);
    lo_db_bind_text(insert, 11, lo_str_of(put->id));
    lo_db_bind_text(insert, 12, put->record->key);
    sqlite3_bind_int64(insert, 13, *version);
    sqlite3_bind_int64(insert, 14, put->text);
    status = lo_db_run(store, insert);
    if (!status)
        store->document_number++;
    return status;
}

static lo_status forget_analysis(putting *put)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(put->store, "DELETE FROM analysis WHERE document = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, put->document);
    return lo_db_run(put->store, statement);
}

/* A document with this key and this text is there: its other fields may have changed, or it was an old version. */
static lo_status renew_document(putting *put, lo_put *out)
{
    lo_store *store = put->store;
    sqlite3_stmt *update, *revive;
    *out = LO_PUT_SAME;
    lo_status status =
        lo_db_statement(store,
                        "UPDATE document SET title = ?1, outlet = ?2, author = ?3, date = ?4, url = ?5, language = ?6,"
                        " metadata = ?7, origins = ?8, furniture = ?9 WHERE id = ?10 AND (title, outlet, author, date,"
                        " url, language, metadata, origins, furniture) IS NOT (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)",
                        &update);
    if (status)
        return status;
    bind_fields(update, put);
    sqlite3_bind_int64(update, 10, put->document);
    if ((status = lo_db_run(store, update)))
        return status;
    if (sqlite3_changes64(store->handle) > 0) {
        *out = LO_PUT_UPDATED;
        if ((status = forget_analysis(put))) /* dates are resolved against the document's: its marks may change */
            return status;
    }
    if (put->current)
        return LO_OK;
    *out = LO_PUT_VERSION;
    if ((status = retire(put)) ||
        (status = lo_db_statement(store, "UPDATE document SET current = 1 WHERE id = ?", &revive)))
        return status;
    sqlite3_bind_int64(revive, 1, put->document);
    return lo_db_run(store, revive);
}

lo_status lo_store_put(lo_store *store, const lo_record *record, lo_put *out, char id[LO_RECORD_ID + 1])
{
    lo_status status = check_record(store, record);
    if (status)
        return status;
    putting put = {store, record, id, 0, 0, false, LO_BUF_EMPTY, LO_BUF_EMPTY};
    lo_digest hash = lo_digest_of(record->text);
    lo_record_id(record->key, &hash, id);
    (void)((status = find_text(store, &hash, &put.text)) || (status = find_document(&put)) ||
           (status = lo_record_pack_origins(record, &put.origins)) ||
           (status = lo_record_pack_furniture(record, &put.furniture)));
    if (!status && put.document) {
        status = renew_document(&put, out);
    } else if (!status) {
        uint32_t version = 0;
        if (!put.text)
            status = add_text(store, &hash, record->text, &put.text);
        if (!status)
            status = add_document(&put, &version);
        *out = version > 1 ? LO_PUT_VERSION : LO_PUT_NEW;
    }
    lo_buf_free(&put.origins);
    lo_buf_free(&put.furniture);
    return status;
}

/* ---- reading ---- */

#define DOCUMENT_COLUMNS                                                                                               \
    "SELECT d.id, d.public, d.key, d.version, d.current, d.title, d.outlet, d.author, d.date, d.url, d.language,"      \
    " d.metadata, d.origins, d.furniture, t.body FROM document d JOIN text t ON t.id = d.text "

static lo_status copy_column(lo_store *store, sqlite3_stmt *statement, int column, lo_arena *arena, lo_str *out)
{
    lo_str bytes = lo_db_column(statement, column);
    if (sqlite3_column_type(statement, column) == SQLITE_TEXT &&
        ((bytes.n && memchr(bytes.p, 0, bytes.n)) || !lo_utf8_valid(bytes)))
        return lo_db_damaged(store, "text that is no UTF-8");
    *out = lo_str_copy(arena, bytes);
    return out->p ? LO_OK : lo_mem_short();
}

static lo_status read_row(lo_store *store, sqlite3_stmt *statement, lo_arena *arena, lo_store_document *out)
{
    lo_record *record = &out->record;
    lo_str public, origins, furniture;
    const struct {
        int column;
        lo_str *target;
    } strings[] = {{1, &public},         {2, &record->key},       {5, &record->title},
                   {6, &record->outlet}, {7, &record->author},    {8, &record->date},
                   {9, &record->url},    {10, &record->language}, {11, &record->metadata},
                   {12, &origins},       {13, &furniture},        {14, &record->text}};
    *out = (lo_store_document){.row = sqlite3_column_int64(statement, 0),
                               .version = (uint32_t)sqlite3_column_int64(statement, 3),
                               .current = sqlite3_column_int(statement, 4)};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        lo_status status = copy_column(store, statement, strings[i].column, arena, strings[i].target);
        if (status)
            return status;
    }
    if (public.n != LO_RECORD_ID || out->row <= 0)
        return lo_db_damaged(store, "a document id that is none");
    memcpy(out->id, public.p, LO_RECORD_ID + 1);
    lo_status status = lo_record_unpack_parts(origins, furniture, arena, record);
    return status == LO_E_DATA ? lo_db_damaged(store, lo_status_message()) : status;
}

/* Steps to the one row wanted; *out is zero when there is none. */
static lo_status read_one(lo_store *store, sqlite3_stmt *statement, lo_arena *arena, lo_store_document *out)
{
    bool row = false;
    *out = (lo_store_document){0};
    lo_status status = lo_db_step(store, statement, &row);
    if (!status && row)
        status = read_row(store, statement, arena, out);
    sqlite3_reset(statement);
    if (status)
        *out = (lo_store_document){0};
    return status;
}

lo_status lo_store_next(lo_store *store, int64_t row, bool old_too, lo_arena *arena, lo_store_document *out)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(
        store, DOCUMENT_COLUMNS "WHERE d.id > ?1 AND (d.current = 1 OR ?2) ORDER BY d.id LIMIT 1", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, row);
    sqlite3_bind_int(statement, 2, old_too);
    return read_one(store, statement, arena, out);
}

#define STALE "d.current = 1 AND NOT EXISTS (SELECT 1 FROM analysis a WHERE a.document = d.id AND a.signature = ?2) "

lo_status lo_store_next_stale(lo_store *store, int64_t row, const lo_digest *signature, lo_arena *arena,
                              lo_store_document *out)
{
    sqlite3_stmt *statement;
    lo_status status =
        lo_db_statement(store, DOCUMENT_COLUMNS "WHERE d.id > ?1 AND " STALE "ORDER BY d.id LIMIT 1", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, row);
    lo_db_bind_blob(statement, 2, (lo_str){(const char *)signature->bytes, sizeof signature->bytes});
    return read_one(store, statement, arena, out);
}

static lo_status one_number(lo_store *store, sqlite3_stmt *statement, uint64_t *out)
{
    bool row;
    lo_status status = lo_db_step(store, statement, &row);
    if (status)
        return status;
    *out = (uint64_t)sqlite3_column_int64(statement, 0);
    sqlite3_reset(statement);
    return LO_OK;
}

lo_status lo_store_count_stale(lo_store *store, const lo_digest *signature, uint64_t *out)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(store, "SELECT count(*) FROM document d WHERE d.id > ?1 AND " STALE, &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, 0);
    lo_db_bind_blob(statement, 2, (lo_str){(const char *)signature->bytes, sizeof signature->bytes});
    return one_number(store, statement, out);
}

lo_status lo_store_count(lo_store *store, lo_store_counts *out)
{
    sqlite3_stmt *statement;
    bool row;
    *out = (lo_store_counts){0};
    lo_status status = lo_db_statement(store, /* one statement: numbers of one moment */
                                       "SELECT (SELECT count(*) FROM document), (SELECT count(*) FROM document WHERE"
                                       " current = 1), (SELECT count(*) FROM text), (SELECT count(*) FROM mark)",
                                       &statement);
    if (!status)
        status = lo_db_step(store, statement, &row);
    if (status)
        return status;
    uint64_t *const numbers[] = {&out->documents, &out->current, &out->texts, &out->marks};
    for (int i = 0; i < 4; i++)
        *numbers[i] = (uint64_t)sqlite3_column_int64(statement, i);
    sqlite3_reset(statement);
    return LO_OK;
}

lo_status lo_store_read(lo_store *store, int64_t row, lo_arena *arena, lo_store_document *out)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(store, DOCUMENT_COLUMNS "WHERE d.id = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, row);
    return read_one(store, statement, arena, out);
}

lo_status lo_store_find(lo_store *store, lo_str id_or_key, lo_arena *arena, lo_store_document *out)
{
    sqlite3_stmt *by_id, *by_key;
    lo_status status = lo_db_statement(store, DOCUMENT_COLUMNS "WHERE d.public = ?", &by_id);
    if (!status)
        status = lo_db_statement(store, DOCUMENT_COLUMNS "WHERE d.key = ? AND d.current = 1", &by_key);
    if (status)
        return status;
    lo_db_bind_text(by_id, 1, id_or_key);
    status = read_one(store, by_id, arena, out);
    if (!status && !out->row) {
        lo_db_bind_text(by_key, 1, id_or_key);
        status = read_one(store, by_key, arena, out);
    }
    if (!status && !out->row)
        status = lo_status_set(LO_E_ARG, "%s: there is no document '%.*s'", store->path, LO_STR_ARG(id_or_key));
    return status;
}
