// SPDX-License-Identifier: MIT
#include "data/mark_rows.h"

#include "base/mem.h"
#include "data/query.h"
#include "marked_store.h"

#include <unistd.h>

TestSuite(mark_rows, .init = scratch_open, .fini = scratch_close);

Test(mark_rows, come_back_as_they_went_in)
{
    lo_store *store;
    lo_arena arena = LO_ARENA_EMPTY;
    cr_assert_eq(fill("s.db", &store), LO_OK, "%s", lo_status_message());
    lo_marks m = {.arena = &arena};
    const lo_maker *from;
    size_t n;
    cr_assert_eq(lo_mark_rows_read(store, 1, record.text, NULL, &m, &from, &n), LO_OK, "%s", lo_status_message());
    static const char *const kinds[] = {"attribution", "attribution", "stance", "entity", "mention", "own_kind"};
    cr_assert_eq(m.n, 6);
    for (size_t i = 0; i < 6; i++)
        cr_assert_str_eq(m.items[i].kind, kinds[i]);
    const lo_mark *a = &m.items[1];
    cr_assert(a->score == 0.5f && !strcmp(a->rule, "after-quote"));
    cr_assert_eq(lo_mark_get(a, "content")->count, 2);
    cr_assert_eq(lo_mark_get(a, "content")->spans[1].end, 16);
    cr_assert(lo_str_is(lo_mark_string(a, "speaker"), "Ann \"Quote\" Lee\n"));
    cr_assert_eq(lo_mark_get(a, "parent")->marks[0], 0);
    cr_assert_eq(lo_mark_get(a, "entity")->marks[0], 3);
    cr_assert_eq(lo_mark_get(&m.items[5], "weight")->number, 0.1);
    cr_assert_str_eq(from[m.items[2].plugin].name, "6_classify/x");
    cr_assert_str_eq(from[a->plugin].version, "1.0");
    lo_str faults;
    cr_assert_eq(lo_mark_rows_faults(store, 1, &arena, &faults), LO_OK);
    cr_assert(lo_str_is(faults, "a: b"));

    lo_marks some = {.arena = &arena};
    static const char *const wanted[] = {"mention", NULL};
    cr_assert_eq(lo_mark_rows_read(store, 1, record.text, wanted, &some, &from, &n), LO_OK);
    cr_assert(some.n == 1 && lo_mark_get(&some.items[0], "entity")->count == 0);
    uint64_t stale;
    lo_digest signature = lo_digest_of(LO_STR("s"));
    lo_store_count_stale(store, &signature, &stale);
    cr_assert_eq(stale, 0);
    lo_layer layer;
    cr_assert_eq(lo_layer_read(store, 1, "tokens", record.text.n, &arena, &layer), LO_OK);
    cr_assert(layer.n == 2 && layer.spans[1].end == 10 && !layer.values);
    cr_assert_eq(lo_layer_read(store, 1, "nothing", record.text.n, &arena, &layer), LO_OK);
    cr_assert_eq(layer.n, 0);
    lo_store_close(store);
    lo_arena_free(&arena);
}

Test(mark_rows, replace_the_older_ones_and_their_relations)
{
    lo_store *store;
    lo_arena arena = LO_ARENA_EMPTY;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    lo_relation relation = {"denial", {1, 0}, {1, 1}, 0.5, LO_STR("words"), &makers[1], "r"};
    lo_store_begin(store);
    cr_assert_eq(lo_relations_put(store, &relation), LO_OK, "%s", lo_status_message());
    relation.b.number = 99;
    cr_assert_neq(lo_relations_put(store, &relation), LO_OK, "a relation to no mark");
    lo_store_commit(store);
    lo_query *query;
    bool row;
    cr_assert_eq(lo_query_open(store, LO_STR("SELECT id_a, content_b, plugin FROM relations"), &query), LO_OK, "%s",
                 lo_status_message());
    cr_assert(lo_query_next(query, &row) == LO_OK && row);
    cr_assert(strstr(lo_query_value(query, 0).bytes.p, ".attribution.0-37"));
    cr_assert(lo_str_is(lo_query_value(query, 1).bytes, "We will … sign,"));
    lo_query_close(query);
    lo_marks fewer = {.arena = &arena};
    lo_digest signature = lo_digest_of(LO_STR("t"));
    lo_marks_add(&fewer, "date", (lo_span){34, 37}, NULL);
    lo_store_begin(store);
    cr_assert_eq(lo_mark_rows_put(store, 1, record.text, &fewer, makers, 1, &signature, LO_STR("")), LO_OK);
    lo_store_commit(store);
    static const char *const empty[] = {"relations", "statements", "mentions", "stances", "entity"};
    for (size_t i = 0; i < sizeof empty / sizeof *empty; i++) {
        char sql[64];
        snprintf(sql, sizeof sql, "SELECT count(*) FROM %s", empty[i]);
        cr_assert_eq(lo_query_open(store, lo_str_of(sql), &query), LO_OK);
        cr_assert(lo_query_next(query, &row) == LO_OK && lo_query_value(query, 0).integer == 0, "%s", empty[i]);
        lo_query_close(query);
    }
    lo_store_close(store);
    lo_arena_free(&arena);
}

