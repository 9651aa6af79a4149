// SPDX-License-Identifier: MIT
#include "data/store.h"

#include "base/mem.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <sqlite3.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(store, .init = scratch_open, .fini = scratch_close);

static lo_record record(const char *key, const char *text)
{
    return (lo_record){
        .key = lo_str_of(key), .text = lo_str_of(text), .outlet = LO_STR("Outlet"), .date = LO_STR("2019-03-02")};
}

static lo_store *open_store(lo_store_mode mode)
{
    lo_store *store;
    cr_assert_eq(lo_store_open(scratch("s.db"), mode, &store), LO_OK, "%s", lo_status_message());
    return store;
}

static lo_put put(lo_store *store, const lo_record *r, char *id)
{
    char own[LO_RECORD_ID + 1];
    lo_put result;
    cr_assert_eq(lo_store_put(store, r, &result, id ? id : own), LO_OK, "%s", lo_status_message());
    return result;
}

static void sql(const char *text)
{
    sqlite3 *db;
    char *message = NULL;
    cr_assert_eq(sqlite3_open(scratch("s.db"), &db), SQLITE_OK);
    cr_assert_eq(sqlite3_exec(db, text, NULL, NULL, &message), SQLITE_OK, "%s", message);
    sqlite3_close(db);
}

static void refused(lo_store_mode mode, lo_status expected, const char *message)
{
    lo_store *store;
    cr_assert_eq(lo_store_open(scratch("s.db"), mode, &store), expected, "%s", lo_status_message());
    cr_assert_null(store);
    cr_assert(strstr(lo_status_message(), message), "'%s' is not in '%s'", message, lo_status_message());
    cr_assert(strstr(lo_status_message(), "s.db"), "the file is not named: %s", lo_status_message());
}

Test(store, documents_texts_and_versions_are_kept_apart)
{
    lo_store *store = open_store(LO_STORE_CREATE);
    char one[13], two[13], wire[13], again[13];
    lo_record a = record("a.txt", "First text."), b = record("b.txt", "First text."),
              changed = record("a.txt", "Second.");
    cr_assert_eq(lo_store_begin(store), LO_OK);
    cr_assert_eq(put(store, &a, one), LO_PUT_NEW);
    cr_assert_eq(put(store, &a, again), LO_PUT_SAME);
    cr_assert_str_eq(one, again);
    cr_assert_eq(put(store, &b, wire), LO_PUT_NEW);
    cr_assert_str_neq(one, wire);
    cr_assert_eq(put(store, &changed, two), LO_PUT_VERSION);
    cr_assert_eq(lo_store_commit(store), LO_OK);
    lo_store_counts counts;
    cr_assert_eq(lo_store_count(store, &counts), LO_OK);
    cr_assert(counts.documents == 3 && counts.current == 2 && counts.texts == 2);

    lo_arena arena = LO_ARENA_EMPTY;
    lo_store_document found;
    cr_assert_eq(lo_store_find(store, LO_STR("a.txt"), &arena, &found), LO_OK);
    cr_assert_str_eq(found.id, two);
    cr_assert_eq(found.version, 2);
    cr_assert_eq(lo_store_find(store, lo_str_of(one), &arena, &found), LO_OK, "the old version stays readable");
    cr_assert(lo_str_is(found.record.text, "First text.") && !found.current && found.version == 1);

    cr_assert_eq(lo_store_begin(store), LO_OK);
    cr_assert_eq(put(store, &a, again), LO_PUT_VERSION, "the old text is current again");
    cr_assert_str_eq(one, again);
    cr_assert_eq(lo_store_commit(store), LO_OK);
    cr_assert_eq(lo_store_find(store, LO_STR("a.txt"), &arena, &found), LO_OK);
    cr_assert_eq(found.version, 1);
    cr_assert_eq(lo_store_find(store, LO_STR("nobody"), &arena, &found), LO_E_ARG);
    lo_arena_free(&arena);
    lo_store_close(store);
}

