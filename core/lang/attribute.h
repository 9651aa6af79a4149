// SPDX-License-Identifier: MIT
/* Who is said to have said, believed, meant or denied what: attributions found by two learned labellers (label.h).
 *
 * The first reads every sentence and finds cues: the words that attribute ("said", "according to", "has repeatedly
 * denied").  The second reads, for each cue, the sentence around it and what is joined to it by quotation marks, and
 * finds the source and the content that go with that cue.  Trained on PolNeAR (Newell, Margolin & Ruths 2018), whose
 * conventions it follows: a preposition belongs to the cue, a leading "that" to the content. */
#ifndef LO_LANG_ATTRIBUTE_H
#define LO_LANG_ATTRIBUTE_H

#include "lang/cluster.h"
#include "lang/label.h"
#include "lang/parse.h"
#include "lang/segment.h"

typedef enum lo_attitude {
    LO_ATTITUDE_SPEECH,
    LO_ATTITUDE_BELIEF,
    LO_ATTITUDE_INTENTION,
    LO_ATTITUDE_DENIAL
} lo_attitude;

const char *lo_attitude_name(lo_attitude attitude); /* "speech" … */

/* What is looked at.  tags, arcs: one element a token of the document; heads count from the sentence's first token. */
typedef struct lo_attribute_text {
    lo_str text;
    const lo_segment *segment;
    const lo_tag *tags;
    const lo_arc *arcs;         /* NULL: not parsed */
    const lo_cluster *clusters; /* those the model was trained with */
} lo_attribute_text;

/* Ranges of tokens, half-open, in order.  Content of several ranges is interrupted by its cue clause, or runs over
 * sentences. */
typedef struct lo_attribution {
    lo_span cue;
    const lo_span *sources, *contents; /* arena; n_sources may be 0: nobody is named */
    uint32_t n_sources, n_contents;
    lo_attitude attitude;
    float score; /* the share of attributions with this score that are right on held-out text, 0 to 1 */
} lo_attribution;

typedef struct lo_attributor lo_attributor; /* read-only once opened; may be shared */

/* model: a file made by lo_attribute_train, borrowed until close, 64-byte aligned.  LO_E_DATA: corrupt or foreign. */
lo_status lo_attributor_open(lo_str model, lo_attributor **out);
void lo_attributor_close(lo_attributor *attributor);
/* The one linked into the program, opened when first asked for and never closed. */
lo_status lo_attributor_shipped(const lo_attributor **out);

/* All attributions, in order of their cues, no two with the same cue.  *out: arena. */
lo_status lo_attribute(const lo_attributor *attributor, const lo_attribute_text *text, lo_arena *arena,
                       lo_attribution **out, uint32_t *out_n);

struct lo_document;

/* Tags of the whole document, by the shipped tagger, beside what the document has.  Arena. */
lo_status lo_attribute_text_of(struct lo_document *document, lo_arena *arena, lo_attribute_text *out);
/* lo_attribute on a document, with the shipped models. */
lo_status lo_attribute_document(struct lo_document *document, lo_arena *arena, lo_attribution **out, uint32_t *out_n);

/* ------------------------------------------------------------------------------------------------ training */

/* Attributions of a text as people marked them, in bytes. */
typedef struct lo_attribute_gold {
    lo_span cue;
    const lo_span *sources, *contents;
    uint32_t n_sources, n_contents;
} lo_attribute_gold;

typedef struct lo_attribute_trainer lo_attribute_trainer;

lo_status lo_attribute_trainer_create(lo_attribute_trainer **out);
void lo_attribute_trainer_free(lo_attribute_trainer *trainer);
/* Remembers one text; text->text, segment, tags and arcs are borrowed until the trainer is freed, gold is copied. */
lo_status lo_attribute_trainer_add(lo_attribute_trainer *trainer, const lo_attribute_text *text,
                                   const lo_attribute_gold *gold, uint32_t n_gold);
/* Learns and appends the model file to out.  The cue labeller is learned on parts of the texts first, so that the role
 * labeller sees cues as they are found in unseen text.  progress, or NULL: a line about what is going on. */
lo_status lo_attribute_train(lo_attribute_trainer *trainer, uint32_t seed, void (*progress)(const char *line),
                             lo_buf *out);

#endif