Test(mark_rows, are_refused_whole_when_one_is_wrong)
{
    lo_store *store;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    lo_digest signature = lo_digest_of(LO_STR("t"));
    for (int i = 0; i < 4; i++) {
        lo_arena arena = LO_ARENA_EMPTY;
        lo_marks m = {.arena = &arena};
        sample(&m);
        if (i == 0)
            m.items[4].span.end = 1000;
        else if (i == 1)
            m.items[4].plugin = 2;
        else if (i == 2)
            m.items[5].dropped = true; /* the entity others refer to */
        else
            m.items[4].rule = "\xff";
        lo_store_begin(store);
        cr_assert_eq(lo_mark_rows_put(store, 1, record.text, &m, makers, 2, &signature, LO_STR("")), LO_E_PLUGIN,
                     "case %d", i);
        lo_store_commit(store);
        lo_store_counts counts;
        lo_store_count(store, &counts);
        cr_assert_eq(counts.marks, 6, "the older marks stay");
        lo_arena_free(&arena);
    }
    lo_store_close(store);
}

Test(mark_rows, views_tell_who_said_what)
{
    lo_store *store;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    static const char *const rows[][2] = {
        {"SELECT key || '|' || outlet || '|' || published || '|' || cue || '|' || source || '|' || content || '|' || "
         "type "
         "|| '|' || stances || '|' || substr(parent, 13) || '|' || plugin FROM statements WHERE rule = 'after-quote'",
         "a.txt|Outlet|2019-03-02|said|Ann Lee|We will … sign,|direct|dam: "
         "support|.attribution.0-37|4_annotate/direct"},
        {"SELECT target || label || evidence || plugin FROM stances", "damsupportsign6_classify/x"},
        {"SELECT words || '=' || name || ' ' || how || substr(id, 13) FROM mentions",
         "She=Ann Lee pronoun.mention.34-37"}};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++) {
        lo_query *query;
        bool row;
        cr_assert_eq(lo_query_open(store, lo_str_of(rows[i][0]), &query), LO_OK, "%s", lo_status_message());
        cr_assert(lo_query_next(query, &row) == LO_OK && row);
        lo_str got = lo_query_value(query, 0).bytes;
        cr_assert(lo_str_is(got, rows[i][1]), "%.*s", LO_STR_ARG(got));
        cr_assert(lo_query_next(query, &row) == LO_OK && !row);
        lo_query_close(query);
    }
    lo_store_close(store);
}

Test(mark_rows, ids_are_printed_and_read)
{
    char text[LO_MARK_ID + 1];
    lo_mark mark = {.kind = "attribution", .span = {120, UINT32_MAX}};
    lo_mark_id id;
    lo_mark_id_print("0123456789ab", &mark, text);
    cr_assert_str_eq(text, "0123456789ab.attribution.120-4294967295");
    cr_assert_eq(lo_mark_id_parse(lo_str_of(text), &id), LO_OK);
    cr_assert(!strcmp(id.document, "0123456789ab") && !strcmp(id.kind, "attribution") && id.span.end == UINT32_MAX);
    static const char *const bad[] = {"",
                                      "0123456789ab",
                                      "0123456789ab.",
                                      "0123456789ab.x",
                                      "0123456789ab.x.",
                                      "0123456789ab.x.1",
                                      "0123456789ab.x.1-",
                                      "0123456789ab.x.2-1",
                                      "0123456789ab.x.1-4294967296",
                                      "0123456789ab.x.1-2x",
                                      "0123456789abc.x.1-2",
                                      "0123456789ab..1-2",
                                      "0123456789ab.a_kind_whose_name_is_much_too_long.1-2"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(lo_mark_id_parse(lo_str_of(bad[i]), &id), LO_E_ARG, "%s", bad[i]);
}

Test(mark_rows, every_failing_allocation_is_reported, .timeout = 250)
{
    lo_store *store;
    lo_mem_fail_never();
    cr_assert_eq(fill("warm.db", &store), LO_OK);
    lo_store_close(store);
    int64_t before = lo_mem_alive();
    lo_mem_fail_never();
    cr_assert_eq(fill("count.db", &store), LO_OK);
    uint64_t all = lo_mem_count();
    lo_store_close(store);
    for (uint64_t skip = all / 3; skip < all; skip += 1 + skip / 61) { /* opening is swept in test_store */
        lo_mem_fail_after(skip, 1);
        lo_status status = fill("sweep.db", &store);
        lo_mem_fail_never();
        lo_store_close(store);
        cr_assert_eq(status, LO_E_MEMORY, "allocation %llu: %d %s", (unsigned long long)skip, status,
                     lo_status_message());
        cr_assert_eq(lo_mem_alive(), before, "allocation %llu leaks", (unsigned long long)skip);
        unlink(scratch("sweep.db"));
        unlink(scratch("sweep.db-wal"));
        unlink(scratch("sweep.db-shm"));
    }
}
