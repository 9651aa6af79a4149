// SPDX-License-Identifier: MIT
/* Which parts of a page are no article text: menus, captions, share links, bylines, related stories, notices.
 * Told by the element, its role, the words in its class and id, and by how much of its text is links; then weighed
 * against the page as a whole, since "sidebar" may also name the element around the article. */
#ifndef LO_READ_FURNITURE_H
#define LO_READ_FURNITURE_H

#include "data/record.h"

typedef enum lo_furniture_trust {
    LO_FURNITURE_NONE,
    LO_FURNITURE_WEAK,   /* a word that often means it: short text without prose only */
    LO_FURNITURE_WORD,   /* a word that mostly means it */
    LO_FURNITURE_ELEMENT /* <nav>, role="navigation" … */
} lo_furniture_trust;

typedef struct lo_furniture_hint {
    const char *kind; /* static; NULL when there is none */
    lo_furniture_trust trust;
} lo_furniture_hint;

/* One element of a page, closed. */
typedef struct lo_furniture_block {
    lo_span span;
    lo_furniture_hint hint;
    uint32_t linked; /* bytes of its text inside links */
    uint32_t links;
    uint32_t prose; /* bytes of its blocks that read like paragraphs */
    bool headline;  /* an h1, article or main stands inside */
} lo_furniture_block;

typedef struct lo_furniture_list {
    lo_furniture_block *items; /* through base/mem */
    size_t n, capacity;
} lo_furniture_list;

/* Names as libxml2 gives them (lower case), atts: name, value, …, NULL, or NULL; values may be NULL. */
lo_furniture_hint lo_furniture_hint_of(const char *element, const char *const *atts);

/* Keeps the block when it may be furniture by itself. */
lo_status lo_furniture_add(lo_furniture_list *list, const lo_furniture_block *block);

/* Weighs all blocks of a page (prose: of the whole page) and gives disjoint spans in order, arena. */
lo_status lo_furniture_settle(lo_furniture_list *list, lo_str text, uint32_t prose, lo_arena *arena,
                              const lo_furniture **out, uint32_t *n);

#endif
