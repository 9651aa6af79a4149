// SPDX-License-Identifier: MIT
#include "tool/analyze.h"

#include "base/mem.h"
#include "data/mark_rows.h"
#include "out/escape.h"
#include "tool/progress.h"
#include "tool/relate.h"
#include "tool/trouble.h"

#include <stdio.h>
#include <string.h>

enum { BATCH_DOCUMENTS = 256 };
static const double batch_seconds = 1;

typedef struct analysis {
    lo_store *store;
    const lo_analyze_options *options;
    lo_analyze_counts *counts;
    lo_trouble trouble;
    lo_maker *makers;
    size_t n_makers;
    lo_digest signature;
    int64_t row; /* of the document asked for last */
    uint64_t stale, batch;
    double batch_started;
    bool in_batch;
    lo_arena arena;
    lo_buf packed;
    lo_progress progress;
} analysis;

/* What an analysis depends on: the program, and every plugin that runs, in its order. */
static lo_status sign(analysis *a, const lo_crew *crew, bool fast)
{
    size_t n = 2 + 2 * (size_t)crew->n_order;
    lo_str *runs = lo_mem_alloc(n * sizeof *runs);
    a->makers = lo_mem_zalloc((crew->n_order + 1) * sizeof *a->makers);
    if (!runs || !a->makers) {
        lo_mem_free(runs);
        return lo_mem_short();
    }
    runs[0] = LO_STR(LO_VERSION);
    runs[1] = fast ? LO_STR("fast") : LO_STR("full");
    for (uint32_t i = 0; i < crew->n_order; i++) {
        const lo_crew_plugin *plugin = lo_crew_numbered(crew, i);
        a->makers[i] = (lo_maker){plugin->contract.name, plugin->contract.version, lo_crew_digest(crew, plugin)};
        runs[2 + 2 * i] = lo_str_of(plugin->maker);
        runs[3 + 2 * i] = (lo_str){(const char *)a->makers[i].hash.bytes, LO_DIGEST_SIZE};
    }
    a->n_makers = crew->n_order;
    a->signature = lo_digest_of_list(runs, n);
    lo_mem_free(runs);
    return LO_OK;
}

static lo_status next(void *self, lo_pipeline_item *out, lo_pipeline_supply *supply)
{
    analysis *a = self;
    lo_store_document document;
    lo_arena_reset(&a->arena);
    lo_status status = a->options->all ? lo_store_next(a->store, a->row, false, &a->arena, &document)
                                       : lo_store_next_stale(a->store, a->row, &a->signature, &a->arena, &document);
    if (status)
        return status;
    *supply = document.row ? LO_SUPPLY_ITEM : LO_SUPPLY_END;
    if (!document.row)
        return LO_OK;
    a->row = document.row;
    lo_buf_clear(&a->packed);
    status = lo_record_pack(&document.record, &a->packed);
    *out =
        (lo_pipeline_item){.kind = LO_TASK_RECORD, .number = (uint64_t)document.row, .bytes = lo_buf_str(&a->packed)};
    return status;
}

static lo_status commit(analysis *a)
{
    if (!a->in_batch)
        return LO_OK;
    a->in_batch = false;
    lo_status status = lo_store_commit(a->store);
    if (status)
        lo_store_rollback(a->store);
    return status;
}

static lo_status begin(analysis *a)
{
    if (a->in_batch)
        return LO_OK;
    lo_status status = lo_store_begin(a->store);
    a->in_batch = !status;
    a->batch = 0;
    a->batch_started = lo_progress_now();
    return status;
}

static lo_status list_faults(const lo_pipeline_result *result, lo_buf *out)
{
    for (size_t i = 0; i < result->n_faults; i++) {
        lo_buf_add_text(out, result->faults[i].plugin->entry->source.name);
        lo_buf_add_text(out, ": ");
        lo_buf_add_text(out, result->faults[i].message);
        lo_buf_add_byte(out, '\n');
    }
    return out->status;
}

