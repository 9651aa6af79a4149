// SPDX-License-Identifier: MIT
#include "base/asset.h"
#include "base/mem.h"
#include "stage/engine.h"
#include "stage/order.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lo_engine *engine_new(bool fast)
{
    lo_engine *engine;
    lo_engine_options options = {.fast = fast, .memory_cap = 128 << 20};
    cr_assert_eq(lo_engine_create(&options, &engine), LO_OK, "%s", lo_status_message());
    return engine;
}

static lo_status load(lo_engine *engine, const char *name, const char *source, uint32_t *index)
{
    lo_plugin_source plugin = {.name = name, .origin = "here.lua", .source = lo_str_of(source)};
    return lo_engine_load(engine, &plugin, index);
}

/* One plugin on one text; the fault's message, or "" and the marks in *document. */
typedef struct world {
    lo_engine *engine;
    lo_arena arena;
    lo_record record;
    lo_document document;
    const lo_engine_fault *faults;
    uint32_t n_faults;
} world;

static void open_world(world *w, const char *const *sources, uint32_t n, const char *text)
{
    *w = (world){.engine = engine_new(true)};
    uint32_t order[8];
    for (uint32_t i = 0; i < n; i++) {
        char name[40];
        snprintf(name, sizeof name, "4_annotate/p%u", i);
        cr_assert_eq(load(w->engine, name, sources[i], &order[i]), LO_OK, "%s", lo_status_message());
    }
    cr_assert_eq(lo_engine_open(w->engine, order, n), LO_OK, "%s", lo_status_message());
    w->record.key = LO_STR("test");
    w->record.text = lo_str_of(text);
    cr_assert_eq(lo_document_open(&w->document, &w->record, lo_engine_lexicon(w->engine), &w->arena), LO_OK);
    cr_assert_eq(lo_engine_run(w->engine, &w->document, 0, n, &w->faults, &w->n_faults), LO_OK, "%s",
                 lo_status_message());
}

static void close_world(world *w)
{
    lo_arena_free(&w->arena);
    lo_engine_free(w->engine);
}

#define HEAD "local M = { api = 1, version = '1', summary = 's', makes = { 'thing' } } "

Test(engine, contract_errors_name_the_field)
{
    static const struct {
        const char *source, *message;
    } cases[] = {
        {"return 7", "here.lua: a plugin's file must return a table, this one returns number"},
        {"return {", "here.lua:1: "},
        {"return { version = '1' }", "field 'api' is missing"},
        {"return { api = 2 }", "field 'api' must be 1"},
        {"return { api = 1, versoin = '1' }", "field 'versoin' is unknown; did you mean 'version'?"},
        {"return { api = 1, version = 1 }", "field 'version' must be a string, is number"},
        {"return { api = 1, version = '1', summary = 's', needs = 'x' }", "field 'needs' must be a list of names"},
        {"return { api = 1, version = '1', summary = 's', makes = { 'Bad Name' } }", "'Bad Name' is no name"},
        {"return { api = 1, version = '1', summary = 's', makes = { 'a' } }", "function 'annotate' is missing"},
        {"return { api = 1, version = '1', summary = 's', annotate = function() end }", "field 'makes' is missing"},
        {"return { api = 1, version = '1', summary = 's', resolve = function() end }",
         "function 'resolve' does not belong into the folder 4_annotate: its entry is 'annotate'"},
        {HEAD "M.options = { n = { type = 'numbr', default = 1, doc = '' } } return M",
         "option 'n': type 'numbr' is unknown; did you mean 'number'?"},
        {HEAD "M.options = { n = { type = 'number', default = 'x', doc = '' } } return M",
         "option 'n': its default must be a number, is a string"},
        {HEAD "M.options = { n = { type = 'number', defualt = 1, doc = '' } } return M", "did you mean 'default'?"},
        {HEAD "M.data = { words = '../../etc/passwd' } return M", "must be a file in the plugin's own folder"},
        {HEAD "M.examples = { 'text' } return M", "example 1 must be a table"},
        {HEAD "M[1] = 2 return M", "names are strings, got a number"},
        {"local g = require 'locutor.grammar' g.class 'cue_vreb' return {}", "here.lua:1: "},
        {"local g = require 'locutor.grammar' g.tokens { name = 'r', pattern = g.many(3) }", "here.lua:1: "},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_engine *engine = engine_new(true);
        uint32_t index;
        cr_expect_eq(load(engine, "4_annotate/p", cases[i].source, &index), LO_E_PLUGIN, "%s", cases[i].source);
        cr_expect(strstr(lo_status_message(), cases[i].message), "%s: %s", cases[i].source, lo_status_message());
        lo_engine_free(engine);
    }
}

