// SPDX-License-Identifier: MIT
#include "tool/relate.h"

#include "base/mem.h"
#include "base/stop.h"
#include "data/mark_rows.h"
#include "data/query.h"
#include "stage/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* The view `statements` with the place of each mark, in the order of reports.  Keys in order of bytes. */
static const char statements_sql[] =
    "SELECT m.document, m.number, s.addressee AS addressee, s.attitude AS attitude, s.outlet AS carrier,"
    " s.channel AS channel, s.content AS content, s.cue AS cue, d.public AS document,"
    " d.public || '.attribution.' || m.start || '-' || m.finish AS id, d.key AS key, s.organization AS organization,"
    " d.outlet AS outlet,"
    " coalesce((SELECT d.public || '.attribution.' || p.start || '-' || p.finish FROM mark p"
    "  WHERE p.id = s.parent), '') AS parent,"
    " d.date AS published, s.role AS role, s.said AS said, s.source AS source, s.speaker AS speaker,"
    " coalesce((SELECT group_concat(one, '; ') FROM (SELECT t.target || ': ' || t.label AS one FROM stance t"
    "  WHERE t.statement = s.id ORDER BY t.target, t.id)), '') AS stances,"
    " s.type AS type, d.url AS url, s.via AS via"
    " FROM statement s JOIN mark m ON m.id = s.id"
    " JOIN document d ON d.id = m.document AND d.current = 1"
    " ORDER BY d.date, d.public, m.start, m.finish, s.id";
enum { PLACE_COLUMNS = 2, COLUMNS_MAX = 32 };

enum {
    WORD_LEAST = 4,     /* letters of a word that counts */
    WORD_PREFIX = 5,    /* of which these are compared: endings do not matter */
    SHARED_LEAST = 3,   /* words that two statements share to be worth a look */
    COMMON = 40,        /* a word in more statements than that tells nothing (and would pair them all) */
    SPEAKER_PAIRS = 64, /* statements with a stance that one is compared with, of the same speaker */
    BATCH_PAIRS = 256,
};

typedef struct statement {
    lo_mark_place place;
    lo_str row; /* arena, packed */
    uint64_t speaker;
    bool stance;
} statement;

typedef struct posting {
    uint64_t word;
    uint32_t statement;
} posting;

typedef struct pair {
    uint32_t a, b;
} pair;

typedef struct relating {
    lo_store *store;
    const lo_crew_options *options;
    lo_arena arena;
    statement *statements;
    size_t n_statements, statements_capacity;
    posting *postings;
    size_t n_postings, postings_capacity;
    pair *pairs;
    size_t n_pairs, pairs_capacity;
    const pair *batch; /* what the plugin was asked last */
    lo_maker maker;    /* the plugin that is asked */
    uint64_t relations;
} relating;

/* ---- what to compare ---- */

static uint64_t hash_more(uint64_t hash, unsigned char byte)
{
    return (hash ^ byte) * 0x100000001b3u;
}

static bool letter(unsigned char byte)
{
    return byte >= 0x80 || ((byte | 0x20) >= 'a' && (byte | 0x20) <= 'z');
}

/* Calls of one text: the beginning of each longer word, folded, as a number. */
static lo_status add_words(relating *r, lo_str text, uint32_t number)
{
    for (size_t at = 0; at < text.n;) {
        uint64_t hash = 0xcbf29ce484222325u;
        size_t length = 0;
        for (; at < text.n && letter((unsigned char)text.p[at]); at++, length++)
            if (length < WORD_PREFIX)
                hash = hash_more(hash, (unsigned char)text.p[at] | 0x20);
        at += at < text.n;
        if (length < WORD_LEAST)
            continue;
        lo_status status =
            lo_mem_grow((void **)&r->postings, &r->postings_capacity, r->n_postings + 1, sizeof *r->postings);
        if (status)
            return status;
        r->postings[r->n_postings++] = (posting){hash, number};
    }
    return LO_OK;
}

/* The last word of a name, folded; 0: nobody. */
static uint64_t speaker_of(lo_str name)
{
    size_t end = name.n;
    while (end && !letter((unsigned char)name.p[end - 1]))
        end--;
    size_t start = end;
    while (start && letter((unsigned char)name.p[start - 1]))
        start--;
    uint64_t hash = 0xcbf29ce484222325u;
    for (size_t i = start; i < end; i++)
        hash = hash_more(hash, (unsigned char)name.p[i] | 0x20);
    return end > start ? hash : 0;
}

