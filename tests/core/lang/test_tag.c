// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/conllu.h"
#include "lang/tag.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const lo_tagger *shipped(void)
{
    const lo_tagger *tagger;
    cr_assert_eq(lo_tagger_shipped(&tagger), LO_OK, "%s", lo_status_message());
    return tagger;
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

Test(tag, names_there_and_back)
{
    for (unsigned i = 1; i < LO_UPOS_COUNT; i++)
        cr_assert_eq(lo_upos_of(lo_str_of(lo_upos_name(i))), i);
    for (unsigned i = 1; i < LO_XPOS_COUNT; i++)
        cr_assert_eq(lo_xpos_of(lo_str_of(lo_xpos_name(i))), i);
    cr_assert_eq(lo_upos_of(LO_STR("NONSENSE")), LO_UPOS_NONE);
    cr_assert_str_eq(lo_upos_name(999), "_");
}

Test(tag, sentences)
{
    static const struct {
        const char *words, *tags;
    } cases[] = {
        {"The minister said that the talks would resume .", "DT NN VBD IN DT NNS MD VB ."},
        {"She does n't want to sign it .", "PRP VBZ RB VB TO VB PRP ."},
        {"He was arrested in London on Monday .", "PRP VBD VBN IN NNP IN NNP ."},
        {"They have denied the allegations .", "PRP VBP VBN DT NNS ."},
        {"", ""},
    };
    lo_arena arena = LO_ARENA_EMPTY;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        lo_str words[32], expected[32];
        lo_tag tags[32];
        uint32_t n = split(cases[c].words, words);
        cr_assert_eq(split(cases[c].tags, expected), n);
        cr_assert_eq(lo_tag_sentence(shipped(), words, n, &arena, tags), LO_OK);
        for (uint32_t i = 0; i < n; i++)
            cr_assert(lo_str_is(expected[i], lo_xpos_name(tags[i].xpos)), "%s: %.*s is %s", cases[c].words,
                      LO_STR_ARG(words[i]), lo_xpos_name(tags[i].xpos));
    }
    lo_arena_free(&arena);
}

Test(tag, features_and_lemmas)
{
    static const struct {
        const char *words;
        uint32_t at;
        unsigned features;
        const char *lemma;
    } cases[] = {
        {"The talks were suspended .", 3, LO_TAG_PASSIVE | LO_TAG_PAST | LO_TAG_PARTICIPLE, "suspend"},
        {"They have stopped .", 2, LO_TAG_PAST | LO_TAG_PARTICIPLE, "stop"},
        {"The ministries denied it .", 1, LO_TAG_PLURAL, "ministry"},
        {"He hopes so .", 1, LO_TAG_PRESENT | LO_TAG_FINITE | LO_TAG_SINGULAR | LO_TAG_THIRD, "hope"},
        {"The men were hoping .", 1, LO_TAG_PLURAL, "man"},
        {"The men were hoping .", 3, LO_TAG_PRESENT | LO_TAG_PARTICIPLE, "hope"},
        {"We told them .", 0, LO_TAG_PLURAL | LO_TAG_FIRST, "we"},
        {"We told them .", 2, LO_TAG_PLURAL | LO_TAG_THIRD, "they"},
        {"I do n\xe2\x80\x99t know .", 2, LO_TAG_NEGATIVE, "not"},
        {"A stronger warning .", 1, LO_TAG_COMPARATIVE, "strong"},
    };
    lo_arena arena = LO_ARENA_EMPTY;
    for (size_t c = 0; c < sizeof cases / sizeof cases[0]; c++) {
        lo_str words[32];
        lo_tag tags[32];
        uint32_t n = split(cases[c].words, words), at = cases[c].at;
        cr_assert_eq(lo_tag_sentence(shipped(), words, n, &arena, tags), LO_OK);
        cr_assert_eq(tags[at].features, cases[c].features, "%s: word %u has %x", cases[c].words, at, tags[at].features);
        lo_str lemma = lo_tag_lemma(shipped(), words[at], tags[at], &arena);
        cr_assert(lo_str_is(lemma, cases[c].lemma), "%s: lemma %.*s", cases[c].words, LO_STR_ARG(lemma));
    }
    lo_arena_free(&arena);
}

