// SPDX-License-Identifier: MIT
/* A dependency tree as people read one in a terminal. */
#ifndef LO_OUT_TREE_H
#define LO_OUT_TREE_H

#include "lang/parse.h"

enum { LO_TREE_DEPTH = 40 }; /* deeper words are drawn at this depth */

/* One line a word, heads above their dependents, these in the order of the sentence:
 *
 *     denied VERB root
 *     ├─ ministry NOUN nsubj
 *     │  └─ The DET det
 *     └─ it PRON obj
 *
 * Nothing in a word reaches the terminal as a control sequence.  arcs: one tree, as lo_parse_sentence makes it; words
 * that hang under no root are left out.  Scratch memory from the arena. */
lo_status lo_tree_draw(const lo_str *words, const lo_tag *tags, const lo_arc *arcs, uint32_t n, lo_arena *scratch,
                       lo_buf *out);

#endif
