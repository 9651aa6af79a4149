// SPDX-License-Identifier: MIT
#include "data/db.h"

#include "base/asset.h"
#include "base/mem.h"
#include "base/stop.h"

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

enum { LENGTH_MAX = 128 << 20, PROGRESS_STEPS = 20000 };

/* ---- the library's memory ---- */

static void *memory_alloc(int size)
{
    return lo_mem_alloc((size_t)size);
}

static void *memory_realloc(void *block, int size)
{
    return lo_mem_realloc(block, (size_t)size);
}

static int memory_size(void *block)
{
    return (int)malloc_usable_size(block);
}

static int memory_round(int size)
{
    return (size + 7) & ~7;
}

static int memory_init(void *context)
{
    (void)context;
    return SQLITE_OK;
}

static void memory_shutdown(void *context)
{
    (void)context;
}

lo_status lo_db_prepare_library(void)
{
    static bool configured, initialized;
    static const sqlite3_mem_methods methods = {memory_alloc, lo_mem_free, memory_realloc,  memory_size,
                                                memory_round, memory_init, memory_shutdown, NULL};
    if (!configured) {
        sqlite3_config(SQLITE_CONFIG_MALLOC, &methods);
        sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
        configured = true;
    }
    if (!initialized && sqlite3_initialize() != SQLITE_OK)
        return lo_mem_short();
    initialized = true;
    return LO_OK;
}

/* ---- failures ---- */

lo_status lo_db_failed(struct lo_store *store, int rc)
{
    const char *path = store->path;
    int os = store->handle ? sqlite3_system_errno(store->handle) : 0;
    const char *detail = store->handle ? sqlite3_errmsg(store->handle) : sqlite3_errstr(rc);
    switch (rc & 0xff) {
    case SQLITE_NOMEM: return lo_mem_short();
    case SQLITE_INTERRUPT: return lo_status_set(LO_E_STOP, "interrupted");
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
        if (lo_stop_asked())
            return lo_status_set(LO_E_STOP, "interrupted");
        return lo_status_set(LO_E_BUSY, "%s: another program is writing to this store; waited %d s, try again later",
                             path, LO_DB_BUSY_MS / 1000);
    case SQLITE_FULL:
        return lo_status_set(LO_E_IO, "%s: the disk is full; make room and run the same command again", path);
    case SQLITE_IOERR:
        if (rc == SQLITE_IOERR_NOMEM)
            return lo_mem_short();
        if (os == ENOSPC || os == EDQUOT || os == EFBIG)
            return lo_status_set(LO_E_IO, "%s: the disk is full (%s); make room and run the same command again", path,
                                 strerror(os));
        return lo_status_set(LO_E_IO, "%s: reading or writing failed: %s", path, os ? strerror(os) : detail);
    case SQLITE_CANTOPEN: return lo_status_set(LO_E_IO, "%s: cannot be opened: %s", path, os ? strerror(os) : detail);
    case SQLITE_PERM:
    case SQLITE_READONLY:
        return lo_status_set(LO_E_IO, "%s: cannot be written to; check the permissions of the file and its folder",
                             path);
    case SQLITE_NOTADB: return lo_status_set(LO_E_STORE, "%s: is no locutor store", path);
    case SQLITE_CORRUPT:
        return lo_status_set(LO_E_STORE, "%s: the store is damaged (%s); 'locutor verify' tells more, or take a backup",
                             path, detail);
    case SQLITE_TOOBIG: return lo_status_set(LO_E_LIMIT, "%s: a value is too large for the store", path);
    default: return lo_status_set(LO_E_STORE, "%s: the store refused (%s)", path, detail);
    }
}

lo_status lo_db_damaged(struct lo_store *store, const char *what)
{
    return lo_status_set(LO_E_STORE, "%s: the store is damaged (%s); 'locutor verify' tells more", store->path, what);
}

/* ---- statements ---- */

lo_status lo_db_exec(struct lo_store *store, const char *sql)
{
    int rc = sqlite3_exec(store->handle, sql, NULL, NULL, NULL);
    return rc ? lo_db_failed(store, rc) : LO_OK;
}

