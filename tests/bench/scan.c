// SPDX-License-Identifier: MIT
/* Rate of the scan: tokens, sentences, paragraphs, word classes and the class string of a text in memory.
 * usage: bench_scan TEXT [SECONDS] */
#include "base/arena.h"
#include "base/mem.h"
#include "lang/segment.h"

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

static char *read_file(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    char *bytes = NULL;
    size_t capacity = 16 << 20;
    if (file && (bytes = malloc(capacity)))
        *n = fread(bytes, 1, capacity, file);
    if (file)
        fclose(file);
    return bytes;
}

/* Documents of about 5 KB, as articles are: cut at a blank line. */
static size_t document_length(const char *bytes, size_t n)
{
    enum { SIZE = 5000 };
    if (n <= SIZE)
        return n;
    const char *cut = memmem(bytes + SIZE, n - SIZE, "\n\n", 2);
    return cut ? (size_t)(cut - bytes) + 2 : n;
}

int main(int argc, char **argv)
{
    static const char *const used[] = {"cue_verb", "cue_noun",  "cue_phrase", "title",       "role",   "day",  "month",
                                       "negation", "condition", "quote",      "capitalised", "number", "comma"};
    size_t n = 0, tokens = 0, sentences = 0, paragraphs = 0;
    char *bytes = argc > 1 ? read_file(argv[1], &n) : NULL;
    double seconds = argc > 2 ? atof(argv[2]) : 2, start = now(), best = 1e9;
    lo_lexicon *lexicon = NULL;
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment segment = {0};
    if (!bytes) {
        fprintf(stderr, "usage: bench_scan TEXT [SECONDS]\n");
        return 2;
    }
    if (lo_lexicon_create(&lexicon) != LO_OK || lo_lexicon_add_shipped(lexicon) != LO_OK)
        goto failed;
    for (size_t i = 0; i < sizeof used / sizeof used[0]; i++)
        if (lo_lexicon_use(lexicon, used[i]) != LO_OK)
            goto failed;
    double loaded = now();
    if (lo_lexicon_freeze(lexicon) != LO_OK)
        goto failed;
    printf("lexicon loaded in %.1f ms, frozen in %.1f ms\n", 1e3 * (loaded - start), 1e3 * (now() - loaded));
    start = now();
    do {
        double from = now();
        tokens = sentences = paragraphs = 0;
        for (size_t at = 0; at < n;) {
            size_t length = document_length(bytes + at, n - at);
            lo_arena_reset(&arena);
            if (lo_segment_text((lo_str){bytes + at, length}, lexicon, &arena, &segment) != LO_OK)
                goto failed;
            tokens += segment.n_tokens;
            sentences += segment.n_sentences;
            paragraphs += segment.n_paragraphs;
            at += length;
        }
        double took = now() - from;
        best = took < best ? took : best;
    } while (now() - start < seconds);
    printf("scan %.1f MB/s (%.2f M tokens/s), %zu bytes, %zu tokens, %zu sentences, %zu paragraphs\n", n / best / 1e6,
           tokens / best / 1e6, n, tokens, sentences, paragraphs);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
    free(bytes);
    return 0;
failed:
    fprintf(stderr, "bench_scan: %s\n", lo_status_message());
    return 1;
}
