// SPDX-License-Identifier: MIT
#include "tool/ingest.h"

#include "base/mem.h"
#include "base/stop.h"
#include "out/escape.h"
#include "stage/pipeline.h"
#include "tool/input.h"
#include "tool/progress.h"

#include <string.h>
#include <time.h>
#include <unistd.h>

/* Reading (JSON, HTML, character sets) is done by sealed workers; this process only splits lines, checks what comes
 * back, and stores it.  A batch is one transaction: large enough that the index writes its words in few pieces, small
 * enough to be acknowledged soon. */
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
    lo_input input;
    bool idle; /* the input has nothing now */
    struct origin *oldest, **newest;
    lo_pipeline_source source;
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

/* ---- between the pipeline and the store ---- */

/* Where an item that is under way came from: results come back in order. */
typedef struct origin {
    struct origin *next;
    uint64_t line; /* 0: a whole file */
    char name[];
} origin;

static lo_status remember(ingesting *in, const lo_input_item *item)
{
    origin *from = lo_mem_alloc(sizeof *from + item->name.n + 1);
    if (!from)
        return lo_mem_short();
    from->next = NULL;
    from->line = item->kind == LO_INPUT_LINE ? item->line : 0;
    memcpy(from->name, item->name.p, item->name.n);
    from->name[item->name.n] = 0;
    *in->newest = from;
    in->newest = &from->next;
    return LO_OK;
}

static void forget(ingesting *in)
{
    origin *from = in->oldest;
    if (!from)
        return;
    in->oldest = from->next;
    if (!in->oldest)
        in->newest = &in->oldest;
    lo_mem_free(from);
}

static lo_status next_item(void *self, lo_pipeline_item *out, lo_pipeline_supply *supply)
{
    ingesting *in = self;
    lo_input_item item;
    lo_status status;
    while (!(status = lo_input_next(&in->input, &item)) && item.kind == LO_INPUT_FAILED)
        fault(in);
    in->idle = item.kind == LO_INPUT_WAIT;
    in->source.fd = lo_input_fd(&in->input);
    *supply = item.kind == LO_INPUT_END ? LO_SUPPLY_END : in->idle ? LO_SUPPLY_WAIT : LO_SUPPLY_ITEM;
    if (status || *supply != LO_SUPPLY_ITEM)
        return status;
    *out = (lo_pipeline_item){.kind = item.kind == LO_INPUT_LINE ? LO_TASK_LINE : LO_TASK_FILE,
                              .number = item.line,
                              .name = item.name,
                              .bytes = item.bytes};
    return remember(in, &item);
}

/* The input reads by itself when it is asked again. */
static lo_status fill(void *self)
{
    (void)self;
    return LO_OK;
}

static lo_status take(void *self, const lo_pipeline_result *result)
{
    ingesting *in = self;
    lo_status status = LO_OK;
    if (result->status) {
        const char *name = in->oldest ? in->oldest->name : "";
        name = strcmp(name, "-") ? name : "standard input";
        if (in->oldest && in->oldest->line)
            lo_status_set(result->status, "%s:%llu: %s", name, (unsigned long long)in->oldest->line, result->message);
        else
            lo_status_set(result->status, "%s: %s", name, result->message);
        fault(in);
    } else {
        status = store_record(in, result->record);
    }
    forget(in);
    const lo_ingest_counts *c = in->counts;
    lo_progress_step(&in->progress, "documents", c->added + c->versions + c->updated + c->same + in->documents, 0,
                     c->bytes + in->batch.bytes);
    return status;
}

/* Called whenever the pipeline is about to wait: only when the input itself has nothing more is that a reason to
 * commit. */
static lo_status flush(void *self)
{
    ingesting *in = self;
    return in->idle ? commit(in) : LO_OK;
}

lo_status lo_ingest_paths(lo_store *store, const char *const *paths, size_t n_paths, const lo_ingest_options *options,
                          lo_ingest_counts *counts)
{
    ingesting in = {.store = store,
                    .options = options,
                    .counts = counts,
                    .acknowledged = LO_BUF_EMPTY,
                    .progress = lo_progress_start(options->quiet || options->verbose),
                    .input = lo_input_of(paths, n_paths),
                    .newest = &in.oldest,
                    .source = {-1, next_item, fill, &in}};
    const lo_crew_options readers = {.workers = options->workers, .last = LO_STAGE_INGEST, .unsafe = options->unsafe};
    const lo_pipeline_sink sink = {take, flush, &in};
    lo_crew *crew = NULL;
    *counts = (lo_ingest_counts){0};
    lo_status status = lo_crew_open(&readers, false, &crew);
    if (!status)
        status = lo_pipeline_run(crew, LO_WANT_RECORD | LO_WANT_MARKS, &in.source, &sink);
    if (!status)
        status = commit(&in);
    if (status) {
        lo_store_rollback(store);
        unsigned long long kept = counts->added + counts->versions + counts->updated;
        lo_status_set(status, "%s; %llu documents stored before are kept", lo_status_message(), kept);
    }
    counts->skipped = in.input.skipped;
    lo_progress_clear(&in.progress);
    while (in.oldest)
        forget(&in);
    lo_crew_close(crew);
    lo_buf_free(&in.acknowledged);
    lo_input_close(&in.input);
    return status;
}
