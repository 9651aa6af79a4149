// SPDX-License-Identifier: MIT
/* A store with one document and its marks: two attributions (one inside the other), a stance, an entity and its
 * mention, a mark of a kind of its own; and a layer. */
#ifndef LO_TESTS_MARKED_STORE_H
#define LO_TESTS_MARKED_STORE_H

#include "data/layer.h"
#include "data/mark_rows.h"
#include "scratch.h"

#define TEXT "\xe2\x80\x9cWe will sign,\xe2\x80\x9d said Ann Lee. She left."
__attribute__((unused)) static const lo_record record = {
    .key = {"a.txt", 5}, .text = {TEXT, sizeof TEXT - 1}, .outlet = {"Outlet", 6}, .date = {"2019-03-02", 10}};
__attribute__((unused)) static lo_maker makers[] = {{.name = "4_annotate/direct", .version = "1.0"},
                                                    {.name = "6_classify/x", .version = "2"}};

__attribute__((unused)) static lo_status spans(lo_marks *m, uint32_t i, const char *name, lo_span a, lo_span b)
{
    lo_span both[] = {a, b};
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_SPANS, .count = b.end ? 2 : 1, .spans = both});
}

__attribute__((unused)) static lo_status string(lo_marks *m, uint32_t i, const char *name, const char *text)
{
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_STRING, .string = lo_str_of(text)});
}

__attribute__((unused)) static lo_status refer(lo_marks *m, uint32_t i, const char *name, uint32_t to)
{
    return lo_marks_set(m, i, &(lo_field){.name = name, .type = LO_FIELD_MARKS, .count = 1, .marks = &to});
}

/* Not in text order, with a dropped one in between, so that row numbers differ from indexes. */
__attribute__((unused)) static lo_status sample(lo_marks *m)
{
    uint32_t mention, dropped, stance, parent, attribution, entity, own;
    const lo_span none = {0, 0};
    lo_field weight = {.name = "weight", .type = LO_FIELD_NUMBER, .number = 0.1};
    bool failed =
        lo_marks_add(m, "mention", (lo_span){34, 37}, &mention) ||
        lo_marks_add(m, "name", (lo_span){25, 32}, &dropped) || lo_marks_add(m, "stance", (lo_span){0, 32}, &stance) ||
        lo_marks_add(m, "attribution", (lo_span){0, 37}, &parent) ||
        lo_marks_add(m, "attribution", (lo_span){0, 32}, &attribution) ||
        lo_marks_add(m, "entity", (lo_span){25, 32}, &entity) || lo_marks_add(m, "own_kind", (lo_span){34, 34}, &own);
    if (failed)
        return LO_E_MEMORY;
    m->items[dropped].dropped = true;
    m->items[stance].plugin = 1;
    m->items[attribution].rule = "after-quote";
    m->items[attribution].score = 0.5f;
    failed = spans(m, attribution, "content", (lo_span){3, 10}, (lo_span){11, 16}) ||
             spans(m, attribution, "cue", (lo_span){20, 24}, none) ||
             spans(m, attribution, "source", (lo_span){25, 32}, none) || string(m, attribution, "type", "direct") ||
             string(m, attribution, "speaker", "Ann \"Quote\" Lee\n") || refer(m, attribution, "parent", parent) ||
             refer(m, attribution, "entity", entity) || string(m, entity, "name", "Ann Lee") ||
             string(m, entity, "type", "person") || refer(m, mention, "entity", entity) ||
             string(m, mention, "how", "pronoun") || refer(m, stance, "attribution", attribution) ||
             string(m, stance, "target", "dam") || string(m, stance, "label", "support") ||
             spans(m, stance, "evidence", (lo_span){11, 15}, none) || lo_marks_set(m, own, &weight);
    return failed ? LO_E_MEMORY : LO_OK;
}

__attribute__((unused)) static lo_status fill(const char *name, lo_store **out)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_marks marks = {.arena = &arena};
    lo_put put;
    char id[13];
    lo_digest signature = lo_digest_of(LO_STR("s"));
    static const lo_span tokens[] = {{3, 5}, {6, 10}};
    lo_status status = lo_store_open(scratch(name), LO_STORE_CREATE, out);
    bool failed = status || (status = lo_store_begin(*out)) || (status = lo_store_put(*out, &record, &put, id)) ||
                  (status = sample(&marks)) ||
                  (status = lo_mark_rows_put(*out, 1, record.text, &marks, makers, 2, &signature, LO_STR("a: b"))) ||
                  (status = lo_layer_put(*out, 1, "tokens", &(lo_layer){tokens, NULL, 2})) ||
                  (status = lo_store_commit(*out));
    lo_arena_free(&arena);
    return failed ? status : LO_OK;
}

#endif
