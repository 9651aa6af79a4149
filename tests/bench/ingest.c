// SPDX-License-Identifier: MIT
/* Rate at which documents are stored with their full-text index, beside a bare FTS5 insert of the same texts.
 *
 * The bare insert does less: a table of FTS5 as SQLite makes it by default, in a file with the same durability (WAL,
 * synchronous=FULL), everything in one transaction; no hashes, no documents, no versions, no checks.
 * usage: bench_ingest TEXT [ROUNDS] */
#include "base/mem.h"
#include "data/store.h"

#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { WANTED = 24 << 20, BATCH = 12 << 20 };

static double now(clockid_t clock)
{
    struct timespec t;
    clock_gettime(clock, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

typedef struct texts {
    lo_buf bytes;
    size_t *ends;
    size_t n, capacity;
} texts;

/* Documents of about 5 KB, as articles are, cut at blank lines; the text again, with another first line each time,
 * until there is enough of it. */
static int make_texts(const char *path, texts *out)
{
    lo_buf all = LO_BUF_EMPTY;
    FILE *file = fopen(path, "rb");
    if (!file)
        return 0;
    for (size_t got = 1; got;) {
        lo_buf_reserve(&all, 1 << 20);
        all.n += got = fread(all.p + all.n, 1, 1 << 20, file);
    }
    fclose(file);
    for (size_t round = 0; out->bytes.n < WANTED && all.n; round++)
        for (size_t at = 0; at < all.n;) {
            const char *cut = at + 5000 < all.n ? memmem(all.p + at + 5000, all.n - at - 5000, "\n\n", 2) : NULL;
            size_t end = cut ? (size_t)(cut - all.p) + 2 : all.n;
            if (lo_mem_grow((void **)&out->ends, &out->capacity, out->n + 1, sizeof *out->ends))
                return 0;
            lo_buf_print(&out->bytes, "Edition %zu.\n\n", round);
            lo_buf_add(&out->bytes, all.p + at, end - at);
            out->ends[out->n++] = out->bytes.n;
            at = end;
        }
    lo_buf_free(&all);
    return out->n > 0 && !out->bytes.status;
}

static lo_str text_at(const texts *t, size_t i)
{
    size_t start = i ? t->ends[i - 1] : 0;
    return (lo_str){t->bytes.p + start, t->ends[i] - start};
}

static int bare(const char *path, const texts *t)
{
    sqlite3 *db;
    sqlite3_stmt *insert;
    if (sqlite3_open(path, &db) ||
        sqlite3_exec(db,
                     "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
                     "CREATE VIRTUAL TABLE f USING fts5(body, tokenize='unicode61 remove_diacritics 2'); BEGIN",
                     NULL, NULL, NULL) ||
        sqlite3_prepare_v2(db, "INSERT INTO f (body) VALUES (?)", -1, &insert, NULL))
        return 0;
    int ok = 1;
    for (size_t i = 0; i < t->n && ok; i++) {
        lo_str text = text_at(t, i);
        sqlite3_bind_text64(insert, 1, text.p, text.n, SQLITE_STATIC, SQLITE_UTF8);
        ok = sqlite3_step(insert) == SQLITE_DONE;
        sqlite3_reset(insert);
    }
    sqlite3_finalize(insert);
    ok = ok && sqlite3_exec(db, "COMMIT", NULL, NULL, NULL) == SQLITE_OK;
    return sqlite3_close(db) == SQLITE_OK && ok;
}

static int ours(const char *path, const texts *t)
{
    lo_store *store;
    lo_status status = lo_store_open(path, LO_STORE_CREATE, &store);
    size_t batch = 0;
    if (!status)
        status = lo_store_begin(store);
    for (size_t i = 0; i < t->n && !status; i++) {
        char key[32], id[LO_RECORD_ID + 1];
        lo_put put;
        snprintf(key, sizeof key, "document %zu", i);
        lo_record record = {.key = lo_str_of(key), .text = text_at(t, i)};
        status = lo_store_put(store, &record, &put, id);
        if (!status && (batch += record.text.n) >= BATCH) {
            batch = 0;
            status = lo_store_commit(store);
            if (!status)
                status = lo_store_begin(store);
        }
    }
    if (!status)
        status = lo_store_commit(store);
    lo_store_close(store);
    if (status)
        fprintf(stderr, "%s\n", lo_status_message());
    return !status;
}

int main(int argc, char **argv)
{
    texts t = {.bytes = LO_BUF_EMPTY};
    char folder[] = "/tmp/locutor-bench-XXXXXX", path[64], side[80];
    int rounds = argc > 2 ? atoi(argv[2]) : 5;
    lo_store *unused;
    (void)lo_store_open("", LO_STORE_READ, &unused); /* SQLite gets its allocator before its first use */
    if (argc < 2 || !make_texts(argv[1], &t) || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_ingest TEXT [ROUNDS]\n");
        return 2;
    }
    snprintf(path, sizeof path, "%s/x.db", folder);
    double best[2][2] = {{1e9, 1e9}, {1e9, 1e9}};
    int ok = 1;
    for (int round = 0; round < 2 * rounds && ok; round++) {
        double wall = now(CLOCK_MONOTONIC), cpu = now(CLOCK_PROCESS_CPUTIME_ID);
        ok = (round % 2 ? ours : bare)(path, &t);
        double took[2] = {now(CLOCK_PROCESS_CPUTIME_ID) - cpu, now(CLOCK_MONOTONIC) - wall};
        for (int k = 0; k < 2; k++)
            best[round % 2][k] = took[k] < best[round % 2][k] ? took[k] : best[round % 2][k];
        static const char *const endings[] = {"", "-wal", "-shm"};
        for (int e = 0; e < 3; e++) {
            snprintf(side, sizeof side, "%s%s", path, endings[e]);
            unlink(side);
        }
    }
    rmdir(folder);
    double mb = (double)t.bytes.n / 1e6;
    printf("ingest: %.1f MB/s of CPU time, %.1f MB/s of wall time; bare FTS5 insert %.1f, %.1f; ratio %.2f, %.2f\n",
           mb / best[1][0], mb / best[1][1], mb / best[0][0], mb / best[0][1], best[0][0] / best[1][0],
           best[0][1] / best[1][1]);
    lo_buf_free(&t.bytes);
    lo_mem_free(t.ends);
    return ok ? 0 : 1;
}
