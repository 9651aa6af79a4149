// SPDX-License-Identifier: MIT
#include "stage/catalog.h"

#include "base/asset.h"
#include "base/mem.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SOURCE_MAX = 1 << 20, DATA_MAX = 16 << 20, DATA_TOTAL_MAX = 48 << 20, NAME_MAX_BYTES = 100 };

typedef struct search {
    lo_arena *arena;
    lo_catalog_entry *entries;
    size_t n, capacity;
} search;

static bool name_ok(const char *name, size_t n)
{
    for (size_t i = 0; i < n; i++)
        if (!((name[i] >= 'a' && name[i] <= 'z') || (name[i] >= '0' && name[i] <= '9') || name[i] == '_'))
            return false;
    return n > 0 && n <= NAME_MAX_BYTES;
}

static lo_catalog_entry *find(const search *s, const char *name)
{
    for (size_t i = 0; i < s->n; i++)
        if (!strcmp(s->entries[i].source.name, name))
            return &s->entries[i];
    return NULL;
}

static lo_status add(search *s, const lo_catalog_entry *entry)
{
    lo_catalog_entry *old = find(s, entry->source.name);
    if (old) { /* from elsewhere first: the shipped one comes last */
        old->replaces |= entry->source.shipped;
        return LO_OK;
    }
    lo_status status = lo_mem_grow((void **)&s->entries, &s->capacity, s->n + 1, sizeof *s->entries);
    if (!status)
        s->entries[s->n++] = *entry;
    return status;
}

/* "a/b", of b the first n bytes. */
static const char *join(lo_arena *arena, const char *a, const char *b, size_t n)
{
    size_t before = strlen(a);
    char *path = lo_arena_alloc(arena, before + n + 2);
    if (!path)
        return NULL;
    memcpy(path, a, before);
    path[before] = '/';
    memcpy(path + before + 1, b, n);
    path[before + 1 + n] = 0;
    return path;
}

static int ends_in_lua(const char *name, size_t *stem)
{
    size_t n = strlen(name);
    *stem = n > 4 ? n - 4 : 0;
    return n > 4 && !strcmp(name + n - 4, ".lua");
}

/* ---- shipped ---- */

static lo_status add_shipped(search *s)
{
    static const char prefix[] = "plugins/";
    for (size_t i = 0; i < lo_asset_count(); i++) {
        const lo_asset *asset = lo_asset_at(i);
        const char *path = asset ? asset->name : "", *slash = strrchr(path, '/');
        size_t stem;
        if (strncmp(path, prefix, sizeof prefix - 1) != 0 || !ends_in_lua(slash + 1, &stem) ||
            !name_ok(slash + 1, stem))
            continue;
        path += sizeof prefix - 1;
        const char *name = lo_arena_copy(s->arena, path, strlen(path) - 4);
        const char *folder = slash > path ? lo_arena_copy(s->arena, path, (size_t)(slash - path)) : "";
        if (!name || !folder)
            return lo_mem_short();
        lo_stage stage = lo_stage_of_folder(folder);
        lo_status status =
            stage ? add(s, &(lo_catalog_entry){.source = {.name = name, .origin = "shipped", .shipped = true},
                                               .stage = stage})
                  : LO_OK;
        if (status)
            return status;
    }
    return LO_OK;
}

/* ---- directories ---- */

static int by_text(const void *a, const void *b)
{
    return strcmp(*(const char *const *)a, *(const char *const *)b);
}

/* Names in a directory, sorted; *names is owned, its strings arena. */
static lo_status list(const char *path, lo_arena *arena, const char ***names, size_t *n)
{
    size_t capacity = 0;
    DIR *directory = opendir(path);
    *n = 0;
    *names = NULL;
    if (!directory)
        return lo_status_set(LO_E_IO, "cannot read %s: %s", path, strerror(errno));
    lo_status status = LO_OK;
    for (struct dirent *item; !status && (item = readdir(directory));) {
        if (item->d_name[0] == '.')
            continue;
        status = lo_mem_grow((void **)names, &capacity, *n + 1, sizeof **names);
        if (!status && !((*names)[*n] = lo_arena_copy(arena, item->d_name, strlen(item->d_name))))
            status = lo_mem_short();
        *n += !status;
    }
    closedir(directory);
    if (*n)
        qsort(*names, *n, sizeof **names, by_text);
    return status;
}

/* Everything beside a plugin that is no other plugin is data for it, if not too large. */
static lo_status read_data(search *s, const char *folder, const char **names, size_t n, lo_catalog_entry *proto)
{
    const char **files = lo_arena_array(s->arena, n + 1, sizeof *files);
    lo_str *bytes = lo_arena_array(s->arena, n + 1, sizeof *bytes);
    if (!files || !bytes)
        return lo_mem_short();
    uint32_t count = 0;
    size_t total = 0, stem;
    for (size_t i = 0; i < n; i++) {
        if (ends_in_lua(names[i], &stem) && name_ok(names[i], stem))
            continue;
        const char *path = join(s->arena, folder, names[i], strlen(names[i]));
        if (!path)
            return lo_mem_short();
        if (lo_config_read_file(path, DATA_MAX, s->arena, &bytes[count]))
            continue;
        total += bytes[count].n;
        if (total > DATA_TOTAL_MAX)
            return lo_status_set(LO_E_LIMIT, "%s holds more than %d MiB of data files", folder, DATA_TOTAL_MAX >> 20);
        files[count++] = names[i];
    }
    proto->source.data_files = files;
    proto->source.data_bytes = bytes;
    proto->source.n_data = count;
    return LO_OK;
}

