// SPDX-License-Identifier: MIT
#include "stage/pipeline.h"

#include "base/mem.h"
#include "base/stop.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>

enum {
    BATCH_DOCUMENTS = 8,
    BATCH_BYTES = 64 << 10,
    WINDOW = 2,            /* batches a process may have, so that it never waits for the host */
    ALIVE_DOCUMENTS = 128, /* for each worker */
    ALIVE_BYTES = 4 << 20,
    POLL_MS = 100, /* a signal that came just before poll is seen then */
    STARTS_IN_VAIN = 5,
};

typedef struct queue {
    lo_journey *first, **last;
    size_t n, bytes;
} queue;

/* What the pipeline knows of a process besides the process. */
typedef struct seat {
    lo_process *process;
    uint32_t pool;
    queue given; /* documents it has, in the order of their answers */
    uint32_t batches;
    uint32_t batch_left[WINDOW]; /* documents still to come of each batch, oldest first */
    bool opened;
    uint32_t starts_in_vain;
} seat;

typedef struct pipeline {
    lo_crew *crew;
    unsigned want;
    const lo_pipeline_source *source;
    const lo_pipeline_sink *sink;
    queue *ready; /* by pool */
    seat *seats;
    struct pollfd *pollers;
    size_t n_seats;
    lo_journey *oldest, **newest;
    size_t alive, alive_bytes;
    bool ended, idle; /* idle: the source has nothing now */
    lo_arena arena;   /* of the answer in hand */
} pipeline;

/* ---- queues ---- */

static void queue_init(queue *q)
{
    *q = (queue){NULL, &q->first, 0, 0};
}

static void queue_push(queue *q, lo_journey *d)
{
    d->next = NULL;
    *q->last = d;
    q->last = &d->next;
    q->n++;
    q->bytes += d->item.bytes.n;
}

static void queue_push_front(queue *q, lo_journey *d)
{
    d->next = q->first;
    if (!q->first)
        q->last = &d->next;
    q->first = d;
    q->n++;
    q->bytes += d->item.bytes.n;
}

static lo_journey *queue_pop(queue *q)
{
    lo_journey *d = q->first;
    if (d) {
        q->first = d->next;
        if (!q->first)
            q->last = &q->first;
        q->n--;
        q->bytes -= d->item.bytes.n;
    }
    return d;
}

/* ---- handing out ---- */

/* Puts a document where its next task is done: those that are under way go first. */
static void line_up(pipeline *p, lo_journey *d, bool first)
{
    queue *ready = &p->ready[lo_journey_turn(p->crew, d)];
    if (first)
        queue_push_front(ready, d);
    else
        queue_push(ready, d);
}

static uint32_t clock_for(const pipeline *p, const seat *s)
{
    size_t largest = 0;
    uint32_t plugins = 1;
    for (const lo_journey *d = s->given.first; d; d = d->next) {
        largest = d->item.bytes.n > largest ? d->item.bytes.n : largest;
        plugins = d->to - d->at > plugins ? d->to - d->at : plugins;
    }
    /* Shared workers watch each plugin themselves; this is for one that no longer can. */
    bool foreign = p->crew->pools[s->pool].foreign;
    uint32_t once = lo_worker_limit(largest);
    return (foreign ? once : once * (plugins + 2)) + LO_WORKER_GRACE + once / 50 + (s->opened ? 0 : 2000);
}

