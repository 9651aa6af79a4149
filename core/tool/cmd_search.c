// SPDX-License-Identifier: MIT
#include "base/stop.h"
#include "data/search.h"
#include "out/escape.h"
#include "out/table.h"
#include "tool/command.h"
#include "tool/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

static lo_str slice(lo_str text, uint32_t start, uint32_t end)
{
    return (lo_str){text.p + start, end - start};
}

static void add_passage(lo_buf *out, lo_str text, const lo_search_passage *passage, bool colour)
{
    uint32_t at = passage->span.start;
    for (uint32_t i = 0; i < passage->n_hits; i++) {
        lo_escape_terminal(out, slice(text, at, passage->hits[i].start));
        if (colour)
            lo_buf_add_text(out, "\x1b[1;31m");
        lo_escape_terminal(out, slice(text, passage->hits[i].start, passage->hits[i].end));
        if (colour)
            lo_buf_add_text(out, "\x1b[0m");
        at = passage->hits[i].end;
    }
    lo_escape_terminal(out, slice(text, at, passage->span.end));
}

/* id  title (key)  outlet, date; then its passages, indented. */
static lo_status add_hit(lo_buf *out, const lo_search_hit *hit, bool colour)
{
    const lo_record *r = &hit->document.record;
    lo_buf_print(out, "%s%s%s  ", colour ? "\x1b[1m" : "", hit->document.id, colour ? "\x1b[0m" : "");
    lo_escape_terminal(out, r->title.n ? r->title : r->key);
    if (r->title.n) {
        lo_buf_add_text(out, " (");
        lo_escape_terminal(out, r->key);
        lo_buf_add_byte(out, ')');
    }
    const lo_str more[] = {r->outlet, r->date};
    for (size_t i = 0; i < 2; i++)
        if (more[i].n) {
            lo_buf_add_text(out, ", ");
            lo_escape_terminal(out, more[i]);
        }
    lo_buf_add_byte(out, '\n');
    uint32_t shown = 0;
    for (uint32_t i = 0; i < hit->n_passages; i++) {
        const lo_search_passage *passage = &hit->passages[i];
        lo_buf_print(out, "    %u-%u: ", passage->span.start, passage->span.end);
        add_passage(out, r->text, passage, colour);
        lo_buf_add_byte(out, '\n');
        shown += passage->n_hits;
    }
    if (hit->n_matches > shown)
        lo_buf_print(out, "    … and %u more\n", hit->n_matches - shown);
    return lo_buf_add_byte(out, '\n');
}

static lo_status to_stdout(void *context, lo_str bytes)
{
    (void)context;
    if (bytes.n && fwrite(bytes.p, 1, bytes.n, stdout) != bytes.n)
        return lo_status_set(LO_E_IO, "standard output cannot be written to");
    return LO_OK;
}

static lo_status add_row(lo_table *table, const lo_search_hit *hit)
{
    const lo_record *r = &hit->document.record;
    lo_status status = LO_OK;
    for (uint32_t i = 0; i < hit->n_passages && !status; i++) {
        const lo_span span = hit->passages[i].span;
        char numbers[3][16];
        snprintf(numbers[0], sizeof *numbers, "%u", hit->n_matches);
        snprintf(numbers[1], sizeof *numbers, "%u", span.start);
        snprintf(numbers[2], sizeof *numbers, "%u", span.end);
        const lo_table_cell cells[] = {{.text = lo_str_of(hit->document.id)},
                                       {.text = r->key},
                                       {.text = r->title, .link = r->url},
                                       {.text = r->outlet},
                                       {.text = r->date},
                                       {.text = lo_str_of(numbers[0]), .number = true},
                                       {.text = lo_str_of(numbers[1]), .number = true},
                                       {.text = lo_str_of(numbers[2]), .number = true},
                                       {.text = slice(r->text, span.start, span.end)}};
        status = lo_table_row(table, cells);
    }
    return status;
}

static const char *const columns[] = {"document", "key",   "title", "outlet", "published",
                                      "matches",  "start", "end",   "passage"};

static uint32_t terminal_width(void)
{
    struct winsize size;
    return isatty(STDOUT_FILENO) && ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 ? size.ws_col : 0;
}

static lo_status run(lo_store *store, lo_str query, uint32_t limit, const char *format, uint64_t *found)
{
    bool terminal = isatty(STDOUT_FILENO), colour = terminal && !getenv("NO_COLOR");
    lo_search *search = NULL;
    lo_table *table = NULL;
    lo_arena arena = LO_ARENA_EMPTY;
    lo_buf text = LO_BUF_EMPTY;
    lo_table_options how = {.width = terminal_width(), .colour = colour, .title = "Search"};
    lo_status status = format ? lo_table_format_of(format, &how.format) : LO_OK;
    if (!status)
        status = lo_search_open(store, query, limit, &search);
    if (!status && format)
        status = lo_table_open(&how, columns, sizeof columns / sizeof *columns, to_stdout, NULL, &table);
    for (bool more = true; !status && more;) {
        lo_search_hit hit;
        lo_arena_reset(&arena);
        if ((status = lo_search_next(search, &arena, &hit, &more)) || !more)
            break;
        ++*found;
        if (table) {
            status = add_row(table, &hit);
            continue;
        }
        lo_buf_clear(&text);
        if (!(status = add_hit(&text, &hit, colour)))
            status = to_stdout(NULL, lo_buf_str(&text));
    }
    if (table && status)
        (void)lo_table_close(table);
    else if (table)
        status = lo_table_close(table);
    lo_search_close(search);
    lo_buf_free(&text);
    lo_arena_free(&arena);
    return status;
}

int lo_cmd_search_run(int argc, char **argv)
{
    const char *format = NULL;
    bool quiet = false;
    long limit = 20;
    const lo_option options[] = {
        LO_OPTION_FORMAT(&format, "table, csv, tsv, json, jsonl, md, html; default: passages for reading"),
        {"limit", 'n', LO_OPTION_NUMBER, &limit, "N", "at most N documents (20); 0: all", 0, INT32_MAX},
        LO_OPTION_QUIET(&quiet),
        LO_OPTION_END};
    const lo_options spec = {
        "search",
        "STORE QUERY…",
        "Finds the documents that hold all words of the query, best first, with the passage around each hit.\n\n"
        "\"several words\" in quotation marks must stand together, word* finds every word that begins so, and -word\n"
        "leaves out documents with that word (put -- in front of a query that begins with it).  Case and accents do\n"
        "not count.  Numbers are byte offsets into the text.",
        options,
        2,
        -1,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    lo_stop_watch();
    lo_store *store = NULL;
    lo_buf query = LO_BUF_EMPTY;
    uint64_t found = 0;
    for (int i = 1; i < arguments.n; i++) {
        lo_buf_add_text(&query, i > 1 ? " " : "");
        lo_buf_add_text(&query, arguments.items[i]);
    }
    lo_status status = query.status;
    if (!status)
        status = lo_store_open(arguments.items[0], LO_STORE_READ, &store);
    if (!status)
        status = run(store, lo_buf_str(&query), (uint32_t)limit, format, &found);
    if (!status && !found && !quiet)
        fprintf(stderr, "%s: no document matches\n", arguments.items[0]);
    exit_status = status ? lo_options_failed("search", status) : LO_EXIT_DONE;
    lo_store_close(store);
    lo_buf_free(&query);
    return exit_status;
}
