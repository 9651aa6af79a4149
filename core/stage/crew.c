// SPDX-License-Identifier: MIT
#include "stage/crew.h"

#include "base/mem.h"
#include "stage/order.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { LUA_MEMORY = 128 << 20, AWAIT_MS = LO_WORKER_LIMIT_LOAD * 2, STARTS = 8 };

static void warn(const lo_crew_options *options, const char *message)
{
    if (options->warn)
        options->warn(options->warn_self, message);
}

static const char *keep_message(lo_crew *crew)
{
    const char *message = lo_status_message();
    message = lo_arena_copy(&crew->arena, message, strlen(message));
    return message ? message : "out of memory";
}

/* ---- pools ---- */

static lo_status write_setup(lo_crew *crew, const lo_crew_options *options, uint32_t pool_index)
{
    lo_crew_pool *pool = &crew->pools[pool_index];
    lo_plugin_source *sources = lo_arena_array(&crew->arena, crew->n_plugins + 1, sizeof *sources);
    if (!sources)
        return lo_mem_short();
    lo_setup setup = {.engine = {.targets = crew->config.targets,
                                 .fast = options->fast,
                                 .memory_cap = LUA_MEMORY,
                                 .timing = options->timing},
                      .plugins = sources,
                      .prompt = pool->foreign};
    for (uint32_t i = 0; i < crew->n_plugins; i++)
        if (crew->plugins[i].pool == pool_index)
            sources[setup.n_plugins++] = crew->plugins[i].entry->source;
    size_t begin = lo_frame_begin(&pool->setup, LO_FRAME_SETUP);
    lo_setup_pack(&setup, &pool->setup);
    return lo_frame_end(&pool->setup, begin);
}

static lo_status make_pools(lo_crew *crew, const lo_crew_options *options)
{
    uint32_t n_processes = options->workers ? options->workers : 1;
    crew->n_pools = 1;
    for (uint32_t i = 0; i < crew->n_plugins; i++)
        if (!crew->plugins[i].entry->source.shipped)
            crew->plugins[i].pool = crew->n_pools++;
    crew->pools = lo_arena_array(&crew->arena, crew->n_pools, sizeof *crew->pools);
    if (!crew->pools)
        return lo_mem_short();
    lo_status status = LO_OK;
    for (uint32_t p = 0; p < crew->n_pools && !status; p++) {
        lo_crew_pool *pool = &crew->pools[p];
        pool->foreign = p > 0;
        pool->processes = lo_arena_array(&crew->arena, n_processes, sizeof *pool->processes);
        if (!pool->processes)
            return lo_mem_short();
        pool->n_processes = n_processes;
        for (uint32_t i = 0; i < n_processes; i++)
            pool->processes[i].child.fd = -1;
        status = write_setup(crew, options, p);
    }
    return status;
}

/* A process that could not be sealed is no place for anybody's code, unless the user said so. */
static lo_status check_seal(const lo_crew *crew, const lo_crew_options *options, const lo_process *process)
{
    char text[256];
    if (process->sealed)
        return LO_OK;
    snprintf(text, sizeof text, "%s", process->unsealed_reason);
    if (lo_sandbox_compiled() && !crew->unsafe)
        return lo_status_set(LO_E_IO, "%s; --unsafe runs all the same", text);
    warn(options, text);
    return LO_OK;
}

/* ---- contracts ---- */

