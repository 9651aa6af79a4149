// SPDX-License-Identifier: MIT
#include "base/asset.h"

#include <string.h>

/* Made by embed.py: parallel tables, sorted by name. */
extern const char *const lo_asset_names[];
extern const char *const lo_asset_starts[];
extern const char *const lo_asset_ends[];
extern const size_t lo_asset_total;

/* The table is shaped once, on first use; every process starts single-threaded. */
static lo_asset table[1024];

size_t lo_asset_count(void)
{
    return lo_asset_total;
}

const lo_asset *lo_asset_at(size_t index)
{
    if (index >= lo_asset_total || index >= sizeof table / sizeof table[0])
        return NULL;
    lo_asset *asset = &table[index];
    asset->name = lo_asset_names[index];
    asset->bytes = (lo_str){lo_asset_starts[index], (size_t)(lo_asset_ends[index] - lo_asset_starts[index])};
    return asset;
}

const lo_asset *lo_asset_find(const char *name)
{
    size_t low = 0, high = lo_asset_total;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(lo_asset_names[middle], name);
        if (order == 0)
            return lo_asset_at(middle);
        if (order < 0)
            low = middle + 1;
        else
            high = middle;
    }
    return NULL;
}