static lo_status give_batch(pipeline *p, seat *s)
{
    queue *ready = &p->ready[s->pool];
    lo_process *process = s->process;
    lo_status status = LO_OK;
    if (!process->child.pid && !process->inside && (status = lo_crew_start(p->crew, s->pool, process)))
        return status;
    size_t begin = lo_frame_begin(&process->out, LO_FRAME_TASKS), bytes = 0;
    uint32_t n = 0;
    bool idle = s->given.n == 0;
    while (ready->first && n < BATCH_DOCUMENTS && bytes < BATCH_BYTES) {
        if (ready->first->care != LO_CARE_NONE && n > 0)
            break; /* goes alone */
        lo_journey *d = queue_pop(ready);
        status = lo_journey_pack_task(d, &process->out);
        queue_push(&s->given, d);
        if (status)
            return status;
        n++;
        bytes += d->item.bytes.n;
        if (d->care != LO_CARE_NONE)
            break;
    }
    if ((status = lo_frame_end(&process->out, begin)))
        return status;
    s->batch_left[s->batches++] = n;
    if (idle)
        lo_process_watch(process, clock_for(p, s));
    return lo_process_flush(process);
}

/* A process that can take the next document of its pool: with nothing to do if possible; alone if it must be. */
static seat *find_seat(pipeline *p, uint32_t pool, bool alone)
{
    seat *best = NULL;
    for (size_t i = 0; i < p->n_seats; i++) {
        seat *s = &p->seats[i];
        if (s->pool != pool || s->batches >= WINDOW || (alone && s->batches))
            continue;
        if (s->given.first && s->given.first->care != LO_CARE_NONE)
            continue;
        if (!best || s->batches < best->batches)
            best = s;
    }
    return best;
}

static lo_status hand_out(pipeline *p)
{
    for (uint32_t pool = p->crew->n_pools; pool-- > 0;) {
        queue *ready = &p->ready[pool];
        while (ready->first) {
            bool full = pool > 0 || p->ended || p->idle || ready->first->care != LO_CARE_NONE ||
                        ready->n >= BATCH_DOCUMENTS || ready->bytes >= BATCH_BYTES;
            seat *s = full ? find_seat(p, pool, ready->first->care != LO_CARE_NONE) : NULL;
            if (!s)
                break;
            lo_status status = give_batch(p, s);
            if (status)
                return status;
        }
    }
    return LO_OK;
}

static lo_status take_item(pipeline *p, const lo_pipeline_item *item)
{
    lo_journey *d = NULL;
    lo_status status = lo_journey_start(p->crew, item, p->want, &d);
    if (status)
        return status;
    *p->newest = d;
    p->newest = &d->next_alive;
    p->alive++;
    p->alive_bytes += d->cost;
    if (!d->done)
        line_up(p, d, false);
    return LO_OK;
}

static bool has_room(const pipeline *p)
{
    size_t workers = p->crew->pools[0].n_processes;
    return p->alive < ALIVE_DOCUMENTS * workers && p->alive_bytes < ALIVE_BYTES * workers;
}

/* Takes what the source has until every worker has its batches and one more waits. */
static lo_status pull(pipeline *p)
{
    size_t enough = (size_t)p->crew->pools[0].n_processes * BATCH_DOCUMENTS;
    p->idle = !has_room(p);
    while (!p->ended && has_room(p) && p->ready[0].n < enough) {
        lo_pipeline_item item = {0};
        lo_pipeline_supply supply = LO_SUPPLY_END;
        lo_status status = p->source->next(p->source->self, &item, &supply);
        if (status)
            return status;
        if (supply == LO_SUPPLY_ITEM) {
            if ((status = take_item(p, &item)))
                return status;
            continue;
        }
        if (supply == LO_SUPPLY_END) {
            p->ended = true;
            break;
        }
        struct pollfd poller = {p->source->fd, POLLIN, 0};
        if (poll(&poller, 1, 0) <= 0) {
            p->idle = true;
            break;
        }
        if ((status = p->source->fill(p->source->self)))
            return status;
    }
    return LO_OK;
}

/* ---- taking answers ---- */

static lo_status take_result(pipeline *p, seat *s, lo_str payload)
{
    lo_task_result result;
    if (!s->given.first)
        return lo_status_set(LO_E_DATA, "an answer to no question");
    lo_arena_reset(&p->arena);
    lo_status status = lo_task_result_unpack(payload, &p->arena, &result);
    if (status)
        return status;
    lo_journey *d = queue_pop(&s->given);
    if (--s->batch_left[0] == 0) {
        memmove(s->batch_left, s->batch_left + 1, sizeof s->batch_left - sizeof s->batch_left[0]);
        s->batches--;
    }
    status = lo_journey_answer(p->crew, d, &result, &p->arena);
    if (!status && !d->done)
        line_up(p, d, true);
    return status;
}