static lo_status take_contract(lo_crew *crew, lo_crew_plugin *plugin, lo_cursor *at)
{
    lo_str code = lo_cursor_bytes(at, 1);
    plugin->loaded = lo_cursor_u32(at);
    lo_str body = lo_cursor_string(at);
    const char *name = plugin->entry->source.name;
    if (at->bad)
        return lo_status_set(LO_E_DATA, "%s: its process sent damaged contracts", name);
    if (code.p[0]) {
        char message[512];
        snprintf(message, sizeof message, "%.*s", LO_STR_ARG(body));
        lo_status status = lo_status_set(code.p[0] <= -LO_E_STOP ? (lo_status)-code.p[0] : LO_E_DATA, "%s", message);
        return plugin->entry->source.shipped || strstr(message, name) ? status : lo_status_prefix(status, "%s", name);
    }
    lo_status status = lo_contract_unpack(body, &crew->arena, &plugin->contract);
    if (status)
        return lo_status_prefix(status, "%s", name);
    if (!plugin->contract.name || strcmp(plugin->contract.name, name) != 0 ||
        plugin->contract.stage != plugin->entry->stage) {
        plugin->contract = (lo_contract){0};
        return lo_status_set(LO_E_PLUGIN, "%s: claims to be another plugin", name);
    }
    size_t size = strlen(name) + strlen(plugin->contract.version) + 2;
    plugin->maker = lo_arena_alloc(&crew->arena, size);
    if (!plugin->maker)
        return lo_mem_short();
    snprintf(plugin->maker, size, "%s@%s", name, plugin->contract.version);
    return LO_OK;
}

static lo_status take_contracts(lo_crew *crew, const lo_crew_options *options, uint32_t pool, lo_str payload)
{
    lo_cursor at = lo_cursor_of(payload);
    uint32_t n = lo_cursor_u32(&at), seen = 0;
    for (uint32_t i = 0; i < crew->n_plugins; i++) {
        lo_crew_plugin *plugin = &crew->plugins[i];
        if (plugin->pool != pool)
            continue;
        seen++;
        lo_status status = take_contract(crew, plugin, &at);
        /* options that the user gave are an order; any other plugin that is broken leaves the rest alone */
        if (status == LO_E_MEMORY || (status && plugin->entry->source.options.n && !options->tolerant))
            return status;
        if (status)
            plugin->fault = keep_message(crew);
    }
    if (!lo_cursor_done(&at) || seen != n)
        return lo_status_set(LO_E_DATA, "its process sent damaged contracts");
    return LO_OK;
}

static lo_status take_opened(const lo_frame *frame)
{
    unsigned code = frame->payload.n ? (unsigned char)frame->payload.p[0] : (unsigned)-LO_E_DATA;
    if (!code)
        return LO_OK;
    return lo_status_set(code <= (unsigned)-LO_E_STOP ? (lo_status) - (int)code : LO_E_DATA, "%.*s",
                         (int)(frame->payload.n ? frame->payload.n - 1 : 0), frame->payload.p + 1);
}

/* The next answer of a pool's first process.  Killed by somebody else, it is started again. */
static lo_status await(lo_crew *crew, uint32_t pool, unsigned type, lo_frame *frame)
{
    lo_process *process = &crew->pools[pool].processes[0];
    lo_status status = lo_process_await(process, type, AWAIT_MS, frame);
    for (int tries = 0; status == LO_E_BUSY && tries < STARTS; tries++) {
        status = lo_crew_start(crew, pool, process);
        if (!status && type == LO_FRAME_OPENED) /* it tells its contracts again, which are known */
            status = lo_process_await(process, LO_FRAME_CONTRACTS, AWAIT_MS, frame);
        if (!status)
            status = lo_process_await(process, type, AWAIT_MS, frame);
    }
    return status;
}

static lo_status await_contracts(lo_crew *crew, const lo_crew_options *options, uint32_t pool)
{
    lo_process *process = &crew->pools[pool].processes[0];
    lo_frame frame;
    lo_status status = await(crew, pool, LO_FRAME_CONTRACTS, &frame);
    if (!status)
        status = check_seal(crew, options, process);
    return status ? status : take_contracts(crew, options, pool, frame.payload);
}

lo_status lo_crew_start(lo_crew *crew, uint32_t pool, lo_process *process)
{
    lo_status status = lo_process_start(process, crew->inside);
    if (!status)
        status = lo_buf_add_str(&process->out, lo_buf_str(&crew->pools[pool].setup));
    if (!status && crew->pools[pool].order.n)
        status = lo_buf_add_str(&process->out, lo_buf_str(&crew->pools[pool].order));
    return status ? status : lo_process_flush(process);
}

