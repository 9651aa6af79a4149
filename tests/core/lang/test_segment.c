// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "base/utf8.h"
#include "lang/segment.h"

#include <criterion/criterion.h>
#include <string.h>

static lo_lexicon *make_lexicon(void)
{
    lo_lexicon *lexicon;
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    cr_assert_eq(lo_lexicon_freeze(lexicon), LO_OK);
    return lexicon;
}

/* Tokens parted by '|', sentences by '#', paragraphs by '##'. */
static void show(lo_str text, const lo_segment *s, lo_buf *out)
{
    lo_buf_clear(out);
    for (uint32_t k = 0; k < s->n_sentences; k++) {
        if (k)
            lo_buf_add_text(out, s->sentences[k].paragraph == s->sentences[k - 1].paragraph ? " # " : " ## ");
        for (uint32_t i = s->sentences[k].first; i < s->sentences[k].end; i++) {
            if (i > s->sentences[k].first)
                lo_buf_add_text(out, "|");
            lo_buf_add(out, text.p + s->tokens[i].start, s->tokens[i].length);
        }
    }
    lo_buf_add_byte(out, 0);
}

static const struct {
    const char *text, *want;
} cases[] = {
    {"", ""},
    {" \n\t ", ""},
    {"a", "a"},
    /* clitics */
    {"They don't, we'll and Iran's can't.", "They|do|n't|,|we|'ll|and|Iran|'s|ca|n't|."},
    {"It’s what he’d do; they’ve", "It|’s|what|he|’d|do|;|they|’ve"},
    {"I cannot, gonna", "I|can|not|,|gon|na"},
    {"the dogs' food", "the|dogs|'|food"},
    {"O'Brien and Shi'ite Qa'ida", "O'Brien|and|Shi'ite|Qa'ida"},
    {"U.S.'s role", "U.S.|'s|role"},
    /* hyphens and dashes */
    {"the well-known anti-American U.S.-Iran e-mail", "the|well|-|known|anti-American|U.S.|-|Iran|e-mail"},
    {"so - as I said – it’s—well -- done", "so|-|as|I|said|–|it|’s|—|well|--|done"},
    {"a 15-year term, 1969-1970", "a|15|-|year|term|,|1969|-|1970"},
    /* numbers */
    {"It cost $5.3m or 1,200,000 (5%) at 5:30pm on 9/11.", "It|cost|$|5.3|m|or|1,200,000|(|5|%|)|at|5:30|pm|on|9/11|."},
    {"2014-06-20, 713-853-3989, 3/8/2001", "2014-06-20|,|713-853-3989|,|3/8/2001"},
    {"the 1990s, '90s, 5th, 50's", "the|1990s|,|'90s|,|5th|,|50's"},
    {"US$5 and £3", "US$|5|and|£|3"},
    /* addresses */
    {"See http://a.b/c?d=e, www.x.org. Mail a.b@c.com!", "See|http://a.b/c?d=e|,|www.x.org|. # Mail|a.b@c.com|!"},
    {"(see https://x.y/z_(a))", "(|see|https://x.y/z_(a)|)"},
    /* abbreviations */
    {"Mr. Obama met Gen. J. F. Kelly in Washington, D.C. on Jan. 5.",
     "Mr.|Obama|met|Gen.|J.|F.|Kelly|in|Washington|,|D.C.|on|Jan.|5|."},
    {"U.S. officials said so. The U.S. The end.", "U.S.|officials|said|so|. # The|U.S. # The|end|."},
    {"He said No. 5 won. He said no. Then left.", "He|said|No.|5|won|. # He|said|no|. # Then|left|."},
    {"e.g. apples, i.e. fruit, a Ph.D. thesis at 5 p.m. today",
     "e.g.|apples|,|i.e.|fruit|,|a|Ph.D.|thesis|at|5|p.m.|today"},
    {"Apple Inc. said. Apple Inc. The firm", "Apple|Inc.|said|. # Apple|Inc. # The|firm"},
    /* sentence ends with quotation marks, brackets, footnotes */
    {"\"We will sign.\" He left.", "\"|We|will|sign|.|\" # He|left|."},
    {"“Why?” he asked. “No!” They left.", "“|Why|?|”|he|asked|. # “|No|!|” # They|left|."},
    {"It failed.[3] Then (so they say.) it rose.", "It|failed|.|[|3|] # Then|(|so|they|say|.|)|it|rose|."},
    {"He said: \"It is over.\" \"Is it?\" she asked.", "He|said|:|\"|It|is|over|.|\" # \"|Is|it|?|\"|she|asked|."},
    {"It ended.Then it began.", "It|ended|. # Then|it|began|."},
    {"Well... maybe. Yes…  No?! Ah!!", "Well|...|maybe|. # Yes|… # No|?! # Ah|!!"},
    {"a claim [...] that [it] holds", "a|claim|[...]|that|[|it|]|holds"},
    /* lines */
    {"A Heading\n\nText one.\r\n\r\nText two", "A|Heading ## Text|one|. ## Text|two"},
    {"Title line\nBody starts here.\nMore body.", "Title|line ## Body|starts|here|. ## More|body|."},
    {"1. First thing\n2. Second thing", "1|.|First|thing ## 2|.|Second|thing"},
    {"one\xc2\xa0two\xe2\x80\x89three\xe3\x80\x80"
     "four",
     "one|two|three|four"},
    {"«Oui», dit-il ‘no’ „gut“", "«|Oui|»|,|dit|-|il|‘|no|’|„|gut|“"},
};

