// SPDX-License-Identifier: MIT
/* Bulk layers: what every token, sentence or paragraph has, packed into one blob a document and layer instead of a row
 * each.  A layer is a list of spans in text order that do not overlap, with one small number each (flags, a tag). */
#ifndef LO_DATA_LAYER_H
#define LO_DATA_LAYER_H

#include "data/store.h"

typedef struct lo_layer {
    const lo_span *spans;
    const uint32_t *values; /* parallel to spans; NULL: all 0 */
    uint32_t n;
} lo_layer;

/* Varints: count, whether values follow, then per item the gap before it, its length (and its value). */
lo_status lo_layer_pack(const lo_layer *layer, lo_buf *out);
/* Arrays are arena.  The bytes may be hostile: LO_E_DATA unless all spans lie inside text_size, in order. */
lo_status lo_layer_unpack(lo_str packed, size_t text_size, lo_arena *arena, lo_layer *out);

/* Inside a transaction; replaces what the document had under the name ("tokens", "sentences"). */
lo_status lo_layer_put(lo_store *store, int64_t document, const char *name, const lo_layer *layer);
/* n is 0 and spans NULL when the document has none. */
lo_status lo_layer_read(lo_store *store, int64_t document, const char *name, size_t text_size, lo_arena *arena,
                        lo_layer *out);

#endif
