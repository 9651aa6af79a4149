// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "read/origin.h"

#include <criterion/criterion.h>

static lo_arena arena;

static void expect(const lo_origin *runs, uint32_t n, const lo_origin *wanted, uint32_t n_wanted)
{
    cr_assert_eq(n, n_wanted);
    for (uint32_t i = 0; i < n; i++)
        cr_assert(runs[i].text == wanted[i].text && runs[i].length == wanted[i].length &&
                      runs[i].raw == wanted[i].raw && runs[i].raw_length == wanted[i].raw_length,
                  "run %u: %u+%u <- %u+%u", i, runs[i].text, runs[i].length, runs[i].raw, runs[i].raw_length);
}

Test(origin, runs_join_where_bytes_correspond)
{
    lo_origins o = LO_ORIGINS_EMPTY;
    const lo_origin *runs;
    uint32_t n;
    lo_origins_same(&o, 3, 10);
    lo_origins_same(&o, 2, 13);             /* goes on */
    lo_origins_changed(&o, 2, 15, 1, true); /* a word with two changed letters */
    lo_origins_changed(&o, 2, 16, 1, true);
    lo_origins_changed(&o, 3, 17, 1, false); /* no letter */
    lo_origins_none(&o, 2);
    lo_origins_changed(&o, 1, 20, 1, true); /* as long as before */
    lo_origins_same(&o, 4, 21);
    static const lo_origin wanted[] = {{0, 5, 10, 5}, {5, 4, 15, 2}, {9, 3, 17, 1}, {14, 5, 20, 5}};
    cr_assert_eq(lo_origins_finish(&o, &arena, 25, &runs, &n), LO_OK);
    expect(runs, n, wanted, 4);
    static const uint32_t spans[][4] = {{0, 5, 10, 15},   {1, 3, 11, 13},   {4, 6, 14, 17},   {5, 9, 15, 17},
                                        {8, 10, 15, 18},  {11, 15, 17, 21}, {12, 14, 18, 18}, {15, 17, 21, 23},
                                        {19, 19, 25, 25}, {0, 19, 10, 25}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        lo_span raw = lo_origin_raw(runs, n, (lo_span){spans[i][0], spans[i][1]});
        cr_expect(raw.start == spans[i][2] && raw.end == spans[i][3], "%u..%u: %u..%u", spans[i][0], spans[i][1],
                  raw.start, raw.end);
    }
    lo_arena_free(&arena);
}

Test(origin, a_run_of_changed_letters_never_passes_for_equal_bytes)
{
    lo_origins o = LO_ORIGINS_EMPTY;
    const lo_origin *runs;
    uint32_t n;
    lo_origins_changed(&o, 1, 0, 2, true); /* UTF-16: "a" takes two bytes and becomes one */
    lo_origins_changed(&o, 3, 2, 2, true); /* a letter that becomes three: 4 from 4 in all */
    static const lo_origin wanted[] = {{0, 1, 0, 2}, {1, 3, 2, 2}};
    cr_assert_eq(lo_origins_finish(&o, &arena, 4, &runs, &n), LO_OK);
    expect(runs, n, wanted, 2);
    lo_arena_free(&arena);
}

Test(origin, what_is_all_the_same_has_no_runs)
{
    lo_origins o = LO_ORIGINS_EMPTY;
    const lo_origin *runs;
    uint32_t n = 7;
    lo_origins_same(&o, 9, 0);
    cr_assert_eq(lo_origins_finish(&o, &arena, 9, &runs, &n), LO_OK);
    cr_assert_eq(n, 0);
    cr_assert_eq(lo_origin_raw(runs, n, (lo_span){2, 4}).end, 4);
    lo_origins_same(&o, 9, 0);
    cr_assert_eq(lo_origins_finish(&o, &arena, 10, &runs, &n), LO_OK);
    cr_assert_eq(n, 1, "one raw byte is not in the text");
    lo_arena_free(&arena);
}

Test(origin, cutting_forgets_the_end)
{
    lo_origins o = LO_ORIGINS_EMPTY;
    const lo_origin *runs;
    uint32_t n;
    lo_origins_same(&o, 5, 0);
    lo_origins_none(&o, 2);
    lo_origins_changed(&o, 2, 9, 6, false);
    lo_origins_cut(&o, 4);
    lo_origins_none(&o, 2);
    lo_origins_same(&o, 3, 20);
    static const lo_origin wanted[] = {{0, 4, 0, 4}, {6, 3, 20, 3}};
    cr_assert_eq(lo_origins_finish(&o, &arena, 30, &runs, &n), LO_OK);
    expect(runs, n, wanted, 2);
    lo_arena_free(&arena);
}

/* Markup over a decoded text: "a&eacute;b" where the file was UTF-16, and an entity across what changed before. */
Test(origin, two_steps_join_to_one)
{
    static const lo_origin second[] = {{0, 4, 3, 4}, {4, 6, 7, 3}, {10, 10, 10, 10}};
    lo_origins first = LO_ORIGINS_EMPTY;
    const lo_origin *runs;
    uint32_t n;
    lo_origins_same(&first, 3, 1); /* inside the first */
    lo_origins_none(&first, 2);
    lo_origins_changed(&first, 2, 6, 5, false); /* from the middle of a changed run into the last */
    lo_origins_same(&first, 4, 12);
    cr_assert_eq(lo_origins_join(&first, second, 3), LO_OK);
    cr_assert_eq(lo_origins_finish(&first, &arena, 0, &runs, &n), LO_OK);
    static const lo_origin wanted[] = {{0, 3, 4, 3}, {5, 2, 7, 4}, {7, 4, 12, 4}};
    expect(runs, n, wanted, 3);
    lo_arena_free(&arena);
}

Test(origin, a_failed_allocation_sticks)
{
    int64_t before = lo_mem_alive();
    const lo_origin *runs;
    uint32_t n;
    for (int forever = 0; forever < 2; forever++) {
        lo_origins o = LO_ORIGINS_EMPTY;
        lo_mem_fail_after(0, forever);
        lo_origins_same(&o, 3, 0);
        lo_mem_fail_never();
        lo_origins_same(&o, 3, 9);
        cr_assert_eq(lo_origins_finish(&o, &arena, 9, &runs, &n), LO_E_MEMORY);
        cr_assert_eq(lo_mem_alive(), before);
    }
}
