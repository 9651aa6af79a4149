// SPDX-License-Identifier: MIT
#include "data/mark.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_MAX_BYTES = 31, FIELDS_MAX = 64 };

/* ---- marks in memory ---- */

static bool name_ok(lo_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if ((s.p[i] < 'a' || s.p[i] > 'z') && s.p[i] != '_')
            return false;
    return s.n > 0 && s.n <= NAME_MAX_BYTES;
}

/* The name as a string that lives as long as the marks: the schema's own where there is one. */
static const char *keep_name(lo_arena *arena, lo_str name)
{
    for (size_t k = 0; lo_mark_kind_at(k); k++) {
        const lo_mark_kind *kind = lo_mark_kind_at(k);
        if (lo_str_is(name, kind->name))
            return kind->name;
    }
    return lo_arena_copy(arena, name.p, name.n);
}

static lo_status add(lo_marks *marks, lo_str kind, lo_span span, uint32_t *out_index)
{
    if (!name_ok(kind))
        return lo_status_set(LO_E_PLUGIN, "'%.*s' is no kind of mark: a kind is 1 to 31 of a to z and _",
                             LO_STR_ARG(kind));
    if (marks->n >= UINT32_MAX / 2)
        return lo_status_set(LO_E_LIMIT, "too many marks");
    if (marks->n == marks->capacity) { /* in the arena: what is left behind goes at its reset */
        size_t capacity = marks->capacity ? marks->capacity * 2 : 64;
        lo_mark *items = lo_arena_array(marks->arena, capacity, sizeof *items);
        if (!items)
            return lo_mem_short();
        if (marks->n)
            memcpy(items, marks->items, marks->n * sizeof *items);
        marks->items = items;
        marks->capacity = capacity;
    }
    const char *name = keep_name(marks->arena, kind);
    if (!name)
        return lo_mem_short();
    marks->items[marks->n] = (lo_mark){.kind = name, .span = span, .score = 1, .rule = ""};
    if (out_index)
        *out_index = (uint32_t)marks->n;
    marks->n++;
    return LO_OK;
}

lo_status lo_marks_add(lo_marks *marks, const char *kind, lo_span span, uint32_t *out_index)
{
    return add(marks, lo_str_of(kind), span, out_index);
}

static const void *copy_items(lo_arena *arena, const void *items, size_t count, size_t size)
{
    void *copy = lo_arena_array(arena, count, size);
    if (copy && count)
        memcpy(copy, items, count * size);
    return copy;
}

lo_status lo_marks_set(lo_marks *marks, uint32_t index, const lo_field *field)
{
    lo_mark *mark = &marks->items[index];
    if (!name_ok(lo_str_of(field->name)))
        return lo_status_set(LO_E_PLUGIN, "%s: '%s' is no field name: 1 to 31 of a to z and _", mark->kind,
                             field->name ? field->name : "");
    lo_field copy = *field;
    switch (field->type) {
    case LO_FIELD_SPANS:
        copy.spans = copy_items(marks->arena, field->spans, field->count, sizeof *field->spans);
        if (!copy.spans)
            return lo_mem_short();
        break;
    case LO_FIELD_MARKS:
        copy.marks = copy_items(marks->arena, field->marks, field->count, sizeof *field->marks);
        if (!copy.marks)
            return lo_mem_short();
        break;
    case LO_FIELD_STRING:
        copy.string = lo_str_copy(marks->arena, field->string.p ? field->string : LO_STR(""));
        if (!copy.string.p)
            return lo_mem_short();
        copy.count = 0;
        break;
    case LO_FIELD_NUMBER: copy.count = 0; break;
    default: return lo_status_set(LO_E_PLUGIN, "%s.%s: no such type of field", mark->kind, field->name);
    }
    for (uint32_t f = 0; f < mark->n_fields; f++)
        if (!strcmp(mark->fields[f].name, field->name)) {
            copy.name = mark->fields[f].name;
            mark->fields[f] = copy;
            return LO_OK;
        }
    if (mark->n_fields == FIELDS_MAX)
        return lo_status_set(LO_E_PLUGIN, "%s: more than %d fields", mark->kind, FIELDS_MAX);
    copy.name = lo_arena_copy(marks->arena, field->name, strlen(field->name));
    if (!copy.name)
        return lo_mem_short();
    if (mark->n_fields % 4 == 0) {
        lo_field *fields = lo_arena_array(marks->arena, mark->n_fields + 4u, sizeof *fields);
        if (!fields)
            return lo_mem_short();
        if (mark->n_fields)
            memcpy(fields, mark->fields, mark->n_fields * sizeof *fields);
        mark->fields = fields;
    }
    mark->fields[mark->n_fields++] = copy;
    return LO_OK;
}

