// SPDX-License-Identifier: MIT
/* The analyst's files: Lua tables read as data (text mode, nothing in reach but the language itself).
 *
 * configuration:  return { plugins = { ["4_annotate/direct"] = { verbs = { "said" } }, ["3_segment/x"] = false } }
 *                 a table gives options of the plugin, false leaves it out
 * targets:        return { { id = "treaty", statement = "…", about = { "treaty" }, parties = { "Norland" } } }
 *                 id is required and unique; every other field is a string or a list of strings */
#ifndef LO_STAGE_CONFIG_H
#define LO_STAGE_CONFIG_H

#include "base/arena.h"
#include "base/str.h"

typedef struct lo_config_plugin {
    const char *name; /* "4_annotate/direct" */
    bool off;
    lo_str options; /* packed Lua table; empty when off */
} lo_config_plugin;

typedef struct lo_config {
    const lo_config_plugin *plugins; /* arena; sorted by name */
    uint32_t n_plugins;
    lo_str targets; /* packed Lua value; empty: none given */
} lo_config;

/* Either path may be NULL.  LO_E_IO: cannot be read; LO_E_DATA: what is wrong, with file and line or field. */
lo_status lo_config_read(const char *config_path, const char *targets_path, lo_arena *arena, lo_config *out);

/* A whole regular file of at most max bytes.  *out: arena. */
lo_status lo_config_read_file(const char *path, size_t max, lo_arena *arena, lo_str *out);

#endif
