// SPDX-License-Identifier: MIT
#include "data/search.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "data/db.h"

#include <stdlib.h>
#include <string.h>
#include <unicode/uchar.h>

enum { TERMS_MAX = 100, QUERY_MAX = 10000, HITS_MAX = 1000 };

struct lo_search {
    lo_store *store;
    sqlite3_stmt *documents, *hits;
    lo_buf match; /* in FTS5's language */
};

/* ---- the query ---- */

/* What unicode61 makes tokens of: letters, numbers, private use. */
static bool has_word(lo_str s)
{
    for (size_t at = 0; at < s.n;)
        if (U_MASK(u_charType((UChar32)lo_utf8_next(s, &at))) & (U_GC_L_MASK | U_GC_N_MASK | U_GC_CO_MASK))
            return true;
    return false;
}

typedef struct term {
    lo_str text;
    bool prefix, without;
} term;

static bool blank(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

static bool next_term(lo_str query, size_t *at, term *out)
{
    while (*at < query.n && blank(query.p[*at]))
        ++*at;
    if (*at == query.n)
        return false;
    *out = (term){0};
    if (query.p[*at] == '-') {
        out->without = true;
        ++*at;
    }
    bool quoted = *at < query.n && query.p[*at] == '"';
    size_t start = *at += quoted;
    while (*at < query.n && (quoted ? query.p[*at] != '"' : !blank(query.p[*at]) && query.p[*at] != '"'))
        ++*at;
    out->text = (lo_str){query.p + start, *at - start};
    if (quoted && *at < query.n) /* a phrase that is never closed goes to the end */
        ++*at;
    if (quoted && *at < query.n && query.p[*at] == '*') {
        out->prefix = true;
        ++*at;
    } else if (!quoted && out->text.n && out->text.p[out->text.n - 1] == '*') {
        out->prefix = true;
        out->text.n--;
    }
    return true;
}

/* Every term goes in quotation marks, so that nothing of FTS5's language can come in from outside. */
static lo_status build_match(lo_str query, lo_buf *out)
{
    if (query.n > QUERY_MAX)
        return lo_status_set(LO_E_ARG, "the query is longer than %d bytes", QUERY_MAX);
    if (query.n && (memchr(query.p, 0, query.n) || !lo_utf8_valid(query)))
        return lo_status_set(LO_E_ARG, "the query is no UTF-8 text");
    int terms = 0;
    for (int without = 0; without < 2; without++) {
        size_t at = 0;
        int n = 0;
        for (term t; next_term(query, &at, &t);) {
            if ((int)t.without != without || !has_word(t.text))
                continue;
            if (++terms > TERMS_MAX)
                return lo_status_set(LO_E_ARG, "the query has more than %d words", TERMS_MAX);
            lo_buf_add_text(out, n++ ? (without ? " OR " : " AND ") : (without ? " NOT (" : "("));
            lo_buf_print(out, "\"%.*s\"%s", LO_STR_ARG(t.text), t.prefix ? " *" : "");
        }
        if (n)
            lo_buf_add_byte(out, ')');
        if (!without && !n)
            return lo_status_set(LO_E_ARG, "there is nothing to look for in '%.*s'", LO_STR_ARG(query));
    }
    lo_buf_add_byte(out, 0);
    return out->status;
}

/* ---- where the hits are: a function for FTS5 that gives a blob of numbers: all hits, then the first spans ---- */

typedef struct located {
    uint32_t first, last; /* tokens */
    uint32_t start, end;  /* bytes */
} located;

typedef struct locating {
    located *hits; /* by first token */
    uint32_t n, open, token;
} locating;

static int on_token(void *context, int flags, const char *word, int n, int start, int end)
{
    (void)word, (void)n;
    locating *l = context;
    if (flags & FTS5_TOKEN_COLOCATED)
        return SQLITE_OK;
    while (l->open < l->n && l->hits[l->open].last < l->token)
        l->open++;
    if (l->open == l->n)
        return SQLITE_DONE;
    for (uint32_t i = l->open; i < l->n && l->hits[i].first <= l->token; i++) {
        if (l->hits[i].first == l->token)
            l->hits[i].start = (uint32_t)start;
        if (l->hits[i].last == l->token)
            l->hits[i].end = (uint32_t)end;
    }
    l->token++;
    return SQLITE_OK;
}

static int read_hits(const Fts5ExtensionApi *api, Fts5Context *fts, locating *l, int n)
{
    for (int i = 0; i < n && i < HITS_MAX; i++) {
        int phrase, column, token;
        int rc = api->xInst(fts, i, &phrase, &column, &token);
        int size = rc ? 0 : api->xPhraseSize(fts, phrase);
        if (rc)
            return rc;
        if (column == 0 && token >= 0 && size > 0)
            l->hits[l->n++] = (located){(uint32_t)token, (uint32_t)(token + size - 1), 0, 0};
    }
    const char *text;
    int size;
    int rc = api->xColumnText(fts, 0, &text, &size);
    if (!rc)
        rc = api->xTokenize(fts, text, size, l, on_token);
    return rc == SQLITE_DONE ? SQLITE_OK : rc;
}

/* One phrase's hits come in order, those of several do not quite: by first token, then the longer one. */
static int compare_hits(const void *a, const void *b)
{
    const located *x = a, *y = b;
    if (x->start != y->start)
        return x->start < y->start ? -1 : 1;
    return (x->end < y->end) - (x->end > y->end);
}

static void locate(const Fts5ExtensionApi *api, Fts5Context *fts, sqlite3_context *context, int n_args,
                   sqlite3_value **args)
{
    (void)n_args, (void)args;
    int n = 0;
    int rc = api->xInstCount(fts, &n);
    locating l = {.hits = lo_mem_zalloc((size_t)(n > HITS_MAX ? HITS_MAX : n) * sizeof *l.hits)};
    if (!l.hits)
        rc = SQLITE_NOMEM;
    if (!rc)
        rc = read_hits(api, fts, &l, n);
    if (rc) {
        sqlite3_result_error_code(context, rc);
    } else {
        qsort(l.hits, l.n, sizeof *l.hits, compare_hits);
        uint32_t kept = 1; /* the first place holds the number of all hits */
        uint32_t(*out)[2] = lo_mem_zalloc((l.n + 1) * sizeof *out);
        if (out) {
            out[0][0] = (uint32_t)n;
            for (uint32_t i = 0; i < l.n; i++)
                if (l.hits[i].end > l.hits[i].start && (kept == 1 || l.hits[i].start >= out[kept - 1][1])) {
                    out[kept][0] = l.hits[i].start;
                    out[kept++][1] = l.hits[i].end;
                }
            sqlite3_result_blob64(context, out, kept * sizeof *out, lo_mem_free);
        } else {
            sqlite3_result_error_nomem(context);
        }
    }
    lo_mem_free(l.hits);
}

static lo_status register_locate(lo_store *store)
{
    fts5_api *api = NULL;
    sqlite3_stmt *statement;
    int rc = sqlite3_prepare_v2(store->handle, "SELECT fts5(?1)", -1, &statement, NULL);
    if (!rc) {
        sqlite3_bind_pointer(statement, 1, &api, "fts5_api_ptr", NULL);
        sqlite3_step(statement);
        rc = sqlite3_finalize(statement);
    }
    if (!rc && api)
        rc = api->xCreateFunction(api, "locutor_hits", NULL, locate, NULL);
    if (rc)
        return lo_db_failed(store, rc);
    return api ? LO_OK : lo_status_set(LO_E_STORE, "this SQLite has no full-text search (FTS5)");
}

/* ---- passages ---- */

static bool paragraph_end(lo_str text, size_t at)
{
    if (text.p[at] != '\n')
        return false;
    size_t next = at + 1;
    while (next < text.n && (text.p[next] == ' ' || text.p[next] == '\t' || text.p[next] == '\r'))
        next++;
    return next == text.n || text.p[next] == '\n';
}

/* About LO_SEARCH_AROUND bytes before and after, cut at white space where there is some, never past a blank line. */
static lo_span around(lo_str text, lo_span hit)
{
    size_t start, end, at, blank_at = 0;
    for (at = hit.start; at > 0 && hit.start - at < LO_SEARCH_AROUND && !paragraph_end(text, at - 1); at--)
        ;
    bool whole = at == 0 || paragraph_end(text, at - 1);
    start = at;
    for (; !whole && at < hit.start && !blank_at; at++)
        if (blank(text.p[at]))
            blank_at = at + 1;
    if (blank_at)
        start = blank_at;
    while (start < hit.start && (blank(text.p[start]) || !lo_utf8_boundary(text, start)))
        start++;
    for (at = hit.end; at < text.n && at - hit.end < LO_SEARCH_AROUND && !paragraph_end(text, at); at++)
        ;
    whole = at == text.n || paragraph_end(text, at);
    end = at;
    while (!whole && at > hit.end && !blank(text.p[at]))
        at--;
    if (!whole && at > hit.end)
        end = at;
    while (end > hit.end && (blank(text.p[end - 1]) || !lo_utf8_boundary(text, end)))
        end--;
    return (lo_span){(uint32_t)start, (uint32_t)end};
}

static lo_status make_passages(const uint32_t (*spans)[2], size_t n, lo_str text, lo_arena *arena, lo_search_hit *out)
{
    lo_span *hits = lo_arena_array(arena, n, sizeof *hits);
    lo_search_passage *passages = lo_arena_array(arena, LO_SEARCH_PASSAGES, sizeof *passages);
    if (!hits || !passages)
        return lo_mem_short();
    for (size_t i = 0; i < n; i++) {
        hits[i] = (lo_span){spans[i][0], spans[i][1]};
        if (hits[i].end > text.n || !lo_utf8_boundary(text, hits[i].start) || !lo_utf8_boundary(text, hits[i].end))
            return LO_E_DATA;
    }
    out->passages = passages;
    for (size_t i = 0; i < n; i++) {
        lo_search_passage *last = out->n_passages ? &passages[out->n_passages - 1] : NULL;
        if (last && hits[i].end <= last->span.end) {
            last->n_hits++;
            continue;
        }
        if (out->n_passages == LO_SEARCH_PASSAGES)
            break;
        lo_span span = around(text, hits[i]);
        if (last && span.start < last->span.end) { /* they meet: one passage */
            last->span.end = span.end;
            last->n_hits++;
        } else {
            passages[out->n_passages++] = (lo_search_passage){span, &hits[i], 1};
        }
    }
    return LO_OK;
}

/* ---- running ---- */

lo_status lo_search_open(lo_store *store, lo_str query, uint32_t limit, lo_search **out)
{
    *out = NULL;
    lo_search *search = lo_mem_zalloc(sizeof *search);
    if (!search)
        return lo_mem_short();
    search->store = store;
    search->match = LO_BUF_EMPTY;
    int rc;
    lo_status status = build_match(query, &search->match);
    if (!status)
        status = register_locate(store);
    if (status)
        goto done;
    /* Equal ranks go by date and id, so that the order does not tell in which order documents were stored. */
    rc = sqlite3_prepare_v2(store->handle,
                            "SELECT d.id, f.rank FROM text_index f CROSS JOIN document d ON d.text = f.rowid"
                            " WHERE f.text_index MATCH ?1 AND d.current = 1 ORDER BY f.rank, d.date, d.public LIMIT ?2",
                            -1, &search->documents, NULL);
    if (!rc)
        rc = sqlite3_prepare_v2(store->handle,
                                "SELECT locutor_hits(text_index) FROM text_index WHERE text_index MATCH ?1"
                                " AND rowid = (SELECT text FROM document WHERE id = ?2)",
                                -1, &search->hits, NULL);
    if (rc) {
        status = lo_db_failed(store, rc);
        goto done;
    }
    lo_str match = {search->match.p, search->match.n - 1};
    lo_db_bind_text(search->documents, 1, match);
    sqlite3_bind_int64(search->documents, 2, limit ? (int64_t)limit : -1);
    lo_db_bind_text(search->hits, 1, match);
done:
    if (status) {
        lo_search_close(search);
        return status;
    }
    *out = search;
    return LO_OK;
}

static lo_status read_passages(lo_search *search, lo_arena *arena, lo_search_hit *out)
{
    bool row;
    sqlite3_bind_int64(search->hits, 2, out->document.row);
    lo_status status = lo_db_step(search->store, search->hits, &row);
    if (!status && row) {
        lo_str blob = lo_db_column(search->hits, 0);
        uint32_t(*spans)[2] = lo_arena_alloc(arena, blob.n);
        size_t n = blob.n / sizeof *spans;
        if (!spans) {
            status = lo_mem_short();
        } else if (n) {
            memcpy(spans, blob.p, n * sizeof *spans);
            out->n_matches = spans[0][0];
            status = make_passages((const uint32_t(*)[2])spans + 1, n - 1, out->document.record.text, arena, out);
            if (status == LO_E_DATA)
                status = lo_db_damaged(search->store, "the full-text index does not fit its texts");
        }
    }
    sqlite3_reset(search->hits);
    return status;
}

lo_status lo_search_next(lo_search *search, lo_arena *arena, lo_search_hit *out, bool *found)
{
    *out = (lo_search_hit){0};
    lo_status status = lo_db_step(search->store, search->documents, found);
    if (status || !*found)
        return status;
    out->rank = sqlite3_column_double(search->documents, 1);
    status = lo_store_read(search->store, sqlite3_column_int64(search->documents, 0), arena, &out->document);
    if (!status && !out->document.row)
        status = lo_db_damaged(search->store, "a document without its text");
    return status ? status : read_passages(search, arena, out);
}

void lo_search_close(lo_search *search)
{
    if (!search)
        return;
    sqlite3_finalize(search->documents);
    sqlite3_finalize(search->hits);
    lo_buf_free(&search->match);
    lo_mem_free(search);
}
