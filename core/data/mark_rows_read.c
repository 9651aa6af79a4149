// SPDX-License-Identifier: MIT
/* Marks from their rows: a store may come from elsewhere, so everything is checked again. */
#include "base/mem.h"
#include "base/utf8.h"
#include "data/db.h"
#include "data/mark_rows.h"

#include <jansson.h>
#include <string.h>

typedef struct reading {
    lo_store *store;
    lo_marks *marks;
    lo_str text;
    size_t first;
    uint32_t *indexes; /* row number -> index + 1; 0: not read */
    size_t n_indexes;
    lo_maker *makers;
    int64_t *maker_rows;
    size_t n_makers, makers_capacity;
} reading;

static lo_status read_maker(reading *r, int64_t row_id, uint16_t *out)
{
    for (size_t i = 0; i < r->n_makers; i++)
        if (r->maker_rows[i] == row_id) {
            *out = (uint16_t)i;
            return LO_OK;
        }
    lo_arena *arena = r->marks->arena;
    if (r->n_makers == UINT16_MAX)
        return lo_db_damaged(r->store, "too many plugins");
    if (r->n_makers == r->makers_capacity) {
        size_t capacity = r->makers_capacity ? r->makers_capacity * 2 : 16;
        lo_maker *makers = lo_arena_array(arena, capacity, sizeof *makers);
        int64_t *rows = lo_arena_array(arena, capacity, sizeof *rows);
        if (!makers || !rows)
            return lo_mem_short();
        if (r->n_makers) {
            memcpy(makers, r->makers, r->n_makers * sizeof *makers);
            memcpy(rows, r->maker_rows, r->n_makers * sizeof *rows);
        }
        r->makers = makers;
        r->maker_rows = rows;
        r->makers_capacity = capacity;
    }
    sqlite3_stmt *statement;
    bool row;
    lo_status status = lo_db_statement(r->store, "SELECT name, version, sha256 FROM plugin WHERE id = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, row_id);
    if ((status = lo_db_step(r->store, statement, &row)))
        return status;
    lo_maker *maker = &r->makers[r->n_makers];
    lo_str hash = row ? lo_db_column(statement, 2) : LO_STR("");
    if (!row || hash.n != sizeof maker->hash.bytes) {
        sqlite3_reset(statement);
        return lo_db_damaged(r->store, "a mark of no plugin");
    }
    memcpy(maker->hash.bytes, hash.p, hash.n);
    maker->name = lo_str_copy(arena, lo_db_column(statement, 0)).p;
    maker->version = lo_str_copy(arena, lo_db_column(statement, 1)).p;
    sqlite3_reset(statement);
    if (!maker->name || !maker->version)
        return lo_mem_short();
    r->maker_rows[r->n_makers] = row_id;
    *out = (uint16_t)r->n_makers++;
    return LO_OK;
}

static lo_status bad_fields(reading *r)
{
    return lo_db_damaged(r->store, "fields of a mark that are none");
}

static bool read_u32(const json_t *value, uint32_t *out)
{
    json_int_t number = json_is_integer(value) ? json_integer_value(value) : -1;
    *out = (uint32_t)number;
    return number >= 0 && number <= UINT32_MAX;
}

/* References stay row numbers here; they become indexes when all marks are read. */
static lo_status read_array(reading *r, const json_t *value, lo_field *field)
{
    size_t n = json_array_size(value);
    if (n > UINT32_MAX / 2)
        return bad_fields(r);
    field->count = (uint32_t)n;
    field->type = n && json_is_array(json_array_get(value, 0)) ? LO_FIELD_SPANS : LO_FIELD_MARKS;
    lo_span *spans = NULL;
    uint32_t *marks = NULL;
    if (field->type == LO_FIELD_SPANS)
        field->spans = spans = lo_arena_array(r->marks->arena, n, sizeof *spans);
    else
        field->marks = marks = lo_arena_array(r->marks->arena, n, sizeof *marks);
    if (!spans && !marks)
        return lo_mem_short();
    for (size_t i = 0; i < n; i++) {
        const json_t *item = json_array_get(value, i);
        bool good = spans ? json_array_size(item) == 2 && read_u32(json_array_get(item, 0), &spans[i].start) &&
                                read_u32(json_array_get(item, 1), &spans[i].end)
                          : read_u32(item, &marks[i]);
        if (!good)
            return bad_fields(r);
    }
    return LO_OK;
}

static lo_status read_fields(reading *r, lo_str json, uint32_t index)
{
    json_error_t error;
    json_t *object = json_loadb(json.p, json.n, JSON_REJECT_DUPLICATES, &error);
    if (!json_is_object(object)) {
        bool memory = !object && json_error_code(&error) == json_error_out_of_memory;
        json_decref(object);
        return memory ? lo_mem_short() : bad_fields(r);
    }
    lo_status status = LO_OK;
    const char *name;
    json_t *value;
    json_object_foreach(object, name, value)
    {
        lo_field field = {.name = name};
        if (json_is_string(value)) {
            field.type = LO_FIELD_STRING;
            field.string = (lo_str){json_string_value(value), json_string_length(value)};
        } else if (json_is_number(value)) {
            field.type = LO_FIELD_NUMBER;
            field.number = json_number_value(value);
        } else if (json_is_array(value)) {
            status = read_array(r, value, &field);
        } else {
            status = bad_fields(r);
        }
        if (!status && (status = lo_marks_set(r->marks, index, &field)) == LO_E_PLUGIN)
            status = bad_fields(r);
        if (status)
            break;
    }
    json_decref(object);
    return status;
}

/* Row numbers become indexes; references to what was not asked for are left out. */
static lo_status resolve(reading *r)
{
    for (size_t i = r->first; i < r->marks->n; i++) {
        lo_mark *mark = &r->marks->items[i];
        for (uint32_t f = 0; f < mark->n_fields; f++) {
            lo_field *field = &mark->fields[f];
            if (field->type != LO_FIELD_MARKS)
                continue;
            uint32_t *marks = (uint32_t *)field->marks, n = 0;
            for (uint32_t k = 0; k < field->count; k++)
                if (marks[k] < r->n_indexes && r->indexes[marks[k]])
                    marks[n++] = r->indexes[marks[k]] - 1;
            field->count = n;
        }
    }
    lo_status status = lo_marks_check(r->marks, r->first, r->text);
    return status && status != LO_E_MEMORY ? lo_db_damaged(r->store, lo_status_message()) : status;
}

static lo_status read_row(reading *r, sqlite3_stmt *statement, const char *const *kinds)
{
    lo_str kind = lo_db_column(statement, 1);
    bool wanted = !kinds;
    for (size_t k = 0; kinds && kinds[k] && !wanted; k++)
        wanted = lo_str_is(kind, kinds[k]);
    int64_t number = sqlite3_column_int64(statement, 0), start = sqlite3_column_int64(statement, 2),
            end = sqlite3_column_int64(statement, 3);
    double score = sqlite3_column_double(statement, 4);
    lo_str rule = lo_db_column(statement, 6);
    if (number < 0 || (size_t)number >= r->n_indexes || start < 0 || start > UINT32_MAX || end < 0 ||
        end > UINT32_MAX || !(score >= 0 && score <= 1) || kind.n > 31 || !lo_utf8_valid(rule) ||
        (rule.n && memchr(rule.p, 0, rule.n)))
        return lo_db_damaged(r->store, "a mark with impossible numbers or names");
    if (!wanted)
        return LO_OK;
    char name[32];
    memcpy(name, kind.p, kind.n);
    name[kind.n] = 0;
    uint32_t index;
    lo_status status = lo_marks_add(r->marks, name, (lo_span){(uint32_t)start, (uint32_t)end}, &index);
    if (status)
        return status == LO_E_PLUGIN ? lo_db_damaged(r->store, "a mark of a kind that is none") : status;
    lo_mark *mark = &r->marks->items[index];
    mark->score = (float)score;
    mark->rule = lo_str_copy(r->marks->arena, rule).p;
    if (!mark->rule)
        return lo_mem_short();
    r->indexes[number] = index + 1;
    status = read_maker(r, sqlite3_column_int64(statement, 5), &mark->plugin);
    return status ? status : read_fields(r, lo_db_column(statement, 7), index);
}

lo_status lo_mark_rows_read(lo_store *store, int64_t document, lo_str text, const char *const *kinds, lo_marks *marks,
                            const lo_maker **makers, size_t *n_makers)
{
    reading r = {.store = store, .marks = marks, .text = text, .first = marks->n};
    sqlite3_stmt *count, *select;
    bool row;
    lo_status status = lo_db_statement(
        store, "SELECT coalesce((max(id) & 4294967295) + 1, 0), count(*) FROM mark WHERE id BETWEEN ? AND ?", &count);
    if (!status)
        status = lo_db_statement(store,
                                 "SELECT id & 4294967295, kind, start, finish, score, plugin, rule, fields FROM mark"
                                 " WHERE id BETWEEN ? AND ? ORDER BY id",
                                 &select);
    if (status)
        return status;
    sqlite3_bind_int64(count, 1, lo_db_mark_row(document, 0));
    sqlite3_bind_int64(count, 2, lo_db_mark_row(document, UINT32_MAX));
    if ((status = lo_db_step(store, count, &row)))
        return status;
    int64_t highest = sqlite3_column_int64(count, 0), n = sqlite3_column_int64(count, 1);
    sqlite3_reset(count);
    if (highest != n || n > UINT32_MAX / 2)
        return lo_db_damaged(store, "marks whose numbers have gaps");
    r.n_indexes = (size_t)n;
    r.indexes = lo_arena_array(marks->arena, r.n_indexes, sizeof *r.indexes);
    if (!r.indexes)
        return lo_mem_short();
    sqlite3_bind_int64(select, 1, lo_db_mark_row(document, 0));
    sqlite3_bind_int64(select, 2, lo_db_mark_row(document, UINT32_MAX));
    while (!(status = lo_db_step(store, select, &row)) && row && !(status = read_row(&r, select, kinds)))
        ;
    sqlite3_reset(select);
    if (!status)
        status = resolve(&r);
    if (status)
        marks->n = r.first;
    *makers = r.makers;
    *n_makers = r.n_makers;
    return status;
}

lo_status lo_mark_rows_faults(lo_store *store, int64_t document, lo_arena *arena, lo_str *out)
{
    sqlite3_stmt *statement;
    bool row;
    lo_status status = lo_db_statement(store, "SELECT faults FROM analysis WHERE document = ?", &statement);
    if (status)
        return status;
    sqlite3_bind_int64(statement, 1, document);
    if ((status = lo_db_step(store, statement, &row)))
        return status;
    *out = lo_str_copy(arena, row ? lo_db_column(statement, 0) : LO_STR(""));
    sqlite3_reset(statement);
    return out->p ? LO_OK : lo_mem_short();
}
