// SPDX-License-Identifier: MIT
/* Rate at which the marks of analysed documents are stored as rows, and read back: per document of about 5 KB the marks
 * that news has (24 attributions with six fields each, 24 stances, 30 entities, 90 mentions, 60 names, 8 dates).
 * usage: bench_marks TEXT [ROUNDS] */
#include "base/mem.h"
#include "data/mark_rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

enum { SIZE = 5000, DOCUMENTS = 1500, BATCH = 64 };

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void set_span(lo_marks *m, uint32_t i, const char *name, lo_span span)
{
    (void)lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_SPANS, .count = 1, .spans = &span});
}

static void set_string(lo_marks *m, uint32_t i, const char *name, const char *text)
{
    (void)lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_STRING, .string = lo_str_of(text)});
}

static void set_mark(lo_marks *m, uint32_t i, const char *name, uint32_t to)
{
    (void)lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_MARKS, .count = 1, .marks = &to});
}

static void make_marks(lo_marks *m)
{
    uint32_t i, entity = 0;
    for (uint32_t k = 0; k < 60; k++)
        lo_marks_add(m, "name", (lo_span){k * 80, k * 80 + 12}, &i), set_string(m, i, "type", "person");
    for (uint32_t k = 0; k < 30; k++) {
        lo_marks_add(m, "entity", (lo_span){k * 160, k * 160 + 12}, &entity);
        set_string(m, entity, "name", "Somebody Important");
        set_string(m, entity, "type", "person");
        for (uint32_t j = 0; j < 3; j++) {
            lo_marks_add(m, "mention", (lo_span){k * 160 + j * 20, k * 160 + j * 20 + 9}, &i);
            set_mark(m, i, "entity", entity);
            set_string(m, i, "how", "surname");
        }
    }
    for (uint32_t k = 0; k < 24; k++) {
        uint32_t at = k * 200;
        lo_marks_add(m, "attribution", (lo_span){at, at + 180}, &i);
        set_span(m, i, "content", (lo_span){at, at + 140});
        set_span(m, i, "cue", (lo_span){at + 142, at + 146});
        set_span(m, i, "source", (lo_span){at + 147, at + 180});
        set_string(m, i, "type", "indirect");
        set_string(m, i, "speaker", "Somebody Important");
        set_mark(m, i, "entity", entity);
        uint32_t statement = i;
        lo_marks_add(m, "stance", (lo_span){at, at + 180}, &i);
        set_mark(m, i, "attribution", statement);
        set_string(m, i, "target", "the-target");
        set_string(m, i, "label", "support");
    }
    for (uint32_t k = 0; k < 8; k++)
        lo_marks_add(m, "date", (lo_span){k * 500, k * 500 + 8}, &i), set_string(m, i, "value", "2014-06-14");
}

int main(int argc, char **argv)
{
    char folder[] = "/tmp/locutor-bench-XXXXXX", path[64], side[80];
    char *bytes = calloc(1, SIZE + 1);
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    int rounds = argc > 2 ? atoi(argv[2]) : 3;
    if (!file || !bytes || fread(bytes, 1, SIZE, file) != SIZE || !mkdtemp(folder)) {
        fprintf(stderr, "usage: bench_marks TEXT [ROUNDS]\n");
        return 2;
    }
    for (size_t i = 0; i < SIZE; i++) /* spans may fall anywhere */
        bytes[i] = bytes[i] > 0 ? bytes[i] : 'x';
    lo_str text = {bytes, SIZE};
    lo_maker maker = {.name = "4_annotate/bench", .version = "1"};
    lo_digest signature = lo_digest_of(LO_STR("bench"));
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    make_marks(&marks);
    double best_write = 1e9, best_read = 1e9;
    lo_status status = LO_OK;
    for (int round = 0; round < rounds && !status; round++) {
        lo_store *store;
        snprintf(path, sizeof path, "%s/x.db", folder);
        status = lo_store_open(path, LO_STORE_CREATE, &store);
        if (!status)
            status = lo_store_begin(store);
        for (int d = 0; d < DOCUMENTS && !status; d++) {
            char key[32], id[LO_RECORD_ID + 1];
            lo_put put;
            snprintf(key, sizeof key, "%d", d);
            lo_record record = {.key = lo_str_of(key), .text = text};
            status = lo_store_put(store, &record, &put, id);
        }
        if (!status)
            status = lo_store_commit(store);
        double from = now();
        for (int d = 0; d < DOCUMENTS && !status; d++) {
            if (d % BATCH == 0)
                status = lo_store_begin(store);
            if (!status)
                status = lo_mark_rows_put(store, d + 1, text, &marks, &maker, 1, &signature, LO_STR(""));
            if (!status && (d % BATCH == BATCH - 1 || d == DOCUMENTS - 1))
                status = lo_store_commit(store);
        }
        double wrote = now() - from;
        from = now();
        for (int d = 0; d < DOCUMENTS && !status; d++) {
            lo_arena own = LO_ARENA_EMPTY;
            lo_marks back = {.arena = &own};
            const lo_maker *makers;
            size_t n;
            status = lo_mark_rows_read(store, d + 1, text, NULL, &back, &makers, &n);
            if (!status && back.n != marks.n)
                status = lo_status_set(LO_E_DATA, "%zu marks came back", back.n);
            lo_arena_free(&own);
        }
        double read = now() - from;
        best_write = wrote < best_write ? wrote : best_write;
        best_read = read < best_read ? read : best_read;
        lo_store_close(store);
        static const char *const endings[] = {"", "-wal", "-shm"};
        for (int e = 0; e < 3; e++) {
            snprintf(side, sizeof side, "%s%s", path, endings[e]);
            unlink(side);
        }
    }
    rmdir(folder);
    if (status)
        fprintf(stderr, "bench_marks: %s\n", lo_status_message());
    else
        printf("marks: stored %.2f M/s (%.1f MB/s of text with %zu marks per 5 KB), read back %.2f M/s\n",
               1e-6 * DOCUMENTS * (double)marks.n / best_write, 1e-6 * DOCUMENTS * SIZE / best_write, marks.n,
               1e-6 * DOCUMENTS * (double)marks.n / best_read);
    lo_arena_free(&arena);
    free(bytes);
    fclose(file);
    return status ? 1 : 0;
}