static void tell_failure(analysis *a, const lo_pipeline_result *result)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_store_document document;
    lo_buf line = LO_BUF_EMPTY;
    lo_buf_print(&line, "locutor %s: ", a->options->command);
    if (!lo_store_read(a->store, (int64_t)result->number, &arena, &document))
        lo_escape_terminal(&line, document.record.key);
    lo_buf_add_text(&line, ": ");
    lo_escape_terminal(&line, lo_str_of(result->message));
    lo_progress_clear(&a->progress);
    fprintf(stderr, "%.*s\n", LO_STR_ARG(lo_buf_str(&line)));
    lo_buf_free(&line);
    lo_arena_free(&arena);
}

static lo_status take(void *self, const lo_pipeline_result *result)
{
    analysis *a = self;
    if (result->status) {
        a->counts->failed++;
        tell_failure(a, result);
        return LO_OK;
    }
    if (result->n_faults) {
        lo_progress_clear(&a->progress);
        lo_trouble_tell(&a->trouble, result, result->record->key);
    }
    lo_buf faults = LO_BUF_EMPTY;
    lo_status status = begin(a);
    if (!status && !(status = list_faults(result, &faults)))
        status = lo_mark_rows_put(a->store, (int64_t)result->number, result->record->text, result->marks, a->makers,
                                  a->n_makers, &a->signature, lo_buf_str(&faults));
    lo_buf_free(&faults);
    if (status == LO_E_PLUGIN) { /* marks that do not fit together: nothing was written */
        lo_pipeline_result failed = *result;
        failed.message = lo_status_message();
        a->counts->failed++;
        tell_failure(a, &failed);
        return LO_OK;
    }
    if (status)
        return status;
    a->counts->documents++;
    for (size_t i = 0; i < result->marks->n; i++) {
        a->counts->statements += !strcmp(result->marks->items[i].kind, "attribution");
        a->counts->stances += !strcmp(result->marks->items[i].kind, "stance");
    }
    lo_progress_step(&a->progress, a->options->command, a->counts->documents + a->counts->failed, a->stale, 0);
    if (++a->batch >= BATCH_DOCUMENTS || lo_progress_now() - a->batch_started >= batch_seconds)
        return commit(a);
    return LO_OK;
}

static lo_status run_documents(analysis *a, lo_crew *crew)
{
    lo_status status = sign(a, crew, a->options->crew.fast);
    if (!status)
        status = lo_store_count_stale(a->store, &a->signature, &a->stale);
    if (!status)
        status = lo_trouble_open(&a->trouble, crew);
    if (status)
        return status;
    status = lo_pipeline_run(crew, LO_WANT_RECORD | LO_WANT_MARKS, &(lo_pipeline_source){-1, next, NULL, a},
                             &(lo_pipeline_sink){take, NULL, a});
    if (!status || status == LO_E_STOP) {
        lo_status committed = commit(a);
        status = committed ? committed : status;
    } else if (a->in_batch) {
        lo_store_rollback(a->store);
    }
    lo_progress_clear(&a->progress);
    a->counts->faults += lo_trouble_sum(&a->trouble);
    return status;
}

lo_status lo_analyze_run(lo_store *store, const lo_analyze_options *options, lo_analyze_counts *out)
{
    *out = (lo_analyze_counts){0};
    analysis a = {.store = store,
                  .options = options,
                  .counts = out,
                  .trouble = {.command = options->command, .quiet = options->quiet},
                  .packed = LO_BUF_EMPTY,
                  .progress = lo_progress_start(options->quiet)};
    lo_crew_options crew_options = options->crew;
    crew_options.last = LO_STAGE_CLASSIFY;
    crew_options.warn = lo_trouble_warn;
    crew_options.warn_self = &a.trouble;
    lo_crew *crew = NULL;
    lo_status status = lo_crew_open(&crew_options, false, &crew);
    if (!status)
        status = run_documents(&a, crew);
    lo_crew_close(crew);
    if (!status)
        status = lo_relate_run(store, &crew_options, &out->relations, &out->faults);
    lo_trouble_close(&a.trouble);
    lo_mem_free(a.makers);
    lo_arena_free(&a.arena);
    lo_buf_free(&a.packed);
    return status;
}
