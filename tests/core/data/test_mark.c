// SPDX-License-Identifier: MIT
#include "data/mark.h"

#include "base/mem.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

#define TEXT "\xe2\x80\x9cWe will sign,\xe2\x80\x9d said Ann Lee. She left."
static const lo_str text = {TEXT, sizeof TEXT - 1};
static const lo_span content = {3, 16}, cue = {20, 24}, source = {25, 32};

static lo_status set_spans(lo_marks *marks, uint32_t index, const char *name, lo_span span)
{
    return lo_marks_set(marks, index, &(lo_field){.name = name, .type = LO_FIELD_SPANS, .count = 1, .spans = &span});
}

static lo_status set_string(lo_marks *marks, uint32_t index, const char *name, const char *string)
{
    return lo_marks_set(marks, index, &(lo_field){.name = name, .type = LO_FIELD_STRING, .string = lo_str_of(string)});
}

static lo_status set_mark(lo_marks *marks, uint32_t index, const char *name, uint32_t to)
{
    return lo_marks_set(marks, index, &(lo_field){.name = name, .type = LO_FIELD_MARKS, .count = 1, .marks = &to});
}

/* 0 name (dropped), 1 entity, 2 attribution, 3 mention, 4 mention "She", 5 of an unknown kind */
static lo_status sample(lo_marks *marks)
{
    uint32_t i;
    lo_status status = LO_OK;
    static const struct {
        const char *kind;
        lo_span span;
    } rows[] = {{"name", {25, 32}},    {"entity", {25, 32}},  {"attribution", {0, 32}},
                {"mention", {25, 32}}, {"mention", {34, 37}}, {"my_kind", {0, 0}}};
    for (size_t r = 0; r < sizeof rows / sizeof *rows && !status; r++)
        status = lo_marks_add(marks, rows[r].kind, rows[r].span, &i);
    if (status)
        return status;
    marks->items[0].dropped = true;
    marks->items[2].rule = "after-quote";
    marks->items[2].plugin = 7;
    marks->items[2].score = 0.75f;
    lo_field number = {.name = "weight", .type = LO_FIELD_NUMBER, .number = -2.5};
    bool failed =
        (status = set_string(marks, 1, "name", "Ann Lee")) || (status = set_spans(marks, 2, "content", content)) ||
        (status = set_spans(marks, 2, "cue", cue)) || (status = set_spans(marks, 2, "source", source)) ||
        (status = set_string(marks, 2, "type", "indirect")) || (status = set_string(marks, 2, "type", "direct")) ||
        (status = set_mark(marks, 2, "entity", 1)) || (status = set_mark(marks, 3, "entity", 1)) ||
        (status = set_mark(marks, 4, "antecedent", 3)) || (status = lo_marks_set(marks, 5, &number));
    return failed ? status : LO_OK;
}

Test(mark, a_field_is_replaced_and_found)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    cr_assert_eq(sample(&marks), LO_OK);
    cr_assert_eq(marks.items[2].n_fields, 5);
    cr_assert(lo_str_is(lo_mark_string(&marks.items[2], "type"), "direct"));
    cr_assert_null(lo_mark_get(&marks.items[2], "parent"));
    cr_assert_null(lo_mark_string(&marks.items[2], "cue").p, "spans are no string");
    for (uint32_t i = 0; i < marks.n; i++)
        cr_assert_eq(lo_mark_check(&marks, i, text), LO_OK, "%s", lo_status_message());
    lo_arena_free(&arena);
}

Test(mark, every_known_kind_is_well_described)
{
    for (size_t k = 0; lo_mark_kind_at(k); k++) {
        const lo_mark_kind *kind = lo_mark_kind_at(k);
        cr_assert_eq(lo_mark_kind_find(kind->name), kind);
        for (const lo_mark_field_spec *spec = kind->fields; spec->name; spec++) {
            cr_assert(spec->type >= LO_FIELD_SPANS && spec->type <= LO_FIELD_MARKS);
            cr_assert_eq(spec->type == LO_FIELD_MARKS, spec->refers != NULL);
            if (spec->refers)
                cr_assert_not_null(lo_mark_kind_find(spec->refers), "%s", spec->refers);
        }
    }
    cr_assert_null(lo_mark_kind_find("my_kind"));
}

