// SPDX-License-Identifier: MIT
/* Memory that is given back all at once: everything that belongs to one document lives in one arena, which is reset
 * before the next.  Alignment is 16 bytes. */
#ifndef LO_BASE_ARENA_H
#define LO_BASE_ARENA_H

#include <stddef.h>

typedef struct lo_arena {
    struct lo_arena_block *first;
    struct lo_arena_block *current;
} lo_arena;

#define LO_ARENA_EMPTY ((lo_arena){NULL, NULL})

/* NULL when memory is short.  Not zeroed.  Valid until reset or free: "arena" in the docs of other headers. */
void *lo_arena_alloc(lo_arena *arena, size_t size);
void *lo_arena_zalloc(lo_arena *arena, size_t size);
void *lo_arena_array(lo_arena *arena, size_t count, size_t size);     /* overflow-checked, zeroed */
char *lo_arena_copy(lo_arena *arena, const char *bytes, size_t size); /* adds a NUL */

/* Forgets all contents; keeps up to 1 MiB of blocks for the next document. */
void lo_arena_reset(lo_arena *arena);
void lo_arena_free(lo_arena *arena);

#endif
