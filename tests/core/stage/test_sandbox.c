// SPDX-License-Identifier: MIT
/* The seal, tried from outside: this program starts the built tool as its worker. */
#include "stage/process.h"

#include <criterion/criterion.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static void use_tool(void)
{
    const char *tool = getenv("LOCUTOR");
    cr_assert(tool, "LOCUTOR names no program");
    lo_sandbox_program(tool);
    if (!lo_sandbox_compiled())
        cr_skip_test("workers of this build are not sealed");
}

Test(sandbox, probe_dies_of_the_forbidden_call)
{
    use_tool();
    cr_assert_eq(lo_sandbox_probe(), LO_OK, "%s", lo_status_message());
    lo_sandbox_program("/bin/true"); /* ends without being punished */
    cr_assert_eq(lo_sandbox_probe(), LO_E_IO);
    lo_sandbox_program("/nonexistent/program");
    cr_assert_eq(lo_sandbox_probe(), LO_E_IO);
    cr_assert(strstr(lo_status_message(), "/nonexistent/program"));
}

static void wait_for(lo_process *process)
{
    bool ended = false, have = false;
    for (lo_frame frame; !process->greeted && !ended;) {
        poll(&(struct pollfd){process->child.fd, POLLIN, 0}, 1, 5000);
        cr_assert_eq(lo_process_receive(process, &ended), LO_OK);
        cr_assert_eq(lo_process_next(process, &frame, &have), LO_OK, "%s", lo_status_message());
    }
}

Test(sandbox, worker_is_sealed_before_it_is_told_anything)
{
    use_tool();
    lo_process process;
    cr_assert_eq(lo_process_start(&process, false), LO_OK, "%s", lo_status_message());
    wait_for(&process);
    cr_assert(process.sealed, "%s", process.unsealed_reason);
    /* what the kernel says of it */
    char path[64], text[4096];
    snprintf(path, sizeof path, "/proc/%d/status", process.child.pid);
    FILE *file = fopen(path, "r");
    cr_assert(file);
    size_t n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    cr_assert(strstr(text, "Seccomp:\t2"), "%s", text);
    cr_assert(strstr(text, "NoNewPrivs:\t1"));
    snprintf(path, sizeof path, "/proc/%d/limits", process.child.pid);
    file = fopen(path, "r");
    cr_assert(file);
    n = fread(text, 1, sizeof text - 1, file);
    fclose(file);
    text[n] = 0;
    char *line = strstr(text, "Max address space");
    cr_assert(line && strtoull(line + strlen("Max address space"), NULL, 10) == LO_SANDBOX_MEMORY, "%s", text);
    line = strstr(text, "Max file size");
    cr_assert(line && strtoull(line + strlen("Max file size"), NULL, 10) == 0, "%s", text);
    lo_process_stop(&process);
}

/* A worker that loses its host ends by itself. */
Test(sandbox, worker_ends_with_its_socket)
{
    use_tool();
    lo_process process;
    cr_assert_eq(lo_process_start(&process, false), LO_OK);
    wait_for(&process);
    pid_t pid = process.child.pid;
    close(process.child.fd);
    process.child.fd = -1;
    int how = -1;
    cr_assert_eq(waitpid(pid, &how, 0), pid);
    cr_assert(WIFEXITED(how) && WEXITSTATUS(how) == LO_WORKER_EXIT_DONE, "ended with %x", how);
    process.child.pid = 0;
    lo_frame_reader_free(&process.reader);
}

/* Rubbish from the host's side makes a worker end with a message, not crash. */
Test(sandbox, worker_refuses_what_is_no_message)
{
    use_tool();
    static const char *const rubbish[] = {"hello, worker", "LF\x02\0\0\0\0\0", "LF\x03\0\x01\0\0\0x"};
    static const size_t sizes[] = {13, 8, 9};
    for (size_t i = 0; i < 3; i++) {
        lo_process process;
        cr_assert_eq(lo_process_start(&process, false), LO_OK);
        wait_for(&process);
        lo_buf_add(&process.out, rubbish[i], sizes[i]);
        cr_assert_eq(lo_process_flush(&process), LO_OK);
        int how = -1;
        cr_assert_eq(waitpid(process.child.pid, &how, 0), process.child.pid);
        cr_assert(WIFEXITED(how) && WEXITSTATUS(how) == LO_WORKER_EXIT_BROKEN, "case %zu ended with %x", i, how);
        process.child.pid = 0;
        close(process.child.fd);
        lo_frame_reader_free(&process.reader);
        lo_buf_free(&process.out);
    }
}