Test(mark, what_breaks_the_schema_is_refused_by_name)
{
    static const struct {
        const char *field, *value, *message;
    } strings[] = {{"colour", "red", "attribution.colour"},
                   {"type", "loud", "'loud' is none of direct|indirect|mixed"},
                   {"cue", "said", "attribution.cue: must be spans, is a string"},
                   {"speaker", "\xff", "attribution.speaker: is no UTF-8"}};
    for (size_t i = 0; i < sizeof strings / sizeof *strings; i++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_marks marks = {.arena = &arena};
        sample(&marks);
        set_string(&marks, 2, strings[i].field, strings[i].value);
        cr_assert_eq(lo_mark_check(&marks, 2, text), LO_E_PLUGIN);
        cr_assert(strstr(lo_status_message(), strings[i].message), "%s", lo_status_message());
        lo_arena_free(&arena);
    }
    static const lo_span spans[] = {{0, 1}, {1, 3}, {5, 4}, {0, 99}, {98, 99}, {UINT32_MAX, 0}};
    for (size_t i = 0; i < sizeof spans / sizeof *spans; i++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_marks marks = {.arena = &arena};
        sample(&marks);
        set_spans(&marks, 2, "cue", spans[i]);
        cr_assert_eq(lo_mark_check(&marks, 2, text), LO_E_PLUGIN);
        set_spans(&marks, 2, "cue", cue);
        marks.items[2].span = spans[i];
        cr_assert_eq(lo_mark_check(&marks, 2, text), LO_E_PLUGIN);
        lo_arena_free(&arena);
    }
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    sample(&marks);
    cr_assert_eq(lo_marks_add(&marks, "Bad Kind", cue, NULL), LO_E_PLUGIN);
    cr_assert_eq(lo_marks_add(&marks, "", cue, NULL), LO_E_PLUGIN);
    cr_assert_eq(lo_marks_add(&marks, "a_kind_whose_name_is_much_too_long", cue, NULL), LO_E_PLUGIN);
    cr_assert_eq(set_string(&marks, 5, "no-dash", ""), LO_E_PLUGIN);
    for (uint32_t to = 4; to < 200; to += 195) { /* wrong kind, past the end */
        set_mark(&marks, 2, "entity", to);
        cr_assert_eq(lo_mark_check(&marks, 2, text), LO_E_PLUGIN);
    }
    set_mark(&marks, 2, "entity", 1);
    set_mark(&marks, 3, "antecedent", 4); /* 4 -> 3 -> 4 */
    cr_assert_eq(lo_mark_check(&marks, 4, text), LO_E_PLUGIN);
    cr_assert(strstr(lo_status_message(), "circle"));
    marks.items[5].score = NAN;
    cr_assert_eq(lo_mark_check(&marks, 5, text), LO_E_PLUGIN);
    marks.items[5].score = 1;
    lo_marks_set(&marks, 5, &(lo_field){.name = "weight", .type = LO_FIELD_NUMBER, .number = INFINITY});
    cr_assert_eq(lo_mark_check(&marks, 5, text), LO_E_PLUGIN);
    lo_arena_free(&arena);
}

Test(mark, packs_without_dropped_ones_and_renumbers)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks in = {.arena = &arena}, out = {.arena = &arena};
    sample(&in);
    lo_buf buf = LO_BUF_EMPTY;
    cr_assert_eq(lo_marks_pack(&in, 0, &buf), LO_OK);
    cr_assert_eq(lo_marks_unpack(&out, lo_buf_str(&buf), text, NULL, -1), LO_OK, "%s", lo_status_message());
    cr_assert_eq(out.n, 5);
    cr_assert_str_eq(out.items[1].kind, "attribution");
    cr_assert_str_eq(out.items[1].rule, "after-quote");
    cr_assert_eq(out.items[1].plugin, 7);
    cr_assert_float_eq(out.items[1].score, 0.75f, 0);
    cr_assert_eq(lo_mark_get(&out.items[1], "entity")->marks[0], 0);
    cr_assert_eq(lo_mark_get(&out.items[1], "content")->spans[0].end, 16);
    cr_assert_float_eq(lo_mark_get(&out.items[4], "weight")->number, -2.5, 0);
    set_mark(&in, 3, "entity", 0);
    lo_buf_clear(&buf);
    cr_assert_eq(lo_marks_pack(&in, 0, &buf), LO_E_PLUGIN, "a reference to a dropped mark");
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}

Test(mark, a_tail_fits_behind_the_marks_it_was_made_from)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks worker = {.arena = &arena}, host = {.arena = &arena};
    sample(&host);
    lo_buf buf = LO_BUF_EMPTY;
    lo_marks_pack(&host, 0, &buf);
    lo_marks_unpack(&worker, lo_buf_str(&buf), text, NULL, -1);
    size_t from = worker.n;
    uint32_t i;
    lo_marks_add(&worker, "attribution", (lo_span){20, 32}, &i);
    set_mark(&worker, i, "parent", 1); /* the attribution, 2 in the host's list */
    lo_marks_add(&worker, "stance", (lo_span){20, 32}, &i);
    set_mark(&worker, i, "attribution", i - 1);
    lo_buf_clear(&buf);
    cr_assert_eq(lo_marks_pack(&worker, from, &buf), LO_OK);
    static const char *const kinds[] = {"attribution", "stance", NULL}, *const fewer[] = {"stance", NULL};
    cr_assert_eq(lo_marks_unpack(&host, lo_buf_str(&buf), text, fewer, 3), LO_E_DATA);
    cr_assert(strstr(lo_status_message(), "attribution"));
    cr_assert_eq(host.n, 6, "nothing of a refused reply stays");
    cr_assert_eq(lo_marks_unpack(&host, lo_buf_str(&buf), text, kinds, 3), LO_OK, "%s", lo_status_message());
    cr_assert_eq(host.n, 8);
    cr_assert_eq(lo_mark_get(&host.items[6], "parent")->marks[0], 2);
    cr_assert_eq(lo_mark_get(&host.items[7], "attribution")->marks[0], 6);
    cr_assert_eq(host.items[7].plugin, 3);
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}

