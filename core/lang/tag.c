// SPDX-License-Identifier: MIT
#include "lang/tag.h"

#include <string.h>

static const char *const upos_names[LO_UPOS_COUNT] = {"_",     "ADJ",   "ADP",   "ADV", "AUX",  "CCONJ",
                                                      "DET",   "INTJ",  "NOUN",  "NUM", "PART", "PRON",
                                                      "PROPN", "PUNCT", "SCONJ", "SYM", "VERB", "X"};

static const char *const xpos_names[LO_XPOS_COUNT] = {
    "_",    "$",   "''",  ",",    "-LRB-", "-RRB-", ".",   ":",   "ADD", "AFX", "CC",  "CD", "DT",
    "EX",   "FW",  "GW",  "HYPH", "IN",    "JJ",    "JJR", "JJS", "LS",  "MD",  "NFP", "NN", "NNP",
    "NNPS", "NNS", "PDT", "POS",  "PRP",   "PRP$",  "RB",  "RBR", "RBS", "RP",  "SYM", "TO", "UH",
    "VB",   "VBD", "VBG", "VBN",  "VBP",   "VBZ",   "WDT", "WP",  "WP$", "WRB", "``"};

const char *lo_upos_name(unsigned upos)
{
    return upos < LO_UPOS_COUNT ? upos_names[upos] : "_";
}

const char *lo_xpos_name(unsigned xpos)
{
    return xpos < LO_XPOS_COUNT ? xpos_names[xpos] : "_";
}

lo_upos lo_upos_of(lo_str name)
{
    for (int i = 1; i < LO_UPOS_COUNT; i++)
        if (lo_str_is(name, upos_names[i]))
            return (lo_upos)i;
    return LO_UPOS_NONE;
}

lo_xpos lo_xpos_of(lo_str name)
{
    for (int i = 1; i < LO_XPOS_COUNT; i++)
        if (lo_str_is(name, xpos_names[i]))
            return (lo_xpos)i;
    return LO_XPOS_NONE;
}

/* Words whose features their tag does not tell. */
static const struct {
    const char *word;
    uint16_t features;
} pronouns[] = {
    {"i", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"me", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"my", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"mine", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"myself", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"we", LO_TAG_PLURAL | LO_TAG_FIRST},
    {"us", LO_TAG_PLURAL | LO_TAG_FIRST},
    {"our", LO_TAG_PLURAL | LO_TAG_FIRST},
    {"ours", LO_TAG_PLURAL | LO_TAG_FIRST},
    {"ourselves", LO_TAG_PLURAL | LO_TAG_FIRST},
    {"you", LO_TAG_SECOND},
    {"your", LO_TAG_SECOND},
    {"yours", LO_TAG_SECOND},
    {"yourself", LO_TAG_SINGULAR | LO_TAG_SECOND},
    {"yourselves", LO_TAG_PLURAL | LO_TAG_SECOND},
    {"he", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"him", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"his", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"himself", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"she", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"her", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"hers", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"herself", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"it", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"its", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"itself", LO_TAG_SINGULAR | LO_TAG_THIRD},
    {"they", LO_TAG_PLURAL | LO_TAG_THIRD},
    {"them", LO_TAG_PLURAL | LO_TAG_THIRD},
    {"their", LO_TAG_PLURAL | LO_TAG_THIRD},
    {"theirs", LO_TAG_PLURAL | LO_TAG_THIRD},
    {"themselves", LO_TAG_PLURAL | LO_TAG_THIRD},
    {"this", LO_TAG_SINGULAR},
    {"that", LO_TAG_SINGULAR},
    {"these", LO_TAG_PLURAL},
    {"those", LO_TAG_PLURAL},
    {"am", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"'m", LO_TAG_SINGULAR | LO_TAG_FIRST},
    {"was", LO_TAG_SINGULAR},
    {"not", LO_TAG_NEGATIVE},
    {"n't", LO_TAG_NEGATIVE},
    {"no", LO_TAG_NEGATIVE},
    {"never", LO_TAG_NEGATIVE},
    {"neither", LO_TAG_NEGATIVE},
    {"nor", LO_TAG_NEGATIVE},
    {"nobody", LO_TAG_NEGATIVE | LO_TAG_SINGULAR},
    {"nothing", LO_TAG_NEGATIVE | LO_TAG_SINGULAR},
    {"none", LO_TAG_NEGATIVE},
    {"nowhere", LO_TAG_NEGATIVE},
};

