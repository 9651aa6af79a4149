// SPDX-License-Identifier: MIT
/* From the bytes of one input to a record.  Runs in the sealed worker: no files, no network. */
#ifndef LO_READ_READER_H
#define LO_READ_READER_H

#include "data/record.h"

enum { LO_READ_TEXT_MAX = 16 << 20 }; /* bytes of text per document */

/* A whole file: HTML by its first bytes or name (.html .htm .xhtml), else plain text.  name becomes the key.
 * LO_E_DATA: binary, empty, cut short; LO_E_LIMIT: too large.  Everything in *out is arena or borrowed from bytes. */
lo_status lo_read_file(lo_str name, lo_str bytes, lo_arena *arena, lo_record *out);
/* One line of JSONL (interface.md's fields). */
lo_status lo_read_jsonl(lo_str line, lo_arena *arena, lo_record *out);

lo_status lo_read_plain(lo_str bytes, lo_arena *arena, lo_record *out);
lo_status lo_read_html(lo_str bytes, lo_arena *arena, lo_record *out);

/* Before a worker is sealed: opens whatever the libraries load lazily (ICU converters and detector, hash seeds). */
lo_status lo_read_warm_up(void);

#endif
