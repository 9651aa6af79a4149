// SPDX-License-Identifier: MIT
#include "data/mark_rows.h"

#include "base/mem.h"
#include "data/layer.h"
#include "data/query.h"
#include "data/verify.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>
#include <unistd.h>

TestSuite(mark_rows, .init = scratch_open, .fini = scratch_close);

#define TEXT "\xe2\x80\x9cWe will sign,\xe2\x80\x9d said Ann Lee. She left."
static const lo_record record = {
    .key = {"a.txt", 5}, .text = {TEXT, sizeof TEXT - 1}, .outlet = {"Outlet", 6}, .date = {"2019-03-02", 10}};
static lo_maker makers[] = {{.name = "4_annotate/direct", .version = "1.0"}, {.name = "6_classify/x", .version = "2"}};

static lo_status spans(lo_marks *m, uint32_t i, const char *name, lo_span a, lo_span b)
{
    lo_span both[] = {a, b};
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_SPANS, .count = b.end ? 2 : 1, .spans = both});
}

static lo_status string(lo_marks *m, uint32_t i, const char *name, const char *text)
{
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_STRING, .string = lo_str_of(text)});
}

static lo_status refer(lo_marks *m, uint32_t i, const char *name, uint32_t to)
{
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_MARKS, .count = 1, .marks = &to});
}

/* Not in text order, with a dropped one in between, so that row numbers differ from indexes. */
static lo_status sample(lo_marks *m)
{
    uint32_t mention, dropped, stance, parent, attribution, entity, own;
    const lo_span none = {0, 0};
    lo_field weight = {.name = "weight", .type = LO_FIELD_NUMBER, .number = 0.1};
    bool failed =
        lo_marks_add(m, "mention", (lo_span){34, 37}, &mention) ||
        lo_marks_add(m, "name", (lo_span){25, 32}, &dropped) || lo_marks_add(m, "stance", (lo_span){0, 32}, &stance) ||
        lo_marks_add(m, "attribution", (lo_span){0, 37}, &parent) ||
        lo_marks_add(m, "attribution", (lo_span){0, 32}, &attribution) ||
        lo_marks_add(m, "entity", (lo_span){25, 32}, &entity) || lo_marks_add(m, "own_kind", (lo_span){34, 34}, &own);
    if (failed)
        return LO_E_MEMORY;
    m->items[dropped].dropped = true;
    m->items[stance].plugin = 1;
    m->items[attribution].rule = "after-quote";
    m->items[attribution].score = 0.5f;
    failed = spans(m, attribution, "content", (lo_span){3, 10}, (lo_span){11, 16}) ||
             spans(m, attribution, "cue", (lo_span){20, 24}, none) ||
             spans(m, attribution, "source", (lo_span){25, 32}, none) || string(m, attribution, "type", "direct") ||
             string(m, attribution, "speaker", "Ann \"Quote\" Lee\n") || refer(m, attribution, "parent", parent) ||
             refer(m, attribution, "entity", entity) || string(m, entity, "name", "Ann Lee") ||
             string(m, entity, "type", "person") || refer(m, mention, "entity", entity) ||
             string(m, mention, "how", "pronoun") || refer(m, stance, "attribution", attribution) ||
             string(m, stance, "target", "dam") || string(m, stance, "label", "support") ||
             spans(m, stance, "evidence", (lo_span){11, 15}, none) || lo_marks_set(m, own, &weight);
    return failed ? LO_E_MEMORY : LO_OK;
}

static lo_status fill(const char *name, lo_store **out)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    lo_put put;
    char id[13];
    lo_digest signature = lo_digest_of(LO_STR("s"));
    static const lo_span tokens[] = {{3, 5}, {6, 10}};
    lo_status status = lo_store_open(scratch(name), LO_STORE_CREATE, out);
    bool failed = status || (status = lo_store_begin(*out)) || (status = lo_store_put(*out, &record, &put, id)) ||
                  (status = sample(&marks)) ||
                  (status = lo_mark_rows_put(*out, 1, record.text, &marks, makers, 2, &signature, LO_STR("a: b"))) ||
                  (status = lo_layer_put(*out, 1, "tokens", &(lo_layer){tokens, NULL, 2})) ||
                  (status = lo_store_commit(*out));
    lo_arena_free(&arena);
    return failed ? status : LO_OK;
}

static void say(void *context, const char *line)
{
    lo_buf_print(context, "%s\n", line);
}

static uint64_t verify(const char *name, lo_buf *said)
{
    lo_store *store;
    uint64_t problems;
    lo_buf_clear(said);
    cr_assert_eq(lo_store_open(scratch(name), LO_STORE_WRITE, &store), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_verify(store, say, NULL, said, &problems), LO_OK, "%s", lo_status_message());
    lo_store_close(store);
    lo_buf_add_byte(said, 0);
    return problems;
}

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

