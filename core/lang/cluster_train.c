// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/cluster_table.h"
#include "lang/model.h"

#include <string.h>

enum { DIMENSIONS = LO_CLUSTER_DIMENSIONS };

/* A decimal in units of 2^-16; false when it is none.  Digits past the ninth are passed over. */
static bool decimal(lo_str s, int64_t *out)
{
    size_t i = s.n && (s.p[0] == '-' || s.p[0] == '+');
    bool negative = i && s.p[0] == '-', any = false;
    int64_t whole = 0, part = 0, scale = 1;
    for (; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, any = true)
        if (whole < 1000000)
            whole = whole * 10 + (s.p[i] - '0');
    if (i < s.n && s.p[i] == '.')
        for (i++; i < s.n && s.p[i] >= '0' && s.p[i] <= '9'; i++, any = true)
            if (scale < 1000000000) {
                part = part * 10 + (s.p[i] - '0');
                scale *= 10;
            }
    if (i < s.n && (s.p[i] == 'e' || s.p[i] == 'E')) { /* only tiny numbers are written so */
        whole = part = 0;
        i = s.n;
    }
    int64_t value = (whole << 16) + ((part << 16) + scale / 2) / scale;
    *out = negative ? -value : value;
    return any && i == s.n;
}

static lo_str field(lo_str *line)
{
    const char *blank = memchr(line->p, ' ', line->n);
    lo_str s = {line->p, blank ? (size_t)(blank - line->p) : line->n};
    size_t taken = s.n + (blank != NULL);
    line->p += taken;
    line->n -= taken;
    return s;
}

static int64_t square_root(int64_t value)
{
    int64_t root = 0;
    for (int64_t bit = (int64_t)1 << 31; bit; bit >>= 1)
        if ((root + bit) * (root + bit) <= value)
            root += bit;
    return root;
}

static lo_status read_vector(lo_cluster_words *g, lo_str line, uint32_t at)
{
    lo_word word;
    lo_str text = field(&line);
    lo_word_read(text, &word);
    int64_t values[DIMENSIONS], sum = 0;
    uint32_t dim = 0;
    while (line.n) {
        if (dim == DIMENSIONS || !decimal(field(&line), &values[dim]))
            return lo_status_set(LO_E_DATA, "line %u: 'word number number …' with at most %d numbers was expected", at,
                                 DIMENSIONS);
        values[dim] >>= 4;
        sum += values[dim] * values[dim];
        dim++;
    }
    if (!g->dim)
        g->dim = dim;
    if (dim != g->dim || !dim)
        return lo_status_set(LO_E_DATA, "line %u: %u numbers where the first line has %u", at, dim, g->dim);
    int64_t length = square_root(sum);
    for (uint32_t k = 0; k < dim; k++)
        g->vectors[(size_t)g->n * dim + k] = (int16_t)(length ? values[k] * LO_CLUSTER_UNIT / length : 0);
    g->texts[g->n] = text;
    g->hashes[g->n++] = word.lower;
    return LO_OK;
}

static lo_status read_vectors(lo_cluster_words *g, lo_str text, uint32_t max_words)
{
    const char *end = text.n ? memchr(text.p, '\n', text.n) : NULL;
    size_t blanks = 0;
    for (const char *p = text.p; end && p < end; p++)
        blanks += *p == ' ';
    if (!blanks || blanks > DIMENSIONS || !max_words)
        return lo_status_set(LO_E_DATA, "line 1: 'word number number …' was expected");
    g->vectors = lo_mem_alloc((size_t)max_words * blanks * sizeof *g->vectors);
    g->hashes = lo_mem_alloc((size_t)max_words * sizeof *g->hashes);
    g->texts = lo_mem_alloc((size_t)max_words * sizeof *g->texts);
    g->entries = lo_mem_zalloc((size_t)max_words * sizeof *g->entries);
    if (!g->vectors || !g->hashes || !g->texts || !g->entries)
        return lo_mem_short();
    g->dim = (uint32_t)blanks;
    lo_status status = LO_OK;
    for (uint32_t line = 1; text.n && g->n < max_words && !status; line++) {
        end = memchr(text.p, '\n', text.n);
        lo_str at = {text.p, end ? (size_t)(end - text.p) : text.n};
        text.p += at.n + (end != NULL);
        text.n -= at.n + (end != NULL);
        if (at.n)
            status = read_vector(g, at, line);
    }
    return status;
}

static void enter(lo_cluster_slot *slots, uint32_t size, uint32_t hash, lo_cluster_entry entry)
{
    uint32_t at = lo_cluster_home(hash) & (size - 1);
    uint16_t check = lo_cluster_check(hash);
    while (slots[at].check && slots[at].check != check)
        at = (at + 1) & (size - 1);
    if (!slots[at].check) /* the commoner word keeps the place */
        slots[at] = (lo_cluster_slot){check, entry};
}

static lo_status save(const lo_cluster_words *words, const lo_wordnet *wordnet, lo_buf *out)
{
    const uint32_t *rest;
    const uint16_t *rest_bits;
    size_t n_rest = lo_wordnet_words(wordnet, &rest, &rest_bits);
    uint32_t size = 2;
    while (size < (words->n + n_rest) * 5 / 4)
        size *= 2;
    lo_cluster_slot *slots = lo_mem_zalloc(size * sizeof *slots);
    if (!slots)
        return lo_mem_short();
    for (uint32_t i = 0; i < words->n; i++)
        enter(slots, size, words->hashes[i], words->entries[i]);
    for (size_t i = 0; i < n_rest; i++)
        if (rest_bits[i])
            enter(slots, size, rest[i], (lo_cluster_entry){.wordnet = rest_bits[i]});
    lo_model_part part = {"slots", {(const char *)slots, size * sizeof *slots}};
    lo_status status = lo_model_write("clusters", LO_CLUSTER_VERSION, &part, 1, out);
    lo_mem_free(slots);
    return status;
}

lo_status lo_cluster_train(lo_str vectors, uint32_t max_words, const lo_wordnet *wordnet, const lo_treebank *bank,
                           lo_buf *out)
{
    lo_cluster_words words = {0};
    lo_status status = read_vectors(&words, vectors, max_words);
    if (!status)
        status = lo_cluster_grow(&words);
    if (!status)
        status = lo_cluster_classify(&words, bank);
    for (uint32_t i = 0; i < words.n && !status; i++)
        words.entries[i].wordnet = lo_wordnet_find(wordnet, words.texts[i]);
    if (!status)
        status = save(&words, wordnet, out);
    lo_mem_free(words.vectors);
    lo_mem_free(words.hashes);
    lo_mem_free(words.texts);
    lo_mem_free(words.entries);
    return status;
}
