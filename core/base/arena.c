// SPDX-License-Identifier: MIT
#include "base/arena.h"

#include "base/mem.h"

#include <stdint.h>
#include <string.h>

enum { BLOCK_MIN = 64 << 10, KEEP_MAX = 1 << 20 };

typedef struct lo_arena_block {
    struct lo_arena_block *next;
    size_t size, used;
    _Alignas(16) char bytes[];
} block;

static block *block_make(size_t size)
{
    block *made = lo_mem_alloc(sizeof(block) + size);
    if (made) {
        made->next = NULL;
        made->size = size;
        made->used = 0;
    }
    return made;
}

void *lo_arena_alloc(lo_arena *arena, size_t size)
{
    if (size > SIZE_MAX / 4)
        return NULL;
    size = (size + 15) & ~(size_t)15;
    block *at = arena->current;
    while (at && at->size - at->used < size && at->next) /* blocks kept by a reset */
        at = at->next;
    if (!at || at->size - at->used < size) {
        size_t wanted = at ? at->size * 2 : BLOCK_MIN;
        if (wanted > 4 * KEEP_MAX)
            wanted = 4 * KEEP_MAX;
        if (wanted < size)
            wanted = size;
        block *fresh = block_make(wanted);
        if (!fresh)
            return NULL;
        if (at)
            at->next = fresh;
        else
            arena->first = fresh;
        at = fresh;
    }
    arena->current = at;
    void *result = at->bytes + at->used;
    at->used += size;
    return result;
}

void *lo_arena_zalloc(lo_arena *arena, size_t size)
{
    void *result = lo_arena_alloc(arena, size);
    if (result)
        memset(result, 0, size);
    return result;
}

void *lo_arena_array(lo_arena *arena, size_t count, size_t size)
{
    if (size && count > SIZE_MAX / size)
        return NULL;
    return lo_arena_zalloc(arena, count * size);
}

char *lo_arena_copy(lo_arena *arena, const char *bytes, size_t size)
{
    char *copy = size < SIZE_MAX ? lo_arena_alloc(arena, size + 1) : NULL;
    if (copy) {
        if (size)
            memcpy(copy, bytes, size);
        copy[size] = 0;
    }
    return copy;
}

void lo_arena_reset(lo_arena *arena)
{
    size_t kept = 0;
    block **link = &arena->first;
    while (*link) {
        block *at = *link;
        if (kept + at->size > KEEP_MAX) {
            *link = at->next;
            lo_mem_free(at);
        } else {
            kept += at->size;
            at->used = 0;
            link = &at->next;
        }
    }
    arena->current = arena->first;
}

void lo_arena_free(lo_arena *arena)
{
    while (arena->first) {
        block *next = arena->first->next;
        lo_mem_free(arena->first);
        arena->first = next;
    }
    arena->current = NULL;
}