Test(segment, cuts)
{
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf shown = LO_BUF_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_segment s;
        lo_str text = lo_str_of(cases[i].text);
        cr_assert_eq(lo_segment_text(text, lexicon, &arena, &s), LO_OK);
        show(text, &s, &shown);
        cr_expect_str_eq(shown.p, cases[i].want, "%s:\n  is   %s\n  want %s", cases[i].text, shown.p, cases[i].want);
    }
    lo_buf_free(&shown);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

/* What holds for every text: tokens tile all that is no white space, sentences tile the tokens, paragraphs the
 * sentences, offsets stand on characters. */
static void check(lo_str text, const lo_lexicon *lexicon, lo_arena *arena)
{
    lo_segment s;
    lo_arena_reset(arena);
    cr_assert_eq(lo_segment_text(text, lexicon, arena, &s), LO_OK);
    size_t at = 0;
    for (uint32_t i = 0; i < s.n_tokens; i++) {
        size_t start = s.tokens[i].start, end = start + s.tokens[i].length;
        cr_assert(start >= at && end > start && end <= text.n);
        cr_assert(lo_utf8_boundary(text, start) && lo_utf8_boundary(text, end));
        for (; at < start; at++)
            cr_assert((unsigned char)text.p[at] <= ' ' || (unsigned char)text.p[at] >= 0x7f, "byte %zu is in no token",
                      at);
        cr_assert_eq((s.tokens[i].flags & LO_TOKEN_SPACE_BEFORE) != 0,
                     start > (i ? s.tokens[i - 1].start + s.tokens[i - 1].length : 0));
        cr_assert_neq(s.codes[i], 0);
        at = end;
    }
    uint32_t token = 0, sentence = 0;
    for (uint32_t k = 0; k < s.n_sentences; k++) {
        cr_assert(s.sentences[k].first == token && s.sentences[k].end > token);
        token = s.sentences[k].end;
    }
    cr_assert_eq(token, s.n_tokens);
    for (uint32_t p = 0; p < s.n_paragraphs; p++) {
        cr_assert(s.paragraphs[p].first == sentence && s.paragraphs[p].end > sentence);
        for (; sentence < s.paragraphs[p].end; sentence++)
            cr_assert_eq(s.sentences[sentence].paragraph, p);
        lo_span first = lo_segment_sentence_span(&s, s.paragraphs[p].first),
                last = lo_segment_sentence_span(&s, s.paragraphs[p].end - 1);
        cr_assert(first.start == s.paragraphs[p].span.start && last.end == s.paragraphs[p].span.end);
    }
    cr_assert_eq(sentence, s.n_sentences);
    for (uint32_t i = 0; i < s.n_tokens; i++) {
        cr_assert_eq(lo_segment_token_at(&s, s.tokens[i].start), i);
        uint32_t k = lo_segment_sentence_at(&s, i);
        cr_assert(s.sentences[k].first <= i && i < s.sentences[k].end);
        cr_assert_eq(lo_segment_paragraph_at(&s, s.tokens[i].start), s.sentences[k].paragraph);
    }
}

