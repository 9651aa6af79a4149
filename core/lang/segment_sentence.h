// SPDX-License-Identifier: MIT
/* Where sentences end, told from tokens and their shapes. */
#ifndef LO_LANG_SEGMENT_SENTENCE_H
#define LO_LANG_SEGMENT_SENTENCE_H

#include "lang/segment.h"
#include "lang/shape.h"

typedef struct lo_sentence_view {
    const char *text;
    const lo_token *tokens;
    const uint8_t *shapes; /* lo_shape of each token */
} lo_sentence_view;

/* The sentence that starts at token first ends before the token given back; end: one past the paragraph's last. */
uint32_t lo_sentence_end(const lo_sentence_view *view, uint32_t first, uint32_t end);

#endif
