// SPDX-License-Identifier: MIT
#include "data/mark_rows.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "data/db.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* ---- public ids ---- */

void lo_mark_id_print(const char *document, const lo_mark *mark, char out[LO_MARK_ID + 1])
{
    snprintf(out, LO_MARK_ID + 1, "%s.%s.%u-%u", document, mark->kind, mark->span.start, mark->span.end);
}

static bool read_offset(lo_str *rest, char end, uint32_t *out)
{
    uint64_t value = 0;
    size_t i = 0;
    for (; i < rest->n && rest->p[i] >= '0' && rest->p[i] <= '9' && i < 10; i++)
        value = value * 10 + (uint64_t)(rest->p[i] - '0');
    if (!i || value > UINT32_MAX || (i < rest->n ? rest->p[i] : 0) != end)
        return false;
    *rest = (lo_str){rest->p + i + (end != 0), rest->n - i - (end != 0)};
    *out = (uint32_t)value;
    return true;
}

lo_status lo_mark_id_parse(lo_str text, lo_mark_id *out)
{
    const char *dot = text.n > LO_RECORD_ID ? memchr(text.p + LO_RECORD_ID + 1, '.', text.n - LO_RECORD_ID - 1) : NULL;
    size_t kind = dot ? (size_t)(dot - text.p) - LO_RECORD_ID - 1 : 0;
    if (dot && text.p[LO_RECORD_ID] == '.' && kind > 0 && kind < sizeof out->kind) {
        memcpy(out->document, text.p, LO_RECORD_ID);
        out->document[LO_RECORD_ID] = 0;
        memcpy(out->kind, text.p + LO_RECORD_ID + 1, kind);
        out->kind[kind] = 0;
        lo_str rest = {dot + 1, text.n - (size_t)(dot + 1 - text.p)};
        if (read_offset(&rest, '-', &out->span.start) && read_offset(&rest, 0, &out->span.end) &&
            out->span.start <= out->span.end)
            return LO_OK;
    }
    return lo_status_set(LO_E_ARG, "'%.*s' is no id of a mark; they look like 0123456789ab.attribution.120-240",
                         LO_STR_ARG(text));
}

/* ---- writing ---- */

typedef struct writing {
    lo_store *store;
    int64_t document;
    lo_str text;
    const lo_marks *marks;
    const uint32_t *order; /* marks in text order: row number -> index */
    uint32_t *numbers;     /* index -> row number */
    size_t n;
    int64_t *makers; /* rows of plugin */
    size_t n_makers;
    lo_buf fields;
    lo_buf words[5]; /* texts of span fields of one row */
    const lo_digest *signature;
    lo_str faults;
} writing;

/* Strings were checked to be UTF-8 without U+0000; JSON wants quotes, backslashes and controls escaped (RFC 8259). */
static void add_json_string(lo_buf *out, lo_str s)
{
    lo_buf_add_byte(out, '"');
    size_t from = 0;
    for (size_t i = 0; i < s.n; i++) {
        unsigned char c = (unsigned char)s.p[i];
        if (c != '"' && c != '\\' && c >= 0x20)
            continue;
        lo_buf_add(out, s.p + from, i - from);
        from = i + 1;
        if (c < 0x20)
            lo_buf_print(out, "\\u%04x", c);
        else
            lo_buf_add(out, (char[]){'\\', (char)c}, 2);
    }
    lo_buf_add(out, s.p + from, s.n - from);
    lo_buf_add_byte(out, '"');
}

static void add_number(lo_buf *out, uint32_t value)
{
    char digits[10];
    size_t n = 0;
    do
        digits[sizeof digits - ++n] = (char)('0' + value % 10);
    while (value /= 10);
    lo_buf_add(out, digits + sizeof digits - n, n);
}

