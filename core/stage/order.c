// SPDX-License-Identifier: MIT
#include "stage/order.h"

#include "base/mem.h"

#include <stdlib.h>
#include <string.h>

static const char *const layers[] = {"text",  "record", "token", "sentence", "paragraph",
                                     "class", "lemma",  "tag",   "tree",     "furniture"};

bool lo_order_is_layer(const char *name)
{
    for (size_t i = 0; i < sizeof layers / sizeof layers[0]; i++)
        if (!strcmp(layers[i], name))
            return true;
    return false;
}

static bool lists(const char *const *list, const char *name)
{
    for (; list && *list; list++)
        if (!strcmp(*list, name))
            return true;
    return false;
}

/* The kind for which a must run before b, both of one stage; NULL when there is none. */
static const char *before(const lo_contract *a, const lo_contract *b)
{
    for (const char *const *kind = a->makes; kind && *kind; kind++)
        if (lists(b->needs, *kind) && !(lists(a->needs, *kind) && lists(b->makes, *kind)))
            return *kind;
    return NULL;
}

static lo_status check_needs(const lo_contract *const *contracts, uint32_t n, uint32_t *culprit)
{
    for (uint32_t i = 0; i < n; i++) {
        for (const char *const *need = contracts[i]->needs; need && *need; need++) {
            const lo_contract *later = NULL;
            bool made = lo_order_is_layer(*need) || lists(contracts[i]->makes, *need);
            for (uint32_t j = 0; j < n && !made; j++) {
                if (!lists(contracts[j]->makes, *need))
                    continue;
                made = contracts[j]->stage <= contracts[i]->stage;
                later = contracts[j];
            }
            if (made)
                continue;
            if (culprit)
                *culprit = i;
            if (later)
                return lo_status_set(LO_E_PLUGIN, "%s needs '%s', which only %s of a later stage makes",
                                     contracts[i]->name, *need, later->name);
            return lo_status_set(LO_E_PLUGIN, "%s needs '%s', which no plugin makes", contracts[i]->name, *need);
        }
    }
    return LO_OK;
}

typedef struct sorting {
    const lo_contract *const *contracts;
    uint32_t n;
    bool *placed;
} sorting;

/* A plugin of the stage that is not placed yet and has to run before index; n when none. */
static uint32_t waits_for(const sorting *s, uint32_t index)
{
    for (uint32_t j = 0; j < s->n; j++)
        if (j != index && !s->placed[j] && s->contracts[j]->stage == s->contracts[index]->stage &&
            before(s->contracts[j], s->contracts[index]))
            return j;
    return s->n;
}

/* From a plugin that waits, follow what it waits for until one comes twice, and tell that ring. */
static lo_status tell_cycle(const sorting *s, uint32_t start, uint32_t *culprit)
{
    uint32_t slow = start;
    for (uint32_t i = 0; i < s->n; i++) /* surely inside the ring after n steps */
        slow = waits_for(s, slow);
    for (uint32_t at = waits_for(s, slow), first = slow; at != first; at = waits_for(s, at))
        if (strcmp(s->contracts[at]->name, s->contracts[slow]->name) < 0)
            slow = at; /* told from the first by name, whatever the order of the files */
    lo_buf chain = LO_BUF_EMPTY;
    lo_buf_add_text(&chain, s->contracts[slow]->name);
    for (uint32_t at = slow;;) {
        uint32_t next = waits_for(s, at);
        lo_buf_print(&chain, " needs '%s' of %s", before(s->contracts[next], s->contracts[at]),
                     s->contracts[next]->name);
        at = next;
        if (at == slow)
            break;
        lo_buf_add_text(&chain, ", which");
    }
    if (culprit)
        *culprit = slow;
    lo_status status =
        chain.status ? chain.status
                     : lo_status_set(LO_E_PLUGIN, "plugins wait for each other: %.*s", LO_STR_ARG(lo_buf_str(&chain)));
    lo_buf_free(&chain);
    return status;
}

lo_status lo_order_plugins(const lo_contract *const *contracts, uint32_t n, uint32_t *out, uint32_t *culprit)
{
    lo_status status = check_needs(contracts, n, culprit);
    if (status)
        return status;
    sorting s = {contracts, n, lo_mem_zalloc(n + 1)};
    if (!s.placed)
        return lo_mem_short();
    for (uint32_t k = 0; k < n; k++) {
        uint32_t best = n, waiting = n;
        for (uint32_t i = 0; i < n; i++) {
            if (s.placed[i])
                continue;
            if (best < n && contracts[i]->stage > contracts[best]->stage)
                continue;
            if (waits_for(&s, i) < n) {
                if (waiting == n || contracts[i]->stage < contracts[waiting]->stage)
                    waiting = i;
                continue;
            }
            if (best == n || contracts[i]->stage < contracts[best]->stage ||
                strcmp(contracts[i]->name, contracts[best]->name) < 0)
                best = i;
        }
        if (waiting < n && (best == n || contracts[waiting]->stage < contracts[best]->stage)) {
            status = tell_cycle(&s, waiting, culprit);
            break;
        }
        s.placed[best] = true;
        out[k] = best;
    }
    lo_mem_free(s.placed);
    return status;
}
