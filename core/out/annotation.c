// SPDX-License-Identifier: MIT
#include "out/annotation.h"

#include "base/mem.h"
#include "out/json.h"

#include <stdlib.h>
#include <string.h>

typedef struct view {
    const lo_document *document;
    const lo_annotation_options *options;
    lo_utf8_index index;
    lo_json json;
    lo_arena *arena;
    uint32_t *number; /* by mark: 1-based number of an entity (e1) or an attribution (q1), else 0 */
} view;

static const lo_mark *mark_at(const view *v, uint32_t index)
{
    return &v->document->marks.items[index];
}

static uint32_t code_point(const view *v, uint32_t byte)
{
    return lo_utf8_index_code_point(&v->index, byte);
}

static void write_pair(view *v, lo_span span)
{
    lo_json_open(&v->json, '[');
    lo_json_uint(&v->json, code_point(v, span.start));
    lo_json_uint(&v->json, code_point(v, span.end));
    lo_json_close(&v->json, ']');
}

static void write_start_end(view *v, lo_span span)
{
    lo_json_key(&v->json, "start");
    lo_json_uint(&v->json, code_point(v, span.start));
    lo_json_key(&v->json, "end");
    lo_json_uint(&v->json, code_point(v, span.end));
}

static void write_number(view *v, const char *key, char letter, uint32_t number)
{
    char name[12];
    size_t at = sizeof name;
    do
        name[--at] = (char)('0' + number % 10);
    while (number /= 10);
    name[--at] = letter;
    lo_json_field(&v->json, key, (lo_str){name + at, sizeof name - at});
}

/* A field of spans under its JSON name; absent: left out, or [] when always. */
static void write_spans(view *v, const lo_mark *mark, const char *name, const char *key, bool always)
{
    const lo_field *field = lo_mark_get(mark, name);
    uint32_t n = field && field->type == LO_FIELD_SPANS ? field->count : 0;
    if (!n && !always)
        return;
    lo_json_key(&v->json, key);
    lo_json_open(&v->json, '[');
    for (uint32_t i = 0; i < n; i++)
        write_pair(v, field->spans[i]);
    lo_json_close(&v->json, ']');
}

static void write_string(view *v, const lo_mark *mark, const char *name)
{
    lo_str text = lo_mark_string(mark, name);
    if (text.n)
        lo_json_field(&v->json, name, text);
}

/* The first mark a field refers to, or UINT32_MAX. */
static uint32_t referred(const lo_mark *mark, const char *name)
{
    const lo_field *field = lo_mark_get(mark, name);
    return field && field->type == LO_FIELD_MARKS && field->count ? field->marks[0] : UINT32_MAX;
}

static lo_status sorted(const view *v, const char *kind, const uint32_t **out, size_t *n)
{
    return lo_marks_sort(&v->document->marks, kind, v->arena, out, n);
}

static void write_segments(view *v)
{
    const lo_segment *segment = &v->document->segment;
    lo_json_key(&v->json, "paragraphs");
    lo_json_open(&v->json, '[');
    for (uint32_t i = 0; i < segment->n_paragraphs; i++)
        write_pair(v, segment->paragraphs[i].span);
    lo_json_close(&v->json, ']');
    lo_json_key(&v->json, "sentences");
    lo_json_open(&v->json, '[');
    for (uint32_t i = 0; i < segment->n_sentences; i++)
        write_pair(v, lo_segment_sentence_span(segment, i));
    lo_json_close(&v->json, ']');
}

/* A turn may run over paragraphs: one entry for each, the first from the label on. */
static lo_status write_turns(view *v)
{
    const uint32_t *turns;
    size_t n = 0;
    lo_status status = sorted(v, "turn", &turns, &n);
    if (status)
        return status;
    const lo_segment *segment = &v->document->segment;
    lo_json_key(&v->json, "turns");
    lo_json_open(&v->json, '[');
    for (size_t i = 0; i < n; i++) {
        const lo_mark *turn = mark_at(v, turns[i]);
        for (uint32_t p = lo_segment_paragraph_at(segment, turn->span.start); p < segment->n_paragraphs; p++) {
            lo_span span = segment->paragraphs[p].span;
            if (span.start >= turn->span.end)
                break;
            span.start = span.start < turn->span.start ? turn->span.start : span.start;
            span.end = span.end > turn->span.end ? turn->span.end : span.end;
            if (span.start >= span.end)
                continue;
            lo_json_open(&v->json, '{');
            write_start_end(v, span);
            lo_json_field(&v->json, "speaker", lo_mark_string(turn, "speaker"));
            write_string(v, turn, "role");
            lo_json_close(&v->json, '}');
        }
    }
    lo_json_close(&v->json, ']');
    return LO_OK;
}

