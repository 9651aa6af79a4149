// SPDX-License-Identifier: MIT
#include "lang/attribute.h"

#include "base/asset.h"
#include "base/mem.h"
#include "lang/attribute_model.h"

#include <string.h>

enum { BEST = 4 }; /* labellings tried for one with content */

struct lo_attributor {
    lo_label_model *cue, *role;
    lo_attribute_tuning tuning;
};

const char *lo_attitude_name(lo_attitude attitude)
{
    static const char *const names[] = {"speech", "belief", "intention", "denial"};
    return (unsigned)attitude < 4 ? names[attitude] : "";
}

/* ---------------------------------------------------------------------------------------------- model files */

static lo_status refuse(const char *why)
{
    return lo_status_set(LO_E_DATA, "this is no attribution model of this version: %s", why);
}

static bool same_shape(const lo_label_model *model, const lo_label_spec *spec)
{
    if (lo_label_columns(model) != spec->n_columns || lo_label_count(model) != spec->n_labels)
        return false;
    for (uint32_t i = 0; i < spec->n_columns; i++)
        if (strcmp(lo_label_column(model, i), spec->columns[i]) != 0)
            return false;
    for (uint32_t i = 0; i < spec->n_labels; i++)
        if (strcmp(lo_label_name(model, i), spec->labels[i]) != 0)
            return false;
    return true;
}

lo_status lo_attributor_open(lo_str model, lo_attributor **out)
{
    *out = NULL;
    lo_attribute_head head;
    if (model.n < sizeof head || memcmp(model.p, LO_ATTRIBUTE_MAGIC, 8) != 0)
        return refuse("it starts with other bytes");
    memcpy(&head, model.p, sizeof head);
    if (head.cue % 64 || head.role % 64 || head.cue < sizeof head || head.role < head.cue || head.role > model.n ||
        head.cue_size > head.role - head.cue || head.role_size != model.n - head.role)
        return refuse("its length is wrong");
    for (int i = 0; i < LO_ATTRIBUTE_STEPS; i++)
        if (head.tuning.right[i] > 65536)
            return refuse("its head is damaged");
    if (head.tuning.bias > 1 << 16 || head.tuning.bias < 0 || head.tuning.least > 65536)
        return refuse("its head is damaged");
    lo_attributor *attributor = lo_mem_zalloc(sizeof *attributor);
    if (!attributor)
        return lo_mem_short();
    attributor->tuning = head.tuning;
    lo_status status = lo_label_open((lo_str){model.p + head.cue, head.cue_size}, &attributor->cue);
    if (!status)
        status = lo_label_open((lo_str){model.p + head.role, head.role_size}, &attributor->role);
    if (!status && (!same_shape(attributor->cue, &lo_attribute_cue_spec) ||
                    !same_shape(attributor->role, &lo_attribute_role_spec)))
        status = refuse("it looks at other columns");
    if (status)
        lo_attributor_close(attributor);
    else
        *out = attributor;
    return status;
}

void lo_attributor_close(lo_attributor *attributor)
{
    if (!attributor)
        return;
    lo_label_close(attributor->cue);
    lo_label_close(attributor->role);
    lo_mem_free(attributor);
}

/* ---------------------------------------------------------------------------------------------------- cues */

static lo_status best_labels(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint16_t *allowed,
                             lo_arena *arena, uint8_t *labels)
{
    lo_label_path path = {.labels = labels};
    uint32_t found;
    lo_status status = lo_label_best(model, scores, n, allowed, 1, arena, &path, &found);
    if (!status && !found)
        memset(labels, 0, n);
    return status;
}

