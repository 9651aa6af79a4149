// SPDX-License-Identifier: MIT
/* The attribution model's file, as attribute_train.c writes and attribute.c reads it.  Nobody else includes this. */
#ifndef LO_LANG_ATTRIBUTE_MODEL_H
#define LO_LANG_ATTRIBUTE_MODEL_H

#include "lang/attribute_feature.h"

#define LO_ATTRIBUTE_MAGIC "LoAttr1"

enum { LO_ATTRIBUTE_STEPS = 16 };

/* Chosen on texts that were kept out of learning. */
typedef struct lo_attribute_tuning {
    int32_t bias;                       /* how much easier a cue may begin, to find more of them */
    uint32_t least;                     /* chance of 65536 below which a cue is dropped */
    uint32_t right[LO_ATTRIBUTE_STEPS]; /* share, of 65536, of right ones among those of this step of chance */
} lo_attribute_tuning;

/* Offsets in bytes from the file's start, multiples of 64. */
typedef struct lo_attribute_head {
    char magic[8];
    uint32_t cue, cue_size, role, role_size;
    lo_attribute_tuning tuning;
} lo_attribute_head;

/* What may stand where in a window: CUE on the cue and nowhere else; NONE_CUE and NONE too, or (sure) not. */
void lo_attribute_allow(lo_span window, lo_span cue, bool sure, uint16_t *allowed);

#endif
