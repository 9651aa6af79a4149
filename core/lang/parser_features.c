// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/parser.h"

#include <string.h>

lo_status lo_parser_prepare(const lo_cluster *clusters, const lo_str *words, const lo_tag *tags, uint32_t n,
                            lo_arena *arena, lo_parser_sentence *out)
{
    lo_parser_word *made = lo_arena_alloc(arena, (n + (size_t)3) * sizeof *made);
    uint32_t *commas = lo_arena_alloc(arena, (n + (size_t)3) * sizeof *commas), seen = 0;
    if (!made || !commas)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++) {
        lo_word word;
        lo_word_read(words[i], &word);
        lo_cluster_entry known = lo_cluster_find(clusters, &word);
        uint32_t upos = tags[i].upos < LO_UPOS_COUNT ? tags[i].upos : 0;
        uint32_t xpos = tags[i].xpos < LO_XPOS_COUNT ? tags[i].xpos : 0;
        made[i] = (lo_parser_word){
            word.lower, xpos * LO_UPOS_COUNT + upos + 1, upos, xpos, known.path, known.path >> 6, word.suffixes[2]};
        commas[i] = seen;
        seen += xpos == LO_XPOS_COMMA;
    }
    for (uint32_t i = n; i < n + 3; i++) {
        made[i] = (lo_parser_word){3, 3000, 0, 0, 0, 0, 0};
        commas[i] = seen;
    }
    *out = (lo_parser_sentence){made, commas, n};
    return LO_OK;
}

bool lo_parser_may(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action)
{
    uint32_t depth = state->top ? state->top->depth : 0;
    return action == LO_PARSER_SHIFT ? state->next < sentence->n : depth >= 2;
}

static const lo_parser_tree nothing;

typedef struct view {
    const lo_parser_tree *s0, *s1, *s2;
    const lo_parser_word *w0, *w1, *w2, *q0, *q1, *q2;
} view;

static view view_of(const lo_parser_sentence *sentence, const lo_parser_state *state)
{
    view v;
    const lo_parser_word *none = sentence->words + sentence->n;
    v.s0 = state->top ? state->top : &nothing;
    v.s1 = v.s0->below ? v.s0->below : &nothing;
    v.s2 = v.s1->below ? v.s1->below : &nothing;
    v.w0 = v.s0->depth ? sentence->words + v.s0->word : none;
    v.w1 = v.s1->depth ? sentence->words + v.s1->word : none;
    v.w2 = v.s2->depth ? sentence->words + v.s2->word : none;
    v.q0 = sentence->words + state->next;
    v.q1 = v.q0 + (v.q0 < none + 2);
    v.q2 = v.q1 + (v.q1 < none + 2);
    return v;
}

static uint32_t bucket(uint32_t distance)
{
    return distance < 6 ? distance : distance < 9 ? 6 : distance < 14 ? 7 : 8;
}

/* Dependents of a tree; "none" for those it has not. */
static const lo_parser_word *left_of(const lo_parser_sentence *sentence, const lo_parser_tree *tree)
{
    return sentence->words + (tree->n_left ? tree->left : sentence->n);
}

static const lo_parser_word *right_of(const lo_parser_sentence *sentence, const lo_parser_tree *tree)
{
    return sentence->words + (tree->n_right ? tree->right : sentence->n);
}

#define FEATURE(t, value) out[n++] = lo_word_mix(t, value)
#define TWO(a, b)         lo_word_pair(a, b)
#define THREE(a, b, c)    lo_word_pair(lo_word_pair(a, b), c)
#define FOUR(a, b, c, d)  lo_word_pair(lo_word_pair(a, b), lo_word_pair(c, d))

