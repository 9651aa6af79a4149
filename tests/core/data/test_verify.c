// SPDX-License-Identifier: MIT
#include "data/verify.h"

#include "marked_store.h"

#include <sqlite3.h>
#include <unistd.h>

TestSuite(verify, .init = scratch_open, .fini = scratch_close);

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

Test(verify, finds_what_was_tampered_with, .timeout = 60)
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

/* Single bytes changed anywhere in a store with marks: verify comes to its end with a message for what it meets, and
 * what it lets pass can be read. */
Test(verify, mutated_stores_never_crash_it, .timeout = 120)
{
    lo_store *store;
    lo_buf said = LO_BUF_EMPTY;
    cr_assert_eq(fill("s.db", &store), LO_OK);
    lo_store_close(store);
    size_t n;
    char *bytes = scratch_read("s.db", &n), *mutated = malloc(n);
    uint32_t random = 9;
    int opened = 0, found = 0;
    for (int trial = 0; trial < 250; trial++) {
        memcpy(mutated, bytes, n);
        for (int k = 0; k < 1 + trial % 20; k++) {
            random = random * 1664525u + 1013904223u;
            mutated[(random >> 4) % n] = (char)(random >> 24);
        }
        scratch_write("t.db", mutated, n);
        if (lo_store_open(scratch("t.db"), LO_STORE_WRITE, &store) == LO_OK) {
            uint64_t problems = 0;
            lo_arena arena = LO_ARENA_EMPTY;
            lo_marks marks = {.arena = &arena};
            const lo_maker *from;
            size_t n_from;
            opened++;
            lo_status status = lo_verify(store, say, NULL, &said, &problems);
            cr_assert(status == LO_OK || lo_status_message()[0]);
            found += problems > 0;
            if (lo_mark_rows_read(store, 1, record.text, NULL, &marks, &from, &n_from) == LO_OK)
                for (uint32_t i = 0; i < marks.n; i++)
                    cr_assert_eq(lo_mark_check(&marks, i, record.text), LO_OK);
            lo_store_close(store);
            lo_arena_free(&arena);
        }
        unlink(scratch("t.db-wal"));
        unlink(scratch("t.db-shm"));
    }
    cr_log_info("%d of 250 could be opened, in %d problems were found", opened, found);
    cr_assert(opened > 50 && found > 0);
    free(mutated);
    free(bytes);
    lo_buf_free(&said);
}