Test(engine, document_accessors)
{
    static const char source[] = HEAD
        "local g = require 'locutor.grammar' g.use { 'capitalised', 'comma' }\n"
        "function M.annotate(doc, out)\n"
        "  local function is(a, b) if a ~= b then error(tostring(a) .. ' is not ' .. tostring(b), 2) end end\n"
        "  is(doc.key, 'test') is(doc.date, '') is(#doc.codes, doc.n_tokens) is(doc.n_paragraphs, 2) "
        "is(doc.n_sentences, 3)\n"
        "  is(doc:word(0), 'Ann') is(doc:folded(0), 'ann') is(doc:is(0, 'capitalised'), true) is(doc:is(2, 'comma'), "
        "true)\n"
        "  local s, e = doc:token(1) is(doc:sub(s, e), 'Lee') is(doc:token_at(s), 1)\n"
        "  s, e = doc:span(0, 2) is(doc:sub(s, e), 'Ann Lee') s, e = doc:span(1, 1) is(s, e)\n"
        "  local first, last = doc:sentence(1) is(doc:word(first), 'He') is(doc:sentence_of(first), 1)\n"
        "  s, e = doc:sentence_span(1) is(doc:sub(s, e), 'He said “no”.') is(doc:has_quote(1), true) "
        "is(doc:has_quote(0), false)\n"
        "  first, last = doc:paragraph(0) is(first, 0) is(last, 2) is(doc:paragraph_of(2), 1)\n"
        "  s, e = doc:paragraph_span(1) is(doc:sub(s, e), 'The end.') is(doc:furniture(s, e), nil)\n"
        "  is(doc.text:sub(1, 3), 'Ann')\n"
        "  for _, bad in ipairs { function() doc:word(-1) end, function() doc:word(doc.n_tokens) end, function() "
        "doc:sub(5, 2) end,\n"
        "    function() doc:sub(0, 1 << 40) end, function() return doc.nothing end, function() doc.text = 1 end,\n"
        "    function() doc:is(0, 'month') end, function() doc:is(0, 'nonsense') end, function() doc:word(1.5) end,\n"
        "    function() doc.word() end, function() doc.word(out, 1) end, function() doc:span(2, 1) end,\n"
        "    function() getmetatable(doc).x = 1 end, function() out:add('other', 0, 1) end, function() "
        "out:add('thing', 0, 1 << 33) end,\n"
        "    function() out:add('thing', 0, 1, { a = { 1, 2, 3 } }) end, function() out:add('thing', 0, 1, { a = print "
        "}) end,\n"
        "    function() out:add('thing', 0, 1, { [1] = 2 }) end, function() out:add('thing', 0, 1, { score = 2 }) end "
        "} do\n"
        "    is(pcall(bad), false)\n"
        "  end\n"
        "  local a = out:add('thing', 0, 3, { parts = { { 0, 3 }, { 4, 7 } }, label = 'x', n = 2, rule = 'r', score = "
        "0.5 })\n"
        "  local b = out:add('thing', 0, 7, { other = a })\n"
        "  is(a:text(), 'Ann') is(a.label, 'x') is(a.n, 2.0) is(a.parts[2][2], 7) is(a:words 'parts', 'Ann Lee') "
        "is(b.other[1], a)\n"
        "  is(a.score, 0.5) is(a.rule, 'r') is(a.start, 0) is(a.finish, 3) is(a.kind, 'thing') is(select(2, a:first "
        "'parts'), 3)\n"
        "  is(#a:id(), #'0123456789ab.thing.0-3') is(a.missing, nil)\n"
        "  local seen = '' for mark in doc:marks 'thing' do seen = seen .. mark:text() .. ';' end is(seen, 'Ann "
        "Lee;Ann;')\n"
        "  is(#doc:list 'thing', 2) is(#doc:within('thing', 0, 3), 1) is(doc:covering('thing', 1), a) "
        "is(doc:covering('thing', 5), b)\n"
        "  is(doc:covering('thing', 40), nil) is(#doc:list 'nothing', 0)\n"
        "  out:set(a, 'label', 'y') is(a.label, 'y') out:drop(b) is(#doc:list 'thing', 1) out:warn 'careful'\n"
        "end return M";
    const char *sources[] = {source};
    world w;
    open_world(&w, sources, 1, "Ann Lee, left. He said “no”.\n\nThe end.");
    cr_assert_eq(w.n_faults, 0u, "%s", w.n_faults ? w.faults[0].message : "");
    cr_assert(lo_str_is(lo_engine_warnings(w.engine), "careful\n"));
    close_world(&w);
}

