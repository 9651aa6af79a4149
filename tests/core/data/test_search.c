// SPDX-License-Identifier: MIT
#include "data/search.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <string.h>
#include <unistd.h>

TestSuite(search, .init = scratch_open, .fini = scratch_close);

static const char *const texts[][2] = {
    {"a", "The river treaty was signed. A treaty is a treaty."},
    {"b", "Nobody spoke of the river; the Treaty of the R\xc3\xadver fell."},
    {"c", "First paragraph, without it.\n\nThe second paragraph speaks of a dam and of dams \xe2\x80\x94 of DAMMING "
          "the stream that runs through the long and winding valley of the two states which quarrel.\n\nThird one."},
    {"wire", "The river treaty was signed. A treaty is a treaty."},
};

static lo_store *fill(void)
{
    lo_store *store;
    cr_assert_eq(lo_store_open(scratch("s.db"), LO_STORE_CREATE, &store), LO_OK);
    lo_store_begin(store);
    for (size_t i = 0; i < sizeof texts / sizeof *texts; i++) {
        lo_record r = {.key = lo_str_of(texts[i][0]), .text = lo_str_of(texts[i][1])};
        lo_put put;
        char id[13];
        cr_assert_eq(lo_store_put(store, &r, &put, id), LO_OK);
    }
    cr_assert_eq(lo_store_commit(store), LO_OK);
    return store;
}

/* Keys found, in the order of their names; "!" when the query is refused. */
static const char *keys(lo_store *store, const char *query)
{
    static char found[16];
    lo_arena arena = LO_ARENA_EMPTY;
    lo_search *search;
    lo_search_hit hit;
    bool more;
    memset(found, 0, sizeof found);
    lo_status status = lo_search_open(store, lo_str_of(query), 0, &search);
    if (status) {
        cr_assert_eq(status, LO_E_ARG, "%s", lo_status_message());
        return "!";
    }
    while (!(status = lo_search_next(search, &arena, &hit, &more)) && more) {
        char letter = hit.document.record.key.p[0];
        size_t at = strlen(found);
        while (at && found[at - 1] > letter) {
            found[at] = found[at - 1];
            at--;
        }
        found[at] = letter;
    }
    cr_assert_eq(status, LO_OK, "%s: %s", query, lo_status_message());
    lo_search_close(search);
    lo_arena_free(&arena);
    return found;
}

Test(search, words_phrases_beginnings_and_exclusions)
{
    static const char *const cases[][2] = {
        {"river", "abw"},
        {"RIVER treaty", "abw"},
        {"\"river treaty\"", "aw"},
        {"\"treaty river\"", ""},
        {"r\xc3\xadver -signed", "b"},
        {"dam", "c"},
        {"dam*", "c"},
        {"trea*", "abw"},
        {"\"river trea\"*", "aw"},
        {"treaty nothing", ""},
        {"", "!"},
        {"   ", "!"},
        {"\xe2\x80\x94", "!"},
        {"-river", "!"},
        {"\"", "!"},
        {"\xff", "!"},
        {"river AND", ""},
        {"river OR dam", ""},
        {"body:river", ""},
        {"NEAR(river)", ""},
        {"river\"treaty", "abw"},
        {"(river", "abw"},
        {"^river", "abw"},
        {"\"river treaty", "aw"},
        {"*", "!"},
        {"river \xe2\x80\x94", "abw"},
    };
    lo_store *store = fill();
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        cr_assert_str_eq(keys(store, cases[i][0]), cases[i][1], "%s", cases[i][0]);
    lo_store_close(store);
}

Test(search, passages_hold_the_hits_and_keep_to_their_paragraph)
{
    lo_store *store = fill();
    lo_arena arena = LO_ARENA_EMPTY;
    lo_search *search;
    lo_search_hit hit;
    bool found;
    cr_assert_eq(lo_search_open(store, LO_STR("dam*"), 5, &search), LO_OK);
    cr_assert(lo_search_next(search, &arena, &hit, &found) == LO_OK && found);
    cr_assert_eq(hit.n_matches, 3);
    cr_assert_eq(hit.n_passages, 1);
    const lo_search_passage *p = &hit.passages[0];
    lo_str text = hit.document.record.text;
    cr_assert_eq(p->n_hits, 3);
    static const char *const words[] = {"dam", "dams", "DAMMING"};
    for (int i = 0; i < 3; i++)
        cr_assert(lo_str_is((lo_str){text.p + p->hits[i].start, p->hits[i].end - p->hits[i].start}, words[i]));
    lo_str passage = {text.p + p->span.start, p->span.end - p->span.start};
    cr_assert(!strncmp(passage.p, "The second", 10), "%.*s", LO_STR_ARG(passage));
    cr_assert(lo_utf8_valid(passage) && passage.n < 260 && text.p[p->span.end] == ' ');
    cr_assert(lo_search_next(search, &arena, &hit, &found) == LO_OK && !found);
    lo_search_close(search);
    lo_arena_free(&arena);
    lo_store_close(store);
}