static lo_status add_statement(relating *r, const lo_query *query)
{
    const char *keys[COLUMNS_MAX];
    lo_cell cells[COLUMNS_MAX];
    int n = lo_query_columns(query) - PLACE_COLUMNS;
    lo_status status =
        lo_mem_grow((void **)&r->statements, &r->statements_capacity, r->n_statements + 1, sizeof *r->statements);
    if (status || n > COLUMNS_MAX)
        return status ? status : lo_status_set(LO_E_STORE, "the store has too many columns");
    statement *s = &r->statements[r->n_statements];
    *s = (statement){{lo_query_value(query, 0).integer, (uint32_t)lo_query_value(query, 1).integer}, LO_STR_NONE, 0, 0};
    for (int c = 0; c < n && !status; c++) {
        lo_value value = lo_query_value(query, c + PLACE_COLUMNS);
        keys[c] = lo_query_column_name(query, c + PLACE_COLUMNS);
        cells[c] = (lo_cell){.type = LO_CELL_TEXT, .text = value.type == LO_VALUE_TEXT ? value.bytes : LO_STR("")};
        if (!strcmp(keys[c], "content"))
            status = add_words(r, cells[c].text, (uint32_t)r->n_statements);
        else if (!strcmp(keys[c], "speaker"))
            s->speaker = speaker_of(cells[c].text);
        else if (!strcmp(keys[c], "stances"))
            s->stance = cells[c].text.n > 0;
    }
    lo_buf packed = LO_BUF_EMPTY;
    if (!status && !(status = lo_rows_pack(keys, cells, (size_t)n, &packed))) {
        s->row = lo_str_copy(&r->arena, lo_buf_str(&packed));
        if (!s->row.p)
            status = lo_mem_short();
        r->n_statements++;
    }
    lo_buf_free(&packed);
    return status;
}

static lo_status read_statements(relating *r)
{
    lo_query *query = NULL;
    bool row = true;
    lo_status status = lo_query_open(r->store, LO_STR(statements_sql), &query);
    while (!status && !(status = lo_query_next(query, &row)) && row)
        status = add_statement(r, query);
    lo_query_close(query);
    return status;
}

static int compare_postings(const void *left, const void *right)
{
    const posting *a = left, *b = right;
    if (a->word != b->word)
        return a->word < b->word ? -1 : 1;
    return a->statement < b->statement ? -1 : a->statement > b->statement;
}

static lo_status add_pair(relating *r, uint32_t a, uint32_t b)
{
    lo_status status = lo_mem_grow((void **)&r->pairs, &r->pairs_capacity, r->n_pairs + 1, sizeof *r->pairs);
    if (!status)
        r->pairs[r->n_pairs++] = (pair){a, b};
    return status;
}

/* Sorted by word, each statement once a word; then runs of one word.  word_of: by posting, where its run ends. */
static void sort_words(relating *r)
{
    size_t kept = 0;
    if (r->n_postings)
        qsort(r->postings, r->n_postings, sizeof *r->postings, compare_postings);
    for (size_t i = 0; i < r->n_postings; i++)
        if (!kept || compare_postings(&r->postings[kept - 1], &r->postings[i]))
            r->postings[kept++] = r->postings[i];
    r->n_postings = kept;
}

static int compare_pairs(const void *left, const void *right)
{
    const pair *a = left, *b = right;
    if (a->a != b->a)
        return a->a < b->a ? -1 : 1;
    return a->b < b->b ? -1 : a->b > b->b;
}

/* Pairs that share a telling word, once for each such word; those that come often enough are kept. */
static lo_status pair_by_words(relating *r)
{
    lo_status status = LO_OK;
    for (size_t from = 0, to; from < r->n_postings && !status; from = to) {
        for (to = from + 1; to < r->n_postings && r->postings[to].word == r->postings[from].word; to++)
            ;
        for (size_t i = from; i < to && to - from <= COMMON && !status; i++)
            for (size_t k = i + 1; k < to && !status; k++)
                status = add_pair(r, r->postings[i].statement, r->postings[k].statement);
    }
    if (r->n_pairs)
        qsort(r->pairs, r->n_pairs, sizeof *r->pairs, compare_pairs);
    size_t kept = 0;
    for (size_t from = 0, to; from < r->n_pairs; from = to) {
        for (to = from + 1; to < r->n_pairs && !compare_pairs(&r->pairs[from], &r->pairs[to]); to++)
            ;
        if (to - from >= SHARED_LEAST)
            r->pairs[kept++] = r->pairs[from];
    }
    r->n_pairs = kept;
    return status;
}

