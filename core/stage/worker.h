// SPDX-License-Identifier: MIT
/* The worker: gets plugins, then documents, and answers each with what it was asked for.  The same code runs in a
 * sealed process behind a socket and, with --workers 0, inside the host. */
#ifndef LO_STAGE_WORKER_H
#define LO_STAGE_WORKER_H

#include "stage/frame.h"

typedef struct lo_worker lo_worker;

/* socket: where results go as they are ready, or -1 to leave them in the replies. */
lo_status lo_worker_create(int socket, lo_worker **out);
void lo_worker_free(lo_worker *worker);

/* Carries out one message and appends the answers as frames.  Fails only when it cannot go on at all. */
lo_status lo_worker_handle(lo_worker *worker, const lo_frame *frame, lo_buf *replies);

/* CPU time one plugin may take on one document (and the reader on its raw bytes), in milliseconds: 1 s + 1 s per MiB.
 */
uint32_t lo_worker_limit(size_t bytes);
enum { LO_WORKER_LIMIT_LOAD = 2000, LO_WORKER_GRACE = 50 };
/* Exit statuses of a worker process. */
enum { LO_WORKER_EXIT_DONE = 0, LO_WORKER_EXIT_BROKEN = 3, LO_WORKER_EXIT_LATE = 4 };

/* The whole life of a worker process on descriptor 0; gives its exit status. */
int lo_worker_main(void);

#endif