static lo_status sentence_cues(const lo_attribute_view *view, const lo_label_model *model, int32_t bias,
                               lo_span sentence, lo_arena *scratch, lo_attribute_cue *out, uint32_t *n_out)
{
    uint32_t n = sentence.end - sentence.start;
    int32_t *scores = lo_arena_array(scratch, (size_t)n * LO_CUE_LABELS, sizeof *scores);
    uint32_t *chances = lo_arena_alloc(scratch, (size_t)n * LO_CUE_LABELS * sizeof *chances);
    uint8_t *labels = lo_arena_alloc(scratch, n), *more = lo_arena_alloc(scratch, n);
    if (!scores || !chances || !labels || !more)
        return lo_mem_short();
    lo_label_rows rows = {view->rows, view->n, sentence.start, sentence.end};
    lo_label_score(model, LO_LABEL_ALL, &rows, scores);
    lo_status status = lo_label_marginals(model, scores, n, NULL, scratch, chances, NULL);
    if (!status)
        status = best_labels(model, scores, n, NULL, scratch, labels);
    for (uint32_t i = 0; i < n; i++)
        scores[i * LO_CUE_LABELS + LO_CUE_B] += bias;
    if (!status)
        status = best_labels(model, scores, n, NULL, scratch, more);
    if (status)
        return status;
    /* Of the second labelling only spans that touch nothing of the first. */
    for (uint32_t i = 0; i < n;) {
        uint32_t j = i + 1;
        bool touches = labels[i] != LO_CUE_O;
        for (; j < n && more[i] == LO_CUE_B && more[j] == LO_CUE_I; j++)
            touches |= labels[j] != LO_CUE_O;
        if (more[i] == LO_CUE_B && !touches)
            memcpy(labels + i, more + i, j - i);
        i = j;
    }
    for (uint32_t i = 0; i < n;) {
        uint32_t j = i + 1, chance = 0;
        if (labels[i] == LO_CUE_B) {
            while (j < n && labels[j] == LO_CUE_I)
                j++;
            for (uint32_t k = i; k < j; k++)
                if (65536 > chances[k * LO_CUE_LABELS] + chance)
                    chance = 65536 - chances[k * LO_CUE_LABELS];
            out[(*n_out)++] = (lo_attribute_cue){{sentence.start + i, sentence.start + j}, chance};
        }
        i = j;
    }
    return LO_OK;
}

lo_status lo_attribute_cues(const lo_attribute_view *view, const lo_label_model *model, int32_t bias, lo_arena *arena,
                            lo_attribute_cue **out, uint32_t *out_n)
{
    const lo_segment *segment = view->text->segment;
    *out_n = 0;
    *out = lo_arena_alloc(arena, (size_t)view->n * sizeof **out + 1);
    lo_arena scratch = LO_ARENA_EMPTY;
    lo_status status = *out ? LO_OK : lo_mem_short();
    for (uint32_t s = 0; !status && s < segment->n_sentences; s++) {
        lo_span sentence = {segment->sentences[s].first, segment->sentences[s].end};
        if (sentence.start < sentence.end)
            status = sentence_cues(view, model, bias, sentence, &scratch, *out, out_n);
        lo_arena_reset(&scratch);
    }
    lo_arena_free(&scratch);
    return status;
}

/* ---------------------------------------------------------------------------------------------------- roles */

static lo_status collect(const uint8_t *labels, lo_span window, uint8_t begin, lo_arena *arena, const lo_span **out,
                         uint32_t *out_n)
{
    uint32_t n = window.end - window.start, count = 0;
    for (uint32_t i = 0; i < n; i++)
        count += labels[i] == begin;
    lo_span *spans = lo_arena_array(arena, count ? count : 1, sizeof *spans);
    if (!spans)
        return lo_mem_short();
    *out = spans;
    *out_n = count;
    for (uint32_t i = 0, k = 0; i < n; i++) {
        if (labels[i] != begin)
            continue;
        uint32_t j = i + 1;
        while (j < n && labels[j] == begin + 1)
            j++;
        spans[k++] = (lo_span){window.start + i, window.start + j};
    }
    return LO_OK;
}

typedef struct work {
    const lo_attributor *attributor;
    lo_attribute_view *view;
    const lo_attribute_cue *cues;
    uint32_t n_cues;
    int32_t *statics; /* scores of the static templates, token by token */
    uint32_t known;   /* tokens scored so far are [known, known_end) */
    uint32_t known_end;
    lo_arena scratch;
} work;

/* Static scores are shared by all cues whose windows overlap: only new tokens are scored. */
static void score_statics(work *w, lo_span window)
{
    lo_span fresh = window;
    if (window.start >= w->known && window.start <= w->known_end) {
        fresh.start = window.start > w->known_end ? window.start : w->known_end;
        if (fresh.start > window.end)
            fresh.start = window.end;
    } else {
        w->known = window.start;
        w->known_end = window.start;
    }
    if (fresh.start < fresh.end) {
        lo_label_rows rows = {w->view->rows, w->view->n, fresh.start, fresh.end};
        int32_t *scores = w->statics + (size_t)fresh.start * LO_ROLE_LABELS;
        memset(scores, 0, (size_t)(fresh.end - fresh.start) * LO_ROLE_LABELS * sizeof *scores);
        lo_label_score(w->attributor->role, LO_LABEL_STATIC, &rows, scores);
        w->known_end = fresh.end;
    }
}