static lo_status add_folder(search *s, const char *directory, const char *folder_name, lo_stage stage)
{
    const char **names = NULL, *folder = join(s->arena, directory, folder_name, strlen(folder_name));
    size_t n = 0, stem;
    lo_catalog_entry proto = {.stage = stage};
    lo_status status = folder ? list(folder, s->arena, &names, &n) : lo_mem_short();
    if (!status)
        status = read_data(s, folder, names, n, &proto);
    for (size_t i = 0; i < n && !status; i++) {
        if (!ends_in_lua(names[i], &stem) || !name_ok(names[i], stem))
            continue;
        lo_catalog_entry entry = proto;
        entry.source.origin = join(s->arena, folder, names[i], strlen(names[i]));
        entry.source.name = join(s->arena, folder_name, names[i], stem);
        status = entry.source.origin && entry.source.name
                     ? lo_config_read_file(entry.source.origin, SOURCE_MAX, s->arena, &entry.source.source)
                     : lo_mem_short();
        if (!status)
            status = add(s, &entry);
    }
    lo_mem_free(names);
    return status;
}

static lo_status add_directory(search *s, const char *directory)
{
    const char **names = NULL;
    size_t n = 0;
    bool any = false;
    lo_status status = list(directory, s->arena, &names, &n);
    for (size_t i = 0; i < n && !status; i++) {
        lo_stage stage = lo_stage_of_folder(names[i]);
        if (stage) {
            status = add_folder(s, directory, names[i], stage);
            any = true;
        }
    }
    lo_mem_free(names);
    if (!status && !any)
        status =
            lo_status_set(LO_E_IO, "%s is no directory of plugins: it has no folder named like 4_annotate", directory);
    return status;
}

static lo_status add_environment(search *s)
{
    const char *at = getenv("LOCUTOR_PLUGINS");
    lo_status status = LO_OK;
    while (at && *at && !status) {
        size_t n = strcspn(at, ":");
        if (n) {
            const char *directory = lo_arena_copy(s->arena, at, n);
            status = directory ? add_directory(s, directory) : lo_mem_short();
            if (status)
                lo_status_prefix(status, "LOCUTOR_PLUGINS");
        }
        at += n + (at[n] == ':');
    }
    return status;
}

/* ---- all ---- */

static int by_name(const void *a, const void *b)
{
    return strcmp(((const lo_catalog_entry *)a)->source.name, ((const lo_catalog_entry *)b)->source.name);
}

static lo_status configure(search *s, const lo_config *config)
{
    for (uint32_t i = 0; config && i < config->n_plugins; i++) {
        const lo_config_plugin *plugin = &config->plugins[i];
        lo_catalog_entry *entry = find(s, plugin->name);
        if (!entry)
            return lo_status_set(LO_E_ARG,
                                 "the configuration names a plugin '%s' that is not there ('locutor plugins' lists "
                                 "them)",
                                 plugin->name);
        entry->source.options = plugin->options;
        if (plugin->off)
            *entry = s->entries[--s->n];
    }
    return LO_OK;
}

lo_status lo_catalog_find(const char *const *directories, size_t n_directories, const lo_config *config,
                          lo_arena *arena, lo_catalog *out)
{
    search s = {.arena = arena};
    lo_status status = LO_OK;
    *out = (lo_catalog){NULL, 0};
    for (size_t i = 0; i < n_directories && !status; i++)
        status = add_directory(&s, directories[i]);
    if (!status)
        status = add_environment(&s);
    if (!status)
        status = add_shipped(&s);
    if (!status)
        status = configure(&s, config);
    if (!status) {
        if (s.n)
            qsort(s.entries, s.n, sizeof *s.entries, by_name);
        out->entries = lo_arena_array(arena, s.n + 1, sizeof *s.entries);
        if (!out->entries) {
            status = lo_mem_short();
        } else {
            out->n = (uint32_t)s.n;
            if (s.n)
                memcpy(out->entries, s.entries, s.n * sizeof *s.entries);
        }
    }
    lo_mem_free(s.entries);
    return status;
}

static lo_str data_of(const lo_catalog_entry *entry, const char *file)
{
    const lo_plugin_source *source = &entry->source;
    if (source->shipped) {
        char path[512];
        snprintf(path, sizeof path, "plugins/%s/%s", lo_stage_folder(entry->stage), file);
        const lo_asset *asset = lo_asset_find(path);
        return asset ? asset->bytes : LO_STR_NONE;
    }
    for (uint32_t i = 0; i < source->n_data; i++)
        if (!strcmp(source->data_files[i], file))
            return source->data_bytes[i];
    return LO_STR_NONE;
}

lo_digest lo_catalog_digest(const lo_catalog_entry *entry, const lo_contract *contract, lo_str targets)
{
    lo_str runs[64] = {lo_str_of(entry->source.name), entry->source.source, entry->source.options};
    size_t n = 3;
    if (entry->source.shipped) {
        char path[512];
        snprintf(path, sizeof path, "plugins/%s.lua", entry->source.name);
        const lo_asset *asset = lo_asset_find(path);
        runs[1] = asset ? asset->bytes : LO_STR_NONE;
    }
    if (entry->stage == LO_STAGE_CLASSIFY)
        runs[n++] = targets; /* only these look at targets */
    for (const char *const *file = contract->data_files; file && *file && n < sizeof runs / sizeof runs[0]; file++)
        runs[n++] = data_of(entry, *file);
    return lo_digest_of_list(runs, n);
}
