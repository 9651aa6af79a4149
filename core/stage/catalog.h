// SPDX-License-Identifier: MIT
/* Which plugin files there are: the shipped ones, then directories, of which the first wins.  A file DIR/STAGE/NAME.lua
 * replaces the shipped plugin of that stage and name.  Nothing is run here. */
#ifndef LO_STAGE_CATALOG_H
#define LO_STAGE_CATALOG_H

#include "base/digest.h"
#include "stage/config.h"
#include "stage/engine.h"

typedef struct lo_catalog_entry {
    lo_plugin_source source; /* of shipped ones only name and options: workers have the rest */
    lo_stage stage;
    bool replaces; /* a shipped plugin of the same name */
} lo_catalog_entry;

typedef struct lo_catalog {
    lo_catalog_entry *entries; /* arena; by name, so by stage */
    uint32_t n;
} lo_catalog;

/* directories: searched in order, then those of LOCUTOR_PLUGINS (apart by ':').  Plugins that config leaves out are not
 * listed.  LO_E_IO: a directory cannot be read; LO_E_ARG: the configuration names a plugin that is not there. */
lo_status lo_catalog_find(const char *const *directories, size_t n_directories, const lo_config *config,
                          lo_arena *arena, lo_catalog *out);

/* Digest of source, options and the data files that the contract names: what an analysis depends on. */
lo_digest lo_catalog_digest(const lo_catalog_entry *entry, const lo_contract *contract, lo_str targets);

#endif
