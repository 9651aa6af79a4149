// SPDX-License-Identifier: MIT
#include "stage/sandbox.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/landlock.h>
#include <seccomp.h>
#include <signal.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/auxv.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

static const char *program;

void lo_sandbox_program(const char *path)
{
    program = path;
}

/* /proc may be missing in a bare chroot; then the path this program was started by does. */
static const char *own_program(void)
{
    if (program)
        return program;
    if (access("/proc/self/exe", X_OK) == 0)
        return "/proc/self/exe";
    const char *started = (const char *)getauxval(AT_EXECFN);
    return started ? started : "/proc/self/exe";
}

bool lo_sandbox_compiled(void)
{
#ifdef LO_UNSEALED
    return false;
#else
    return true;
#endif
}

lo_status lo_sandbox_spawn(const char *role, lo_sandbox_child *out)
{
    int pair[2] = {-1, -1};
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    int failure = socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair) < 0 ? errno : 0;
    if (failure)
        goto done;
    /* Signals of the terminal are the host's business: it ends its workers by closing their sockets. */
    sigset_t blocked, defaults;
    sigemptyset(&blocked);
    sigaddset(&blocked, SIGINT);
    sigaddset(&blocked, SIGTERM);
    sigaddset(&blocked, SIGHUP);
    sigaddset(&blocked, SIGQUIT);
    sigfillset(&defaults);
    posix_spawnattr_setsigmask(&attributes, &blocked);
    posix_spawnattr_setsigdefault(&attributes, &defaults);
    posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    posix_spawn_file_actions_adddup2(&actions, pair[1], 0);
    /* an unsealed build keeps standard error for the sanitizer's report */
    posix_spawn_file_actions_addclosefrom_np(&actions, lo_sandbox_compiled() ? 1 : 3);
    char *const arguments[] = {
        (char[]){"locutor"}, strcmp(role, LO_SANDBOX_PROBE) ? (char[]){LO_SANDBOX_WORKER} : (char[]){LO_SANDBOX_PROBE},
        NULL};
    char *const nothing[] = {NULL};
    failure = posix_spawn(&out->pid, own_program(), &actions, &attributes, arguments, nothing);
done:
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    if (pair[1] >= 0)
        close(pair[1]);
    if (failure) {
        if (pair[0] >= 0)
            close(pair[0]);
        return lo_status_set(LO_E_IO, "cannot start a worker process (%s): %s", own_program(), strerror(failure));
    }
    int size = 512 << 10; /* room for a batch each way, so that neither side waits for the other */
    setsockopt(pair[0], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
    fcntl(pair[0], F_SETFL, O_NONBLOCK);
    out->fd = pair[0];
    return LO_OK;
}

#ifndef LO_UNSEALED
static void limit(int resource, rlim_t value)
{
    setrlimit(resource, &(struct rlimit){value, value});
}

/* A ruleset that allows nothing.  Kernels without Landlock have seccomp alone. */
static void forbid_files(void)
{
    long version = syscall(SYS_landlock_create_ruleset, NULL, 0, LANDLOCK_CREATE_RULESET_VERSION);
    if (version < 1)
        return;
    struct landlock_ruleset_attr attributes = {.handled_access_fs = (1ull << 13) - 1};
    if (version >= 2)
        attributes.handled_access_fs |= 1ull << 13; /* renaming into other directories */
    if (version >= 3)
        attributes.handled_access_fs |= 1ull << 14; /* truncating */
    long ruleset = syscall(SYS_landlock_create_ruleset, &attributes, sizeof attributes, 0);
    if (ruleset < 0)
        return;
    syscall(SYS_landlock_restrict_self, ruleset, 0);
    close((int)ruleset);
}

static int allow_calls(void)
{
    static const int plain[] = {SCMP_SYS(brk),       SCMP_SYS(munmap),       SCMP_SYS(mremap),
                                SCMP_SYS(madvise),   SCMP_SYS(futex),        SCMP_SYS(clock_gettime),
                                SCMP_SYS(setitimer), SCMP_SYS(rt_sigreturn), SCMP_SYS(exit_group)};
    static const int on_socket[] = {SCMP_SYS(read), SCMP_SYS(write), SCMP_SYS(recvmsg), SCMP_SYS(sendmsg)};
    static const int no_code[] = {SCMP_SYS(mmap), SCMP_SYS(mprotect)};
    scmp_filter_ctx filter = seccomp_init(SCMP_ACT_KILL_PROCESS);
    int failure = filter ? 0 : -ENOMEM;
    for (size_t i = 0; !failure && i < sizeof plain / sizeof plain[0]; i++)
        failure = seccomp_rule_add(filter, SCMP_ACT_ALLOW, plain[i], 0);
    for (size_t i = 0; !failure && i < sizeof on_socket / sizeof on_socket[0]; i++)
        failure = seccomp_rule_add(filter, SCMP_ACT_ALLOW, on_socket[i], 1, SCMP_A0(SCMP_CMP_EQ, 0));
    for (size_t i = 0; !failure && i < sizeof no_code / sizeof no_code[0]; i++)
        failure = seccomp_rule_add(filter, SCMP_ACT_ALLOW, no_code[i], 1, SCMP_A2(SCMP_CMP_MASKED_EQ, PROT_EXEC, 0));
    if (!failure)
        failure = seccomp_load(filter);
    seccomp_release(filter);
    return failure;
}

static int in_order(const void *a, const void *b)
{
    return memcmp(a, b, 1);
}

/* glibc asks the kernel once, at the first large qsort, how much memory there is. */
static void warm_up_sorting(void)
{
    char some[4096] = {0};
    qsort(some, sizeof some, 1, in_order);
}

lo_status lo_sandbox_seal(void)
{
    warm_up_sorting();
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    prctl(PR_SET_DUMPABLE, 0);
    limit(RLIMIT_AS, LO_SANDBOX_MEMORY);
    limit(RLIMIT_FSIZE, 0);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NPROC, 0);
    if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) < 0)
        return lo_status_set(LO_E_IO, "this system cannot seal a worker: no_new_privs: %s", strerror(errno));
    forbid_files();
    limit(RLIMIT_NOFILE, 1);
    int failure = allow_calls();
    return failure ? lo_status_set(LO_E_IO, "this system cannot seal a worker: seccomp: %s", strerror(-failure))
                   : LO_OK;
}
#else
lo_status lo_sandbox_seal(void)
{
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    return lo_status_set(LO_E_IO, "this is a sanitizer or coverage build, whose workers are not sealed");
}
#endif

int lo_sandbox_probe_main(void)
{
    if (lo_sandbox_seal())
        return 1;
    /* asks for something harmless that the list does not have */
    return syscall(SYS_getppid) > 0 ? 0 : 2;
}

lo_status lo_sandbox_probe(void)
{
    if (!lo_sandbox_compiled())
        return lo_sandbox_seal();
    lo_sandbox_child child;
    lo_status status = lo_sandbox_spawn(LO_SANDBOX_PROBE, &child);
    if (status)
        return status;
    int how = 0;
    pid_t ended;
    do
        ended = waitpid(child.pid, &how, 0);
    while (ended < 0 && errno == EINTR);
    close(child.fd);
    if (ended == child.pid && WIFSIGNALED(how) && WTERMSIG(how) == SIGSYS)
        return LO_OK;
    return lo_status_set(LO_E_IO, "this system does not seal worker processes: a forbidden call went unpunished");
}
