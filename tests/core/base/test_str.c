// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "base/str.h"

#include <criterion/criterion.h>
#include <stdint.h>

Test(str, trims_and_compares)
{
    cr_assert(lo_str_is(lo_str_trim(LO_STR(" \t a b\r\n")), "a b"));
    cr_assert(lo_str_is(lo_str_trim(LO_STR(" \n ")), ""));
    cr_assert_lt(lo_str_compare(LO_STR("ab"), LO_STR("abc")), 0);
    cr_assert_gt(lo_str_compare(LO_STR("b"), LO_STR("abc")), 0);
    cr_assert_eq(lo_str_hash(LO_STR("abc")), lo_str_hash(LO_STR("abc")));
    cr_assert_neq(lo_str_hash(LO_STR("abc")), lo_str_hash(LO_STR("abd")));
}

Test(str, varints_round_trip_and_bad_ones_are_caught)
{
    static const uint64_t values[] = {0, 1, 127, 128, 300, UINT32_MAX, UINT64_MAX};
    lo_buf buf = LO_BUF_EMPTY;
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        lo_buf_add_varint(&buf, values[i]);
    lo_cursor at = lo_cursor_of(lo_buf_str(&buf));
    for (size_t i = 0; i < sizeof values / sizeof *values; i++)
        cr_assert_eq(lo_cursor_varint(&at), values[i]);
    cr_assert(lo_cursor_done(&at));
    at = lo_cursor_of(LO_STR("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02"));
    lo_cursor_varint(&at);
    cr_assert(at.bad);
    at = lo_cursor_of(LO_STR("\x80"));
    lo_cursor_varint(&at);
    cr_assert(at.bad);
    at = lo_cursor_of(LO_STR("\005ab"));
    lo_cursor_string(&at);
    cr_assert(at.bad);
    lo_buf_free(&buf);
}

Test(str, a_failed_allocation_sticks_and_leaks_nothing)
{
    int64_t before = lo_mem_alive();
    lo_buf buf = LO_BUF_EMPTY;
    lo_mem_fail_after(0, 0);
    cr_assert_eq(lo_buf_add_text(&buf, "text"), LO_E_MEMORY);
    lo_mem_fail_never();
    cr_assert_eq(lo_buf_add_text(&buf, "text"), LO_E_MEMORY, "the first failure stays");
    lo_buf_clear(&buf);
    cr_assert_eq(lo_buf_print(&buf, "%d-%s", 7, "x"), LO_OK);
    cr_assert(lo_str_is(lo_buf_str(&buf), "7-x"));
    lo_buf_free(&buf);
    cr_assert_eq(lo_mem_alive(), before);
}
