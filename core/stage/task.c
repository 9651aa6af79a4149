// SPDX-License-Identifier: MIT
#include "stage/task.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

static lo_status damaged(const char *what)
{
    return lo_status_set(LO_E_DATA, "a message between the processes is damaged: %s", what);
}

/* A count of things that take at least one byte each. */
static uint32_t read_count(lo_cursor *at)
{
    uint32_t n = lo_cursor_u32(at);
    if (n > (size_t)(at->end - at->p)) {
        at->bad = true;
        return 0;
    }
    return n;
}

static unsigned read_byte(lo_cursor *at)
{
    lo_str byte = lo_cursor_bytes(at, 1);
    return at->bad ? 0 : (unsigned char)byte.p[0];
}

/* A name or message that will be shown or compared as a C string. */
static const char *read_text(lo_cursor *at, lo_arena *arena)
{
    lo_str text = lo_cursor_string(at);
    if (at->bad || (text.n && memchr(text.p, 0, text.n)) || !lo_utf8_valid(text)) {
        at->bad = true;
        return "";
    }
    const char *copy = lo_arena_copy(arena, text.n ? text.p : "", text.n);
    if (!copy)
        at->bad = true;
    return copy ? copy : "";
}

/* ---- setup ---- */

enum { SETUP_FAST = 1, SETUP_TIMING = 2, SETUP_PROMPT = 4 };

lo_status lo_setup_pack(const lo_setup *setup, lo_buf *out)
{
    const lo_engine_options *engine = &setup->engine;
    lo_buf_add_byte(out, (unsigned char)((engine->fast ? SETUP_FAST : 0) | (engine->timing ? SETUP_TIMING : 0) |
                                         (setup->prompt ? SETUP_PROMPT : 0)));
    lo_buf_add_varint(out, engine->memory_cap);
    lo_buf_add_string(out, engine->targets);
    lo_buf_add_varint(out, setup->n_plugins);
    for (uint32_t i = 0; i < setup->n_plugins; i++) {
        const lo_plugin_source *plugin = &setup->plugins[i];
        lo_buf_add_string(out, lo_str_of(plugin->name));
        lo_buf_add_string(out, plugin->options);
        lo_buf_add_byte(out, plugin->shipped);
        if (plugin->shipped)
            continue;
        lo_buf_add_string(out, lo_str_of(plugin->origin));
        lo_buf_add_string(out, plugin->source);
        lo_buf_add_varint(out, plugin->n_data);
        for (uint32_t d = 0; d < plugin->n_data; d++) {
            lo_buf_add_string(out, lo_str_of(plugin->data_files[d]));
            lo_buf_add_string(out, plugin->data_bytes[d]);
        }
    }
    return out->status;
}

static void read_plugin(lo_cursor *at, lo_arena *arena, lo_plugin_source *plugin)
{
    plugin->name = read_text(at, arena);
    plugin->options = lo_cursor_string(at);
    plugin->shipped = read_byte(at);
    plugin->origin = "shipped";
    if (plugin->shipped)
        return;
    plugin->origin = read_text(at, arena);
    plugin->source = lo_cursor_string(at);
    plugin->n_data = read_count(at);
    const char **files = lo_arena_array(arena, plugin->n_data + 1, sizeof *files);
    lo_str *bytes = lo_arena_array(arena, plugin->n_data + 1, sizeof *bytes);
    at->bad |= !files || !bytes;
    for (uint32_t d = 0; d < plugin->n_data && !at->bad; d++) {
        files[d] = read_text(at, arena);
        bytes[d] = lo_cursor_string(at);
    }
    plugin->data_files = files;
    plugin->data_bytes = bytes;
}

lo_status lo_setup_unpack(lo_str payload, lo_arena *arena, lo_setup *out)
{
    lo_cursor at = lo_cursor_of(payload);
    unsigned flags = read_byte(&at);
    *out = (lo_setup){.engine = {.fast = flags & SETUP_FAST, .timing = flags & SETUP_TIMING},
                      .prompt = flags & SETUP_PROMPT};
    out->engine.memory_cap = lo_cursor_varint(&at);
    out->engine.targets = lo_cursor_string(&at);
    out->n_plugins = read_count(&at);
    lo_plugin_source *plugins = lo_arena_array(arena, out->n_plugins + 1, sizeof *plugins);
    if (!plugins)
        return lo_mem_short();
    for (uint32_t i = 0; i < out->n_plugins && !at.bad; i++)
        read_plugin(&at, arena, &plugins[i]);
    out->plugins = plugins;
    return lo_cursor_done(&at) ? LO_OK : damaged("setup");
}

/* ---- order ---- */

lo_status lo_run_order_pack(const lo_run_order *order, lo_buf *out)
{
    lo_buf_add_varint(out, order->n);
    for (uint32_t i = 0; i < order->n; i++) {
        lo_buf_add_varint(out, order->loaded[i]);
        lo_buf_add_varint(out, order->numbers[i]);
    }
    lo_buf_add_varint(out, order->n_makers);
    for (uint32_t i = 0; i < order->n_makers; i++)
        lo_buf_add_string(out, lo_str_of(order->makers[i]));
    return out->status;
}

