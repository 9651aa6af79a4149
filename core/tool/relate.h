// SPDX-License-Identifier: MIT
/* Relations between statements: finds the pairs that are worth a look, and asks the relate plugins about them. */
#ifndef LO_TOOL_RELATE_H
#define LO_TOOL_RELATE_H

#include "data/store.h"
#include "stage/crew.h"

/* Replaces all relations of the store in one transaction.  *relations: how many there are now; what relate plugins
 * failed at is warned of (options->warn) and added to *faults. */
lo_status lo_relate_run(lo_store *store, const lo_crew_options *options, uint64_t *relations, uint64_t *faults);

#endif
