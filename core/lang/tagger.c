// SPDX-License-Identifier: MIT
#include "lang/tagger.h"

#include "base/asset.h"
#include "base/mem.h"

#include <string.h>

enum { PAD = 3, UNKNOWN = 5, SHORT = 4 };

static lo_status check(const lo_tagger *t, size_t n_dictionary, size_t n_starts, size_t n_set_labels)
{
    bool good = n_dictionary && !(n_dictionary & (n_dictionary - 1)) && n_dictionary <= (1u << 24) &&
                t->n_labels <= LO_TAGGER_LABELS && n_starts > LO_TAGGER_KINDS && n_starts <= LO_TAGGER_SETS + 1 &&
                t->set_starts[n_starts - 1] <= n_set_labels;
    for (size_t i = 0; good && i + 1 < n_starts; i++)
        good = t->set_starts[i] < t->set_starts[i + 1];
    for (size_t i = 0; good && i < n_set_labels; i++)
        good = t->set_labels[i] < t->n_labels;
    for (size_t i = 0; good && i < t->n_labels; i++)
        good = t->labels[i].upos < LO_UPOS_COUNT && t->labels[i].xpos < LO_XPOS_COUNT;
    bool gap = false;
    for (size_t i = 0; good && i < n_dictionary; i++) {
        good = t->dictionary[i].set < n_starts - 1;
        gap |= t->dictionary[i].key == 0;
    }
    return good && gap ? LO_OK : lo_status_set(LO_E_DATA, "tagger model is damaged (a number lies outside its range)");
}

lo_status lo_tagger_open(lo_str bytes, const lo_cluster *clusters, lo_tagger **out)
{
    lo_model model;
    static const char *const passes[] = {"weights", "weights_ahead"};
    const void *weights[2], *labels, *dictionary, *starts, *set_labels, *made_with;
    size_t n_weights[2], n_labels, n_dictionary, n_starts, n_set_labels, n;
    lo_tagger *made = NULL;
    *out = NULL;
    lo_status status = lo_model_open(bytes, "tagger", LO_TAGGER_VERSION, &model);
    for (int pass = 0; pass < LO_TAGGER_PASSES && !status; pass++) {
        status = lo_model_array(&model, passes[pass], 1, 128, &weights[pass], &n_weights[pass]);
        if (!status && (n_weights[pass] & (n_weights[pass] - 1) || n_weights[pass] > 1u << 28))
            status = lo_status_set(LO_E_DATA, "tagger model is damaged (its weights have a wrong number)");
    }
    if (!status)
        status = lo_model_array(&model, "labels", sizeof(lo_tag), 1, &labels, &n_labels);
    if (!status)
        status = lo_model_array(&model, "dictionary", sizeof(lo_tagger_entry), 1, &dictionary, &n_dictionary);
    if (!status)
        status = lo_model_array(&model, "set_starts", 4, LO_TAGGER_KINDS + 1, &starts, &n_starts);
    if (!status)
        status = lo_model_array(&model, "set_labels", 1, 1, &set_labels, &n_set_labels);
    if (!status)
        status = lo_model_array(&model, "clusters", 8, 1, &made_with, &n);
    if (status)
        return status;
    if (*(const uint64_t *)made_with != lo_cluster_checksum(clusters))
        return lo_status_set(LO_E_DATA, "tagger model was made with other word clusters; train it anew");
    made = lo_mem_alloc(sizeof *made);
    if (!made)
        return lo_mem_short();
    *made = (lo_tagger){
        .clusters = clusters,
        .weights = {weights[0], weights[1]},
        .weight_mask = {(uint32_t)(n_weights[0] - 1), (uint32_t)(n_weights[1] - 1)},
        .labels = labels,
        .n_labels = (uint32_t)n_labels,
        .dictionary = dictionary,
        .dictionary_mask = (uint32_t)(n_dictionary - 1),
        .set_starts = starts,
        .set_labels = set_labels,
        .n_sets = (uint32_t)(n_starts - 1),
    };
    status = check(made, n_dictionary, n_starts, n_set_labels);
    if (status) {
        lo_mem_free(made);
        return status;
    }
    *out = made;
    return LO_OK;
}

