// SPDX-License-Identifier: MIT
#include "lang/document.h"

lo_status lo_document_open(lo_document *document, const lo_record *record, const lo_lexicon *lexicon, lo_arena *arena)
{
    *document = (lo_document){.arena = arena, .lexicon = lexicon, .record = *record, .marks = {.arena = arena}};
    return lo_segment_text(record->text, lexicon, arena, &document->segment);
}