/* The order inside a pool: what runs of the whole order. */
static lo_status write_order(lo_crew *crew, uint32_t pool_index)
{
    lo_crew_pool *pool = &crew->pools[pool_index];
    uint32_t *loaded = lo_arena_array(&crew->arena, crew->n_order + 1, sizeof *loaded);
    const char **makers = lo_arena_array(&crew->arena, crew->n_order + 1, sizeof *makers);
    pool->numbers = lo_arena_array(&crew->arena, crew->n_order + 1, sizeof *pool->numbers);
    if (!loaded || !makers || !pool->numbers)
        return lo_mem_short();
    pool->n = 0;
    for (uint32_t i = 0; i < crew->n_order; i++) {
        const lo_crew_plugin *plugin = &crew->plugins[crew->order[i]];
        makers[i] = plugin->maker;
        if (plugin->pool != pool_index)
            continue;
        loaded[pool->n] = plugin->loaded;
        pool->numbers[pool->n++] = i;
    }
    if (pool->foreign)
        return LO_OK; /* it got its order of one before */
    size_t begin = lo_frame_begin(&pool->order, LO_FRAME_ORDER);
    lo_run_order_pack(&(lo_run_order){loaded, pool->numbers, pool->n, makers, crew->n_order}, &pool->order);
    return lo_frame_end(&pool->order, begin);
}

/* A plugin alone runs as the first of its engine, whatever its place among all; so it can be opened before the order of
 * all is known, and a plugin that cannot be opened never enters it. */
static lo_status open_foreign(lo_crew *crew, const lo_crew_options *options, uint32_t pool_index,
                              lo_crew_plugin *plugin)
{
    lo_crew_pool *pool = &crew->pools[pool_index];
    bool runs = crew->alone || plugin->entry->stage <= LO_STAGE_CLASSIFY;
    lo_frame frame;
    lo_status status = LO_OK;
    if (runs) {
        static const uint32_t first = 0;
        size_t begin = lo_frame_begin(&pool->order, LO_FRAME_ORDER);
        lo_run_order_pack(&(lo_run_order){&first, &first, 1, NULL, 0}, &pool->order);
        status = lo_frame_end(&pool->order, begin);
    }
    if (status || (status = lo_crew_start(crew, pool_index, &pool->processes[0])))
        return status;
    status = await_contracts(crew, options, pool_index);
    if (!status && !plugin->fault && runs && !(status = await(crew, pool_index, LO_FRAME_OPENED, &frame)))
        status = take_opened(&frame);
    if (status && status != LO_E_MEMORY && status != LO_E_IO) {
        if (!plugin->fault) {
            if (!strstr(lo_status_message(), plugin->entry->source.name))
                lo_status_prefix(status, "%s", plugin->entry->source.name);
            plugin->fault = keep_message(crew);
        }
        status = LO_OK;
    }
    if (plugin->fault)
        lo_process_stop(&pool->processes[0]);
    return status;
}

/* ---- order and steps ---- */

static lo_status put_in_order(lo_crew *crew)
{
    const lo_contract **contracts = lo_arena_array(&crew->arena, crew->n_plugins + 1, sizeof *contracts);
    uint32_t *which = lo_arena_array(&crew->arena, crew->n_plugins + 1, sizeof *which);
    crew->order = lo_arena_array(&crew->arena, crew->n_plugins + 1, sizeof *crew->order);
    if (!contracts || !which || !crew->order)
        return lo_mem_short();
    for (;;) {
        uint32_t n = 0, culprit = 0;
        for (uint32_t i = 0; i < crew->n_plugins; i++) {
            lo_crew_plugin *plugin = &crew->plugins[i];
            if (plugin->fault || (plugin->entry->stage > LO_STAGE_CLASSIFY && !crew->alone))
                continue;
            which[n] = i;
            contracts[n++] = &plugin->contract;
        }
        lo_status status = crew->alone ? LO_OK : lo_order_plugins(contracts, n, crew->order, &culprit);
        if (status == LO_E_PLUGIN && n) {
            crew->plugins[which[culprit]].fault = keep_message(crew);
            continue;
        }
        if (status)
            return status;
        for (uint32_t i = 0; i < n; i++)
            crew->order[i] = which[crew->order[i]];
        crew->n_order = n;
        return LO_OK;
    }
}