/* A plugin that raises loses what it did, also to marks of others; the next one does not notice. */
Test(engine, a_fault_takes_everything_back)
{
    const char *sources[] = {
        HEAD
        "function M.annotate(doc, out) out:add('thing', 0, 3, { label = 'first' }) out:add('thing', 4, 7) end return M",
        HEAD "function M.annotate(doc, out) local t = doc:list 'thing' out:set(t[1], 'label', 'spoilt') out:set(t[1], "
             "'more', 1)\n"
             "out:drop(t[2]) out:add('thing', 0, 1) Kept = 1 end return M",
        HEAD "function M.annotate(doc, out) local t = doc:list 'thing' assert(#t == 2 and t[1].label == 'first' and "
             "not t[1].more)\n"
             "out:add('thing', 0, 7) end return M",
    };
    world w;
    open_world(&w, sources, 3, "Ann Lee left.");
    cr_assert_eq(w.n_faults, 1u);
    cr_assert_eq(w.faults[0].plugin, 1u);
    cr_assert_eq(w.faults[0].status, LO_E_PLUGIN);
    cr_assert(strstr(w.faults[0].message, "here.lua:2: a plugin makes no globals"), "%s", w.faults[0].message);
    cr_assert_eq(w.document.marks.n, 3u);
    cr_assert_eq(w.document.marks.items[2].plugin, 2);
    close_world(&w);
}

/* Nothing of a document can be used after it. */
Test(engine, kept_objects_are_closed)
{
    const char *sources[] = {
        HEAD "local kept, mark, sink = nil, nil, nil\n"
             "function M.annotate(doc, out) if kept then for _, use in ipairs { function() return kept.text end,\n"
             "  function() return mark:text() end, function() sink:add('thing', 0, 1) end } do\n"
             "  local ok, message = pcall(use) assert(not ok and message:find 'closed', message) end end\n"
             "kept, sink = doc, out mark = out:add('thing', 0, 1) end return M"};
    world w;
    open_world(&w, sources, 1, "Ann Lee left.");
    cr_assert_eq(w.n_faults, 0u, "%s", w.n_faults ? w.faults[0].message : "");
    lo_document again;
    cr_assert_eq(lo_document_open(&again, &w.record, lo_engine_lexicon(w.engine), &w.arena), LO_OK);
    cr_assert_eq(lo_engine_run(w.engine, &again, 0, 1, &w.faults, &w.n_faults), LO_OK);
    cr_assert_eq(w.n_faults, 0u, "%s", w.n_faults ? w.faults[0].message : "");
    close_world(&w);
}

