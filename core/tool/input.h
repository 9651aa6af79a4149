// SPDX-License-Identifier: MIT
/* What ingest reads: files, folders, JSON Lines, standard input, one document after the other and each only once in
 * memory.  Nothing is decoded here. */
#ifndef LO_TOOL_INPUT_H
#define LO_TOOL_INPUT_H

#include "base/str.h"
#include "stage/lines.h"

typedef enum lo_input_kind {
    LO_INPUT_FILE,   /* bytes of a whole file, name is its path */
    LO_INPUT_LINE,   /* one line of JSON Lines; name and line tell where */
    LO_INPUT_FAILED, /* could not be read; lo_status_message names it and says why */
    LO_INPUT_WAIT,   /* nothing now: call again when lo_input_fd can be read */
    LO_INPUT_END,
} lo_input_kind;

typedef struct lo_input_item {
    lo_input_kind kind;
    lo_str name, bytes; /* borrowed until the next call */
    uint64_t line;      /* from 1 */
} lo_input_item;

typedef struct lo_input {
    const char *const *paths; /* borrowed */
    size_t n_paths, at;
    void *tree; /* FTS of the folder being walked */
    lo_lines lines;
    enum { LO_INPUT_CLOSED, LO_INPUT_SNIFFING, LO_INPUT_WHOLE, LO_INPUT_LINES } state;
    lo_buf name, bytes;
    uint64_t line;
    uint64_t skipped; /* files in folders that are of no kind that is read */
} lo_input;

enum { LO_INPUT_FILE_MAX = 32 << 20 };

/* paths: files of any name, folders (walked in sorted order; regular files .txt .text .md .html .htm .xhtml .jsonl
 * .ndjson), "-" for standard input: JSON Lines when it starts with '{', else one document. */
lo_input lo_input_of(const char *const *paths, size_t n_paths);
void lo_input_close(lo_input *input);
/* What LO_INPUT_WAIT waits for; -1: nothing. */
int lo_input_fd(const lo_input *input);
/* Never waits for a pipe or a terminal.  LO_E_MEMORY and LO_E_STOP only; a file that cannot be read is an item. */
lo_status lo_input_next(lo_input *input, lo_input_item *out);

#endif
