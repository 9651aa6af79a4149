// SPDX-License-Identifier: MIT
#include "lang/phrase.h"

#include "base/mem.h"

#include <criterion/criterion.h>

static uint32_t walk(const lo_phrases *phrases, const uint32_t *words, size_t n)
{
    uint32_t node = 0;
    for (size_t i = 0; i < n && node != LO_PHRASE_NONE; i++)
        node = lo_phrases_step(phrases, node, words[i]);
    return node == LO_PHRASE_NONE ? LO_PHRASE_NONE : lo_phrases_value(phrases, node);
}

Test(phrase, empty)
{
    lo_phrases phrases = {0};
    cr_expect_eq(lo_phrases_step(&phrases, 0, 1), LO_PHRASE_NONE);
    cr_expect_eq(lo_phrases_value(&phrases, 0), LO_PHRASE_NONE);
    lo_phrases_free(&phrases);
}

Test(phrase, prefixes_share_nodes_and_keep_their_values)
{
    static const struct {
        uint32_t words[4];
        size_t n;
    } entries[] = {{{7, 8}, 2}, {{7, 8, 9}, 3}, {{8, 7}, 2}, {{7, 9}, 2}, {{0, 0}, 2}, {{UINT32_MAX, 1}, 2}};
    lo_phrases phrases = {0};
    uint32_t node;
    for (uint32_t i = 0; i < sizeof entries / sizeof entries[0]; i++) {
        cr_assert_eq(lo_phrases_add(&phrases, entries[i].words, entries[i].n, &node), LO_OK);
        cr_expect_eq(lo_phrases_value(&phrases, node), LO_PHRASE_NONE);
        lo_phrases_set(&phrases, node, i);
    }
    for (uint32_t i = 0; i < sizeof entries / sizeof entries[0]; i++)
        cr_expect_eq(walk(&phrases, entries[i].words, entries[i].n), i);
    cr_expect_eq(walk(&phrases, (const uint32_t[]){7}, 1), LO_PHRASE_NONE);
    cr_expect_eq(walk(&phrases, (const uint32_t[]){9}, 1), LO_PHRASE_NONE);
    cr_expect_eq(walk(&phrases, (const uint32_t[]){7, 8, 9, 9}, 4), LO_PHRASE_NONE);
    lo_phrases_free(&phrases);
}

Test(phrase, thousands_of_entries_survive_growing)
{
    lo_phrases phrases = {0};
    uint32_t node, words[3];
    for (uint32_t i = 0; i < 5000; i++) {
        words[0] = i % 17, words[1] = i % 101, words[2] = i;
        cr_assert_eq(lo_phrases_add(&phrases, words, 3, &node), LO_OK);
        lo_phrases_set(&phrases, node, i);
    }
    for (uint32_t i = 0; i < 5000; i++) {
        words[0] = i % 17, words[1] = i % 101, words[2] = i;
        cr_assert_eq(walk(&phrases, words, 3), i);
    }
    lo_phrases_free(&phrases);
}

Test(phrase, allocation_failures_leave_it_usable)
{
    int64_t before = lo_mem_alive();
    for (uint64_t skip = 0;; skip++) {
        lo_phrases phrases = {0};
        uint32_t node = 0, words[2];
        lo_status status = LO_OK;
        lo_mem_fail_after(skip, 0);
        for (uint32_t i = 0; i < 400 && status == LO_OK; i++) {
            words[0] = i, words[1] = i + 1;
            status = lo_phrases_add(&phrases, words, 2, &node);
        }
        lo_mem_fail_never();
        words[0] = 1000, words[1] = 1001;
        cr_assert_eq(lo_phrases_add(&phrases, words, 2, &node), LO_OK);
        lo_phrases_set(&phrases, node, 5);
        cr_assert_eq(walk(&phrases, words, 2), 5);
        lo_phrases_free(&phrases);
        cr_assert_eq(lo_mem_alive(), before);
        if (status == LO_OK)
            break;
        cr_assert_eq(status, LO_E_MEMORY);
    }
}
