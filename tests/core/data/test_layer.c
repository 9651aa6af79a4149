// SPDX-License-Identifier: MIT
#include "data/layer.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <string.h>

Test(layer, packs_tightly_and_comes_back)
{
    enum { MANY = 5000 };
    static lo_span spans[MANY];
    static uint32_t values[MANY];
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf buf = LO_BUF_EMPTY;
    for (uint32_t i = 0; i < MANY; i++) {
        spans[i] = (lo_span){i * 7, i * 7 + 6};
        values[i] = i % 50;
    }
    lo_layer in = {spans, values, MANY}, out;
    cr_assert_eq(lo_layer_pack(&in, &buf), LO_OK);
    cr_assert_leq(buf.n, 3 * MANY + 4, "%zu bytes", buf.n);
    cr_assert_eq(lo_layer_unpack(lo_buf_str(&buf), MANY * 7, &arena, &out), LO_OK, "%s", lo_status_message());
    cr_assert(out.n == MANY && !memcmp(out.spans, spans, sizeof spans) && !memcmp(out.values, values, sizeof values));
    cr_assert_eq(lo_layer_unpack(lo_buf_str(&buf), MANY * 7 - 2, &arena, &out), LO_E_DATA, "past the text");
    lo_buf_clear(&buf);
    cr_assert_eq(lo_layer_pack(&(lo_layer){NULL, NULL, 0}, &buf), LO_OK);
    cr_assert_eq(lo_layer_unpack(lo_buf_str(&buf), 0, &arena, &out), LO_OK);
    cr_assert_eq(out.n, 0);
    static const lo_span overlap[] = {{0, 5}, {4, 6}};
    cr_assert_eq(lo_layer_pack(&(lo_layer){overlap, NULL, 2}, &buf), LO_E_ARG);
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}

Test(layer, hostile_bytes_never_get_past_the_checks)
{
    static const lo_span spans[] = {{1, 4}, {6, 9}, {200, 500}};
    static const uint32_t values[] = {1, 300, 70000};
    lo_buf buf = LO_BUF_EMPTY;
    lo_layer_pack(&(lo_layer){spans, values, 3}, &buf);
    char *bytes = lo_mem_alloc(buf.n);
    uint32_t random = 5;
    for (size_t cut = 0; cut < buf.n; cut++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_layer out;
        cr_assert_eq(lo_layer_unpack((lo_str){buf.p, cut}, 500, &arena, &out), LO_E_DATA);
        lo_arena_free(&arena);
    }
    for (int trial = 0; trial < 20000; trial++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_layer out;
        memcpy(bytes, buf.p, buf.n);
        random = random * 1664525u + 1013904223u;
        bytes[(random >> 8) % buf.n] = (char)(random >> 24);
        if (!lo_layer_unpack((lo_str){bytes, buf.n}, 500, &arena, &out))
            for (uint32_t i = 0; i < out.n; i++)
                cr_assert(out.spans[i].start <= out.spans[i].end && out.spans[i].end <= 500 &&
                          (!i || out.spans[i].start >= out.spans[i - 1].end));
        lo_arena_free(&arena);
    }
    lo_mem_free(bytes);
    lo_buf_free(&buf);
}
