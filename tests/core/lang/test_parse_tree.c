// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/conllu.h"
#include "lang/parse.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void open_both(const lo_tagger **tagger, const lo_parser **parser)
{
    cr_assert_eq(lo_tagger_shipped(tagger), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_parser_shipped(parser), LO_OK, "%s", lo_status_message());
}

static uint32_t split(const char *text, lo_str *words)
{
    uint32_t n = 0;
    while (*text) {
        size_t length = strcspn(text, " ");
        words[n++] = (lo_str){text, length};
        text += length + (text[length] == ' ');
    }
    return n;
}

Test(parse_tree, relations_there_and_back)
{
    for (unsigned i = 1; i < lo_relation_count(); i++)
        cr_assert_eq(lo_relation_of(lo_str_of(lo_relation_name(i))), i);
    unsigned subject = lo_relation_of(LO_STR("nsubj"));
    cr_assert_eq(lo_relation_of(LO_STR("nsubj:madeup")), subject);
    cr_assert_eq(lo_relation_of(LO_STR("madeup")), 0);
    cr_assert(lo_relation_within(lo_relation_of(LO_STR("nsubj:pass")), subject));
    cr_assert(!lo_relation_within(lo_relation_of(LO_STR("csubj")), subject));
    cr_assert_str_eq(lo_relation_name(9999), "_");
}

/* "head/relation" of each word; heads count from 1, 0 is the root. */
Test(parse_tree, sentences)
{
    static const struct {
        const char *words, *tree;
    } cases[] = {
        {"The minister said that the talks would resume .",
         "2/det 3/nsubj 0/root 8/mark 6/det 8/nsubj 8/aux 3/ccomp 3/punct"},
        {"She did not sign the treaty .", "4/nsubj 4/aux 4/advmod 0/root 6/det 4/obj 4/punct"},
        {"The plan was rejected by the ministry .",
         "2/det 4/nsubj:pass 4/aux:pass 0/root 7/case 7/det 4/obl:agent 4/punct"},
        {"No .", "0/root 1/punct"},
        {"Yes", "0/root"},
    };
    const lo_tagger *tagger;
    const lo_parser *parser;
    lo_arena arena = LO_ARENA_EMPTY;
    open_both(&tagger, &parser);
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        lo_str words[32];
        lo_tag tags[32];
        lo_arc arcs[32];
        char tree[512] = "";
        uint32_t n = split(cases[c].words, words);
        cr_assert_eq(lo_tag_sentence(tagger, words, n, &arena, tags), LO_OK);
        cr_assert_eq(lo_parse_sentence(parser, words, tags, n, &arena, arcs), LO_OK);
        for (uint32_t i = 0; i < n; i++)
            snprintf(tree + strlen(tree), sizeof tree - strlen(tree), "%s%d/%s", i ? " " : "", arcs[i].head + 1,
                     lo_relation_name(arcs[i].relation));
        cr_assert_str_eq(tree, cases[c].tree);
    }
    lo_arena_free(&arena);
}

/* Every sentence gets one root and no cycle, whatever its words and tags. */
Test(parse_tree, always_a_tree)
{
    static const char *const pool[] = {"said", ",", "\xff", "the", "(", "London", "7", "''", "not", "that", "..."};
    enum { N = 700 };
    static lo_str words[N];
    static lo_tag tags[N];
    static lo_arc arcs[N];
    const lo_tagger *tagger;
    const lo_parser *parser;
    lo_arena arena = LO_ARENA_EMPTY;
    open_both(&tagger, &parser);
    uint32_t random = 1;
    for (uint32_t n = 1; n <= N; n = n * 3 + 1) {
        for (uint32_t i = 0; i < n; i++) {
            random = random * 1664525u + 1013904223u;
            words[i] = lo_str_of(pool[(random >> 16) % (sizeof pool / sizeof pool[0])]);
            tags[i] = (lo_tag){(uint8_t)(random >> 24), (uint8_t)(random >> 8), 0};
        }
        cr_assert_eq(lo_parse_sentence(parser, words, tags, n, &arena, arcs), LO_OK);
        uint32_t roots = 0;
        for (uint32_t i = 0; i < n; i++) {
            uint32_t steps = 0;
            cr_assert(arcs[i].relation && arcs[i].relation < lo_relation_count());
            roots += arcs[i].head < 0;
            for (int32_t at = (int32_t)i; at >= 0; at = arcs[at].head)
                cr_assert_leq(steps++, n);
        }
        cr_assert_eq(roots, 1);
        lo_arena_reset(&arena);
    }
    cr_assert_eq(lo_parse_sentence(parser, words, tags, 0, &arena, arcs), LO_OK);
    lo_arena_free(&arena);
}