static uint16_t word_features(lo_str word)
{
    char lower[12];
    size_t n = 0;
    for (size_t i = 0; i < word.n; i++) {
        char c = word.p[i];
        if (word.n - i >= 3 && memcmp(word.p + i, "\xe2\x80\x99", 3) == 0) { /* ’ */
            c = '\'';
            i += 2;
        }
        if (n == sizeof lower)
            return 0;
        lower[n++] = c >= 'A' && c <= 'Z' ? (char)(c + 32) : c;
    }
    for (size_t i = 0; i < sizeof pronouns / sizeof pronouns[0]; i++)
        if (lo_str_is((lo_str){lower, n}, pronouns[i].word))
            return pronouns[i].features;
    return 0;
}

uint16_t lo_tag_features(lo_str word, lo_upos upos, lo_xpos xpos)
{
    switch (xpos) {
    case LO_XPOS_NN: return (uint16_t)(LO_TAG_SINGULAR | (upos == LO_UPOS_PRON ? word_features(word) : 0));
    case LO_XPOS_NNP: return LO_TAG_SINGULAR;
    case LO_XPOS_NNS:
    case LO_XPOS_NNPS: return LO_TAG_PLURAL;
    case LO_XPOS_VB: return LO_TAG_INFINITIVE;
    case LO_XPOS_VBD: return (uint16_t)(LO_TAG_PAST | LO_TAG_FINITE | (upos == LO_UPOS_AUX ? word_features(word) : 0));
    case LO_XPOS_VBG: return LO_TAG_PRESENT | LO_TAG_PARTICIPLE;
    case LO_XPOS_VBN: return LO_TAG_PAST | LO_TAG_PARTICIPLE;
    case LO_XPOS_VBP:
        return (uint16_t)(LO_TAG_PRESENT | LO_TAG_FINITE | (upos == LO_UPOS_AUX ? word_features(word) : 0));
    case LO_XPOS_VBZ: return LO_TAG_PRESENT | LO_TAG_FINITE | LO_TAG_SINGULAR | LO_TAG_THIRD;
    case LO_XPOS_MD: return LO_TAG_FINITE;
    case LO_XPOS_JJR:
    case LO_XPOS_RBR: return LO_TAG_COMPARATIVE;
    case LO_XPOS_JJS:
    case LO_XPOS_RBS: return LO_TAG_SUPERLATIVE;
    case LO_XPOS_PRP:
    case LO_XPOS_PRP_POSS:
    case LO_XPOS_DT:
    case LO_XPOS_RB:
    case LO_XPOS_CC: return word_features(word);
    default: return 0;
    }
}

lo_status lo_tag_print_features(lo_tag tag, lo_buf *out)
{
    const char *parts[8];
    size_t n = 0;
    unsigned f = tag.features;
    bool verb = tag.upos == LO_UPOS_VERB || tag.upos == LO_UPOS_AUX;
    if (f & (LO_TAG_COMPARATIVE | LO_TAG_SUPERLATIVE))
        parts[n++] = f & LO_TAG_COMPARATIVE ? "Degree=Cmp" : "Degree=Sup";
    else if (tag.upos == LO_UPOS_ADJ)
        parts[n++] = "Degree=Pos";
    if (f & LO_TAG_FINITE && tag.xpos != LO_XPOS_MD)
        parts[n++] = "Mood=Ind";
    if (f & (LO_TAG_SINGULAR | LO_TAG_PLURAL))
        parts[n++] = f & LO_TAG_SINGULAR ? "Number=Sing" : "Number=Plur";
    if (f & (LO_TAG_FIRST | LO_TAG_SECOND | LO_TAG_THIRD))
        parts[n++] = f & LO_TAG_FIRST ? "Person=1" : f & LO_TAG_SECOND ? "Person=2" : "Person=3";
    if (f & LO_TAG_NEGATIVE)
        parts[n++] = "Polarity=Neg";
    if (verb && f & (LO_TAG_PAST | LO_TAG_PRESENT))
        parts[n++] = f & LO_TAG_PAST ? "Tense=Past" : "Tense=Pres";
    if (verb && f & (LO_TAG_FINITE | LO_TAG_INFINITIVE | LO_TAG_PARTICIPLE))
        parts[n++] = f & LO_TAG_FINITE ? "VerbForm=Fin" : f & LO_TAG_INFINITIVE ? "VerbForm=Inf" : "VerbForm=Part";
    if (f & LO_TAG_PASSIVE)
        parts[n++] = "Voice=Pass";
    if (!n)
        lo_buf_add_byte(out, '_');
    for (size_t i = 0; i < n; i++) {
        if (i)
            lo_buf_add_byte(out, '|');
        lo_buf_add_text(out, parts[i]);
    }
    return out->status;
}
