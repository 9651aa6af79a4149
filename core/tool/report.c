// SPDX-License-Identifier: MIT
#include "tool/report.h"

#include "base/mem.h"
#include "data/query.h"
#include "stage/rows.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { COLUMNS_MAX = 64, NUMBER_MAX = 40 };

/* What a report gets for what it needs, in the order of reports: date, document, place. */
static const struct {
    const char *need, *list, *sql;
} lists[] = {
    {"attribution", "statements", "SELECT * FROM statements ORDER BY published, document, start, finish, id"},
    {"stance", "stances", "SELECT * FROM stances ORDER BY published, document, start, finish, target, label"},
    {"mention", "mentions", "SELECT * FROM mentions ORDER BY published, document, start, finish"},
    {"relation", "relations", "SELECT * FROM relations ORDER BY published_a, id_a, published_b, id_b, label, evidence"},
};

typedef struct reporting {
    const lo_report_options *options;
    const lo_crew_plugin *plugin;
    lo_table_sink sink;
    void *context;
    lo_table *table;
    lo_table_cell *cells;
    char (*numbers)[NUMBER_MAX];
    lo_buf notes;
    char title[256];
} reporting;

/* ---- rows in ---- */

static int compare_columns(const void *left, const void *right, void *query)
{
    return strcmp(lo_query_column_name(query, *(const int *)left), lo_query_column_name(query, *(const int *)right));
}

static lo_status add_rows(lo_store *store, lo_rows *rows, const char *name, const char *sql)
{
    lo_query *query = NULL;
    lo_buf packed = LO_BUF_EMPTY;
    int order[COLUMNS_MAX], n = 0;
    const char *keys[COLUMNS_MAX];
    lo_status status = lo_query_open(store, lo_str_of(sql), &query);
    if (!status) {
        n = lo_query_columns(query);
        for (int i = 0; i < n && i < COLUMNS_MAX; i++)
            order[i] = i;
        if (n > COLUMNS_MAX)
            status = lo_status_set(LO_E_STORE, "the store has too many columns");
        else
            qsort_r(order, (size_t)n, sizeof *order, compare_columns, query);
    }
    if (!status)
        status = lo_rows_add(rows, name, LO_STR_NONE);
    for (bool row = true; !status && !(status = lo_query_next(query, &row)) && row;) {
        lo_cell cells[COLUMNS_MAX];
        for (int i = 0; i < n; i++) {
            lo_value value = lo_query_value(query, order[i]);
            keys[i] = lo_query_column_name(query, order[i]);
            cells[i] = (lo_cell){.type = LO_CELL_TEXT, .text = LO_STR("")};
            if (value.type == LO_VALUE_TEXT)
                cells[i].text = value.bytes;
            else if (value.type == LO_VALUE_INTEGER)
                cells[i] = (lo_cell){.type = LO_CELL_INTEGER, .integer = value.integer};
            else if (value.type == LO_VALUE_REAL)
                cells[i] = (lo_cell){.type = LO_CELL_REAL, .real = value.real};
        }
        lo_buf_clear(&packed);
        status = lo_rows_pack(keys, cells, (size_t)n, &packed);
        if (!status)
            status = lo_rows_add(rows, name, lo_buf_str(&packed));
    }
    lo_query_close(query);
    lo_buf_free(&packed);
    return status;
}

static lo_status add_lists(lo_store *store, lo_rows *rows)
{
    lo_status status = LO_OK;
    for (const char *const *need = lo_rows_plugin(rows)->contract.needs; need && *need && !status; need++)
        for (size_t i = 0; i < sizeof lists / sizeof lists[0] && !status; i++)
            if (!strcmp(lists[i].need, *need))
                status = add_rows(store, rows, lists[i].list, lists[i].sql);
    return status;
}

/* ---- the table out ---- */

static lo_str show_number(double number, char out[NUMBER_MAX])
{
    int n = snprintf(out, NUMBER_MAX, "%.6g", number);
    return (lo_str){out, n > 0 && n < NUMBER_MAX ? (size_t)n : 0};
}

