// SPDX-License-Identifier: MIT
/* One analysed document as the JSON line of `locutor extract` (interface.md, "Out"): statements are joined from
 * attributions, entities and stances; offsets count code points; everything is in text order. */
#ifndef LO_OUT_ANNOTATION_H
#define LO_OUT_ANNOTATION_H

#include "lang/document.h"

typedef struct lo_annotation_options {
    const char *const *makers; /* "4_annotate/direct@1.0" by lo_mark.plugin */
    uint32_t n_makers;
    bool with_text; /* give the text back: the input was not the text itself */
} lo_annotation_options;

/* Appends one line with its line end.  The document's arena is used for sorting. */
lo_status lo_annotation_render(const lo_document *document, const lo_annotation_options *options, lo_buf *out);

#endif