Test(store, everything_of_a_record_comes_back)
{
    static const lo_origin origins[] = {{0, 2, 7, 2}, {2, 3, 20, 8}};
    static const lo_furniture furniture[] = {{{0, 2}, "menu"}};
    lo_record r = {.key = LO_STR("k\xc3\xa9y"),
                   .title = LO_STR("t"),
                   .outlet = LO_STR("o"),
                   .author = LO_STR("a"),
                   .url = LO_STR("u"),
                   .date = LO_STR("2019"),
                   .language = LO_STR("en"),
                   .metadata = LO_STR("{\"x\":[1,2]}"),
                   .text = LO_STR("ab\xe2\x82\xac and so on"),
                   .origins = origins,
                   .n_origins = 2,
                   .furniture = furniture,
                   .n_furniture = 1};
    lo_store *store = open_store(LO_STORE_CREATE);
    char id[13];
    lo_store_begin(store);
    put(store, &r, id);
    cr_assert_eq(lo_store_commit(store), LO_OK);
    lo_store_close(store);
    store = open_store(LO_STORE_READ);
    lo_arena arena = LO_ARENA_EMPTY;
    lo_store_document d;
    cr_assert_eq(lo_store_next(store, 0, false, &arena, &d), LO_OK, "%s", lo_status_message());
    cr_assert_str_eq(d.id, id);
    const lo_str pairs[][2] = {
        {r.key, d.record.key},           {r.title, d.record.title},       {r.outlet, d.record.outlet},
        {r.author, d.record.author},     {r.url, d.record.url},           {r.date, d.record.date},
        {r.language, d.record.language}, {r.metadata, d.record.metadata}, {r.text, d.record.text}};
    for (size_t i = 0; i < sizeof pairs / sizeof *pairs; i++)
        cr_assert(lo_str_equal(pairs[i][0], pairs[i][1]), "field %zu", i);
    cr_assert(d.record.n_origins == 2 && !memcmp(d.record.origins, origins, sizeof origins));
    cr_assert(d.record.n_furniture == 1 && !strcmp(d.record.furniture[0].kind, "menu"));
    cr_assert_eq(lo_store_next(store, d.row, false, &arena, &d), LO_OK);
    cr_assert_eq(d.row, 0, "there is only one");
    lo_arena_free(&arena);
    lo_store_close(store);
}

Test(store, a_changed_field_makes_the_analysis_stale)
{
    lo_store *store = open_store(LO_STORE_CREATE);
    lo_record a = record("a", "Text."), b = record("b", "Text of b.");
    lo_digest signature = lo_digest_of(LO_STR("version 1"));
    char insert[256], hex[LO_DIGEST_HEX + 1];
    lo_store_begin(store);
    put(store, &a, NULL);
    put(store, &b, NULL);
    lo_store_commit(store);
    lo_store_close(store);
    lo_digest_hex(&signature, hex);
    snprintf(insert, sizeof insert, "INSERT INTO analysis SELECT id, x'%s', '' FROM document", hex);
    sql(insert);
    store = open_store(LO_STORE_WRITE);
    uint64_t stale;
    cr_assert_eq(lo_store_count_stale(store, &signature, &stale), LO_OK);
    cr_assert_eq(stale, 0);
    lo_store_begin(store);
    b.date = LO_STR("2020");
    cr_assert_eq(put(store, &a, NULL), LO_PUT_SAME);
    cr_assert_eq(put(store, &b, NULL), LO_PUT_UPDATED);
    lo_store_commit(store);
    lo_arena arena = LO_ARENA_EMPTY;
    lo_store_document d;
    cr_assert_eq(lo_store_next_stale(store, 0, &signature, &arena, &d), LO_OK);
    cr_assert(lo_str_is(d.record.key, "b") && lo_str_is(d.record.date, "2020"));
    cr_assert_eq(lo_store_next_stale(store, d.row, &signature, &arena, &d), LO_OK);
    cr_assert_eq(d.row, 0);
    signature = lo_digest_of(LO_STR("version 2"));
    lo_store_count_stale(store, &signature, &stale);
    cr_assert_eq(stale, 2);
    lo_arena_free(&arena);
    lo_store_close(store);
}

