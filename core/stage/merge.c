// SPDX-License-Identifier: MIT
#include "stage/merge.h"

#include "base/mem.h"
#include "data/mark.h"

#include <string.h>

static bool makes(const lo_contract *contract, const char *kind)
{
    for (const char *const *at = contract->makes; at && *at; at++)
        if (!strcmp(*at, kind))
            return true;
    return false;
}

/* The mark as it was, with its references led to where those marks are now; the ones taken back are left out. */
static lo_status restore(const lo_mark *given, const uint32_t *moved, lo_arena *arena, lo_mark *out)
{
    lo_field *fields = lo_arena_array(arena, given->n_fields + 1, sizeof *fields);
    if (!fields)
        return lo_mem_short();
    *out = *given;
    out->fields = fields;
    out->n_fields = 0;
    for (uint32_t f = 0; f < given->n_fields; f++) {
        lo_field field = given->fields[f];
        if (field.type == LO_FIELD_MARKS) {
            uint32_t *marks = lo_arena_array(arena, field.count + 1, sizeof *marks), n = 0;
            if (!marks)
                return lo_mem_short();
            for (uint32_t i = 0; i < field.count; i++)
                if (moved[field.marks[i]])
                    marks[n++] = moved[field.marks[i]] - 1;
            if (!n && field.count)
                continue;
            field.marks = marks;
            field.count = n;
        }
        fields[out->n_fields++] = field;
    }
    return LO_OK;
}

lo_status lo_merge_marks(lo_str given, const lo_task_result *result, lo_str text, const lo_contract *contract,
                         uint32_t number, lo_arena *arena, lo_buf *out)
{
    lo_marks before = {.arena = arena}, after = {.arena = arena};
    lo_status status = given.n ? lo_marks_unpack(&before, given, text, NULL, -1) : LO_OK;
    if (status || (status = lo_marks_unpack(&after, result->marks, text, NULL, (int)number)))
        return status;
    uint32_t *moved = lo_arena_array(arena, before.n + 1, sizeof *moved); /* index + 1 in after, by index in before */
    if (!moved)
        return lo_mem_short();
    if (result->n_origins != after.n)
        return lo_status_set(LO_E_DATA, "its answer does not say where its marks come from");
    for (size_t i = 0; i < after.n && !status; i++) {
        uint32_t origin = result->origins[i];
        if (!origin ? !makes(contract, after.items[i].kind)
                    : origin > before.n || moved[origin - 1] ||
                          strcmp(before.items[origin - 1].kind, after.items[i].kind) != 0)
            status =
                lo_status_set(LO_E_DATA, "it gave a mark of kind '%s', which it does not make", after.items[i].kind);
        else if (origin)
            moved[origin - 1] = (uint32_t)i + 1;
    }
    for (size_t i = 0; i < before.n && !status; i++)
        if (!moved[i] && !makes(contract, before.items[i].kind))
            status = lo_status_set(LO_E_DATA, "it took back a mark of kind '%s', which it does not make",
                                   before.items[i].kind);
    for (size_t i = 0; i < before.n && !status; i++) {
        if (!moved[i])
            continue;
        lo_mark *mark = &after.items[moved[i] - 1];
        if (makes(contract, mark->kind))
            mark->plugin = before.items[i].plugin; /* completed, not made, by this plugin */
        else
            status = restore(&before.items[i], moved, arena, mark);
    }
    return status ? status : lo_marks_pack(&after, 0, out);
}
