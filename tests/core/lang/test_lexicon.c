// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/segment.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>

static const char days[] = "# days\nMonday\nMay\t1\n\n  friday  \r\n";
static const char titles[] =
    "foreign minister\nminister\nPrime Minister\nMr.\nvice-president\nGrand Vizier of the East\n";

static void use_all(lo_lexicon *lexicon, const char *const *names)
{
    for (; *names; names++)
        cr_assert_eq(lo_lexicon_use(lexicon, *names), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_lexicon_freeze(lexicon), LO_OK, "%s", lo_status_message());
}

/* For each token a letter: which of the classes it is in, as a digit string of ids; compared token by token. */
static void classes_of(const lo_lexicon *lexicon, const char *text, const char *const *names, char *out)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment s;
    cr_assert_eq(lo_segment_text(lo_str_of(text), lexicon, &arena, &s), LO_OK);
    for (uint32_t i = 0; i < s.n_tokens; i++) {
        bool any = false;
        for (unsigned k = 0; names[k]; k++) {
            if (lo_lexicon_code_has(lexicon, (unsigned char)s.codes[i], lo_lexicon_class(lexicon, names[k]))) {
                *out++ = (char)('a' + k);
                any = true;
            }
        }
        if (!any)
            *out++ = '.';
        *out++ = ' ';
        cr_assert_neq(s.codes[i], 0);
    }
    *out = 0;
    lo_arena_free(&arena);
}

Test(lexicon, words_phrases_and_shapes_become_codes)
{
    /*                              a      b        c                     d              e         f            g */
    static const char *const names[] = {"day",    "title",      "title_phrase_start", "capitalised",
                                        "number", "open_quote", "sentence_start",     NULL};
    static const struct {
        const char *text, *want;
    } cases[] = {
        {"on Monday", "g ad "},
        {"MONDAY may", "dg . "},            /* a form with a capital matches exactly */
        {"May FRIDAY friday", "adg ad a "}, /* a small one in any case */
        {"the Foreign Minister", "g bcd bd "},
        {"the foreign minister", "g bc b "},
        {"a prime minister", "g . b "}, /* the phrase needs its capitals; the word in it does not */
        {"a Prime Minister", "g bcd bd "},
        {"Foreign minister foreign", "bcdg b . "},
        {"Mr. Vice-President 5", "bdg bcd b bd e "},
        {"the Grand Vizier of the East", "g bcd bd b b bd "},
        {"the Grand Vizier of the", "g d d . . "},
        {"\"friday", "fg a "},
    };
    lo_lexicon *lexicon;
    char got[200];
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    cr_assert_eq(lo_lexicon_add(lexicon, "day", LO_STR(days)), LO_OK);
    cr_assert_eq(lo_lexicon_add(lexicon, "title", LO_STR(titles)), LO_OK);
    use_all(lexicon, names);
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        classes_of(lexicon, cases[i].text, names, got);
        cr_expect_str_eq(got, cases[i].want, "%s: is '%s', want '%s'", cases[i].text, got, cases[i].want);
    }
    /* The set of codes of a class and the question about one code agree. */
    for (int id = 0; lo_lexicon_class_name(lexicon, id); id++) {
        unsigned char set[32];
        lo_lexicon_codes(lexicon, id, set);
        for (unsigned code = 0; code < 256; code++)
            cr_assert_eq(set[code / 8] >> code % 8 & 1, lo_lexicon_code_has(lexicon, (unsigned char)code, id));
    }
    lo_lexicon_free(lexicon);
}

Test(lexicon, freezing_again_after_more_words)
{
    static const char *const first[] = {"day", NULL}, *const second[] = {"day", "place", "quote", NULL};
    lo_lexicon *lexicon;
    char got[100];
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    cr_assert_eq(lo_lexicon_add(lexicon, "day", LO_STR(days)), LO_OK);
    use_all(lexicon, first);
    classes_of(lexicon, "Monday in rome", first, got);
    cr_expect_str_eq(got, "a . . ");
    cr_assert_eq(lo_lexicon_add(lexicon, "place", LO_STR("rome\nmonday\nÉvian\nnew york\n")), LO_OK);
    use_all(lexicon, second);
    classes_of(lexicon, "Monday in Rome, ÉVIAN Évian “New York", second, got);
    cr_expect_str_eq(got, "ab . b . . b c b b ");
    cr_expect(lo_lexicon_has(lexicon, LO_STR("ROME"), lo_lexicon_class(lexicon, "place")));
    cr_expect_not(lo_lexicon_has(lexicon, LO_STR("MAY"), lo_lexicon_class(lexicon, "day")));
    cr_expect_not(lo_lexicon_has(lexicon, LO_STR("unheard"), lo_lexicon_class(lexicon, "day")));
    lo_lexicon_free(lexicon);
}