Test(parse_tree, short_of_memory)
{
    const lo_tagger *tagger;
    const lo_parser *parser;
    lo_str words[] = {LO_STR("They"), LO_STR("agreed"), LO_STR(".")};
    lo_tag tags[3];
    lo_arc arcs[3];
    open_both(&tagger, &parser);
    int64_t alive = lo_mem_alive();
    for (int half = 0; half < 2; half++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_mem_fail_after(0, 1);
        lo_status status = half ? lo_parse_sentence(parser, words, tags, 3, &arena, arcs)
                                : lo_tag_sentence(tagger, words, 3, &arena, tags);
        lo_mem_fail_never();
        cr_assert_eq(status, LO_E_MEMORY);
        cr_assert_eq(lo_tag_sentence(tagger, words, 3, &arena, tags), LO_OK);
        lo_arena_free(&arena);
    }
    cr_assert_eq(lo_mem_alive(), alive);
}

/* The relation up to its subtype, as the scorer of shared tasks compares it. */
static bool same_relation(lo_str gold, const char *name)
{
    const char *colon = memchr(gold.p, ':', gold.n);
    size_t n = colon ? (size_t)(colon - gold.p) : gold.n;
    return n == strcspn(name, ":") && !memcmp(gold.p, name, n);
}

Test(parse_tree, accuracy)
{
    const char *shared = getenv("LOCUTOR_SHARED");
    if (!shared)
        cr_skip_test("LOCUTOR_SHARED is not set: no gold to compare with");
    const lo_tagger *tagger;
    const lo_parser *parser;
    open_both(&tagger, &parser);
    char command[4096], part[65536];
    snprintf(command, sizeof command, "gzip -dc '%s/data/ud/ewt-dev.conllu.gz'", shared);
    FILE *pipe = popen(command, "r");
    lo_buf text = LO_BUF_EMPTY;
    for (size_t n; pipe && (n = fread(part, 1, sizeof part, pipe)) > 0;)
        lo_buf_add(&text, part, n);
    cr_assert(pipe && pclose(pipe) == 0 && text.n);
    lo_arena arena = LO_ARENA_EMPTY;
    size_t all = 0, heads = 0, both = 0;
    lo_str rest = lo_buf_str(&text);
    for (lo_str block; (block = lo_conllu_next(&rest, NULL)).p;) {
        lo_conllu_sentence sentence;
        lo_arena_reset(&arena);
        cr_assert_eq(lo_conllu_read(block, 1, &arena, &sentence), LO_OK);
        uint32_t n = sentence.n_words;
        lo_str *words = lo_arena_array(&arena, n + 1, sizeof *words);
        lo_tag *tags = lo_arena_array(&arena, n + 1, sizeof *tags);
        lo_arc *arcs = lo_arena_array(&arena, n + 1, sizeof *arcs);
        for (uint32_t i = 0; i < n; i++)
            words[i] = sentence.lines[sentence.words[i]].columns[LO_CONLLU_FORM];
        cr_assert_eq(lo_tag_sentence(tagger, words, n, &arena, tags), LO_OK);
        cr_assert_eq(lo_parse_sentence(parser, words, tags, n, &arena, arcs), LO_OK);
        for (uint32_t i = 0; i < n; i++) {
            const lo_conllu_line *gold = &sentence.lines[sentence.words[i]];
            bool head = gold->head == arcs[i].head + 1;
            all++;
            heads += head;
            both += head && same_relation(gold->columns[LO_CONLLU_DEPREL], lo_relation_name(arcs[i].relation));
        }
    }
    fprintf(stderr, "ewt-dev, own tags: UAS %.2f LAS %.2f\n", 100.0 * heads / all, 100.0 * both / all);
    cr_assert_geq(heads * 100, all * 85);
    cr_assert_geq(both * 100, all * 81);
    lo_buf_free(&text);
    lo_arena_free(&arena);
}
