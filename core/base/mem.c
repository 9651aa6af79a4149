// SPDX-License-Identifier: MIT
#include "base/mem.h"

#include <stdatomic.h>
#include <stdlib.h>

static atomic_uint_fast64_t counted;
static atomic_int_fast64_t alive;
static uint64_t fail_at = UINT64_MAX;
static int fail_forever;

static int refused(void)
{
    uint64_t n = atomic_fetch_add_explicit(&counted, 1, memory_order_relaxed);
    return n == fail_at || (fail_forever && n > fail_at);
}

void *lo_mem_alloc(size_t size)
{
    void *block = refused() ? NULL : malloc(size ? size : 1);
    if (block)
        atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed);
    return block;
}

void *lo_mem_zalloc(size_t size)
{
    void *block = refused() ? NULL : calloc(1, size ? size : 1);
    if (block)
        atomic_fetch_add_explicit(&alive, 1, memory_order_relaxed);
    return block;
}

void *lo_mem_realloc(void *block, size_t size)
{
    if (!block)
        return lo_mem_alloc(size);
    return refused() ? NULL : realloc(block, size ? size : 1);
}

void lo_mem_free(void *block)
{
    if (!block)
        return;
    atomic_fetch_sub_explicit(&alive, 1, memory_order_relaxed);
    free(block);
}

lo_status lo_mem_short(void)
{
    return lo_status_set(LO_E_MEMORY, "out of memory");
}

lo_status lo_mem_grow(void **items, size_t *capacity, size_t need, size_t size)
{
    if (need <= *capacity)
        return LO_OK;
    size_t wanted = *capacity ? *capacity : 8;
    while (wanted < need) {
        if (wanted > SIZE_MAX / 2)
            return lo_mem_short();
        wanted *= 2;
    }
    if (size && wanted > SIZE_MAX / size)
        return lo_mem_short();
    void *grown = lo_mem_realloc(*items, wanted * size);
    if (!grown)
        return lo_mem_short();
    *items = grown;
    *capacity = wanted;
    return LO_OK;
}

void lo_mem_fail_after(uint64_t skip, int forever)
{
    atomic_store(&counted, 0);
    fail_at = skip;
    fail_forever = forever;
}

void lo_mem_fail_never(void)
{
    lo_mem_fail_after(UINT64_MAX, 0);
}

uint64_t lo_mem_count(void)
{
    return atomic_load(&counted);
}

int64_t lo_mem_alive(void)
{
    return atomic_load(&alive);
}
