// SPDX-License-Identifier: MIT
/* Runs the built program (environment variable LOCUTOR) as a child, as a person would. */
#ifndef LO_TESTS_PROCESS_H
#define LO_TESTS_PROCESS_H

#include <criterion/criterion.h>
#include <fcntl.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

typedef struct process {
    int in;          /* descriptor that becomes standard input, or -1: /dev/null */
    const char *out; /* files for standard output and error, or NULL: /dev/null */
    const char *err;
    rlim_t file_size;   /* RLIMIT_FSIZE, or 0 */
    bool ordinary_user; /* when the tests run as root */
} process;

__attribute__((unused)) static pid_t process_start(const process *how, const char *const *arguments)
{
    pid_t pid = fork();
    cr_assert_geq(pid, 0);
    if (pid)
        return pid;
    const char *argv[16] = {"locutor"};
    for (int i = 0; i < 14 && arguments[i]; i++)
        argv[i + 1] = arguments[i];
    int in = how->in >= 0 ? how->in : open("/dev/null", O_RDONLY);
    int out = open(how->out ? how->out : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    int err = open(how->err ? how->err : "/dev/null", O_WRONLY | O_CREAT | O_TRUNC, 0666);
    dup2(in, 0), dup2(out, 1), dup2(err, 2);
    for (int fd = 3; fd < 64; fd++)
        close(fd);
    if (how->file_size)
        setrlimit(RLIMIT_FSIZE, &(struct rlimit){how->file_size, how->file_size});
    if (how->ordinary_user && geteuid() == 0 && (setgid(65534) || setuid(65534)))
        _exit(120);
    signal(SIGPIPE, SIG_DFL);
    execv(getenv("LOCUTOR"), (char **)argv);
    _exit(121);
}

/* Exit status, or minus the signal that ended it. */
__attribute__((unused)) static int process_wait(pid_t pid)
{
    int status;
    while (waitpid(pid, &status, 0) != pid)
        ;
    return WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
}

__attribute__((unused)) static int process_run(const process *how, const char *const *arguments)
{
    return process_wait(process_start(how, arguments));
}

__attribute__((unused)) static double process_seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_MONOTONIC, &now);
    return (double)now.tv_sec + 1e-9 * (double)now.tv_nsec;
}

__attribute__((unused)) static void process_sleep(double seconds)
{
    nanosleep(&(struct timespec){(time_t)seconds, (long)((seconds - (double)(time_t)seconds) * 1e9)}, NULL);
}

#endif
