// SPDX-License-Identifier: MIT
/* What plugins did wrong during a run, told on standard error: each kind of trouble a few times, then as a number. */
#ifndef LO_TOOL_TROUBLE_H
#define LO_TOOL_TROUBLE_H

#include "stage/pipeline.h"

typedef struct lo_trouble {
    const char *command; /* "extract" */
    bool quiet;
    const lo_crew *crew;
    uint64_t *faults; /* by plugin */
} lo_trouble;

/* For lo_crew_options.warn; self is the lo_trouble. */
void lo_trouble_warn(void *self, const char *message);
/* Once the crew is there. */
lo_status lo_trouble_open(lo_trouble *trouble, const lo_crew *crew);
void lo_trouble_close(lo_trouble *trouble);
/* where: "line 12" or a document's key. */
void lo_trouble_tell(lo_trouble *trouble, const lo_pipeline_result *result, lo_str where);
/* Tells what is left to tell; gives how many plugins were left out and how often one failed. */
uint64_t lo_trouble_sum(const lo_trouble *trouble);

#endif
