// SPDX-License-Identifier: MIT
/* Writes JSON (RFC 8259) into a buffer, piece by piece.  The output is always valid: bytes that are no UTF-8 become
 * U+FFFD, control characters are escaped, numbers do not depend on the locale.  Failures stick in the buffer's status.
 */
#ifndef LO_OUT_JSON_H
#define LO_OUT_JSON_H

#include "base/str.h"

typedef struct lo_json {
    lo_buf *out; /* borrowed */
    bool comma;  /* the next item needs one in front */
} lo_json;

lo_json lo_json_to(lo_buf *out);

void lo_json_open(lo_json *json, char bracket); /* '{' or '[' */
void lo_json_close(lo_json *json, char bracket);
void lo_json_key(lo_json *json, const char *name); /* written as it is: a plain word of ours */
void lo_json_string(lo_json *json, lo_str text);   /* an absent one is "" */
void lo_json_uint(lo_json *json, uint64_t value);
void lo_json_int(lo_json *json, int64_t value);
/* Rounded half away from zero to at most 6 decimals, trailing zeros left out; what is no finite number is null, beyond
 * 1e15 it is cut there. */
void lo_json_fixed(lo_json *json, double value, int decimals);
void lo_json_bool(lo_json *json, bool value);
void lo_json_null(lo_json *json);

/* Key and value at once. */
void lo_json_field(lo_json *json, const char *name, lo_str text);

/* The string literal alone, with its quotation marks. */
void lo_json_escape(lo_buf *out, lo_str text);

#endif
