// SPDX-License-Identifier: MIT
/* Runs plugins on documents inside one process: in a worker, or in the host with --workers 0.
 * One engine has one Lua state, one lexicon and an ordered list of plugins. */
#ifndef LO_STAGE_ENGINE_H
#define LO_STAGE_ENGINE_H

#include "lang/document.h"
#include "stage/contract.h"

typedef struct lo_engine lo_engine;

/* One plugin file as handed over: source text, the bytes of its data files, and option values. */
typedef struct lo_plugin_source {
    const char *name;   /* "4_annotate/direct_speech" */
    const char *origin; /* for messages: "shipped" or the file's path */
    lo_str source;
    lo_str options;                /* packed Lua table of option values given by the user, or empty */
    const char *const *data_files; /* parallel, n_data */
    const lo_str *data_bytes;
    uint32_t n_data;
    bool shipped;
} lo_plugin_source;

typedef struct lo_engine_options {
    lo_str targets;    /* packed Lua value: the analyst's list of targets, or empty */
    bool fast;         /* no tagger, no parser */
    size_t memory_cap; /* bytes Lua may hold; 0: no cap */
    bool timing;       /* time and matches per rule */
} lo_engine_options;

lo_status lo_engine_create(const lo_engine_options *options, lo_engine **out);
void lo_engine_free(lo_engine *engine);

/* Runs the file's chunk in an environment of its own and validates the contract.  LO_E_PLUGIN names file and line. */
lo_status lo_engine_load(lo_engine *engine, const lo_plugin_source *source, uint32_t *out_index);
const lo_contract *lo_engine_contract(const lo_engine *engine, uint32_t index); /* borrowed from the engine */
/* Calls every plugin's open, collects the classes their rules name, freezes the lexicon.  Plugins run in the order
 * given (indexes from load, n of them); the host has put them in order before. */
lo_status lo_engine_open(lo_engine *engine, const uint32_t *order, uint32_t n);

/* What one plugin did to one document. */
typedef struct lo_engine_fault {
    uint32_t plugin; /* position in the order */
    lo_status status;
    const char *message; /* arena of the document */
} lo_engine_fault;

/* Runs the plugins at positions [from, to) of the order on a document (stages clean to classify).  A plugin that raises
 * or breaks a promise loses only its own marks of this document and is listed in faults (arena, *n_faults).  Between
 * begin and end (each once; end is safe after a begin that failed) it may be called several times: what was made of the
 * document for one plugin serves the next. */
lo_status lo_engine_begin(lo_engine *engine, lo_document *document);
void lo_engine_end(lo_engine *engine);
lo_status lo_engine_run(lo_engine *engine, lo_document *document, uint32_t from, uint32_t to,
                        const lo_engine_fault **faults, uint32_t *n_faults);
const lo_lexicon *lo_engine_lexicon(const lo_engine *engine);

/* Called from a signal handler or a timer: makes running Lua code raise "time limit" at its next instruction. */
void lo_engine_interrupt(lo_engine *engine);

/* Runs the plugin's examples; appends a line per failure to report.  Failures are counted in *failed. */
lo_status lo_engine_test(lo_engine *engine, uint32_t index, lo_buf *report, uint32_t *passed, uint32_t *failed);

/* What plugins and rules warned of (rules without an anchor, out:warn), a line each, since the last clear; borrowed
 * until the next call. */
lo_str lo_engine_warnings(lo_engine *engine);
void lo_engine_clear_warnings(lo_engine *engine);

/* Time and matches per rule since the engine was opened. */
typedef struct lo_engine_rule_cost {
    uint32_t plugin;
    const char *rule;
    uint64_t matches, nanoseconds;
} lo_engine_rule_cost;
uint32_t lo_engine_costs(lo_engine *engine, const lo_engine_rule_cost **out);

#endif
