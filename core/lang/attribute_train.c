// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/attribute_model.h"

#include <stdio.h>
#include <string.h>

/* Cues are searched for more generously in use than in training: the role labeller then has learned from the better
 * ones. */
enum { FOLDS = 3, BIAS = 1500, BIAS_IN_USE = 1900, LEAST = 8000 };

typedef struct gold {
    lo_span cue; /* tokens */
    lo_span *sources, *contents;
    uint32_t n_sources, n_contents;
} gold;

typedef struct example {
    lo_attribute_text text;
    lo_attribute_view view;
    gold *golds;
    uint32_t n_golds;
    lo_attribute_cue *cues; /* as found by a model that has not seen the text */
    uint32_t n_cues;
} example;

struct lo_attribute_trainer {
    lo_arena arena;
    example **examples;
    size_t n, room;
};

lo_status lo_attribute_trainer_create(lo_attribute_trainer **out)
{
    *out = lo_mem_zalloc(sizeof **out);
    return *out ? LO_OK : lo_mem_short();
}

void lo_attribute_trainer_free(lo_attribute_trainer *trainer)
{
    if (!trainer)
        return;
    lo_arena_free(&trainer->arena);
    lo_mem_free(trainer->examples);
    lo_mem_free(trainer);
}

/* Bytes to tokens: those that begin in the span (a span that cuts a token takes it when it holds its first byte). */
static lo_span tokens_of(const lo_segment *segment, lo_span bytes)
{
    uint32_t low = 0, high = segment->n_tokens;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->tokens[middle].start < bytes.start)
            low = middle + 1;
        else
            high = middle;
    }
    lo_span out = {low, low};
    while (out.end < segment->n_tokens && segment->tokens[out.end].start < bytes.end)
        out.end++;
    return out;
}

static lo_status spans_of(lo_arena *arena, const lo_segment *segment, const lo_span *bytes, uint32_t n, lo_span **out,
                          uint32_t *out_n)
{
    *out = lo_arena_array(arena, n + 1, sizeof **out);
    if (!*out)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++) {
        lo_span span = tokens_of(segment, bytes[i]);
        if (span.start < span.end)
            (*out)[(*out_n)++] = span;
    }
    return LO_OK;
}

lo_status lo_attribute_trainer_add(lo_attribute_trainer *trainer, const lo_attribute_text *text,
                                   const lo_attribute_gold *from, uint32_t n_gold)
{
    lo_status status =
        lo_mem_grow((void **)&trainer->examples, &trainer->room, trainer->n + 1, sizeof *trainer->examples);
    example *e = lo_arena_zalloc(&trainer->arena, sizeof *e);
    if (status || !e)
        return status ? status : lo_mem_short();
    e->text = *text;
    status = lo_attribute_look(&e->text, &trainer->arena, &e->view);
    e->golds = lo_arena_array(&trainer->arena, n_gold + 1, sizeof *e->golds);
    if (!status && !e->golds)
        status = lo_mem_short();
    for (uint32_t i = 0; !status && i < n_gold; i++) {
        gold g = {.cue = tokens_of(text->segment, from[i].cue)};
        if (g.cue.start == g.cue.end)
            continue;
        status = spans_of(&trainer->arena, text->segment, from[i].sources, from[i].n_sources, &g.sources, &g.n_sources);
        if (!status)
            status = spans_of(&trainer->arena, text->segment, from[i].contents, from[i].n_contents, &g.contents,
                              &g.n_contents);
        e->golds[e->n_golds++] = g;
    }
    if (!status) {
        trainer->examples[trainer->n++] = e;
    }
    return status;
}

/* ----------------------------------------------------------------------------------------------------- cues */

/* Where spans overlap the later one gives way; O and B/I as the labeller wants them. */
static void put(uint8_t *labels, uint32_t first, uint32_t end, lo_span span, uint8_t begin, uint8_t empty)
{
    for (uint32_t i = span.start; i < span.end; i++) {
        if (i < first || i >= end || labels[i - first] != empty)
            continue;
        bool goes_on =
            i > span.start && i > first && (labels[i - 1 - first] == begin || labels[i - 1 - first] == begin + 1);
        labels[i - first] = goes_on ? begin + 1 : begin;
    }
}

