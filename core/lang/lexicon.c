// SPDX-License-Identifier: MIT
/* Words are found by a hash of their folded bytes.  A word's classes are a set; after freeze every set that can occur
 * (of a word, of a word inside a phrase) has a number, restricted to the classes that rules name, and a table leads
 * from set, shape and place to the code. */
#include "lang/lexicon.h"

#include "base/asset.h"
#include "base/mem.h"
#include "base/utf8.h"
#include "lang/lexicon_table.h"
#include "lang/segment.h"

#include <stdio.h>
#include <string.h>

/* Words */

/* Hash of the first 16 folded bytes and the length. */
static inline uint64_t hash_of(const uint64_t head[2], size_t n)
{
    uint64_t h = (head[0] ^ n * 0x9e3779b97f4a7c15u) * 0xff51afd7ed558ccdu;
    h ^= h >> 32;
    h = (h ^ head[1]) * 0xc4ceb9fe1a85ec53u;
    return h ^ h >> 29;
}

static inline uint16_t tag_of(uint64_t hash)
{
    return (uint16_t)(hash >> 48) | 1;
}

static inline void head_of(const char *folded, size_t n, uint64_t head[2])
{
    head[0] = head[1] = 0;
    memcpy(head, folded, n < 16 ? n : 16);
}

/* folded: what is behind the head (n > 16) is compared there; with lower set its letters may be capitals. */
static inline uint32_t find(const lo_lexicon *lexicon, const uint64_t head[2], const char *folded, size_t n, char lower)
{
    uint64_t hash = hash_of(head, n);
    size_t mask = lexicon->slot_capacity - 1;
    uint16_t tag = tag_of(hash);
    for (size_t at = hash & mask; lexicon->tags[at]; at = (at + 1) & mask) {
        if (lexicon->tags[at] != tag)
            continue;
        const word *w = &lexicon->words[lexicon->slots[at]];
        if (w->head[0] != head[0] || w->head[1] != head[1] || w->length != n)
            continue;
        size_t i = 16;
        while (i < n && (folded[i] | lower) == w->form[i])
            i++;
        if (i >= n)
            return lexicon->slots[at];
    }
    return 0;
}

uint32_t lo_lexicon_find(const lo_lexicon *lexicon, const char *folded, size_t n)
{
    uint64_t head[2];
    if (!lexicon->slot_capacity)
        return 0;
    head_of(folded, n, head);
    return find(lexicon, head, folded, n, 0);
}

static lo_status grow_slots(lo_lexicon *lexicon)
{
    size_t capacity = lexicon->slot_capacity ? lexicon->slot_capacity * 2 : 1024;
    uint16_t *tags = lo_mem_zalloc(capacity * sizeof *tags);
    uint32_t *slots = lo_mem_alloc(capacity * sizeof *slots);
    if (!tags || !slots) {
        lo_mem_free(tags);
        lo_mem_free(slots);
        return lo_mem_short();
    }
    for (size_t i = 1; i < lexicon->n_words; i++) {
        uint64_t hash = hash_of(lexicon->words[i].head, lexicon->words[i].length);
        size_t at = hash & (capacity - 1);
        while (tags[at])
            at = (at + 1) & (capacity - 1);
        tags[at] = tag_of(hash);
        slots[at] = (uint32_t)i;
    }
    lo_mem_free(lexicon->tags);
    lo_mem_free(lexicon->slots);
    lexicon->tags = tags;
    lexicon->slots = slots;
    lexicon->slot_capacity = capacity;
    return LO_OK;
}

lo_shape lo_lexicon_shape_of(lo_str form)
{
    return form.n ? lo_shape_cut((const unsigned char *)form.p, 0, form.n).shape : LO_SHAPE_OTHER;
}

/* The shapes a form that matches in any case can have. */
static uint32_t shapes_of(const char *folded, size_t n)
{
    char form[LO_FOLD_MAX];
    uint32_t shapes = 1u << lo_lexicon_shape_of((lo_str){folded, n});
    memcpy(form, folded, n);
    for (size_t i = 0; i < n; i++) {
        if (form[i] >= 'a' && form[i] <= 'z')
            form[i] = (char)(form[i] - 'a' + 'A');
        if (i == 0)
            shapes |= 1u << lo_lexicon_shape_of((lo_str){form, n});
    }
    shapes |= 1u << lo_lexicon_shape_of((lo_str){form, n});
    return shapes | 1u << LO_SHAPE_OTHER | 1u << LO_SHAPE_CAPITALISED;
}

