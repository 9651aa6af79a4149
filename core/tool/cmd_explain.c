// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "data/mark_rows.h"
#include "out/escape.h"
#include "tool/command.h"
#include "tool/options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { AROUND = 160 };

typedef struct explanation {
    lo_arena arena;
    lo_store_document document;
    lo_marks marks;
    const lo_maker *makers;
    size_t n_makers;
    lo_buf out;
    bool colour;
} explanation;

static lo_str words(const explanation *e, lo_span span)
{
    return (lo_str){e->document.record.text.p + span.start, span.end - span.start};
}

/* The words around a span, cut at blanks, with the span itself in bold or between brackets. */
static void passage(explanation *e, lo_span span)
{
    lo_str text = e->document.record.text;
    uint32_t from = span.start > AROUND ? span.start - AROUND : 0;
    uint32_t to = text.n - span.end > AROUND ? span.end + AROUND : (uint32_t)text.n;
    while (from > 0 && from < span.start && text.p[from - 1] != ' ' && text.p[from - 1] != '\n')
        from++;
    while (to < text.n && to > span.end && text.p[to] != ' ' && text.p[to] != '\n')
        to--;
    lo_buf_add_text(&e->out, from ? "  … " : "  ");
    lo_escape_terminal(&e->out, words(e, (lo_span){from, span.start}));
    lo_buf_add_text(&e->out, e->colour ? "\033[1m" : "[");
    lo_escape_terminal(&e->out, words(e, span));
    lo_buf_add_text(&e->out, e->colour ? "\033[0m" : "]");
    lo_escape_terminal(&e->out, words(e, (lo_span){span.end, to}));
    lo_buf_add_text(&e->out, to < text.n ? " …\n" : "\n");
}

static void one_line(explanation *e, const lo_mark *mark)
{
    lo_buf_print(&e->out, "%s %u-%u \"", mark->kind, mark->span.start, mark->span.end);
    lo_str text = words(e, mark->span);
    lo_escape_terminal(&e->out, text.n > AROUND ? (lo_str){text.p, AROUND} : text);
    lo_buf_add_text(&e->out, text.n > AROUND ? "…\"" : "\"");
}

static void maker(explanation *e, const lo_mark *mark, const char *indent)
{
    const lo_maker *by = mark->plugin < e->n_makers ? &e->makers[mark->plugin] : NULL;
    lo_buf_print(&e->out, "%smade by  %s@%s", indent, by ? by->name : "?", by ? by->version : "?");
    if (mark->rule[0]) {
        lo_buf_add_text(&e->out, ", rule ");
        lo_escape_terminal(&e->out, lo_str_of(mark->rule));
    }
    lo_buf_print(&e->out, ", score %.2f\n", (double)mark->score);
}

static void field(explanation *e, const lo_field *f)
{
    lo_buf_print(&e->out, "  %-12s ", f->name);
    switch (f->type) {
    case LO_FIELD_STRING: lo_escape_terminal(&e->out, f->string); break;
    case LO_FIELD_NUMBER: lo_buf_print(&e->out, "%g", f->number); break;
    case LO_FIELD_SPANS:
        for (uint32_t i = 0; i < f->count; i++) {
            lo_buf_print(&e->out, "%s%u-%u \"", i ? "\n               " : "", f->spans[i].start, f->spans[i].end);
            lo_escape_terminal(&e->out, words(e, f->spans[i]));
            lo_buf_add_byte(&e->out, '"');
        }
        break;
    case LO_FIELD_MARKS:
        for (uint32_t i = 0; i < f->count; i++) {
            lo_buf_add_text(&e->out, i ? "\n               " : "");
            one_line(e, &e->marks.items[f->marks[i]]);
        }
        break;
    }
    lo_buf_add_byte(&e->out, '\n');
}

static bool refers(const lo_mark *mark, uint32_t to)
{
    for (uint32_t f = 0; f < mark->n_fields; f++)
        for (uint32_t i = 0; mark->fields[f].type == LO_FIELD_MARKS && i < mark->fields[f].count; i++)
            if (mark->fields[f].marks[i] == to)
                return true;
    return false;
}

static bool inside_any(const lo_field *spans, lo_span span)
{
    for (uint32_t i = 0; spans && spans->type == LO_FIELD_SPANS && i < spans->count; i++)
        if (span.start < spans->spans[i].end && span.end > spans->spans[i].start)
            return true;
    return false;
}