uint32_t lo_parser_move_features(const lo_parser_sentence *sentence, const lo_parser_state *state,
                                 uint32_t out[LO_PARSER_FEATURES])
{
    view v = view_of(sentence, state);
    const lo_parser_word *a = v.w0, *b = v.w1, *c = v.w2, *q = v.q0, *r = v.q1;
    const lo_parser_word *al = left_of(sentence, v.s0), *ar = right_of(sentence, v.s0);
    const lo_parser_word *bl = left_of(sentence, v.s1), *br = right_of(sentence, v.s1);
    uint32_t n = 0, two = a->tag << 12 | b->tag;
    uint32_t far = v.s1->depth ? bucket(v.s0->word - v.s1->word) : 9;
    uint32_t commas = v.s1->depth ? sentence->commas[v.s0->word] - sentence->commas[v.s1->word] : 0;
    uint32_t gap = far * 4 + (commas > 3 ? 3 : commas);
    FEATURE(1, a->word);
    FEATURE(2, a->tag);
    FEATURE(3, TWO(a->word, a->tag));
    FEATURE(4, b->word);
    FEATURE(5, b->tag);
    FEATURE(6, TWO(b->word, b->tag));
    FEATURE(7, q->word);
    FEATURE(8, q->tag);
    FEATURE(9, TWO(q->word, q->tag));
    FEATURE(10, TWO(a->word, b->word));
    FEATURE(11, two);
    FEATURE(12, TWO(a->tag, q->tag));
    FEATURE(13, THREE(a->word, a->tag, b->tag));
    FEATURE(14, THREE(a->tag, b->word, b->tag));
    FEATURE(15, THREE(a->word, b->word, b->tag));
    FEATURE(16, THREE(a->word, a->tag, b->word));
    FEATURE(17, TWO(two, q->tag));
    FEATURE(18, THREE(a->tag, q->tag, r->tag));
    FEATURE(19, THREE(a->word, q->tag, r->tag));
    FEATURE(20, THREE(a->word, b->tag, q->tag));
    FEATURE(21, THREE(a->tag, b->word, q->tag));
    FEATURE(22, TWO(two, c->tag));
    FEATURE(23, FOUR(a->tag, b->tag, q->tag, r->tag));
    FEATURE(24, TWO(two, al->tag));
    FEATURE(25, TWO(two, ar->tag));
    FEATURE(26, TWO(two, bl->tag));
    FEATURE(27, TWO(two, br->tag));
    FEATURE(28, THREE(a->word, b->tag, br->tag));
    FEATURE(29, THREE(a->tag, b->word, br->tag));
    FEATURE(30, TWO(two, gap));
    FEATURE(31, TWO(a->word, gap));
    FEATURE(32, TWO(b->word, gap));
    FEATURE(33, THREE(a->word, b->word, far));
    FEATURE(34, TWO(a->tag, v.s0->n_left * 8u + v.s0->n_right));
    FEATURE(35, TWO(b->tag, v.s1->n_left * 8u + v.s1->n_right));
    FEATURE(36, TWO(a->word, v.s0->n_left * 8u + v.s0->n_right));
    FEATURE(37, TWO(b->word, v.s1->n_left * 8u + v.s1->n_right));
    FEATURE(38, TWO(a->tag, v.s0->left_set));
    FEATURE(39, TWO(a->tag, v.s0->right_set));
    FEATURE(40, TWO(b->tag, v.s1->left_set));
    FEATURE(41, TWO(b->tag, v.s1->right_set));
    FEATURE(42, THREE(two, v.s0->left_set, v.s1->right_set));
    FEATURE(43, TWO(two, v.s1->right_set));
    FEATURE(44, TWO(two, v.s0->right_set));
    FEATURE(45, TWO(two, v.s0->left_label * 64u + v.s1->right_label));
    FEATURE(46, TWO(two, v.s0->left_set));
    FEATURE(47, TWO(a->cluster, b->cluster));
    FEATURE(48, TWO(a->coarse, b->coarse));
    FEATURE(49, TWO(a->cluster, b->tag));
    FEATURE(50, TWO(a->tag, b->cluster));
    FEATURE(51, THREE(a->coarse, b->coarse, q->tag));
    FEATURE(52, THREE(a->cluster >> 3, b->tag, gap));
    FEATURE(53, THREE(a->tag, b->cluster >> 3, gap));
    FEATURE(54, TWO(q->word, a->tag));
    FEATURE(55, TWO(q->word, b->tag));
    FEATURE(56, TWO(q->word, two));
    FEATURE(57, TWO(q->word, a->word));
    FEATURE(58, TWO(b->word, q->tag));
    FEATURE(59, TWO(b->word, q->word));
    FEATURE(60, THREE(b->tag, q->tag, r->tag));
    FEATURE(61, TWO(r->word, two));
    FEATURE(62, FOUR(q->tag, r->tag, v.q2->tag, a->tag));
    FEATURE(63, TWO(c->word, two));
    FEATURE(64, FOUR(c->tag, two, q->tag, 0));
    FEATURE(65, THREE(b->word, br->word, a->tag));
    FEATURE(66, THREE(a->word, al->word, b->tag));
    FEATURE(67, THREE(b->tag, br->word, a->word));
    FEATURE(68, FOUR(two, ar->tag, q->tag, v.s0->n_right));
    FEATURE(69, FOUR(two, br->tag, q->tag, v.s1->n_right));
    FEATURE(70, THREE(c->tag, a->word, b->tag));
    FEATURE(71, THREE(b->tag, v.s1->right_set, q->tag));
    FEATURE(72, FOUR(two, commas > 3 ? 3 : commas, q->tag, v.s0->left_set));
    FEATURE(73, TWO(b->word, v.s1->right_set));
    FEATURE(74, TWO(a->word, v.s0->left_set));
    FEATURE(75, FOUR(a->tag, al->word, b->tag, q->tag));
    return n;
}

