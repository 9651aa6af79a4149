// SPDX-License-Identifier: MIT
#include "tool/trouble.h"

#include "base/mem.h"
#include "out/escape.h"

#include <stdio.h>
#include <string.h>

enum { TOLD = 3 }; /* faults of one plugin that get a line each */

static void say(const lo_trouble *trouble, lo_str where, lo_str plugin, lo_str message)
{
    lo_buf line = LO_BUF_EMPTY;
    lo_buf_print(&line, "locutor %s: ", trouble->command);
    if (where.n) {
        lo_escape_terminal(&line, where);
        lo_buf_add_text(&line, ": ");
    }
    if (plugin.n) {
        lo_escape_terminal(&line, plugin);
        lo_buf_add_text(&line, ": ");
    }
    lo_escape_terminal(&line, message);
    lo_buf_add_byte(&line, '\n');
    fwrite(line.p, 1, line.n, stderr);
    lo_buf_free(&line);
}

void lo_trouble_warn(void *self, const char *message)
{
    const lo_trouble *trouble = self;
    if (!trouble->quiet)
        say(trouble, LO_STR_NONE, LO_STR_NONE, lo_str_of(message));
}

lo_status lo_trouble_open(lo_trouble *trouble, const lo_crew *crew)
{
    trouble->crew = crew;
    trouble->faults = lo_mem_zalloc((crew->n_plugins + 1) * sizeof *trouble->faults);
    return trouble->faults ? LO_OK : lo_mem_short();
}

void lo_trouble_close(lo_trouble *trouble)
{
    lo_mem_free(trouble->faults);
    trouble->faults = NULL;
}

void lo_trouble_tell(lo_trouble *trouble, const lo_pipeline_result *result, lo_str where)
{
    for (size_t i = 0; i < result->n_faults; i++) {
        const lo_pipeline_fault *fault = &result->faults[i];
        const char *name = fault->plugin->entry->source.name;
        if (trouble->faults[fault->plugin - trouble->crew->plugins]++ < TOLD)
            say(trouble, where, strstr(fault->message, name) ? LO_STR_NONE : lo_str_of(name),
                lo_str_of(fault->message));
    }
}

uint64_t lo_trouble_sum(const lo_trouble *trouble)
{
    uint64_t all = 0;
    for (uint32_t i = 0; i < trouble->crew->n_plugins; i++) {
        const lo_crew_plugin *plugin = &trouble->crew->plugins[i];
        all += trouble->faults[i] + (plugin->fault != NULL);
        if (trouble->faults[i] > TOLD)
            fprintf(stderr, "locutor %s: %s failed on %llu documents\n", trouble->command, plugin->entry->source.name,
                    (unsigned long long)trouble->faults[i]);
    }
    return all;
}
