// SPDX-License-Identifier: MIT
/* Rows of named columns, written as a table for people, CSV, TSV, JSON, JSONL, Markdown, or an HTML page.
 *
 * open, then rows, then close.  Formats other than "table" and "md" stream; those two keep all rows to find widths. */
#ifndef LO_OUT_TABLE_H
#define LO_OUT_TABLE_H

#include "base/str.h"

typedef enum lo_table_format {
    LO_TABLE_TEXT, /* ruled table, wrapped to the terminal's width */
    LO_TABLE_CSV,
    LO_TABLE_TSV,
    LO_TABLE_JSON,  /* one array of objects */
    LO_TABLE_JSONL, /* one object a line */
    LO_TABLE_MARKDOWN,
    LO_TABLE_HTML, /* one self-contained page */
} lo_table_format;

/* "table", "csv", "tsv", "json", "jsonl", "md", "html"; LO_E_ARG lists them. */
lo_status lo_table_format_of(const char *name, lo_table_format *out);

/* Where finished bytes go; a negative status stops the table. */
typedef lo_status (*lo_table_sink)(void *context, lo_str bytes);

typedef struct lo_table_options {
    lo_table_format format;
    uint32_t width;    /* columns of the terminal; 0: 120 */
    bool colour;       /* bold head; terminal tables only */
    const char *title; /* of the page; may be NULL */
    const char *note;  /* a line under the title or the table: what made it, from what; may be NULL */
} lo_table_options;

typedef struct lo_table lo_table;

/* names: column heads, copied.  On failure *out is NULL. */
lo_status lo_table_open(const lo_table_options *options, const char *const *names, uint32_t n_columns,
                        lo_table_sink sink, void *context, lo_table **out);
/* One cell for each column; absent strings (p NULL) are empty cells, null in JSON.  A cell whose number flag is set is
 * right-aligned and written bare in JSON. */
typedef struct lo_table_cell {
    lo_str text;
    bool number;
    lo_str link; /* pages only; followed if http, https, mailto or #fragment */
} lo_table_cell;
lo_status lo_table_row(lo_table *table, const lo_table_cell *cells);
/* Writes what is left.  The table is freed in any case; NULL is fine. */
lo_status lo_table_close(lo_table *table);

/* Columns a text takes on a terminal: wide East Asian characters count 2, combining ones 0. */
uint32_t lo_table_text_width(lo_str text);

#endif
