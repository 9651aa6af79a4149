// SPDX-License-Identifier: MIT
/* Everything the host reads from a worker that may be hostile: frames, results, contracts, marks. */
#include "fuzz.h"

#include "data/mark.h"
#include "stage/merge.h"
#include "stage/task.h"

static const char text[] = "“We will sign,” said Ann Lee on Monday. The draft, she added, is \xe2\x80\x9c"
                           "fine\xe2\x80\x9d.";

/* Results are joined with one mark that was there before. */
static void merge(lo_str payload, lo_arena *arena)
{
    static const char *const makes[] = {"noise", "attribution", NULL};
    const lo_contract contract = {.name = "4_annotate/fuzz", .makes = makes};
    lo_task_result result;
    lo_marks before = {.arena = arena};
    lo_buf given = LO_BUF_EMPTY, joined = LO_BUF_EMPTY;
    uint32_t index;
    lo_str whole = {text, sizeof text - 1};
    if (!lo_task_result_unpack(payload, arena, &result) && !lo_marks_add(&before, "name", (lo_span){20, 27}, &index) &&
        !lo_marks_add(&before, "attribution", (lo_span){0, 20}, &index) && !lo_marks_pack(&before, 0, &given) &&
        !lo_merge_marks(lo_buf_str(&given), &result, whole, &contract, 7, arena, &joined)) {
        lo_marks after = {.arena = arena};
        REQUIRE(lo_marks_unpack(&after, lo_buf_str(&joined), whole, NULL, -1) == LO_OK);
        for (size_t i = 0; i < after.n; i++) /* what it may not make is as it was */
            REQUIRE(strcmp(after.items[i].kind, "name") || after.items[i].span.start == 20);
    }
    lo_buf_free(&given);
    lo_buf_free(&joined);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_str rest = {(const char *)data, size};
    lo_frame frame;
    size_t used = 1;
    while (rest.n && used && lo_frame_take(rest, &frame, &used) == LO_OK && used) {
        lo_setup setup;
        lo_run_order order;
        lo_contract contract;
        lo_task task;
        lo_cursor at = lo_cursor_of(frame.payload);
        merge(frame.payload, &arena);
        lo_setup_unpack(frame.payload, &arena, &setup);
        lo_run_order_unpack(frame.payload, &arena, &order);
        lo_contract_unpack(frame.payload, &arena, &contract);
        while (at.p < at.end && lo_task_unpack(&at, &task) == LO_OK)
            ;
        rest = (lo_str){rest.p + used, rest.n - used};
    }
    merge((lo_str){(const char *)data, size}, &arena); /* without the frame around it, which is quickly learnt */
    lo_arena_free(&arena);
    return 0;
}
