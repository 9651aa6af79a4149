// SPDX-License-Identifier: MIT
#include "lang/phrase.h"

#include "base/mem.h"

#include <string.h>

struct lo_phrase_edge {
    uint32_t from, word, to; /* to == 0: a free slot, since nothing leads to the root */
};

static size_t slot_of(const struct lo_phrase_edge *edges, size_t capacity, uint32_t from, uint32_t word)
{
    uint64_t key = ((uint64_t)from << 32 | word) * 0x9e3779b97f4a7c15u;
    size_t at = (size_t)(key >> 32) & (capacity - 1);
    while (edges[at].to && (edges[at].from != from || edges[at].word != word))
        at = (at + 1) & (capacity - 1);
    return at;
}

void lo_phrases_free(lo_phrases *phrases)
{
    lo_mem_free(phrases->edges);
    lo_mem_free(phrases->ends);
    *phrases = (lo_phrases){0};
}

static lo_status grow(lo_phrases *phrases)
{
    size_t capacity = phrases->capacity ? phrases->capacity * 2 : 256;
    struct lo_phrase_edge *edges = lo_mem_zalloc(capacity * sizeof *edges);
    if (!edges)
        return lo_mem_short();
    for (size_t i = 0; i < phrases->capacity; i++)
        if (phrases->edges[i].to)
            edges[slot_of(edges, capacity, phrases->edges[i].from, phrases->edges[i].word)] = phrases->edges[i];
    lo_mem_free(phrases->edges);
    phrases->edges = edges;
    phrases->capacity = capacity;
    return LO_OK;
}

static lo_status add_node(lo_phrases *phrases)
{
    lo_status status =
        lo_mem_grow((void **)&phrases->ends, &phrases->node_capacity, phrases->n_nodes + 1, sizeof *phrases->ends);
    if (status == LO_OK)
        phrases->ends[phrases->n_nodes++] = 0;
    return status;
}

lo_status lo_phrases_add(lo_phrases *phrases, const uint32_t *words, size_t n, uint32_t *out_node)
{
    lo_status status = phrases->n_nodes ? LO_OK : add_node(phrases);
    uint32_t node = 0;
    for (size_t i = 0; i < n && status == LO_OK; i++) {
        if (phrases->n_edges * 2 >= phrases->capacity)
            status = grow(phrases);
        if (status != LO_OK)
            break;
        struct lo_phrase_edge *edge = &phrases->edges[slot_of(phrases->edges, phrases->capacity, node, words[i])];
        if (!edge->to) {
            uint32_t made = (uint32_t)phrases->n_nodes;
            status = add_node(phrases);
            if (status != LO_OK)
                break;
            *edge = (struct lo_phrase_edge){node, words[i], made};
            phrases->n_edges++;
        }
        node = edge->to;
    }
    *out_node = node;
    return status;
}

uint32_t lo_phrases_step(const lo_phrases *phrases, uint32_t node, uint32_t word)
{
    if (!phrases->capacity)
        return LO_PHRASE_NONE;
    const struct lo_phrase_edge *edge = &phrases->edges[slot_of(phrases->edges, phrases->capacity, node, word)];
    return edge->to ? edge->to : LO_PHRASE_NONE;
}

uint32_t lo_phrases_value(const lo_phrases *phrases, uint32_t node)
{
    return node < phrases->n_nodes && phrases->ends[node] ? phrases->ends[node] - 1 : LO_PHRASE_NONE;
}

void lo_phrases_set(lo_phrases *phrases, uint32_t node, uint32_t value)
{
    phrases->ends[node] = value + 1;
}
