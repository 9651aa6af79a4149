// SPDX-License-Identifier: MIT
/* The one allocation seam.  SQLite, Lua and Jansson are pointed here too, so that a sweep can fail each allocation. */
#ifndef LO_BASE_MEM_H
#define LO_BASE_MEM_H

#include "base/status.h"

#include <stddef.h>
#include <stdint.h>

/* Each returns NULL when memory is short, without recording a message.  Size 0 gives a unique pointer. */
void *lo_mem_alloc(size_t size);
void *lo_mem_zalloc(size_t size);
void *lo_mem_realloc(void *block, size_t size);
void lo_mem_free(void *block); /* NULL is fine */

/* Records "out of memory" and returns LO_E_MEMORY. */
lo_status lo_mem_short(void);

/* Grows *items (capacity *capacity elements of size bytes each) to hold at least need elements; doubles. */
lo_status lo_mem_grow(void **items, size_t *capacity, size_t need, size_t size);

/* For tests: after skip more allocations, fails the next one, or (forever) that one and all later ones.
 * lo_mem_fail_never switches it off.  lo_mem_count: allocations since the last fail_after/fail_never. */
void lo_mem_fail_after(uint64_t skip, int forever);
void lo_mem_fail_never(void);
uint64_t lo_mem_count(void);
/* Blocks alive now: a leak check in a test body compares two readings. */
int64_t lo_mem_alive(void);

#endif