lo_status lo_tagger_shipped(const lo_tagger **out)
{
    static lo_tagger *shipped;
    lo_status status = LO_OK;
    if (!shipped) {
        const lo_cluster *clusters;
        const lo_asset *asset = lo_asset_find("core/lang/models/tagger.model");
        status = lo_cluster_shipped(&clusters);
        if (!status)
            status = asset ? lo_tagger_open(asset->bytes, clusters, &shipped)
                           : lo_status_set(LO_E_DATA, "this program was built without a tagger model");
    }
    *out = shipped;
    return status;
}

void lo_tagger_close(lo_tagger *tagger)
{
    lo_mem_free(tagger);
}

uint32_t lo_tagger_kind(const lo_word *word)
{
    return (word->flags & LO_WORD_UPPER ? 1u : 0) | (word->flags & LO_WORD_LETTER ? 2u : 0) |
           (word->flags & LO_WORD_DIGIT ? 4u : 0);
}

static bool look_up(const lo_tagger *tagger, uint32_t key, uint32_t *set)
{
    for (uint32_t at = key & tagger->dictionary_mask; tagger->dictionary[at].key;
         at = (at + 1) & tagger->dictionary_mask)
        if (tagger->dictionary[at].key == key) {
            *set = tagger->dictionary[at].set;
            return true;
        }
    return false;
}

void lo_tagger_forget(lo_word *word, uint32_t *set)
{
    word->form = word->lower = UNKNOWN;
    *set = lo_tagger_kind(word);
}

lo_status lo_tagger_context_make(const lo_tagger *tagger, const lo_str *words, uint32_t n, lo_arena *arena,
                                 lo_tagger_context *out)
{
    size_t all = (size_t)n + 2 * PAD;
    out->n = n;
    out->words = lo_arena_alloc(arena, all * sizeof *out->words);
    out->sets = lo_arena_alloc(arena, all * sizeof *out->sets);
    out->clusters = lo_arena_alloc(arena, all * sizeof *out->clusters);
    out->classes = lo_arena_alloc(arena, all * sizeof *out->classes);
    out->masks = lo_arena_array(arena, all, sizeof *out->masks);
    out->labels = lo_arena_alloc(arena, all);
    out->ahead = lo_arena_alloc(arena, all);
    if (!out->words || !out->sets || !out->clusters || !out->labels || !out->ahead)
        return lo_mem_short();
    for (uint32_t k = 0; k < PAD; k++) {
        uint32_t ends[2] = {k, n + PAD + k};
        for (int side = 0; side < 2; side++) {
            uint32_t at = ends[side];
            memset(&out->words[at], 0, sizeof out->words[at]);
            out->words[at].lower = out->words[at].form = 11 + (uint32_t)side;
            out->sets[at] = LO_TAGGER_SETS + (uint32_t)side;
            out->clusters[at] = 1u << (LO_CLUSTER_BITS + 1 + side);
            out->classes[at] = UINT16_MAX + (uint32_t)side;
            out->labels[at] = out->ahead[at] = LO_TAGGER_LABELS;
        }
    }
    out->words += PAD;
    out->sets += PAD;
    out->clusters += PAD;
    out->classes += PAD;
    out->masks += PAD;
    out->labels += PAD;
    out->ahead += PAD;
    uint32_t letters = 0, upper = 0, capitals = 0;
    for (uint32_t i = 0; i < n; i++) {
        lo_word_read(words[i], &out->words[i]);
        lo_cluster_entry known = lo_cluster_find(tagger->clusters, &out->words[i]);
        out->classes[i] = known.classes;
        out->masks[i] = known.wordnet;
        out->clusters[i] = known.path;
        letters += out->words[i].flags & LO_WORD_LETTER ? 1 : 0;
        upper += out->words[i].flags & LO_WORD_UPPER ? 1 : 0;
        capitals += out->words[i].flags & LO_WORD_CAPITALS ? 1 : 0;
        if (!look_up(tagger, out->words[i].form, &out->sets[i])) {
            uint32_t lower = out->words[i].lower, other;
            lo_tagger_forget(&out->words[i], &out->sets[i]);
            if (look_up(tagger, lower, &other))
                out->words[i].lower = lower;
        }
    }
    /* How the sentence uses capitals: headlines, shouting, none at all. */
    out->mood = (upper == 0                ? 0
                 : upper * 3 < letters     ? 1
                 : upper * 3 < letters * 2 ? 2
                                           : 3) +
                (capitals * 2 > letters ? 4 : 0) + (letters < 4 ? 8 : 0);
    return LO_OK;
}

