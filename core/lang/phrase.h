// SPDX-License-Identifier: MIT
/* Entries of several words: a trie whose letters are word numbers.  Nodes are numbered from 0, the root. */
#ifndef LO_LANG_PHRASE_H
#define LO_LANG_PHRASE_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

typedef struct lo_phrases {
    struct lo_phrase_edge *edges; /* open addressing, a power of two */
    size_t n_edges, capacity;
    uint32_t *ends; /* by node: value of the entry that ends here, + 1; 0: none */
    size_t n_nodes, node_capacity;
} lo_phrases;

#define LO_PHRASE_NONE UINT32_MAX

void lo_phrases_free(lo_phrases *phrases);
/* The node reached by these words, made if need be. */
lo_status lo_phrases_add(lo_phrases *phrases, const uint32_t *words, size_t n, uint32_t *out_node);
/* One step from a node; LO_PHRASE_NONE when there is no such edge. */
uint32_t lo_phrases_step(const lo_phrases *phrases, uint32_t node, uint32_t word);
/* The value at a node, or LO_PHRASE_NONE. */
uint32_t lo_phrases_value(const lo_phrases *phrases, uint32_t node);
void lo_phrases_set(lo_phrases *phrases, uint32_t node, uint32_t value);

#endif