static lo_status make_word(lo_lexicon *lexicon, lo_str token, uint32_t *out)
{
    char folded[LO_FOLD_MAX + 8];
    size_t n = lo_shape_fold(token, folded);
    if (n == 0)
        return lo_status_set(LO_E_DATA, "a word longer than %d bytes", LO_FOLD_MAX);
    *out = lo_lexicon_find(lexicon, folded, n);
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
    word *w = &lexicon->words[*out];
    *w = (word){.form = form, .length = (uint8_t)n, .shapes = shapes_of(form, n)};
    head_of(form, n, w->head);
    if (clitic)
        w->shapes |= 1u << LO_SHAPE_CLITIC;
    uint64_t hash = hash_of(w->head, n);
    size_t at = hash & (lexicon->slot_capacity - 1);
    while (lexicon->tags[at])
        at = (at + 1) & (lexicon->slot_capacity - 1);
    lexicon->tags[at] = tag_of(hash);
    lexicon->slots[at] = *out;
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
    uint32_t id = 0;
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
            (variant){.form = form, .next = lexicon->words[id].variant, .shape = lo_lexicon_shape_of(form)};
        at = lexicon->words[id].variant = (uint32_t)lexicon->n_variants;
    }
    set_put(&lexicon->variants[at - 1].exact, class_id);
    return LO_OK;
}

/* Classes */

/* The slot of a name, or the free one where it belongs.  Asked for every token by some plugins: no linear search. */
static unsigned name_slot(const lo_lexicon *lexicon, const char *name)
{
    uint32_t h = 2166136261u;
    for (const char *p = name; *p; p++)
        h = (h ^ (unsigned char)*p) * 16777619u;
    unsigned at = (h ^ h >> 15) % (2 * LO_LEXICON_CLASSES);
    while (lexicon->name_slots[at] && strcmp(lexicon->names[lexicon->name_slots[at] - 1], name) != 0)
        at = (at + 1) % (2 * LO_LEXICON_CLASSES);
    return at;
}

int lo_lexicon_class(const lo_lexicon *lexicon, const char *class_name)
{
    return (int)lexicon->name_slots[name_slot(lexicon, class_name)] - 1;
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
    lexicon->name_slots[name_slot(lexicon, name)] = (uint16_t)(*out + 1);
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
    lo_mem_free(lexicon->tags);
    lo_mem_free(lexicon->slots);
    lo_mem_free(lexicon->phrases);
    lo_mem_free(lexicon->sets);
    lo_mem_free(lexicon->set_shapes);
    lo_mem_free(lexicon->joins);
    lo_mem_free(lexicon->codes);
    lo_mem_free(lexicon->inner);
    lo_mem_free(lexicon);
}

/* Lists */

static lo_status put_phrase(lo_lexicon *lexicon, const lo_str *tokens, size_t n, int class_id, int start_id)
{
    uint32_t ids[PHRASE_MAX] = {0}, node = 0;
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
                snprintf(start_name, sizeof start_name, "%s_phrase_start", class_name);
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

/* Look-up */

static inline uint32_t number_of(const lo_lexicon *lexicon, uint32_t id, lo_str token, uint16_t *out_set)
{
    const word *w = &lexicon->words[id];
    *out_set = w->set;
    for (uint32_t at = w->variant; at; at = lexicon->variants[at - 1].next) {
        if (lo_str_equal(lexicon->variants[at - 1].form, token)) {
            *out_set = lexicon->variants[at - 1].set;
            break;
        }
    }
    return w->starts_phrase ? id | LO_LEXICON_STARTS_PHRASE : id;
}

uint32_t lo_lexicon_lookup(const lo_lexicon *lexicon, lo_str token, uint16_t *out_set)
{
    char folded[LO_FOLD_MAX + 8];
    *out_set = 0;
    size_t n = lo_shape_fold(token, folded);
    uint32_t id = n ? lo_lexicon_find(lexicon, folded, n) : 0;
    return id ? number_of(lexicon, id, token, out_set) : LO_LEXICON_NO_WORD;
}

#define LOWER 0x2020202020202020u /* makes letters small */

uint32_t lo_lexicon_lookup_letters(const lo_lexicon *lexicon, lo_str token, uint16_t *out_set)
{
    uint64_t head[2];
    *out_set = 0;
    if (token.n == 0 || token.n > LO_FOLD_MAX || !lexicon->slot_capacity)
        return LO_LEXICON_NO_WORD;
    memcpy(head, token.p, sizeof head);
    if (token.n <= 8) {
        head[0] = (head[0] | LOWER) & UINT64_MAX >> (64 - 8 * token.n);
        head[1] = 0;
    } else {
        head[0] |= LOWER;
        head[1] = (head[1] | LOWER) & (token.n >= 16 ? UINT64_MAX : UINT64_MAX >> (128 - 8 * token.n));
    }
    uint32_t id = find(lexicon, head, token.p, token.n, 0x20);
    return id ? number_of(lexicon, id, token, out_set) : LO_LEXICON_NO_WORD;
}

uint32_t lo_lexicon_phrase(const lo_lexicon *lexicon, const lo_lexicon_run *run, uint32_t at)
{
    uint32_t node = 0;
    const phrase *best = NULL;
    for (uint32_t i = at; i < run->n; i++) {
        if (run->words[i] == LO_LEXICON_NO_WORD)
            break;
        node = lo_phrases_step(&lexicon->trie, node, run->words[i] & ~LO_LEXICON_STARTS_PHRASE);
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
    return (lo_lexicon_code_table){lexicon->codes, lexicon->inner, lexicon->group, lexicon->groups};
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
    uint32_t id = n ? lo_lexicon_find(lexicon, folded, n) : 0;
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
