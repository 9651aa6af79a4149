// SPDX-License-Identifier: MIT
/* Relate and report plugins from the host's side: rows go to a sealed worker with that one plugin, and what it gives
 * comes back, checked as hostile. */
#ifndef LO_STAGE_ROWS_H
#define LO_STAGE_ROWS_H

#include "stage/crew.h"

/* One value of a row, or of a report's cell. */
typedef enum lo_cell_type { LO_CELL_NONE, LO_CELL_INTEGER, LO_CELL_REAL, LO_CELL_TEXT, LO_CELL_BOOLEAN } lo_cell_type;

typedef struct lo_cell {
    lo_cell_type type;
    int64_t integer; /* of a boolean: 0 or 1 */
    double real;
    lo_str text; /* valid UTF-8 */
} lo_cell;

/* Packs a row as a Lua table with these keys, which must be in order of bytes and differ; cells of no value are left
 * out. */
lo_status lo_rows_pack(const char *const *keys, const lo_cell *cells, size_t n, lo_buf *out);

typedef struct lo_rows lo_rows;

/* Starts the plugin ("8_report/statements"); options->only and ->last are set here.  LO_E_ARG: there is none of that
 * name; LO_E_PLUGIN: it could not be loaded or opened. */
lo_status lo_rows_open(const lo_crew_options *options, const char *plugin, lo_rows **out);
void lo_rows_close(lo_rows *rows);
const lo_crew_plugin *lo_rows_plugin(const lo_rows *rows);
lo_digest lo_rows_digest(const lo_rows *rows); /* lo_crew_digest of the plugin */

/* The report gets rows[name]; with an empty row the list is there even if nothing follows. */
lo_status lo_rows_add(lo_rows *rows, const char *name, lo_str packed);

typedef struct lo_rows_sink {
    lo_status (*columns)(void *self, const lo_cell *cells, size_t n); /* first and once, before any row */
    lo_status (*row)(void *self, const lo_cell *cells, size_t n);     /* as many cells as columns */
    lo_status (*note)(void *self, lo_str text);
    void *self;
} lo_rows_sink;

/* Runs the report on what was added.  LO_E_PLUGIN: it raised, gave rubbish, or died; LO_E_LIMIT: time or memory. */
lo_status lo_rows_report(lo_rows *rows, const lo_rows_sink *sink);

typedef struct lo_rows_relation {
    uint32_t pair; /* position in what was asked */
    lo_str label, evidence;
    double score;
} lo_rows_relation;

/* Asks the relate plugin about n pairs of packed rows; found is called for each relation, in order.  A pair it raised
 * at is counted in *failed, and the first message kept in message.  LO_E_PLUGIN, LO_E_LIMIT: it died. */
lo_status lo_rows_relate(lo_rows *rows, const lo_str *a, const lo_str *b, uint32_t n,
                         lo_status (*found)(void *self, const lo_rows_relation *relation), void *self, uint32_t *failed,
                         char message[256]);

#endif
