// SPDX-License-Identifier: MIT
#include "data/query.h"

#include "base/mem.h"
#include "data/db.h"

#include <string.h>

struct lo_query {
    lo_store *store;
    sqlite3_stmt *statement;
};

/* What a SELECT may do: read, and call SQLite's own functions (the connection has no others that reach outside). */
static int authorize(void *context, int action, const char *a, const char *b, const char *database, const char *view)
{
    (void)context, (void)database, (void)view;
    switch (action) {
    case SQLITE_SELECT:
    case SQLITE_READ:
    case SQLITE_RECURSIVE: return SQLITE_OK;
    case SQLITE_FUNCTION: return b && !sqlite3_stricmp(b, "load_extension") ? SQLITE_DENY : SQLITE_OK;
    case SQLITE_PRAGMA: /* FTS5 asks this of its own database */
        return a && !strcmp(a, "data_version") && !b ? SQLITE_OK : SQLITE_DENY;
    default: return SQLITE_DENY;
    }
}

lo_status lo_query_open(lo_store *store, lo_str sql, lo_query **out)
{
    *out = NULL;
    lo_query *query = lo_mem_zalloc(sizeof *query);
    if (!query)
        return lo_mem_short();
    query->store = store;
    lo_status status = LO_OK;
    const char *rest = NULL;
    if (sql.n > (1 << 20)) {
        status = lo_status_set(LO_E_ARG, "the query is longer than 1 MiB");
        goto done;
    }
    sqlite3_set_authorizer(store->handle, authorize, NULL);
    int rc = sqlite3_prepare_v2(store->handle, sql.p ? sql.p : "", (int)sql.n, &query->statement, &rest);
    sqlite3_set_authorizer(store->handle, NULL, NULL);
    if (rc == SQLITE_AUTH)
        status = lo_status_set(LO_E_ARG, "a query may only read: %s", sqlite3_errmsg(store->handle));
    else if ((rc & 0xff) == SQLITE_ERROR)
        status = lo_status_set(LO_E_ARG, "the query cannot be understood: %s", sqlite3_errmsg(store->handle));
    else if (rc)
        status = lo_db_failed(store, rc);
    else if (!query->statement)
        status = lo_status_set(LO_E_ARG, "the query is empty");
    else if (!sqlite3_stmt_readonly(query->statement) || sqlite3_column_count(query->statement) == 0)
        status = lo_status_set(LO_E_ARG, "a query may only read");
    else if (lo_str_trim((lo_str){rest, (size_t)(sql.p + sql.n - rest)}).n)
        status = lo_status_set(LO_E_ARG, "a query is one SELECT; this is more than one");
done:
    if (status) {
        lo_query_close(query);
        return status;
    }
    *out = query;
    return LO_OK;
}

lo_status lo_query_bind(lo_query *query, int parameter, const lo_value *value)
{
    sqlite3_stmt *at = query->statement;
    const char *bytes = value->bytes.n ? value->bytes.p : "";
    int rc = SQLITE_OK;
    switch (value->type) {
    case LO_VALUE_NULL: rc = sqlite3_bind_null(at, parameter); break;
    case LO_VALUE_INTEGER: rc = sqlite3_bind_int64(at, parameter, value->integer); break;
    case LO_VALUE_REAL: rc = sqlite3_bind_double(at, parameter, value->real); break;
    case LO_VALUE_TEXT:
        rc = sqlite3_bind_text64(at, parameter, bytes, value->bytes.n, SQLITE_TRANSIENT, SQLITE_UTF8);
        break;
    case LO_VALUE_BLOB: rc = sqlite3_bind_blob64(at, parameter, bytes, value->bytes.n, SQLITE_TRANSIENT); break;
    }
    if (rc == SQLITE_RANGE)
        return lo_status_set(LO_E_ARG, "the query has no parameter %d", parameter);
    return rc ? lo_db_failed(query->store, rc) : LO_OK;
}

int lo_query_parameter(lo_query *query, const char *name)
{
    return sqlite3_bind_parameter_index(query->statement, name);
}

lo_status lo_query_next(lo_query *query, bool *row)
{
    return lo_db_step(query->store, query->statement, row);
}

int lo_query_columns(const lo_query *query)
{
    return sqlite3_column_count(query->statement);
}

const char *lo_query_column_name(const lo_query *query, int column)
{
    const char *name = sqlite3_column_name(query->statement, column);
    return name ? name : "";
}

lo_value lo_query_value(const lo_query *query, int column)
{
    sqlite3_stmt *at = query->statement;
    switch (sqlite3_column_type(at, column)) {
    case SQLITE_INTEGER: return (lo_value){.type = LO_VALUE_INTEGER, .integer = sqlite3_column_int64(at, column)};
    case SQLITE_FLOAT: return (lo_value){.type = LO_VALUE_REAL, .real = sqlite3_column_double(at, column)};
    case SQLITE_TEXT: return (lo_value){.type = LO_VALUE_TEXT, .bytes = lo_db_column(at, column)};
    case SQLITE_BLOB: return (lo_value){.type = LO_VALUE_BLOB, .bytes = lo_db_column(at, column)};
    default: return (lo_value){.type = LO_VALUE_NULL};
    }
}

void lo_query_rewind(lo_query *query)
{
    sqlite3_reset(query->statement);
}

void lo_query_close(lo_query *query)
{
    if (!query)
        return;
    sqlite3_finalize(query->statement);
    lo_mem_free(query);
}
