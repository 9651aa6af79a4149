// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/lexicon_table.h"

#include <stdio.h>

static lo_status number_set(lo_lexicon *lexicon, set s, uint32_t shapes, uint16_t *out)
{
    s = set_within(s, &lexicon->used);
    for (size_t i = 0; i < lexicon->n_sets; i++) {
        if (set_equal(&lexicon->sets[i], &s)) {
            lexicon->set_shapes[i] |= shapes;
            *out = (uint16_t)i;
            return LO_OK;
        }
    }
    if (lexicon->n_sets > UINT16_MAX - 1)
        return lo_status_set(LO_E_LIMIT, "more than %d combinations of word lists", UINT16_MAX);
    lo_status status =
        lo_mem_grow((void **)&lexicon->sets, &lexicon->set_capacity, lexicon->n_sets + 1, sizeof *lexicon->sets);
    if (status == LO_OK)
        status = lo_mem_grow((void **)&lexicon->set_shapes, &lexicon->set_shape_capacity, lexicon->n_sets + 1,
                             sizeof *lexicon->set_shapes);
    if (status != LO_OK)
        return status;
    lexicon->sets[lexicon->n_sets] = s;
    lexicon->set_shapes[lexicon->n_sets] = shapes;
    *out = (uint16_t)lexicon->n_sets++;
    return LO_OK;
}

static lo_status put_join(lo_lexicon *lexicon, uint16_t base, uint16_t extra, uint16_t result)
{
    if (lexicon->n_joins * 2 >= lexicon->join_capacity) {
        size_t capacity = lexicon->join_capacity ? lexicon->join_capacity * 2 : 256;
        struct join *joins = lo_mem_zalloc(capacity * sizeof *joins);
        if (!joins)
            return lo_mem_short();
        for (size_t i = 0; i < lexicon->join_capacity; i++)
            if (lexicon->joins[i].key)
                *join_slot(joins, capacity, lexicon->joins[i].key) = lexicon->joins[i];
        lo_mem_free(lexicon->joins);
        lexicon->joins = joins;
        lexicon->join_capacity = capacity;
    }
    struct join *slot = join_slot(lexicon->joins, lexicon->join_capacity, ((uint32_t)base << 16 | extra) + 1);
    lexicon->n_joins += slot->key == 0;
    *slot = (struct join){((uint32_t)base << 16 | extra) + 1, result};
    return LO_OK;
}

/* Adds to total[from + i] what the phrases that lie wholly inside p give its tokens. */
static void inner_phrases(const lo_lexicon *lexicon, const phrase *p, set *total)
{
    for (uint32_t from = 0; from < p->n; from++) {
        uint32_t node = 0;
        for (uint32_t i = from; i < p->n; i++) {
            node = lo_phrases_step(&lexicon->trie, node, p->words[i]);
            if (node == LO_PHRASE_NONE)
                break;
            uint32_t value = lo_phrases_value(&lexicon->trie, node);
            for (uint32_t at = value == LO_PHRASE_NONE ? 0 : value + 1; at; at = lexicon->phrases[at - 1].next) {
                const phrase *inner = &lexicon->phrases[at - 1];
                bool same = true;
                for (uint32_t j = 0; j < inner->n && inner->exact && same; j++)
                    same = p->exact && lo_str_equal(p->exact[from + j], inner->exact[j]);
                if (!same)
                    continue;
                for (uint32_t j = 0; j < inner->n; j++)
                    total[from + j] = set_join(total[from + j], &inner->classes);
                total[from] = set_join(total[from], &inner->start);
            }
        }
    }
}

static lo_status freeze_phrase(lo_lexicon *lexicon, phrase *p)
{
    set total[PHRASE_MAX] = {0};
    lo_status status = LO_OK;
    inner_phrases(lexicon, p, total);
    set first = set_within(total[0], &lexicon->used);
    if (!set_equal(&first, &(set){{0}}))
        lexicon->words[p->words[0]].starts_phrase = true;
    for (uint32_t i = 0; i < p->n && status == LO_OK; i++) {
        const word *w = &lexicon->words[p->words[i]];
        uint16_t extra = 0, result = 0;
        status = number_set(lexicon, total[i], 0, &extra);
        p->sets[i] = extra;
        uint32_t shapes = p->exact ? 1u << lo_lexicon_shape_of(p->exact[i]) : w->shapes;
        if (status == LO_OK)
            status = number_set(lexicon, set_join(w->any, &total[i]), shapes, &result);
        if (status == LO_OK)
            status = put_join(lexicon, w->set, extra, result);
        for (uint32_t at = w->variant; at && status == LO_OK; at = lexicon->variants[at - 1].next) {
            const variant *v = &lexicon->variants[at - 1];
            set all = set_join(set_join(w->any, &v->exact), &total[i]);
            status = number_set(lexicon, all, 1u << v->shape, &result);
            if (status == LO_OK)
                status = put_join(lexicon, v->set, extra, result);
        }
    }
    return status;
}