Test(engine, options_targets_and_state)
{
    lo_engine *engine;
    /* { { id = "t" } } packed */
    lo_engine_options options = {.fast = true, .targets = LO_STR("\x06\x01\x06\x00\x01\x05\x02id\x05\x01t\x00")};
    cr_assert_eq(lo_engine_create(&options, &engine), LO_OK, "%s", lo_status_message());
    const char *data_files[] = {"w.tsv", "helper.lua"};
    lo_str data_bytes[] = {LO_STR("a\nb\n"), LO_STR("return { answer = 42 }")};
    lo_plugin_source plugin = {
        .name = "6_classify/p",
        .origin = "p.lua",
        /* { n = 3 } packed */
        .options = LO_STR("\x06\x00\x01\x05\x01n\x03\x06"),
        .data_files = data_files,
        .data_bytes = data_bytes,
        .n_data = 2,
        .source = LO_STR(
            "local M = { api = 1, version = '1', summary = 's', makes = { 'stance' }, data = { words = 'w.tsv' },\n"
            " options = { n = { type = 'number', default = 1, doc = 'd' }, l = { type = 'string[]', default = { 'x' }, "
            "doc = 'd' } } }\n"
            "function M.open(opt) assert(opt.data.words == 'a\\nb\\n' and opt.options.n == 3 and opt.options.l[1] == "
            "'x')\n"
            "  assert(require('helper').answer == 42 and opt.targets[1].id == 't') return { a = 1, 10, 20 } end\n"
            "function M.classify(mark, doc, state, target)\n"
            "  assert(state.a == 1 and #state == 2 and not pcall(function() state.b = 1 end))\n"
            "  local n = 0 for _ in pairs(state) do n = n + 1 end assert(n == 3)\n"
            "  if mark.start == 0 then return 'support', 0.5, { evidence = { { 0, 3 } }, span = { { 4, 7 } } } end\n"
            "end return M")};
    uint32_t order[2];
    cr_assert_eq(lo_engine_load(engine, &plugin, &order[1]), LO_OK, "%s", lo_status_message());
    plugin.options = LO_STR("\x06\x00\x01\x05\x01m\x03\x06");
    uint32_t other;
    cr_assert_eq(lo_engine_load(engine, &plugin, &other), LO_E_PLUGIN);
    cr_assert(strstr(lo_status_message(), "option 'm' is unknown; did you mean"), "%s", lo_status_message());
    cr_assert_eq(
        load(
            engine, "4_annotate/p",
            "return { api = 1, version = '1', summary = 's', makes = { 'attribution' }, annotate = function(doc, out)\n"
            "out:add('attribution', 0, 7, { content = { { 0, 7 } } }) out:add('attribution', 8, 12) end }",
            &order[0]),
        LO_OK);
    cr_assert_eq(lo_engine_open(engine, order, 2), LO_OK, "%s", lo_status_message());
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record record = {.key = LO_STR("k"), .text = LO_STR("Ann Lee left.")};
    lo_document document;
    const lo_engine_fault *faults;
    uint32_t n_faults;
    cr_assert_eq(lo_document_open(&document, &record, lo_engine_lexicon(engine), &arena), LO_OK);
    cr_assert_eq(lo_engine_run(engine, &document, 0, 2, &faults, &n_faults), LO_OK);
    cr_assert_eq(n_faults, 0u, "%s", n_faults ? faults[0].message : "");
    cr_assert_eq(document.marks.n, 3u);
    const lo_mark *stance = &document.marks.items[2];
    cr_assert_str_eq(stance->kind, "stance");
    cr_assert_eq(stance->span.start, 4u);
    cr_assert_eq(stance->plugin, 1);
    cr_assert(lo_str_is(lo_mark_string(stance, "label"), "support"));
    cr_assert(lo_str_is(lo_mark_string(stance, "target"), "t"));
    lo_arena_free(&arena);
    lo_engine_free(engine);
}

/* The file that people copy: its contract holds and its examples pass. */
Test(engine, the_template_works)
{
    const lo_asset *asset = lo_asset_find("plugins/template.lua");
    cr_assert_not_null(asset);
    lo_engine *engine = engine_new(true);
    lo_plugin_source plugin = {.name = "4_annotate/template", .origin = "template.lua", .source = asset->bytes};
    uint32_t index, passed = 0, failed = 0;
    cr_assert_eq(lo_engine_load(engine, &plugin, &index), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_engine_open(engine, &index, 1), LO_OK, "%s", lo_status_message());
    lo_buf report = LO_BUF_EMPTY;
    cr_assert_eq(lo_engine_test(engine, index, &report, &passed, &failed), LO_OK, "%s", lo_status_message());
    cr_expect_eq(failed, 0u, "%.*s", (int)report.n, report.p);
    cr_expect_eq(passed, 3u);
    lo_buf_free(&report);
    lo_engine_free(engine);
}

