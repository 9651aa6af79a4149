// SPDX-License-Identifier: MIT
/* Command lines: GNU long options from a table, --help for every command, the same errors everywhere.
 *
 *     static const char *format = "table";
 *     const lo_option options[] = {LO_OPTION_FORMAT(&format, "table, csv, tsv"), LO_OPTION_END};
 *     lo_options spec = {"report", "STORE NAME", "Prints a report.", options, 2, 2, false};
 *     int status = lo_options_parse(&spec, argc, argv, &arguments);
 *     if (status >= 0)
 *         return status;
 */
#ifndef LO_TOOL_OPTIONS_H
#define LO_TOOL_OPTIONS_H

#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>

typedef enum lo_option_type {
    LO_OPTION_SWITCH, /* bool: set to true */
    LO_OPTION_TEXT,   /* const char *: borrowed from argv */
    LO_OPTION_NUMBER, /* long: whole, within [low, high] */
    LO_OPTION_LIST,   /* lo_option_list: repeatable */
} lo_option_type;

typedef struct lo_option {
    const char *name; /* without the dashes */
    char letter;      /* 0: no short form */
    lo_option_type type;
    void *target;
    const char *value, *help; /* "FILE"; what --help says */
    long low, high;
} lo_option;

enum { LO_OPTION_LIST_MAX = 64 };

typedef struct lo_option_list {
    const char *items[LO_OPTION_LIST_MAX]; /* borrowed from argv */
    size_t n;
} lo_option_list;

/* The options that mean the same in every command (interface.md). */
#define LO_OPTION_TARGETS(at)                                                                                          \
    {                                                                                                                  \
        "targets", 0, LO_OPTION_TEXT, (at), "FILE.lua", "what stances are about", 0, 0                                 \
    }
#define LO_OPTION_CONFIG(at)                                                                                           \
    {                                                                                                                  \
        "config", 0, LO_OPTION_TEXT, (at), "FILE.lua", "which plugins run, and their options", 0, 0                    \
    }
#define LO_OPTION_PLUGINS(at)                                                                                          \
    {                                                                                                                  \
        "plugins", 0, LO_OPTION_LIST, (at), "DIR", "one more plugin directory; repeatable (also LOCUTOR_PLUGINS)", 0,  \
            0                                                                                                          \
    }
#define LO_OPTION_WORKERS(at)                                                                                          \
    {                                                                                                                  \
        "workers", 0, LO_OPTION_NUMBER, (at), "N", "worker processes; 0: none (default: the cores)", 0, 256            \
    }
#define LO_OPTION_FAST(at)                                                                                             \
    {                                                                                                                  \
        "fast", 0, LO_OPTION_SWITCH, (at), NULL, "no tagger, no parser", 0, 0                                          \
    }
#define LO_OPTION_FORMAT(at, formats)                                                                                  \
    {                                                                                                                  \
        "format", 0, LO_OPTION_TEXT, (at), "FORMAT", (formats), 0, 0                                                   \
    }
#define LO_OPTION_OUTPUT(at)                                                                                           \
    {                                                                                                                  \
        "output", 'o', LO_OPTION_TEXT, (at), "FILE", "write there instead of standard output", 0, 0                    \
    }
#define LO_OPTION_QUIET(at)                                                                                            \
    {                                                                                                                  \
        "quiet", 'q', LO_OPTION_SWITCH, (at), NULL, "nothing on standard error but errors", 0, 0                       \
    }
#define LO_OPTION_VERBOSE(at)                                                                                          \
    {                                                                                                                  \
        "verbose", 'v', LO_OPTION_SWITCH, (at), NULL, "say more on standard error", 0, 0                               \
    }
#define LO_OPTION_END                                                                                                  \
    {                                                                                                                  \
        NULL, 0, LO_OPTION_SWITCH, NULL, NULL, NULL, 0, 0                                                              \
    }

typedef struct lo_options {
    const char *command;      /* "ingest" */
    const char *arguments;    /* "STORE PATH…" */
    const char *about;        /* one or more paragraphs */
    const lo_option *options; /* ends with LO_OPTION_END */
    int at_least, at_most;    /* arguments that are no options; at_most -1: any number */
    bool first_ends;          /* what follows the first argument is not looked at (a script's own arguments) */
} lo_options;

typedef struct lo_arguments {
    char **items; /* what is left of argv, in order */
    int n;
} lo_arguments;

/* -1: go on.  Else the exit status: 0 after --help, 2 after a message about wrong usage. */
int lo_options_parse(const lo_options *spec, int argc, char **argv, lo_arguments *out);

/* Prints "locutor COMMAND: message" and a pointer to --help to standard error; gives LO_EXIT_USAGE. */
int lo_options_misused(const char *command, const char *format, ...) __attribute__((format(printf, 2, 3)));

/* Prints "locutor COMMAND: message" to standard error: one document or file failed and the command goes on.  Names of
 * files in messages are bytes of somebody else's: nothing in them reaches the terminal as a control sequence. */
void lo_options_complain(const char *command, const char *message);

/* For a command that ends because of a failure: prints "locutor COMMAND: " and lo_status_message() to standard error
 * (nothing for LO_E_STOP) and gives the exit status that goes with the code (interface.md). */
int lo_options_failed(const char *command, lo_status status);

#endif
