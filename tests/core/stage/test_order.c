// SPDX-License-Identifier: MIT
#include "stage/order.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

enum { MOST = 8 };

typedef struct plugin {
    const char *name;
    lo_stage stage;
    const char *needs[4], *makes[4];
} plugin;

static lo_status order(const plugin *plugins, uint32_t n, char *names, uint32_t *culprit)
{
    lo_contract contracts[MOST];
    const lo_contract *list[MOST] = {NULL};
    uint32_t out[MOST];
    for (uint32_t i = 0; i < n; i++) {
        contracts[i] = (lo_contract){
            .name = plugins[i].name, .stage = plugins[i].stage, .needs = plugins[i].needs, .makes = plugins[i].makes};
        list[i] = &contracts[i];
    }
    lo_status status = lo_order_plugins(list, n, out, culprit);
    *names = 0;
    for (uint32_t i = 0; i < n && !status; i++)
        strcat(strcat(names, i ? " " : ""), plugins[out[i]].name);
    return status;
}

Test(order, by_stage_needs_and_name)
{
    static const struct {
        plugin plugins[MOST];
        const char *want;
    } cases[] = {
        {{{"b", LO_STAGE_ANNOTATE, {NULL}, {"x"}}, {"a", LO_STAGE_ANNOTATE, {"x"}, {"y"}}}, "b a"},
        {{{"b", LO_STAGE_ANNOTATE, {"token"}, {"x"}}, {"a", LO_STAGE_ANNOTATE, {"tree"}, {"y"}}}, "a b"},
        {{{"z", LO_STAGE_CLEAN, {NULL}, {"x"}},
          {"a", LO_STAGE_CLASSIFY, {"x"}, {"s"}},
          {"m", LO_STAGE_RESOLVE, {"x"}, {"e"}}},
         "z m a"},
        /* makers, then those that complete, then those that read */
        {{{"a_reads", LO_STAGE_RESOLVE, {"q"}, {"r"}},
          {"b_completes", LO_STAGE_RESOLVE, {"q"}, {"q"}},
          {"c_completes", LO_STAGE_RESOLVE, {"q"}, {"q"}},
          {"d_makes", LO_STAGE_RESOLVE, {NULL}, {"q"}}},
         "d_makes b_completes c_completes a_reads"},
        /* a plugin may look at what it made itself */
        {{{"own", LO_STAGE_ANNOTATE, {"own_kind"}, {"own_kind"}}}, "own"},
        /* a maker of a later stage does not hold up one of an earlier */
        {{{"late", LO_STAGE_RESOLVE, {"x"}, {"x"}}, {"early", LO_STAGE_ANNOTATE, {NULL}, {"x"}}}, "early late"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t n = 0;
        char names[256];
        while (n < MOST && cases[i].plugins[n].name)
            n++;
        cr_assert_eq(order(cases[i].plugins, n, names, NULL), LO_OK, "case %zu: %s", i, lo_status_message());
        cr_assert_str_eq(names, cases[i].want, "case %zu", i);
    }
}

Test(order, refusals_name_the_chain)
{
    static const struct {
        plugin plugins[MOST];
        const char *says[4];
    } cases[] = {
        {{{"4/a", LO_STAGE_ANNOTATE, {"y"}, {"x"}}, {"4/b", LO_STAGE_ANNOTATE, {"x"}, {"y"}}},
         {"plugins wait for each other", "4/a needs 'y' of 4/b", "which needs 'x' of 4/a"}},
        {{{"4/a", LO_STAGE_ANNOTATE, {"z"}, {"x"}},
          {"4/b", LO_STAGE_ANNOTATE, {"x"}, {"y"}},
          {"4/c", LO_STAGE_ANNOTATE, {"y"}, {"z"}},
          {"4/d", LO_STAGE_ANNOTATE, {"z"}, {"end"}}},
         {"plugins wait for each other", "4/a needs 'z' of 4/c", "which needs 'y' of 4/b", "which needs 'x' of 4/a"}},
        {{{"4/a", LO_STAGE_ANNOTATE, {"unheard"}, {"x"}}}, {"4/a needs 'unheard', which no plugin makes"}},
        {{{"4/a", LO_STAGE_ANNOTATE, {"s"}, {"x"}}, {"6/s", LO_STAGE_CLASSIFY, {"x"}, {"s"}}},
         {"4/a needs 's', which only 6/s of a later stage makes"}},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        uint32_t n = 0, culprit = 99;
        char names[256];
        while (n < MOST && cases[i].plugins[n].name)
            n++;
        cr_assert_eq(order(cases[i].plugins, n, names, &culprit), LO_E_PLUGIN, "case %zu", i);
        cr_assert_lt(culprit, n);
        for (size_t k = 0; k < 4 && cases[i].says[k]; k++)
            cr_assert(strstr(lo_status_message(), cases[i].says[k]), "case %zu: '%s' lacks '%s'", i,
                      lo_status_message(), cases[i].says[k]);
    }
}

Test(order, many_plugins_and_short_memory)
{
    enum { N = 200 };
    static char names[N][16], kinds[N + 1][16];
    static const char *needs[N][2], *makes[N][2];
    static lo_contract contracts[N];
    const lo_contract *list[N];
    uint32_t out[N];
    for (int i = 0; i <= N; i++)
        snprintf(kinds[i], sizeof kinds[i], "k%d", i);
    for (int i = 0; i < N; i++) { /* a chain that runs against the names */
        snprintf(names[i], sizeof names[i], "p%03d", N - i);
        needs[i][0] = i ? kinds[i] : NULL;
        makes[i][0] = kinds[i + 1];
        contracts[i] =
            (lo_contract){.name = names[i], .stage = LO_STAGE_ANNOTATE, .needs = needs[i], .makes = makes[i]};
        list[(i * 77) % N] = &contracts[i]; /* 77 and 200 share no factor */
    }
    cr_assert_eq(lo_order_plugins(list, N, out, NULL), LO_OK, "%s", lo_status_message());
    for (int i = 0; i < N; i++)
        cr_assert_eq(list[out[i]], &contracts[i]);
    int64_t alive = lo_mem_alive();
    lo_mem_fail_after(0, 1);
    lo_status status = lo_order_plugins(list, N, out, NULL);
    lo_mem_fail_never();
    cr_assert_eq(status, LO_E_MEMORY);
    cr_assert_eq(lo_mem_alive(), alive);
}
