// SPDX-License-Identifier: MIT
/* Parts of speech, features and lemmas of English words.
 *
 * A tag is what Universal Dependencies write in the columns UPOS and XPOS (Penn Treebank tags as English EWT and GUM
 * use them) and the part of FEATS that rules need.  One sentence at a time, greedy from left to right, by a linear
 * model over hashed features of the words around (Collins 2002, averaged perceptron); the model file says how good it
 * is. */
#ifndef LO_LANG_TAG_H
#define LO_LANG_TAG_H

#include "base/str.h"

/* In the order of their names.  0 never comes out of the tagger: "not tagged". */
typedef enum lo_upos {
    LO_UPOS_NONE,
    LO_UPOS_ADJ,
    LO_UPOS_ADP,
    LO_UPOS_ADV,
    LO_UPOS_AUX,
    LO_UPOS_CCONJ,
    LO_UPOS_DET,
    LO_UPOS_INTJ,
    LO_UPOS_NOUN,
    LO_UPOS_NUM,
    LO_UPOS_PART,
    LO_UPOS_PRON,
    LO_UPOS_PROPN,
    LO_UPOS_PUNCT,
    LO_UPOS_SCONJ,
    LO_UPOS_SYM,
    LO_UPOS_VERB,
    LO_UPOS_X,
    LO_UPOS_COUNT,
} lo_upos;

typedef enum lo_xpos {
    LO_XPOS_NONE,
    LO_XPOS_DOLLAR,
    LO_XPOS_CLOSE_QUOTE,
    LO_XPOS_COMMA,
    LO_XPOS_LRB,
    LO_XPOS_RRB,
    LO_XPOS_PERIOD,
    LO_XPOS_COLON,
    LO_XPOS_ADD,
    LO_XPOS_AFX,
    LO_XPOS_CC,
    LO_XPOS_CD,
    LO_XPOS_DT,
    LO_XPOS_EX,
    LO_XPOS_FW,
    LO_XPOS_GW,
    LO_XPOS_HYPH,
    LO_XPOS_IN,
    LO_XPOS_JJ,
    LO_XPOS_JJR,
    LO_XPOS_JJS,
    LO_XPOS_LS,
    LO_XPOS_MD,
    LO_XPOS_NFP,
    LO_XPOS_NN,
    LO_XPOS_NNP,
    LO_XPOS_NNPS,
    LO_XPOS_NNS,
    LO_XPOS_PDT,
    LO_XPOS_POS,
    LO_XPOS_PRP,
    LO_XPOS_PRP_POSS, /* PRP$ */
    LO_XPOS_RB,
    LO_XPOS_RBR,
    LO_XPOS_RBS,
    LO_XPOS_RP,
    LO_XPOS_SYM,
    LO_XPOS_TO,
    LO_XPOS_UH,
    LO_XPOS_VB,
    LO_XPOS_VBD,
    LO_XPOS_VBG,
    LO_XPOS_VBN,
    LO_XPOS_VBP,
    LO_XPOS_VBZ,
    LO_XPOS_WDT,
    LO_XPOS_WP,
    LO_XPOS_WP_POSS, /* WP$ */
    LO_XPOS_WRB,
    LO_XPOS_OPEN_QUOTE, /* `` */
    LO_XPOS_COUNT,
} lo_xpos;

/* Features, as bits; what is not known is not set. */
enum {
    LO_TAG_SINGULAR = 1 << 0,
    LO_TAG_PLURAL = 1 << 1,
    LO_TAG_FIRST = 1 << 2, /* person: verbs and pronouns */
    LO_TAG_SECOND = 1 << 3,
    LO_TAG_THIRD = 1 << 4,
    LO_TAG_PAST = 1 << 5,
    LO_TAG_PRESENT = 1 << 6,
    LO_TAG_FINITE = 1 << 7,
    LO_TAG_INFINITIVE = 1 << 8, /* the bare form, imperatives too */
    LO_TAG_PARTICIPLE = 1 << 9, /* VBN, VBG */
    LO_TAG_PASSIVE = 1 << 10,   /* a past participle after a form of "be" or "get" */
    LO_TAG_COMPARATIVE = 1 << 11,
    LO_TAG_SUPERLATIVE = 1 << 12,
    LO_TAG_NEGATIVE = 1 << 13, /* not, n't, no, never … */
};

typedef struct lo_tag {
    uint8_t upos, xpos;
    uint16_t features;
} lo_tag;

/* "NOUN", "NNS"; "_" for NONE and what is out of range.  The way back gives NONE for an unknown name. */
const char *lo_upos_name(unsigned upos);
const char *lo_xpos_name(unsigned xpos);
lo_upos lo_upos_of(lo_str name);
lo_xpos lo_xpos_of(lo_str name);

/* Features from XPOS and the word itself; without PASSIVE, which needs the words before. */
uint16_t lo_tag_features(lo_str word, lo_upos upos, lo_xpos xpos);
/* The FEATS column ("Number=Plur", sorted) or "_". */
lo_status lo_tag_print_features(lo_tag tag, lo_buf *out);

struct lo_cluster; /* cluster.h */

/* Read-only once opened; shared by whoever wants to tag. */
typedef struct lo_tagger lo_tagger;

/* model: a tagger model file; clusters: the word clusters it was trained with, or NULL when without; both borrowed
 * until close.  LO_E_DATA: corrupt, foreign, another version, other clusters. */
lo_status lo_tagger_open(lo_str model, const struct lo_cluster *clusters, lo_tagger **out);
void lo_tagger_close(lo_tagger *tagger);
/* The one linked into the program, opened when first asked for and never closed. */
lo_status lo_tagger_shipped(const lo_tagger **out);

/* Tags the n words of one sentence.  scratch: an arena for what is needed meanwhile.  LO_E_MEMORY. */
lo_status lo_tag_sentence(const lo_tagger *tagger, const lo_str *words, uint32_t n, lo_arena *scratch, lo_tag *out);

/* The lemma: lower case but for proper nouns; arena or static or the word itself.  .p is NULL when memory is short. */
lo_str lo_tag_lemma(const lo_tagger *tagger, lo_str word, lo_tag tag, lo_arena *arena);

#endif