Test(store, what_cannot_be_stored_leaves_no_trace)
{
    lo_record bad[] = {record("", "x"), record("k", "x"), record("k", "\xff"), record("k", "x"), record("k", "x")};
    bad[1].text = LO_STR("a\0b");
    bad[3].metadata = LO_STR("{\"x\":");
    bad[4].metadata = LO_STR("[1]");
    lo_store *store = open_store(LO_STORE_CREATE);
    lo_record good = record("good", "Good.");
    char id[13];
    lo_put result;
    lo_store_begin(store);
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++)
        cr_assert_eq(lo_store_put(store, &bad[i], &result, id), LO_E_DATA, "case %zu", i);
    put(store, &good, NULL);
    cr_assert_eq(lo_store_commit(store), LO_OK);
    lo_store_counts counts;
    lo_store_count(store, &counts);
    cr_assert(counts.documents == 1 && counts.texts == 1);
    lo_store_close(store);
}

Test(store, a_transaction_is_whole_or_nothing)
{
    lo_store *store = open_store(LO_STORE_CREATE);
    lo_record a = record("a", "A."), b = record("b", "B.");
    lo_store_begin(store);
    put(store, &a, NULL);
    lo_store_rollback(store);
    lo_store_rollback(store);
    lo_store_begin(store);
    put(store, &b, NULL);
    lo_store_close(store); /* undoes it */
    store = open_store(LO_STORE_READ);
    lo_store_counts counts;
    lo_store_count(store, &counts);
    cr_assert(counts.documents == 0 && counts.texts == 0);
    cr_assert_neq(lo_store_begin(store), LO_OK, "a store opened for reading cannot be written to");
    lo_store_close(store);
}

Test(store, what_is_no_store_is_refused_by_name)
{
    static const char junk[4096] = "This is a text file, long enough to look at.";
    refused(LO_STORE_READ, LO_E_STORE, "no such store");
    refused(LO_STORE_WRITE, LO_E_STORE, "no such store");
    scratch_write("s.db", junk, sizeof junk);
    refused(LO_STORE_READ, LO_E_STORE, "is no locutor store");
    refused(LO_STORE_CREATE, LO_E_STORE, "is no locutor store");
    scratch_write("s.db", junk, 10);
    refused(LO_STORE_CREATE, LO_E_STORE, "is no locutor store");
    scratch_write("s.db", "", 0);
    refused(LO_STORE_READ, LO_E_STORE, "is empty");
    unlink(scratch("s.db"));
    sql("CREATE TABLE notes (x)");
    refused(LO_STORE_CREATE, LO_E_STORE, "an SQLite database but no locutor store");
    unlink(scratch("s.db"));
    mkdir(scratch("s.db"), 0700);
    refused(LO_STORE_CREATE, LO_E_STORE, "is a folder");
    rmdir(scratch("s.db"));
    lo_store_close(open_store(LO_STORE_CREATE));
    static const char *const versions[] = {"PRAGMA user_version = 2", "PRAGMA user_version = 0",
                                           "PRAGMA user_version = -1"};
    for (size_t i = 0; i < 3; i++) {
        sql(versions[i]);
        refused(LO_STORE_READ, LO_E_STORE, i ? "this locutor (" : "a newer locutor wrote it");
        refused(LO_STORE_CREATE, LO_E_STORE, "reads format 1");
    }
    cr_assert_eq(lo_store_open("", LO_STORE_CREATE, &(lo_store *){NULL}), LO_E_ARG);
}