const lo_field *lo_mark_get(const lo_mark *mark, const char *name)
{
    for (uint32_t f = 0; f < mark->n_fields; f++)
        if (!strcmp(mark->fields[f].name, name))
            return &mark->fields[f];
    return NULL;
}

lo_str lo_mark_string(const lo_mark *mark, const char *name)
{
    const lo_field *field = lo_mark_get(mark, name);
    return field && field->type == LO_FIELD_STRING ? field->string : LO_STR_NONE;
}

/* ---- checking ---- */

static bool one_of(const char *choices, lo_str word)
{
    for (const char *at = choices; *at;) {
        size_t n = strcspn(at, "|");
        if (lo_str_equal((lo_str){at, n}, word))
            return true;
        at += n + (at[n] == '|');
    }
    return false;
}

static bool span_ok(lo_span span, lo_str text)
{
    return span.start <= span.end && span.end <= text.n && lo_utf8_boundary(text, span.start) &&
           lo_utf8_boundary(text, span.end);
}

static const lo_mark_field_spec *spec_find(const lo_mark_kind *kind, const char *name)
{
    for (const lo_mark_field_spec *spec = kind ? kind->fields : NULL; spec && spec->name; spec++)
        if (!strcmp(spec->name, name))
            return spec;
    return NULL;
}

static const char *type_name(lo_field_type type)
{
    static const char *const names[] = {"nothing", "spans", "a string", "a number", "marks"};
    return type >= LO_FIELD_SPANS && type <= LO_FIELD_MARKS ? names[type] : names[0];
}

/* A field that refers to its own kind ("parent", "antecedent") makes a chain that others walk up: one step each. */
static bool chains(const lo_mark_kind *kind, const lo_mark_field_spec *spec)
{
    return kind && spec && spec->refers && strcmp(spec->refers, kind->name) == 0;
}

static lo_status check_field(const lo_marks *marks, const lo_mark *mark, const lo_mark_kind *kind,
                             const lo_field *field, lo_str text)
{
    const char *where = mark->kind, *name = field->name;
    const lo_mark_field_spec *spec = spec_find(kind, name);
    if (kind && !spec)
        return lo_status_set(LO_E_PLUGIN, "%s.%s: a mark of this kind has no such field", where, name);
    if (spec && spec->type != field->type)
        return lo_status_set(LO_E_PLUGIN, "%s.%s: must be %s, is %s", where, name, type_name(spec->type),
                             type_name(field->type));
    switch (field->type) {
    case LO_FIELD_SPANS:
        for (uint32_t i = 0; i < field->count; i++)
            if (!span_ok(field->spans[i], text))
                return lo_status_set(LO_E_PLUGIN,
                                     "%s.%s: bytes %u to %u are no run of characters of this text of %zu bytes", where,
                                     name, field->spans[i].start, field->spans[i].end, text.n);
        break;
    case LO_FIELD_STRING:
        if ((field->string.n && memchr(field->string.p, 0, field->string.n)) || !lo_utf8_valid(field->string))
            return lo_status_set(LO_E_PLUGIN, "%s.%s: is no UTF-8 text", where, name);
        if (spec && spec->choices && !one_of(spec->choices, field->string))
            return lo_status_set(LO_E_PLUGIN, "%s.%s: '%.*s' is none of %s", where, name, LO_STR_ARG(field->string),
                                 spec->choices);
        break;
    case LO_FIELD_NUMBER:
        if (!isfinite(field->number))
            return lo_status_set(LO_E_PLUGIN, "%s.%s: is no finite number", where, name);
        break;
    case LO_FIELD_MARKS:
        if (chains(kind, spec) && field->count > 1)
            return lo_status_set(LO_E_PLUGIN, "%s.%s: refers to more than one mark", where, name);
        for (uint32_t i = 0; i < field->count; i++) {
            if (field->marks[i] >= marks->n)
                return lo_status_set(LO_E_PLUGIN, "%s.%s: refers to a mark that is not there", where, name);
            const lo_mark *other = &marks->items[field->marks[i]];
            if (spec && spec->refers && !one_of(spec->refers, lo_str_of(other->kind)))
                return lo_status_set(LO_E_PLUGIN, "%s.%s: refers to a mark of kind %s instead of %s", where, name,
                                     other->kind, spec->refers);
        }
        break;
    }
    return LO_OK;
}

