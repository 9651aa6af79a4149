// SPDX-License-Identifier: MIT
/* All plugins of a run and the processes they live in: the shipped ones together in each of N shared workers, every
 * plugin from elsewhere in processes of its own.  Loads them, puts them in order, and knows by which steps a document
 * has to travel. */
#ifndef LO_STAGE_CREW_H
#define LO_STAGE_CREW_H

#include "stage/catalog.h"
#include "stage/process.h"
#include "stage/task.h"

typedef struct lo_crew_options {
    uint32_t workers; /* 0: in this process, shipped plugins only */
    bool fast, unsafe, timing;
    bool tolerant; /* wrong options from the configuration are listed as a plugin's fault, they do not fail the run */
    lo_stage last; /* plugins of later stages are not looked at */
    const char *only;   /* a relate or report plugin, alone and whatever it needs; NULL: all */
    const char *config; /* paths; NULL: none */
    const char *targets;
    const char *const *directories;
    size_t n_directories;
    void (*warn)(void *self, const char *message); /* may be NULL */
    void *warn_self;
} lo_crew_options;

typedef struct lo_crew_plugin {
    const lo_catalog_entry *entry;
    lo_contract contract; /* name NULL when it could not be loaded */
    const char *fault;    /* why it is left out, else NULL */
    uint32_t pool;        /* 0: the shared workers */
    uint32_t loaded;      /* its index inside that pool's engine */
    char *maker;          /* "4_annotate/dates@1.0" */
} lo_crew_plugin;

typedef struct lo_crew_pool {
    bool foreign;
    lo_process *processes;
    uint32_t n_processes;
    lo_buf setup, order; /* frames a new process gets first */
    uint32_t *numbers;   /* by position in the engine's order */
    uint32_t n;
} lo_crew_pool;

/* A run of consecutive plugins of one pool. */
typedef struct lo_crew_step {
    uint32_t pool, from, to;
} lo_crew_step;

typedef struct lo_crew {
    lo_arena arena;
    lo_config config;
    lo_crew_plugin *plugins; /* by name */
    uint32_t n_plugins;
    uint32_t *order; /* numbers are indexes of this: which plugin runs as the first, second, … */
    uint32_t n_order;
    lo_crew_pool *pools;
    uint32_t n_pools;
    lo_crew_step *steps; /* the first is shared */
    uint32_t n_steps;
    bool inside, unsafe, alone;
} lo_crew;

/* rendering: the last step must be a shared one, which writes the line. */
lo_status lo_crew_open(const lo_crew_options *options, bool rendering, lo_crew **out);
void lo_crew_close(lo_crew *crew);

const lo_crew_plugin *lo_crew_numbered(const lo_crew *crew, uint32_t number);
/* Digest of source, options and data (and of the targets, where they count): what its results depend on. */
lo_digest lo_crew_digest(const lo_crew *crew, const lo_crew_plugin *plugin);
/* Starts a process of a pool and hands it plugins and order; the answers (contracts, opened) come back like others. */
lo_status lo_crew_start(lo_crew *crew, uint32_t pool, lo_process *process);

/* Runs a plugin's examples; appends a line per failure. */
lo_status lo_crew_test(lo_crew *crew, uint32_t plugin, lo_buf *report, uint32_t *passed, uint32_t *failed);

#endif
