// SPDX-License-Identifier: MIT
/* One worker as the host sees it: frames out, frames in, and the clocks that end it.  With `inside` the worker runs in
 * this process and answers as soon as it is sent something. */
#ifndef LO_STAGE_PROCESS_H
#define LO_STAGE_PROCESS_H

#include "stage/frame.h"
#include "stage/sandbox.h"
#include "stage/worker.h"

typedef struct lo_process {
    lo_sandbox_child child; /* pid 0: none */
    lo_worker *inside;
    lo_frame_reader reader;
    lo_buf out; /* frames not written yet, from out_at on */
    size_t out_at;
    bool sealed, greeted;
    char unsealed_reason[128];
    uint64_t cpu_limit, wall_limit; /* nanoseconds; 0: nothing is awaited */
    uint64_t cpu_start, wall_start;
    bool killed;   /* by us: it was late */
    bool nonsense; /* by us: it sent what is no answer */
} lo_process;

#define LO_PROCESS_NONE ((lo_process){0})

lo_status lo_process_start(lo_process *process, bool inside);
/* Ends it without asking and gives back everything. */
void lo_process_stop(lo_process *process);

/* Frames are appended to process->out (lo_frame_begin, lo_frame_end); this writes what the socket takes.  A dead
 * receiver is no failure: reading tells. */
lo_status lo_process_flush(lo_process *process);
bool lo_process_pending(const lo_process *process); /* bytes wait to be written */
/* One read; *ended when it is gone. */
lo_status lo_process_receive(lo_process *process, bool *ended);
lo_status lo_process_next(lo_process *process, lo_frame *out, bool *have);

/* Starts the clocks: CPU time in milliseconds, wall time ten times that.  0 stops them. */
void lo_process_watch(lo_process *process, uint32_t milliseconds);
/* Nanoseconds until the clocks have to be looked at again (UINT64_MAX: they do not run); 0: too late, it was killed. */
uint64_t lo_process_check(lo_process *process);

/* Waits for one frame of a type during setup, under the clock.  LO_E_LIMIT: too late; LO_E_PLUGIN: it died, and the
 * message says of what; LO_E_BUSY: somebody else killed it; LO_E_DATA: it sent something else. */
lo_status lo_process_await(lo_process *process, unsigned type, uint32_t milliseconds, lo_frame *out);

/* After it ended: reaps it.  *outside: somebody else's SIGKILL, nothing the worker did.  The words ("ran out of time",
 * "made a forbidden system call") are static. */
const char *lo_process_reap(lo_process *process, bool *outside);

#endif