lo_status lo_db_statement(struct lo_store *store, const char *sql, sqlite3_stmt **out)
{
    for (size_t i = 0; i < store->n_statements; i++)
        if (store->statements[i].sql == sql) {
            *out = store->statements[i].statement;
            sqlite3_reset(*out);
            sqlite3_clear_bindings(*out);
            return LO_OK;
        }
    if (store->n_statements == LO_DB_STATEMENTS)
        return lo_status_set(LO_E_LIMIT, "%s: too many prepared statements", store->path);
    int rc = sqlite3_prepare_v3(store->handle, sql, -1, SQLITE_PREPARE_PERSISTENT, out, NULL);
    if (rc)
        return lo_db_failed(store, rc);
    store->statements[store->n_statements].sql = sql;
    store->statements[store->n_statements++].statement = *out;
    return LO_OK;
}

lo_status lo_db_step(struct lo_store *store, sqlite3_stmt *statement, bool *row)
{
    int rc = sqlite3_step(statement);
    *row = rc == SQLITE_ROW;
    if (*row)
        return LO_OK;
    lo_status status = rc == SQLITE_DONE ? LO_OK : lo_db_failed(store, rc);
    sqlite3_reset(statement);
    return status;
}

lo_status lo_db_run(struct lo_store *store, sqlite3_stmt *statement)
{
    bool row = true;
    lo_status status = LO_OK;
    while (row && !status)
        status = lo_db_step(store, statement, &row);
    return status;
}

int lo_db_bind_text(sqlite3_stmt *statement, int parameter, lo_str text)
{
    return sqlite3_bind_text64(statement, parameter, text.n ? text.p : "", text.n, SQLITE_STATIC, SQLITE_UTF8);
}

int lo_db_bind_blob(sqlite3_stmt *statement, int parameter, lo_str bytes)
{
    return sqlite3_bind_blob64(statement, parameter, bytes.n ? bytes.p : "", bytes.n, SQLITE_STATIC);
}

lo_str lo_db_column(sqlite3_stmt *statement, int column)
{
    const void *bytes = sqlite3_column_type(statement, column) == SQLITE_BLOB
                            ? sqlite3_column_blob(statement, column)
                            : (const void *)sqlite3_column_text(statement, column);
    int n = sqlite3_column_bytes(statement, column);
    return bytes ? (lo_str){bytes, (size_t)n} : (lo_str){"", 0};
}

int64_t lo_db_mark_row(int64_t document, uint32_t number)
{
    return (int64_t)((uint64_t)document << 32 | number);
}

/* ---- opening ---- */

/* Waits in short steps so that Ctrl-C is heard. */
static int on_busy(void *context, int count)
{
    (void)context;
    enum { STEP_MS = 10 };
    if (lo_stop_asked() || count >= LO_DB_BUSY_MS / STEP_MS)
        return 0;
    nanosleep(&(struct timespec){0, STEP_MS * 1000000L}, NULL);
    return 1;
}

static int on_progress(void *context)
{
    (void)context;
    return lo_stop_asked();
}

static lo_status read_number(struct lo_store *store, const char *sql, int64_t *out)
{
    sqlite3_stmt *statement = NULL;
    bool row = false;
    int rc = sqlite3_prepare_v2(store->handle, sql, -1, &statement, NULL);
    lo_status status = rc ? lo_db_failed(store, rc) : lo_db_step(store, statement, &row);
    *out = !status && row ? sqlite3_column_int64(statement, 0) : 0;
    sqlite3_finalize(statement);
    return status;
}

/* Foreign keys are declared for readers and checked by verify; looking each one up would cost half the rate of marks.
 */
static void harden(sqlite3 *handle)
{
    static const struct {
        int option, value;
    } settings[] = {
        {SQLITE_DBCONFIG_DEFENSIVE, 1},       {SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0}, {SQLITE_DBCONFIG_DQS_DDL, 0},
        {SQLITE_DBCONFIG_DQS_DML, 0},         {SQLITE_DBCONFIG_ENABLE_TRIGGER, 0}, {SQLITE_DBCONFIG_ENABLE_FKEY, 0},
        {SQLITE_DBCONFIG_WRITABLE_SCHEMA, 0},
    };
    for (size_t i = 0; i < sizeof settings / sizeof *settings; i++)
        sqlite3_db_config(handle, settings[i].option, settings[i].value, NULL);
    sqlite3_limit(handle, SQLITE_LIMIT_LENGTH, LENGTH_MAX);
    sqlite3_limit(handle, SQLITE_LIMIT_ATTACHED, 0);
    sqlite3_extended_result_codes(handle, 1);
    sqlite3_busy_handler(handle, on_busy, NULL);
    sqlite3_progress_handler(handle, PROGRESS_STEPS, on_progress, NULL);
}

