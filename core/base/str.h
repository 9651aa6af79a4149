// SPDX-License-Identifier: MIT
/* Slices and growing byte buffers. */
#ifndef LO_BASE_STR_H
#define LO_BASE_STR_H

#include "base/arena.h"
#include "base/status.h"

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A borrowed run of bytes, not NUL-terminated.  {NULL, 0} means absent, {"", 0} empty. */
typedef struct lo_str {
    const char *p;
    size_t n;
} lo_str;

#define LO_STR(literal) ((lo_str){(literal), sizeof(literal) - 1})
#define LO_STR_NONE     ((lo_str){NULL, 0})
/* For printf("%.*s", LO_STR_ARG(s)). */
#define LO_STR_ARG(s) ((int)((s).n > INT32_MAX ? INT32_MAX : (s).n)), ((s).p ? (s).p : "")

lo_str lo_str_of(const char *text); /* NULL gives LO_STR_NONE; borrowed from text */
bool lo_str_equal(lo_str a, lo_str b);
bool lo_str_is(lo_str a, const char *text);
int lo_str_compare(lo_str a, lo_str b);        /* by bytes, shorter first */
lo_str lo_str_trim(lo_str s);                  /* ASCII white space off both ends */
lo_str lo_str_copy(lo_arena *arena, lo_str s); /* arena, NUL-terminated; .p is NULL when memory is short or s absent */
uint64_t lo_str_hash(lo_str s);                /* 64 bits, the same on every machine; not against an adversary */

/* A half-open run of bytes [start, end) of a text, 0-based. */
typedef struct lo_span {
    uint32_t start, end;
} lo_span;

/* A growing buffer.  Start from LO_BUF_EMPTY; the first failure sticks in .status, so a run of appends needs one check.
 */
typedef struct lo_buf {
    char *p;
    size_t n, capacity;
    lo_status status;
} lo_buf;

#define LO_BUF_EMPTY ((lo_buf){NULL, 0, 0, LO_OK})

lo_status lo_buf_reserve(lo_buf *buf, size_t more);
lo_status lo_buf_add(lo_buf *buf, const void *bytes, size_t n);
lo_status lo_buf_add_str(lo_buf *buf, lo_str s);
lo_status lo_buf_add_text(lo_buf *buf, const char *text);
lo_status lo_buf_add_byte(lo_buf *buf, unsigned char byte);
lo_status lo_buf_print(lo_buf *buf, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Unsigned LEB128, at most 10 bytes; zigzag for signed values. */
lo_status lo_buf_add_varint(lo_buf *buf, uint64_t value);
lo_str lo_buf_str(const lo_buf *buf); /* borrowed until the next change */
void lo_buf_clear(lo_buf *buf);       /* keeps the memory */
void lo_buf_free(lo_buf *buf);

/* Reads what lo_buf_add_* wrote, from bytes that may be hostile: past the end or malformed sets .bad and gives 0. */
typedef struct lo_cursor {
    const unsigned char *p, *end;
    bool bad;
} lo_cursor;

lo_cursor lo_cursor_of(lo_str s);
uint64_t lo_cursor_varint(lo_cursor *at);
uint32_t lo_cursor_u32(lo_cursor *at);           /* a varint that must fit */
lo_str lo_cursor_bytes(lo_cursor *at, size_t n); /* borrowed from the input */
lo_str lo_cursor_string(lo_cursor *at);          /* varint length, then bytes */
lo_status lo_buf_add_string(lo_buf *buf, lo_str s);
bool lo_cursor_done(const lo_cursor *at); /* all read and nothing bad */

#endif