/* One occurrence of an entity: the entity's own span, a mention, or a name that nobody resolved. */
typedef struct occurrence {
    lo_span span;
    uint32_t number; /* of the entity; 0: none */
    uint32_t mark;   /* the entity, or the name itself */
} occurrence;

static int compare_occurrences(const void *left, const void *right)
{
    const occurrence *a = left, *b = right;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    if (a->span.end != b->span.end)
        return a->span.end > b->span.end ? -1 : 1;
    /* resolved ones first, so that a name with the same span can be left out */
    if (!a->number != !b->number)
        return a->number ? -1 : 1;
    if (a->number != b->number)
        return a->number < b->number ? -1 : 1;
    return a->mark < b->mark ? -1 : a->mark > b->mark;
}

static lo_status collect_occurrences(view *v, occurrence **out, size_t *out_n)
{
    static const char *const kinds[] = {"entity", "mention", "name"};
    const uint32_t *marks[3];
    size_t count[3], total = 0, n = 0;
    for (int k = 0; k < 3; k++) {
        lo_status status = sorted(v, kinds[k], &marks[k], &count[k]);
        if (status)
            return status;
        total += count[k];
    }
    occurrence *all = lo_arena_array(v->arena, total ? total : 1, sizeof *all);
    if (!all)
        return lo_mem_short();
    for (size_t i = 0; i < count[0]; i++) {
        v->number[marks[0][i]] = (uint32_t)i + 1;
        all[n++] = (occurrence){mark_at(v, marks[0][i])->span, (uint32_t)i + 1, marks[0][i]};
    }
    for (size_t i = 0; i < count[1]; i++) {
        const lo_mark *mention = mark_at(v, marks[1][i]);
        uint32_t entity = referred(mention, "entity");
        if (entity != UINT32_MAX && v->number[entity])
            all[n++] = (occurrence){mention->span, v->number[entity], entity};
    }
    for (size_t i = 0; i < count[2]; i++)
        all[n++] = (occurrence){mark_at(v, marks[2][i])->span, 0, marks[2][i]};
    qsort(all, n, sizeof *all, compare_occurrences);
    *out = all;
    *out_n = n;
    return LO_OK;
}

static lo_status write_entities(view *v)
{
    occurrence *all = NULL;
    size_t n = 0;
    lo_status status = collect_occurrences(v, &all, &n);
    if (status)
        return status;
    lo_str text = v->document->record.text;
    lo_json_key(&v->json, "entities");
    lo_json_open(&v->json, '[');
    for (size_t i = 0; i < n; i++) {
        if (i && all[i].span.start == all[i - 1].span.start && all[i].span.end == all[i - 1].span.end &&
            (!all[i].number || all[i].number == all[i - 1].number))
            continue;
        const lo_mark *mark = mark_at(v, all[i].mark);
        lo_str name = lo_mark_string(mark, "name");
        lo_json_open(&v->json, '{');
        write_start_end(v, all[i].span);
        write_string(v, mark, "type");
        if (all[i].number)
            write_number(v, "id", 'e', all[i].number);
        lo_json_field(&v->json, "name",
                      name.n ? name : (lo_str){text.p + all[i].span.start, all[i].span.end - all[i].span.start});
        lo_json_close(&v->json, '}');
    }
    lo_json_close(&v->json, ']');
    return LO_OK;
}

static lo_status write_dates(view *v)
{
    const uint32_t *dates;
    size_t n = 0;
    lo_status status = sorted(v, "date", &dates, &n);
    if (status)
        return status;
    lo_json_key(&v->json, "dates");
    lo_json_open(&v->json, '[');
    for (size_t i = 0; i < n; i++) {
        const lo_mark *date = mark_at(v, dates[i]);
        lo_json_open(&v->json, '{');
        write_start_end(v, date->span);
        write_string(v, date, "type");
        write_string(v, date, "value");
        lo_json_close(&v->json, '}');
    }
    lo_json_close(&v->json, ']');
    return LO_OK;
}