Test(lexicon, refusals_say_what_is_wrong)
{
    lo_lexicon *lexicon;
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    cr_assert_eq(lo_lexicon_add(lexicon, "cue_verb", LO_STR("say\n")), LO_OK);
    cr_expect_eq(lo_lexicon_use(lexicon, "cue_vreb"), LO_E_ARG);
    cr_expect(strstr(lo_status_message(), "cue_verb"), "%s", lo_status_message());
    cr_expect_eq(lo_lexicon_use(lexicon, "zzzzzzzz"), LO_E_ARG);
    cr_expect_eq(lo_lexicon_add(lexicon, "Bad Name", LO_STR("say\n")), LO_E_ARG);
    cr_expect_eq(lo_lexicon_add(lexicon, "", LO_STR("say\n")), LO_E_ARG);
    cr_expect_eq(lo_lexicon_add(lexicon, "bytes", LO_STR("fine\nbad\xff\n")), LO_E_DATA);
    cr_expect(strstr(lo_status_message(), "line 2"), "%s", lo_status_message());
    cr_expect_eq(lo_lexicon_add(lexicon, "long", LO_STR("a b c d e f g h i j k l m n\n")), LO_E_DATA);
    char word[200];
    memset(word, 'x', sizeof word);
    cr_expect_eq(lo_lexicon_add(lexicon, "wide", (lo_str){word, sizeof word}), LO_E_DATA);
    cr_expect_eq(lo_lexicon_class(lexicon, "nothing"), -1);
    cr_expect_null(lo_lexicon_class_name(lexicon, 255));
    lo_lexicon_free(lexicon);
}

Test(lexicon, too_many_combinations_are_refused_by_name)
{
    lo_lexicon *lexicon;
    lo_buf list = LO_BUF_EMPTY;
    char name[32];
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    /* Nine lists that overlap in every way: 511 combinations. */
    for (unsigned k = 0; k < 9; k++) {
        lo_buf_clear(&list);
        for (unsigned i = 1; i < 512; i++)
            if (i >> k & 1)
                lo_buf_print(&list, "w%c%c%c\n", 'a' + (char)(i % 8), 'a' + (char)(i / 8 % 8), 'a' + (char)(i / 64));
        snprintf(name, sizeof name, "list%c", 'a' + (char)k);
        cr_assert_eq(lo_lexicon_add(lexicon, name, lo_buf_str(&list)), LO_OK);
        cr_assert_eq(lo_lexicon_use(lexicon, name), LO_OK);
    }
    cr_expect_eq(lo_lexicon_freeze(lexicon), LO_E_LIMIT);
    cr_expect(strstr(lo_status_message(), "lista"), "%s", lo_status_message());
    lo_buf_free(&list);
    lo_lexicon_free(lexicon);
}

Test(lexicon, shipped_lists_load_and_hold_what_their_names_say)
{
    static const struct {
        const char *word, *class_name;
    } cases[] = {
        {"said", "cue_say"},       {"SAYS", "cue_verb"},     {"Monday", "day"},        {"May", "month"},
        {"not", "negation"},       {"n't", "negation"},      {"unless", "condition"},  {"Mr.", "title"},
        {"she", "pronoun_female"}, {"ministry", "org_head"}, {"daily", "outlet_head"}, {"French", "nationality"},
        {"the", "determiner"},     {"would", "modal"},       {"denied", "cue_denial"}, {"believes", "cue_belief"},
        {"seven", "number_word"},  {"bin", "name_particle"}, {"spokeswoman", "role"},  {"statement", "cue_noun"}};
    lo_lexicon *lexicon;
    cr_assert_eq(lo_lexicon_create(&lexicon), LO_OK);
    cr_assert_eq(lo_lexicon_add_shipped(lexicon), LO_OK, "%s", lo_status_message());
    for (unsigned i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        int id = lo_lexicon_class(lexicon, cases[i].class_name);
        cr_expect(id >= 0 && lo_lexicon_has(lexicon, lo_str_of(cases[i].word), id), "%s in %s", cases[i].word,
                  cases[i].class_name);
    }
    for (int id = 0; lo_lexicon_class_name(lexicon, id); id++)
        cr_assert_lt(id, LO_LEXICON_CLASSES);
    lo_lexicon_free(lexicon);
}

static lo_status build(lo_lexicon **out)
{
    lo_status status = lo_lexicon_create(out);
    if (status == LO_OK)
        status = lo_lexicon_add(*out, "day", LO_STR(days));
    if (status == LO_OK)
        status = lo_lexicon_add(*out, "title", LO_STR(titles));
    if (status == LO_OK)
        status = lo_lexicon_use(*out, "day");
    if (status == LO_OK)
        status = lo_lexicon_use(*out, "title");
    if (status == LO_OK)
        status = lo_lexicon_freeze(*out);
    return status;
}

Test(lexicon, allocation_sweep)
{
    int64_t before = lo_mem_alive();
    for (int forever = 0; forever < 2; forever++) {
        lo_status status = LO_E_MEMORY;
        for (uint64_t skip = 0; status != LO_OK; skip++) {
            lo_lexicon *lexicon = NULL;
            lo_mem_fail_after(skip, forever);
            status = build(&lexicon);
            lo_mem_fail_never();
            cr_assert(status == LO_OK || status == LO_E_MEMORY, "%d: %s", status, lo_status_message());
            lo_lexicon_free(lexicon);
            cr_assert_eq(lo_mem_alive(), before);
        }
    }
}
