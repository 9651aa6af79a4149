// SPDX-License-Identifier: MIT
/* The file that holds a trained model: named sections behind a header with kind, version and checksum.
 *
 * Numbers are little-endian and aligned, so that a file is used where it lies (linked in or mapped).  The checksum
 * tells a damaged file; it is no defence, so whoever reads a section checks every number taken from it. */
#ifndef LO_LANG_MODEL_H
#define LO_LANG_MODEL_H

#include "base/str.h"

enum { LO_MODEL_ALIGN = 64, LO_MODEL_NAME = 15, LO_MODEL_SECTIONS = 32 };

typedef struct lo_model {
    lo_str bytes;
    uint32_t n_sections;
} lo_model;

/* bytes: borrowed while the model is used, 64-byte aligned.  kind: "tagger"; version: of that kind's sections.
 * LO_E_DATA: no model, another kind, another version, cut short, damaged; the message says which. */
lo_status lo_model_open(lo_str bytes, const char *kind, uint32_t version, lo_model *out);

/* LO_STR_NONE when there is no such section. */
lo_str lo_model_section(const lo_model *model, const char *name);
/* A section as *count elements of size bytes; LO_E_DATA when absent, of a broken length, or with fewer than least. */
lo_status lo_model_array(const lo_model *model, const char *name, size_t size, size_t least, const void **out,
                         size_t *count);

typedef struct lo_model_part {
    const char *name; /* at most LO_MODEL_NAME bytes */
    lo_str bytes;
} lo_model_part;

/* Appends a whole model file to out (which must be empty). */
lo_status lo_model_write(const char *kind, uint32_t version, const lo_model_part *parts, size_t n, lo_buf *out);

/* The file's checksum, for those who change one byte in a test; at most 64 bits of a multiplicative hash. */
uint64_t lo_model_checksum(lo_str bytes);

#endif