/* From the words that name the source to the name they stand for: mention, its antecedent, and so on. */
static void antecedents(explanation *e, const lo_mark *attribution)
{
    const lo_field *source = lo_mark_get(attribution, "source");
    for (size_t i = 0; i < e->marks.n; i++) {
        const lo_mark *mention = &e->marks.items[i];
        if (strcmp(mention->kind, "mention") != 0 || !inside_any(source, mention->span))
            continue;
        lo_buf_add_text(&e->out, "  who          ");
        for (int steps = 0; mention && steps < 32; steps++) {
            const lo_field *before = lo_mark_get(mention, "antecedent");
            lo_str how = lo_mark_string(mention, "how");
            lo_buf_add_text(&e->out, steps ? " <- \"" : "\"");
            lo_escape_terminal(&e->out, words(e, mention->span));
            lo_buf_print(&e->out, "\" (%.*s at %u)", LO_STR_ARG(how), mention->span.start);
            const lo_field *entity = lo_mark_get(mention, "entity");
            bool last = !before || before->type != LO_FIELD_MARKS || !before->count;
            if (last && entity && entity->type == LO_FIELD_MARKS && entity->count) {
                lo_buf_add_text(&e->out, " = ");
                lo_escape_terminal(&e->out, lo_mark_string(&e->marks.items[entity->marks[0]], "name"));
            }
            mention = last ? NULL : &e->marks.items[before->marks[0]];
        }
        lo_buf_add_byte(&e->out, '\n');
    }
}

static void explain(explanation *e, uint32_t index)
{
    const lo_mark *mark = &e->marks.items[index];
    const lo_record *record = &e->document.record;
    char id[LO_MARK_ID + 1];
    lo_mark_id_print(e->document.id, mark, id);
    lo_buf_print(&e->out, "%s\n", id);
    lo_buf_add_text(&e->out, "  in           ");
    lo_escape_terminal(&e->out, record->key);
    if (record->outlet.n || record->date.n) {
        lo_buf_add_text(&e->out, record->outlet.n ? ", " : "");
        lo_escape_terminal(&e->out, record->outlet);
        lo_buf_add_text(&e->out, record->date.n ? ", " : "");
        lo_escape_terminal(&e->out, record->date);
    }
    lo_buf_add_byte(&e->out, '\n');
    passage(e, mark->span);
    maker(e, mark, "  ");
    for (uint32_t f = 0; f < mark->n_fields; f++)
        field(e, &mark->fields[f]);
    if (!strcmp(mark->kind, "attribution"))
        antecedents(e, mark);
    for (uint32_t i = 0; i < e->marks.n; i++)
        if (i != index && refers(&e->marks.items[i], index)) {
            const lo_mark *other = &e->marks.items[i];
            lo_buf_add_text(&e->out, "  used by      ");
            one_line(e, other);
            lo_buf_add_byte(&e->out, '\n');
            maker(e, other, "               ");
            for (uint32_t f = 0; f < other->n_fields; f++)
                if (other->fields[f].type != LO_FIELD_MARKS) {
                    lo_buf_add_text(&e->out, "             ");
                    field(e, &other->fields[f]);
                }
        }
}

static lo_status find_and_explain(lo_store *store, const char *text, explanation *e)
{
    lo_mark_id id;
    lo_status status = lo_mark_id_parse(lo_str_of(text), &id);
    if (!status)
        status = lo_store_find(store, lo_str_of(id.document), &e->arena, &e->document);
    if (!status)
        status = lo_mark_rows_read(store, e->document.row, e->document.record.text, NULL, &e->marks, &e->makers,
                                   &e->n_makers);
    if (status)
        return status;
    bool found = false;
    for (uint32_t i = 0; i < e->marks.n && !e->out.status; i++) {
        const lo_mark *mark = &e->marks.items[i];
        if (strcmp(mark->kind, id.kind) != 0 || mark->span.start != id.span.start || mark->span.end != id.span.end)
            continue;
        explain(e, i);
        found = true;
    }
    if (!found)
        return lo_status_set(LO_E_ARG,
                             "document %s has no mark '%s'; a report with --format csv or jsonl shows the ids",
                             id.document, text);
    return e->out.status;
}

int lo_cmd_explain_run(int argc, char **argv)
{
    const lo_option options[] = {LO_OPTION_END};
    const lo_options spec = {"explain",
                             "STORE ID",
                             "Tells why a mark exists: the words, the plugin and rule that made it, its score, what it "
                             "is linked to, and for a\n"
                             "statement the chain from the words that name the source to the speaker. IDs look like\n"
                             "0123456789ab.attribution.120-240; reports and 'locutor search' show them.",
                             options,
                             2,
                             2,
                             false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    explanation e = {.arena = LO_ARENA_EMPTY, .out = LO_BUF_EMPTY};
    const char *no_colour = getenv("NO_COLOR");
    e.marks.arena = &e.arena;
    e.colour = isatty(STDOUT_FILENO) && !(no_colour && *no_colour);
    lo_store *store = NULL;
    lo_status status = lo_store_open(arguments.items[0], LO_STORE_READ, &store);
    if (!status)
        status = find_and_explain(store, arguments.items[1], &e);
    if (!status)
        fwrite(e.out.p, 1, e.out.n, stdout);
    lo_store_close(store);
    lo_buf_free(&e.out);
    lo_arena_free(&e.arena);
    return status ? lo_options_failed("explain", status) : LO_EXIT_DONE;
}