static lo_str schema_script(void)
{
    const lo_asset *asset = lo_asset_find("core/data/schema.sql");
    return asset ? asset->bytes : LO_STR("");
}

/* A table that looks like ours but has another definition could make our statements do something else: every object of
 * the schema must be there word for word.  Others beside it (an analyst's own view or index) are left alone. */
static lo_status check_schema(struct lo_store *store)
{
    static const char list[] = "SELECT name, sql FROM sqlite_schema WHERE sql IS NOT NULL ORDER BY name";
    struct lo_store model = {.path = store->path};
    sqlite3_stmt *ours = NULL, *theirs = NULL;
    lo_status status = LO_OK;
    int rc = sqlite3_open_v2(":memory:", &model.handle, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
    if (rc || (rc = sqlite3_exec(model.handle, schema_script().p, NULL, NULL, NULL)) ||
        (rc = sqlite3_prepare_v2(model.handle, list, -1, &ours, NULL))) {
        status = lo_db_failed(&model, rc);
        goto done;
    }
    rc = sqlite3_prepare_v2(store->handle, "SELECT sql FROM sqlite_schema WHERE name = ?", -1, &theirs, NULL);
    if (rc) {
        status = lo_db_failed(store, rc);
        goto done;
    }
    bool row = true;
    while (!status && !(status = lo_db_step(&model, ours, &row)) && row) {
        lo_str name = lo_db_column(ours, 0);
        bool there = false;
        lo_db_bind_text(theirs, 1, name);
        status = lo_db_step(store, theirs, &there);
        if (!status && (!there || !lo_str_equal(lo_db_column(theirs, 0), lo_db_column(ours, 1))))
            status = lo_status_set(LO_E_STORE, "%s: the store is damaged or foreign: its '%.*s' is %s", store->path,
                                   LO_STR_ARG(name), there ? "defined in another way" : "missing");
        sqlite3_reset(theirs);
    }
done:
    sqlite3_finalize(ours);
    sqlite3_finalize(theirs);
    sqlite3_close(model.handle);
    return status;
}

/* LO_OK with *empty true when the file may become a store. */
static lo_status identify(struct lo_store *store, bool *empty)
{
    int64_t application, version, objects;
    lo_status status = read_number(store, "PRAGMA application_id", &application);
    if (!status)
        status = read_number(store, "PRAGMA user_version", &version);
    if (!status)
        status = read_number(store, "SELECT count(*) FROM sqlite_schema", &objects);
    if (status)
        return status;
    *empty = objects == 0 && application == 0 && version == 0;
    if (*empty)
        return LO_OK;
    if (application != LO_DB_APPLICATION)
        return lo_status_set(LO_E_STORE, "%s: is an SQLite database but no locutor store", store->path);
    if (version != LO_DB_VERSION)
        return lo_status_set(LO_E_STORE, "%s: has store format %lld; this locutor (%s) reads format %d%s", store->path,
                             (long long)version, LO_VERSION, LO_DB_VERSION,
                             version > LO_DB_VERSION ? ": a newer locutor wrote it, use that one" : "");
    return LO_OK;
}

static lo_status create(struct lo_store *store)
{
    lo_status status = lo_db_exec(store, "BEGIN IMMEDIATE");
    if (status)
        return status;
    bool empty = false;
    status = identify(store, &empty); /* somebody else may have been quicker */
    if (!status && empty) {
        status = lo_db_exec(store, schema_script().p);
        /* A transaction's words are gathered before they are written: larger than the default, see tests/bench. */
        if (!status)
            status = lo_db_exec(store, "INSERT INTO text_index(text_index, rank) VALUES('hashsize', 16777216)");
        if (!status)
            status = lo_db_exec(store, "PRAGMA application_id = 0x4c6f6331; PRAGMA user_version = 1");
    }
    if (!status)
        status = lo_db_exec(store, "COMMIT");
    if (status)
        sqlite3_exec(store->handle, "ROLLBACK", NULL, NULL, NULL);
    return status;
}

static lo_status open_handle(struct lo_store *store, const char *name, int flags)
{
    sqlite3_close(store->handle);
    store->handle = NULL;
    int rc = sqlite3_open_v2(name, &store->handle, flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
    if (rc)
        return lo_db_failed(store, rc);
    harden(store->handle);
    return LO_OK;
}

/* Readers open for writing, too, where they may: SQLite then tidies up behind them and after a crash. */
static lo_status connect(struct lo_store *store, lo_store_mode mode)
{
    return open_handle(store, store->path,
                       mode == LO_STORE_CREATE ? SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE : SQLITE_OPEN_READWRITE);
}

/* A store in a folder that may not be written to (read-only file system): nobody writes there now, so no lock is
 * needed. Only when no log is left beside it, whose pages would be missed. */
static lo_status connect_immutable(struct lo_store *store)
{
    static const char digits[] = "0123456789abcdef";
    lo_buf name = LO_BUF_EMPTY;
    struct stat about;
    lo_buf_print(&name, "%s-wal", store->path);
    lo_buf_add_byte(&name, 0);
    bool log = !name.status && stat(name.p, &about) == 0 && about.st_size > 0;
    lo_buf_clear(&name);
    lo_buf_add_text(&name, "file:");
    for (const char *at = store->path; *at; at++)
        if (strchr("%?#", *at))
            lo_buf_add(&name, (char[]){'%', digits[*at >> 4 & 15], digits[*at & 15]}, 3);
        else
            lo_buf_add_byte(&name, (unsigned char)*at);
    lo_buf_add(&name, "?immutable=1", sizeof "?immutable=1");
    lo_status status = name.status ? name.status
                       : log       ? lo_status_set(LO_E_IO,
                                                   "%s: was left in the middle of writing; open it once where its "
                                                         "folder may be written to",
                                                   store->path)
                                   : open_handle(store, name.p, SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
    lo_buf_free(&name);
    return status;
}

static lo_status set_up(struct lo_store *store, lo_store_mode mode)
{
    bool empty = false;
    lo_status status = identify(store, &empty);
    if (status == LO_E_IO && mode == LO_STORE_READ) {
        status = connect_immutable(store);
        if (!status)
            status = identify(store, &empty);
    }
    if (status)
        return status;
    if (empty && mode != LO_STORE_CREATE)
        return lo_status_set(LO_E_STORE, "%s: is empty, no locutor store; 'locutor ingest' makes one", store->path);
    if (store->writable) {
        if ((status = lo_db_exec(store, "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                                        "PRAGMA wal_autocheckpoint = 4000; PRAGMA journal_size_limit = 67108864")))
            return status;
        if (empty && (status = create(store)))
            return status;
    }
    if ((status = lo_db_exec(store, "PRAGMA cache_size = -16384; PRAGMA temp_store = MEMORY; PRAGMA mmap_size = 0;"
                                    "PRAGMA cell_size_check = ON")))
        return status;
    if (!store->writable && (status = lo_db_exec(store, "PRAGMA query_only = ON")))
        return status;
    return check_schema(store);
}

lo_status lo_db_open(const char *path, lo_store_mode mode, struct lo_store *out)
{
    *out = (struct lo_store){.writable = mode != LO_STORE_READ};
    lo_status status = lo_db_prepare_library();
    if (status)
        return status;
    size_t n = strlen(path);
    if (!n)
        return lo_status_set(LO_E_ARG, "the store's name is empty");
    const char *folder = path[0] == ':' ? "./" : ""; /* ":memory:" is a file of that name */
    out->path = lo_mem_alloc(n + 3);
    if (!out->path)
        return lo_mem_short();
    snprintf(out->path, n + 3, "%s%s", folder, path);
    struct stat about;
    if (stat(out->path, &about) != 0) {
        if (errno != ENOENT)
            status = lo_status_set(LO_E_IO, "%s: %s", path, strerror(errno));
        else if (mode != LO_STORE_CREATE)
            status = lo_status_set(LO_E_STORE, "%s: there is no such store; 'locutor ingest' makes one", path);
    } else if (!S_ISREG(about.st_mode)) {
        status = lo_status_set(LO_E_STORE, "%s: is %s, no locutor store", path,
                               S_ISDIR(about.st_mode) ? "a folder" : "no regular file");
    }
    if (!status)
        status = connect(out, mode);
    if (!status)
        status = set_up(out, mode);
    if (status)
        lo_db_close(out);
    return status;
}

void lo_db_close(struct lo_store *store)
{
    for (size_t i = 0; i < store->n_statements; i++)
        sqlite3_finalize(store->statements[i].statement);
    store->n_statements = 0;
    /* Whoever pressed Ctrl-C does not wait for the log to be folded in; the next one to open the store does that. */
    if (store->handle && lo_stop_asked())
        sqlite3_db_config(store->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, NULL);
    sqlite3_close_v2(store->handle);
    store->handle = NULL;
    lo_mem_free(store->path);
    store->path = NULL;
}
