// SPDX-License-Identifier: MIT
#include "stage/sandbox.h"
#include "stage/worker.h"
#include "tool/command.h"

#include <stdio.h>
#include <string.h>

static const lo_command commands[] = {
    {"ingest", "STORE PATH…", "read files, folders, JSON Lines or standard input into a store", lo_cmd_ingest_run},
    {"analyze", "STORE", "run the plugins on what is new or changed", lo_cmd_analyze_run},
    {"plugins", "[list|check|test|new]", "what plugins there are, whether they work, a new one", lo_cmd_plugins_run},
    {"report", "STORE NAME", "tables of what was said: statements, stances, …", lo_cmd_report_run},
    {"parse", "[--input text|conllu]", "sentences, tags and dependency trees as CoNLL-U", lo_cmd_parse_run},
    {"search", "STORE QUERY…", "full text, with the passage around each hit", lo_cmd_search_run},
    {"explain", "STORE ID", "why this mark exists: words, rule, links", lo_cmd_explain_run},
    {"run", "SCRIPT.lua [ARG…]", "a Lua analysis script", lo_cmd_run_run},
    {"repl", "[STORE]", "interactive session", lo_cmd_repl_run},
    {"train", "MODEL DATA…", "retrain a model that ships with the tool", lo_cmd_train_run},
    {"verify", "STORE", "hashes, spans and indexes re-checked", lo_cmd_verify_run},
    {"extract", "", "JSON lines of documents to JSON lines of annotations", lo_cmd_extract_run},
    {NULL, NULL, NULL, NULL},
};

static int usage(FILE *out)
{
    fputs("usage: locutor COMMAND [ARGUMENT…]\n\n"
          "Who said what, when, where, in which words, taking which stance.\n\n",
          out);
    for (const lo_command *command = commands; command->name; command++)
        fprintf(out, "  %-8s %-20s %s\n", command->name, command->arguments, command->summary);
    fputs("\n'locutor COMMAND --help' explains each.\n", out);
    return out == stdout ? LO_EXIT_DONE : LO_EXIT_USAGE;
}

int main(int argc, char **argv)
{
    if (argc < 2)
        return usage(stderr);
    if (!strcmp(argv[1], LO_SANDBOX_WORKER))
        return lo_worker_main();
    if (!strcmp(argv[1], LO_SANDBOX_PROBE))
        return lo_sandbox_probe_main();
    if (!strcmp(argv[1], "--help") || !strcmp(argv[1], "help"))
        return usage(stdout);
    if (!strcmp(argv[1], "--version")) {
        puts("locutor " LO_VERSION);
        return LO_EXIT_DONE;
    }
    for (const lo_command *command = commands; command->name; command++)
        if (!strcmp(argv[1], command->name))
            return command->run(argc - 1, argv + 1);
    fprintf(stderr, "locutor: there is no command '%s'; 'locutor --help' lists them\n", argv[1]);
    return LO_EXIT_USAGE;
}