Test(mark, circles_from_outside_are_refused_at_any_length)
{
    lo_arena arena = LO_ARENA_EMPTY;
    enum { MANY = 20000 };
    for (int closed = 0; closed < 2; closed++) {
        lo_marks in = {.arena = &arena}, out = {.arena = &arena};
        for (uint32_t i = 0; i < MANY; i++) {
            lo_marks_add(&in, "mention", cue, NULL);
            if (i + 1 < MANY || closed)
                set_mark(&in, i, "antecedent", (i + 1) % MANY);
        }
        lo_buf buf = LO_BUF_EMPTY;
        cr_assert_eq(lo_marks_pack(&in, 0, &buf), LO_OK);
        cr_assert_eq(lo_marks_unpack(&out, lo_buf_str(&buf), text, NULL, -1), closed ? LO_E_DATA : LO_OK);
        lo_buf_free(&buf);
    }
    lo_arena_free(&arena);
}

Test(mark, hostile_bytes_never_get_past_the_checks)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks in = {.arena = &arena};
    sample(&in);
    lo_buf buf = LO_BUF_EMPTY;
    lo_marks_pack(&in, 0, &buf);
    for (size_t cut = 0; cut < buf.n; cut++) {
        lo_arena own = LO_ARENA_EMPTY;
        lo_marks out = {.arena = &own};
        char *head = lo_mem_alloc(cut);
        memcpy(head, buf.p, cut);
        cr_assert_eq(lo_marks_unpack(&out, (lo_str){head, cut}, text, NULL, -1), LO_E_DATA);
        cr_assert_eq(out.n, 0);
        lo_mem_free(head);
        lo_arena_free(&own);
    }
    char *bytes = lo_mem_alloc(buf.n);
    uint32_t random = 7;
    for (int trial = 0; trial < 20000; trial++) {
        lo_arena own = LO_ARENA_EMPTY;
        lo_marks out = {.arena = &own};
        memcpy(bytes, buf.p, buf.n);
        for (int k = 0; k < 1 + trial % 4; k++) {
            random = random * 1664525u + 1013904223u;
            bytes[(random >> 8) % buf.n] = (char)(random >> 24);
        }
        if (lo_marks_unpack(&out, (lo_str){bytes, buf.n}, text, NULL, 1) == LO_OK)
            for (uint32_t i = 0; i < out.n; i++)
                cr_assert_eq(lo_mark_check(&out, i, text), LO_OK, "%s", lo_status_message());
        lo_arena_free(&own);
    }
    lo_mem_free(bytes);
    lo_buf_free(&buf);
    lo_arena_free(&arena);
}

Test(mark, order_is_by_start_then_longer_then_kind)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    sample(&marks);
    const uint32_t *order;
    size_t n;
    cr_assert_eq(lo_marks_sort(&marks, NULL, &arena, &order, &n), LO_OK);
    static const uint32_t expected[] = {2, 5, 1, 3, 4};
    cr_assert_eq(n, 5);
    cr_assert_eq(memcmp(order, expected, sizeof expected), 0);
    cr_assert_eq(lo_marks_sort(&marks, "mention", &arena, &order, &n), LO_OK);
    cr_assert(n == 2 && order[0] == 3 && order[1] == 4);
    lo_arena_free(&arena);
}

Test(mark, every_failing_allocation_is_reported)
{
    int64_t before = lo_mem_alive();
    for (int forever = 0; forever < 2; forever++) {
        int failures = 0;
        for (uint64_t skip = 0;; skip++) {
            lo_arena arena = LO_ARENA_EMPTY;
            lo_marks in = {.arena = &arena}, out = {.arena = &arena};
            lo_buf buf = LO_BUF_EMPTY;
            const uint32_t *order;
            size_t n;
            lo_mem_fail_after(skip, forever);
            lo_status status = sample(&in);
            if (!status)
                status = lo_marks_pack(&in, 0, &buf);
            if (!status)
                status = lo_marks_unpack(&out, lo_buf_str(&buf), text, NULL, -1);
            if (!status)
                status = lo_marks_sort(&out, NULL, &arena, &order, &n);
            lo_mem_fail_never();
            lo_buf_free(&buf);
            lo_arena_free(&arena);
            cr_assert_eq(lo_mem_alive(), before);
            if (!status)
                break;
            cr_assert_eq(status, LO_E_MEMORY);
            failures++;
        }
        cr_assert_gt(failures, 3);
    }
}