static lo_status check(const lo_marks *marks, uint32_t index, lo_str text)
{
    const lo_mark *mark = &marks->items[index];
    if (!span_ok(mark->span, text))
        return lo_status_set(LO_E_PLUGIN, "%s: bytes %u to %u are no run of characters of this text of %zu bytes",
                             mark->kind, mark->span.start, mark->span.end, text.n);
    if (!(mark->score >= 0 && mark->score <= 1))
        return lo_status_set(LO_E_PLUGIN, "%s: its score is not between 0 and 1", mark->kind);
    const lo_mark_kind *kind = lo_mark_kind_find(mark->kind);
    for (uint32_t f = 0; f < mark->n_fields; f++) {
        lo_status status = check_field(marks, mark, kind, &mark->fields[f], text);
        if (status)
            return status;
    }
    return LO_OK;
}

static const uint32_t *chain_next(const lo_marks *marks, uint32_t index, const char *name)
{
    const lo_field *field = lo_mark_get(&marks->items[index], name);
    return field && field->type == LO_FIELD_MARKS && field->count == 1 && field->marks[0] < marks->n ? field->marks
                                                                                                     : NULL;
}

static lo_status circle(const char *kind, const char *name)
{
    return lo_status_set(LO_E_PLUGIN, "%s.%s: refers in a circle", kind, name);
}

lo_status lo_mark_check(const lo_marks *marks, uint32_t index, lo_str text)
{
    if (index >= marks->n)
        return lo_status_set(LO_E_PLUGIN, "there is no mark %u", index);
    lo_status status = check(marks, index, text);
    const lo_mark_kind *kind = lo_mark_kind_find(marks->items[index].kind);
    for (const lo_mark_field_spec *spec = kind ? kind->fields : NULL; !status && spec && spec->name; spec++) {
        if (!chains(kind, spec))
            continue;
        const uint32_t *next = chain_next(marks, index, spec->name);
        for (size_t steps = 0; next && !status; steps++, next = chain_next(marks, *next, spec->name))
            if (*next == index || steps > marks->n)
                status = circle(kind->name, spec->name);
    }
    return status;
}

/* Circles among marks[from ..): each mark is walked over once, whatever the bytes say. */
static lo_status check_chains(const lo_marks *marks, size_t from)
{
    uint32_t *walk = NULL;
    lo_status status = LO_OK;
    for (size_t k = 0; !status && lo_mark_kind_at(k); k++) {
        const lo_mark_kind *kind = lo_mark_kind_at(k);
        for (const lo_mark_field_spec *spec = kind->fields; !status && spec->name; spec++) {
            if (!chains(kind, spec))
                continue;
            lo_mem_free(walk);
            walk = lo_mem_zalloc((marks->n - from) * sizeof *walk); /* the number of the walk that came by; 0: none */
            if (!walk)
                return lo_mem_short();
            for (size_t i = from; !status && i < marks->n; i++) {
                uint32_t number = (uint32_t)(i - from) + 1;
                for (size_t at = i; at >= from && !walk[at - from];) {
                    walk[at - from] = number;
                    const uint32_t *next =
                        !strcmp(marks->items[at].kind, kind->name) ? chain_next(marks, (uint32_t)at, spec->name) : NULL;
                    if (!next || *next < from)
                        break;
                    at = *next;
                    if (walk[at - from] == number) {
                        status = circle(kind->name, spec->name);
                        break;
                    }
                }
            }
        }
    }
    lo_mem_free(walk);
    return status;
}

