// SPDX-License-Identifier: MIT
#include "stage/config.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static lo_status read_text(const char *text, bool targets, lo_arena *arena, lo_config *out)
{
    char path[] = "/tmp/locutor-config-XXXXXX";
    int fd = mkstemp(path);
    cr_assert_geq(fd, 0);
    cr_assert_eq(write(fd, text, strlen(text)), (ssize_t)strlen(text));
    close(fd);
    lo_status status = lo_config_read(targets ? NULL : path, targets ? path : NULL, arena, out);
    unlink(path);
    return status;
}

Test(config, plugins_by_name)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_config config;
    cr_assert_eq(read_text("local verbs = { 'said', 'told' }\n"
                           "return { plugins = { ['4_annotate/b'] = { verbs = verbs }, ['4_annotate/a'] = false,\n"
                           "  ['4_annotate/c'] = true } }",
                           false, &arena, &config),
                 LO_OK, "%s", lo_status_message());
    cr_assert_eq(config.n_plugins, 3);
    cr_assert_str_eq(config.plugins[0].name, "4_annotate/a");
    cr_assert(config.plugins[0].off);
    cr_assert_not(config.plugins[1].off);
    cr_assert_gt(config.plugins[1].options.n, 0);
    cr_assert_not(config.plugins[2].off);
    cr_assert_eq(config.targets.n, 0);
    lo_arena_free(&arena);
}

Test(config, same_targets_same_bytes)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_config a, b;
    cr_assert_eq(read_text("return { { id = 'x', statement = 'Sign it.', about = { 'treaty' } } }", true, &arena, &a),
                 LO_OK, "%s", lo_status_message());
    cr_assert_eq(read_text("return { { about = { 'treaty' }, statement = 'Sign it.', id = 'x' } }", true, &arena, &b),
                 LO_OK);
    cr_assert(lo_str_equal(a.targets, b.targets));
    lo_arena_free(&arena);
}

Test(config, refusals_say_what_and_where)
{
    static const struct {
        const char *text, *says;
        bool targets;
    } cases[] = {
        {"return {", "near", false},
        {"return 1", "must return a table", false},
        {"return { plugin = {} }", "unknown field 'plugin'", false},
        {"return { plugins = 3 }", "must be a table", false},
        {"return { plugins = { 'x' } }", "every key is a plugin's name", false},
        {"return { plugins = { ['4_annotate/x'] = 'yes' } }", "4_annotate/x", false},
        {"return { plugins = { ['4_annotate/x'] = { f = function() end } } }", "f", false},
        {"return os.getenv 'HOME'", "nil value", false},
        {"return ('x'):rep(1e9)", "", false},
        {"while true do end", "takes too long", false},
        {"local t = {} for i = 1, 1e9 do t[i] = {} end", "", false},
        {"\x1bLua", "attempt to load", false},
        {"return { { statement = 'x' } }", "needs an id", true},
        {"return { { id = 'x' }, { id = 'x' } }", "its id 'x' is taken", true},
        {"return { { id = 'x', about = { 1 } } }", "list of strings", true},
        {"return { { id = 'x', about = true } }", "string or a list", true},
        {"return { id = 'x' }", "list of targets", true},
        {"return { { id = 'x' }, nil, { id = 'y' } }", "missing", true},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_config config;
        lo_status status = read_text(cases[i].text, cases[i].targets, &arena, &config);
        cr_assert_neq(status, LO_OK, "case %zu", i);
        cr_assert(strstr(lo_status_message(), cases[i].says), "case %zu: '%s' lacks '%s'", i, lo_status_message(),
                  cases[i].says);
        lo_arena_free(&arena);
    }
    lo_arena arena = LO_ARENA_EMPTY;
    lo_config config;
    cr_assert_eq(lo_config_read("/nonexistent.lua", NULL, &arena, &config), LO_E_IO);
    cr_assert_eq(lo_config_read("/tmp", NULL, &arena, &config), LO_E_IO);
    lo_arena_free(&arena);
}