#define FEATURE(t, value) out[n++] = lo_word_mix(t, value)

/* Of the words alone. */
static uint32_t word_features(const lo_tagger_context *context, uint32_t i, uint32_t *out)
{
    const lo_word *w = &context->words[i];
    const uint32_t *s = &context->sets[i], *c = &context->clusters[i], *k = &context->classes[i],
                   *W = &context->masks[i];
    uint32_t n = 0, first = i == 0;
    FEATURE(1, w->form);
    FEATURE(2, w->lower);
    for (uint32_t j = 0; j < LO_WORD_SUFFIXES; j++)
        FEATURE(10 + j, w->suffixes[j]);
    for (uint32_t j = 0; j < LO_WORD_PREFIXES; j++)
        FEATURE(16 + j, w->prefixes[j]);
    FEATURE(20, w->shape);
    FEATURE(21, w->shape * 2 + first);
    FEATURE(22, lo_word_pair(w->suffixes[2], w->flags));
    FEATURE(23, w[-1].lower);
    FEATURE(24, w[1].lower);
    FEATURE(25, w[-2].lower);
    FEATURE(26, w[2].lower);
    FEATURE(27, lo_word_pair(w[-1].lower, w->lower));
    FEATURE(28, lo_word_pair(w->lower, w[1].lower));
    FEATURE(29, lo_word_pair(w[-1].lower, w[1].lower));
    FEATURE(30, w[1].suffixes[2]);
    FEATURE(31, w[-1].suffixes[2]);
    FEATURE(32, w[1].shape);
    FEATURE(33, w[-1].shape);
    FEATURE(34, s[0]);
    FEATURE(35, s[1]);
    FEATURE(36, lo_word_pair(s[0], s[1]));
    FEATURE(37, lo_word_pair(s[1], s[2]));
    FEATURE(38, lo_word_pair(w[1].lower, w[2].lower));
    if (c[0]) {
        FEATURE(40, c[0]);
        FEATURE(41, c[0] >> 3);
        FEATURE(42, c[0] >> 6);
        FEATURE(43, lo_word_pair(c[0] >> 4, w->suffixes[1]));
    }
    FEATURE(44, c[1] >> 2);
    FEATURE(45, c[-1] >> 2);
    FEATURE(46, lo_word_pair(c[0] >> 4, c[1] >> 4));
    FEATURE(47, lo_word_pair(c[-1] >> 4, c[0] >> 4));
    FEATURE(90, k[0]);
    FEATURE(91, k[1]);
    FEATURE(92, k[-1]);
    FEATURE(93, lo_word_pair(k[0], w->shape));
    FEATURE(94, lo_word_pair(k[0], w->suffixes[1]));
    FEATURE(95, lo_word_pair(k[0], k[1]));
    FEATURE(96, lo_word_pair(k[-1], k[0]));
    FEATURE(97, lo_word_pair(lo_word_pair(k[-1], k[0]), k[1]));
    FEATURE(98, lo_word_pair(s[0], k[1]));
    uint32_t capitals = 0;
    for (int at = -2; at <= 2; at++)
        capitals = capitals * 4 + (w[at].flags & LO_WORD_UPPER ? 1u : 0) + (w[at].flags & LO_WORD_CAPITALS ? 2u : 0);
    FEATURE(100, capitals * 2 + first);
    FEATURE(101, lo_word_pair(capitals * 2 + first, k[0]));
    FEATURE(102, lo_word_pair(w->lower, context->mood * 4 + (w->flags & 3)));
    FEATURE(103, lo_word_pair(k[0], context->mood * 4 + (w->flags & 3)));
    FEATURE(104, lo_word_pair(context->mood * 4 + (w->flags & 3), first));
    FEATURE(105, lo_word_pair(context->mood * 4 + (w->flags & 3), w->suffixes[2]));
    FEATURE(106, W[0]);
    FEATURE(107, lo_word_pair(W[0], w->flags));
    FEATURE(108, lo_word_pair(W[0], W[1]));
    FEATURE(109, lo_word_pair(W[0], W[-1]));
    FEATURE(110, lo_word_pair(W[0], w->suffixes[2]));
    FEATURE(111, lo_word_pair(W[0], k[0]));
    return n;
}