static void write_score(view *v, const lo_mark *mark)
{
    lo_json_key(&v->json, "score");
    lo_json_fixed(&v->json, mark->score, 4);
}

static void write_rule(view *v, const lo_mark *mark)
{
    lo_buf *out = v->json.out;
    lo_json_key(&v->json, "rule");
    const char *maker = mark->plugin < v->options->n_makers ? v->options->makers[mark->plugin] : "";
    if (!mark->rule || !*mark->rule) {
        lo_json_string(&v->json, lo_str_of(maker));
        return;
    }
    lo_buf name = LO_BUF_EMPTY;
    lo_buf_add_text(&name, maker);
    lo_buf_add_byte(&name, ':');
    lo_buf_add_text(&name, mark->rule);
    if (name.status)
        out->status = name.status;
    lo_json_string(&v->json, lo_buf_str(&name));
    lo_buf_free(&name);
}

/* Stances by the attribution they belong to: chains through next, in text order. */
typedef struct stances {
    const uint32_t *marks;
    uint32_t *first, *next; /* 1-based positions in marks; first by mark index, next by position */
} stances;

static lo_status collect_stances(view *v, stances *out)
{
    size_t n = 0;
    lo_status status = sorted(v, "stance", &out->marks, &n);
    if (status)
        return status;
    out->first = lo_arena_array(v->arena, v->document->marks.n + 1, sizeof *out->first);
    out->next = lo_arena_array(v->arena, n + 1, sizeof *out->next);
    if (!out->first || !out->next)
        return lo_mem_short();
    for (size_t i = n; i > 0; i--) { /* from the back, so that each chain runs forward */
        uint32_t attribution = referred(mark_at(v, out->marks[i - 1]), "attribution");
        if (attribution == UINT32_MAX)
            continue;
        out->next[i] = out->first[attribution];
        out->first[attribution] = (uint32_t)i;
    }
    return LO_OK;
}

static void write_stance(view *v, const lo_mark *stance)
{
    lo_json_open(&v->json, '{');
    lo_json_field(&v->json, "target", lo_mark_string(stance, "target"));
    lo_json_field(&v->json, "label", lo_mark_string(stance, "label"));
    write_score(v, stance);
    if (lo_mark_get(stance, "span_of")) {
        write_spans(v, stance, "span_of", "span", true);
    } else {
        lo_json_key(&v->json, "span");
        lo_json_open(&v->json, '[');
        write_pair(v, stance->span);
        lo_json_close(&v->json, ']');
    }
    write_spans(v, stance, "evidence", "evidence", true);
    write_spans(v, stance, "condition", "condition", false);
    lo_json_close(&v->json, '}');
}

static void write_quote(view *v, const lo_mark *quote, uint32_t index, const stances *all)
{
    static const char *const about[] = {"role", "organization", "date", "outlet", "via", "channel", "naming"};
    lo_json_open(&v->json, '{');
    write_number(v, "id", 'q', v->number[index]);
    write_string(v, quote, "type");
    write_string(v, quote, "attitude");
    write_spans(v, quote, "content", "content", true);
    write_spans(v, quote, "cue", "cue", true);
    write_spans(v, quote, "source", "source", true);
    lo_json_field(&v->json, "speaker", lo_mark_string(quote, "speaker"));
    uint32_t entity = referred(quote, "entity");
    if (entity != UINT32_MAX && v->number[entity] && !strcmp(mark_at(v, entity)->kind, "entity"))
        write_number(v, "speaker_id", 'e', v->number[entity]);
    for (size_t i = 0; i < sizeof about / sizeof about[0]; i++)
        write_string(v, quote, about[i]);
    write_spans(v, quote, "addressee", "addressee", false);
    write_spans(v, quote, "camp", "camp", false);
    write_spans(v, quote, "editor", "editor", false);
    uint32_t parent = referred(quote, "parent");
    if (parent != UINT32_MAX && v->number[parent] && !strcmp(mark_at(v, parent)->kind, "attribution"))
        write_number(v, "parent", 'q', v->number[parent]);
    lo_json_key(&v->json, "stances");
    lo_json_open(&v->json, '[');
    for (uint32_t at = all->first[index]; at; at = all->next[at])
        write_stance(v, mark_at(v, all->marks[at - 1]));
    lo_json_close(&v->json, ']');
    write_rule(v, quote);
    write_score(v, quote);
    lo_json_close(&v->json, '}');
}

