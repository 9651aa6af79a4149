// SPDX-License-Identifier: MIT
/* Rate of the tagger and of the parser (bench_parser) on the sentences of a CoNLL-U file in memory: words cut already,
 * no lemmas, nothing printed.  Goal: 1,000,000 and 100,000 tokens a second on one core. usage: bench_tagger FILE.conllu
 * [SECONDS]     bench_parser FILE.conllu [SECONDS] */
#ifndef WITH_PARSER
#define WITH_PARSER 0
#endif
#include "lang/conllu.h"
#include "lang/parse.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct sentence {
    lo_str *words;
    lo_tag *tags;
    lo_arc *arcs;
    uint32_t n;
} sentence;

static sentence *read_sentences(lo_str text, lo_arena *arena, size_t *out_n, size_t *out_words)
{
    size_t capacity = 1;
    for (size_t i = 0; i + 1 < text.n; i++)
        capacity += text.p[i] == '\n' && text.p[i + 1] == '\n';
    sentence *all = lo_arena_array(arena, capacity, sizeof *all);
    *out_n = *out_words = 0;
    for (lo_str block; all && (block = lo_conllu_next(&text, NULL)).p;) {
        lo_conllu_sentence read;
        if (lo_conllu_read(block, 1, arena, &read)) {
            fprintf(stderr, "%s\n", lo_status_message());
            return NULL;
        }
        sentence *at = &all[*out_n];
        at->n = read.n_words;
        at->words = lo_arena_array(arena, at->n + (size_t)1, sizeof *at->words);
        at->tags = lo_arena_array(arena, at->n + (size_t)1, sizeof *at->tags);
        at->arcs = lo_arena_array(arena, at->n + (size_t)1, sizeof *at->arcs);
        if (!at->words || !at->tags || !at->arcs)
            return NULL;
        for (uint32_t i = 0; i < at->n; i++)
            at->words[i] = read.lines[read.words[i]].columns[LO_CONLLU_FORM];
        ++*out_n;
        *out_words += at->n;
    }
    return all;
}

static lo_status work(const lo_tagger *tagger, const lo_parser *parser, sentence *at, lo_arena *scratch)
{
    lo_arena_reset(scratch);
    return parser ? lo_parse_sentence(parser, at->words, at->tags, at->n, scratch, at->arcs)
                  : lo_tag_sentence(tagger, at->words, at->n, scratch, at->tags);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    double seconds = argc > 2 ? atof(argv[2]) : 3;
    lo_buf text = LO_BUF_EMPTY;
    static char part[65536];
    for (size_t n; file && (n = fread(part, 1, sizeof part, file)) > 0;)
        lo_buf_add(&text, part, n);
    if (!text.n) {
        fprintf(stderr, "usage: %s FILE.conllu [SECONDS]\n", argv[0]);
        return 2;
    }
    lo_arena arena = LO_ARENA_EMPTY, scratch = LO_ARENA_EMPTY;
    size_t n, words;
    sentence *all = read_sentences(lo_buf_str(&text), &arena, &n, &words);
    const lo_tagger *tagger;
    const lo_parser *parser = NULL;
    double start = now();
    if (!all || lo_tagger_shipped(&tagger) || (WITH_PARSER && lo_parser_shipped(&parser))) {
        fprintf(stderr, "%s\n", lo_status_message());
        return 1;
    }
    printf("models ready after %.1f ms\n", (now() - start) * 1e3);
    for (size_t i = 0; i < n && parser; i++)
        if (work(tagger, NULL, &all[i], &scratch))
            return 1;
    size_t rounds = 0;
    double best = 1e9;
    for (start = now(); now() - start < seconds || !rounds; rounds++) {
        double begun = now();
        for (size_t i = 0; i < n; i++)
            if (work(tagger, parser, &all[i], &scratch))
                return 1;
        best = now() - begun < best ? now() - begun : best;
    }
    printf("%s: %.0f tokens/s in the best of %zu rounds over %zu tokens (goal %s)\n", parser ? "parser" : "tagger",
           (double)words / best, rounds, words, parser ? "100000" : "1000000");
    lo_arena_free(&arena);
    lo_arena_free(&scratch);
    lo_buf_free(&text);
    return 0;
}