/* Of the labels before. */
static uint32_t label_features(const lo_tagger_context *context, uint32_t i, uint32_t *out)
{
    const lo_word *w = &context->words[i];
    const uint32_t *s = &context->sets[i], *c = &context->clusters[i];
    uint32_t t1 = context->labels[(int64_t)i - 1], t2 = context->labels[(int64_t)i - 2], both = t1 << 8 | t2, n = 0;
    FEATURE(50, t1);
    FEATURE(51, both);
    FEATURE(52, lo_word_pair(w->lower, t1));
    FEATURE(53, lo_word_pair(w[1].lower, t1));
    FEATURE(54, lo_word_pair(lo_word_pair(s[0], s[1]), t1));
    FEATURE(55, lo_word_pair(s[0], both));
    FEATURE(56, lo_word_pair(w->suffixes[2], t1));
    FEATURE(57, lo_word_pair(w->lower, both));
    FEATURE(58, t2);
    FEATURE(59, lo_word_pair(s[1], t1));
    FEATURE(60, lo_word_pair(w[-1].lower, both));
    FEATURE(61, lo_word_pair(c[0] >> 2, t1));
    FEATURE(62, lo_word_pair(c[1] >> 2, t1));
    FEATURE(63, lo_word_pair(context->classes[i], t1));
    FEATURE(64, lo_word_pair(context->classes[i + 1], t1));
    FEATURE(65, lo_word_pair(context->classes[i], both));
    FEATURE(66, lo_word_pair(lo_word_pair(context->classes[i], context->classes[i + 1]), t1));
    return n;
}

/* Of the labels ahead, as the first pass gave them. */
static uint32_t ahead_features(const lo_tagger_context *context, uint32_t i, uint32_t *out)
{
    const lo_word *w = &context->words[i];
    const uint32_t *s = &context->sets[i];
    const uint8_t *ahead = &context->ahead[i];
    uint32_t t1 = context->labels[(int64_t)i - 1], n = 0, a1 = ahead[1], a2 = a1 << 8 | ahead[2];
    FEATURE(70, ahead[0]);
    FEATURE(71, a1);
    FEATURE(72, a2);
    FEATURE(73, lo_word_pair(w->lower, a1));
    FEATURE(74, lo_word_pair(w->lower, a2));
    FEATURE(75, t1 << 8 | a1);
    FEATURE(76, t1 << 16 | a2);
    FEATURE(77, lo_word_pair(w->lower, t1 << 8 | a1));
    FEATURE(78, lo_word_pair(s[0], t1 << 8 | a1));
    FEATURE(79, lo_word_pair(s[0], a2));
    FEATURE(80, lo_word_pair(w->suffixes[2], a1));
    FEATURE(81, lo_word_pair(w->lower, ahead[2] << 8 | ahead[3]));
    FEATURE(82, lo_word_pair(w->lower, a2 << 8 | ahead[3]));
    FEATURE(83, lo_word_pair(w[1].lower, ahead[2]));
    return n;
}
#undef FEATURE

uint32_t lo_tagger_features(const lo_tagger_context *context, uint32_t i, int pass, uint32_t out[LO_TAGGER_FEATURES])
{
    uint32_t n = word_features(context, i, out);
    n += label_features(context, i, out + n);
    return pass ? n + ahead_features(context, i, out + n) : n;
}

/* What the first pass leaves for the second: the features of the words, which are the same in both, and the few labels
 * that have a chance. */
typedef struct shortlist {
    uint32_t n_features;
    uint8_t labels[SHORT], n_labels; /* best first */
    uint32_t features[LO_TAGGER_FEATURES];
} shortlist;

