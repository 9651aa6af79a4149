// SPDX-License-Identifier: MIT
/* Re-checks everything a store claims: SQLite's structures, hashes of texts, ids, versions, the full-text index, spans
 * and fields of marks, layers, references. */
#ifndef LO_DATA_VERIFY_H
#define LO_DATA_VERIFY_H

#include "data/store.h"

/* report: called with one line per problem, not escaped for a terminal.  progress (may be NULL): documents done of all.
 * LO_OK when the check could run to its end, whatever it found; *problems counts. */
lo_status lo_verify(lo_store *store, void (*report)(void *context, const char *problem),
                    void (*progress)(void *context, uint64_t done, uint64_t all), void *context, uint64_t *problems);

#endif
