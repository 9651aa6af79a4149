// SPDX-License-Identifier: MIT
#include "read/origin.h"

#include "base/mem.h"

#include <string.h>

enum { WORD_MAX = 16, RUN_MAX = 64, RAW_PER_RUN = 3, FREE_RUNS = 64 };

static bool same(const lo_origin *run)
{
    return run->length == run->raw_length;
}

/* The last run when what comes next in the text touches it and raw is its end there. */
static lo_origin *touched(lo_origins *origins, size_t raw)
{
    lo_origin *last = origins->n ? &origins->items[origins->n - 1] : NULL;
    return last && last->text + last->length == origins->text && last->raw + last->raw_length == raw ? last : NULL;
}

static void start(lo_origins *origins, size_t n, size_t raw, size_t raw_n)
{
    if (!origins->status)
        origins->status =
            lo_mem_grow((void **)&origins->items, &origins->capacity, origins->n + 1, sizeof *origins->items);
    if (!origins->status)
        origins->items[origins->n++] = (lo_origin){origins->text, (uint32_t)n, (uint32_t)raw, (uint32_t)raw_n};
    origins->text += (uint32_t)n;
}

/* More runs than the raw bytes so far pay for: then words are joined too. */
static bool dense(const lo_origins *origins, size_t raw)
{
    return origins->n > FREE_RUNS && (origins->n - FREE_RUNS) * RAW_PER_RUN > raw;
}

static void grow(lo_origins *origins, lo_origin *last, size_t n, size_t raw_n)
{
    last->length += (uint32_t)n;
    last->raw_length += (uint32_t)raw_n;
    origins->text += (uint32_t)n;
}

/* A run that changes length may grow, unless that made its lengths equal: it would then read as one to one. */
static bool may_join(const lo_origins *origins, const lo_origin *last, size_t n, size_t raw, size_t raw_n, bool word)
{
    if (!last || same(last) || last->length + n == last->raw_length + raw_n)
        return false;
    return dense(origins, raw) ? last->length + n <= RUN_MAX : word && origins->word && last->length + n <= WORD_MAX;
}

void lo_origins_same(lo_origins *origins, size_t n, size_t raw)
{
    lo_origin *last = touched(origins, raw);
    if (!n)
        return;
    if ((last && same(last)) || may_join(origins, last, n, raw, n, false))
        grow(origins, last, n, n);
    else
        start(origins, n, raw, n);
}

void lo_origins_changed(lo_origins *origins, size_t n, size_t raw, size_t raw_n, bool word)
{
    lo_origin *last = touched(origins, raw);
    if (!n)
        return;
    if (may_join(origins, last, n, raw, raw_n, word))
        grow(origins, last, n, raw_n);
    else if (n == raw_n)
        lo_origins_same(origins, n, raw);
    else
        start(origins, n, raw, raw_n);
    origins->word = word;
}

void lo_origins_none(lo_origins *origins, size_t n)
{
    origins->text += (uint32_t)n;
}

void lo_origins_cut(lo_origins *origins, size_t text)
{
    if (text >= origins->text)
        return;
    while (origins->n && origins->items[origins->n - 1].text >= text)
        origins->n--;
    if (origins->n) {
        lo_origin *last = &origins->items[origins->n - 1];
        if (last->text + last->length > text && same(last))
            last->length = last->raw_length = (uint32_t)text - last->text;
        else if (last->text + last->length > text)
            last->length = (uint32_t)text - last->text;
    }
    origins->text = (uint32_t)text;
}

lo_status lo_origins_finish(lo_origins *origins, lo_arena *arena, size_t whole, const lo_origin **out, uint32_t *n)
{
    *out = NULL;
    *n = 0;
    const lo_origin *only = origins->n == 1 ? origins->items : NULL;
    bool identity = only && same(only) && only->text == 0 && only->raw == 0 && only->length == whole;
    if (!origins->status && origins->items && origins->n && !identity) {
        lo_origin *copy = lo_arena_alloc(arena, origins->n * sizeof *copy);
        if (copy) {
            memcpy(copy, origins->items, origins->n * sizeof *copy);
            *out = copy;
            *n = (uint32_t)origins->n;
        } else {
            origins->status = lo_mem_short();
        }
    }
    lo_status status = origins->status;
    lo_mem_free(origins->items);
    *origins = LO_ORIGINS_EMPTY;
    return status;
}

/* Index of the first run that ends behind byte at. */
static uint32_t first_behind(const lo_origin *runs, uint32_t n, uint32_t at)
{
    uint32_t low = 0, high = n;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (runs[middle].text + runs[middle].length > at)
            high = middle;
        else
            low = middle + 1;
    }
    return low;
}

lo_span lo_origin_raw(const lo_origin *runs, uint32_t n, lo_span span)
{
    if (!n)
        return span;
    uint32_t i = first_behind(runs, n, span.start);
    if (i == n || (runs[i].text >= span.end && span.end > span.start) ||
        (span.start == span.end && runs[i].text > span.start)) {
        uint32_t at = i ? runs[i - 1].raw + runs[i - 1].raw_length : runs[0].raw;
        return (lo_span){at, at};
    }
    lo_span raw;
    bool inside = runs[i].text <= span.start;
    raw.start = runs[i].raw + (inside && same(&runs[i]) ? span.start - runs[i].text : 0);
    raw.end = raw.start;
    if (span.start == span.end)
        return raw;
    for (; i < n && runs[i].text < span.end; i++) {
        uint32_t end = runs[i].text + runs[i].length;
        bool whole = end <= span.end || !same(&runs[i]);
        raw.end = runs[i].raw + (whole ? runs[i].raw_length : span.end - runs[i].text);
    }
    return raw;
}

lo_status lo_origins_join(lo_origins *first, const lo_origin *second, uint32_t n_second)
{
    if (first->status || !n_second)
        return first->status;
    lo_origins joined = LO_ORIGINS_EMPTY;
    uint32_t j = 0;
    for (size_t i = 0; i < first->n; i++) {
        const lo_origin *run = &first->items[i];
        lo_origins_none(&joined, run->text - joined.text);
        uint32_t end = run->raw + run->raw_length;
        while (j < n_second && second[j].text + second[j].length <= run->raw)
            j++;
        if (!same(run)) {
            lo_span raw = lo_origin_raw(second + j, n_second - j, (lo_span){run->raw, end});
            if (j == n_second)
                raw = lo_origin_raw(second, n_second, (lo_span){run->raw, end});
            lo_origins_changed(&joined, run->length, raw.start, raw.end - raw.start, false);
            continue;
        }
        uint32_t at = run->raw;
        for (uint32_t k = j; k < n_second && second[k].text < end; k++) {
            const lo_origin *inner = &second[k];
            if (inner->text > at)
                lo_origins_none(&joined, inner->text - at);
            uint32_t from = inner->text > at ? inner->text : at;
            uint32_t to = inner->text + inner->length < end ? inner->text + inner->length : end;
            if (same(inner))
                lo_origins_same(&joined, to - from, inner->raw + (from - inner->text));
            else
                lo_origins_changed(&joined, to - from, inner->raw, inner->raw_length, false);
            at = to;
        }
        if (at < end)
            lo_origins_none(&joined, end - at);
    }
    lo_origins_none(&joined, first->text - joined.text);
    lo_mem_free(first->items);
    *first = joined;
    return joined.status;
}