lo_status lo_marks_check(const lo_marks *marks, size_t from, lo_str text)
{
    lo_status status = LO_OK;
    for (size_t i = from; i < marks->n && !status; i++)
        if (!marks->items[i].dropped)
            status = check(marks, (uint32_t)i, text);
    return status ? status : check_chains(marks, from);
}

/* ---- packing ----
 * Per mark: kind, span, score, plugin, rule, fields.  References count from the first packed mark, so that a list that
 * was packed from somewhere on fits behind the marks it was made from: 0 is the first packed one, -1 the last live one
 * before it. */

static void add_signed(lo_buf *out, int64_t value)
{
    lo_buf_add_varint(out, ((uint64_t)value << 1) ^ (uint64_t)(value >> 63));
}

static int64_t read_signed(lo_cursor *at)
{
    uint64_t value = lo_cursor_varint(at);
    return (int64_t)(value >> 1) ^ -(int64_t)(value & 1);
}

static void pack_field(const lo_marks *marks, const uint32_t *numbers, int64_t base, const lo_mark *mark,
                       const lo_field *field, lo_buf *out)
{
    lo_buf_add_string(out, lo_str_of(field->name));
    lo_buf_add_byte(out, (unsigned char)field->type);
    switch (field->type) {
    case LO_FIELD_SPANS:
        lo_buf_add_varint(out, field->count);
        for (uint32_t i = 0; i < field->count; i++) {
            add_signed(out, (int64_t)field->spans[i].start - mark->span.start);
            add_signed(out, (int64_t)field->spans[i].end - field->spans[i].start);
        }
        break;
    case LO_FIELD_STRING: lo_buf_add_string(out, field->string); break;
    case LO_FIELD_NUMBER: lo_buf_add(out, &field->number, sizeof field->number); break;
    case LO_FIELD_MARKS:
        lo_buf_add_varint(out, field->count);
        for (uint32_t i = 0; i < field->count; i++) {
            uint32_t to = field->marks[i];
            if (to >= marks->n || marks->items[to].dropped) {
                if (!out->status)
                    out->status =
                        lo_status_set(LO_E_PLUGIN, "%s.%s: refers to a mark that was dropped", mark->kind, field->name);
                return;
            }
            add_signed(out, (int64_t)numbers[to] - base);
        }
        break;
    }
}

lo_status lo_marks_pack(const lo_marks *marks, size_t from, lo_buf *out)
{
    uint32_t *numbers = lo_mem_alloc(marks->n * sizeof *numbers);
    if (!numbers)
        return lo_mem_short();
    uint32_t live = 0, base = 0;
    for (size_t i = 0; i < marks->n; i++) {
        base += i < from && !marks->items[i].dropped;
        numbers[i] = live;
        live += !marks->items[i].dropped;
    }
    lo_buf_add_varint(out, live - base);
    for (size_t i = from; i < marks->n && !out->status; i++) {
        const lo_mark *mark = &marks->items[i];
        if (mark->dropped)
            continue;
        lo_buf_add_string(out, lo_str_of(mark->kind));
        lo_buf_add_varint(out, mark->span.start);
        lo_buf_add_varint(out, mark->span.end - mark->span.start);
        lo_buf_add(out, &mark->score, sizeof mark->score);
        lo_buf_add_varint(out, mark->plugin);
        lo_buf_add_string(out, lo_str_of(mark->rule));
        lo_buf_add_varint(out, mark->n_fields);
        for (uint32_t f = 0; f < mark->n_fields; f++)
            pack_field(marks, numbers, base, mark, &mark->fields[f], out);
    }
    lo_mem_free(numbers);
    return out->status;
}

