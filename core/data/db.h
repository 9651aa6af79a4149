// SPDX-License-Identifier: MIT
/* The inside of a store: one SQLite connection, set up so that a hostile file can do nothing, its prepared statements,
 * and the translation of SQLite's codes into ours.  Only for the other files of data/. */
#ifndef LO_DATA_DB_H
#define LO_DATA_DB_H

#include "data/store.h"

#include <sqlite3.h>

enum { LO_DB_APPLICATION = 0x4c6f6331, LO_DB_VERSION = 1, LO_DB_BUSY_MS = 5000, LO_DB_STATEMENTS = 64 };

struct lo_store {
    sqlite3 *handle;
    char *path; /* owned */
    bool writable, in_transaction;
    struct lo_db_statement {
        const char *sql; /* the literal itself is the key */
        sqlite3_stmt *statement;
    } statements[LO_DB_STATEMENTS];
    size_t n_statements;
    int64_t text_number, document_number; /* highest in use, inside a transaction: row ids rise by one writer */
};

/* Points SQLite's allocator at base/mem; before the first connection. */
lo_status lo_db_prepare_library(void);
/* Opens the file and checks that it is a store of this format, or makes it one. */
lo_status lo_db_open(const char *path, lo_store_mode mode, struct lo_store *out);
void lo_db_close(struct lo_store *store);

/* Records what went wrong (rc from SQLite) in people's words, with the file's name, and gives our code. */
lo_status lo_db_failed(struct lo_store *store, int rc);
/* Records that the contents are not what a store holds: LO_E_STORE. */
lo_status lo_db_damaged(struct lo_store *store, const char *what);

lo_status lo_db_exec(struct lo_store *store, const char *sql);
/* A prepared statement, reset and without bindings, kept until the store closes.  sql must be a literal. */
lo_status lo_db_statement(struct lo_store *store, const char *sql, sqlite3_stmt **out);
/* One step: *row tells whether there is one.  At the end, or on failure, the statement is reset. */
lo_status lo_db_step(struct lo_store *store, sqlite3_stmt *statement, bool *row);
/* Runs a statement that gives no rows. */
lo_status lo_db_run(struct lo_store *store, sqlite3_stmt *statement);

/* Bindings: failures stick in the statement's connection and come out at the step. */
int lo_db_bind_text(sqlite3_stmt *statement, int parameter, lo_str text); /* borrowed until the statement is reset */
int lo_db_bind_blob(sqlite3_stmt *statement, int parameter, lo_str bytes);
/* The row of a mark: the document in the upper half, so that the marks of one stand together. */
int64_t lo_db_mark_row(int64_t document, uint32_t number);
lo_str lo_db_column(sqlite3_stmt *statement, int column); /* text or blob; borrowed until the next step */

#endif