Test(search, far_apart_hits_get_passages_of_their_own)
{
    lo_store *store;
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf text = LO_BUF_EMPTY;
    for (int i = 0; i < 6; i++)
        lo_buf_print(&text, "%sneedle%300s", i ? " " : "", "\xc3\xa9");
    cr_assert_eq(lo_store_open(scratch("s.db"), LO_STORE_CREATE, &store), LO_OK);
    lo_record r = {.key = LO_STR("k"), .text = lo_buf_str(&text)};
    lo_put put;
    char id[13];
    lo_store_begin(store);
    lo_store_put(store, &r, &put, id);
    lo_store_commit(store);
    lo_search *search;
    lo_search_hit hit;
    bool found;
    lo_search_open(store, LO_STR("needle"), 1, &search);
    cr_assert(lo_search_next(search, &arena, &hit, &found) == LO_OK && found, "%s", lo_status_message());
    cr_assert_eq(hit.n_matches, 6);
    cr_assert_eq(hit.n_passages, LO_SEARCH_PASSAGES);
    for (uint32_t i = 0; i < hit.n_passages; i++)
        cr_assert(hit.passages[i].n_hits == 1 && hit.passages[i].hits[0].start >= hit.passages[i].span.start);
    lo_search_close(search);
    lo_arena_free(&arena);
    lo_buf_free(&text);
    lo_store_close(store);
}

Test(search, the_order_does_not_tell_the_order_of_storing)
{
    char first[64] = "";
    for (int reverse = 0; reverse < 2; reverse++) {
        lo_store *store;
        lo_arena arena = LO_ARENA_EMPTY;
        char order[64] = "";
        unlink(scratch("s.db"));
        lo_store_open(scratch("s.db"), LO_STORE_CREATE, &store);
        lo_store_begin(store);
        for (int i = 0; i < 4; i++) {
            char key[2] = {(char)('a' + (reverse ? 3 - i : i)), 0}, id[13];
            char text[32];
            snprintf(text, sizeof text, "same words %s", key);
            lo_record r = {.key = lo_str_of(key), .text = lo_str_of(text)};
            lo_put put;
            lo_store_put(store, &r, &put, id);
        }
        lo_store_commit(store);
        lo_search *search;
        lo_search_hit hit;
        bool found;
        lo_search_open(store, LO_STR("words"), 0, &search);
        while (!lo_search_next(search, &arena, &hit, &found) && found)
            strncat(order, hit.document.record.key.p, 1);
        lo_search_close(search);
        lo_store_close(store);
        lo_arena_free(&arena);
        cr_assert_eq(strlen(order), 4);
        if (reverse)
            cr_assert_str_eq(order, first);
        strcpy(first, order);
    }
}

static lo_status scenario(lo_store *store)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_search *search = NULL;
    lo_search_hit hit;
    bool found = true;
    lo_status status = lo_search_open(store, LO_STR("river \"treaty\""), 0, &search);
    while (!status && found)
        status = lo_search_next(search, &arena, &hit, &found);
    lo_search_close(search);
    lo_arena_free(&arena);
    return status;
}

Test(search, every_failing_allocation_is_reported, .timeout = 60)
{
    lo_store *store = fill();
    cr_assert_eq(scenario(store), LO_OK);
    lo_mem_fail_never();
    cr_assert_eq(scenario(store), LO_OK);
    uint64_t all = lo_mem_count();
    for (uint64_t skip = 0; skip < all; skip++) {
        lo_mem_fail_after(skip, 1);
        lo_status status = scenario(store);
        lo_mem_fail_never();
        cr_assert(status == LO_E_MEMORY || status == LO_OK, "allocation %llu: %d %s", (unsigned long long)skip, status,
                  lo_status_message());
    }
    cr_assert_eq(scenario(store), LO_OK);
    lo_store_close(store);
}
