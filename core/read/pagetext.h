// SPDX-License-Identifier: MIT
/* The text of a page as it grows: runs of characters are found again in the source, white space is collapsed, blocks
 * are parted. */
#ifndef LO_READ_PAGETEXT_H
#define LO_READ_PAGETEXT_H

#include "read/origin.h"

/* Start zeroed but for .source and .fresh (true); free .text, and .origins.items, in the end. */
typedef struct lo_pagetext {
    lo_str source; /* borrowed */
    lo_buf text;
    lo_origins origins; /* text to source */
    lo_status status;   /* the first failure sticks: LO_E_LIMIT past LO_READ_TEXT_MAX */
    unsigned pre, link; /* how many <pre> and <a> are open; the caller's */
    uint32_t linked;    /* bytes of text inside links, each word or run with what parts it from the next */
    uint32_t prose;     /* bytes of blocks that read like paragraphs */

    bool fresh;      /* nothing of this block has been written */
    bool visible;    /* something of it is more than a no-break space */
    bool space;      /* a blank is due before the next word; it stood at [space_at, space_end) */
    unsigned breaks; /* line feeds due */
    size_t space_at, space_end;
    uint32_t block_start, block_linked;
    size_t placed; /* where the last run of text ended in source */
} lo_pagetext;

/* Adds a run as the parser gives it: entities decoded, control characters dropped.  end: where the parser stands in the
 * source, which is the run's end but for a few bytes. */
void lo_pagetext_run(lo_pagetext *t, lo_str run, size_t end);

/* A <br>: "\n" before the next word of the same block. */
void lo_pagetext_break(lo_pagetext *t);

/* Ends the block: the next word starts a new one.  A block of nothing but no-break spaces is taken back. */
void lo_pagetext_end_block(lo_pagetext *t);

#endif
