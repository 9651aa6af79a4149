// SPDX-License-Identifier: MIT
/* Runs the stages on what is new or changed in a store, then the relate plugins over all statements. */
#ifndef LO_TOOL_ANALYZE_H
#define LO_TOOL_ANALYZE_H

#include "data/store.h"
#include "stage/crew.h"

typedef struct lo_analyze_options {
    lo_crew_options crew; /* warn and last are set here */
    const char *command;  /* for messages: "analyze" */
    bool quiet, all;      /* all: also documents whose analysis is up to date */
} lo_analyze_options;

typedef struct lo_analyze_counts {
    uint64_t documents, failed; /* analysed; not analysable */
    uint64_t faults;            /* plugins left out, and plugins that failed on a document */
    uint64_t statements, stances, relations;
} lo_analyze_counts;

/* The marks of a document are replaced in one transaction.  What is done stays done when it is interrupted
 * (LO_E_STOP). */
lo_status lo_analyze_run(lo_store *store, const lo_analyze_options *options, lo_analyze_counts *out);

#endif
