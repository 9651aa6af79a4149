// SPDX-License-Identifier: MIT
#include "base/asset.h"
#include "base/mem.h"
#include "lang/model.h"
#include "lang/parser.h"
#include "lang/tagger.h"

#include <criterion/criterion.h>
#include <stdlib.h>
#include <string.h>

enum { CHECKSUM_AT = 48, HEADER = 64 };

static char *aligned_copy(lo_str bytes)
{
    char *copy = aligned_alloc(LO_MODEL_ALIGN, (bytes.n + LO_MODEL_ALIGN) & ~(size_t)(LO_MODEL_ALIGN - 1));
    cr_assert(copy);
    memcpy(copy, bytes.p, bytes.n);
    return copy;
}

/* Whole models as small as they can be. */
static void small_tagger(lo_buf *out)
{
    static int8_t weights[2][128];
    static const lo_tag labels[] = {{LO_UPOS_NOUN, LO_XPOS_NN, 0}, {LO_UPOS_VERB, LO_XPOS_VB, 0}};
    static const uint8_t set_labels[] = {0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0, 1, 0};
    static const uint32_t starts[] = {0, 2, 4, 6, 8, 10, 12, 14, 16, 17};
    static const uint64_t clusters;
    lo_tagger_entry dictionary[4] = {{0}};
    lo_word word;
    lo_word_read(LO_STR("talks"), &word);
    dictionary[word.form & 3] = (lo_tagger_entry){.key = word.form, .set = LO_TAGGER_KINDS};
    for (int i = 0; i < 128; i++)
        weights[0][i] = weights[1][i] = (int8_t)(i * 37 % 251 - 125);
    lo_model_part parts[] = {
        {"weights", {(const char *)weights[0], 128}},
        {"weights_ahead", {(const char *)weights[1], 128}},
        {"labels", {(const char *)labels, sizeof labels}},
        {"dictionary", {(const char *)dictionary, sizeof dictionary}},
        {"set_starts", {(const char *)starts, sizeof starts}},
        {"set_labels", {(const char *)set_labels, sizeof set_labels}},
        {"clusters", {(const char *)&clusters, sizeof clusters}},
    };
    cr_assert_eq(lo_model_write("tagger", LO_TAGGER_VERSION, parts, sizeof parts / sizeof parts[0], out), LO_OK);
}

static void small_parser(lo_buf *out)
{
    static int8_t labels[128];
    static lo_parser_bucket moves[4];
    static const int32_t lead = 100;
    static uint64_t masks[LO_PARSER_MASKS];
    static const uint64_t clusters;
    memset(moves, 37, sizeof moves);
    for (int i = 0; i < 128; i++)
        labels[i] = (int8_t)(i * 37 % 251 - 125);
    for (int i = 0; i < 16; i++)
        moves[i / 4].checks[i % 4] = (uint8_t)(i + 1);
    for (int i = 0; i < LO_PARSER_MASKS; i++)
        masks[i] = 6;
    lo_model_part parts[] = {
        {"moves", {(const char *)moves, sizeof moves}}, {"labels", {(const char *)labels, sizeof labels}},
        {"masks", {(const char *)masks, sizeof masks}}, {"clusters", {(const char *)&clusters, sizeof clusters}},
        {"lead", {(const char *)&lead, sizeof lead}},
    };
    cr_assert_eq(lo_model_write("parser", LO_PARSER_VERSION, parts, sizeof parts / sizeof parts[0], out), LO_OK);
}

/* Opens whatever is there and uses it as far as it goes. */
static lo_status use(const char *bytes, size_t n)
{
    static const lo_str words[] = {{"The", 3}, {"talks", 5}, {"ended", 5}, {".", 1}};
    enum { N = 4 };
    lo_arena arena = LO_ARENA_EMPTY;
    lo_tagger *tagger;
    lo_parser *parser;
    lo_tag tags[N] = {{LO_UPOS_DET, LO_XPOS_DT, 0}};
    lo_arc arcs[N];
    lo_status first = lo_tagger_open((lo_str){bytes, n}, NULL, &tagger);
    if (!first) {
        cr_assert_eq(lo_tag_sentence(tagger, words, N, &arena, tags), LO_OK);
        for (int i = 0; i < N; i++)
            cr_assert(tags[i].upos < LO_UPOS_COUNT && tags[i].xpos < LO_XPOS_COUNT);
        lo_tagger_close(tagger);
    }
    lo_status second = lo_parser_open((lo_str){bytes, n}, NULL, &parser);
    if (!second) {
        cr_assert_eq(lo_parse_sentence(parser, words, tags, N, &arena, arcs), LO_OK);
        int roots = 0;
        for (int i = 0; i < N; i++) {
            cr_assert(arcs[i].head >= -1 && arcs[i].head < N && arcs[i].relation < lo_relation_count());
            roots += arcs[i].head < 0;
        }
        cr_assert_eq(roots, 1);
        lo_parser_close(parser);
    }
    lo_arena_free(&arena);
    return first && second ? first : LO_OK;
}