static lo_status take_frame(pipeline *p, seat *s, const lo_frame *frame)
{
    if (frame->type == LO_FRAME_RESULT)
        return take_result(p, s, frame->payload);
    if (frame->type == LO_FRAME_CONTRACTS)
        return LO_OK; /* of a successor; they are known */
    if (frame->type != LO_FRAME_OPENED || !frame->payload.n || frame->payload.p[0])
        return lo_status_set(LO_E_DATA, "an answer nobody asked for");
    s->opened = true;
    s->starts_in_vain = 0;
    return LO_OK;
}

/* ---- deaths ---- */

static lo_status bury(pipeline *p, seat *s)
{
    bool outside, foreign = p->crew->pools[s->pool].foreign;
    const char *how = lo_process_reap(s->process, &outside);
    queue given = s->given;
    lo_journey *list = given.first;
    queue_init(&s->given);
    s->batches = 0;
    if (!s->opened && !outside && ++s->starts_in_vain >= STARTS_IN_VAIN)
        return lo_status_set(LO_E_LIMIT, "worker processes die before they can work: the last one %s", how);
    s->opened = false;
    /* Reversed, so that each goes to the front and they end in their order.  A plugin alone in its process answers at
     * once, so the first one is the one that it died of. */
    lo_journey *reversed = NULL;
    for (lo_journey *next; list; list = next) {
        next = list->next;
        list->next = reversed;
        reversed = list;
    }
    lo_status status = LO_OK;
    for (lo_journey *next; reversed && !status; reversed = next) {
        next = reversed->next;
        if (!foreign || !next)
            status = lo_journey_died(p->crew, reversed, how, outside);
        if (!status && !reversed->done)
            line_up(p, reversed, true);
    }
    return status;
}

/* ---- the loop ---- */

static lo_status emit(pipeline *p)
{
    while (p->oldest && p->oldest->done) {
        lo_journey *d = p->oldest;
        lo_record record;
        lo_marks marks = {.arena = &p->arena};
        lo_pipeline_result result = {.number = d->item.number,
                                     .status = d->status,
                                     .message = d->message ? d->message : "",
                                     .line = lo_buf_str(&d->line),
                                     .faults = d->faults,
                                     .n_faults = d->n_faults};
        lo_status status = LO_OK;
        lo_arena_reset(&p->arena);
        if (!d->status && (p->want & (LO_WANT_RECORD | LO_WANT_MARKS))) {
            status = lo_journey_unpack(p->crew, d, &p->arena, &record, &marks);
            result.record = &record;
            result.marks = &marks;
            if (status == LO_E_DATA) {
                result.status = status;
                result.message = lo_status_message();
                status = LO_OK;
            }
        }
        if (!status)
            status = p->sink->take(p->sink->self, &result);
        p->oldest = d->next_alive;
        if (!p->oldest)
            p->newest = &p->oldest;
        p->alive--;
        p->alive_bytes -= d->cost;
        lo_journey_free(d);
        if (status)
            return status;
    }
    return LO_OK;
}

/* Everything a process has said.  What is no answer ends it, like a crash. */
static lo_status listen_to(pipeline *p, seat *s, bool ended)
{
    bool have = true, progress = false;
    while (have) {
        lo_frame frame;
        lo_status status = lo_process_next(s->process, &frame, &have);
        bool nonsense = status != LO_OK;
        if (!status && have) {
            status = take_frame(p, s, &frame);
            nonsense = status == LO_E_DATA;
            progress = true;
        }
        if (nonsense && s->process->child.pid) {
            kill(s->process->child.pid, SIGKILL);
            s->process->nonsense = ended = true;
            break;
        }
        if (status)
            return status;
    }
    if (ended)
        return bury(p, s);
    if (progress)
        lo_process_watch(s->process, s->given.first ? clock_for(p, s) : 0);
    return LO_OK;
}

