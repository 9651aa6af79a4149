// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "out/tree.h"

#include <criterion/criterion.h>
#include <string.h>

Test(tree, drawn)
{
    lo_str words[] = {LO_STR("The"), LO_STR("ministry"), LO_STR("denied"), LO_STR("\x1b[2Jit"), LO_STR(".")};
    lo_tag tags[] = {{LO_UPOS_DET, LO_XPOS_DT, 0},
                     {LO_UPOS_NOUN, LO_XPOS_NN, 0},
                     {LO_UPOS_VERB, LO_XPOS_VBD, 0},
                     {LO_UPOS_PRON, LO_XPOS_PRP, 0},
                     {LO_UPOS_PUNCT, LO_XPOS_PERIOD, 0}};
    const char *names[] = {"det", "nsubj", "root", "obj", "punct"};
    int32_t heads[] = {1, 2, -1, 2, 2};
    lo_arc arcs[5];
    for (int i = 0; i < 5; i++)
        arcs[i] = (lo_arc){heads[i], (uint8_t)lo_relation_of(lo_str_of(names[i]))};
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(lo_tree_draw(words, tags, arcs, 5, &arena, &out), LO_OK);
    lo_str drawn = lo_buf_str(&out);
    static const char start[] = "denied VERB root\n├─ ministry NOUN nsubj\n│  └─ The DET det\n├─ ";
    cr_assert(drawn.n > sizeof start && !memcmp(drawn.p, start, sizeof start - 1), "%.*s", LO_STR_ARG(drawn));
    static const char end[] = " PRON obj\n└─ . PUNCT punct\n";
    cr_assert(!memcmp(drawn.p + drawn.n - (sizeof end - 1), end, sizeof end - 1), "%.*s", LO_STR_ARG(drawn));
    cr_assert(!memchr(drawn.p, 0x1b, drawn.n));
    lo_buf_free(&out);
    lo_arena_free(&arena);
}

/* A chain as deep as a sentence may be stays readable and small. */
Test(tree, deep)
{
    enum { N = 5000 };
    static lo_str words[N];
    static lo_tag tags[N];
    static lo_arc arcs[N];
    for (int i = 0; i < N; i++) {
        words[i] = LO_STR("x");
        arcs[i] = (lo_arc){i - 1, 1};
    }
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(lo_tree_draw(words, tags, arcs, N, &arena, &out), LO_OK);
    size_t lines = 0;
    for (size_t i = 0; i < out.n; i++)
        lines += out.p[i] == '\n';
    cr_assert_eq(lines, N);
    cr_assert_leq(out.n, (size_t)N * (3 * LO_TREE_DEPTH + 20));
    lo_buf_clear(&out);
    cr_assert_eq(lo_tree_draw(words, tags, arcs, 0, &arena, &out), LO_OK);
    cr_assert_eq(out.n, 0);
    lo_buf_free(&out);
    lo_arena_free(&arena);
}
