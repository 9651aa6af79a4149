// SPDX-License-Identifier: MIT
/* Reports: a plugin of stage 8 turns rows of the store into a table. */
#ifndef LO_TOOL_REPORT_H
#define LO_TOOL_REPORT_H

#include "data/store.h"
#include "out/table.h"
#include "stage/crew.h"

typedef struct lo_report_options {
    lo_crew_options crew;
    lo_table_options table; /* title and note are set here where they are NULL */
} lo_report_options;

/* name: "statements" or "8_report/statements".  LO_E_ARG when there is none; LO_E_PLUGIN, LO_E_LIMIT when it fails. */
lo_status lo_report_run(lo_store *store, const char *name, const lo_report_options *options, lo_table_sink sink,
                        void *context);

#endif
