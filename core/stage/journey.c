// SPDX-License-Identifier: MIT
#include "stage/journey.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "stage/merge.h"

#include <stdio.h>
#include <string.h>

enum { KILLED_OUTSIDE = 8 }; /* times a document is run again because somebody kills workers */

static char *copy_text(lo_str text)
{
    char *copy = lo_mem_alloc(text.n + 1);
    if (copy) {
        if (text.n)
            memcpy(copy, text.p, text.n);
        copy[text.n] = 0;
    }
    return copy;
}

static lo_status set_bytes(lo_journey *j, lo_str bytes)
{
    char *copy = copy_text(bytes);
    if (!copy)
        return lo_mem_short();
    lo_mem_free((char *)j->item.bytes.p);
    j->item.bytes = (lo_str){copy, bytes.n};
    return LO_OK;
}

static void fail(lo_journey *j, lo_status status, lo_str message)
{
    j->done = true;
    j->status = status;
    j->message = copy_text(message);
}

static const lo_crew_step *step_of(const lo_crew *crew, const lo_journey *j)
{
    return &crew->steps[j->step];
}

static const lo_crew_pool *pool_of(const lo_crew *crew, const lo_journey *j)
{
    return &crew->pools[step_of(crew, j)->pool];
}

lo_status lo_journey_start(const lo_crew *crew, const lo_pipeline_item *item, unsigned want, lo_journey **out)
{
    lo_journey *j = lo_mem_zalloc(sizeof *j);
    *out = j;
    if (!j)
        return lo_mem_short();
    j->item = (lo_pipeline_item){.kind = item->kind, .number = item->number};
    j->want = want;
    j->cost = item->bytes.n;
    j->at = crew->steps[0].from;
    if (item->refused) {
        fail(j, LO_E_DATA, lo_str_of(item->refused));
        return LO_OK;
    }
    lo_status status = set_bytes(j, item->bytes);
    if (!status && item->name.n) {
        j->item.name = (lo_str){copy_text(item->name), item->name.n};
        if (!j->item.name.p)
            status = lo_mem_short();
    }
    if (status) {
        lo_journey_free(j);
        *out = NULL;
    }
    return status;
}

void lo_journey_free(lo_journey *j)
{
    if (!j)
        return;
    lo_mem_free((char *)j->item.bytes.p);
    lo_mem_free((char *)j->item.name.p);
    lo_buf_free(&j->marks);
    lo_buf_free(&j->line);
    lo_mem_free(j->message);
    for (size_t i = 0; i < j->n_faults; i++)
        lo_mem_free((char *)j->faults[i].message);
    lo_mem_free(j->faults);
    lo_mem_free(j);
}

/* ---- tasks ---- */

uint32_t lo_journey_turn(const lo_crew *crew, lo_journey *j)
{
    for (;; j->step++, j->at = step_of(crew, j)->from, j->care = LO_CARE_NONE) {
        const lo_crew_step *step = step_of(crew, j);
        bool last = j->step + 1 == crew->n_steps, unread = j->item.kind != LO_TASK_RECORD;
        bool careful = j->care == LO_CARE_BY_PLUGIN;
        if (!careful)
            j->to = step->to;
        else /* first only read it, then a plugin at a time, at last (in the last step) nothing but the result */
            j->to = unread || j->at == step->to ? j->at : j->at + 1;
        j->finishing = last && j->to == step->to && (!careful || (!unread && j->at == j->to));
        if (last || unread || j->at < step->to)
            return step->pool;
    }
}

lo_status lo_journey_pack_task(const lo_journey *j, lo_buf *out)
{
    unsigned record = j->item.kind == LO_TASK_RECORD ? 0 : LO_WANT_RECORD;
    lo_task task = {.kind = j->item.kind,
                    .want = j->finishing ? (j->want & ~LO_WANT_RECORD) | (j->want & record) : LO_WANT_MARKS | record,
                    .from = j->at,
                    .to = j->to,
                    .name = j->item.name,
                    .bytes = j->item.bytes,
                    .marks = lo_buf_str(&j->marks),
                    .with_text = j->with_text};
    return lo_task_pack(&task, out);
}

/* ---- answers ---- */

static lo_status add_fault(const lo_crew *crew, lo_journey *j, uint32_t position, lo_status status, lo_str message)
{
    const lo_crew_pool *pool = pool_of(crew, j);
    if (position >= pool->n)
        return LO_OK;
    lo_status failed = lo_mem_grow((void **)&j->faults, &j->faults_capacity, j->n_faults + 1, sizeof *j->faults);
    char *copy = failed ? NULL : copy_text(message);
    if (!copy)
        return lo_mem_short();
    j->faults[j->n_faults++] = (lo_pipeline_fault){lo_crew_numbered(crew, pool->numbers[position]), status, copy};
    return LO_OK;
}

/* A rendered line is one line of clean UTF-8. */
static bool line_ok(lo_str line)
{
    if (line.n < 3 || line.p[0] != '{' || line.p[line.n - 1] != '\n' || line.p[line.n - 2] != '}')
        return false;
    size_t controls = 0;
    for (size_t i = 0; i < line.n; i++)
        controls += (unsigned char)line.p[i] < 0x20;
    return controls == 1 && lo_utf8_valid(line);
}

