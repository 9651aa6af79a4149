// SPDX-License-Identifier: MIT
/* The store: one SQLite file with texts, documents, versions, marks, layers and a full-text index (schema.sql is its
 * documentation).  Only the host process opens it.  A file from elsewhere is hostile input: whatever is wrong with it
 * leads to a status and a message, never to code being run.
 *
 * One lo_store is one connection; use it from one thread.  Every function that says so waits up to 5 seconds for
 * another writer, then LO_E_BUSY.  Messages name the file. */
#ifndef LO_DATA_STORE_H
#define LO_DATA_STORE_H

#include "data/record.h"

typedef struct lo_store lo_store; /* owned by its opener */

typedef enum lo_store_mode {
    LO_STORE_READ,   /* must exist; nothing is written */
    LO_STORE_WRITE,  /* must exist */
    LO_STORE_CREATE, /* made when the file is missing or empty */
} lo_store_mode;

/* LO_E_STORE: missing, no store, of another format (user_version), damaged; LO_E_BUSY; LO_E_IO. */
lo_status lo_store_open(const char *path, lo_store_mode mode, lo_store **out);
void lo_store_close(lo_store *store);             /* an open transaction is undone */
const char *lo_store_path(const lo_store *store); /* as given; borrowed */

/* Everything put between begin and commit is stored whole or not at all; survives kill and power loss from commit on.
 * begin waits for other writers.  After a failed commit, rollback. */
lo_status lo_store_begin(lo_store *store);
lo_status lo_store_commit(lo_store *store);
void lo_store_rollback(lo_store *store); /* nothing to undo is fine */

typedef enum lo_put {
    LO_PUT_NEW,     /* a key not seen before */
    LO_PUT_VERSION, /* a known key with another text: a new version, or an old one again */
    LO_PUT_UPDATED, /* same key and text, other title, date, …: the document is changed and its analysis is stale */
    LO_PUT_SAME,    /* nothing new: skipped */
} lo_put;

/* Stores one record, inside a transaction.  id: the document's public id.  LO_E_DATA: the record itself cannot be
 * stored (no key, bad UTF-8, metadata that is no JSON object); nothing of it is stored and the transaction goes on.
 * After any other failure, rollback. */
lo_status lo_store_put(lo_store *store, const lo_record *record, lo_put *out, char id[LO_RECORD_ID + 1]);

typedef struct lo_store_document {
    int64_t row; /* for the other functions of data/; never shown; 0: there is none */
    char id[LO_RECORD_ID + 1];
    uint32_t version;
    bool current;
    lo_record record; /* everything arena */
} lo_store_document;

typedef struct lo_store_counts {
    uint64_t documents, current, texts, marks;
} lo_store_counts;

lo_status lo_store_count(lo_store *store, lo_store_counts *out);

/* The document after row (0: the first), in order of storing; current ones only, or old versions too.  out->row is 0 at
 * the end.  The store may be written to between two calls. */
lo_status lo_store_next(lo_store *store, int64_t row, bool old_too, lo_arena *arena, lo_store_document *out);
/* The same for current documents whose marks are missing or were made under another signature. */
lo_status lo_store_next_stale(lo_store *store, int64_t row, const lo_digest *signature, lo_arena *arena,
                              lo_store_document *out);
lo_status lo_store_count_stale(lo_store *store, const lo_digest *signature, uint64_t *out);
/* By public id (12 hex digits), else by key (its current version).  LO_E_ARG when there is none. */
lo_status lo_store_find(lo_store *store, lo_str id_or_key, lo_arena *arena, lo_store_document *out);
lo_status lo_store_read(lo_store *store, int64_t row, lo_arena *arena, lo_store_document *out);

#endif
