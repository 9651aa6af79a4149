// SPDX-License-Identifier: MIT
/* Files linked into the program: shipped plugins, the Lua prelude, word lists, models, page styles.
 *
 * Meson lists them (asset_files in the meson.build of each folder) and core/base/embed.py turns the list into one
 * assembly file of .incbin lines; the pages are read-only and shared by all processes. */
#ifndef LO_BASE_ASSET_H
#define LO_BASE_ASSET_H

#include "base/str.h"

#include <stddef.h>

typedef struct lo_asset {
    const char *name; /* path from the project's root, "plugins/4_annotate/names.lua" */
    lo_str bytes;     /* static; 64-byte aligned and followed by a NUL */
} lo_asset;

/* Sorted by name. */
size_t lo_asset_count(void);
const lo_asset *lo_asset_at(size_t index);
/* NULL when there is none. */
const lo_asset *lo_asset_find(const char *name);

#endif
