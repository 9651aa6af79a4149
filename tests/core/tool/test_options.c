// SPDX-License-Identifier: MIT
#include "tool/options.h"

#include "tool/command.h"

#include <criterion/criterion.h>
#include <criterion/redirect.h>
#include <string.h>

typedef struct values {
    bool quiet;
    const char *format;
    long workers;
    lo_option_list plugins;
    lo_arguments rest;
} values;

static int parse(values *v, bool first_ends, int at_most, const char *line)
{
    static char text[512];
    static char *argv[64];
    int argc = 0;
    *v = (values){.format = "table", .workers = -1};
    const lo_option options[] = {LO_OPTION_QUIET(&v->quiet), LO_OPTION_FORMAT(&v->format, "table or csv"),
                                 LO_OPTION_WORKERS(&v->workers), LO_OPTION_PLUGINS(&v->plugins), LO_OPTION_END};
    const lo_options spec = {"demo", "STORE PATH…", "Does nothing.", options, 1, at_most, first_ends};
    snprintf(text, sizeof text, "demo %s", line);
    for (char *word = strtok(text, " "); word; word = strtok(NULL, " "))
        argv[argc++] = word;
    argv[argc] = NULL;
    return lo_options_parse(&spec, argc, argv, &v->rest);
}

Test(options, are_taken_wherever_they_stand)
{
    values v;
    cr_assert_eq(parse(&v, false, -1, "s.db --format=csv a -q --workers 3 --plugins x b --plugins y -- --quiet"), -1);
    cr_assert(v.quiet);
    cr_assert_str_eq(v.format, "csv");
    cr_assert_eq(v.workers, 3);
    cr_assert_eq(v.plugins.n, 2);
    cr_assert_str_eq(v.plugins.items[1], "y");
    cr_assert_eq(v.rest.n, 4);
    cr_assert_str_eq(v.rest.items[3], "--quiet");
    cr_assert_eq(parse(&v, true, -1, "-q script.lua --format x"), -1);
    cr_assert_eq(v.rest.n, 3, "a script's own options are left alone");
    cr_assert_str_eq(v.format, "table");
}

Test(options, misuse_is_named, .init = cr_redirect_stderr)
{
    static const struct {
        const char *line, *message;
    } cases[] = {
        {"s --colour", "there is no option --colour"},  {"s -z", "there is no option -z"},
        {"s --format", "--format needs a value"},       {"s --quiet=1", "--quiet=1 takes no value"},
        {"s --workers x", "from 0 to 256, not 'x'"},    {"s --workers 257", "not '257'"},
        {"s --workers -1", "from 0 to 256, not '-1'"},  {"", "it needs STORE PATH"},
        {"a b c", "'c' is one argument too many; see"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        values v;
        cr_expect_eq(parse(&v, false, 2, cases[i].line), LO_EXIT_USAGE, "%s", cases[i].line);
    }
    fflush(stderr);
    char text[8192] = "";
    FILE *redirected = cr_get_redirected_stderr();
    size_t n = fread(text, 1, sizeof text - 1, redirected);
    text[n] = 0;
    const char *at = text;
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const char *found = strstr(at, cases[i].message);
        cr_assert_not_null(found, "'%s' was not said in order; all that was said:\n%s", cases[i].message, text);
        at = found;
    }
}

Test(options, help_tells_every_option, .init = cr_redirect_stdout)
{
    values v;
    cr_assert_eq(parse(&v, false, -1, "--help"), LO_EXIT_DONE);
    fflush(stdout);
    char text[8192] = "";
    size_t n = fread(text, 1, sizeof text - 1, cr_get_redirected_stdout());
    text[n] = 0;
    static const char *const said[] = {"usage: locutor demo [OPTION…] STORE PATH…", "-q, --quiet", "--format FORMAT",
                                       "--workers N", "--help"};
    for (size_t i = 0; i < sizeof said / sizeof *said; i++)
        cr_assert(strstr(text, said[i]), "%s is missing in:\n%s", said[i], text);
}

Test(options, every_status_has_its_exit_code, .init = cr_redirect_stderr)
{
    lo_status_set(LO_E_STORE, "no store");
    cr_assert_eq(lo_options_failed("demo", LO_E_STORE), LO_EXIT_FAILED);
    cr_assert_eq(lo_options_failed("demo", LO_E_BUSY), LO_EXIT_FAILED);
    cr_assert_eq(lo_options_failed("demo", LO_E_ARG), LO_EXIT_USAGE);
    cr_assert_eq(lo_options_failed("demo", LO_E_STOP), LO_EXIT_INTERRUPTED);
}
