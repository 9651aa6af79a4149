// SPDX-License-Identifier: MIT
#include "stage/process.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

static const uint64_t millisecond = 1000000;

static uint64_t read_clock(clockid_t clock)
{
    struct timespec t;
    return clock_gettime(clock, &t) == 0 ? (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec : 0;
}

static uint64_t cpu_time(const lo_process *process)
{
    clockid_t clock;
    return process->child.pid && clock_getcpuclockid(process->child.pid, &clock) == 0 ? read_clock(clock) : 0;
}

lo_status lo_process_start(lo_process *process, bool inside)
{
    *process = LO_PROCESS_NONE;
    process->child.fd = -1;
    if (!inside)
        return lo_sandbox_spawn(LO_SANDBOX_WORKER, &process->child);
    process->sealed = process->greeted = true;
    return lo_worker_create(-1, &process->inside);
}

static void forget(lo_process *process)
{
    if (process->child.fd >= 0)
        close(process->child.fd);
    lo_worker_free(process->inside);
    lo_frame_reader_free(&process->reader);
    lo_buf_free(&process->out);
    *process = LO_PROCESS_NONE;
    process->child.fd = -1;
}

void lo_process_stop(lo_process *process)
{
    bool outside;
    if (process->child.pid) {
        kill(process->child.pid, SIGKILL);
        lo_process_reap(process, &outside);
    } else if (process->inside) {
        forget(process);
    }
}

/* Inside: what was sent is carried out at once. */
static lo_status carry_out(lo_process *process)
{
    lo_status status = process->out.status;
    while (!status && process->out_at < process->out.n) {
        lo_frame frame;
        size_t used;
        lo_str rest = {process->out.p + process->out_at, process->out.n - process->out_at};
        if ((status = lo_frame_take(rest, &frame, &used)) || !used)
            break;
        process->out_at += used;
        status = lo_worker_handle(process->inside, &frame, &process->reader.buffer);
    }
    lo_buf_clear(&process->out);
    process->out_at = 0;
    return status;
}

lo_status lo_process_flush(lo_process *process)
{
    if (process->inside)
        return carry_out(process);
    if (process->out.status)
        return process->out.status;
    while (process->out_at < process->out.n) {
        ssize_t wrote =
            send(process->child.fd, process->out.p + process->out_at, process->out.n - process->out_at, MSG_NOSIGNAL);
        if (wrote < 0 && errno == EINTR)
            continue;
        if (wrote < 0 && (errno == EAGAIN || errno == EWOULDBLOCK))
            return LO_OK;
        if (wrote < 0)
            break; /* dead: whatever it should get goes to its successor */
        process->out_at += (size_t)wrote;
    }
    lo_buf_clear(&process->out);
    process->out_at = 0;
    return LO_OK;
}

bool lo_process_pending(const lo_process *process)
{
    return process->out_at < process->out.n;
}

lo_status lo_process_receive(lo_process *process, bool *ended)
{
    *ended = false;
    return process->inside ? LO_OK : lo_frame_reader_fill(&process->reader, process->child.fd, ended);
}

/* The first frame tells whether it could seal itself. */
static lo_status greet(lo_process *process, const lo_frame *frame)
{
    if (frame->type != LO_FRAME_HELLO || frame->payload.n < 1)
        return lo_status_set(LO_E_DATA, "a worker process did not introduce itself");
    if (frame->payload.p[0] > 1)
        return lo_status_set(LO_E_PLUGIN, "a worker process could not go on: %.*s", (int)frame->payload.n - 1,
                             frame->payload.p + 1);
    process->greeted = true;
    process->sealed = frame->payload.p[0] == 1;
    size_t n = frame->payload.n - 1;
    n = n < sizeof process->unsealed_reason ? n : sizeof process->unsealed_reason - 1;
    memcpy(process->unsealed_reason, frame->payload.p + 1, n);
    process->unsealed_reason[n] = 0;
    return LO_OK;
}

lo_status lo_process_next(lo_process *process, lo_frame *out, bool *have)
{
    lo_status status = lo_frame_reader_next(&process->reader, out, have);
    if (!status && *have && (!process->greeted || out->type == LO_FRAME_HELLO)) {
        status = greet(process, out);
        if (!status)
            status = lo_frame_reader_next(&process->reader, out, have);
    }
    if (process->inside && !status && !*have) { /* nobody reads from a socket, so old answers are forgotten here */
        lo_buf_clear(&process->reader.buffer);
        process->reader.at = 0;
    }
    return status;
}

void lo_process_watch(lo_process *process, uint32_t milliseconds)
{
    process->cpu_limit = milliseconds * millisecond;
    process->wall_limit = 10 * process->cpu_limit;
    if (!milliseconds || process->inside)
        return;
    process->cpu_start = cpu_time(process);
    process->wall_start = read_clock(CLOCK_MONOTONIC);
}

uint64_t lo_process_check(lo_process *process)
{
    if (!process->cpu_limit || !process->child.pid)
        return UINT64_MAX;
    uint64_t cpu = cpu_time(process) - process->cpu_start;
    uint64_t wall = read_clock(CLOCK_MONOTONIC) - process->wall_start;
    if (cpu > process->cpu_limit || wall > process->wall_limit) {
        process->killed = true;
        kill(process->child.pid, SIGKILL);
        process->cpu_limit = 0;
        return 0;
    }
    uint64_t cpu_left = process->cpu_limit - cpu, wall_left = process->wall_limit - wall;
    return (cpu_left < wall_left ? cpu_left : wall_left) + millisecond;
}

lo_status lo_process_await(lo_process *process, unsigned type, uint32_t milliseconds, lo_frame *out)
{
    bool have = false, ended = false;
    lo_status status = lo_process_flush(process);
    lo_process_watch(process, milliseconds);
    while (!status && !(status = lo_process_next(process, out, &have)) && !have) {
        if (ended || process->inside) {
            bool late = process->killed, outside = false;
            const char *how = process->inside ? "said nothing" : lo_process_reap(process, &outside);
            status = lo_status_set(outside ? LO_E_BUSY : late ? LO_E_LIMIT : LO_E_PLUGIN, "its process %s", how);
            break;
        }
        uint64_t left = lo_process_check(process);
        struct pollfd poller = {process->child.fd, (short)(POLLIN | (lo_process_pending(process) ? POLLOUT : 0)), 0};
        int timeout = left == UINT64_MAX ? -1 : (int)(left / millisecond) + 1;
        if (poll(&poller, 1, timeout) < 0 && errno == EINTR)
            continue;
        if (poller.revents & POLLOUT)
            status = lo_process_flush(process);
        if (!status && (poller.revents & ~POLLOUT))
            status = lo_process_receive(process, &ended);
    }
    lo_process_watch(process, 0);
    if (!status && out->type != type)
        status = lo_status_set(LO_E_DATA, "its process sent an answer nobody asked for");
    return status;
}

const char *lo_process_reap(lo_process *process, bool *outside)
{
    int how = 0;
    pid_t ended = 0;
    bool killed = process->killed, nonsense = process->nonsense;
    *outside = false;
    if (process->child.pid) {
        do
            ended = waitpid(process->child.pid, &how, 0);
        while (ended < 0 && errno == EINTR);
    }
    forget(process);
    if (nonsense)
        return "sent bytes that are no answer";
    if (killed || (WIFEXITED(how) && WEXITSTATUS(how) == LO_WORKER_EXIT_LATE))
        return "ran out of time";
    if (WIFEXITED(how))
        return WEXITSTATUS(how) == LO_WORKER_EXIT_BROKEN ? "could not go on" : "ended by itself";
    switch (WTERMSIG(how)) {
    case SIGKILL: *outside = true; return "was killed";
    case SIGSYS: return "made a forbidden system call";
    case SIGSEGV:
    case SIGBUS: return "crashed (memory fault)";
    case SIGABRT: return "crashed (abort)";
    case SIGXFSZ: return "tried to write a file";
    default: return "was ended by a signal";
    }
}
