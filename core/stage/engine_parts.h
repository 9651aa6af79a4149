// SPDX-License-Identifier: MIT
/* What the files of the engine share. */
#ifndef LO_STAGE_ENGINE_PARTS_H
#define LO_STAGE_ENGINE_PARTS_H

#include "lua/session.h"
#include "stage/engine.h"

typedef struct lo_engine_plugin {
    const char *name, *origin, *chunk; /* arena of the engine; chunk: how Lua's messages call the file */
    lo_contract contract;
    lo_str options; /* packed, arena */
    int table;      /* registry reference: { table, environment, data, state, targets } */
    unsigned char used[LO_LEXICON_CLASSES / 8];
} lo_engine_plugin;

/* Places in a plugin's table. */
enum {
    LO_PLUGIN_TABLE = 1,
    LO_PLUGIN_ENVIRONMENT,
    LO_PLUGIN_DATA,
    LO_PLUGIN_STATE,
    LO_PLUGIN_TARGETS,
    LO_PLUGIN_SIZE = 5
};

struct lo_engine {
    lo_vm *vm;
    lo_lexicon *lexicon;
    lo_session *session;
    lo_arena arena; /* contracts and names; lives as long as the engine */
    lo_str targets;
    lo_engine_plugin *plugins;
    size_t n_plugins, capacity;
    uint32_t *order; /* indexes of plugins */
    uint32_t n_order;
    bool opened;
    lo_engine_rule_cost *costs;
    size_t costs_capacity;
};

/* Calls one plugin's entry on the session's document and keeps or takes back what it made. */
lo_status lo_engine_run_plugin(lo_engine *engine, uint32_t position);

/* Calls open again, with the targets that the registry holds under this address, or (NULL) the engine's own. */
lo_status lo_engine_reopen(lo_engine *engine, uint32_t index, const char *targets);

#endif
