// SPDX-License-Identifier: MIT
/* What host and worker say to each other: the payloads of frames.  Every unpack checks everything, since the other side
 * may be hostile: LO_E_DATA.  Unpacked strings are borrowed from the payload, arrays are arena. */
#ifndef LO_STAGE_TASK_H
#define LO_STAGE_TASK_H

#include "base/arena.h"
#include "stage/engine.h"
#include "stage/frame.h"

/* Plugins are told apart by their load index here.  Shipped ones travel by name alone; the worker has their bytes. */
typedef struct lo_setup {
    lo_engine_options engine;
    const lo_plugin_source *plugins;
    uint32_t n_plugins;
    bool prompt; /* send each document's result at once: the host watches the clock of a single plugin */
} lo_setup;

lo_status lo_setup_pack(const lo_setup *setup, lo_buf *out);
lo_status lo_setup_unpack(lo_str payload, lo_arena *arena, lo_setup *out);

/* The run order of one worker: load indexes, and for each its number in the whole pipeline, under which marks are known
 * to all; makers ("4_annotate/dates@1.0") of the whole pipeline by that number. */
typedef struct lo_run_order {
    const uint32_t *loaded, *numbers;
    uint32_t n;
    const char *const *makers;
    uint32_t n_makers;
} lo_run_order;

lo_status lo_run_order_pack(const lo_run_order *order, lo_buf *out);
lo_status lo_run_order_unpack(lo_str payload, lo_arena *arena, lo_run_order *out);

typedef enum lo_task_kind {
    LO_TASK_LINE,   /* one line of JSONL */
    LO_TASK_FILE,   /* the bytes of a file */
    LO_TASK_RECORD, /* a packed record */
} lo_task_kind;

enum { LO_WANT_RECORD = 1, LO_WANT_MARKS = 2, LO_WANT_LINE = 4 };

typedef struct lo_task {
    lo_task_kind kind;
    unsigned want;
    uint32_t from, to; /* positions in the worker's order */
    lo_str name;       /* of a file */
    lo_str bytes;
    lo_str marks;   /* packed, or empty */
    bool with_text; /* render the text, too: a later step of a document whose input was not its text */
} lo_task;

/* Tasks follow one another in a frame. */
lo_status lo_task_pack(const lo_task *task, lo_buf *out);
lo_status lo_task_unpack(lo_cursor *at, lo_task *out);

typedef struct lo_task_fault {
    uint32_t position; /* in the worker's order; the host writes who that is */
    lo_status status;
    lo_str message;
} lo_task_fault;

typedef struct lo_task_result {
    lo_status status; /* of the document as a whole */
    lo_str message;
    const lo_task_fault *faults;
    uint32_t n_faults;
    bool with_text;
    lo_str record, marks, line; /* as wanted */
    /* By packed mark: the number + 1 it had among the live marks that came with the task, 0 for a new one. */
    const uint32_t *origins;
    uint32_t n_origins;
} lo_task_result;

lo_status lo_task_result_pack(const lo_task_result *result, lo_buf *out);
lo_status lo_task_result_unpack(lo_str payload, lo_arena *arena, lo_task_result *out);

/* First byte of a rows message: rows for a report (the list's name, then packed rows), the report itself, or a number
 * of pairs of rows to relate. */
enum { LO_ROWS_ADD, LO_ROWS_REPORT, LO_ROWS_RELATE };

#endif
