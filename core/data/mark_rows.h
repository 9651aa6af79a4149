// SPDX-License-Identifier: MIT
/* Marks, the analysis they belong to, and relations between marks, as rows of the store. */
#ifndef LO_DATA_MARK_ROWS_H
#define LO_DATA_MARK_ROWS_H

#include "data/mark.h"
#include "data/store.h"

/* Who made a mark: what lo_mark.plugin counts. */
typedef struct lo_maker {
    const char *name, *version; /* "4_annotate/direct_speech", "1.0" */
    lo_digest hash;             /* of the plugin's source, options and data */
} lo_maker;

/* Replaces all marks of a document and notes the analysis as complete, inside a transaction.  marks: dropped ones are
 * left out; each is checked against text (LO_E_PLUGIN) before anything is written.  faults: a line for each plugin that
 * lost its marks of this document, or empty.  Relations of the old marks go with them. */
lo_status lo_mark_rows_put(lo_store *store, int64_t document, lo_str text, const lo_marks *marks,
                           const lo_maker *makers, size_t n_makers, const lo_digest *signature, lo_str faults);

/* Appends a document's marks in text order, checked (LO_E_STORE when damaged).  kinds: NULL-terminated, or NULL for
 * all; references to marks of other kinds are left out.  lo_mark.plugin indexes *makers (arena). */
lo_status lo_mark_rows_read(lo_store *store, int64_t document, lo_str text, const char *const *kinds, lo_marks *marks,
                            const lo_maker **makers, size_t *n_makers);

/* What the document's analysis left out: a line per plugin that failed.  Arena. */
lo_status lo_mark_rows_faults(lo_store *store, int64_t document, lo_arena *arena, lo_str *out);

/* Public id of a mark, DOC.KIND.START-END, and back; parse gives LO_E_ARG when text is none. */
enum { LO_MARK_ID = LO_RECORD_ID + 1 + 31 + 1 + 10 + 1 + 10 };
typedef struct lo_mark_id {
    char document[LO_RECORD_ID + 1];
    char kind[32];
    lo_span span;
} lo_mark_id;
void lo_mark_id_print(const char *document, const lo_mark *mark, char out[LO_MARK_ID + 1]);
lo_status lo_mark_id_parse(lo_str text, lo_mark_id *out);

/* A mark by where it is: the number lo_mark_rows_put gave it is its position among the marks read back with kinds NULL.
 */
typedef struct lo_mark_place {
    int64_t document;
    uint32_t number;
} lo_mark_place;

typedef struct lo_relation {
    const char *label; /* "same_utterance", "denial", "contradiction", "corroboration", "change", … */
    lo_mark_place a, b;
    double score;
    lo_str evidence;
    const lo_maker *maker;
    const char *rule;
} lo_relation;

/* Inside a transaction.  clear takes back all relations, before a new run of the relate plugins; put replaces one of
 * the same label between the same marks. */
lo_status lo_relations_clear(lo_store *store);
lo_status lo_relations_put(lo_store *store, const lo_relation *relation);

#endif
