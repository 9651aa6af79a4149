// SPDX-License-Identifier: MIT
#include "data/record.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <string.h>

static const lo_origin origins[] = {{0, 5, 3, 5}, {5, 2, 8, 6}, {7, 6, 200, 6}};
static const lo_furniture furniture[] = {{{0, 5}, "menu"}, {{0, 13}, "title"}, {{7, 9}, "caption"}};

static lo_record sample(void)
{
    return (lo_record){.key = LO_STR("press/a.html"),
                       .title = LO_STR("Ä title"),
                       .outlet = LO_STR("The Outlet"),
                       .date = LO_STR("2019-03"),
                       .metadata = LO_STR("{\"desk\":\"x\"}"),
                       .text = LO_STR("Hello\xc3\xa4 world"),
                       .origins = origins,
                       .n_origins = 3,
                       .furniture = furniture,
                       .n_furniture = 3};
}

Test(record, the_id_depends_on_key_and_text)
{
    char a[LO_RECORD_ID + 1], b[LO_RECORD_ID + 1], c[LO_RECORD_ID + 1];
    lo_digest one = lo_digest_of(LO_STR("one")), two = lo_digest_of(LO_STR("two"));
    lo_record_id(LO_STR("k"), &one, a);
    lo_record_id(LO_STR("k"), &two, b);
    lo_record_id(LO_STR("l"), &one, c);
    cr_assert_eq(strlen(a), LO_RECORD_ID);
    cr_assert_str_neq(a, b);
    cr_assert_str_neq(a, c);
    lo_record_id(LO_STR("k"), &one, b);
    cr_assert_str_eq(a, b);
}

Test(record, packs_and_unpacks_the_same)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record in = sample(), out;
    lo_buf buf = LO_BUF_EMPTY;
    cr_assert_eq(lo_record_pack(&in, &buf), LO_OK);
    cr_assert_eq(lo_record_unpack(lo_buf_str(&buf), &arena, &out), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_equal(in.key, out.key) && lo_str_equal(in.title, out.title) && lo_str_equal(in.text, out.text));
    cr_assert(lo_str_equal(in.date, out.date) && lo_str_equal(in.metadata, out.metadata) && out.author.n == 0);
    cr_assert_eq(out.n_origins, 3);
    cr_assert_eq(memcmp(out.origins, origins, sizeof origins), 0);
    cr_assert_eq(out.n_furniture, 3);
    for (int i = 0; i < 3; i++) {
        cr_assert_eq(out.furniture[i].span.start, furniture[i].span.start);
        cr_assert_eq(out.furniture[i].span.end, furniture[i].span.end);
        cr_assert_str_eq(out.furniture[i].kind, furniture[i].kind);
    }
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}

Test(record, refuses_what_does_not_fit)
{
    static const lo_origin past[] = {{10, 9, 0, 9}}, overlap[] = {{0, 5, 0, 5}, {3, 1, 9, 1}},
                           inside[] = {{0, 6, 0, 6}}, wrap[] = {{0, 1, UINT32_MAX, 5}};
    static const lo_furniture outside[] = {{{0, 99}, "menu"}}, odd[] = {{{0, 1}, "Menu 1"}}, cut[] = {{{0, 6}, "menu"}};
    lo_record bad[12];
    for (int i = 0; i < 12; i++)
        bad[i] = sample();
    bad[0].key = LO_STR("");
    bad[1].text = LO_STR("a\0b");
    bad[2].title = LO_STR("\xff");
    bad[3].origins = past, bad[3].n_origins = 1;
    bad[4].origins = overlap, bad[4].n_origins = 2;
    bad[5].origins = inside, bad[5].n_origins = 1;
    bad[6].origins = wrap, bad[6].n_origins = 1;
    bad[7].furniture = outside, bad[7].n_furniture = 1;
    bad[8].furniture = odd, bad[8].n_furniture = 1;
    bad[9].furniture = cut, bad[9].n_furniture = 1;
    bad[10].metadata = LO_STR("\xed\xa0\x80");
    bad[11].url = LO_STR("http://x\0");
    for (int i = 0; i < 12; i++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_buf buf = LO_BUF_EMPTY;
        lo_record out;
        cr_assert_eq(lo_record_pack(&bad[i], &buf), LO_OK);
        cr_assert_eq(lo_record_unpack(lo_buf_str(&buf), &arena, &out), LO_E_DATA, "case %d was let in", i);
        lo_buf_free(&buf);
        lo_arena_free(&arena);
    }
}

Test(record, hostile_bytes_never_get_past_the_checks)
{
    lo_record in = sample(), out;
    lo_buf buf = LO_BUF_EMPTY;
    lo_record_pack(&in, &buf);
    char *bytes = lo_mem_alloc(buf.n);
    for (size_t cut = 0; cut < buf.n; cut++) { /* every truncation, in a block of its own for the sanitizer */
        lo_arena arena = LO_ARENA_EMPTY;
        char *head = lo_mem_alloc(cut);
        memcpy(head, buf.p, cut);
        cr_assert_eq(lo_record_unpack((lo_str){head, cut}, &arena, &out), LO_E_DATA);
        lo_mem_free(head);
        lo_arena_free(&arena);
    }
    uint32_t random = 1;
    for (int trial = 0; trial < 20000; trial++) {
        lo_arena arena = LO_ARENA_EMPTY;
        memcpy(bytes, buf.p, buf.n);
        for (int k = 0; k < 1 + trial % 4; k++) {
            random = random * 1664525u + 1013904223u;
            bytes[(random >> 8) % buf.n] = (char)(random >> 24);
        }
        if (lo_record_unpack((lo_str){bytes, buf.n}, &arena, &out) == LO_OK) {
            cr_assert_gt(out.key.n, 0);
            for (uint32_t i = 0; i < out.n_origins; i++)
                cr_assert_leq((uint64_t)out.origins[i].text + out.origins[i].length, out.text.n);
            for (uint32_t i = 0; i < out.n_furniture; i++)
                cr_assert_leq(out.furniture[i].span.end, out.text.n);
        }
        lo_arena_free(&arena);
    }
    lo_mem_free(bytes);
    lo_buf_free(&buf);
}

Test(record, every_failing_allocation_is_reported)
{
    lo_record in = sample(), out;
    lo_buf packed = LO_BUF_EMPTY;
    lo_record_pack(&in, &packed);
    int64_t before = lo_mem_alive();
    for (int forever = 0; forever < 2; forever++) {
        int failures = 0;
        for (uint64_t skip = 0;; skip++) {
            lo_arena arena = LO_ARENA_EMPTY;
            lo_buf buf = LO_BUF_EMPTY;
            lo_mem_fail_after(skip, forever);
            lo_status status = lo_record_pack(&in, &buf);
            if (!status)
                status = lo_record_unpack(lo_buf_str(&packed), &arena, &out);
            lo_mem_fail_never();
            lo_buf_free(&buf);
            lo_arena_free(&arena);
            cr_assert_eq(lo_mem_alive(), before);
            if (!status)
                break;
            cr_assert_eq(status, LO_E_MEMORY);
            failures++;
        }
        cr_assert_gt(failures, 1);
    }
    lo_buf_free(&packed);
}