lo_status lo_run_order_unpack(lo_str payload, lo_arena *arena, lo_run_order *out)
{
    lo_cursor at = lo_cursor_of(payload);
    out->n = read_count(&at);
    uint32_t *loaded = lo_arena_array(arena, out->n + 1, sizeof *loaded);
    uint32_t *numbers = lo_arena_array(arena, out->n + 1, sizeof *numbers);
    if (!loaded || !numbers)
        return lo_mem_short();
    for (uint32_t i = 0; i < out->n; i++) {
        loaded[i] = lo_cursor_u32(&at);
        numbers[i] = lo_cursor_u32(&at);
        at.bad |= numbers[i] > UINT16_MAX;
    }
    out->n_makers = read_count(&at);
    const char **makers = lo_arena_array(arena, out->n_makers + 1, sizeof *makers);
    if (!makers)
        return lo_mem_short();
    for (uint32_t i = 0; i < out->n_makers && !at.bad; i++)
        makers[i] = read_text(&at, arena);
    out->loaded = loaded;
    out->numbers = numbers;
    out->makers = makers;
    return lo_cursor_done(&at) ? LO_OK : damaged("order");
}

/* ---- tasks ---- */

enum { TASK_WITH_TEXT = 8 };

lo_status lo_task_pack(const lo_task *task, lo_buf *out)
{
    lo_buf_add_byte(out, (unsigned char)task->kind);
    lo_buf_add_byte(out, (unsigned char)(task->want | (task->with_text ? TASK_WITH_TEXT : 0)));
    lo_buf_add_varint(out, task->from);
    lo_buf_add_varint(out, task->to);
    lo_buf_add_string(out, task->name);
    lo_buf_add_string(out, task->bytes);
    return lo_buf_add_string(out, task->marks);
}

lo_status lo_task_unpack(lo_cursor *at, lo_task *out)
{
    unsigned kind = read_byte(at), flags = read_byte(at);
    out->kind = (lo_task_kind)kind;
    out->want = flags & (LO_WANT_RECORD | LO_WANT_MARKS | LO_WANT_LINE);
    out->with_text = flags & TASK_WITH_TEXT;
    out->from = lo_cursor_u32(at);
    out->to = lo_cursor_u32(at);
    out->name = lo_cursor_string(at);
    out->bytes = lo_cursor_string(at);
    out->marks = lo_cursor_string(at);
    return !at->bad && kind <= LO_TASK_RECORD ? LO_OK : damaged("task");
}

/* ---- results ---- */

lo_status lo_task_result_pack(const lo_task_result *result, lo_buf *out)
{
    lo_buf_add_byte(out, (unsigned char)-result->status);
    lo_buf_add_byte(out, result->with_text);
    lo_buf_add_string(out, result->message);
    lo_buf_add_varint(out, result->n_faults);
    for (uint32_t i = 0; i < result->n_faults; i++) {
        lo_buf_add_varint(out, result->faults[i].position);
        lo_buf_add_byte(out, (unsigned char)-result->faults[i].status);
        lo_buf_add_string(out, result->faults[i].message);
    }
    lo_buf_add_string(out, result->record);
    lo_buf_add_string(out, result->marks);
    lo_buf_add_string(out, result->line);
    lo_buf_add_varint(out, result->n_origins);
    for (uint32_t i = 0; i < result->n_origins; i++)
        lo_buf_add_varint(out, result->origins[i]);
    return out->status;
}

static lo_status read_status(lo_cursor *at)
{
    unsigned code = read_byte(at);
    at->bad |= code > (unsigned)-LO_E_STOP;
    return at->bad ? LO_E_DATA : (lo_status) - (int)code;
}

lo_status lo_task_result_unpack(lo_str payload, lo_arena *arena, lo_task_result *out)
{
    lo_cursor at = lo_cursor_of(payload);
    out->status = read_status(&at);
    out->with_text = read_byte(&at);
    out->message = lo_cursor_string(&at);
    out->n_faults = read_count(&at);
    lo_task_fault *faults = lo_arena_array(arena, out->n_faults + 1, sizeof *faults);
    if (!faults)
        return lo_mem_short();
    for (uint32_t i = 0; i < out->n_faults && !at.bad; i++) {
        faults[i].position = lo_cursor_u32(&at);
        faults[i].status = read_status(&at);
        faults[i].message = lo_cursor_string(&at);
    }
    out->faults = faults;
    out->record = lo_cursor_string(&at);
    out->marks = lo_cursor_string(&at);
    out->line = lo_cursor_string(&at);
    out->n_origins = read_count(&at);
    uint32_t *origins = lo_arena_array(arena, out->n_origins + 1, sizeof *origins);
    if (!origins)
        return lo_mem_short();
    for (uint32_t i = 0; i < out->n_origins; i++)
        origins[i] = lo_cursor_u32(&at);
    out->origins = origins;
    return lo_cursor_done(&at) ? LO_OK : damaged("result");
}
