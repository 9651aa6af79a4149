// SPDX-License-Identifier: MIT
/* Relate and report plugins: their entries see rows, not documents.  Part of the engine; runs in the worker. */
#ifndef LO_STAGE_ENGINE_ROWS_H
#define LO_STAGE_ENGINE_ROWS_H

#include "stage/engine.h"

/* Appends a packed row to the list rows[name] of the report that comes next; with an empty row only makes the list. */
lo_status lo_engine_rows_add(lo_engine *engine, lo_str name, lo_str row);

/* What a report gives, item after item: its kind (a byte), then its packed value as a string. */
typedef enum lo_rows_item { LO_ROWS_END, LO_ROWS_COLUMNS, LO_ROWS_ROW, LO_ROWS_NOTE } lo_rows_item;

/* Runs report(rows, out, state) of the plugin at a position of the order on the rows added since the last one. */
lo_status lo_engine_report(lo_engine *engine, uint32_t position, lo_buf *items);

/* Runs relate(a, b, state) on two packed rows; *found: it gave a label, and label (string), score (millionths, varint)
 * and evidence (string) were appended. */
lo_status lo_engine_relate(lo_engine *engine, uint32_t position, lo_str a, lo_str b, lo_buf *out, bool *found);

#endif