static int score(const lo_tagger *t, int pass, const uint32_t *features, uint32_t n, uint32_t label)
{
    const int8_t *weights = t->weights[pass];
    uint32_t mask = t->weight_mask[pass];
    int sum = 0;
    for (uint32_t f = 0; f < n; f++)
        sum += weights[lo_tagger_cell(features[f], label, mask)];
    return sum;
}

static uint8_t choose_first(const lo_tagger *t, const lo_tagger_context *context, uint32_t i, shortlist *list)
{
    uint32_t set = context->sets[i], from = t->set_starts[set], n = t->set_starts[set + 1] - from;
    const uint8_t *labels = t->set_labels + from;
    list->labels[0] = labels[0];
    list->n_labels = 1;
    if (n == 1)
        return labels[0];
    list->n_features = word_features(context, i, list->features);
    uint32_t m = list->n_features + label_features(context, i, list->features + list->n_features);
    int scores[SHORT];
    list->n_labels = 0;
    for (uint32_t k = 0; k < n; k++) {
        int sum = score(t, 0, list->features, m, labels[k]);
        uint32_t at = list->n_labels;
        if (at == SHORT && sum <= scores[at - 1])
            continue;
        list->n_labels += at < SHORT;
        at -= at == SHORT;
        for (; at > 0 && scores[at - 1] < sum; at--) {
            scores[at] = scores[at - 1];
            list->labels[at] = list->labels[at - 1];
        }
        scores[at] = sum;
        list->labels[at] = labels[k];
    }
    return list->labels[0];
}

static uint8_t choose_again(const lo_tagger *t, const lo_tagger_context *context, uint32_t i, shortlist *list)
{
    if (list->n_labels == 1)
        return list->labels[0];
    uint32_t m = list->n_features + label_features(context, i, list->features + list->n_features);
    m += ahead_features(context, i, list->features + m);
    uint8_t best = list->labels[0];
    int best_score = INT32_MIN;
    for (uint32_t k = 0; k < list->n_labels; k++) {
        int sum = score(t, 1, list->features, m, list->labels[k]);
        if (sum > best_score) {
            best_score = sum;
            best = list->labels[k];
        }
    }
    return best;
}

/* "was quickly taken", "got arrested", "is being held": back over adverbs and not past another word. */
static bool passive(const lo_str *words, const lo_tag *tags, uint32_t i)
{
    static const char *const forms[] = {
        "be", "been", "being", "is",  "are",     "was",           "were",           "am",           "'s", "'re",
        "'m", "get",  "gets",  "got", "getting", "\xe2\x80\x99s", "\xe2\x80\x99re", "\xe2\x80\x99m"};
    for (uint32_t back = 0; i > 0 && back < 4; back++) {
        i--;
        if (tags[i].upos == LO_UPOS_AUX || tags[i].upos == LO_UPOS_VERB) {
            for (size_t k = 0; k < sizeof forms / sizeof forms[0]; k++)
                if (words[i].n == strlen(forms[k]) && !strncasecmp(words[i].p, forms[k], words[i].n))
                    return true;
            return false;
        }
        if (tags[i].upos != LO_UPOS_ADV && tags[i].upos != LO_UPOS_PART)
            return false;
    }
    return false;
}

lo_status lo_tag_sentence(const lo_tagger *tagger, const lo_str *words, uint32_t n, lo_arena *scratch, lo_tag *out)
{
    lo_tagger_context context;
    if (!n)
        return LO_OK;
    lo_status status = lo_tagger_context_make(tagger, words, n, scratch, &context);
    if (status)
        return status;
    shortlist *lists = lo_arena_alloc(scratch, n * sizeof *lists);
    if (!lists)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++)
        context.labels[i] = choose_first(tagger, &context, i, &lists[i]);
    memcpy(context.ahead, context.labels, n);
    for (uint32_t i = 0; i < n; i++) {
        context.labels[i] = choose_again(tagger, &context, i, &lists[i]);
        out[i] = tagger->labels[context.labels[i]];
        out[i].features = lo_tag_features(words[i], out[i].upos, out[i].xpos);
        if (out[i].xpos == LO_XPOS_VBN && passive(words, out, i))
            out[i].features |= LO_TAG_PASSIVE;
    }
    return LO_OK;
}