static lo_status too_many(const lo_lexicon *lexicon)
{
    /* The lists with the most overlaps cause it; naming all that are used lets the author choose. */
    char names[700] = "";
    size_t n = 0;
    for (unsigned i = LO_SHAPE_CLASSES; i < lexicon->n_classes; i++)
        if (set_has(&lexicon->used, (int)i) && n + NAME_MAX + 3 < sizeof names)
            n += (size_t)sprintf(names + n, "%s%s", n ? ", " : "", lexicon->names[i]);
    return lo_status_set(LO_E_LIMIT,
                         "the word classes that rules name can combine in more than %d ways; name fewer of: %s",
                         LO_LEXICON_CODES, names);
}

static set shape_set(const lo_lexicon *lexicon, unsigned shape, unsigned place)
{
    set s = {{lo_shape_classes((lo_shape)shape, place)}};
    return set_within(s, &lexicon->used);
}

enum { INNER = 32 }; /* a power of two, at least LO_SHAPE_COUNT */

static lo_status number_codes(lo_lexicon *lexicon)
{
    set groups[GROUPS_MAX];
    uint32_t n = 0;
    uint64_t shapes_of_group[GROUPS_MAX] = {0};
    for (unsigned place = 0; place < LO_PLACE_COUNT; place++) {
        for (unsigned shape = 0; shape < LO_SHAPE_COUNT; shape++) {
            set s = shape_set(lexicon, shape, place);
            uint32_t g = 0;
            while (g < n && !set_equal(&groups[g], &s))
                g++;
            if (g == n)
                groups[n++] = s;
            shapes_of_group[g] |= 1ull << shape;
            lexicon->group[place * LO_SHAPE_COUNT + shape] = (uint16_t)g;
        }
    }
    lexicon->groups = n;
    lo_mem_free(lexicon->codes);
    lo_mem_free(lexicon->inner);
    lexicon->codes = lo_mem_zalloc(lexicon->n_sets * n);
    lexicon->inner = lo_mem_zalloc(lexicon->n_sets * INNER);
    if (!lexicon->codes || !lexicon->inner)
        return lo_mem_short();
    lexicon->n_codes = 0;
    for (size_t s = 0; s < lexicon->n_sets; s++) {
        for (uint32_t g = 0; g < n; g++) {
            if (!(shapes_of_group[g] & lexicon->set_shapes[s]))
                continue;
            set both = set_join(lexicon->sets[s], &groups[g]);
            unsigned code = 1;
            while (code <= lexicon->n_codes && !set_equal(&lexicon->code_sets[code], &both))
                code++;
            if (code > LO_LEXICON_CODES)
                return too_many(lexicon);
            if (code > lexicon->n_codes)
                lexicon->code_sets[lexicon->n_codes = code] = both;
            lexicon->codes[s * n + g] = (unsigned char)code;
        }
    }
    /* A combination that was not foreseen (an odd spelling of a listed word) counts as its shape alone. */
    for (size_t s = 1; s < lexicon->n_sets; s++)
        for (uint32_t g = 0; g < n; g++)
            if (!lexicon->codes[s * n + g])
                lexicon->codes[s * n + g] = lexicon->codes[g];
    for (size_t s = 0; s < lexicon->n_sets; s++)
        for (unsigned shape = 0; shape < LO_SHAPE_COUNT; shape++)
            lexicon->inner[s * INNER + shape] = lexicon->codes[s * n + lexicon->group[shape]];
    return LO_OK;
}

lo_status lo_lexicon_freeze(lo_lexicon *lexicon)
{
    uint16_t number;
    lexicon->frozen = false;
    lexicon->n_sets = lexicon->n_joins = 0;
    if (lexicon->joins)
        memset(lexicon->joins, 0, lexicon->join_capacity * sizeof *lexicon->joins);
    lo_status status = number_set(lexicon, (set){{0}}, UINT32_MAX, &number);
    for (size_t i = 1; i < lexicon->n_words && status == LO_OK; i++) {
        word *w = &lexicon->words[i];
        w->starts_phrase = false;
        status = number_set(lexicon, w->any, w->shapes, &w->set);
        for (uint32_t at = w->variant; at && status == LO_OK; at = lexicon->variants[at - 1].next) {
            variant *v = &lexicon->variants[at - 1];
            status = number_set(lexicon, set_join(w->any, &v->exact), 1u << v->shape, &v->set);
        }
    }
    for (size_t i = 0; i < lexicon->n_phrases && status == LO_OK; i++)
        status = freeze_phrase(lexicon, &lexicon->phrases[i]);
    if (status == LO_OK)
        status = number_codes(lexicon);
    lexicon->frozen = status == LO_OK;
    return status;
}
