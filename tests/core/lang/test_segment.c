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
