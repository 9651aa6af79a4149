// SPDX-License-Identifier: MIT
#include "stage/worker.h"

#include "base/asset.h"
#include "base/mem.h"
#include "out/annotation.h"
#include "read/reader.h"
#include "stage/engine_rows.h"
#include "stage/sandbox.h"
#include "stage/task.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

enum { FLUSH_BYTES = 64 << 10, FLUSH_NANOSECONDS = 5000000, TICK_MS = 10, KEEP_SIZE = 1 << 20 };

struct lo_worker {
    int socket;
    bool prompt;
    lo_arena setup;    /* plugins and order; lives as long as the worker */
    lo_arena document; /* reset for each */
    lo_buf payload;    /* the setup message, from which sources and data stay borrowed */
    lo_engine *engine;
    lo_run_order order;
    uint32_t n_loaded;
    lo_buf record, marks, line; /* scratch of one result */
    uint64_t flushed;           /* when results were last sent */
    size_t row_bytes;           /* of the rows of a report */
    lo_status row_fault;
};

/* ---- the clock of one plugin on one document ----
 * First the engine is asked to raise in the Lua code that runs, with a good message; what is stuck in C code for longer
 * than the grace takes the whole process along, and the host names the culprit. */

static struct {
    lo_engine *volatile engine;
    volatile sig_atomic_t ticks;
    volatile sig_atomic_t deadly;
} late;

static void on_tick(int signal_number)
{
    (void)signal_number;
    if (late.engine)
        lo_engine_interrupt(late.engine);
    if (++late.ticks > LO_WORKER_GRACE / TICK_MS && late.deadly)
        _exit(LO_WORKER_EXIT_LATE);
}