static lo_status columns(void *self, const lo_cell *cells, size_t n)
{
    reporting *r = self;
    const char *names[256];
    lo_arena arena = LO_ARENA_EMPTY;
    lo_status status = LO_OK;
    for (size_t i = 0; i < n && !status; i++)
        if (!(names[i] = lo_arena_copy(&arena, cells[i].text.p, cells[i].text.n)))
            status = lo_mem_short();
    r->cells = lo_mem_zalloc(n * sizeof *r->cells);
    r->numbers = lo_mem_zalloc(n * sizeof *r->numbers);
    lo_table_options options = r->options->table;
    options.title = options.title ? options.title : r->title;
    options.note = options.note ? options.note : r->plugin->contract.summary;
    if (!status && (!r->cells || !r->numbers))
        status = lo_mem_short();
    if (!status)
        status = lo_table_open(&options, names, (uint32_t)n, r->sink, r->context, &r->table);
    lo_arena_free(&arena);
    return status;
}

static lo_status row(void *self, const lo_cell *cells, size_t n)
{
    reporting *r = self;
    for (size_t i = 0; i < n; i++) {
        lo_table_cell *cell = &r->cells[i];
        *cell = (lo_table_cell){.text = LO_STR_NONE};
        switch (cells[i].type) {
        case LO_CELL_NONE: break;
        case LO_CELL_TEXT: cell->text = cells[i].text; break;
        case LO_CELL_BOOLEAN: cell->text = cells[i].integer ? LO_STR("true") : LO_STR("false"); break;
        case LO_CELL_INTEGER:
            cell->number = true;
            snprintf(r->numbers[i], NUMBER_MAX, "%lld", (long long)cells[i].integer);
            cell->text = lo_str_of(r->numbers[i]);
            break;
        case LO_CELL_REAL:
            cell->number = cells[i].real - cells[i].real == 0; /* finite */
            cell->text = show_number(cells[i].real, r->numbers[i]);
            break;
        }
    }
    return lo_table_row(r->table, r->cells);
}

static lo_status note(void *self, lo_str text)
{
    reporting *r = self;
    lo_buf_add_str(&r->notes, text);
    return lo_buf_add_byte(&r->notes, '\n');
}

lo_status lo_report_run(lo_store *store, const char *name, const lo_report_options *options, lo_table_sink sink,
                        void *context)
{
    reporting r = {.options = options, .sink = sink, .context = context, .notes = LO_BUF_EMPTY};
    char plugin[256];
    lo_rows *rows = NULL;
    bool whole = strchr(name, '/') != NULL;
    snprintf(plugin, sizeof plugin, "%s%s", whole ? "" : "8_report/", name);
    if (strncmp(plugin, "8_report/", 9) != 0)
        return lo_status_set(LO_E_ARG, "'%s' is no report ('locutor plugins' lists them)", name);
    snprintf(r.title, sizeof r.title, "%c%s", plugin[9] >= 'a' && plugin[9] <= 'z' ? plugin[9] - 32 : plugin[9],
             plugin[9] ? plugin + 10 : "");
    lo_status status = lo_rows_open(&options->crew, plugin, &rows);
    if (!status) {
        r.plugin = lo_rows_plugin(rows);
        status = add_lists(store, rows);
    }
    if (!status)
        status = lo_rows_report(rows, &(lo_rows_sink){columns, row, note, &r});
    if (!status && !r.table)
        status = lo_status_set(LO_E_PLUGIN, "%s: gave no columns", plugin);
    lo_status closed = lo_table_close(r.table);
    lo_rows_close(rows);
    if (!status && !closed && r.notes.n && options->table.format == LO_TABLE_TEXT)
        closed = sink(context, lo_buf_str(&r.notes));
    lo_mem_free(r.cells);
    lo_mem_free(r.numbers);
    lo_buf_free(&r.notes);
    return status ? status : closed;
}