static void add_field(writing *w, const lo_field *field)
{
    lo_buf *out = &w->fields;
    switch (field->type) {
    case LO_FIELD_SPANS:
        for (uint32_t i = 0; i < field->count; i++) {
            lo_buf_add(out, i ? ",[" : "[[", 2);
            add_number(out, field->spans[i].start);
            lo_buf_add_byte(out, ',');
            add_number(out, field->spans[i].end);
            lo_buf_add_byte(out, ']');
        }
        lo_buf_add_byte(out, ']');
        break;
    case LO_FIELD_MARKS:
        for (uint32_t i = 0; i < field->count; i++) {
            lo_buf_add_byte(out, i ? ',' : '[');
            add_number(out, w->numbers[field->marks[i]]);
        }
        lo_buf_add_byte(out, ']');
        break;
    case LO_FIELD_STRING: add_json_string(out, field->string); break;
    case LO_FIELD_NUMBER: lo_buf_print(out, "%.17g", field->number); break;
    }
}

static void write_fields(writing *w, const lo_mark *mark)
{
    lo_buf_clear(&w->fields);
    lo_buf_add_byte(&w->fields, '{');
    bool first = true;
    for (uint32_t f = 0; f < mark->n_fields; f++) {
        const lo_field *field = &mark->fields[f];
        if ((field->type == LO_FIELD_SPANS || field->type == LO_FIELD_MARKS) && !field->count)
            continue; /* nothing there is the same as no field */
        if (!first)
            lo_buf_add_byte(&w->fields, ',');
        first = false;
        lo_buf_add_byte(&w->fields, '"');
        lo_buf_add_text(&w->fields, field->name);
        lo_buf_add(&w->fields, "\":", 2);
        add_field(w, field);
    }
    lo_buf_add_byte(&w->fields, '}');
}

/* The words under a field's spans, joined by an ellipsis. */
static lo_str words_of(writing *w, int slot, const lo_mark *mark, const char *name)
{
    const lo_field *field = lo_mark_get(mark, name);
    if (!field || field->type != LO_FIELD_SPANS || !field->count)
        return LO_STR("");
    if (field->count == 1)
        return (lo_str){w->text.p + field->spans[0].start, field->spans[0].end - field->spans[0].start};
    lo_buf *out = &w->words[slot];
    lo_buf_clear(out);
    for (uint32_t i = 0; i < field->count; i++) {
        if (i)
            lo_buf_add_text(out, " … ");
        lo_buf_add(out, w->text.p + field->spans[i].start, field->spans[i].end - field->spans[i].start);
    }
    return lo_buf_str(out);
}

static void bind_reference(writing *w, sqlite3_stmt *statement, int parameter, const lo_mark *mark, const char *name)
{
    const lo_field *field = lo_mark_get(mark, name);
    if (field && field->type == LO_FIELD_MARKS && field->count)
        sqlite3_bind_int64(statement, parameter, lo_db_mark_row(w->document, w->numbers[field->marks[0]]));
}

static void bind_strings(sqlite3_stmt *statement, int parameter, const lo_mark *mark, const char *const *names)
{
    for (; *names; names++)
        lo_db_bind_text(statement, parameter++, lo_mark_string(mark, *names));
}

static lo_status put_statement(writing *w, sqlite3_stmt *at, const lo_mark *mark)
{
    static const char *const strings[] = {"speaker", "type", "attitude",     "date",   "channel", "outlet",
                                          "via",     "role", "organization", "naming", NULL};
    bind_strings(at, 2, mark, strings);
    lo_db_bind_text(at, 12, words_of(w, 0, mark, "source"));
    lo_db_bind_text(at, 13, words_of(w, 1, mark, "cue"));
    lo_db_bind_text(at, 14, words_of(w, 2, mark, "content"));
    lo_db_bind_text(at, 15, words_of(w, 3, mark, "addressee"));
    bind_reference(w, at, 16, mark, "parent");
    return lo_db_run(w->store, at);
}