Test(store, a_schema_of_somebody_else_is_refused)
{
    static const char *const changes[] = {
        "DROP VIEW statements", "DROP INDEX document_text; CREATE INDEX document_text ON document (title)",
        "DROP TABLE layer; CREATE TABLE layer (id INTEGER PRIMARY KEY, document, name, packed)",
        "DROP VIEW mentions; CREATE VIEW mentions AS SELECT load_extension('x') AS id"};
    for (size_t i = 0; i < sizeof changes / sizeof *changes; i++) {
        unlink(scratch("s.db"));
        lo_store_close(open_store(LO_STORE_CREATE));
        sql(changes[i]);
        refused(LO_STORE_READ, LO_E_STORE, "damaged or foreign");
        refused(LO_STORE_CREATE, LO_E_STORE, "damaged or foreign");
    }
    unlink(scratch("s.db"));
    lo_store_close(open_store(LO_STORE_CREATE));
    sql("CREATE VIEW mine AS SELECT key FROM document; CREATE TABLE hit (x);"
        "CREATE TRIGGER t AFTER INSERT ON document BEGIN INSERT INTO hit VALUES (1); END");
    lo_store *store = open_store(LO_STORE_CREATE);
    lo_record a = record("a", "A.");
    lo_store_begin(store);
    put(store, &a, NULL);
    lo_store_commit(store);
    lo_store_close(store);
    sqlite3 *db;
    sqlite3_stmt *statement;
    sqlite3_open(scratch("s.db"), &db);
    sqlite3_prepare_v2(db, "SELECT count(*) FROM hit", -1, &statement, NULL);
    sqlite3_step(statement);
    cr_assert_eq(sqlite3_column_int(statement, 0), 0, "triggers of others never run");
    sqlite3_finalize(statement);
    sqlite3_close(db);
}

Test(store, two_writers_wait_for_each_other_and_give_up_with_a_message)
{
    lo_store *one = open_store(LO_STORE_CREATE), *two = open_store(LO_STORE_CREATE);
    lo_record a = record("a", "A."), b = record("b", "B.");
    cr_assert_eq(lo_store_begin(one), LO_OK);
    put(one, &a, NULL);
    lo_store *reader = open_store(LO_STORE_READ);
    lo_store_counts counts;
    cr_assert_eq(lo_store_count(reader, &counts), LO_OK, "readers do not wait");
    cr_assert_eq(counts.documents, 0);
    lo_store_close(reader);
    cr_assert_eq(lo_store_begin(two), LO_E_BUSY);
    cr_assert(strstr(lo_status_message(), "another program is writing"), "%s", lo_status_message());
    cr_assert_eq(lo_store_commit(one), LO_OK);
    cr_assert_eq(lo_store_begin(two), LO_OK);
    put(two, &b, NULL);
    cr_assert_eq(lo_store_commit(two), LO_OK);
    lo_store_count(one, &counts);
    cr_assert_eq(counts.documents, 2);
    lo_store_close(one);
    lo_store_close(two);
}

/* Whatever bytes stand in the file: a status, a message, no crash. */
static void use_hostile_store(void)
{
    lo_store *store;
    if (lo_store_open(scratch("s.db"), LO_STORE_CREATE, &store)) {
        cr_assert(lo_status_message()[0]);
        return;
    }
    lo_arena arena = LO_ARENA_EMPTY;
    lo_store_document d = {0};
    lo_store_counts counts;
    for (int i = 0; i < 100 && !lo_store_next(store, d.row, true, &arena, &d) && d.row; i++)
        for (uint32_t f = 0; f < d.record.n_furniture; f++)
            cr_assert_leq(d.record.furniture[f].span.end, d.record.text.n);
    (void)lo_store_count(store, &counts);
    if (!lo_store_begin(store)) {
        lo_record a = record("document 3", "A new text for an old key."), b = record("new", "Some more words here.");
        lo_put result;
        char id[13];
        if (!lo_store_put(store, &a, &result, id) && !lo_store_put(store, &b, &result, id))
            (void)lo_store_commit(store);
    }
    lo_store_close(store);
    lo_arena_free(&arena);
}