static lo_status wait_and_listen(pipeline *p)
{
    uint64_t left = UINT64_MAX;
    size_t n = 0;
    lo_status status;
    for (size_t i = 0; i < p->n_seats; i++) {
        lo_process *process = p->seats[i].process;
        if (process->inside && (status = listen_to(p, &p->seats[i], false)))
            return status;
        uint64_t here = lo_process_check(process);
        left = here < left ? here : left;
        p->pollers[n++] =
            (struct pollfd){process->child.fd, (short)(POLLIN | (lo_process_pending(process) ? POLLOUT : 0)), 0};
    }
    p->pollers[n++] = (struct pollfd){!p->ended && p->idle && has_room(p) ? p->source->fd : -1, POLLIN, 0};
    if (p->crew->inside && (p->ready[0].n || p->pollers[n - 1].fd < 0))
        return LO_OK; /* nobody else works: nothing to wait for */
    int timeout = left / 1000000 < POLL_MS ? (int)(left / 1000000) : POLL_MS;
    if (poll(p->pollers, n, timeout) < 0)
        return LO_OK;
    for (size_t i = 0; i < p->n_seats; i++) {
        short events = p->pollers[i].revents;
        bool ended = false;
        if ((events & POLLOUT) && (status = lo_process_flush(p->seats[i].process)))
            return status;
        if (!(events & ~POLLOUT))
            continue;
        if ((status = lo_process_receive(p->seats[i].process, &ended)) || (status = listen_to(p, &p->seats[i], ended)))
            return status;
    }
    return LO_OK;
}

static lo_status loop(pipeline *p)
{
    for (;;) {
        lo_status status;
        if ((status = lo_stop_check()) || (status = pull(p)) || (status = hand_out(p)) || (status = emit(p)))
            return status;
        if (p->ended && !p->oldest)
            return LO_OK;
        if (p->sink->flush && (status = p->sink->flush(p->sink->self)))
            return status;
        if ((status = wait_and_listen(p)))
            return status;
    }
}

lo_status lo_pipeline_run(lo_crew *crew, unsigned want, const lo_pipeline_source *source, const lo_pipeline_sink *sink)
{
    pipeline p = {.crew = crew, .want = want, .source = source, .sink = sink};
    lo_status status = LO_OK;
    p.newest = &p.oldest;
    for (uint32_t i = 0; i < crew->n_pools; i++)
        p.n_seats += crew->pools[i].n_processes;
    p.ready = lo_mem_zalloc(crew->n_pools * sizeof *p.ready);
    p.seats = lo_mem_zalloc(p.n_seats * sizeof *p.seats);
    p.pollers = lo_mem_zalloc((p.n_seats + 1) * sizeof *p.pollers);
    if (!p.ready || !p.seats || !p.pollers) {
        status = lo_mem_short();
        goto done;
    }
    size_t n = 0;
    for (uint32_t i = 0; i < crew->n_pools; i++) {
        queue_init(&p.ready[i]);
        for (uint32_t k = 0; k < crew->pools[i].n_processes; k++, n++) {
            p.seats[n].process = &crew->pools[i].processes[k];
            p.seats[n].pool = i;
            p.seats[n].opened = k == 0;
            queue_init(&p.seats[n].given);
        }
    }
    status = loop(&p);
    if (!status && sink->flush)
        status = sink->flush(sink->self);
done:
    for (lo_journey *d = p.oldest, *next; d; d = next) {
        next = d->next_alive;
        lo_journey_free(d);
    }
    lo_arena_free(&p.arena);
    lo_mem_free(p.ready);
    lo_mem_free(p.seats);
    lo_mem_free(p.pollers);
    return status;
}
