// SPDX-License-Identifier: MIT
/* Rows of the store, for reports and scripts: one SELECT over the tables and views of schema.sql.  Anything that would
 * write, attach or change settings is refused. */
#ifndef LO_DATA_QUERY_H
#define LO_DATA_QUERY_H

#include "data/store.h"

typedef struct lo_query lo_query; /* owned; close it before the store */

typedef enum lo_value_type {
    LO_VALUE_NULL,
    LO_VALUE_INTEGER,
    LO_VALUE_REAL,
    LO_VALUE_TEXT,
    LO_VALUE_BLOB,
} lo_value_type;

typedef struct lo_value {
    lo_value_type type;
    int64_t integer;
    double real;
    lo_str bytes; /* of TEXT and BLOB; borrowed until the next lo_query_next */
} lo_value;

/* LO_E_ARG with SQLite's message when the text is no single SELECT.  Parameters: ?1 … or :name. */
lo_status lo_query_open(lo_store *store, lo_str sql, lo_query **out);
lo_status lo_query_bind(lo_query *query, int parameter, const lo_value *value); /* from 1; copied */
int lo_query_parameter(lo_query *query, const char *name);                      /* ":name"; 0: there is none */
lo_status lo_query_next(lo_query *query, bool *row);                            /* LO_E_STOP on Ctrl-C */
int lo_query_columns(const lo_query *query);
const char *lo_query_column_name(const lo_query *query, int column); /* from 0; borrowed from the query */
lo_value lo_query_value(const lo_query *query, int column);
void lo_query_rewind(lo_query *query); /* bindings stay */
void lo_query_close(lo_query *query);

#endif