static lo_status lay_steps(lo_crew *crew, bool rendering)
{
    lo_crew_step *steps = lo_arena_array(&crew->arena, crew->n_order + 2, sizeof *steps);
    if (!steps)
        return lo_mem_short();
    uint32_t n = 1, position = 0; /* the first is shared: it reads the document */
    for (uint32_t i = 0; i < crew->n_order; i++) {
        uint32_t pool = crew->plugins[crew->order[i]].pool;
        if (pool == 0) {
            if (steps[n - 1].pool != 0)
                steps[n++] = (lo_crew_step){0, position, position};
            steps[n - 1].to = ++position;
        } else {
            steps[n++] = (lo_crew_step){pool, 0, 1};
        }
    }
    if (rendering && steps[n - 1].pool != 0)
        steps[n++] = (lo_crew_step){0, position, position};
    crew->steps = steps;
    crew->n_steps = n;
    return LO_OK;
}

/* ---- open and close ---- */

static lo_status check_foreign(const lo_crew *crew, const lo_crew_options *options)
{
    const char *first = NULL;
    for (uint32_t i = 0; i < crew->n_plugins && !first; i++)
        if (!crew->plugins[i].entry->source.shipped)
            first = crew->plugins[i].entry->source.origin;
    if (!first)
        return LO_OK;
    if (crew->inside)
        return lo_status_set(LO_E_ARG,
                             "%s: plugins that do not ship with the program need a worker process "
                             "(--workers 1 or more)",
                             first);
    lo_status status = options->unsafe ? LO_OK : lo_sandbox_probe();
    return status
               ? lo_status_set(status, "%s is not run: %s; --unsafe runs it all the same", first, lo_status_message())
               : LO_OK;
}

static lo_status find_plugins(lo_crew *crew, const lo_crew_options *options)
{
    lo_catalog catalog;
    lo_status status = lo_config_read(options->config, options->targets, &crew->arena, &crew->config);
    if (!status)
        status = lo_catalog_find(options->directories, options->n_directories, &crew->config, &crew->arena, &catalog);
    if (status)
        return status;
    crew->plugins = lo_arena_array(&crew->arena, catalog.n + 1, sizeof *crew->plugins);
    if (!crew->plugins)
        return lo_mem_short();
    for (uint32_t i = 0; i < catalog.n; i++)
        if (options->only ? !strcmp(catalog.entries[i].source.name, options->only)
                          : catalog.entries[i].stage <= options->last)
            crew->plugins[crew->n_plugins++].entry = &catalog.entries[i];
    return LO_OK;
}

static lo_status open_shared(lo_crew *crew)
{
    lo_frame frame;
    lo_crew_pool *pool = &crew->pools[0];
    lo_status status = write_order(crew, 0);
    for (uint32_t i = 0; i < pool->n_processes && !status; i++) {
        status = lo_buf_add_str(&pool->processes[i].out, lo_buf_str(&pool->order));
        if (!status)
            status = lo_process_flush(&pool->processes[i]);
    }
    if (status || (status = await(crew, 0, LO_FRAME_OPENED, &frame)))
        return status;
    return take_opened(&frame);
}