static lo_status learn_cues(const lo_attribute_trainer *trainer, uint32_t fold, const lo_label_options *options,
                            lo_buf *out)
{
    lo_label_trainer *labeller = NULL;
    lo_arena scratch = LO_ARENA_EMPTY;
    lo_status status = lo_label_trainer_create(&lo_attribute_cue_spec, &labeller);
    for (size_t k = 0; !status && k < trainer->n; k++) {
        const example *e = trainer->examples[k];
        const lo_segment *segment = e->text.segment;
        uint32_t n = segment->n_tokens;
        if (k % FOLDS == fold)
            continue;
        uint8_t *labels = lo_arena_zalloc(&scratch, n + 1);
        if (!labels)
            status = lo_mem_short();
        for (uint32_t i = 0; !status && i < e->n_golds; i++)
            put(labels, 0, n, e->golds[i].cue, LO_CUE_B, LO_CUE_O);
        for (uint32_t s = 0; !status && s < segment->n_sentences; s++) {
            lo_label_rows rows = {e->view.rows, n, segment->sentences[s].first, segment->sentences[s].end};
            if (rows.first == rows.end)
                continue;
            if (labels[rows.first] == LO_CUE_I)
                labels[rows.first] = LO_CUE_B;
            status = lo_label_trainer_add(labeller, &rows, labels + rows.first, NULL);
        }
        lo_arena_reset(&scratch);
    }
    if (!status)
        status = lo_label_train(labeller, options, out);
    lo_arena_free(&scratch);
    lo_label_trainer_free(labeller);
    return status;
}

/* Finds the cues of each part of the texts with a model of the other parts. */
static lo_status find_cues(lo_attribute_trainer *trainer, const lo_label_options *options)
{
    lo_status status = LO_OK;
    for (uint32_t fold = 0; !status && fold < FOLDS; fold++) {
        lo_buf bytes = LO_BUF_EMPTY;
        lo_label_model *model = NULL;
        status = learn_cues(trainer, fold, options, &bytes);
        if (!status)
            status = lo_label_open(lo_buf_str(&bytes), &model);
        for (size_t k = fold; !status && k < trainer->n; k += FOLDS) {
            example *e = trainer->examples[k];
            status = lo_attribute_cues(&e->view, model, BIAS, &trainer->arena, &e->cues, &e->n_cues);
        }
        lo_label_close(model);
        lo_buf_free(&bytes);
    }
    return status;
}

/* ----------------------------------------------------------------------------------------------------- roles */

static const gold *gold_of(const example *e, lo_span cue)
{
    const gold *best = NULL;
    uint32_t most = 0;
    for (uint32_t i = 0; i < e->n_golds; i++) {
        lo_span g = e->golds[i].cue;
        uint32_t low = g.start > cue.start ? g.start : cue.start, high = g.end < cue.end ? g.end : cue.end;
        if (high > low && high - low > most) {
            most = high - low;
            best = &e->golds[i];
        }
    }
    return best;
}

static lo_status add_roles(lo_label_trainer *labeller, example *e, uint32_t which, lo_arena *scratch)
{
    lo_span cue = e->cues[which].span, window = lo_attribute_window(&e->view, cue);
    uint32_t n = window.end - window.start;
    uint8_t *labels = lo_arena_zalloc(scratch, n + 1);
    uint16_t *allowed = lo_arena_array(scratch, n + 1, sizeof *allowed);
    if (!labels || !allowed)
        return lo_mem_short();
    const gold *g = gold_of(e, cue);
    if (!g)
        memset(labels, LO_ROLE_NONE, n);
    for (uint32_t i = cue.start; i < cue.end; i++)
        labels[i - window.start] = g ? LO_ROLE_CUE : LO_ROLE_NONE_CUE;
    for (uint32_t i = 0; g && i < g->n_sources; i++)
        put(labels, window.start, window.end, g->sources[i], LO_ROLE_SOURCE_B, LO_ROLE_O);
    for (uint32_t i = 0; g && i < g->n_contents; i++)
        put(labels, window.start, window.end, g->contents[i], LO_ROLE_CONTENT_B, LO_ROLE_O);
    lo_attribute_allow(window, cue, false, allowed);
    lo_attribute_look_from(&e->view, window, e->cues, e->n_cues, which);
    lo_label_rows rows = {e->view.rows, e->view.n, window.start, window.end};
    return lo_label_trainer_add(labeller, &rows, labels, allowed);
}