static lo_status write_quotes(view *v)
{
    const uint32_t *quotes;
    size_t n = 0;
    stances all;
    lo_status status = sorted(v, "attribution", &quotes, &n);
    if (status || (status = collect_stances(v, &all)))
        return status;
    for (size_t i = 0; i < n; i++)
        v->number[quotes[i]] = (uint32_t)i + 1;
    lo_json_key(&v->json, "quotes");
    lo_json_open(&v->json, '[');
    for (size_t i = 0; i < n; i++)
        write_quote(v, mark_at(v, quotes[i]), quotes[i], &all);
    lo_json_close(&v->json, ']');
    return LO_OK;
}

static int compare_spans(const void *left, const void *right)
{
    const lo_span *a = left, *b = right;
    if (a->start != b->start)
        return a->start < b->start ? -1 : 1;
    return a->end < b->end ? -1 : a->end > b->end;
}

static bool blank(char byte)
{
    return byte == ' ' || byte == '\t' || byte == '\n' || byte == '\r' || byte == '\f' || byte == '\v';
}

static void write_body_run(view *v, uint32_t start, uint32_t end)
{
    const char *text = v->document->record.text.p;
    while (start < end && blank(text[start]))
        start++;
    while (start < end && blank(text[end - 1]))
        end--;
    if (start < end)
        write_pair(v, (lo_span){start, end});
}

/* What the reader and the plugins did not mark as furniture. */
static lo_status write_body(view *v)
{
    const lo_record *record = &v->document->record;
    const uint32_t *marks;
    size_t n = 0;
    lo_status status = sorted(v, "furniture", &marks, &n);
    if (status)
        return status;
    size_t total = n + record->n_furniture;
    lo_span *spans = lo_arena_array(v->arena, total ? total : 1, sizeof *spans);
    if (!spans)
        return lo_mem_short();
    for (size_t i = 0; i < n; i++)
        spans[i] = mark_at(v, marks[i])->span;
    for (size_t i = 0; i < record->n_furniture; i++)
        spans[n + i] = record->furniture[i].span;
    qsort(spans, total, sizeof *spans, compare_spans);
    lo_json_key(&v->json, "body");
    lo_json_open(&v->json, '[');
    uint32_t at = 0;
    for (size_t i = 0; i < total; i++) {
        if (spans[i].start > at)
            write_body_run(v, at, spans[i].start);
        if (spans[i].end > at)
            at = spans[i].end;
    }
    write_body_run(v, at, (uint32_t)record->text.n);
    lo_json_close(&v->json, ']');
    return LO_OK;
}

static void write_head(view *v)
{
    const lo_record *record = &v->document->record;
    lo_json_field(&v->json, "id", record->key);
    if (record->title.n)
        lo_json_field(&v->json, "title", record->title);
    if (record->date.n)
        lo_json_field(&v->json, "date", record->date);
    if (record->language.n)
        lo_json_field(&v->json, "lang", record->language);
    if (v->options->with_text)
        lo_json_field(&v->json, "text", record->text);
}

lo_status lo_annotation_render(const lo_document *document, const lo_annotation_options *options, lo_buf *out)
{
    size_t from = out->n;
    view v = {.document = document, .options = options, .json = lo_json_to(out), .arena = document->arena};
    lo_status status = lo_utf8_index_build(v.arena, document->record.text, &v.index);
    if (status)
        return status;
    v.number = lo_arena_array(v.arena, document->marks.n + 1, sizeof *v.number);
    if (!v.number)
        return lo_mem_short();
    lo_json_open(&v.json, '{');
    write_head(&v);
    write_segments(&v);
    if ((status = write_turns(&v)) || (status = write_entities(&v)) || (status = write_dates(&v)) ||
        (status = write_quotes(&v)) || (status = write_body(&v)))
        goto done;
    lo_json_close(&v.json, '}');
    lo_buf_add_byte(out, '\n');
    status = out->status;
done:
    if (status)
        out->n = from;
    return status;
}