static lo_status damaged(const char *what)
{
    return lo_status_set(LO_E_DATA, "packed marks are damaged: %s", what);
}

static bool read_offset(lo_cursor *at, uint32_t from, uint32_t *out)
{
    int64_t value;
    if (__builtin_add_overflow(read_signed(at), (int64_t)from, &value) || value < 0 || value > UINT32_MAX)
        return false;
    *out = (uint32_t)value;
    return true;
}

typedef struct unpacking {
    lo_marks *marks;
    lo_cursor at;
    const uint32_t *live; /* indexes of the live marks that were there before */
    size_t n_live, first, n_new;
    lo_buf items; /* spans or references of one field */
} unpacking;

static bool reference(const unpacking *u, int64_t packed, uint32_t *out)
{
    if (packed >= (int64_t)u->n_new || packed < -(int64_t)u->n_live)
        return false;
    *out = packed >= 0 ? (uint32_t)(u->first + (size_t)packed) : u->live[(int64_t)u->n_live + packed];
    return true;
}

static lo_status unpack_field(unpacking *u, uint32_t index)
{
    lo_cursor *at = &u->at;
    lo_str name = lo_cursor_string(at);
    lo_str type = lo_cursor_bytes(at, 1);
    if (at->bad || !name_ok(name))
        return damaged("a field has no name");
    char copy[NAME_MAX_BYTES + 1];
    memcpy(copy, name.p, name.n);
    copy[name.n] = 0;
    lo_field field = {.name = copy, .type = (lo_field_type)type.p[0]};
    if (lo_mark_get(&u->marks->items[index], copy))
        return damaged("a field is there twice");
    lo_buf_clear(&u->items);
    if (field.type == LO_FIELD_SPANS || field.type == LO_FIELD_MARKS) {
        field.count = lo_cursor_u32(at);
        if (field.count > (size_t)(at->end - at->p))
            return damaged("more items than bytes");
    }
    switch (field.type) {
    case LO_FIELD_SPANS:
        for (uint32_t i = 0; i < field.count; i++) {
            lo_span span;
            if (!read_offset(at, u->marks->items[index].span.start, &span.start) ||
                !read_offset(at, span.start, &span.end))
                return damaged("an offset is no offset");
            lo_buf_add(&u->items, &span, sizeof span);
        }
        field.spans = (const lo_span *)(const void *)u->items.p;
        break;
    case LO_FIELD_STRING: field.string = lo_cursor_string(at); break;
    case LO_FIELD_NUMBER: {
        lo_str bytes = lo_cursor_bytes(at, sizeof field.number);
        if (!at->bad)
            memcpy(&field.number, bytes.p, sizeof field.number);
        break;
    }
    case LO_FIELD_MARKS:
        for (uint32_t i = 0; i < field.count; i++) {
            uint32_t to;
            if (!reference(u, read_signed(at), &to))
                return damaged("a reference leads to no mark");
            lo_buf_add(&u->items, &to, sizeof to);
        }
        field.marks = (const uint32_t *)(const void *)u->items.p;
        break;
    default: return damaged("a field of no known type");
    }
    if (at->bad)
        return damaged("they are cut short");
    return u->items.status ? u->items.status : lo_marks_set(u->marks, index, &field);
}