static void arm(lo_engine *engine, uint32_t milliseconds)
{
    late.engine = engine;
    late.ticks = 0;
    struct itimerval timer = {{0, milliseconds ? TICK_MS * 1000 : 0},
                              {milliseconds / 1000, (suseconds_t)(milliseconds % 1000) * 1000}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static void disarm(void)
{
    arm(NULL, 0);
}

uint32_t lo_worker_limit(size_t bytes)
{
    return 1000 + (uint32_t)((bytes * 1000 + (1 << 20) - 1) >> 20);
}

static uint64_t now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

/* ---- setup ---- */

lo_status lo_worker_create(int socket, lo_worker **out)
{
    lo_worker *worker = lo_mem_zalloc(sizeof *worker);
    if (!worker)
        return lo_mem_short();
    worker->socket = socket;
    *out = worker;
    struct sigaction action = {.sa_handler = on_tick, .sa_flags = SA_RESTART};
    sigaction(SIGPROF, &action, NULL);
    return LO_OK;
}

void lo_worker_free(lo_worker *worker)
{
    if (!worker)
        return;
    disarm();
    lo_engine_free(worker->engine);
    lo_arena_free(&worker->setup);
    lo_arena_free(&worker->document);
    lo_buf_free(&worker->payload);
    lo_buf_free(&worker->record);
    lo_buf_free(&worker->marks);
    lo_buf_free(&worker->line);
    lo_mem_free(worker);
}

/* A shipped plugin's source and the data files beside it are in the program. */
static lo_status find_shipped(lo_arena *arena, lo_plugin_source *plugin)
{
    char path[256];
    int n = snprintf(path, sizeof path, "plugins/%s.lua", plugin->name);
    const lo_asset *asset = n > 0 && (size_t)n < sizeof path ? lo_asset_find(path) : NULL;
    if (!asset)
        return lo_status_set(LO_E_DATA, "there is no shipped plugin '%s'", plugin->name);
    plugin->source = asset->bytes;
    size_t folder = (size_t)(strrchr(path, '/') - path) + 1, total = lo_asset_count();
    uint32_t count = 0;
    for (int pass = 0; pass < 2; pass++) {
        const char **files = NULL;
        lo_str *bytes = NULL;
        if (pass) {
            files = lo_arena_array(arena, count + 1, sizeof *files);
            bytes = lo_arena_array(arena, count + 1, sizeof *bytes);
            if (!files || !bytes)
                return lo_mem_short();
            plugin->data_files = files;
            plugin->data_bytes = bytes;
        }
        count = 0;
        for (size_t i = 0; i < total; i++) {
            const lo_asset *other = lo_asset_at(i);
            if (!other || strncmp(other->name, path, folder) != 0 || !strcmp(other->name, path))
                continue;
            if (pass) {
                files[count] = other->name + folder;
                bytes[count] = other->bytes;
            }
            count++;
        }
    }
    plugin->n_data = count;
    return LO_OK;
}

static lo_status set_up(lo_worker *worker, lo_str payload, lo_buf *replies)
{
    if (worker->engine)
        return lo_status_set(LO_E_DATA, "a worker is set up once");
    lo_setup setup;
    lo_status status = lo_buf_add_str(&worker->payload, payload);
    if (status || (status = lo_setup_unpack(lo_buf_str(&worker->payload), &worker->setup, &setup)) ||
        (status = lo_engine_create(&setup.engine, &worker->engine)))
        return status;
    worker->prompt = setup.prompt;
    size_t begin = lo_frame_begin(replies, LO_FRAME_CONTRACTS);
    lo_buf_add_varint(replies, setup.n_plugins);
    for (uint32_t i = 0; i < setup.n_plugins; i++) {
        lo_plugin_source plugin = setup.plugins[i];
        uint32_t index = 0;
        if (plugin.shipped && (status = find_shipped(&worker->setup, &plugin)))
            return status;
        arm(worker->engine, LO_WORKER_LIMIT_LOAD);
        status = lo_engine_load(worker->engine, &plugin, &index);
        disarm();
        lo_buf contract = LO_BUF_EMPTY;
        if (!status)
            status = lo_contract_pack(lo_engine_contract(worker->engine, index), &contract);
        lo_buf_add_byte(replies, (unsigned char)-status);
        lo_buf_add_varint(replies, index);
        lo_buf_add_string(replies, status ? lo_str_of(lo_status_message()) : lo_buf_str(&contract));
        lo_buf_free(&contract);
    }
    return lo_frame_end(replies, begin);
}

static lo_status open_plugins(lo_worker *worker, lo_str payload, lo_buf *replies)
{
    if (!worker->engine)
        return lo_status_set(LO_E_DATA, "an order came before the plugins");
    lo_status status = lo_run_order_unpack(payload, &worker->setup, &worker->order);
    if (status)
        return status;
    arm(worker->engine, LO_WORKER_LIMIT_LOAD);
    status = lo_engine_open(worker->engine, worker->order.loaded, worker->order.n);
    disarm();
    size_t begin = lo_frame_begin(replies, LO_FRAME_OPENED);
    lo_buf_add_byte(replies, (unsigned char)-status);
    lo_buf_add_text(replies, status ? lo_status_message() : "");
    return lo_frame_end(replies, begin);
}

/* ---- documents ---- */

/* A field may still point to a mark that a later plugin took back. */
static void forget_dropped(lo_marks *marks)
{
    for (size_t i = 0; i < marks->n; i++) {
        lo_mark *mark = &marks->items[i];
        for (uint32_t f = 0; f < mark->n_fields && !mark->dropped;) {
            lo_field *field = &mark->fields[f];
            uint32_t kept = 0, *list = (uint32_t *)field->marks; /* the arena's, so ours to change */
            if (field->type == LO_FIELD_MARKS) {
                for (uint32_t k = 0; k < field->count; k++)
                    if (!marks->items[list[k]].dropped)
                        list[kept++] = list[k];
                if (kept < field->count && kept == 0) {
                    memmove(field, field + 1, (mark->n_fields - f - 1) * sizeof *field);
                    mark->n_fields--;
                    continue;
                }
                field->count = kept;
            }
            f++;
        }
    }
}

typedef struct faults {
    lo_task_fault *items;
    size_t n, capacity;
} faults;

static lo_status run_plugins(lo_worker *worker, const lo_task *task, lo_document *document, faults *all)
{
    uint32_t milliseconds = lo_worker_limit(document->record.text.n);
    lo_status status = lo_engine_begin(worker->engine, document);
    for (uint32_t p = task->from; p < task->to && !status; p++) {
        size_t before = document->marks.n;
        const lo_engine_fault *some = NULL;
        uint32_t n = 0;
        arm(worker->engine, milliseconds);
        status = lo_engine_run(worker->engine, document, p, p + 1, &some, &n);
        disarm();
        for (size_t i = before; i < document->marks.n; i++)
            document->marks.items[i].plugin = (uint16_t)worker->order.numbers[p];
        if (n && !status)
            status = lo_mem_grow((void **)&all->items, &all->capacity, all->n + n, sizeof *all->items);
        for (uint32_t i = 0; i < n && !status; i++)
            all->items[all->n++] = (lo_task_fault){p, some[i].status, lo_str_of(some[i].message)};
    }
    lo_engine_end(worker->engine);
    return status;
}

static lo_status read_document(lo_worker *worker, const lo_task *task, lo_record *record)
{
    arm(NULL, lo_worker_limit(task->bytes.n));
    lo_status status = LO_E_DATA;
    switch (task->kind) {
    case LO_TASK_LINE: status = lo_read_jsonl(task->bytes, &worker->document, record); break;
    case LO_TASK_FILE: status = lo_read_file(task->name, task->bytes, &worker->document, record); break;
    case LO_TASK_RECORD: status = lo_record_unpack(task->bytes, &worker->document, record); break;
    }
    disarm();
    return status;
}

/* The input was not the text itself, so the text is given back: files, and lines with "html". */
static bool text_differs(const lo_task *task, const lo_record *record)
{
    return task->with_text || task->kind == LO_TASK_FILE || (task->kind == LO_TASK_LINE && record->n_furniture > 0);
}

static lo_status answer(lo_worker *worker, const lo_task *task, lo_document *document, lo_task_result *result)
{
    lo_status status = LO_OK;
    if ((task->want & LO_WANT_RECORD) && (status = lo_record_pack(&document->record, &worker->record)))
        return status;
    if (task->want & LO_WANT_MARKS) {
        if ((status = lo_marks_pack(&document->marks, 0, &worker->marks)))
            return status;
    }
    if (task->want & LO_WANT_LINE) {
        lo_annotation_options options = {worker->order.makers, worker->order.n_makers, result->with_text};
        arm(NULL, lo_worker_limit(document->record.text.n));
        status = lo_annotation_render(document, &options, &worker->line);
        disarm();
    }
    result->record = lo_buf_str(&worker->record);
    result->marks = lo_buf_str(&worker->marks);
    result->line = lo_buf_str(&worker->line);
    return status;
}

static lo_status list_origins(lo_worker *worker, const lo_document *document, size_t n_before, lo_task_result *result)
{
    uint32_t *origins = lo_arena_array(&worker->document, document->marks.n + 1, sizeof *origins);
    if (!origins)
        return lo_mem_short();
    for (size_t i = 0; i < document->marks.n; i++)
        if (!document->marks.items[i].dropped)
            origins[result->n_origins++] = i < n_before ? (uint32_t)i + 1 : 0;
    result->origins = origins;
    return LO_OK;
}

static lo_status run_task(lo_worker *worker, const lo_task *task, lo_task_result *result, faults *all)
{
    lo_record record = {0};
    lo_document document;
    lo_status status = read_document(worker, task, &record);
    if (status)
        return status;
    arm(NULL, lo_worker_limit(record.text.n));
    status = lo_document_open(&document, &record, lo_engine_lexicon(worker->engine), &worker->document);
    disarm();
    if (status)
        return status;
    if (task->marks.n && (status = lo_marks_unpack(&document.marks, task->marks, record.text, NULL, -1)))
        return status;
    size_t n_before = document.marks.n;
    if (task->from > task->to || task->to > worker->order.n)
        return lo_status_set(LO_E_DATA, "a task names plugins that are not there");
    if ((status = run_plugins(worker, task, &document, all)))
        return status;
    forget_dropped(&document.marks);
    result->with_text = text_differs(task, &record);
    if ((task->want & LO_WANT_MARKS) && (status = list_origins(worker, &document, n_before, result)))
        return status;
    return answer(worker, task, &document, result);
}

static void clear(lo_buf *buf)
{
    if (buf->capacity > KEEP_SIZE || buf->status)
        lo_buf_free(buf);
    *buf = (lo_buf){buf->p, 0, buf->capacity, LO_OK};
}

static lo_status send_replies(lo_worker *worker, lo_buf *replies)
{
    if (worker->socket < 0)
        return replies->status;
    for (size_t at = 0; at < replies->n;) {
        ssize_t wrote = write(worker->socket, replies->p + at, replies->n - at);
        if (wrote < 0 && errno != EINTR)
            return lo_status_set(LO_E_IO, "the host is gone");
        at += wrote > 0 ? (size_t)wrote : 0;
    }
    clear(replies);
    worker->flushed = now();
    return LO_OK;
}

static lo_status do_task(lo_worker *worker, lo_cursor *at, lo_buf *replies)
{
    lo_task task;
    lo_status status = lo_task_unpack(at, &task);
    if (status)
        return status;
    lo_task_result result = {0};
    faults all = {0};
    result.status = run_task(worker, &task, &result, &all);
    if (result.status)
        result = (lo_task_result){.status = result.status, .message = lo_str_of(lo_status_message())};
    result.faults = all.items;
    result.n_faults = (uint32_t)all.n;
    size_t begin = lo_frame_begin(replies, LO_FRAME_RESULT);
    lo_task_result_pack(&result, replies);
    status = lo_frame_end(replies, begin);
    if (status == LO_E_LIMIT) { /* too much for one message: the document fails, not the worker */
        result = (lo_task_result){.status = status, .message = lo_str_of(lo_status_message())};
        begin = lo_frame_begin(replies, LO_FRAME_RESULT);
        lo_task_result_pack(&result, replies);
        status = lo_frame_end(replies, begin);
    }
    lo_mem_free(all.items);
    lo_arena_reset(&worker->document);
    clear(&worker->record);
    clear(&worker->marks);
    clear(&worker->line);
    return status;
}

static lo_status do_tasks(lo_worker *worker, lo_str payload, lo_buf *replies)
{
    if (!worker->order.makers)
        return lo_status_set(LO_E_DATA, "documents came before the plugins");
    worker->flushed = now();
    lo_cursor at = lo_cursor_of(payload);
    while (at.p < at.end) {
        lo_status status = do_task(worker, &at, replies);
        if (!status && (worker->prompt || replies->n >= FLUSH_BYTES || now() - worker->flushed >= FLUSH_NANOSECONDS))
            status = send_replies(worker, replies);
        if (status)
            return status;
    }
    return LO_OK;
}

/* ---- the rest ---- */

static lo_status test_plugin(lo_worker *worker, lo_str payload, lo_buf *replies)
{
    lo_cursor at = lo_cursor_of(payload);
    uint32_t index = lo_cursor_u32(&at), passed = 0, failed = 0;
    if (at.bad || !worker->engine)
        return lo_status_set(LO_E_DATA, "a test names no plugin");
    lo_buf report = LO_BUF_EMPTY;
    arm(worker->engine, LO_WORKER_LIMIT_LOAD);
    lo_status status = lo_engine_test(worker->engine, index, &report, &passed, &failed);
    disarm();
    size_t begin = lo_frame_begin(replies, LO_FRAME_TESTED);
    lo_buf_add_byte(replies, (unsigned char)-status);
    lo_buf_add_varint(replies, passed);
    lo_buf_add_varint(replies, failed);
    lo_buf_add_string(replies, status ? lo_str_of(lo_status_message()) : lo_buf_str(&report));
    lo_buf_free(&report);
    return lo_frame_end(replies, begin);
}

static lo_status tell_costs(lo_worker *worker, lo_buf *replies)
{
    const lo_engine_rule_cost *costs = NULL;
    uint32_t n = worker->engine ? lo_engine_costs(worker->engine, &costs) : 0;
    size_t begin = lo_frame_begin(replies, LO_FRAME_COST);
    lo_buf_add_varint(replies, n);
    for (uint32_t i = 0; i < n; i++) {
        lo_buf_add_varint(replies, costs[i].plugin < worker->order.n ? worker->order.numbers[costs[i].plugin] : 0);
        lo_buf_add_string(replies, lo_str_of(costs[i].rule));
        lo_buf_add_varint(replies, costs[i].matches);
        lo_buf_add_varint(replies, costs[i].nanoseconds);
    }
    return lo_frame_end(replies, begin);
}

/* ---- relate and report ---- */

/* "n": count, then pairs of packed rows; answers each. */
static lo_status relate_pairs(lo_worker *worker, lo_cursor *at, lo_buf *answer)
{
    uint32_t n = lo_cursor_u32(at);
    lo_buf_add_varint(answer, n);
    for (uint32_t i = 0; i < n && !at->bad; i++) {
        lo_str a = lo_cursor_string(at), b = lo_cursor_string(at);
        lo_buf one = LO_BUF_EMPTY;
        bool found = false;
        arm(worker->engine, lo_worker_limit(a.n + b.n));
        lo_status status = lo_engine_relate(worker->engine, 0, a, b, &one, &found);
        disarm();
        lo_buf_add_byte(answer, status ? 2 : found);
        if (status)
            lo_buf_add_string(answer, lo_str_of(lo_status_message()));
        else
            lo_buf_add(answer, one.p, one.n);
        lo_buf_free(&one);
    }
    return at->bad ? lo_status_set(LO_E_DATA, "pairs of rows are damaged") : answer->status;
}

static lo_status add_rows(lo_worker *worker, lo_cursor *at)
{
    lo_str name = lo_cursor_string(at);
    lo_status status = at->bad ? LO_E_DATA : lo_engine_rows_add(worker->engine, name, LO_STR_NONE);
    while (at->p < at->end && !at->bad && !status) {
        lo_str row = lo_cursor_string(at);
        worker->row_bytes += row.n;
        status = at->bad ? LO_E_DATA : lo_engine_rows_add(worker->engine, name, row);
    }
    return status;
}

static void report_rows(lo_worker *worker, lo_buf *answer)
{
    lo_status status = worker->row_fault;
    if (!status) {
        arm(worker->engine, lo_worker_limit(worker->row_bytes));
        status = lo_engine_report(worker->engine, 0, answer);
        disarm();
    } else {
        lo_status_set(status, "there are too many rows for its memory");
    }
    worker->row_bytes = 0;
    worker->row_fault = LO_OK;
    if (status)
        lo_buf_clear(answer);
    lo_buf_add_byte(answer, LO_ROWS_END);
    lo_buf_add_byte(answer, (unsigned char)-status);
    lo_buf_add_string(answer, lo_str_of(status ? lo_status_message() : ""));
}

static lo_status do_rows(lo_worker *worker, lo_str payload, lo_buf *replies)
{
    lo_cursor at = lo_cursor_of(payload);
    lo_str op = lo_cursor_bytes(&at, 1);
    lo_buf answer = LO_BUF_EMPTY;
    lo_status status = at.bad || !worker->engine ? lo_status_set(LO_E_DATA, "rows came before the plugins") : LO_OK;
    if (!status && op.p[0] == LO_ROWS_ADD) { /* a failure is told with the report */
        if (!worker->row_fault)
            worker->row_fault = add_rows(worker, &at);
        return LO_OK;
    }
    if (!status && op.p[0] == LO_ROWS_RELATE)
        status = relate_pairs(worker, &at, &answer);
    else if (!status)
        report_rows(worker, &answer);
    if (!status) {
        size_t begin = lo_frame_begin(replies, LO_FRAME_OUTPUT);
        lo_buf_add_str(replies, lo_buf_str(&answer));
        status = lo_frame_end(replies, begin);
    }
    lo_buf_free(&answer);
    return status;
}

lo_status lo_worker_handle(lo_worker *worker, const lo_frame *frame, lo_buf *replies)
{
    switch (frame->type) {
    case LO_FRAME_SETUP: return set_up(worker, frame->payload, replies);
    case LO_FRAME_ORDER: return open_plugins(worker, frame->payload, replies);
    case LO_FRAME_TASKS: return do_tasks(worker, frame->payload, replies);
    case LO_FRAME_TEST: return test_plugin(worker, frame->payload, replies);
    case LO_FRAME_COSTS: return tell_costs(worker, replies);
    case LO_FRAME_ROWS: return do_rows(worker, frame->payload, replies);
    default: return lo_status_set(LO_E_DATA, "a worker got a message of type %u", frame->type);
    }
}

/* The first and, when it cannot go on, the last word: 1 sealed, 0 not sealed and why, 2 dying and why. */
static void say_hello(lo_buf *replies, unsigned char state, const char *why)
{
    size_t begin = lo_frame_begin(replies, LO_FRAME_HELLO);
    lo_buf_add_byte(replies, state);
    lo_buf_add_text(replies, why);
    lo_frame_end(replies, begin);
}

static lo_status serve(lo_worker *worker)
{
    lo_frame_reader reader = LO_FRAME_READER_EMPTY;
    lo_buf replies = LO_BUF_EMPTY;
    bool ended = false;
    lo_status status = lo_sandbox_seal();
    say_hello(&replies, status == LO_OK, status ? lo_status_message() : "");
    status = replies.status;
    while (!status && !(status = send_replies(worker, &replies)) &&
           !(status = lo_frame_reader_fill(&reader, worker->socket, &ended)) && !ended) {
        lo_frame frame;
        bool have = true;
        while (!status && !(status = lo_frame_reader_next(&reader, &frame, &have)) && have)
            status = lo_worker_handle(worker, &frame, &replies);
    }
    if (status) {
        say_hello(&replies, 2, lo_status_message());
        send_replies(worker, &replies);
    }
    lo_frame_reader_free(&reader);
    lo_buf_free(&replies);
    return status;
}

int lo_worker_main(void)
{
    lo_worker *worker;
    lo_status status = lo_worker_create(0, &worker);
    if (status)
        _exit(LO_WORKER_EXIT_BROKEN);
    if ((status = lo_read_warm_up())) {
        lo_buf replies = LO_BUF_EMPTY;
        say_hello(&replies, 2, lo_status_message());
        send_replies(worker, &replies);
        _exit(LO_WORKER_EXIT_BROKEN);
    }
    late.deadly = 1;
    status = serve(worker);
#ifdef LO_UNSEALED
    lo_worker_free(worker); /* so that the sanitizers look for leaks */
    return status ? LO_WORKER_EXIT_BROKEN : LO_WORKER_EXIT_DONE;
#else
    _exit(status ? LO_WORKER_EXIT_BROKEN : LO_WORKER_EXIT_DONE);
#endif
}
