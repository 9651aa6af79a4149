// SPDX-License-Identifier: MIT
/* The inside of a lexicon, shared by lexicon.c (filling, look-up) and lexicon_freeze.c (numbers and codes). */
#ifndef LO_LANG_LEXICON_TABLE_H
#define LO_LANG_LEXICON_TABLE_H

#include "lang/lexicon_set.h"
#include "lang/phrase.h"

#include <string.h>

enum { WORDS = LO_LEXICON_CLASSES / 64, NAME_MAX = 40, PHRASE_MAX = 12, GROUPS_MAX = LO_PLACE_COUNT * LO_SHAPE_COUNT };

typedef struct set {
    uint64_t bits[WORDS];
} set;

/* One folded form. */
typedef struct word {
    uint64_t head[2]; /* the first 16 bytes, zero-padded */
    const char *form; /* lexicon's arena */
    uint32_t variant; /* first of the exact spellings, + 1 */
    uint16_t set;     /* number, after freeze */
    uint8_t length;
    bool starts_phrase; /* one with a class that is used, after freeze */
    uint32_t shapes;    /* lo_shape bits it can have */
    set any;            /* classes in whatever case */
} word;

/* One exact spelling of a word. */
typedef struct variant {
    lo_str form;
    set exact; /* beyond those of any case */
    uint32_t next;
    uint32_t shape;
    uint16_t set;
} variant;

typedef struct phrase {
    uint32_t node, n;
    uint32_t next;       /* another spelling at the same node, + 1 */
    const lo_str *exact; /* its tokens as spelled, or NULL: any case */
    uint32_t *words;
    set classes, start;
    uint16_t *sets; /* per token, after freeze: classes of this phrase and of those inside it */
} phrase;

struct lo_lexicon {
    lo_arena arena;
    char names[LO_LEXICON_CLASSES][NAME_MAX];
    unsigned n_classes;
    uint16_t name_slots[2 * LO_LEXICON_CLASSES]; /* open addressing over names: class + 1; 0: free */
    set used;
    word *words; /* 0 is no word */
    size_t n_words, word_capacity;
    variant *variants;
    size_t n_variants, variant_capacity;
    uint16_t *tags;  /* open addressing, 0: free; small, so that a miss stays in the cache */
    uint32_t *slots; /* parallel: word numbers */
    size_t slot_capacity;
    phrase *phrases;
    size_t n_phrases, phrase_capacity;
    lo_phrases trie;
    /* after freeze */
    bool frozen;
    set *sets;
    uint32_t *set_shapes;
    size_t n_sets, set_capacity, set_shape_capacity;
    struct join {
        uint32_t key; /* set << 16 | phrase set, + 1 */
        uint16_t set;
    } * joins; /* open addressing */
    size_t n_joins, join_capacity;
    set code_sets[LO_LEXICON_CODES + 1];
    unsigned n_codes;
    unsigned char *codes;
    unsigned char *inner;
    uint16_t group[GROUPS_MAX];
    uint32_t groups;
};

static inline bool set_has(const set *s, int id)
{
    return s->bits[id / 64] >> (id % 64) & 1;
}

static inline void set_put(set *s, int id)
{
    s->bits[id / 64] |= (uint64_t)1 << (id % 64);
}

static inline set set_join(set a, const set *b)
{
    for (int i = 0; i < WORDS; i++)
        a.bits[i] |= b->bits[i];
    return a;
}

static inline set set_within(set a, const set *b)
{
    for (int i = 0; i < WORDS; i++)
        a.bits[i] &= b->bits[i];
    return a;
}

static inline bool set_equal(const set *a, const set *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

static inline struct join *join_slot(struct join *joins, size_t capacity, uint32_t key)
{
    size_t at = key * 0x9e3779b1u >> 7;
    while (joins[at &= capacity - 1].key && joins[at].key != key)
        at++;
    return &joins[at];
}

/* The word of these folded bytes, or 0. */
uint32_t lo_lexicon_find(const lo_lexicon *lexicon, const char *folded, size_t n);
lo_shape lo_lexicon_shape_of(lo_str form);

#endif
