// SPDX-License-Identifier: MIT
#include "out/table.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "out/escape.h"
#include "out/page.h"

#include <string.h>
#include <unicode/uchar.h>

enum { WIDTH_DEFAULT = 120, WORD_MAX = 12, ALONE_MAX = 36, GAP = 2 };

struct lo_table {
    lo_table_options options;
    lo_table_sink sink;
    void *context;
    lo_arena arena; /* names and, for kept formats, cells */
    const char **names;
    uint32_t n_columns;
    lo_table_cell *cells; /* kept rows, row by row */
    size_t n_rows, capacity;
    size_t written; /* rows */
    lo_buf out;
};

lo_status lo_table_format_of(const char *name, lo_table_format *out)
{
    static const char *const names[] = {"table", "csv", "tsv", "json", "jsonl", "md", "html"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (!strcmp(name, names[i])) {
            *out = (lo_table_format)i;
            return LO_OK;
        }
    return lo_status_set(LO_E_ARG, "there is no format '%s'; choose table, csv, tsv, json, jsonl, md or html", name);
}

static uint32_t char_width(uint32_t c)
{
    if (c < 0x300)
        return c >= 0x20;
    int8_t category = u_charType((UChar32)c);
    if (category == U_NON_SPACING_MARK || category == U_ENCLOSING_MARK || category == U_FORMAT_CHAR)
        return 0;
    int wide = u_getIntPropertyValue((UChar32)c, UCHAR_EAST_ASIAN_WIDTH);
    return wide == U_EA_FULLWIDTH || wide == U_EA_WIDE ? 2 : 1;
}

uint32_t lo_table_text_width(lo_str text)
{
    uint32_t width = 0;
    for (size_t at = 0; at < text.n;)
        width += char_width(lo_utf8_next(text, &at));
    return width;
}

static lo_status flush(lo_table *table)
{
    if (!table->out.status && table->out.n)
        table->out.status = table->sink(table->context, lo_buf_str(&table->out));
    lo_status status = table->out.status;
    table->out.n = 0;
    return status;
}

lo_status lo_table_open(const lo_table_options *options, const char *const *names, uint32_t n_columns,
                        lo_table_sink sink, void *context, lo_table **out)
{
    *out = NULL;
    lo_table *table = lo_mem_zalloc(sizeof *table);
    if (!table)
        return lo_mem_short();
    table->options = *options;
    table->sink = sink;
    table->context = context;
    table->n_columns = n_columns;
    table->names = lo_arena_array(&table->arena, n_columns + 1, sizeof *table->names);
    if (!table->names)
        goto short_of_memory;
    for (uint32_t i = 0; i < n_columns; i++) {
        table->names[i] = lo_arena_copy(&table->arena, names[i], strlen(names[i]));
        if (!table->names[i])
            goto short_of_memory;
    }
    switch (options->format) {
    case LO_TABLE_CSV:
    case LO_TABLE_TSV:
        for (uint32_t i = 0; i < n_columns; i++) {
            if (i)
                lo_buf_add_byte(&table->out, options->format == LO_TABLE_CSV ? ',' : '\t');
            if (options->format == LO_TABLE_CSV)
                lo_escape_csv(&table->out, lo_str_of(names[i]));
            else
                lo_escape_tsv(&table->out, lo_str_of(names[i]));
        }
        lo_buf_add_text(&table->out, options->format == LO_TABLE_CSV ? "\r\n" : "\n");
        break;
    case LO_TABLE_JSON: lo_buf_add_text(&table->out, "["); break;
    case LO_TABLE_HTML:
        lo_page_head(&table->out, options->title, options->note);
        lo_page_table_head(&table->out, table->names, n_columns);
        break;
    default: break;
    }
    if (flush(table))
        return lo_table_close(table);
    *out = table;
    return LO_OK;

short_of_memory:
    lo_arena_free(&table->arena);
    lo_mem_free(table);
    return lo_mem_short();
}

static lo_status keep(lo_table *table, const lo_table_cell *cells)
{
    if (lo_mem_grow((void **)&table->cells, &table->capacity, (table->n_rows + 1) * table->n_columns,
                    sizeof *table->cells))
        return table->out.status = LO_E_MEMORY;
    lo_table_cell *row = table->cells + table->n_rows * table->n_columns;
    for (uint32_t i = 0; i < table->n_columns; i++) {
        lo_buf shown = LO_BUF_EMPTY;
        if (table->options.format == LO_TABLE_MARKDOWN)
            lo_escape_markdown(&shown, cells[i].text);
        else
            lo_escape_terminal(&shown, cells[i].text);
        row[i] = cells[i];
        row[i].link = LO_STR_NONE;
        row[i].text = lo_str_copy(&table->arena, lo_buf_str(&shown));
        lo_status status = shown.status;
        lo_buf_free(&shown);
        if (status || !row[i].text.p)
            return table->out.status = lo_mem_short();
    }
    table->n_rows++;
    return LO_OK;
}

static void json_row(lo_table *table, const lo_table_cell *cells)
{
    lo_buf *out = &table->out;
    lo_buf_add_byte(out, '{');
    for (uint32_t i = 0; i < table->n_columns; i++) {
        lo_buf_add_text(out, i ? ", \"" : "\"");
        lo_escape_json(out, lo_str_of(table->names[i]));
        lo_buf_add_text(out, "\": ");
        if (!cells[i].text.p)
            lo_buf_add_text(out, "null");
        else if (cells[i].number && cells[i].text.n)
            lo_buf_add_str(out, cells[i].text);
        else {
            lo_buf_add_byte(out, '"');
            lo_escape_json(out, cells[i].text);
            lo_buf_add_byte(out, '"');
        }
    }
    lo_buf_add_byte(out, '}');
}

lo_status lo_table_row(lo_table *table, const lo_table_cell *cells)
{
    lo_buf *out = &table->out;
    if (out->status)
        return out->status;
    switch (table->options.format) {
    case LO_TABLE_TEXT:
    case LO_TABLE_MARKDOWN: return keep(table, cells);
    case LO_TABLE_CSV:
    case LO_TABLE_TSV:
        for (uint32_t i = 0; i < table->n_columns; i++) {
            bool csv = table->options.format == LO_TABLE_CSV;
            if (i)
                lo_buf_add_byte(out, csv ? ',' : '\t');
            if (csv)
                lo_escape_csv(out, cells[i].text);
            else
                lo_escape_tsv(out, cells[i].text);
        }
        lo_buf_add_text(out, table->options.format == LO_TABLE_CSV ? "\r\n" : "\n");
        break;
    case LO_TABLE_JSON:
        lo_buf_add_text(out, table->written ? ",\n " : "\n ");
        json_row(table, cells);
        break;
    case LO_TABLE_JSONL:
        json_row(table, cells);
        lo_buf_add_byte(out, '\n');
        break;
    case LO_TABLE_HTML: lo_page_table_row(out, cells, table->n_columns); break;
    }
    table->written++;
    return flush(table);
}

/* The longest word of a text, as far as a column is asked to be wide for it: ids and dates, which stand alone in their
 * cells, are not broken. */
static uint32_t longest_word(lo_str text)
{
    uint32_t longest = 0, word = 0;
    bool alone = true;
    for (size_t at = 0; at < text.n;) {
        uint32_t c = lo_utf8_next(text, &at);
        word = c == ' ' ? 0 : word + char_width(c);
        longest = word > longest ? word : longest;
        alone = alone && c != ' ';
    }
    uint32_t most = alone ? ALONE_MAX : WORD_MAX;
    return longest < most ? longest : most;
}

/* Column widths, as browsers lay out tables: each gets what its longest word needs, and what is left of the line is
 * shared out in proportion to what each column could use beyond that. */
static void fit(const lo_table *table, uint32_t *widths, uint32_t *least)
{
    uint32_t n = table->n_columns, gaps = GAP * (n - 1);
    uint32_t limit = table->options.width ? table->options.width : WIDTH_DEFAULT;
    uint64_t total = gaps, needed = gaps;
    for (uint32_t i = 0; i < n; i++) {
        lo_str head = lo_str_of(table->names[i]);
        widths[i] = lo_table_text_width(head);
        least[i] = widths[i] < WORD_MAX ? widths[i] : WORD_MAX;
        for (size_t r = 0; r < table->n_rows; r++) {
            lo_str text = table->cells[r * n + i].text;
            uint32_t w = lo_table_text_width(text), word = longest_word(text);
            widths[i] = w > widths[i] ? w : widths[i];
            least[i] = word > least[i] ? word : least[i];
        }
        total += widths[i];
        needed += least[i];
    }
    if (total <= limit)
        return;
    uint64_t wanted = total - needed, spare = limit > needed ? limit - needed : 0;
    for (uint32_t i = 0; i < n; i++)
        widths[i] = least[i] + (uint32_t)(wanted ? spare * (widths[i] - least[i]) / wanted : 0);
}

/* Takes as many bytes of text as fit width, breaking at a blank where there is one; skips blanks behind the break. */
static lo_str take_line(lo_str *text, uint32_t width)
{
    size_t at = 0, good = 0;
    uint32_t used = 0;
    while (at < text->n) {
        size_t before = at;
        uint32_t c = lo_utf8_next(*text, &at);
        if (used + char_width(c) > width) {
            at = good ? good : before ? before : at;
            break;
        }
        used += char_width(c);
        if (c == ' ')
            good = before;
        else if (at == text->n)
            good = 0;
    }
    lo_str line = {text->p, at};
    while (at < text->n && text->p[at] == ' ')
        at++;
    *text = (lo_str){text->p + at, text->n - at};
    return line;
}

static void pad(lo_buf *out, uint32_t n)
{
    while (n--)
        lo_buf_add_byte(out, ' ');
}

static void text_row(lo_table *table, const lo_table_cell *cells, const uint32_t *widths, lo_str *rest)
{
    lo_buf *out = &table->out;
    for (uint32_t i = 0; i < table->n_columns; i++)
        rest[i] = cells[i].text;
    for (bool more = true; more;) {
        more = false;
        size_t line_start = out->n;
        for (uint32_t i = 0; i < table->n_columns; i++) {
            lo_str line = take_line(&rest[i], widths[i]);
            uint32_t w = lo_table_text_width(line), space = w < widths[i] ? widths[i] - w : 0;
            if (i)
                pad(out, GAP);
            if (cells[i].number)
                pad(out, space);
            lo_buf_add_str(out, line);
            if (!cells[i].number)
                pad(out, space);
            more = more || rest[i].n;
        }
        while (out->n > line_start && out->p[out->n - 1] == ' ')
            out->n--;
        lo_buf_add_byte(out, '\n');
    }
}

static lo_status close_text(lo_table *table)
{
    uint32_t n = table->n_columns;
    uint32_t *widths = lo_arena_array(&table->arena, n, sizeof *widths);
    uint32_t *least = lo_arena_array(&table->arena, n, sizeof *least);
    lo_str *rest = lo_arena_array(&table->arena, n, sizeof *rest);
    lo_table_cell *head = lo_arena_array(&table->arena, n, sizeof *head);
    if (!widths || !least || !rest || !head)
        return lo_mem_short();
    fit(table, widths, least);
    for (uint32_t i = 0; i < n; i++) {
        head[i].text = lo_str_of(table->names[i]);
        head[i].number = table->n_rows && table->cells[i].number;
    }
    if (table->options.colour)
        lo_buf_add_text(&table->out, "\033[1m");
    text_row(table, head, widths, rest);
    if (table->options.colour)
        lo_buf_add_text(&table->out, "\033[0m");
    for (uint32_t i = 0; i < n; i++) {
        if (i)
            pad(&table->out, GAP);
        for (uint32_t w = 0; w < widths[i]; w++)
            lo_buf_add_text(&table->out, "\u2500");
    }
    lo_buf_add_byte(&table->out, '\n');
    for (size_t r = 0; r < table->n_rows; r++)
        text_row(table, table->cells + r * n, widths, rest);
    if (table->options.note)
        lo_buf_print(&table->out, "%s\n", table->options.note);
    return LO_OK;
}

static void close_markdown(lo_table *table)
{
    lo_buf *out = &table->out;
    for (uint32_t i = 0; i < table->n_columns; i++) {
        lo_buf_add_text(out, i ? " | " : "| ");
        lo_escape_markdown(out, lo_str_of(table->names[i]));
    }
    lo_buf_add_text(out, " |\n");
    for (uint32_t i = 0; i < table->n_columns; i++)
        lo_buf_add_text(out, table->n_rows && table->cells[i].number ? "|--:" : "|---");
    lo_buf_add_text(out, "|\n");
    for (size_t r = 0; r < table->n_rows; r++) {
        for (uint32_t i = 0; i < table->n_columns; i++) {
            lo_buf_add_text(out, i ? " | " : "| ");
            lo_buf_add_str(out, table->cells[r * table->n_columns + i].text);
        }
        lo_buf_add_text(out, " |\n");
    }
}

lo_status lo_table_close(lo_table *table)
{
    if (!table)
        return LO_OK;
    lo_status status = table->out.status;
    if (!status) {
        switch (table->options.format) {
        case LO_TABLE_TEXT: status = close_text(table); break;
        case LO_TABLE_MARKDOWN: close_markdown(table); break;
        case LO_TABLE_JSON: lo_buf_add_text(&table->out, table->written ? "\n]\n" : "]\n"); break;
        case LO_TABLE_HTML:
            lo_page_table_foot(&table->out);
            lo_page_foot(&table->out);
            break;
        default: break;
        }
    }
    if (!status)
        status = flush(table);
    lo_buf_free(&table->out);
    lo_mem_free(table->cells);
    lo_arena_free(&table->arena);
    lo_mem_free(table);
    return status;
}
