// SPDX-License-Identifier: MIT
#include "stage/contract.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "lua/value.h"

#include <string.h>

enum { LIST_MAX = 64, TEXT_MAX = 4096 };

static const char *const folders[] = {"",          "1_ingest",   "2_clean",  "3_segment", "4_annotate",
                                      "5_resolve", "6_classify", "7_relate", "8_report"};

const char *lo_stage_folder(lo_stage stage)
{
    return stage >= LO_STAGE_INGEST && stage <= LO_STAGE_REPORT ? folders[stage] : "";
}

const char *lo_stage_name(lo_stage stage)
{
    const char *folder = lo_stage_folder(stage);
    return *folder ? folder + 2 : folder;
}

lo_stage lo_stage_of_folder(const char *folder)
{
    for (int stage = LO_STAGE_INGEST; stage <= LO_STAGE_REPORT; stage++)
        if (!strcmp(folder, folders[stage]))
            return (lo_stage)stage;
    return (lo_stage)0;
}

/* ---- packing ---- */

static void add_text(lo_buf *out, const char *text)
{
    lo_buf_add_string(out, lo_str_of(text ? text : ""));
}

static void add_list(lo_buf *out, const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    lo_buf_add_varint(out, n);
    for (size_t i = 0; i < n; i++)
        add_text(out, list[i]);
}

lo_status lo_contract_pack(const lo_contract *contract, lo_buf *out)
{
    add_text(out, contract->name);
    lo_buf_add_varint(out, contract->stage);
    lo_buf_add_varint(out, contract->api);
    add_text(out, contract->version);
    add_text(out, contract->summary);
    add_list(out, contract->needs);
    add_list(out, contract->makes);
    add_list(out, contract->classes);
    lo_buf_add_varint(out, contract->n_options);
    for (uint32_t i = 0; i < contract->n_options; i++) {
        const lo_contract_option *option = &contract->options[i];
        add_text(out, option->name);
        add_text(out, option->type);
        add_text(out, option->doc);
        lo_buf_add_string(out, option->default_value);
    }
    add_list(out, contract->data_names);
    add_list(out, contract->data_files);
    lo_buf_add_varint(out, contract->n_examples);
    return out->status;
}

static lo_status damaged(const char *what)
{
    return lo_status_set(LO_E_DATA, "the plugin's contract is damaged: %s", what);
}

/* A run of text for people or a name; no control characters. */
static const char *take_text(lo_cursor *at, lo_arena *arena)
{
    lo_str s = lo_cursor_string(at);
    if (at->bad || s.n > TEXT_MAX || !lo_utf8_valid(s)) {
        at->bad = true;
        return "";
    }
    for (size_t i = 0; i < s.n; i++)
        if ((unsigned char)s.p[i] < ' ' || s.p[i] == 0x7f)
            at->bad = true;
    const char *copy = lo_arena_copy(arena, s.p, s.n);
    if (!copy)
        at->bad = true;
    return copy ? copy : "";
}

static bool is_name(const char *s, const char *more)
{
    size_t n = strspn(s, "abcdefghijklmnopqrstuvwxyz0123456789_");
    while (s[n] && strchr(more, s[n]))
        n += 1 + strspn(s + n + 1, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return *s && !s[n];
}

static const char *const *take_list(lo_cursor *at, lo_arena *arena, uint32_t most)
{
    uint32_t n = lo_cursor_u32(at);
    if (at->bad || n > most || n > (size_t)(at->end - at->p)) {
        at->bad = true;
        n = 0;
    }
    const char **list = lo_arena_array(arena, n + 1u, sizeof *list);
    if (!list) {
        at->bad = true;
        return NULL;
    }
    for (uint32_t i = 0; i < n; i++)
        list[i] = take_text(at, arena);
    return list;
}

static bool all_names(const char *const *list, const char *more)
{
    for (; list && *list; list++)
        if (!is_name(*list, more))
            return false;
    return true;
}

static size_t count(const char *const *list)
{
    size_t n = 0;
    while (list && list[n])
        n++;
    return n;
}

/* A plain file name in the plugin's own folder. */
static bool is_file(const char *s)
{
    return *s && *s != '.' && !strchr(s, '/') && !strchr(s, '\\') && strlen(s) < 128;
}

lo_status lo_contract_unpack(lo_str packed, lo_arena *arena, lo_contract *out)
{
    static const char *const types[] = {"string", "number", "boolean", "string[]", "number[]"};
    lo_cursor at = lo_cursor_of(packed);
    *out = (lo_contract){0};
    out->name = take_text(&at, arena);
    uint32_t stage = lo_cursor_u32(&at);
    out->stage = (lo_stage)stage;
    out->api = lo_cursor_u32(&at);
    out->version = take_text(&at, arena);
    out->summary = take_text(&at, arena);
    out->needs = take_list(&at, arena, LIST_MAX);
    out->makes = take_list(&at, arena, LIST_MAX);
    out->classes = take_list(&at, arena, 256);
    if (at.bad)
        return damaged("its head");
    out->n_options = lo_cursor_u32(&at);
    if (at.bad || out->n_options > LIST_MAX)
        return damaged("its options");
    lo_contract_option *options = lo_arena_array(arena, out->n_options + 1u, sizeof *options);
    if (!options)
        return lo_mem_short();
    out->options = options;
    for (uint32_t i = 0; i < out->n_options && !at.bad; i++) {
        options[i].name = take_text(&at, arena);
        options[i].type = take_text(&at, arena);
        options[i].doc = take_text(&at, arena);
        lo_str value = lo_cursor_string(&at);
        bool known = false;
        for (size_t t = 0; t < sizeof types / sizeof *types; t++)
            known |= !strcmp(options[i].type, types[t]);
        if (at.bad || !known || !is_name(options[i].name, "") || lo_value_check(value))
            return damaged("an option");
        options[i].default_value = lo_str_copy(arena, value);
        if (value.n && !options[i].default_value.p)
            return lo_mem_short();
    }
    out->data_names = take_list(&at, arena, LIST_MAX);
    out->data_files = take_list(&at, arena, LIST_MAX);
    out->n_examples = lo_cursor_u32(&at);
    if (!lo_cursor_done(&at))
        return damaged("its end");
    const char *slash = strchr(out->name, '/');
    const char *folder = lo_stage_folder(out->stage);
    if (stage < LO_STAGE_INGEST || stage > LO_STAGE_REPORT || !slash || strlen(folder) != (size_t)(slash - out->name) ||
        strncmp(out->name, folder, strlen(folder)) != 0 || !is_name(slash + 1, "-"))
        return damaged("its name and stage");
    if (out->api != 1)
        return lo_status_set(LO_E_DATA, "%s: api %u is not one this program knows (1)", out->name, out->api);
    if (!all_names(out->needs, "") || !all_names(out->makes, "") || !all_names(out->classes, "-.") ||
        !all_names(out->data_names, ""))
        return damaged("a name in needs, makes, classes or data");
    if (count(out->data_names) != count(out->data_files))
        return damaged("its data");
    for (const char *const *file = out->data_files; *file; file++)
        if (!is_file(*file))
            return damaged("a data file's name");
    return LO_OK;
}