lo_status lo_crew_open(const lo_crew_options *options, bool rendering, lo_crew **out)
{
    lo_crew *crew = lo_mem_zalloc(sizeof *crew);
    if (!crew)
        return lo_mem_short();
    crew->inside = options->workers == 0;
    crew->unsafe = options->unsafe;
    crew->alone = options->only != NULL;
    lo_status status = find_plugins(crew, options);
    if (status || (status = check_foreign(crew, options)) || (status = make_pools(crew, options)))
        goto done;
    for (uint32_t i = 0; i < crew->pools[0].n_processes && !status; i++)
        status = lo_crew_start(crew, 0, &crew->pools[0].processes[i]);
    for (uint32_t i = 0; i < crew->n_plugins && !status; i++)
        if (crew->plugins[i].pool)
            status = open_foreign(crew, options, crew->plugins[i].pool, &crew->plugins[i]);
    if (status || (status = await_contracts(crew, options, 0)) || (status = put_in_order(crew)) ||
        (status = open_shared(crew)))
        goto done;
    for (uint32_t p = 1; p < crew->n_pools && !status; p++)
        status = write_order(crew, p);
    for (uint32_t i = 0; i < crew->n_plugins; i++)
        if (crew->plugins[i].fault)
            warn(options, crew->plugins[i].fault);
    if (!status)
        status = lay_steps(crew, rendering);
done:
    if (status) {
        lo_crew_close(crew);
        crew = NULL;
    }
    *out = crew;
    return status;
}

void lo_crew_close(lo_crew *crew)
{
    if (!crew)
        return;
    for (uint32_t p = 0; crew->pools && p < crew->n_pools; p++) {
        lo_crew_pool *pool = &crew->pools[p];
        for (uint32_t i = 0; i < pool->n_processes; i++)
            lo_process_stop(&pool->processes[i]);
        lo_buf_free(&pool->setup);
        lo_buf_free(&pool->order);
    }
    lo_arena_free(&crew->arena);
    lo_mem_free(crew);
}

lo_digest lo_crew_digest(const lo_crew *crew, const lo_crew_plugin *plugin)
{
    return lo_catalog_digest(plugin->entry, &plugin->contract, crew->config.targets);
}

const lo_crew_plugin *lo_crew_numbered(const lo_crew *crew, uint32_t number)
{
    return number < crew->n_order ? &crew->plugins[crew->order[number]] : NULL;
}

lo_status lo_crew_test(lo_crew *crew, uint32_t plugin_index, lo_buf *report, uint32_t *passed, uint32_t *failed)
{
    const lo_crew_plugin *plugin = &crew->plugins[plugin_index];
    lo_process *process = &crew->pools[plugin->pool].processes[0];
    lo_frame frame;
    *passed = *failed = 0;
    if (plugin->fault)
        return lo_status_set(LO_E_PLUGIN, "%s", plugin->fault);
    if (!plugin->contract.n_examples)
        return LO_OK;
    lo_status status = LO_OK;
    if (!process->child.pid && !process->inside && /* an earlier test was its end */
        !(status = lo_crew_start(crew, plugin->pool, process)) &&
        !(status = lo_process_await(process, LO_FRAME_CONTRACTS, AWAIT_MS, &frame)) &&
        crew->pools[plugin->pool].order.n)
        status = lo_process_await(process, LO_FRAME_OPENED, AWAIT_MS, &frame);
    if (status)
        return status;
    size_t begin = lo_frame_begin(&process->out, LO_FRAME_TEST);
    lo_buf_add_varint(&process->out, plugin->loaded);
    status = lo_frame_end(&process->out, begin);
    if (!status)
        status = lo_process_await(process, LO_FRAME_TESTED, AWAIT_MS, &frame);
    if (status)
        return lo_status_prefix(status, "%s", plugin->entry->source.name);
    lo_cursor at = lo_cursor_of(frame.payload);
    lo_str code = lo_cursor_bytes(&at, 1);
    *passed = lo_cursor_u32(&at);
    *failed = lo_cursor_u32(&at);
    lo_str text = lo_cursor_string(&at);
    if (!lo_cursor_done(&at))
        return lo_status_set(LO_E_DATA, "%s: its process sent a damaged answer", plugin->entry->source.name);
    if (code.p[0])
        return lo_status_set(LO_E_PLUGIN, "%s: %.*s", plugin->entry->source.name, LO_STR_ARG(text));
    return lo_buf_add_str(report, text);
}