static lo_status pair_by_speaker(relating *r)
{
    lo_status status = LO_OK;
    size_t words = r->n_pairs;
    for (uint32_t a = 0; a < r->n_statements && !status; a++) {
        const statement *s = &r->statements[a];
        uint32_t found = 0;
        for (uint32_t b = a + 1; b < r->n_statements && found < SPEAKER_PAIRS && s->stance && s->speaker; b++)
            if (r->statements[b].stance && r->statements[b].speaker == s->speaker) {
                found++;
                pair one = {a, b};
                if (!words || !bsearch(&one, r->pairs, words, sizeof one, compare_pairs))
                    status = add_pair(r, a, b);
            }
    }
    if (r->n_pairs)
        qsort(r->pairs, r->n_pairs, sizeof *r->pairs, compare_pairs);
    return status;
}

/* ---- asking ---- */

static lo_status take(void *self, const lo_rows_relation *found)
{
    relating *r = self;
    const pair *p = &r->batch[found->pair];
    r->relations++;
    return lo_relations_put(r->store, &(lo_relation){.label = lo_arena_copy(&r->arena, found->label.p, found->label.n),
                                                     .a = r->statements[p->a].place,
                                                     .b = r->statements[p->b].place,
                                                     .score = found->score,
                                                     .evidence = found->evidence,
                                                     .maker = &r->maker,
                                                     .rule = ""});
}

static lo_status ask(relating *r, lo_rows *rows, uint32_t *failed, char message[256])
{
    lo_str a[BATCH_PAIRS], b[BATCH_PAIRS];
    lo_status status = LO_OK;
    for (size_t from = 0; from < r->n_pairs && !status; from += BATCH_PAIRS) {
        uint32_t n = (uint32_t)(r->n_pairs - from < BATCH_PAIRS ? r->n_pairs - from : BATCH_PAIRS);
        r->batch = r->pairs + from;
        for (uint32_t i = 0; i < n; i++) {
            a[i] = r->statements[r->batch[i].a].row;
            b[i] = r->statements[r->batch[i].b].row;
        }
        status = lo_stop_check();
        if (!status)
            status = lo_rows_relate(rows, a, b, n, take, r, failed, message);
    }
    return status;
}

static void warn(const relating *r, const char *message)
{
    if (r->options->warn)
        r->options->warn(r->options->warn_self, message);
}

/* What a plugin cannot do is its own fault; the others go on. */
static lo_status run_plugin(relating *r, const char *name, uint64_t *faults)
{
    lo_rows *rows = NULL;
    uint32_t failed = 0;
    char message[256] = "", line[400];
    lo_status status = lo_rows_open(r->options, name, &rows);
    if (!status) {
        const lo_crew_plugin *plugin = lo_rows_plugin(rows);
        r->maker = (lo_maker){plugin->contract.name, plugin->contract.version, lo_rows_digest(rows)};
        status = ask(r, rows, &failed, message);
    }
    if (failed) {
        snprintf(line, sizeof line, "%s failed on %u pairs: %s", name, failed, message);
        warn(r, line);
        *faults += failed;
    }
    lo_rows_close(rows);
    if (status != LO_E_PLUGIN && status != LO_E_LIMIT)
        return status;
    warn(r, lo_status_message());
    ++*faults;
    return LO_OK;
}

static lo_status run_plugins(relating *r, uint64_t *faults)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_config config;
    lo_catalog catalog;
    lo_status status = lo_config_read(r->options->config, NULL, &arena, &config);
    if (!status)
        status = lo_catalog_find(r->options->directories, r->options->n_directories, &config, &arena, &catalog);
    for (uint32_t i = 0; !status && i < catalog.n; i++)
        if (catalog.entries[i].stage == LO_STAGE_RELATE && r->n_pairs)
            status = run_plugin(r, catalog.entries[i].source.name, faults);
    lo_arena_free(&arena);
    return status;
}

lo_status lo_relate_run(lo_store *store, const lo_crew_options *options, uint64_t *relations, uint64_t *faults)
{
    relating r = {.store = store, .options = options};
    bool begun = false;
    lo_status status = read_statements(&r);
    sort_words(&r);
    if (status || (status = pair_by_words(&r)) || (status = pair_by_speaker(&r)) || (status = lo_store_begin(store)))
        goto done;
    begun = true;
    if ((status = lo_relations_clear(store)) || (status = run_plugins(&r, faults)))
        goto done;
    status = lo_store_commit(store);
    begun = status != LO_OK;
done:
    if (begun)
        lo_store_rollback(store);
    *relations = r.relations;
    lo_mem_free(r.statements);
    lo_mem_free(r.postings);
    lo_mem_free(r.pairs);
    lo_arena_free(&r.arena);
    return status;
}
