// SPDX-License-Identifier: MIT
/* Sealed worker processes: exec of the same program with an empty environment and one socket (descriptor 0), then
 * limits on address space, files and cores, no_new_privs, Landlock where the kernel has it, and a seccomp allow-list.
 *
 * Sanitizer and coverage builds need more system calls than that; they are compiled with LO_UNSEALED, do not seal, and
 * say so.  Whoever runs plugins from elsewhere asks lo_sandbox_probe first. */
#ifndef LO_STAGE_SANDBOX_H
#define LO_STAGE_SANDBOX_H

#include "base/status.h"

#include <stdbool.h>
#include <sys/types.h>

/* First argument of the program when it is to be a worker, or the probe. */
#define LO_SANDBOX_WORKER "@worker"
#define LO_SANDBOX_PROBE  "@probe"

enum { LO_SANDBOX_MEMORY = 256 << 20 };

typedef struct lo_sandbox_child {
    pid_t pid;
    int fd; /* host's end of the socket: non-blocking, close-on-exec; owned */
} lo_sandbox_child;

/* The program to start instead of this one (tests); NULL: this one.  Borrowed. */
void lo_sandbox_program(const char *path);
/* LO_E_IO when the system refuses. */
lo_status lo_sandbox_spawn(const char *role, lo_sandbox_child *out);

/* True when this build seals its workers. */
bool lo_sandbox_compiled(void);
/* In the child: from here on only computing, memory, and descriptor 0.  LO_E_IO says what the system lacks. */
lo_status lo_sandbox_seal(void);

/* Starts a child that seals itself and then breaks the rules: LO_OK when it dies of that, else LO_E_IO. */
lo_status lo_sandbox_probe(void);
int lo_sandbox_probe_main(void); /* the child's part; returns only when the seal does not hold */

#endif
