// SPDX-License-Identifier: MIT
/* What the two labellers of attribute.h look at.  Shared by attribute.c and attribute_train.c; nobody else includes it.
 */
#ifndef LO_LANG_ATTRIBUTE_FEATURE_H
#define LO_LANG_ATTRIBUTE_FEATURE_H

#include "lang/attribute.h"

/* Columns that describe a token whatever the cue. */
enum {
    LO_ATTRIBUTE_WORD,    /* folded word */
    LO_ATTRIBUTE_STEM,    /* the word without its ending */
    LO_ATTRIBUTE_TAG,     /* XPOS */
    LO_ATTRIBUTE_END,     /* last three letters */
    LO_ATTRIBUTE_SHAPE,   /* capitals, digits, kind of mark */
    LO_ATTRIBUTE_QUOTE,   /* outside, opening mark, inside, closing mark */
    LO_ATTRIBUTE_EDGE,    /* place in sentence and paragraph */
    LO_ATTRIBUTE_FRAME,   /* where the sentence's quotation marks stand */
    LO_ATTRIBUTE_NOUN,    /* begin, middle, head of a noun chunk, and its kind */
    LO_ATTRIBUTE_VERB,    /* kind of verb group: passive, modal, infinitive, negated … */
    LO_ATTRIBUTE_LEFT,    /* head of the noun chunk before */
    LO_ATTRIBUTE_LIKE,    /* the cluster of words of like company */
    LO_ATTRIBUTE_SORT,    /* a wider cluster */
    LO_ATTRIBUTE_HEAD,    /* wider cluster of the head of the noun chunk it is in */
    LO_ATTRIBUTE_SUBJECT, /* the same of the chunk before */
    LO_ATTRIBUTE_STATICS,
};
/* Columns that describe a token as seen from a cue. */
enum {
    LO_ATTRIBUTE_SIDE = LO_ATTRIBUTE_STATICS, /* before, after; in how many sentences */
    LO_ATTRIBUTE_NEAR,                        /* tokens to the cue, in steps */
    LO_ATTRIBUTE_CUE,                         /* the cue's main word */
    LO_ATTRIBUTE_CUE_LIKE,                    /* its cluster */
    LO_ATTRIBUTE_CUE_KIND,                    /* its tag, its last word, its length */
    LO_ATTRIBUTE_BETWEEN,                     /* what kinds of marks and words stand between */
    LO_ATTRIBUTE_CHUNK,                       /* the how-manieth noun chunk from the cue */
    LO_ATTRIBUTE_RUN,                         /* in the same quotation as, or in one next to, the cue */
    LO_ATTRIBUTE_OTHERS,                      /* other cues: is one, how many between */
    LO_ATTRIBUTE_CHANCE,                      /* how likely the cue is one, in steps */
    LO_ATTRIBUTE_COLUMNS,
};

/* States of LO_ATTRIBUTE_QUOTE. */
enum { LO_QUOTE_OUT, LO_QUOTE_OPEN, LO_QUOTE_IN, LO_QUOTE_CLOSE };

typedef struct lo_attribute_view {
    const lo_attribute_text *text;
    uint32_t n; /* tokens */
    uint32_t *column[LO_ATTRIBUTE_COLUMNS];
    const uint32_t **rows; /* the same, as the labeller wants them */
    uint32_t *sentence;    /* of each token */
} lo_attribute_view;

extern const lo_label_spec lo_attribute_cue_spec, lo_attribute_role_spec;
/* Labels, in the order of the specs. */
enum { LO_CUE_O, LO_CUE_B, LO_CUE_I, LO_CUE_LABELS };
enum {
    LO_ROLE_O,
    LO_ROLE_CUE,
    LO_ROLE_SOURCE_B,
    LO_ROLE_SOURCE_I,
    LO_ROLE_CONTENT_B,
    LO_ROLE_CONTENT_I,
    LO_ROLE_NONE, /* the whole window, when the cue is none */
    LO_ROLE_NONE_CUE,
    LO_ROLE_LABELS
};

/* Fills the static columns of all tokens.  Everything: arena. */
lo_status lo_attribute_look(const lo_attribute_text *text, lo_arena *arena, lo_attribute_view *out);
/* The tokens to search for what belongs to a cue: its sentence, and the sentences that share its quotations. */
lo_span lo_attribute_window(const lo_attribute_view *view, lo_span cue);

typedef struct lo_attribute_cue {
    lo_span span;    /* tokens */
    uint32_t chance; /* of 65536 */
} lo_attribute_cue;

/* Cues of all sentences: those of the best labelling, and those that come up when each may begin for bias
 * (LO_LABEL_UNIT) less.  *out: arena, in order, none overlapping. */
lo_status lo_attribute_cues(const lo_attribute_view *view, const lo_label_model *model, int32_t bias, lo_arena *arena,
                            lo_attribute_cue **out, uint32_t *out_n);
/* Fills the local columns of the window for one of the cues. */
void lo_attribute_look_from(lo_attribute_view *view, lo_span window, const lo_attribute_cue *cues, uint32_t n_cues,
                            uint32_t cue);
/* Speech, belief … by the cue's words alone. */
lo_attitude lo_attribute_attitude(const lo_attribute_view *view, lo_span cue);

#endif
