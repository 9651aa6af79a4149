// SPDX-License-Identifier: MIT
/* Documents into a store: reads, decodes, stores in batches, and acknowledges each batch after its commit. */
#ifndef LO_TOOL_INGEST_H
#define LO_TOOL_INGEST_H

#include "data/store.h"

#include <stdbool.h>

typedef struct lo_ingest_counts {
    uint64_t added, versions, updated, same; /* in the store for sure */
    uint64_t failed, skipped;                /* documents refused, with a message each; files of other kinds */
    uint64_t bytes;                          /* of text stored */
} lo_ingest_counts;

typedef struct lo_ingest_options {
    uint32_t workers; /* processes that read; 0: this one */
    bool unsafe;      /* also where workers cannot be sealed */
    bool quiet;       /* no progress line */
    bool verbose;     /* "stored ID KEY" or "known ID KEY" on standard error after each commit */
    void (*fault)(void *context, const char *message); /* one document or file failed; the rest goes on */
    void *context;
} lo_ingest_options;

/* Until all is stored.  On a failure (LO_E_IO: disk full …; LO_E_STOP) everything counted as stored is stored; the
 * message says so. */
lo_status lo_ingest_paths(lo_store *store, const char *const *paths, size_t n_paths, const lo_ingest_options *options,
                          lo_ingest_counts *counts);

#endif
