// SPDX-License-Identifier: MIT
/* Words are found by a hash of their folded bytes.  A word's classes are a set; after freeze every set that can occur
 * (of a word, of a word inside a phrase) has a number, restricted to the classes that rules name, and a table leads
 * from set, shape and place to the code. */
#include "lang/lexicon.h"

#include "base/asset.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "lang/lexicon_set.h"
#include "lang/phrase.h"
#include "lang/segment.h"

#include <stdio.h>
#include <string.h>

enum { WORDS = LO_LEXICON_CLASSES / 64, NAME_MAX = 40, PHRASE_MAX = 12, GROUPS_MAX = LO_PLACE_COUNT * LO_SHAPE_COUNT };

typedef struct set {
    uint64_t bits[WORDS];
} set;

/* One folded form. */
typedef struct word {
    const char *form; /* lexicon's arena */
    uint32_t length;
    uint32_t shapes;  /* lo_shape bits it can have */
    uint32_t variant; /* first of the exact spellings, + 1 */
    uint16_t set;     /* number, after freeze */
    bool starts_phrase;
    set any; /* classes in whatever case */
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
    set used;
    word *words; /* 0 is no word */
    size_t n_words, word_capacity;
    variant *variants;
    size_t n_variants, variant_capacity;
    struct slot {
        uint32_t tag, word;
    } * slots;
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
    size_t codes_size;
    uint16_t group[GROUPS_MAX];
    uint32_t groups;
};

static bool set_has(const set *s, int id)
{
    return s->bits[id / 64] >> (id % 64) & 1;
}

static void set_put(set *s, int id)
{
    s->bits[id / 64] |= (uint64_t)1 << (id % 64);
}

static set set_join(set a, const set *b)
{
    for (int i = 0; i < WORDS; i++)
        a.bits[i] |= b->bits[i];
    return a;
}

static set set_within(set a, const set *b)
{
    for (int i = 0; i < WORDS; i++)
        a.bits[i] &= b->bits[i];
    return a;
}

static bool set_equal(const set *a, const set *b)
{
    return memcmp(a, b, sizeof *a) == 0;
}

/* Words */