static lo_status learn_roles(lo_attribute_trainer *trainer, const lo_label_options *options, lo_buf *out)
{
    lo_label_trainer *labeller = NULL;
    lo_arena scratch = LO_ARENA_EMPTY;
    lo_status status = lo_label_trainer_create(&lo_attribute_role_spec, &labeller);
    for (size_t k = 0; !status && k < trainer->n; k++)
        for (uint32_t i = 0; !status && i < trainer->examples[k]->n_cues; i++) {
            status = add_roles(labeller, trainer->examples[k], i, &scratch);
            lo_arena_reset(&scratch);
        }
    if (!status)
        status = lo_label_train(labeller, options, out);
    lo_arena_free(&scratch);
    lo_label_trainer_free(labeller);
    return status;
}

/* ------------------------------------------------------------------------------------------------------ file */

static void pad(lo_buf *out, size_t start)
{
    while ((out->n - start) % 64)
        lo_buf_add_byte(out, 0);
}

typedef struct report {
    void (*progress)(const char *line);
    const char *what;
} report;

static void tell(void *user, uint32_t epoch, uint64_t loss)
{
    const report *r = user;
    char line[128];
    snprintf(line, sizeof line, "%s: round %u, loss %llu.%03llu", r->what, epoch, (unsigned long long)(loss / 1000),
             (unsigned long long)(loss % 1000));
    if (r->progress)
        r->progress(line);
}

lo_status lo_attribute_train(lo_attribute_trainer *trainer, uint32_t seed, void (*progress)(const char *line),
                             lo_buf *out)
{
    report folds = {progress, "cues of one part"}, cues = {progress, "cues"}, roles = {progress, "roles"};
    lo_label_options cue_options = {.epochs = 4,
                                    .seed = seed,
                                    .cutoff = 2,
                                    .dropout = 30,
                                    .rate = 25,
                                    .most = 250000,
                                    .progress = tell,
                                    .user = &folds};
    lo_label_options role_options = cue_options;
    role_options.epochs = 3;
    role_options.cutoff = 3;
    role_options.most = 300000;
    role_options.user = &roles;
    lo_buf cue = LO_BUF_EMPTY, role = LO_BUF_EMPTY;
    lo_status status = find_cues(trainer, &cue_options);
    cue_options.user = &cues;
    if (!status)
        status = learn_cues(trainer, FOLDS, &cue_options, &cue);
    if (!status)
        status = learn_roles(trainer, &role_options, &role);
    if (!status) {
        lo_attribute_head head = {.magic = LO_ATTRIBUTE_MAGIC, .tuning = {.bias = BIAS_IN_USE, .least = LEAST}};
        for (uint32_t i = 0; i < LO_ATTRIBUTE_STEPS; i++)
            head.tuning.right[i] = (2 * i + 1) * 65536 / (2 * LO_ATTRIBUTE_STEPS);
        size_t start = out->n;
        head.cue = (sizeof head + 63) / 64 * 64;
        head.cue_size = (uint32_t)cue.n;
        head.role = (uint32_t)((head.cue + cue.n + 63) / 64 * 64);
        head.role_size = (uint32_t)role.n;
        lo_buf_add(out, &head, sizeof head);
        pad(out, start);
        lo_buf_add_str(out, lo_buf_str(&cue));
        pad(out, start);
        status = lo_buf_add_str(out, lo_buf_str(&role));
    }
    lo_buf_free(&cue);
    lo_buf_free(&role);
    return status;
}