/* The best labelling that has content; nearly always simply the best one. */
static lo_status best_with_content(const lo_label_model *model, const int32_t *scores, uint32_t n,
                                   const uint16_t *allowed, lo_arena *arena, uint8_t *labels)
{
    lo_status status = best_labels(model, scores, n, allowed, arena, labels);
    if (status || memchr(labels, LO_ROLE_CONTENT_B, n))
        return status;
    lo_label_path paths[BEST];
    for (int i = 0; i < BEST; i++) {
        paths[i].labels = lo_arena_alloc(arena, n);
        if (!paths[i].labels)
            return lo_mem_short();
    }
    uint32_t found = 0;
    status = lo_label_best(model, scores, n, allowed, BEST, arena, paths, &found);
    for (uint32_t i = 0; !status && i < found; i++)
        if (memchr(paths[i].labels, LO_ROLE_CONTENT_B, n)) {
            memcpy(labels, paths[i].labels, n);
            break;
        }
    return status;
}

static lo_status roles_of(work *w, uint32_t which, lo_arena *arena, lo_attribution *out)
{
    lo_span cue = w->cues[which].span, window = lo_attribute_window(w->view, cue);
    uint32_t n = window.end - window.start;
    lo_attribute_look_from(w->view, window, w->cues, w->n_cues, which);
    size_t cells = (size_t)n * LO_ROLE_LABELS;
    int32_t *scores = lo_arena_alloc(&w->scratch, cells * sizeof *scores);
    uint32_t *chances = lo_arena_alloc(&w->scratch, cells * sizeof *chances);
    uint16_t *allowed = lo_arena_alloc(&w->scratch, n * sizeof *allowed);
    uint8_t *labels = lo_arena_alloc(&w->scratch, n);
    if (!scores || !chances || !allowed || !labels)
        return lo_mem_short();
    score_statics(w, window);
    memcpy(scores, w->statics + (size_t)window.start * LO_ROLE_LABELS, cells * sizeof *scores);
    lo_label_rows rows = {w->view->rows, w->view->n, window.start, window.end};
    lo_label_score(w->attributor->role, LO_LABEL_LOCAL, &rows, scores);
    /* That nothing belongs to the cue is one labelling; all others together are the chance that it is a cue. */
    int32_t total = 0;
    lo_attribute_allow(window, cue, false, allowed);
    lo_status status = lo_label_marginals(w->attributor->role, scores, n, allowed, &w->scratch, chances, &total);
    for (uint32_t i = 0; i < n; i++)
        labels[i] = window.start + i >= cue.start && window.start + i < cue.end ? LO_ROLE_NONE_CUE : LO_ROLE_NONE;
    uint32_t none = lo_label_exp(lo_label_path_score(w->attributor->role, scores, n, labels) - total);
    out->cue = cue;
    out->score = (float)(65536 - none) / 65536;
    lo_attribute_allow(window, cue, true, allowed);
    if (!status)
        status = best_with_content(w->attributor->role, scores, n, allowed, &w->scratch, labels);
    if (!status)
        status = collect(labels, window, LO_ROLE_SOURCE_B, arena, &out->sources, &out->n_sources);
    if (!status)
        status = collect(labels, window, LO_ROLE_CONTENT_B, arena, &out->contents, &out->n_contents);
    return status;
}

lo_status lo_attribute(const lo_attributor *attributor, const lo_attribute_text *text, lo_arena *arena,
                       lo_attribution **out, uint32_t *out_n)
{
    lo_attribute_view view;
    lo_attribute_cue *cues = NULL;
    work w = {.attributor = attributor, .view = &view, .scratch = LO_ARENA_EMPTY};
    *out = NULL;
    *out_n = 0;
    lo_status status = lo_attribute_look(text, arena, &view);
    if (!status)
        status = lo_attribute_cues(&view, attributor->cue, attributor->tuning.bias, arena, &cues, &w.n_cues);
    w.cues = cues;
    if (!status && w.n_cues) {
        *out = lo_arena_array(arena, w.n_cues, sizeof **out);
        w.statics = lo_arena_alloc(arena, (size_t)view.n * LO_ROLE_LABELS * sizeof *w.statics);
        if (!*out || !w.statics)
            status = lo_mem_short();
    }
    for (uint32_t i = 0; !status && i < w.n_cues; i++) {
        lo_attribution one = {0};
        status = roles_of(&w, i, arena, &one);
        lo_arena_reset(&w.scratch);
        if (status || !one.n_contents || one.score * 65536 < (float)attributor->tuning.least)
            continue;
        one.attitude = lo_attribute_attitude(&view, one.cue);
        (*out)[(*out_n)++] = one;
    }
    lo_arena_free(&w.scratch);
    return status;
}
