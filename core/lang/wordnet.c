// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/cluster_table.h"

#include <string.h>

enum { SLOTS = 1 << 18, LONGEST = 60 };

/* Hashes of single words and their parts of speech. */
struct lo_wordnet {
    size_t n;
    uint32_t hashes[SLOTS];
    uint16_t bits[SLOTS];
    uint32_t listed[SLOTS / 2]; /* dense copies of the above for lo_wordnet_words */
    uint16_t listed_bits[SLOTS / 2];
};

static uint32_t hash(const char *p, size_t n)
{
    lo_word word;
    lo_word_read((lo_str){p, n}, &word);
    return word.lower ? word.lower : 1;
}

static size_t place(const lo_wordnet *wordnet, uint32_t key)
{
    size_t at = (key * 0x9e3779b9u) >> 14;
    while (wordnet->hashes[at] && wordnet->hashes[at] != key)
        at = (at + 1) % SLOTS;
    return at;
}

static lo_status enter(lo_wordnet *wordnet, lo_str word, uint16_t bit)
{
    uint32_t key = hash(word.p, word.n);
    size_t at = place(wordnet, key);
    if (!wordnet->hashes[at] && ++wordnet->n >= SLOTS / 2)
        return lo_status_set(LO_E_LIMIT, "this WordNet has more than %d single words", SLOTS / 2);
    wordnet->hashes[at] = key;
    wordnet->bits[at] |= bit;
    return LO_OK;
}

static lo_status read_file(lo_wordnet *wordnet, lo_str text, uint16_t bit)
{
    lo_status status = LO_OK;
    while (text.n && !status) {
        const char *end = memchr(text.p, '\n', text.n);
        lo_str line = {text.p, end ? (size_t)(end - text.p) : text.n};
        text.p += line.n + (end != NULL);
        text.n -= line.n + (end != NULL);
        const char *blank = line.n ? memchr(line.p, ' ', line.n) : NULL;
        lo_str word = {line.p, blank ? (size_t)(blank - line.p) : line.n};
        if (word.n && !memchr(word.p, '_', word.n)) /* index files open with a licence, indented */
            status = enter(wordnet, word, bit);
    }
    return status;
}

lo_status lo_wordnet_read(const lo_str index[4], const lo_str exceptions[4], lo_wordnet **out)
{
    lo_wordnet *made = lo_mem_zalloc(sizeof *made);
    lo_status status = made ? LO_OK : lo_mem_short();
    for (int k = 0; k < 4 && !status; k++) {
        status = read_file(made, index[k], (uint16_t)(1 << k));
        if (!status && k < 3)
            status = read_file(made, exceptions[k], (uint16_t)(LO_CLUSTER_NOUN_FORM << k));
    }
    if (status) {
        lo_mem_free(made);
        return status;
    }
    size_t n = 0;
    for (size_t i = 0; i < SLOTS; i++)
        if (made->hashes[i]) {
            made->listed[n] = made->hashes[i];
            made->listed_bits[n++] = made->bits[i];
        }
    *out = made;
    return LO_OK;
}

void lo_wordnet_free(lo_wordnet *wordnet)
{
    lo_mem_free(wordnet);
}

size_t lo_wordnet_words(const lo_wordnet *wordnet, const uint32_t **hashes, const uint16_t **bits)
{
    *hashes = wordnet->listed;
    *bits = wordnet->listed_bits;
    return wordnet->n;
}

/* The word with its last cut bytes replaced. */
static bool has(const lo_wordnet *wordnet, lo_str word, size_t cut, const char *ending, unsigned bits)
{
    char base[LONGEST + 4];
    if (word.n < cut + 1)
        return false;
    size_t n = word.n - cut;
    memcpy(base, word.p, n);
    memcpy(base + n, ending, strlen(ending));
    size_t at = place(wordnet, hash(base, n + strlen(ending)));
    return wordnet->bits[at] & bits;
}

static bool ends(lo_str word, const char *ending)
{
    size_t n = strlen(ending);
    return word.n > n && !memcmp(word.p + word.n - n, ending, n);
}

/* "stopped": the letter before the ending is doubled. */
static bool doubled(lo_str word, size_t ending)
{
    return word.n > ending + 2 && word.p[word.n - ending - 1] == word.p[word.n - ending - 2];
}

uint16_t lo_wordnet_find(const lo_wordnet *wordnet, lo_str word)
{
    if (!word.n || word.n > LONGEST)
        return 0;
    unsigned bits = wordnet->bits[place(wordnet, hash(word.p, word.n))], verb = LO_CLUSTER_VERB;
    if (ends(word, "s"))
        for (unsigned part = LO_CLUSTER_NOUN; part <= LO_CLUSTER_VERB; part *= 2)
            if (has(wordnet, word, 1, "", part) || (ends(word, "es") && has(wordnet, word, 2, "", part)) ||
                (ends(word, "ies") && has(wordnet, word, 3, "y", part)))
                bits |= part == LO_CLUSTER_NOUN ? LO_CLUSTER_NOUN_FORM : LO_CLUSTER_VERB_S;
    if (ends(word, "ed") && (has(wordnet, word, 1, "", verb) || has(wordnet, word, 2, "", verb) ||
                             (doubled(word, 2) && has(wordnet, word, 3, "", verb)) ||
                             (ends(word, "ied") && has(wordnet, word, 3, "y", verb))))
        bits |= LO_CLUSTER_VERB_FORM;
    if (ends(word, "ing") && (has(wordnet, word, 3, "", verb) || has(wordnet, word, 3, "e", verb) ||
                              (doubled(word, 3) && has(wordnet, word, 4, "", verb))))
        bits |= LO_CLUSTER_VERB_FORM;
    size_t degree = ends(word, "er") ? 2 : ends(word, "est") ? 3 : 0;
    if (degree && (has(wordnet, word, degree, "", LO_CLUSTER_ADJECTIVE) ||
                   has(wordnet, word, degree, "e", LO_CLUSTER_ADJECTIVE) ||
                   (word.n > degree + 1 && word.p[word.n - degree - 1] == 'i' &&
                    has(wordnet, word, degree + 1, "y", LO_CLUSTER_ADJECTIVE)) ||
                   (doubled(word, degree) && has(wordnet, word, degree + 1, "", LO_CLUSTER_ADJECTIVE))))
        bits |= LO_CLUSTER_ADJECTIVE_FORM;
    return (uint16_t)bits;
}