Test(store, truncated_and_mutated_files_lead_to_messages, .timeout = 120)
{
    lo_store *store = open_store(LO_STORE_CREATE);
    static const lo_furniture furniture[] = {{{0, 4}, "menu"}};
    lo_store_begin(store);
    for (int i = 0; i < 40; i++) {
        char key[32], text[600];
        snprintf(key, sizeof key, "document %d", i);
        snprintf(text, sizeof text, "Text %d. %0*d and words of it: river treaty dam %d.", i, 50 + 10 * i, i, i * i);
        lo_record r = record(key, text);
        r.furniture = furniture, r.n_furniture = 1;
        put(store, &r, NULL);
    }
    lo_store_commit(store);
    lo_store_close(store);
    size_t n;
    char *bytes = scratch_read("s.db", &n), *mutated = malloc(n);
    uint32_t random = 3;
    for (int trial = 0; trial < 300; trial++) {
        size_t size = n;
        memcpy(mutated, bytes, n);
        random = random * 1664525u + 1013904223u;
        if (trial % 3 == 0)
            size = (size_t)random % n;
        for (int k = 0; trial % 3 && k < (trial % 3 == 1 ? 1 : 40); k++) {
            random = random * 1664525u + 1013904223u;
            /* the header and the schema often, pages at random else */
            size_t at = trial % 2 ? (random >> 8) % n : (random >> 8) % 200;
            mutated[at] = (char)(random >> 3);
        }
        unlink(scratch("s.db-wal"));
        unlink(scratch("s.db-shm"));
        scratch_write("s.db", mutated, size);
        use_hostile_store();
    }
    free(mutated);
    free(bytes);
}

static lo_status scenario(const char *name)
{
    lo_store *store = NULL;
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record a = record("a", "The first text, with words."), b = record("a", "The second one.");
    lo_put result;
    char id[13];
    lo_store_document d;
    lo_status status = lo_store_open(scratch(name), LO_STORE_CREATE, &store);
    if (!status)
        status = lo_store_begin(store);
    if (!status)
        status = lo_store_put(store, &a, &result, id);
    if (!status)
        status = lo_store_put(store, &b, &result, id);
    if (!status)
        status = lo_store_commit(store);
    if (!status)
        status = lo_store_find(store, LO_STR("a"), &arena, &d);
    lo_store_close(store);
    lo_arena_free(&arena);
    return status;
}

Test(store, every_failing_allocation_is_reported, .timeout = 250)
{
    cr_assert_eq(scenario("warm.db"), LO_OK); /* the library itself stays allocated */
    int64_t before = lo_mem_alive();
    lo_mem_fail_never();
    cr_assert_eq(scenario("count.db"), LO_OK);
    uint64_t all = lo_mem_count();
    cr_assert_gt(all, 500);
    for (int forever = 0; forever < 2; forever++)
        for (uint64_t skip = 0; skip < all; skip += 1 + skip / 17) {
            lo_mem_fail_after(skip, forever);
            lo_status status = scenario("sweep.db");
            lo_mem_fail_never();
            cr_assert(status == LO_OK || status == LO_E_MEMORY, "allocation %llu: %d %s", (unsigned long long)skip,
                      status, lo_status_message());
            cr_assert(!forever || status == LO_E_MEMORY, "allocation %llu went unnoticed", (unsigned long long)skip);
            cr_assert_eq(lo_mem_alive(), before, "allocation %llu leaks", (unsigned long long)skip);
            unlink(scratch("sweep.db"));
            unlink(scratch("sweep.db-wal"));
            unlink(scratch("sweep.db-shm"));
        }
}