Test(mark_rows, queries_only_read)
{
    lo_store *store;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    static const char *const bad[] = {"DELETE FROM mark",
                                      "",
                                      "  -- nothing",
                                      "SELECT 1; SELECT 2",
                                      "ATTACH 'x' AS y",
                                      "PRAGMA user_version = 7",
                                      "SELECT nothing FROM nowhere",
                                      "BEGIN",
                                      "SELECT load_extension('x')",
                                      "INSERT INTO text VALUES (9, x'00', '')",
                                      "WITH x AS (SELECT 1) DELETE FROM mark",
                                      "SELECT \"no such column\" FROM mark"};
    lo_query *query;
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        cr_assert_eq(lo_query_open(store, lo_str_of(bad[i]), &query), LO_E_ARG, "%s", bad[i]);
        cr_assert_null(query);
    }
    cr_assert_eq(lo_query_open(store, LO_STR("SELECT ?1 + 1, :name, NULL, 2.5, x'00ff' AS blob WHERE 1"), &query),
                 LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_query_bind(query, 1, &(lo_value){.type = LO_VALUE_INTEGER, .integer = 41}), LO_OK);
    int name = lo_query_parameter(query, ":name");
    cr_assert_eq(lo_query_bind(query, name, &(lo_value){.type = LO_VALUE_TEXT, .bytes = LO_STR("n")}), LO_OK);
    cr_assert_eq(lo_query_bind(query, 9, &(lo_value){.type = LO_VALUE_NULL}), LO_E_ARG);
    for (int again = 0; again < 2; again++) {
        bool row;
        cr_assert(lo_query_next(query, &row) == LO_OK && row);
        cr_assert_eq(lo_query_value(query, 0).integer, 42);
        cr_assert(lo_str_is(lo_query_value(query, 1).bytes, "n"));
        cr_assert_eq(lo_query_value(query, 2).type, LO_VALUE_NULL);
        cr_assert_eq(lo_query_value(query, 3).real, 2.5);
        cr_assert_eq(lo_query_value(query, 4).bytes.n, 2);
        cr_assert_str_eq(lo_query_column_name(query, 4), "blob");
        cr_assert_eq(lo_query_columns(query), 5);
        lo_query_rewind(query);
    }
    lo_query_close(query);
    cr_assert_eq(lo_query_open(store, LO_STR("SELECT rowid FROM text_index WHERE text_index MATCH '\"sign\"'"), &query),
                 LO_OK, "%s", lo_status_message());
    bool row;
    cr_assert(lo_query_next(query, &row) == LO_OK && row, "%s", lo_status_message());
    lo_query_close(query);
    lo_store_close(store);
}

Test(mark_rows, verify_finds_what_was_tampered_with, .timeout = 60)
{
    static const struct {
        const char *sql, *said;
    } cases[] = {
        {"UPDATE text SET body = replace(body, 'will', 'wont')", "SHA-256 differs"},
        {"UPDATE document SET key = 'b.txt'", "its id is not that of its key and text"},
        {"UPDATE document SET current = 0", "0 current versions"},
        {"UPDATE mark SET finish = 900 WHERE kind = 'mention'", "bytes 34 to 900"},
        {"UPDATE mark SET start = 1 WHERE kind = 'stance'", "bytes 1 to 32"},
        {"UPDATE mark SET fields = '{\"cue\":[[20,999]]}' WHERE rule = 'after-quote'", "attribution.cue"},
        {"UPDATE mark SET fields = '{\"parent\":[1]}' WHERE rule = 'after-quote'", "circle"},
        {"UPDATE mark SET fields = '{' WHERE rule = 'after-quote'", "fields of a mark"},
        {"UPDATE mark SET fields = '{\"entity\":[99]}' WHERE kind = 'mention'", NULL},
        {"UPDATE mark SET score = 7", "impossible numbers"},
        {"DELETE FROM statement", "is in no table"},
        {"UPDATE mark SET kind = 'date', fields = '{}' WHERE kind = 'entity'", "stands in table entity"},
        {"UPDATE layer SET packed = x'FFFFFFFF01'", "layer tokens"},
        {"UPDATE layer SET packed = x'01000101'", "cuts a character"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM plugin", "missing row of plugin"},
        {"PRAGMA foreign_keys = OFF; DELETE FROM text", "its text is missing"},
        {"INSERT INTO text SELECT 7, zeroblob(32), 'x'", "belongs to no document"},
        {"INSERT INTO text_index (text_index, rowid, body) VALUES ('delete', 1, 'We will sign')", "full-text index"},
        {"UPDATE document SET furniture = x'0163'", "document in row 1"},
    };
    lo_store *store;
    lo_buf said = LO_BUF_EMPTY;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    lo_store_close(store);
    cr_assert_eq(verify("s.db", &said), 0, "%s", said.p);
    size_t n;
    char *bytes = scratch_read("s.db", &n);
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sqlite3 *db;
        char *message = NULL;
        scratch_write("t.db", bytes, n);
        sqlite3_open(scratch("t.db"), &db);
        cr_assert_eq(sqlite3_exec(db, cases[i].sql, NULL, NULL, &message), SQLITE_OK, "%s: %s", cases[i].sql, message);
        sqlite3_close(db);
        uint64_t problems = verify("t.db", &said);
        if (cases[i].said) {
            cr_assert_gt(problems, 0, "%s went unnoticed", cases[i].sql);
            cr_assert(strstr(said.p, cases[i].said), "%s:\n%s", cases[i].sql, said.p);
        }
        unlink(scratch("t.db-wal"));
        unlink(scratch("t.db-shm"));
    }
    free(bytes);
    lo_buf_free(&said);
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