uint32_t lo_parser_label_features(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action,
                                  uint32_t out[LO_PARSER_FEATURES])
{
    view v = view_of(sentence, state);
    bool left = action == LO_PARSER_LEFT;
    const lo_parser_tree *head = left ? v.s0 : v.s1, *dep = left ? v.s1 : v.s0;
    const lo_parser_word *h = left ? v.w0 : v.w1, *d = left ? v.w1 : v.w0;
    const lo_parser_word *dl = left_of(sentence, dep), *dr = right_of(sentence, dep);
    const lo_parser_word *before = dep->word ? sentence->words + dep->word - 1 : sentence->words + sentence->n;
    const lo_parser_word *after = sentence->words + dep->word + 1;
    uint32_t n = 0, way = 200 + left * 100u, both = h->tag << 12 | d->tag;
    uint32_t far = bucket(left ? head->word - dep->word : dep->word - head->word);
    uint32_t own_set = left ? head->left_set : head->right_set;
    uint32_t dep_sets = TWO(dep->left_set, dep->right_set);
    FEATURE(way, 0);
    FEATURE(way + 1, d->word);
    FEATURE(way + 2, d->tag);
    FEATURE(way + 3, h->word);
    FEATURE(way + 4, h->tag);
    FEATURE(way + 5, both);
    FEATURE(way + 6, TWO(d->word, h->tag));
    FEATURE(way + 7, TWO(d->tag, h->word));
    FEATURE(way + 8, TWO(d->word, h->word));
    FEATURE(way + 9, TWO(both, far));
    FEATURE(way + 10, TWO(both, dl->tag));
    FEATURE(way + 11, TWO(both, dl->word));
    FEATURE(way + 12, THREE(h->word, d->tag, dl->word));
    FEATURE(way + 13, TWO(d->tag, dep_sets));
    FEATURE(way + 14, TWO(both, dep_sets));
    FEATURE(way + 15, THREE(d->word, dl->word, h->tag));
    FEATURE(way + 16, TWO(h->word, own_set));
    FEATURE(way + 17, TWO(both, own_set));
    FEATURE(way + 18, THREE(h->tag, head->left_set, head->right_set));
    FEATURE(way + 19, FOUR(h->word, d->tag, own_set, 0));
    FEATURE(way + 20, TWO(d->cluster, h->tag));
    FEATURE(way + 21, TWO(d->coarse, h->coarse));
    FEATURE(way + 22, TWO(d->cluster >> 3, h->word));
    FEATURE(way + 23, TWO(h->cluster >> 3, d->word));
    FEATURE(way + 24, THREE(d->tag, before->tag, after->tag));
    FEATURE(way + 25, THREE(both, before->tag, after->tag));
    FEATURE(way + 26, TWO(before->word, both));
    FEATURE(way + 27, TWO(after->word, both));
    FEATURE(way + 28, THREE(d->suffix, h->tag, dl->tag));
    FEATURE(way + 29, THREE(d->tag, dr->tag, h->tag));
    FEATURE(way + 30, FOUR(d->tag, dl->word, dep_sets, h->tag));
    FEATURE(way + 31, THREE(h->cluster >> 4, d->cluster >> 4, dl->word));
    return n;
}

uint32_t lo_parser_mask_index(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action)
{
    bool left = action == LO_PARSER_LEFT;
    const lo_parser_tree *first = state->top, *second = first->below;
    const lo_parser_word *head = sentence->words + (left ? first : second)->word;
    const lo_parser_word *dep = sentence->words + (left ? second : first)->word;
    return (left * LO_UPOS_COUNT + head->upos) * LO_XPOS_COUNT + dep->xpos;
}

static uint32_t add_to_set(uint32_t set, unsigned relation)
{
    /* A sum of hashes does not mind the order; a relation counts each time. */
    return set + lo_word_mix(relation, 77);
}

lo_parser_state lo_parser_step(const lo_parser_sentence *sentence, const lo_parser_state *state, unsigned action,
                               unsigned relation, lo_parser_tree *tree)
{
    lo_parser_state made = {tree, state, state->next, (uint8_t)action, (uint8_t)relation, state->score};
    const lo_parser_tree *first = state->top;
    if (action == LO_PARSER_SHIFT) {
        *tree = (lo_parser_tree){.below = first,
                                 .word = state->next,
                                 .left = sentence->n,
                                 .right = sentence->n,
                                 .depth = first ? first->depth + 1 : 1};
        made.next++;
        return made;
    }
    const lo_parser_tree *second = first->below;
    if (action == LO_PARSER_LEFT) {
        *tree = *first;
        tree->left = second->word;
        tree->left_label = (uint8_t)relation;
        tree->n_left += tree->n_left < 7;
        tree->left_set = add_to_set(first->left_set, relation);
    } else {
        *tree = *second;
        tree->right = first->word;
        tree->right_label = (uint8_t)relation;
        tree->n_right += tree->n_right < 7;
        tree->right_set = add_to_set(second->right_set, relation);
    }
    tree->below = second->below;
    tree->depth = first->depth - 1;
    return made;
}
