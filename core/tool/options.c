// SPDX-License-Identifier: MIT
#include "tool/options.h"

#include "out/escape.h"
#include "tool/command.h"

#include <errno.h>
#include <getopt.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { OPTIONS_MAX = 48, HELP_COLUMN = 26, CODE_FIRST = 256, CODE_HELP = CODE_FIRST + OPTIONS_MAX };

static void help(const lo_options *spec)
{
    printf("usage: locutor %s%s %s\n\n%s\n\n", spec->command, spec->options[0].name ? " [OPTION…]" : "",
           spec->arguments, spec->about);
    for (const lo_option *option = spec->options; option->name; option++) {
        char left[80];
        int n = option->letter ? snprintf(left, sizeof left, "  -%c, --%s", option->letter, option->name)
                               : snprintf(left, sizeof left, "      --%s", option->name);
        if (option->value)
            snprintf(left + n, sizeof left - (size_t)n, " %s", option->value);
        printf("%-*s %s\n", HELP_COLUMN, left, option->help);
    }
    printf("%-*s %s\n", HELP_COLUMN, "      --help", "this text");
}

int lo_options_misused(const char *command, const char *format, ...)
{
    va_list args;
    va_start(args, format);
    fprintf(stderr, "locutor %s: ", command);
    vfprintf(stderr, format, args);
    va_end(args);
    fprintf(stderr, "; see 'locutor %s --help'\n", command);
    return LO_EXIT_USAGE;
}

void lo_options_complain(const char *command, const char *message)
{
    lo_buf line = LO_BUF_EMPTY;
    bool escaped = lo_escape_terminal(&line, lo_str_of(message)) == LO_OK;
    fprintf(stderr, "locutor %s: %.*s\n", command, LO_STR_ARG(escaped ? lo_buf_str(&line) : LO_STR("out of memory")));
    lo_buf_free(&line);
}

int lo_options_failed(const char *command, lo_status status)
{
    if (status != LO_E_STOP)
        lo_options_complain(command, lo_status_message());
    return status == LO_E_STOP ? LO_EXIT_INTERRUPTED : status == LO_E_ARG ? LO_EXIT_USAGE : LO_EXIT_FAILED;
}

static int take(const lo_options *spec, const lo_option *option, const char *value)
{
    switch (option->type) {
    case LO_OPTION_SWITCH: *(bool *)option->target = true; break;
    case LO_OPTION_TEXT: *(const char **)option->target = value; break;
    case LO_OPTION_NUMBER: {
        char *end;
        errno = 0;
        long number = strtol(value, &end, 10);
        if (end == value || *end || errno || number < option->low || number > option->high)
            return lo_options_misused(spec->command, "--%s takes a whole number from %ld to %ld, not '%s'",
                                      option->name, option->low, option->high, value);
        *(long *)option->target = number;
        break;
    }
    case LO_OPTION_LIST: {
        lo_option_list *list = option->target;
        if (list->n == LO_OPTION_LIST_MAX)
            return lo_options_misused(spec->command, "--%s is given more than %d times", option->name,
                                      LO_OPTION_LIST_MAX);
        list->items[list->n++] = value;
        break;
    }
    }
    return -1;
}

int lo_options_parse(const lo_options *spec, int argc, char **argv, lo_arguments *out)
{
    struct option longs[OPTIONS_MAX + 2];
    char letters[2 * OPTIONS_MAX + 3], *letter = letters;
    int n = 0;
    if (spec->first_ends)
        *letter++ = '+';
    *letter++ = ':'; /* getopt leaves the messages to us */
    for (const lo_option *option = spec->options; option->name && n < OPTIONS_MAX; option++, n++) {
        int wants = option->type == LO_OPTION_SWITCH ? no_argument : required_argument;
        longs[n] = (struct option){option->name, wants, NULL, CODE_FIRST + n};
        if (option->letter) {
            *letter++ = option->letter;
            if (wants == required_argument)
                *letter++ = ':';
        }
    }
    *letter = 0;
    longs[n] = (struct option){"help", no_argument, NULL, CODE_HELP};
    longs[n + 1] = (struct option){0};
    optind = 0; /* glibc: start anew */
    for (int code; (code = getopt_long(argc, argv, letters, longs, NULL)) != -1;) {
        if (code == CODE_HELP) {
            help(spec);
            return LO_EXIT_DONE;
        }
        const char *word = argv[optind > 0 ? optind - 1 : 0];
        if (code == ':')
            return lo_options_misused(spec->command, "%s needs a value", word);
        if (code == '?' && optopt >= CODE_FIRST)
            return lo_options_misused(spec->command, "%s takes no value", word);
        if (code == '?' && optopt)
            return lo_options_misused(spec->command, "there is no option -%c", optopt);
        if (code == '?')
            return lo_options_misused(spec->command, "there is no option %s", word);
        const lo_option *option = spec->options;
        if (code >= CODE_FIRST)
            option += code - CODE_FIRST;
        else
            while (option->letter != code)
                option++;
        int status = take(spec, option, optarg);
        if (status >= 0)
            return status;
    }
    *out = (lo_arguments){argv + optind, argc - optind};
    if (out->n < spec->at_least)
        return lo_options_misused(spec->command, "it needs %s", spec->arguments);
    if (spec->at_most >= 0 && out->n > spec->at_most)
        return lo_options_misused(spec->command, "'%s' is one argument too many", out->items[spec->at_most]);
    return -1;
}