static lo_status unpack_mark(unpacking *u, const char *const *kinds, int maker)
{
    lo_cursor *at = &u->at;
    lo_str kind = lo_cursor_string(at);
    uint32_t start = lo_cursor_u32(at), length = lo_cursor_u32(at), end;
    lo_str score = lo_cursor_bytes(at, sizeof(float));
    uint32_t plugin = lo_cursor_u32(at);
    lo_str rule = lo_cursor_string(at);
    uint32_t n_fields = lo_cursor_u32(at);
    if (at->bad || __builtin_add_overflow(start, length, &end) || plugin > UINT16_MAX || n_fields > FIELDS_MAX)
        return damaged("they are cut short or hold impossible numbers");
    if (rule.n && (memchr(rule.p, 0, rule.n) || !lo_utf8_valid(rule)))
        return damaged("the name of a rule is no UTF-8 text");
    bool allowed = !kinds;
    for (size_t k = 0; kinds && kinds[k] && !allowed; k++)
        allowed = lo_str_is(kind, kinds[k]);
    if (!allowed)
        return lo_status_set(LO_E_DATA, "a mark of kind '%.*s' came from a plugin that does not make it",
                             LO_STR_ARG(kind));
    uint32_t index = 0;
    lo_status status = add(u->marks, kind, (lo_span){start, end}, &index);
    if (status)
        return status;
    lo_mark *mark = &u->marks->items[index];
    memcpy(&mark->score, score.p, sizeof mark->score);
    mark->plugin = (uint16_t)(maker >= 0 ? (uint32_t)maker : plugin);
    if (rule.n && !(mark->rule = lo_arena_copy(u->marks->arena, rule.p, rule.n)))
        return lo_mem_short();
    for (uint32_t f = 0; f < n_fields && !status; f++)
        status = unpack_field(u, index);
    return status;
}

lo_status lo_marks_unpack(lo_marks *marks, lo_str packed, lo_str text, const char *const *kinds, int maker)
{
    unpacking u = {.marks = marks, .at = lo_cursor_of(packed), .first = marks->n, .items = LO_BUF_EMPTY};
    lo_status status = LO_OK;
    uint32_t *live = lo_mem_alloc(marks->n * sizeof *live);
    if (!live) {
        status = lo_mem_short();
        goto done;
    }
    for (size_t i = 0; i < marks->n; i++)
        if (!marks->items[i].dropped)
            live[u.n_live++] = (uint32_t)i;
    u.live = live;
    u.n_new = lo_cursor_u32(&u.at);
    if (u.at.bad || u.n_new > packed.n) {
        status = damaged("more marks than bytes");
        goto done;
    }
    for (size_t i = 0; i < u.n_new && !status; i++)
        status = unpack_mark(&u, kinds, maker);
    if (!status && !lo_cursor_done(&u.at))
        status = damaged("bytes follow their end");
    if (!status) /* now that all are there, references can be checked */
        status = lo_marks_check(marks, u.first, text);
done:
    if (status)
        marks->n = u.first;
    lo_buf_free(&u.items);
    lo_mem_free(live);
    return status && status != LO_E_MEMORY ? lo_status_set(LO_E_DATA, "%s", lo_status_message()) : status;
}

/* ---- order ---- */

static int compare(const void *a, const void *b, void *context)
{
    const lo_marks *marks = context;
    uint32_t i = *(const uint32_t *)a, j = *(const uint32_t *)b;
    const lo_mark *x = &marks->items[i], *y = &marks->items[j];
    if (x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    if (x->span.end != y->span.end)
        return x->span.end > y->span.end ? -1 : 1;
    int order = strcmp(x->kind, y->kind);
    return order ? order : (i > j) - (i < j);
}

lo_status lo_marks_sort(const lo_marks *marks, const char *kind, lo_arena *arena, const uint32_t **out, size_t *n)
{
    uint32_t *order = lo_arena_array(arena, marks->n, sizeof *order);
    size_t count = 0;
    if (!order)
        return lo_mem_short();
    for (size_t i = 0; i < marks->n; i++)
        if (!marks->items[i].dropped && (!kind || !strcmp(marks->items[i].kind, kind)))
            order[count++] = (uint32_t)i;
    qsort_r(order, count, sizeof *order, compare, (void *)marks);
    *out = order;
    *n = count;
    return LO_OK;
}