static lo_status accept_foreign(const lo_crew *crew, lo_journey *j, const lo_task_result *result, lo_arena *arena)
{
    uint32_t number = pool_of(crew, j)->numbers[0];
    lo_record record;
    lo_buf joined = LO_BUF_EMPTY;
    lo_status status = lo_record_unpack(j->item.bytes, arena, &record);
    if (!status)
        status = lo_merge_marks(lo_buf_str(&j->marks), result, record.text, &lo_crew_numbered(crew, number)->contract,
                                number, arena, &joined);
    if (!status) {
        lo_buf_free(&j->marks);
        j->marks = joined;
        return LO_OK;
    }
    lo_buf_free(&joined);
    return status == LO_E_DATA ? add_fault(crew, j, 0, LO_E_PLUGIN, lo_str_of(lo_status_message())) : status;
}

static lo_status accept_shared(lo_journey *j, const lo_task_result *result)
{
    lo_status status = LO_OK;
    if (result->record.n && !(status = set_bytes(j, result->record)))
        j->item.kind = LO_TASK_RECORD;
    j->with_text |= result->with_text;
    lo_buf_clear(&j->marks);
    return status ? status : lo_buf_add_str(&j->marks, result->marks);
}

lo_status lo_journey_answer(const lo_crew *crew, lo_journey *j, const lo_task_result *result, lo_arena *arena)
{
    bool foreign = pool_of(crew, j)->foreign;
    lo_status status = LO_OK;
    for (uint32_t i = 0; i < result->n_faults && !status; i++)
        status = add_fault(crew, j, result->faults[i].position, result->faults[i].status, result->faults[i].message);
    if (status)
        return status;
    if (result->status && !foreign) {
        fail(j, result->status, result->message);
        return LO_OK;
    }
    if (result->status) /* the document goes on without this plugin */
        status = add_fault(crew, j, 0, result->status, result->message);
    else if (foreign)
        status = accept_foreign(crew, j, result, arena);
    else if (!j->finishing || (j->want & LO_WANT_MARKS))
        status = accept_shared(j, result);
    if (!status && j->finishing && (j->want & LO_WANT_LINE)) {
        if (line_ok(result->line))
            status = lo_buf_add_str(&j->line, result->line);
        else
            fail(j, LO_E_DATA, LO_STR("the worker's answer is damaged"));
    }
    j->done |= j->finishing;
    j->at = j->to;
    return status;
}

/* ---- deaths ---- */

static lo_status blame(const lo_crew *crew, lo_journey *j, const char *how)
{
    char message[128];
    snprintf(message, sizeof message, "its process %s; left out for this document", how);
    lo_status status = add_fault(crew, j, j->at, LO_E_LIMIT, lo_str_of(message));
    j->killed_outside = 0;
    j->done = j->finishing; /* only a plugin alone in its process can be blamed with its last task */
    j->at++;
    return status;
}

lo_status lo_journey_died(const lo_crew *crew, lo_journey *j, const char *how, bool outside)
{
    if (outside && j->killed_outside++ < KILLED_OUTSIDE) {
        if (j->care == LO_CARE_NONE)
            j->care = LO_CARE_ALONE;
        return LO_OK;
    }
    if (pool_of(crew, j)->foreign)
        return blame(crew, j, how);
    if (j->care != LO_CARE_BY_PLUGIN) {
        j->care = j->care == LO_CARE_NONE ? LO_CARE_ALONE : LO_CARE_BY_PLUGIN;
        return LO_OK;
    }
    if (j->at < j->to)
        return blame(crew, j, how);
    char message[128];
    snprintf(message, sizeof message, "%s the document, the process %s",
             j->item.kind == LO_TASK_RECORD ? "writing about" : "reading", how);
    fail(j, LO_E_LIMIT, lo_str_of(message));
    return LO_OK;
}

/* ---- the end ---- */

/* Known makers, and kinds that those make. */
static lo_status check_makers(const lo_crew *crew, const lo_marks *marks)
{
    for (size_t i = 0; i < marks->n; i++) {
        const lo_crew_plugin *plugin = lo_crew_numbered(crew, marks->items[i].plugin);
        bool made = false;
        for (const char *const *kind = plugin ? plugin->contract.makes : NULL; kind && *kind && !made; kind++)
            made = !strcmp(*kind, marks->items[i].kind);
        if (!made)
            return lo_status_set(LO_E_DATA, "a mark of kind '%s' came from a plugin that does not make it",
                                 marks->items[i].kind);
    }
    return LO_OK;
}

lo_status lo_journey_unpack(const lo_crew *crew, const lo_journey *j, lo_arena *arena, lo_record *record,
                            lo_marks *marks)
{
    lo_status status = lo_record_unpack(j->item.bytes, arena, record);
    if (!status && j->marks.n && !(status = lo_marks_unpack(marks, lo_buf_str(&j->marks), record->text, NULL, -1)))
        status = check_makers(crew, marks);
    return status;
}
