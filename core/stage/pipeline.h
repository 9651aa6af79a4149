// SPDX-License-Identifier: MIT
/* Documents through the crew: hands them out in batches, puts the answers back in order, checks each as hostile, and
 * sees to what died.
 *
 * When a shared worker dies, each document it had is run alone; one that kills its worker again is run plugin by
 * plugin, and a plugin that dies there is left out for that document and named.  A plugin from elsewhere that dies is
 * left out for that document at once.  Whoever was killed by somebody else (SIGKILL from outside) is simply run again.
 */
#ifndef LO_STAGE_PIPELINE_H
#define LO_STAGE_PIPELINE_H

#include "stage/journey.h"

typedef enum lo_pipeline_supply {
    LO_SUPPLY_ITEM,
    LO_SUPPLY_WAIT, /* nothing now: fill when fd can be read */
    LO_SUPPLY_END,
} lo_pipeline_supply;

typedef struct lo_pipeline_source {
    int fd; /* -1: next never waits */
    lo_status (*next)(void *self, lo_pipeline_item *out, lo_pipeline_supply *supply);
    lo_status (*fill)(void *self);
    void *self;
} lo_pipeline_source;

typedef struct lo_pipeline_result {
    uint64_t number;
    lo_status status; /* of the document; the message is why it failed */
    const char *message;
    lo_str line;             /* LO_WANT_LINE: ends with a line end, valid UTF-8, no other control characters */
    const lo_record *record; /* LO_WANT_RECORD */
    const lo_marks *marks;   /* LO_WANT_MARKS; .plugin is the number of the maker in the crew's order */
    const lo_pipeline_fault *faults;
    size_t n_faults;
} lo_pipeline_result;

typedef struct lo_pipeline_sink {
    /* In the order of the input.  Everything is borrowed until it returns. */
    lo_status (*take)(void *self, const lo_pipeline_result *result);
    /* Before waiting: what was taken should go out now.  May be NULL. */
    lo_status (*flush)(void *self);
    void *self;
} lo_pipeline_sink;

/* Until the source ends; want: LO_WANT_* of the finished document.  LO_E_STOP (base/stop.h) and failures of source and
 * sink come through; single documents fail alone. */
lo_status lo_pipeline_run(lo_crew *crew, unsigned want, const lo_pipeline_source *source, const lo_pipeline_sink *sink);

#endif
