// SPDX-License-Identifier: MIT
/* Result codes and the message that goes with the last failure.
 *
 * Every function that can fail returns lo_status: LO_OK or a negative code.  Whoever detects the failure records one
 * line for people with lo_status_set (what happened, where, what to do); callers pass the code on and may put what they
 * know in front with lo_status_prefix.  The message belongs to the thread and lives until the next failure. */
#ifndef LO_BASE_STATUS_H
#define LO_BASE_STATUS_H

typedef enum lo_status {
    LO_OK = 0,
    LO_E_ARG = -1,    /* the caller asked for something impossible (usage) */
    LO_E_MEMORY = -2, /* an allocation failed */
    LO_E_IO = -3,     /* the operating system refused: file, pipe, disk full */
    LO_E_DATA = -4,   /* input bytes are not what they claim to be */
    LO_E_STORE = -5,  /* no store, a foreign or newer one, a damaged one */
    LO_E_BUSY = -6,   /* somebody else holds the store */
    LO_E_LIMIT = -7,  /* a size, time or memory limit was reached */
    LO_E_PLUGIN = -8, /* a plugin or script raised or broke its contract */
    LO_E_STOP = -9,   /* interrupted (Ctrl-C, SIGTERM) or the consumer ended early */
} lo_status;

/* Records the message (cut at 1023 bytes, control characters shown as ?) and returns code. */
lo_status lo_status_set(lo_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Puts "text: " in front of the current message and returns code. */
lo_status lo_status_prefix(lo_status code, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* The last message of this thread; "" when there was none.  Borrowed until the next lo_status_set. */
const char *lo_status_message(void);

#endif
