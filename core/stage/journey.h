// SPDX-License-Identifier: MIT
/* The way of one document through the crew's steps: what is to be done next, what an answer changes, and what the death
 * of a worker over it means. */
#ifndef LO_STAGE_JOURNEY_H
#define LO_STAGE_JOURNEY_H

#include "data/mark.h"
#include "data/record.h"
#include "stage/crew.h"

typedef struct lo_pipeline_item {
    lo_task_kind kind;
    uint64_t number;     /* the caller's: line, row … */
    lo_str name;         /* of a file */
    lo_str bytes;        /* borrowed until the next call */
    const char *refused; /* static; not NULL: why this one fails without being looked at */
} lo_pipeline_item;

typedef struct lo_pipeline_fault {
    const lo_crew_plugin *plugin;
    lo_status status;
    const char *message;
} lo_pipeline_fault;

/* How carefully a document is run since a worker died over it. */
typedef enum lo_journey_care { LO_CARE_NONE, LO_CARE_ALONE, LO_CARE_BY_PLUGIN } lo_journey_care;

typedef struct lo_journey {
    struct lo_journey *next_alive, *next; /* the pipeline's: in the order of the input; in a queue */
    lo_pipeline_item item;                /* bytes and name: owned; a packed record once it was read */
    unsigned want;
    size_t cost;           /* bytes it came with */
    uint32_t step, at, to; /* positions of the task in hand: [at, to) of the step */
    lo_journey_care care;
    bool done;
    bool finishing; /* the task in hand is the last */
    bool with_text;
    uint32_t killed_outside;
    lo_buf marks, line;
    lo_status status;
    char *message;
    lo_pipeline_fault *faults;
    size_t n_faults, faults_capacity;
} lo_journey;

/* Copies the item. */
lo_status lo_journey_start(const lo_crew *crew, const lo_pipeline_item *item, unsigned want, lo_journey **out);
void lo_journey_free(lo_journey *journey);

/* Decides on the next task; gives the pool it is for. */
uint32_t lo_journey_turn(const lo_crew *crew, lo_journey *journey);
lo_status lo_journey_pack_task(const lo_journey *journey, lo_buf *out);

/* Takes the answer to the task in hand, checked as hostile; then the journey is done or wants another turn.  arena: for
 * this answer.  Fails only when the host cannot go on. */
lo_status lo_journey_answer(const lo_crew *crew, lo_journey *journey, const lo_task_result *result, lo_arena *arena);
/* Its process died: how (a static phrase), and whether somebody else killed it.  Done, or another turn. */
lo_status lo_journey_died(const lo_crew *crew, lo_journey *journey, const char *how, bool outside);

/* Record and marks of a journey that is done; LO_E_DATA when they are not what they must be.  arena. */
lo_status lo_journey_unpack(const lo_crew *crew, const lo_journey *journey, lo_arena *arena, lo_record *record,
                            lo_marks *marks);

#endif
