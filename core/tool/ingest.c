// SPDX-License-Identifier: MIT
#include "tool/ingest.h"

#include "base/mem.h"
#include "base/stop.h"
#include "out/escape.h"
#include "read/reader.h"
#include "tool/input.h"
#include "tool/progress.h"

#include <stdio.h>
#include <time.h>
#include <unistd.h>

/* A batch is one transaction: large enough that the index writes its words in few pieces, small enough to be
 * acknowledged soon. */
enum { BATCH_BYTES = 12 << 20, BATCH_DOCUMENTS = 4000 };
static const double batch_seconds = 2;

typedef struct ingesting {
    lo_store *store;
    const lo_ingest_options *options;
    lo_ingest_counts *counts;
    lo_ingest_counts batch;
    uint64_t documents; /* in the batch */
    double batch_started;
    bool in_batch, committed_before;
    lo_buf acknowledged; /* lines that may be said after the commit */
    lo_progress progress;
    lo_arena arena;
} ingesting;

static void fault(ingesting *in)
{
    in->counts->failed++;
    lo_progress_clear(&in->progress);
    if (in->options->fault)
        in->options->fault(in->options->context, lo_status_message());
}

static lo_status begin(ingesting *in)
{
    if (in->in_batch)
        return LO_OK;
    /* A writer that waits looks every few milliseconds: give it the chance to come in between. */
    if (in->committed_before)
        nanosleep(&(struct timespec){0, 5000000}, NULL);
    lo_status status = lo_store_begin(in->store);
    if (status)
        return status;
    in->in_batch = true;
    in->batch = (lo_ingest_counts){0};
    in->documents = 0;
    in->batch_started = lo_progress_now();
    return LO_OK;
}

static void acknowledge(ingesting *in)
{
    const lo_buf *lines = &in->acknowledged;
    lo_progress_clear(&in->progress);
    for (size_t at = 0; at < lines->n;) { /* not through stdio: each line is out before the next batch begins */
        ssize_t n = write(STDERR_FILENO, lines->p + at, lines->n - at);
        if (n <= 0)
            break;
        at += (size_t)n;
    }
    lo_buf_clear(&in->acknowledged);
}

static lo_status commit(ingesting *in)
{
    if (!in->in_batch)
        return LO_OK;
    lo_status status = lo_store_commit(in->store);
    if (status)
        return status;
    in->in_batch = false;
    in->committed_before = true;
    in->counts->added += in->batch.added;
    in->counts->versions += in->batch.versions;
    in->counts->updated += in->batch.updated;
    in->counts->same += in->batch.same;
    in->counts->bytes += in->batch.bytes;
    if (in->acknowledged.n)
        acknowledge(in);
    return LO_OK;
}

static lo_status note(ingesting *in, lo_put put, const char *id, lo_str key)
{
    if (!in->options->verbose)
        return LO_OK;
    lo_buf *lines = &in->acknowledged;
    lo_buf_add_text(lines, put == LO_PUT_SAME ? "known " : "stored ");
    lo_buf_add_text(lines, id);
    lo_buf_add_byte(lines, ' ');
    lo_escape_terminal(lines, key);
    return lo_buf_add_byte(lines, '\n');
}

static lo_status store_record(ingesting *in, const lo_record *record)
{
    lo_put put;
    char id[LO_RECORD_ID + 1];
    lo_status status = begin(in);
    if (!status)
        status = lo_store_put(in->store, record, &put, id);
    if (status == LO_E_DATA) {
        fault(in);
        return LO_OK;
    }
    if (status)
        return status;
    uint64_t *const counters[] = {&in->batch.added, &in->batch.versions, &in->batch.updated, &in->batch.same};
    ++*counters[put];
    in->batch.bytes += record->text.n;
    in->documents++;
    status = note(in, put, id, record->key);
    if (!status && (in->batch.bytes >= BATCH_BYTES || in->documents >= BATCH_DOCUMENTS ||
                    lo_progress_now() - in->batch_started >= batch_seconds))
        status = commit(in);
    return status;
}

static lo_status take(ingesting *in, const lo_input_item *item)
{
    lo_record record;
    lo_arena_reset(&in->arena);
    lo_status status = item->kind == LO_INPUT_LINE ? lo_read_jsonl(item->bytes, &in->arena, &record)
                                                   : lo_read_file(item->name, item->bytes, &in->arena, &record);
    if (!status)
        return store_record(in, &record);
    if (status != LO_E_DATA && status != LO_E_LIMIT)
        return status;
    lo_str name = lo_str_is(item->name, "-") ? LO_STR("standard input") : item->name;
    if (item->kind == LO_INPUT_LINE)
        lo_status_prefix(status, "%.*s:%llu", LO_STR_ARG(name), (unsigned long long)item->line);
    else
        lo_status_prefix(status, "%.*s", LO_STR_ARG(name));
    fault(in);
    return LO_OK;
}

lo_status lo_ingest_paths(lo_store *store, const char *const *paths, size_t n_paths, const lo_ingest_options *options,
                          lo_ingest_counts *counts)
{
    ingesting in = {.store = store,
                    .options = options,
                    .counts = counts,
                    .acknowledged = LO_BUF_EMPTY,
                    .progress = lo_progress_start(options->quiet || options->verbose),
                    .arena = LO_ARENA_EMPTY};
    lo_input input = lo_input_of(paths, n_paths);
    lo_input_item item = {.kind = LO_INPUT_WAIT};
    *counts = (lo_ingest_counts){0};
    lo_status status = lo_read_warm_up();
    while (!status && item.kind != LO_INPUT_END) {
        if ((status = lo_stop_check()) || (status = lo_input_next(&input, &item)))
            break;
        if (item.kind == LO_INPUT_FAILED)
            fault(&in);
        else if (item.kind == LO_INPUT_WAIT)
            status = commit(&in);
        else if (item.kind != LO_INPUT_END)
            status = take(&in, &item);
        lo_progress_step(&in.progress, "documents",
                         counts->added + counts->versions + counts->updated + counts->same + in.documents, 0,
                         counts->bytes + in.batch.bytes);
    }
    if (!status)
        status = commit(&in);
    if (status) {
        lo_store_rollback(store);
        lo_status_set(status, "%s; %llu documents stored before are kept", lo_status_message(),
                      (unsigned long long)(counts->added + counts->versions + counts->updated));
    }
    counts->skipped = input.skipped;
    lo_progress_clear(&in.progress);
    lo_buf_free(&in.acknowledged);
    lo_arena_free(&in.arena);
    lo_input_close(&input);
    return status;
}
