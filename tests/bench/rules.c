// SPDX-License-Identifier: MIT
/* 200 token rules, anchored by g.rules, against the same 200 as one flat LPeg choice over the class string.
 * usage: bench_rules TEXT */
#include "base/mem.h"
#include "stage/engine.h"

#include <stdio.h>
#include <string.h>
#include <time.h>

/* 20 classes of a few words each; rule k * 10 + j: a word of class k, at most three tokens, a word of class k + j + 1.
 */
#define COMMON                                                                                                         \
    "local g = require 'locutor.grammar'\n"                                                                            \
    "local lists = { 'minister ministers', 'treaty accord', 'border', 'army soldiers', 'oil gas', 'court judge',\n"    \
    "  'election vote', 'party', 'embassy ambassador', 'budget tax', 'police', 'school students', 'market',\n"         \
    "  'hospital doctors', 'river', 'union', 'senate senator', 'report', 'bank', 'city' }\n"                           \
    "for i, words in ipairs(lists) do local list = {} for word in words:gmatch '%S+' do list[#list + 1] = word end\n"  \
    "  g.words('bench_' .. i, list) end\n"                                                                             \
    "local function class(i) return 'bench_' .. (i - 1) % 20 + 1 end\n"                                                \
    "local M = { api = 1, version = '1', summary = 's', makes = { 'thing' } }\n"

static const char anchored[] = COMMON
    "local rules = {}\n"
    "for k = 1, 20 do for j = 1, 10 do rules[#rules + 1] = g.tokens { name = k .. '-' .. j, anchor = class(k),\n"
    "  scope = 'document', pattern = g.anchor * g.skip(3) * g.class(class(k + j)) } end end\n"
    "local set = g.rules(rules)\n"
    "function M.annotate(doc, out) local n = 0 for _ in set:each(doc) do n = n + 1 end out:warn('matches ' .. n) end\n"
    "return M\n";

/* The codes of a class are those of the tokens in it, gathered from the document itself before the clock runs. */
static const char flat[] =
    COMMON "local lpeg, choice = g.lpeg, nil\n"
           "function M.annotate(doc, out)\n"
           "  if not choice then local sets = {}\n"
           "    for i = 1, 20 do local codes = {} for t = 0, doc.n_tokens - 1 do if doc:is(t, class(i)) then\n"
           "      codes[doc.codes:sub(t + 1, t + 1)] = true end end\n"
           "      local list = {} for code in pairs(codes) do list[#list + 1] = code end sets[i] = "
           "lpeg.S(table.concat(list)) end\n"
           "    local one = lpeg.P(1)\n"
           "    for k = 1, 20 do for j = 1, 10 do local a, b = sets[k], sets[(k + j - 1) % 20 + 1]\n"
           "      local rule = a * (b + one * (b + one * (b + one * b))) * lpeg.Cc(k)\n"
           "      choice = choice and choice + rule or rule end end\n"
           "    choice = lpeg.Cf(lpeg.Cc(0) * (choice + one) ^ 0, function(n) return n + 1 end) return end\n"
           "  out:warn('matches ' .. choice:match(doc.codes)) end\n"
           "return M\n";

static double seconds(void)
{
    struct timespec at;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &at);
    return (double)at.tv_sec + (double)at.tv_nsec / 1e9;
}

static double run(const char *source, lo_str text, const char *name)
{
    lo_engine *engine;
    lo_engine_options options = {.fast = true};
    lo_plugin_source plugin = {.name = "4_annotate/bench", .origin = name, .source = lo_str_of(source)};
    uint32_t index;
    if (lo_engine_create(&options, &engine) || lo_engine_load(engine, &plugin, &index) ||
        lo_engine_open(engine, &index, 1)) {
        fprintf(stderr, "%s\n", lo_status_message());
        return 0;
    }
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record record = {.key = LO_STR("bench"), .text = text};
    lo_document document;
    double best = 0;
    if (lo_document_open(&document, &record, lo_engine_lexicon(engine), &arena) == LO_OK)
        for (int round = 0; round < 6; round++) { /* the first compiles and gathers */
            const lo_engine_fault *faults;
            uint32_t n_faults;
            lo_engine_clear_warnings(engine);
            double before = seconds();
            if (lo_engine_run(engine, &document, 0, 1, &faults, &n_faults) || n_faults)
                fprintf(stderr, "%s\n", n_faults ? faults[0].message : lo_status_message());
            double took = seconds() - before;
            if (round && (best == 0 || took < best))
                best = took;
        }
    lo_str said = lo_engine_warnings(engine);
    printf("%-10s %8.2f MB/s  %.*s", name, (double)text.n / 1e6 / best, LO_STR_ARG(said));
    lo_arena_free(&arena);
    lo_engine_free(engine);
    return best;
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    lo_buf text = LO_BUF_EMPTY;
    char block[4096];
    if (!file) {
        fprintf(stderr, "usage: bench_rules TEXT\n");
        return 2;
    }
    for (size_t n; (n = fread(block, 1, sizeof block, file)) > 0 && text.n < 8 << 20;)
        lo_buf_add(&text, block, n);
    fclose(file);
    double one = run(anchored, lo_buf_str(&text), "anchored"), other = run(flat, lo_buf_str(&text), "flat");
    if (one > 0)
        printf("200 anchored rules are %.1f times as fast as the same 200 as one flat choice\n", other / one);
    lo_buf_free(&text);
    return 0;
}
