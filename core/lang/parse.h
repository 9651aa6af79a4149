// SPDX-License-Identifier: MIT
/* Dependency trees as Universal Dependencies draw them: every word has one head and the name of its relation to it.
 *
 * One sentence at a time, projective, by transitions with a beam; needs the tags of tag.h. */
#ifndef LO_LANG_PARSE_H
#define LO_LANG_PARSE_H

#include "lang/tag.h"

/* The relation's name with its subtype, "nsubj:pass".  In the order of names; 0: none. */
enum { LO_RELATION_MAX = 64 };

typedef struct lo_arc {
    int32_t head;     /* position in the sentence, 0-based; -1: this word is the root */
    uint8_t relation; /* lo_relation_name */
} lo_arc;

unsigned lo_relation_count(void);                /* relations are 1 … count - 1 */
const char *lo_relation_name(unsigned relation); /* "_" when there is none */
unsigned lo_relation_of(lo_str name);            /* 0 when unknown; an unknown subtype gives the relation without it */
/* The same relation, or its subtype ("nsubj" holds "nsubj:pass", "nsubj:outer"). */
bool lo_relation_within(unsigned relation, unsigned wider);

/* Read-only once opened; shared by whoever wants to parse. */
typedef struct lo_parser lo_parser;

/* As lo_tagger_open. */
lo_status lo_parser_open(lo_str model, const struct lo_cluster *clusters, lo_parser **out);
void lo_parser_close(lo_parser *parser);
/* The one linked into the program, opened when first asked for and never closed. */
lo_status lo_parser_shipped(const lo_parser **out);

/* The tree of one sentence: exactly one root, no cycle.  scratch: an arena for what is needed meanwhile. */
lo_status lo_parse_sentence(const lo_parser *parser, const lo_str *words, const lo_tag *tags, uint32_t n,
                            lo_arena *scratch, lo_arc *out);

#endif
