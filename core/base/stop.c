// SPDX-License-Identifier: MIT
#include "base/stop.h"

#include <signal.h>
#include <stddef.h>
#include <sys/time.h>
#include <unistd.h>

enum { SOON_MICROSECONDS = 150000, EXIT_INTERRUPTED = 130 };

static volatile sig_atomic_t asked, soon;

static void on_signal(int number)
{
    (void)number;
    asked = 1;
    if (soon)
        setitimer(ITIMER_REAL, &(struct itimerval){.it_value.tv_usec = SOON_MICROSECONDS}, NULL);
}

static void on_alarm(int number)
{
    (void)number;
    _exit(EXIT_INTERRUPTED);
}

void lo_stop_soon(void)
{
    struct sigaction action = {.sa_handler = on_alarm};
    sigemptyset(&action.sa_mask);
    sigaction(SIGALRM, &action, NULL);
    soon = 1;
}

void lo_stop_watch(void)
{
    /* RESETHAND: the second signal does what it does by default.  No RESTART: a blocking read returns at once. */
    struct sigaction action = {.sa_handler = on_signal, .sa_flags = (int)SA_RESETHAND};
    sigemptyset(&action.sa_mask);
    static const int numbers[] = {SIGINT, SIGTERM};
    for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++) {
        struct sigaction before;
        if (sigaction(numbers[i], NULL, &before) == 0 && before.sa_handler != SIG_IGN)
            sigaction(numbers[i], &action, NULL);
    }
}

bool lo_stop_asked(void)
{
    return asked;
}

lo_status lo_stop_check(void)
{
    return asked ? lo_status_set(LO_E_STOP, "interrupted") : LO_OK;
}