/* Nothing that may stand in a text is too much: rubbish, one byte, very long, bytes that are not UTF-8. */
Test(tag, odd_words)
{
    static char run[70000];
    memset(run, 'a', sizeof run);
    lo_str words[] = {LO_STR(""),  LO_STR("\xff\xfe"), LO_STR("-"),   {run, sizeof run}, LO_STR("\xe2\x80"),
                      LO_STR("s"), LO_STR("ed"),       LO_STR("ing"), LO_STR("es"),      LO_STR("\xe2\x80\x99s")};
    enum { N = sizeof words / sizeof words[0] };
    lo_arena arena = LO_ARENA_EMPTY;
    lo_tag tags[N];
    cr_assert_eq(lo_tag_sentence(shipped(), words, N, &arena, tags), LO_OK);
    for (uint32_t i = 0; i < N; i++)
        for (unsigned upos = 0; upos < LO_UPOS_COUNT; upos++)
            for (unsigned xpos = 0; xpos < LO_XPOS_COUNT; xpos++) {
                lo_tag tag = {(uint8_t)upos, (uint8_t)xpos, 0};
                lo_arena_reset(&arena);
                cr_assert(lo_tag_lemma(shipped(), words[i], tag, &arena).p);
            }
    lo_arena_free(&arena);
}

/* Against gold, where there is any: LOCUTOR_SHARED names the folder with data/ud. */
Test(tag, accuracy)
{
    const char *shared = getenv("LOCUTOR_SHARED");
    if (!shared)
        cr_skip_test("LOCUTOR_SHARED is not set: no gold to compare with");
    char command[4096];
    snprintf(command, sizeof command, "gzip -dc '%s/data/ud/ewt-dev.conllu.gz'", shared);
    FILE *pipe = popen(command, "r");
    lo_buf text = LO_BUF_EMPTY;
    char part[65536];
    for (size_t n; pipe && (n = fread(part, 1, sizeof part, pipe)) > 0;)
        lo_buf_add(&text, part, n);
    cr_assert(pipe && pclose(pipe) == 0 && text.n);
    lo_arena arena = LO_ARENA_EMPTY;
    size_t all = 0, upos = 0, xpos = 0, lemmas = 0;
    lo_str rest = lo_buf_str(&text);
    for (lo_str block; (block = lo_conllu_next(&rest, NULL)).p;) {
        lo_conllu_sentence sentence;
        lo_arena_reset(&arena);
        cr_assert_eq(lo_conllu_read(block, 1, &arena, &sentence), LO_OK);
        lo_str *words = lo_arena_array(&arena, sentence.n_words + 1, sizeof *words);
        lo_tag *tags = lo_arena_array(&arena, sentence.n_words + 1, sizeof *tags);
        for (uint32_t i = 0; i < sentence.n_words; i++)
            words[i] = sentence.lines[sentence.words[i]].columns[LO_CONLLU_FORM];
        cr_assert_eq(lo_tag_sentence(shipped(), words, sentence.n_words, &arena, tags), LO_OK);
        for (uint32_t i = 0; i < sentence.n_words; i++) {
            const lo_str *gold = sentence.lines[sentence.words[i]].columns;
            all++;
            upos += lo_str_is(gold[LO_CONLLU_UPOS], lo_upos_name(tags[i].upos));
            xpos += lo_str_is(gold[LO_CONLLU_XPOS], lo_xpos_name(tags[i].xpos));
            lemmas += lo_str_equal(gold[LO_CONLLU_LEMMA], lo_tag_lemma(shipped(), words[i], tags[i], &arena));
        }
    }
    fprintf(stderr, "ewt-dev: UPOS %.2f XPOS %.2f lemmas %.2f\n", 100.0 * upos / all, 100.0 * xpos / all,
            100.0 * lemmas / all);
    cr_assert_geq(upos * 1000, all * 954);
    cr_assert_geq(xpos * 1000, all * 947);
    cr_assert_geq(lemmas * 100, all * 95);
    lo_buf_free(&text);
    lo_arena_free(&arena);
}