/* A changed byte is found by the checksum; where the checksum is made to fit, what is left does no harm. */
Test(model, every_byte_changed)
{
    void (*const makers[])(lo_buf *) = {small_tagger, small_parser};
    for (size_t k = 0; k < 2; k++) {
        lo_buf made = LO_BUF_EMPTY;
        makers[k](&made);
        char *copy = aligned_copy(lo_buf_str(&made));
        int64_t alive = lo_mem_alive();
        cr_assert_eq(use(copy, made.n), LO_OK, "%s", lo_status_message());
        for (size_t at = 0; at < made.n; at += at < 1024 ? 1 : 7) {
            char was = copy[at];
            copy[at] = (char)(was ^ (1 << at % 8));
            if (at < CHECKSUM_AT + 8 || at >= HEADER) /* the last 8 bytes of the header are not used */
                cr_assert_neq(use(copy, made.n), LO_OK, "byte %zu", at);
            copy[at] = (char)(was ^ 0xff);
            uint64_t sum = lo_model_checksum((lo_str){copy + HEADER, made.n - HEADER}), kept;
            memcpy(&kept, copy + CHECKSUM_AT, 8);
            memcpy(copy + CHECKSUM_AT, &sum, 8);
            use(copy, made.n);
            memcpy(copy + CHECKSUM_AT, &kept, 8);
            copy[at] = was;
        }
        cr_assert_eq(lo_mem_alive(), alive);
        free(copy);
        lo_buf_free(&made);
    }
}

Test(model, refused_with_a_reason)
{
    lo_buf made = LO_BUF_EMPTY;
    lo_model model;
    small_tagger(&made);
    char *copy = aligned_copy(lo_buf_str(&made));
    for (size_t n = 0; n < made.n; n += 13) {
        cr_assert_eq(lo_model_open((lo_str){copy, n}, "tagger", LO_TAGGER_VERSION, &model), LO_E_DATA);
        cr_assert(strstr(lo_status_message(), n < HEADER ? "no model file" : "cut short"), "%s", lo_status_message());
    }
    cr_assert_eq(lo_model_open((lo_str){copy, made.n}, "parser", 1, &model), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "kind 'tagger'"), "%s", lo_status_message());
    cr_assert_eq(lo_model_open((lo_str){copy, made.n}, "tagger", 99, &model), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "version"), "%s", lo_status_message());
    copy[made.n - 1] ^= 1;
    cr_assert_eq(lo_model_open((lo_str){copy, made.n}, "tagger", LO_TAGGER_VERSION, &model), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "damaged"), "%s", lo_status_message());
    memcpy(copy,
           "\x7f"
           "ELF",
           4);
    cr_assert_eq(lo_model_open((lo_str){copy, made.n}, "tagger", LO_TAGGER_VERSION, &model), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "no model file"), "%s", lo_status_message());
    free(copy);
    lo_buf_free(&made);
}

/* Models linked in are what this program was built for, and belong together. */
Test(model, shipped)
{
    const lo_cluster *clusters;
    const lo_tagger *tagger;
    const lo_parser *parser;
    size_t size = 0;
    cr_assert_eq(lo_cluster_shipped(&clusters), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_tagger_shipped(&tagger), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_parser_shipped(&parser), LO_OK, "%s", lo_status_message());
    for (size_t i = 0; i < lo_asset_count(); i++)
        size += strstr(lo_asset_at(i)->name, ".model") ? lo_asset_at(i)->bytes.n : 0;
    cr_assert_leq(size, 20u << 20);
}

Test(model, short_of_memory)
{
    lo_buf made = LO_BUF_EMPTY;
    small_tagger(&made);
    char *copy = aligned_copy(lo_buf_str(&made));
    int64_t alive = lo_mem_alive();
    lo_tagger *tagger;
    lo_mem_fail_after(0, 1);
    cr_assert_eq(lo_tagger_open((lo_str){copy, made.n}, NULL, &tagger), LO_E_MEMORY);
    lo_mem_fail_never();
    cr_assert_eq(lo_mem_alive(), alive);
    free(copy);
    lo_buf_free(&made);
}