static lo_status put_stance(writing *w, sqlite3_stmt *at, const lo_mark *mark)
{
    static const char *const strings[] = {"target", "label", NULL};
    const lo_field *statement = lo_mark_get(mark, "attribution");
    if (!statement || !statement->count) { /* a stance of nobody is kept as a mark only */
        sqlite3_reset(at);
        return LO_OK;
    }
    bind_strings(at, 2, mark, strings);
    lo_db_bind_text(at, 4, words_of(w, 0, mark, "evidence"));
    lo_db_bind_text(at, 5, words_of(w, 1, mark, "condition"));
    bind_reference(w, at, 6, mark, "attribution");
    return lo_db_run(w->store, at);
}

static lo_status put_entity(writing *w, sqlite3_stmt *at, const lo_mark *mark)
{
    static const char *const strings[] = {"name", "type", "role", "organization", NULL};
    bind_strings(at, 2, mark, strings);
    return lo_db_run(w->store, at);
}

static lo_status put_mention(writing *w, sqlite3_stmt *at, const lo_mark *mark)
{
    static const char *const strings[] = {"how", NULL};
    bind_strings(at, 2, mark, strings);
    lo_db_bind_text(at, 3, (lo_str){w->text.p + mark->span.start, mark->span.end - mark->span.start});
    bind_reference(w, at, 4, mark, "entity");
    return lo_db_run(w->store, at);
}

/* Kinds with a table of their own beside mark: parameter 1 is the mark's id. */
static const struct spelled_out {
    const char *kind, *insert;
    lo_status (*put)(writing *w, sqlite3_stmt *at, const lo_mark *mark);
} spelled_out[] = {
    {"attribution",
     "INSERT INTO statement (id, speaker, type, attitude, said, channel, outlet, via, role, organization,"
     " naming, source, cue, content, addressee, parent) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
     put_statement},
    {"stance", "INSERT INTO stance (id, target, label, evidence, condition, statement) VALUES (?, ?, ?, ?, ?, ?)",
     put_stance},
    {"entity", "INSERT INTO entity (id, name, type, role, organization) VALUES (?, ?, ?, ?, ?)", put_entity},
    {"mention", "INSERT INTO mention (id, how, words, entity) VALUES (?, ?, ?, ?)", put_mention},
};

static lo_status put_mark(writing *w, uint32_t number)
{
    const lo_mark *mark = &w->marks->items[w->order[number]];
    sqlite3_stmt *insert;
    write_fields(w, mark);
    lo_status status = w->fields.status;
    if (!status)
        status = lo_db_statement(w->store,
                                 "INSERT INTO mark (id, kind, start, finish, score, plugin, rule, fields)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
                                 &insert);
    if (status)
        return status;
    sqlite3_bind_int64(insert, 1, lo_db_mark_row(w->document, number));
    lo_db_bind_text(insert, 2, lo_str_of(mark->kind));
    sqlite3_bind_int64(insert, 3, mark->span.start);
    sqlite3_bind_int64(insert, 4, mark->span.end);
    sqlite3_bind_double(insert, 5, mark->score);
    sqlite3_bind_int64(insert, 6, w->makers[mark->plugin]);
    lo_db_bind_text(insert, 7, lo_str_of(mark->rule));
    lo_db_bind_text(insert, 8, lo_buf_str(&w->fields));
    status = lo_db_run(w->store, insert);
    for (size_t k = 0; !status && k < sizeof spelled_out / sizeof *spelled_out; k++) {
        sqlite3_stmt *at;
        if (strcmp(spelled_out[k].kind, mark->kind) != 0)
            continue;
        status = lo_db_statement(w->store, spelled_out[k].insert, &at);
        if (status)
            return status;
        sqlite3_bind_int64(at, 1, lo_db_mark_row(w->document, number));
        status = spelled_out[k].put(w, at, mark);
        for (size_t i = 0; i < sizeof w->words / sizeof *w->words && !status; i++)
            status = w->words[i].status;
    }
    return status;
}