static uint32_t hash_of(const char *p, size_t n)
{
    uint64_t h = n * 0x9e3779b97f4a7c15u;
    for (; n >= 8; p += 8, n -= 8) {
        uint64_t k;
        memcpy(&k, p, 8);
        h = (h ^ k) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    if (n) {
        uint64_t k = 0;
        for (size_t i = 0; i < n; i++)
            k |= (uint64_t)(unsigned char)p[i] << (8 * i);
        h = (h ^ k) * 0xff51afd7ed558ccdu;
        h ^= h >> 32;
    }
    h *= 0xc4ceb9fe1a85ec53u;
    return (uint32_t)(h >> 32) | 1;
}

static uint32_t find_word(const lo_lexicon *lexicon, const char *folded, size_t n)
{
    if (!lexicon->slot_capacity)
        return 0;
    uint32_t tag = hash_of(folded, n);
    size_t mask = lexicon->slot_capacity - 1;
    for (size_t at = tag & mask; lexicon->slots[at].tag; at = (at + 1) & mask) {
        if (lexicon->slots[at].tag != tag)
            continue;
        const word *w = &lexicon->words[lexicon->slots[at].word];
        if (w->length == n && memcmp(w->form, folded, n) == 0)
            return lexicon->slots[at].word;
    }
    return 0;
}

static lo_status grow_slots(lo_lexicon *lexicon)
{
    size_t capacity = lexicon->slot_capacity ? lexicon->slot_capacity * 2 : 1024;
    struct slot *slots = lo_mem_zalloc(capacity * sizeof *slots);
    if (!slots)
        return lo_mem_short();
    for (size_t i = 0; i < lexicon->slot_capacity; i++) {
        if (!lexicon->slots[i].tag)
            continue;
        size_t at = lexicon->slots[i].tag & (capacity - 1);
        while (slots[at].tag)
            at = (at + 1) & (capacity - 1);
        slots[at] = lexicon->slots[i];
    }
    lo_mem_free(lexicon->slots);
    lexicon->slots = slots;
    lexicon->slot_capacity = capacity;
    return LO_OK;
}

static lo_shape shape_of(lo_str form)
{
    return form.n ? lo_shape_cut((const unsigned char *)form.p, 0, form.n).shape : LO_SHAPE_OTHER;
}

/* The shapes a form that matches in any case can have. */
static uint32_t shapes_of(const char *folded, size_t n)
{
    char form[LO_FOLD_MAX];
    uint32_t shapes = 1u << shape_of((lo_str){folded, n});
    memcpy(form, folded, n);
    for (size_t i = 0; i < n; i++) {
        if (form[i] >= 'a' && form[i] <= 'z')
            form[i] = (char)(form[i] - 'a' + 'A');
        if (i == 0)
            shapes |= 1u << shape_of((lo_str){form, n});
    }
    shapes |= 1u << shape_of((lo_str){form, n});
    return shapes | 1u << LO_SHAPE_OTHER | 1u << LO_SHAPE_CAPITALISED;
}

static lo_status make_word(lo_lexicon *lexicon, lo_str token, uint32_t *out)
{
    char folded[LO_FOLD_MAX + 8];
    size_t n = lo_shape_fold(token, folded);
    if (n == 0)
        return lo_status_set(LO_E_DATA, "a word longer than %d bytes", LO_FOLD_MAX);
    *out = find_word(lexicon, folded, n);
    if (*out)
        return LO_OK;
    lo_status status = LO_OK;
    if (lexicon->n_words * 2 >= lexicon->slot_capacity)
        status = grow_slots(lexicon);
    if (status == LO_OK)
        status = lo_mem_grow((void **)&lexicon->words, &lexicon->word_capacity, lexicon->n_words + 1, sizeof(word));
    if (status != LO_OK)
        return status;
    char *form = lo_arena_copy(&lexicon->arena, folded, n);
    if (!form)
        return lo_mem_short();
    bool clitic = folded[0] == '\'' || strcmp(form, "n't") == 0;
    *out = (uint32_t)lexicon->n_words++;
    lexicon->words[*out] = (word){.form = form, .length = (uint32_t)n, .shapes = shapes_of(form, n)};
    if (clitic)
        lexicon->words[*out].shapes |= 1u << LO_SHAPE_CLITIC;
    uint32_t tag = hash_of(form, n);
    size_t at = tag & (lexicon->slot_capacity - 1);
    while (lexicon->slots[at].tag)
        at = (at + 1) & (lexicon->slot_capacity - 1);
    lexicon->slots[at] = (struct slot){tag, *out};
    return LO_OK;
}

static bool has_capital(lo_str form)
{
    char folded[LO_FOLD_MAX + 8];
    size_t n = lo_shape_fold(form, folded);
    if (n != form.n)
        return n !=
               0; /* folding changed the length: not lower case, or a curly apostrophe, which folding made straight */
    return memcmp(folded, form.p, n) != 0;
}

static lo_status put_word(lo_lexicon *lexicon, lo_str token, int class_id)
{
    uint32_t id;
    lo_status status = make_word(lexicon, token, &id);
    if (status != LO_OK)
        return status;
    if (!has_capital(token)) {
        set_put(&lexicon->words[id].any, class_id);
        return LO_OK;
    }
    uint32_t at = lexicon->words[id].variant;
    while (at && !lo_str_equal(lexicon->variants[at - 1].form, token))
        at = lexicon->variants[at - 1].next;
    if (!at) {
        status = lo_mem_grow((void **)&lexicon->variants, &lexicon->variant_capacity, lexicon->n_variants + 1,
                             sizeof(variant));
        if (status != LO_OK)
            return status;
        lo_str form = lo_str_copy(&lexicon->arena, token);
        if (!form.p)
            return lo_mem_short();
        lexicon->variants[lexicon->n_variants++] =
            (variant){.form = form, .next = lexicon->words[id].variant, .shape = shape_of(form)};
        at = lexicon->words[id].variant = (uint32_t)lexicon->n_variants;
    }
    set_put(&lexicon->variants[at - 1].exact, class_id);
    return LO_OK;
}

/* Classes */

int lo_lexicon_class(const lo_lexicon *lexicon, const char *class_name)
{
    for (unsigned i = 0; i < lexicon->n_classes; i++)
        if (strcmp(lexicon->names[i], class_name) == 0)
            return (int)i;
    return -1;
}

const char *lo_lexicon_class_name(const lo_lexicon *lexicon, int class_id)
{
    return class_id >= 0 && (unsigned)class_id < lexicon->n_classes ? lexicon->names[class_id] : NULL;
}

static lo_status make_class(lo_lexicon *lexicon, const char *name, int *out)
{
    *out = lo_lexicon_class(lexicon, name);
    if (*out >= 0)
        return LO_OK;
    size_t n = strlen(name);
    if (n == 0 || n >= NAME_MAX || strspn(name, "abcdefghijklmnopqrstuvwxyz_0123456789") != n)
        return lo_status_set(LO_E_ARG, "word class '%s': a name is 1 to %d letters a-z, digits and _", name,
                             NAME_MAX - 1);
    if (lexicon->n_classes == LO_LEXICON_CLASSES)
        return lo_status_set(LO_E_LIMIT, "word class '%s': there are %d already", name, LO_LEXICON_CLASSES);
    memcpy(lexicon->names[lexicon->n_classes], name, n + 1);
    *out = (int)lexicon->n_classes++;
    return LO_OK;
}

lo_status lo_lexicon_create(lo_lexicon **out)
{
    *out = NULL;
    lo_lexicon *lexicon = lo_mem_zalloc(sizeof *lexicon);
    if (!lexicon)
        return lo_mem_short();
    lo_status status = LO_OK;
    int id;
    for (unsigned i = 0; i < LO_SHAPE_CLASSES && status == LO_OK; i++)
        status = make_class(lexicon, lo_shape_class_names[i], &id);
    if (status == LO_OK)
        status = lo_mem_grow((void **)&lexicon->words, &lexicon->word_capacity, 1, sizeof(word));
    if (status != LO_OK) {
        lo_lexicon_free(lexicon);
        return status;
    }
    lexicon->words[lexicon->n_words++] = (word){.form = ""};
    *out = lexicon;
    return LO_OK;
}

void lo_lexicon_free(lo_lexicon *lexicon)
{
    if (!lexicon)
        return;
    lo_arena_free(&lexicon->arena);
    lo_phrases_free(&lexicon->trie);
    lo_mem_free(lexicon->words);
    lo_mem_free(lexicon->variants);
    lo_mem_free(lexicon->slots);
    lo_mem_free(lexicon->phrases);
    lo_mem_free(lexicon->sets);
    lo_mem_free(lexicon->set_shapes);
    lo_mem_free(lexicon->joins);
    lo_mem_free(lexicon->codes);
    lo_mem_free(lexicon);
}

/* Lists */

static lo_status put_phrase(lo_lexicon *lexicon, const lo_str *tokens, size_t n, int class_id, int start_id)
{
    uint32_t ids[PHRASE_MAX], node;
    bool exact = false;
    lo_status status = LO_OK;
    for (size_t i = 0; i < n && status == LO_OK; i++) {
        status = make_word(lexicon, tokens[i], &ids[i]);
        exact |= has_capital(tokens[i]);
    }
    if (status == LO_OK)
        status = lo_phrases_add(&lexicon->trie, ids, n, &node);
    if (status != LO_OK)
        return status;
    uint32_t first = lo_phrases_value(&lexicon->trie, node), at = first == LO_PHRASE_NONE ? 0 : first + 1;
    for (; at; at = lexicon->phrases[at - 1].next) {
        const phrase *p = &lexicon->phrases[at - 1];
        bool same = (p->exact != NULL) == exact;
        for (size_t i = 0; i < n && same && exact; i++)
            same = lo_str_equal(p->exact[i], tokens[i]);
        if (same)
            break;
    }
    if (!at) {
        status =
            lo_mem_grow((void **)&lexicon->phrases, &lexicon->phrase_capacity, lexicon->n_phrases + 1, sizeof(phrase));
        if (status != LO_OK)
            return status;
        phrase made = {.node = node, .n = (uint32_t)n, .next = first == LO_PHRASE_NONE ? 0 : first + 1};
        made.words = lo_arena_array(&lexicon->arena, n, sizeof *made.words);
        made.sets = lo_arena_array(&lexicon->arena, n, sizeof *made.sets);
        lo_str *spelled = exact ? lo_arena_array(&lexicon->arena, n, sizeof *spelled) : NULL;
        if (!made.words || !made.sets || (exact && !spelled))
            return lo_mem_short();
        memcpy(made.words, ids, n * sizeof *ids);
        for (size_t i = 0; i < n && exact; i++) {
            spelled[i] = lo_str_copy(&lexicon->arena, tokens[i]);
            if (!spelled[i].p)
                return lo_mem_short();
        }
        made.exact = spelled;
        lexicon->phrases[lexicon->n_phrases++] = made;
        at = (uint32_t)lexicon->n_phrases;
        lo_phrases_set(&lexicon->trie, node, at - 1);
        lexicon->words[ids[0]].starts_phrase = true;
    }
    set_put(&lexicon->phrases[at - 1].classes, class_id);
    set_put(&lexicon->phrases[at - 1].start, start_id);
    return LO_OK;
}

/* Cuts an entry as a text would be cut; n == 0: nothing, or too many tokens. */
static size_t cut_entry(lo_str entry, lo_str tokens[PHRASE_MAX])
{
    size_t n = 0;
    /* Clitics stand alone in a list. */
    if (lo_str_is(entry, "n't") || (entry.n && entry.p[0] == '\'' && !memchr(entry.p, ' ', entry.n))) {
        tokens[0] = entry;
        return 1;
    }
    for (size_t at = 0; at < entry.n;) {
        if (entry.p[at] == ' ') {
            at++;
            continue;
        }
        lo_cut cut = lo_shape_cut((const unsigned char *)entry.p, at, entry.n);
        if (n + 2 > PHRASE_MAX)
            return 0;
        tokens[n++] = (lo_str){entry.p + at, cut.end - at};
        if (cut.clitic_end > cut.end)
            tokens[n++] = (lo_str){entry.p + cut.end, cut.clitic_end - cut.end};
        at = cut.clitic_end;
    }
    return n;
}

lo_status lo_lexicon_add(lo_lexicon *lexicon, const char *class_name, lo_str tsv)
{
    int class_id, start_id = -1;
    char start_name[NAME_MAX + 16];
    lo_status status = make_class(lexicon, class_name, &class_id);
    unsigned line_number = 0;
    lexicon->frozen = false;
    while (tsv.n && status == LO_OK) {
        const char *newline = memchr(tsv.p, '\n', tsv.n);
        size_t length = newline ? (size_t)(newline - tsv.p) : tsv.n;
        lo_str line = {tsv.p, length};
        tsv.p += length + (newline != NULL);
        tsv.n -= length + (newline != NULL);
        line_number++;
        const char *tab = memchr(line.p, '\t', line.n);
        lo_str entry = lo_str_trim(tab ? (lo_str){line.p, (size_t)(tab - line.p)} : line);
        if (entry.n == 0 || entry.p[0] == '#')
            continue;
        lo_str tokens[PHRASE_MAX];
        size_t n = lo_utf8_valid(entry) ? cut_entry(entry, tokens) : 0;
        if (n == 0) {
            status = lo_status_set(LO_E_DATA, "word list '%s', line %u: an entry is 1 to %d words of UTF-8", class_name,
                                   line_number, PHRASE_MAX - 1);
        } else if (n == 1) {
            status = put_word(lexicon, tokens[0], class_id);
        } else {
            if (start_id < 0) {
                memcpy(start_name, class_name, strlen(class_name));
                memcpy(start_name + strlen(class_name), "_phrase_start", sizeof "_phrase_start");
                status = make_class(lexicon, start_name, &start_id);
            }
            if (status == LO_OK)
                status = put_phrase(lexicon, tokens, n, class_id, start_id);
        }
        if (status == LO_E_DATA && n)
            status = lo_status_prefix(status, "word list '%s', line %u", class_name, line_number);
    }
    return status;
}

lo_status lo_lexicon_add_shipped(lo_lexicon *lexicon)
{
    static const char folder[] = "core/lang/words/", ending[] = ".tsv";
    lo_status status = LO_OK;
    for (size_t i = 0; i < lo_asset_count() && status == LO_OK; i++) {
        const lo_asset *asset = lo_asset_at(i);
        char name[NAME_MAX];
        size_t n = strlen(asset->name);
        if (strncmp(asset->name, folder, sizeof folder - 1) != 0 || n < sizeof folder + sizeof ending - 2 ||
            strcmp(asset->name + n - (sizeof ending - 1), ending) != 0)
            continue;
        n -= sizeof folder - 1 + sizeof ending - 1;
        if (n >= NAME_MAX || strncmp(asset->name + sizeof folder - 1, "abbreviation.", 13) == 0)
            continue; /* abbreviations belong to the cutter; the class is a shape */
        memcpy(name, asset->name + sizeof folder - 1, n);
        name[n] = 0;
        status = lo_lexicon_add(lexicon, name, asset->bytes);
    }
    return status;
}

static unsigned edits(const char *a, const char *b)
{
    unsigned row[NAME_MAX + 1], n = (unsigned)strlen(b);
    for (unsigned j = 0; j <= n; j++)
        row[j] = j;
    for (unsigned i = 1; a[i - 1]; i++) {
        unsigned corner = row[0];
        row[0] = i;
        for (unsigned j = 1; j <= n; j++) {
            unsigned cost = corner + (a[i - 1] != b[j - 1]);
            corner = row[j];
            if (row[j] + 1 < cost)
                cost = row[j] + 1;
            if (row[j - 1] + 1 < cost)
                cost = row[j - 1] + 1;
            row[j] = cost;
        }
    }
    return row[n];
}

lo_status lo_lexicon_use(lo_lexicon *lexicon, const char *class_name)
{
    int id = lo_lexicon_class(lexicon, class_name);
    if (id >= 0) {
        set_put(&lexicon->used, id);
        lexicon->frozen = false;
        return LO_OK;
    }
    char near[256] = "";
    size_t n = 0;
    for (unsigned i = 0; i < lexicon->n_classes; i++) {
        const char *name = lexicon->names[i];
        if (strlen(class_name) < NAME_MAX &&
            (edits(class_name, name) <= 2 || (strlen(class_name) > 2 && strstr(name, class_name))) &&
            n + strlen(name) + 3 < sizeof near) {
            n += (size_t)sprintf(near + n, "%s%s", n ? ", " : "", name);
        }
    }
    return lo_status_set(LO_E_ARG, "there is no word class '%s'%s%s", class_name, n ? "; near: " : "", near);
}

/* Freezing */

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

static struct join *join_slot(struct join *joins, size_t capacity, uint32_t key)
{
    size_t at = key * 0x9e3779b1u >> 7;
    while (joins[at &= capacity - 1].key && joins[at].key != key)
        at++;
    return &joins[at];
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
    for (uint32_t i = 0; i < p->n && status == LO_OK; i++) {
        const word *w = &lexicon->words[p->words[i]];
        uint16_t extra, result;
        status = number_set(lexicon, total[i], 0, &extra);
        p->sets[i] = extra;
        uint32_t shapes = p->exact ? 1u << shape_of(p->exact[i]) : w->shapes;
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
    lexicon->codes_size = lexicon->n_sets * n;
    lexicon->codes = lo_mem_zalloc(lexicon->codes_size);
    if (!lexicon->codes)
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

/* Look-up */

uint32_t lo_lexicon_lookup(const lo_lexicon *lexicon, lo_str token, uint16_t *out_set)
{
    char folded[LO_FOLD_MAX + 8];
    *out_set = 0;
    size_t n = lo_shape_fold(token, folded);
    uint32_t id = n ? find_word(lexicon, folded, n) : 0;
    if (!id)
        return LO_LEXICON_NO_WORD;
    const word *w = &lexicon->words[id];
    *out_set = w->set;
    for (uint32_t at = w->variant; at; at = lexicon->variants[at - 1].next) {
        if (lo_str_equal(lexicon->variants[at - 1].form, token)) {
            *out_set = lexicon->variants[at - 1].set;
            break;
        }
    }
    return id;
}

bool lo_lexicon_starts_phrase(const lo_lexicon *lexicon, uint32_t id)
{
    return lexicon->words[id].starts_phrase;
}

uint32_t lo_lexicon_phrase(const lo_lexicon *lexicon, const lo_lexicon_run *run, uint32_t at)
{
    uint32_t node = 0;
    const phrase *best = NULL;
    for (uint32_t i = at; i < run->n; i++) {
        if (run->words[i] == LO_LEXICON_NO_WORD)
            break;
        node = lo_phrases_step(&lexicon->trie, node, run->words[i]);
        if (node == LO_PHRASE_NONE)
            break;
        uint32_t value = lo_phrases_value(&lexicon->trie, node);
        for (uint32_t k = value == LO_PHRASE_NONE ? 0 : value + 1; k; k = lexicon->phrases[k - 1].next) {
            const phrase *p = &lexicon->phrases[k - 1];
            bool same = true;
            for (uint32_t j = 0; j < p->n && p->exact && same; j++)
                same = lo_str_equal(p->exact[j],
                                    (lo_str){run->text + run->tokens[at + j].start, run->tokens[at + j].length});
            if (same && (!best || p->n > best->n || p->exact))
                best = p;
        }
    }
    if (!best)
        return 0;
    for (uint32_t j = 0; j < best->n; j++) {
        uint32_t key = ((uint32_t)run->sets[at + j] << 16 | best->sets[j]) + 1;
        if (!lexicon->join_capacity)
            break;
        const struct join *slot = join_slot(lexicon->joins, lexicon->join_capacity, key);
        if (slot->key)
            run->sets[at + j] = slot->set;
    }
    return best->n;
}

lo_lexicon_code_table lo_lexicon_table(const lo_lexicon *lexicon)
{
    return (lo_lexicon_code_table){lexicon->codes, lexicon->group, lexicon->groups};
}

void lo_lexicon_codes(const lo_lexicon *lexicon, int class_id, unsigned char out[32])
{
    memset(out, 0, 32);
    for (unsigned code = 1; code <= lexicon->n_codes; code++)
        if (lo_lexicon_code_has(lexicon, (unsigned char)code, class_id))
            out[code / 8] |= (unsigned char)(1 << code % 8);
}

bool lo_lexicon_code_has(const lo_lexicon *lexicon, unsigned char code, int class_id)
{
    return code > 0 && code <= lexicon->n_codes && class_id >= 0 && class_id < LO_LEXICON_CLASSES &&
           set_has(&lexicon->code_sets[code], class_id);
}

bool lo_lexicon_has(const lo_lexicon *lexicon, lo_str token, int class_id)
{
    char folded[LO_FOLD_MAX + 8];
    size_t n = lo_shape_fold(token, folded);
    uint32_t id = n ? find_word(lexicon, folded, n) : 0;
    if (!id || class_id < 0 || class_id >= LO_LEXICON_CLASSES)
        return false;
    const word *w = &lexicon->words[id];
    if (set_has(&w->any, class_id))
        return true;
    for (uint32_t at = w->variant; at; at = lexicon->variants[at - 1].next)
        if (lo_str_equal(lexicon->variants[at - 1].form, token) && set_has(&lexicon->variants[at - 1].exact, class_id))
            return true;
    return false;
}
