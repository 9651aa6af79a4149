// SPDX-License-Identifier: MIT
/* Any bytes as a model file: the first byte chooses the kind; header fields that only tell damage are made to fit, so
 * that the fuzzer gets behind them.  What opens is used. */
#include "fuzz.h"

#include "base/mem.h"
#include "lang/cluster_table.h"
#include "lang/model.h"
#include "lang/parser.h"
#include "lang/tagger.h"

#include <stdlib.h>
#include <string.h>

enum { KIND_AT = 16, VERSION_AT = 32, SIZE_AT = 40, CHECKSUM_AT = 48, HEADER = 64 };

static void use(lo_str bytes)
{
    static const lo_str words[] = {{"The", 3}, {"talks", 5}, {"ended", 5}, {"\xe2\x80\x9d", 3}, {".", 1}};
    enum { N = sizeof words / sizeof words[0] };
    lo_arena arena = LO_ARENA_EMPTY;
    lo_tag tags[N] = {{0}};
    lo_arc arcs[N];
    lo_tagger *tagger = NULL;
    lo_parser *parser = NULL;
    lo_cluster *cluster = NULL;
    lo_word word;
    if (!lo_tagger_open(bytes, NULL, &tagger))
        REQUIRE(lo_tag_sentence(tagger, words, N, &arena, tags) == LO_OK);
    if (!lo_parser_open(bytes, NULL, &parser)) {
        REQUIRE(lo_parse_sentence(parser, words, tags, N, &arena, arcs) == LO_OK);
        for (int i = 0; i < N; i++)
            REQUIRE(arcs[i].head >= -1 && arcs[i].head < N);
    }
    lo_word_read(words[1], &word);
    if (!lo_cluster_open(bytes, &cluster))
        lo_cluster_find(cluster, &word);
    lo_tagger_close(tagger);
    lo_parser_close(parser);
    lo_cluster_close(cluster);
    lo_arena_free(&arena);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const kinds[] = {"tagger", "parser", "clusters"};
    if (size < HEADER + 1)
        return 0;
    uint64_t n = size - 1;
    char *bytes = aligned_alloc(LO_MODEL_ALIGN, (n + LO_MODEL_ALIGN) & ~(uint64_t)(LO_MODEL_ALIGN - 1));
    REQUIRE(bytes);
    memcpy(bytes, data + 1, n);
    memcpy(bytes, "LOmodel\n\4\3\2\1\1\0\0\0", 16);
    memset(bytes + KIND_AT, 0, 16);
    strcpy(bytes + KIND_AT, kinds[data[0] % 3]);
    uint32_t version = data[0] % 3 == 1 ? LO_PARSER_VERSION : data[0] % 3 == 2 ? LO_CLUSTER_VERSION : LO_TAGGER_VERSION;
    memcpy(bytes + VERSION_AT, &version, 4);
    memcpy(bytes + SIZE_AT, &n, 8);
    uint64_t sum = lo_model_checksum((lo_str){bytes + HEADER, n - HEADER});
    memcpy(bytes + CHECKSUM_AT, &sum, 8);
    int64_t before = lo_mem_alive();
    use((lo_str){bytes, n});
    REQUIRE(lo_mem_alive() == before);
    free(bytes);
    return 0;
}
