// SPDX-License-Identifier: MIT
/* Maps from bytes of a decoded text back to the bytes they came from: lists of lo_origin (data/record.h), built while
 * decoding, joined when decoding has two steps (charset, then markup). */
#ifndef LO_READ_ORIGIN_H
#define LO_READ_ORIGIN_H

#include "data/record.h"

/* Collects the runs of one text from its start to its end.  Start from LO_ORIGINS_EMPTY; a failed allocation sticks in
 * .status.  Characters whose bytes do not correspond one to one are joined to runs of about a word, and to coarser ones
 * where a text is so dense with them that the map would outgrow it: at most one run per 3 raw bytes on average. */
typedef struct lo_origins {
    lo_origin *items; /* through base/mem */
    size_t n, capacity;
    uint32_t text; /* length of the text described so far */
    lo_status status;
    bool word; /* the last run consists of letters and digits */
} lo_origins;

#define LO_ORIGINS_EMPTY ((lo_origins){NULL, 0, 0, 0, LO_OK, false})

/* The next n bytes of text are the n bytes at raw. */
void lo_origins_same(lo_origins *origins, size_t n, size_t raw);
/* The next n bytes of text (one character, or what stands for one) came from raw_n bytes at raw. */
void lo_origins_changed(lo_origins *origins, size_t n, size_t raw, size_t raw_n, bool word);
/* The next n bytes of text have no origin. */
void lo_origins_none(lo_origins *origins, size_t n);
/* Forgets everything from byte text on. */
void lo_origins_cut(lo_origins *origins, size_t text);
/* Copies the runs into the arena and frees the rest; after a failure too.  A map that says "all the same" becomes none
 * (*n 0, *out NULL): whole is the length of the raw bytes. */
lo_status lo_origins_finish(lo_origins *origins, lo_arena *arena, size_t whole, const lo_origin **out, uint32_t *n);

/* Where span of the text comes from: the smallest run of raw bytes that covers it.  Without runs, span itself.  A span
 * without any origin gives an empty one at the raw place it stands at.  Binary search. */
lo_span lo_origin_raw(const lo_origin *runs, uint32_t n, lo_span span);

/* first: text -> middle (through base/mem, not finished); second: middle -> raw.  Rewrites first to text -> raw. */
lo_status lo_origins_join(lo_origins *first, const lo_origin *second, uint32_t n_second);

#endif
