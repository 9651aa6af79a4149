// SPDX-License-Identifier: MIT
#include "base/asset.h"
#include "lang/tagger.h"

#include <string.h>

enum { LONGEST = 60 };

/* A line of models/lemmas.tsv, "form TAB part TAB lemma", by binary search over the lines. */
static lo_str exception(lo_str table, lo_str form, char part)
{
    size_t low = 0, high = table.n;
    while (low < high) {
        size_t at = low + (high - low) / 2;
        while (at > low && table.p[at - 1] != '\n')
            at--;
        const char *end = memchr(table.p + at, '\n', table.n - at);
        lo_str line = {table.p + at, end ? (size_t)(end - table.p) - at : table.n - at};
        const char *tab = line.n && line.p[0] != '#' ? memchr(line.p, '\t', line.n) : NULL;
        int order = -1;
        if (tab && line.n - (size_t)(tab - line.p) > 3) {
            order = lo_str_compare((lo_str){line.p, (size_t)(tab - line.p)}, form);
            if (!order)
                order = (tab[1] > part) - (tab[1] < part);
            if (!order)
                return (lo_str){tab + 3, line.n - (size_t)(tab + 3 - line.p)};
        }
        if (order < 0)
            low = at + line.n + 1;
        else
            high = at;
    }
    return LO_STR_NONE;
}

static char part_of(lo_tag tag)
{
    switch (tag.upos) {
    case LO_UPOS_NOUN: return 'n';
    case LO_UPOS_VERB: return 'v';
    case LO_UPOS_ADJ: return 'a';
    case LO_UPOS_ADV: return 'r';
    case LO_UPOS_AUX: return 'x';
    case LO_UPOS_PRON: return 'p';
    case LO_UPOS_DET: return 'd';
    case LO_UPOS_PART: return 't';
    default: return 0;
    }
}

typedef struct base {
    char text[LONGEST + 4];
    size_t n;
} base;

static base cut(lo_str word, size_t n, const char *ending)
{
    base made = {.n = word.n - n + strlen(ending)};
    memcpy(made.text, word.p, word.n - n);
    memcpy(made.text + word.n - n, ending, strlen(ending));
    return made;
}

static bool ends(lo_str word, const char *ending)
{
    size_t n = strlen(ending);
    return word.n > n + 1 && !memcmp(word.p + word.n - n, ending, n);
}

static bool vowel(char c)
{
    return c && strchr("aeiouy", c);
}

static bool known(const lo_tagger *tagger, const base *candidate, unsigned bits)
{
    lo_word word;
    lo_word_read((lo_str){candidate->text, candidate->n}, &word);
    return lo_cluster_find(tagger->clusters, &word).wordnet & bits;
}

/* The stem before -ed, -ing, -er, -est: stopp, hop(e), tri(y), walk. */
static base stem(const lo_tagger *tagger, lo_str word, size_t ending, unsigned bits)
{
    lo_str rest = {word.p, word.n - ending};
    char last = rest.p[rest.n - 1], before = rest.n > 1 ? rest.p[rest.n - 2] : 0;
    bool twice = last == before && !vowel(last) && rest.n > 2;
    bool with_y = last == 'i';
    base plain = cut(word, ending, ""), silent = cut(word, ending, "e"), single = cut(word, ending + 1, "");
    if (with_y)
        return cut(word, ending + 1, "y");
    if (twice && known(tagger, &single, bits) && !known(tagger, &plain, bits))
        return single;
    if (twice)
        return known(tagger, &plain, bits) || strchr("lsz", last) ? plain : single;
    bool e = known(tagger, &silent, bits), bare = known(tagger, &plain, bits);
    if (e != bare)
        return e ? silent : plain;
    /* Both or neither stand in WordNet: a single vowel before a single consonant of a short word had an e. */
    bool short_word =
        rest.n > 2 && !vowel(last) && vowel(before) && !vowel(rest.p[rest.n - 3]) && last != 'w' && last != 'x';
    return short_word || strchr("cvzu", last) || ends(rest, "at") || ends(rest, "iz") || ends(rest, "dg") ? silent
                                                                                                          : plain;
}

static base strip_s(const lo_tagger *tagger, lo_str word, unsigned bits)
{
    base one = cut(word, 1, ""), two = cut(word, 2, "");
    if (ends(word, "ies") && word.n > 4)
        return cut(word, 3, "y");
    if (ends(word, "es") && !known(tagger, &one, bits) &&
        (known(tagger, &two, bits) || ends(word, "sses") || ends(word, "shes") || ends(word, "ches") ||
         ends(word, "xes")))
        return two;
    return ends(word, "ss") || ends(word, "us") ? cut(word, 0, "") : one;
}

static base inflected(const lo_tagger *tagger, lo_str word, lo_tag tag)
{
    switch (tag.xpos) {
    case LO_XPOS_NNS:
    case LO_XPOS_NNPS: return ends(word, "s") ? strip_s(tagger, word, LO_CLUSTER_NOUN) : cut(word, 0, "");
    case LO_XPOS_VBZ: return ends(word, "s") ? strip_s(tagger, word, LO_CLUSTER_VERB) : cut(word, 0, "");
    case LO_XPOS_VBD:
    case LO_XPOS_VBN: return ends(word, "ed") ? stem(tagger, word, 2, LO_CLUSTER_VERB) : cut(word, 0, "");
    case LO_XPOS_VBG:
        return ends(word, "ing") && word.n > 4 ? stem(tagger, word, 3, LO_CLUSTER_VERB) : cut(word, 0, "");
    case LO_XPOS_JJR:
    case LO_XPOS_RBR: return ends(word, "er") ? stem(tagger, word, 2, LO_CLUSTER_ADJECTIVE) : cut(word, 0, "");
    case LO_XPOS_JJS:
    case LO_XPOS_RBS: return ends(word, "est") ? stem(tagger, word, 3, LO_CLUSTER_ADJECTIVE) : cut(word, 0, "");
    default: return cut(word, 0, "");
    }
}

lo_str lo_tag_lemma(const lo_tagger *tagger, lo_str word, lo_tag tag, lo_arena *arena)
{
    static lo_str table;
    if (!table.p) {
        const lo_asset *asset = lo_asset_find("core/lang/models/lemmas.tsv");
        table = asset ? asset->bytes : LO_STR("");
    }
    bool name = tag.upos == LO_UPOS_PROPN && tag.xpos != LO_XPOS_NNPS;
    if (name || tag.upos == LO_UPOS_PUNCT || tag.upos == LO_UPOS_SYM || tag.upos == LO_UPOS_X || word.n > LONGEST)
        return lo_str_copy(arena, word);
    char lower[LONGEST];
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (word.n - i >= 3 && !memcmp(word.p + i, "\xe2\x80\x99", 3)) { /* ’ */
            c = '\'';
            i += 2;
        }
        lower[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    lo_str form = {lower, n};
    char part = part_of(tag);
    lo_str found = part ? exception(table, form, part) : LO_STR_NONE;
    if (found.p)
        return lo_str_copy(arena, found);
    base made = inflected(tagger, form, tag);
    if (tag.upos == LO_UPOS_PROPN && made.n && word.p[0] >= 'A' && word.p[0] <= 'Z')
        made.text[0] = word.p[0];
    return lo_str_copy(arena, (lo_str){made.text, made.n});
}
