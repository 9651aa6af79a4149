// SPDX-License-Identifier: MIT
/* What a plugin says of itself: the validated head of the table its file returns.  It is made in a sealed process and
 * travels to the host as a frame, where it is checked once more as hostile data. */
#ifndef LO_STAGE_CONTRACT_H
#define LO_STAGE_CONTRACT_H

#include "base/arena.h"
#include "base/str.h"

/* Stages in the order of a document's life; the folder's number and name ("4_annotate"). */
typedef enum lo_stage {
    LO_STAGE_INGEST = 1,
    LO_STAGE_CLEAN,
    LO_STAGE_SEGMENT,
    LO_STAGE_ANNOTATE,
    LO_STAGE_RESOLVE,
    LO_STAGE_CLASSIFY,
    LO_STAGE_RELATE,
    LO_STAGE_REPORT,
} lo_stage;

const char *lo_stage_name(lo_stage stage);       /* "annotate": also the name of its entry function */
const char *lo_stage_folder(lo_stage stage);     /* "4_annotate" */
lo_stage lo_stage_of_folder(const char *folder); /* 0 when it is none */

typedef struct lo_contract_option {
    const char *name, *type, *doc; /* type: "string", "number", "boolean", "string[]", "number[]" */
    lo_str default_value;          /* packed Lua value */
} lo_contract_option;

typedef struct lo_contract {
    const char *name; /* "4_annotate/direct_speech" */
    lo_stage stage;
    uint32_t api;        /* 1 */
    const char *version; /* "1.0" */
    const char *summary;
    const char *const *needs; /* NULL-terminated lists of mark kinds and layers */
    const char *const *makes;
    const char *const *classes; /* word classes its rules name, known after open */
    const lo_contract_option *options;
    uint32_t n_options;
    const char *const *data_names; /* data = { verbs = "verbs.tsv" }: names and files, parallel */
    const char *const *data_files;
    uint32_t n_examples;
} lo_contract;

lo_status lo_contract_pack(const lo_contract *contract, lo_buf *out);
/* Strings and lists are arena copies.  LO_E_DATA with what is wrong. */
lo_status lo_contract_unpack(lo_str packed, lo_arena *arena, lo_contract *out);

#endif
