// SPDX-License-Identifier: MIT
#include "out/tree.h"

#include "base/mem.h"
#include "out/escape.h"

typedef struct node {
    int32_t first, next; /* first dependent, next dependent of the same head; -1: none */
} node;

typedef struct drawing {
    const lo_str *words;
    const lo_tag *tags;
    const lo_arc *arcs;
    const node *nodes;
    lo_buf *out;
} drawing;

static void line(const drawing *d, int32_t word)
{
    lo_escape_terminal(d->out, d->words[word]);
    lo_buf_print(d->out, " %s %s\n", lo_upos_name(d->tags[word].upos), lo_relation_name(d->arcs[word].relation));
}

lo_status lo_tree_draw(const lo_str *words, const lo_tag *tags, const lo_arc *arcs, uint32_t n, lo_arena *scratch,
                       lo_buf *out)
{
    node *nodes = lo_arena_alloc(scratch, (n + (size_t)1) * sizeof *nodes);
    int32_t *path = lo_arena_alloc(scratch, (n + (size_t)1) * sizeof *path); /* from a root down to the word at hand */
    if (!nodes || !path)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++)
        nodes[i] = (node){-1, -1};
    for (uint32_t i = n; i-- > 0;)
        if (arcs[i].head >= 0 && (uint32_t)arcs[i].head < n) {
            nodes[i].next = nodes[arcs[i].head].first;
            nodes[arcs[i].head].first = (int32_t)i;
        }
    drawing d = {words, tags, arcs, nodes, out};
    for (uint32_t root = 0; root < n; root++) {
        if (arcs[root].head >= 0)
            continue;
        uint32_t depth = 0;
        path[0] = (int32_t)root;
        line(&d, path[0]);
        for (;;) {
            int32_t next = nodes[path[depth]].first;
            if (next >= 0) {
                depth++;
            } else {
                while (depth > 0 && nodes[path[depth]].next < 0)
                    depth--;
                if (!depth)
                    break;
                next = nodes[path[depth]].next;
            }
            path[depth] = next;
            uint32_t drawn = depth < LO_TREE_DEPTH ? depth : LO_TREE_DEPTH;
            for (uint32_t level = 1; level < drawn; level++)
                lo_buf_add_text(out, nodes[path[level]].next >= 0 ? "│  " : "   ");
            lo_buf_add_text(out, nodes[next].next >= 0 ? "├─ " : "└─ ");
            line(&d, next);
        }
    }
    return out->status;
}