Test(segment, every_text_is_tiled)
{
    /* Texts put together at random from pieces that meet in odd ways. */
    static const char *const pieces[] = {"a",
                                         "I",
                                         "Mr.",
                                         "U.S.",
                                         "\"",
                                         "'",
                                         "\xe2\x80\x9c",
                                         "\xe2\x80\x9d",
                                         "\xe2\x80\x99",
                                         ".",
                                         "...",
                                         "?!",
                                         ",",
                                         " ",
                                         " ",
                                         "\n",
                                         "\n\n",
                                         "\r\n",
                                         "\t",
                                         "\xc2\xa0",
                                         "\xe2\x80\x8b",
                                         "[12]",
                                         "(",
                                         ")",
                                         "]",
                                         "-",
                                         "--",
                                         "don't",
                                         "cannot",
                                         "'s",
                                         "n't",
                                         "5",
                                         "3.5",
                                         "1,000",
                                         "$",
                                         "%",
                                         "http://x.y/z",
                                         "a@b.c",
                                         "e.g.",
                                         "No.",
                                         "\xc3\xa9",
                                         "\xd7\xa9",
                                         "\xe4\xb8\xad",
                                         "\xf0\x9f\x98\x80",
                                         ":)",
                                         "#",
                                         "@",
                                         "/",
                                         "1990s",
                                         "well-known",
                                         "anti-",
                                         "The",
                                         "he",
                                         ":",
                                         ";",
                                         "\x7f",
                                         "\x01",
                                         "\xcc\x81",
                                         "*",
                                         "1.",
                                         "\xe2\x80\xa2"};
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf text = LO_BUF_EMPTY;
    uint64_t seed = 42;
    for (unsigned round = 0; round < 3000; round++) {
        lo_buf_clear(&text);
        for (unsigned i = 0; i < round % 40; i++) {
            seed = seed * 6364136223846793005u + 1442695040888963407u;
            lo_buf_add_text(&text, pieces[(seed >> 33) % (sizeof pieces / sizeof pieces[0])]);
        }
        check(lo_buf_str(&text), lexicon, &arena);
    }
    lo_buf_free(&text);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

/* 256 KB of one piece over and over: quadratic work would take minutes. */
Test(segment, odd_marks_take_linear_time, .timeout = 20)
{
    static const char *const pieces[] = {".",
                                         "\"",
                                         "'",
                                         "(",
                                         "[",
                                         "]",
                                         "[1]",
                                         "-",
                                         "a-",
                                         "1-",
                                         "1.",
                                         "a.",
                                         "a.b",
                                         "@",
                                         "a@",
                                         "a_",
                                         "'a",
                                         "''",
                                         "!?!",
                                         "$",
                                         ":",
                                         ":)",
                                         ". ",
                                         "\" ",
                                         "( ",
                                         "\n",
                                         "a\n",
                                         "U.S. ",
                                         "\xe2\x80\x9c",
                                         "\xcc\x81",
                                         "1/",
                                         "x",
                                         "http://",
                                         "http://a ",
                                         "[.",
                                         "[...",
                                         "- ",
                                         "A&",
                                         "a*",
                                         "\xe2\x80\x99",
                                         "'s",
                                         "No. ",
                                         "a b c d e f g h i j k l m n o p q r s t u v w x y z\n"};
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf text = LO_BUF_EMPTY;
    for (size_t k = 0; k < sizeof pieces / sizeof pieces[0]; k++) {
        lo_buf_clear(&text);
        while (text.n < 256 << 10)
            lo_buf_add_text(&text, pieces[k]);
        check(lo_buf_str(&text), lexicon, &arena);
    }
    lo_buf_free(&text);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

Test(segment, an_odd_quotation_mark_swallows_nothing)
{
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf text = LO_BUF_EMPTY;
    lo_segment s;
    lo_buf_add_text(&text, "\"It never closed. ");
    for (unsigned i = 0; i < 500; i++)
        lo_buf_add_text(&text, "He spoke again. (So they say. ");
    cr_assert_eq(lo_segment_text(lo_buf_str(&text), lexicon, &arena, &s), LO_OK);
    cr_expect_eq(s.n_sentences, 1001);
    lo_buf_free(&text);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

Test(segment, hard_wrapped_lines_are_joined)
{
    static const char text[] = "The quick brown fox jumped over the lazy dog while the river ran\n"
                               "slowly past the old mill, and nobody in the village could say how\n"
                               "long the water had been that high. The miller said it would fall\n"
                               "before the week was out.\n"
                               "Nothing of the kind happened, though. On the following day it had\n"
                               "risen by another foot, and the council met in the town hall for a\n"
                               "second time in order to talk about the flood and what was needed.\n";
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment s;
    cr_assert_eq(lo_segment_text(LO_STR(text), lexicon, &arena, &s), LO_OK);
    cr_expect_eq(s.n_paragraphs, 2);
    cr_expect_eq(s.n_sentences, 4);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

Test(segment, flags)
{
    static const char text[] =
        "A Heading of Sorts\n\nHe said: \"Yes.\" It was.\n\n- first point\n- second point\n\n1) third.";
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment s;
    cr_assert_eq(lo_segment_text(LO_STR(text), lexicon, &arena, &s), LO_OK);
    cr_assert_eq(s.n_sentences, 6);
    static const uint32_t want[] = {LO_SENTENCE_HEADING,   LO_SENTENCE_QUOTE,     0,
                                    LO_SENTENCE_LIST_ITEM, LO_SENTENCE_LIST_ITEM, LO_SENTENCE_LIST_ITEM};
    for (unsigned i = 0; i < 6; i++)
        cr_expect_eq(s.sentences[i].flags & want[i], want[i], "sentence %u", i);
    cr_expect_eq(s.sentences[2].flags & LO_SENTENCE_HEADING, 0);
    cr_expect_eq(s.paragraphs[1].flags & LO_SENTENCE_QUOTE, LO_SENTENCE_QUOTE);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

Test(segment, limits)
{
    lo_lexicon *lexicon = make_lexicon();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment s;
    lo_buf text = LO_BUF_EMPTY;
    /* A run without white space is cut at 65,535 bytes, between characters. */
    while (text.n < 200000)
        lo_buf_add_text(&text, "\xe4\xb8\xad");
    cr_assert_eq(lo_segment_text(lo_buf_str(&text), lexicon, &arena, &s), LO_OK);
    cr_expect_eq(s.n_tokens, 4);
    cr_expect_eq(s.tokens[0].length, 65535);
    check(lo_buf_str(&text), lexicon, &arena);
    cr_expect_eq(lo_segment_text((lo_str){text.p, (16 << 20) + 1}, lexicon, &arena, &s), LO_E_LIMIT);
    lo_buf_free(&text);
    lo_arena_free(&arena);
    lo_lexicon_free(lexicon);
}

Test(segment, allocation_sweep)
{
    lo_lexicon *lexicon = make_lexicon();
    lo_buf text = LO_BUF_EMPTY;
    for (unsigned i = 0; i < 3000; i++)
        lo_buf_add_text(&text, "a.\n\n");
    int64_t before = lo_mem_alive();
    lo_status status = LO_E_MEMORY;
    for (uint64_t skip = 0; status != LO_OK; skip++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_segment s;
        lo_mem_fail_after(skip, 0);
        status = lo_segment_text(lo_buf_str(&text), lexicon, &arena, &s);
        lo_mem_fail_never();
        cr_assert(status == LO_OK || status == LO_E_MEMORY);
        lo_arena_free(&arena);
        cr_assert_eq(lo_mem_alive(), before);
        cr_assert_lt(skip, 1000);
    }
    lo_buf_free(&text);
    lo_lexicon_free(lexicon);
}
