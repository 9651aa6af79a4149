// SPDX-License-Identifier: MIT
/* One document under analysis: its record, its segmentation, its marks, and (made when first asked for) tags and trees.
 * Everything lives in one arena that is reset before the next document. */
#ifndef LO_LANG_DOCUMENT_H
#define LO_LANG_DOCUMENT_H

#include "base/utf8.h"
#include "data/mark.h"
#include "data/record.h"
#include "lang/segment.h"

typedef struct lo_document {
    lo_arena *arena;           /* borrowed */
    const lo_lexicon *lexicon; /* borrowed */
    lo_record record;
    lo_segment segment;
    lo_marks marks;
} lo_document;

/* Segments record->text; strings of the record stay borrowed and must outlive the document. */
lo_status lo_document_open(lo_document *document, const lo_record *record, const lo_lexicon *lexicon, lo_arena *arena);

#endif
