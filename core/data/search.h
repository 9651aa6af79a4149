// SPDX-License-Identifier: MIT
/* Full-text search with ranking, and the passages around the hits. */
#ifndef LO_DATA_SEARCH_H
#define LO_DATA_SEARCH_H

#include "data/store.h"

typedef struct lo_search lo_search; /* owned; close it before the store */

typedef struct lo_search_passage {
    lo_span span;        /* in the document's text: whole words, inside one paragraph */
    const lo_span *hits; /* inside span, in order */
    uint32_t n_hits;
} lo_search_passage;

typedef struct lo_search_hit {
    lo_store_document document;
    double rank;                       /* BM25; smaller is better */
    uint32_t n_matches;                /* in the whole document */
    const lo_search_passage *passages; /* arena; the first ones, in text order */
    uint32_t n_passages;
} lo_search_hit;

enum { LO_SEARCH_PASSAGES = 3, LO_SEARCH_AROUND = 100 };

/* query: words that must all occur, "phrases", word* for beginnings, -word for words that must not occur; case and
 * diacritics do not count.  Current documents, best first, at most limit (0: all).  LO_E_ARG: nothing to look for. */
lo_status lo_search_open(lo_store *store, lo_str query, uint32_t limit, lo_search **out);
lo_status lo_search_next(lo_search *search, lo_arena *arena, lo_search_hit *out, bool *found);
void lo_search_close(lo_search *search);

#endif
