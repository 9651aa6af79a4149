// SPDX-License-Identifier: MIT
/* One line of JSON Lines to a record: interface.md's fields, strictly (RFC 8259), by Jansson.  The entry is
 * lo_read_jsonl (reader.h). */
#ifndef LO_READ_JSONL_H
#define LO_READ_JSONL_H

#include "read/origin.h"

/* Further fields are kept as metadata up to this many bytes of JSON, and left out together past it. */
enum { LO_JSONL_METADATA_MAX = 64 << 10 };

/* Where the value of a field of the outermost object stands in valid JSON, from its first byte on; LO_STR_NONE when
 * there is no such field.  Field names written with escapes are not found. */
lo_str lo_jsonl_value(lo_str json, const char *field);

/* An allocation of Jansson's has failed since the last call: what it reports then may be a wrong reason. */
bool lo_jsonl_ran_short(void);

/* Points Jansson at base/mem and fixes its hash seed. */
void lo_jsonl_warm_up(void);

#endif
