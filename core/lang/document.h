// SPDX-License-Identifier: MIT
/* One document under analysis: its record, its segmentation, its marks, and (made when first asked for) tags and trees.
 * Everything lives in one arena that is reset before the next document. */
#ifndef LO_LANG_DOCUMENT_H
#define LO_LANG_DOCUMENT_H

#include "base/utf8.h"
#include "data/mark.h"
#include "data/record.h"
#include "lang/parse.h"
#include "lang/segment.h"

typedef struct lo_document {
    lo_arena *arena;           /* borrowed */
    const lo_lexicon *lexicon; /* borrowed */
    lo_record record;
    lo_segment segment;
    lo_marks marks;
    struct lo_document_layers *layers; /* arena: tags and trees made so far; NULL before the first */
} lo_document;

/* Segments record->text; strings of the record stay borrowed and must outlive the document. */
lo_status lo_document_open(lo_document *document, const lo_record *record, const lo_lexicon *lexicon, lo_arena *arena);

/* Tags and tree of one sentence, made by the shipped models when first asked for.  *out: arena, one element a token of
 * the sentence, in order; heads count from the sentence's first token. */
lo_status lo_document_tags(lo_document *document, uint32_t sentence, const lo_tag **out);
lo_status lo_document_tree(lo_document *document, uint32_t sentence, const lo_arc **out);

#endif
