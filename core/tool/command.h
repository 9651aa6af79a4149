// SPDX-License-Identifier: MIT
/* The subcommands.  Each gets the arguments behind its name and returns the exit status (interface.md). */
#ifndef LO_TOOL_COMMAND_H
#define LO_TOOL_COMMAND_H

enum { LO_EXIT_DONE = 0, LO_EXIT_PARTLY = 1, LO_EXIT_USAGE = 2, LO_EXIT_FAILED = 3, LO_EXIT_INTERRUPTED = 130 };

typedef struct lo_command {
    const char *name;
    const char *arguments;             /* "STORE PATH…" */
    const char *summary;               /* one line */
    int (*run)(int argc, char **argv); /* argv[0] is the command's name */
} lo_command;

int lo_cmd_ingest_run(int argc, char **argv);
int lo_cmd_analyze_run(int argc, char **argv);
int lo_cmd_run_run(int argc, char **argv);
int lo_cmd_repl_run(int argc, char **argv);
int lo_cmd_report_run(int argc, char **argv);
int lo_cmd_search_run(int argc, char **argv);
int lo_cmd_extract_run(int argc, char **argv);
int lo_cmd_parse_run(int argc, char **argv);
int lo_cmd_explain_run(int argc, char **argv);
int lo_cmd_verify_run(int argc, char **argv);
int lo_cmd_plugins_run(int argc, char **argv);
int lo_cmd_train_run(int argc, char **argv);

#endif