/* All plugins linked into the program, and their examples. */
Test(engine, shipped_plugins, .timeout = 60)
{
    lo_engine *engine = engine_new(false);
    uint32_t order[64], n = 0;
    for (size_t i = 0; i < lo_asset_count(); i++) {
        const lo_asset *asset = lo_asset_at(i);
        size_t length = strlen(asset->name);
        if (strncmp(asset->name, "plugins/", 8) != 0 || !strchr(asset->name + 8, '/') || length < 4 ||
            strcmp(asset->name + length - 4, ".lua") != 0)
            continue;
        char name[100], folder[100];
        snprintf(name, sizeof name, "%.*s", (int)(length - 12), asset->name + 8);
        snprintf(folder, sizeof folder, "%.*s", (int)(strrchr(asset->name, '/') + 1 - asset->name), asset->name);
        const char *files[32];
        lo_str bytes[32];
        uint32_t n_files = 0;
        for (size_t k = 0; k < lo_asset_count(); k++) {
            const lo_asset *file = lo_asset_at(k);
            if (!strncmp(file->name, folder, strlen(folder))) {
                files[n_files] = file->name + strlen(folder);
                bytes[n_files++] = file->bytes;
            }
        }
        lo_plugin_source plugin = {.name = name,
                                   .source = asset->bytes,
                                   .shipped = true,
                                   .data_files = files,
                                   .data_bytes = bytes,
                                   .n_data = n_files};
        cr_assert_eq(lo_engine_load(engine, &plugin, &order[n]), LO_OK, "%s", lo_status_message());
        const lo_contract *contract = lo_engine_contract(engine, order[n]);
        lo_buf packed = LO_BUF_EMPTY;
        lo_arena arena = LO_ARENA_EMPTY;
        lo_contract copy;
        cr_assert_eq(lo_contract_pack(contract, &packed), LO_OK);
        cr_assert_eq(lo_contract_unpack(lo_buf_str(&packed), &arena, &copy), LO_OK, "%s: %s", name,
                     lo_status_message());
        cr_assert_str_eq(copy.summary, contract->summary);
        cr_assert_eq(copy.n_examples, contract->n_examples);
        lo_arena_free(&arena);
        lo_buf_free(&packed);
        n++;
    }
    cr_assert_gt(n, 0u);
    const lo_contract *contracts[64];
    uint32_t sorted[64];
    for (uint32_t i = 0; i < n; i++)
        contracts[i] = lo_engine_contract(engine, order[i]);
    cr_assert_eq(lo_order_plugins(contracts, n, sorted, NULL), LO_OK, "%s", lo_status_message());
    for (uint32_t i = 0; i < n; i++)
        sorted[i] = order[sorted[i]];
    memcpy(order, sorted, n * sizeof *order);
    cr_assert_eq(lo_engine_open(engine, order, n), LO_OK, "%s", lo_status_message());
    lo_buf report = LO_BUF_EMPTY;
    uint32_t passed = 0, failed = 0;
    for (uint32_t i = 0; i < n; i++)
        cr_assert_eq(lo_engine_test(engine, order[i], &report, &passed, &failed), LO_OK, "%s", lo_status_message());
    lo_buf_add_byte(&report, 0);
    cr_expect_eq(failed, 0u, "%u of %u failed\n%s", failed, passed + failed, report.p);
    lo_buf_free(&report);
    lo_engine_free(engine);
}

/* Every so many allocations one fails, for ever after or once: no crash, no leak, no half result. */
Test(engine, allocation_sweep, .timeout = 60)
{
    static const char source[] =
        HEAD "local g = require 'locutor.grammar'\n"
             "local set = g.rules { g.tokens { name = 'r', anchor = 'capitalised', pattern = g.cap('a', g.anchor) } }\n"
             "function M.annotate(doc, out) for rule, c in set:each(doc) do local s, e = doc:span(c.a[1], c.a[2])\n"
             "  out:add('thing', s, e, { rule = rule, spans = { { s, e } } }) end assert(#doc:list 'thing' == 2) end "
             "return M";
    int64_t before = lo_mem_alive();
    int failures = 0;
    for (uint64_t skip = 0;; skip += skip / 12 + 1) {
        lo_engine *engine = NULL;
        lo_arena arena = LO_ARENA_EMPTY;
        lo_record record = {.key = LO_STR("k"), .text = LO_STR("Ann left. Karl stayed.")};
        lo_document document;
        const lo_engine_fault *faults = NULL;
        lo_engine_options options = {.fast = true};
        uint32_t index, n_faults = 0;
        lo_mem_fail_after(skip, skip % 2 == 0);
        lo_status status = lo_engine_create(&options, &engine);
        if (!status)
            status = load(engine, "4_annotate/p", source, &index);
        if (!status)
            status = lo_engine_open(engine, &index, 1);
        if (!status)
            status = lo_document_open(&document, &record, lo_engine_lexicon(engine), &arena);
        if (!status)
            status = lo_engine_run(engine, &document, 0, 1, &faults, &n_faults);
        uint64_t count = lo_mem_count();
        lo_mem_fail_never();
        if (!status && n_faults == 0)
            cr_expect_eq(document.marks.n, 2u);
        failures += status || n_faults;
        lo_engine_free(engine);
        lo_arena_free(&arena);
        cr_assert_eq(lo_mem_alive(), before, "skip %d", (int)skip);
        if (!status && !n_faults && count <= skip)
            break;
    }
    cr_assert_gt(failures, 20);
}