static lo_status delete_marks(lo_store *store, int64_t document)
{
#define HERE "BETWEEN ?1 AND ?2"
    static const char *const deletes[] = {"DELETE FROM relation WHERE a " HERE " OR b " HERE,
                                          "DELETE FROM statement WHERE id " HERE,
                                          "DELETE FROM stance WHERE id " HERE,
                                          "DELETE FROM entity WHERE id " HERE,
                                          "DELETE FROM mention WHERE id " HERE,
                                          "DELETE FROM mark WHERE id " HERE};
#undef HERE
    for (size_t i = 0; i < sizeof deletes / sizeof *deletes; i++) {
        sqlite3_stmt *statement;
        lo_status status = lo_db_statement(store, deletes[i], &statement);
        if (status)
            return status;
        sqlite3_bind_int64(statement, 1, lo_db_mark_row(document, 0));
        sqlite3_bind_int64(statement, 2, lo_db_mark_row(document, UINT32_MAX));
        if ((status = lo_db_run(store, statement)))
            return status;
    }
    return LO_OK;
}

static lo_status find_maker(lo_store *store, const lo_maker *maker, int64_t *row_id)
{
    sqlite3_stmt *find, *insert;
    bool row;
    lo_status status =
        lo_db_statement(store, "SELECT id FROM plugin WHERE name = ? AND version = ? AND sha256 = ?", &find);
    if (!status)
        status = lo_db_statement(store, "INSERT INTO plugin (name, version, sha256) VALUES (?, ?, ?)", &insert);
    if (status)
        return status;
    sqlite3_stmt *const both[] = {find, insert};
    for (int i = 0; i < 2; i++) {
        lo_db_bind_text(both[i], 1, lo_str_of(maker->name));
        lo_db_bind_text(both[i], 2, lo_str_of(maker->version));
        lo_db_bind_blob(both[i], 3, (lo_str){(const char *)maker->hash.bytes, sizeof maker->hash.bytes});
    }
    status = lo_db_step(store, find, &row);
    if (status)
        return status;
    if (row) {
        *row_id = sqlite3_column_int64(find, 0);
        sqlite3_reset(find);
        return LO_OK;
    }
    status = lo_db_run(store, insert);
    *row_id = sqlite3_last_insert_rowid(store->handle);
    return status;
}

static lo_status put_analysis(writing *w)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(
        w->store, "INSERT OR REPLACE INTO analysis (document, signature, faults) VALUES (?, ?, ?)", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, w->document);
    lo_db_bind_blob(statement, 2, (lo_str){(const char *)w->signature->bytes, sizeof w->signature->bytes});
    lo_db_bind_text(statement, 3, w->faults);
    return lo_db_run(w->store, statement);
}

/* Everything that could be wrong with the marks is found before the first row is written. */
static lo_status check_marks(const writing *w)
{
    for (size_t i = 0; i < w->n; i++) {
        const lo_mark *mark = &w->marks->items[w->order[i]];
        if (mark->plugin >= w->n_makers)
            return lo_status_set(LO_E_PLUGIN, "%s: was made by no known plugin", mark->kind);
        if (mark->rule[0] && !lo_utf8_valid(lo_str_of(mark->rule)))
            return lo_status_set(LO_E_PLUGIN, "%s: the name of its rule is no UTF-8 text", mark->kind);
        for (uint32_t f = 0; f < mark->n_fields; f++)
            for (uint32_t r = 0; mark->fields[f].type == LO_FIELD_MARKS && r < mark->fields[f].count; r++)
                if (w->marks->items[mark->fields[f].marks[r]].dropped)
                    return lo_status_set(LO_E_PLUGIN, "%s.%s: refers to a mark that was dropped", mark->kind,
                                         mark->fields[f].name);
    }
    return lo_marks_check(w->marks, 0, w->text);
}

lo_status lo_mark_rows_put(lo_store *store, int64_t document, lo_str text, const lo_marks *marks,
                           const lo_maker *makers, size_t n_makers, const lo_digest *signature, lo_str faults)
{
    lo_arena arena = LO_ARENA_EMPTY;
    writing w = {.store = store,
                 .document = document,
                 .text = text,
                 .marks = marks,
                 .n_makers = n_makers,
                 .signature = signature,
                 .faults = faults};
    lo_status status = lo_marks_sort(marks, NULL, &arena, &w.order, &w.n);
    if (status)
        goto done;
    w.numbers = lo_arena_array(&arena, marks->n, sizeof *w.numbers);
    w.makers = lo_arena_array(&arena, n_makers, sizeof *w.makers);
    if (!w.numbers || !w.makers) {
        status = lo_mem_short();
        goto done;
    }
    for (size_t i = 0; i < w.n; i++)
        w.numbers[w.order[i]] = (uint32_t)i;
    status = check_marks(&w);
    for (size_t i = 0; i < n_makers && !status; i++)
        status = find_maker(store, &makers[i], &w.makers[i]);
    if (!status)
        status = delete_marks(store, document);
    for (uint32_t i = 0; i < w.n && !status; i++)
        status = put_mark(&w, i);
    if (!status)
        status = put_analysis(&w);
done:
    for (size_t i = 0; i < sizeof w.words / sizeof *w.words; i++)
        lo_buf_free(&w.words[i]);
    lo_buf_free(&w.fields);
    lo_arena_free(&arena);
    return status;
}

/* ---- relations ---- */

lo_status lo_relations_clear(lo_store *store)
{
    sqlite3_stmt *statement;
    lo_status status = lo_db_statement(store, "DELETE FROM relation", &statement);
    return status ? status : lo_db_run(store, statement);
}

static lo_status check_place(lo_store *store, const lo_mark_place *place)
{
    sqlite3_stmt *statement;
    bool row;
    lo_status status = lo_db_statement(store, "SELECT 1 FROM mark WHERE id = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, lo_db_mark_row(place->document, place->number));
    status = lo_db_step(store, statement, &row);
    sqlite3_reset(statement);
    return !status && !row ? lo_status_set(LO_E_PLUGIN, "a relation refers to a mark that is not there") : status;
}

lo_status lo_relations_put(lo_store *store, const lo_relation *relation)
{
    sqlite3_stmt *statement;
    int64_t maker;
    if (!(relation->score >= 0 && relation->score <= 1) || !lo_utf8_valid(relation->evidence) ||
        !lo_utf8_valid(lo_str_of(relation->label)) || !lo_utf8_valid(lo_str_of(relation->rule)))
        return lo_status_set(LO_E_PLUGIN, "a relation with a score outside 0 to 1 or text that is no UTF-8");
    lo_status status = check_place(store, &relation->a);
    if (!status)
        status = check_place(store, &relation->b);
    if (!status)
        status = find_maker(store, relation->maker, &maker);
    if (!status)
        status = lo_db_statement(store,
                                 "INSERT OR REPLACE INTO relation (label, a, b, score, evidence, plugin, rule)"
                                 " VALUES (?, ?, ?, ?, ?, ?, ?)",
                                 &statement);
    if (status)
        return status;
    lo_db_bind_text(statement, 1, lo_str_of(relation->label));
    sqlite3_bind_int64(statement, 2, lo_db_mark_row(relation->a.document, relation->a.number));
    sqlite3_bind_int64(statement, 3, lo_db_mark_row(relation->b.document, relation->b.number));
    sqlite3_bind_double(statement, 4, relation->score);
    lo_db_bind_text(statement, 5, relation->evidence);
    sqlite3_bind_int64(statement, 6, maker);
    lo_db_bind_text(statement, 7, lo_str_of(relation->rule));
    return lo_db_run(store, statement);
}
