// SPDX-License-Identifier: MIT
#include "lang/attribute_feature.h"
#include "lang/attribute_model.h"

#include "base/mem.h"

#include <string.h>

#define COUNT(a) (sizeof(a) / sizeof *(a))

/* ---------------------------------------------------------------------------------------------------- words */

static uint32_t hash_of(const char *bytes, size_t n)
{
    uint32_t h = 0x811c9dc5u;
    for (size_t i = 0; i < n; i++)
        h = (h ^ (unsigned char)bytes[i]) * 0x01000193u;
    return h ^ h >> 15;
}

enum { WORD_MAX = 48, SORT_BITS = 7 };

/* Lower case of ASCII letters, curly apostrophes straight, digits all 0; what is longer than WORD_MAX is cut. */
static size_t fold(lo_str word, char out[WORD_MAX])
{
    size_t n = 0;
    for (size_t i = 0; i < word.n && n < WORD_MAX; i++) {
        unsigned char c = (unsigned char)word.p[i];
        if (c == 0xe2 && i + 2 < word.n && (unsigned char)word.p[i + 1] == 0x80) {
            unsigned char last = (unsigned char)word.p[i + 2];
            if (last == 0x98 || last == 0x99) {
                out[n++] = '\'';
                i += 2;
                continue;
            }
        }
        out[n++] = (char)(c >= 'A' && c <= 'Z' ? c + 32 : c >= '0' && c <= '9' ? '0' : c);
    }
    return n;
}

/* The word without its inflection, roughly: forms of one verb should meet, nothing more is asked of it. */
static size_t stem(const char *word, size_t n, char out[WORD_MAX])
{
    static const char *const irregular[][2] = {{"said", "say"},
                                               {"told", "tell"},
                                               {"thought", "think"},
                                               {"wrote", "writ"},
                                               {"written", "writ"},
                                               {"knew", "know"},
                                               {"known", "know"},
                                               {"felt", "feel"},
                                               {"meant", "mean"},
                                               {"sought", "seek"},
                                               {"spoke", "speak"},
                                               {"spoken", "speak"},
                                               {"held", "hold"},
                                               {"saw", "see"},
                                               {"seen", "see"},
                                               {"found", "find"},
                                               {"heard", "hear"},
                                               {"made", "mak"},
                                               {"gave", "giv"},
                                               {"given", "giv"},
                                               {"took", "tak"},
                                               {"taken", "tak"},
                                               {"put", "put"},
                                               {"went", "go"},
                                               {"gone", "go"},
                                               {"saying", "say"},
                                               {"swore", "swear"},
                                               {"sworn", "swear"},
                                               {"understood", "understand"},
                                               {"has", "have"},
                                               {"had", "have"},
                                               {"is", "be"},
                                               {"was", "be"},
                                               {"were", "be"},
                                               {"are", "be"},
                                               {"been", "be"},
                                               {"being", "be"},
                                               {"'s", "'s"}};
    for (size_t i = 0; n > 0 && i < COUNT(irregular); i++)
        if (irregular[i][0][0] == word[0] && strlen(irregular[i][0]) == n && memcmp(irregular[i][0], word, n) == 0) {
            memcpy(out, irregular[i][1], strlen(irregular[i][1]));
            return strlen(irregular[i][1]);
        }
    memcpy(out, word, n);
    if (n > 5 && memcmp(word + n - 3, "ing", 3) == 0)
        n -= 3;
    else if (n > 4 && (memcmp(word + n - 3, "ied", 3) == 0 || memcmp(word + n - 3, "ies", 3) == 0)) {
        out[n - 3] = 'y';
        return n - 2;
    } else if (n > 4 && memcmp(word + n - 2, "ed", 2) == 0)
        n -= 2;
    else if (n > 4 && memcmp(word + n - 2, "es", 2) == 0)
        n -= 2;
    else if (n > 3 && word[n - 1] == 's' && word[n - 2] != 's' && word[n - 2] != 'u')
        n -= 1;
    if (n > 3 && out[n - 1] == 'e')
        n--;
    if (n > 3 && out[n - 1] == out[n - 2] && out[n - 1] != 's' && out[n - 1] != 'l')
        n--;
    return n;
}

enum { MARK_NONE, MARK_OPEN, MARK_CLOSE, MARK_STRAIGHT };

/* Double quotation marks (and guillemets); single ones are too often apostrophes to say anything here. */
static int quote_mark(lo_str word)
{
    if ((word.n == 1 && word.p[0] == '"') || (word.n == 2 && !memcmp(word.p, "''", 2)))
        return MARK_STRAIGHT;
    if (word.n == 2 && (!memcmp(word.p, "``", 2) || !memcmp(word.p, "\xc2\xab", 2)))
        return MARK_OPEN;
    if (word.n == 2 && !memcmp(word.p, "\xc2\xbb", 2))
        return MARK_CLOSE;
    if (word.n == 3 && !memcmp(word.p, "\xe2\x80\x9c", 3))
        return MARK_OPEN;
    if (word.n == 3 && !memcmp(word.p, "\xe2\x80\x9d", 3))
        return MARK_CLOSE;
    return MARK_NONE;
}

static uint32_t shape_of(lo_str word)
{
    unsigned char c = word.n ? (unsigned char)word.p[0] : 0;
    bool upper = false, lower = false, digit = false, other = false;
    for (size_t i = 0; i < word.n; i++) {
        unsigned char b = (unsigned char)word.p[i];
        upper |= b >= 'A' && b <= 'Z';
        lower |= (b >= 'a' && b <= 'z') || b >= 0x80;
        digit |= b >= '0' && b <= '9';
        other |= b == '-' || b == '.' || b == '\'';
    }
    if (!upper && !lower && !digit)
        return 64 + c;
    return (uint32_t)((c >= 'A' && c <= 'Z') | upper << 1 | lower << 2 | digit << 3 | other << 4 | (word.n == 1) << 5);
}

/* ------------------------------------------------------------------------------------------ tags and chunks */

static bool is_verb(unsigned tag)
{
    return tag >= LO_XPOS_VB && tag <= LO_XPOS_VBZ;
}

static bool is_finite(unsigned tag)
{
    return tag == LO_XPOS_VBD || tag == LO_XPOS_VBP || tag == LO_XPOS_VBZ || tag == LO_XPOS_MD;
}

static bool is_noun(unsigned tag)
{
    return tag == LO_XPOS_NN || tag == LO_XPOS_NNS || tag == LO_XPOS_NNP || tag == LO_XPOS_NNPS;
}

static bool is_pronoun(unsigned tag)
{
    return tag == LO_XPOS_PRP || tag == LO_XPOS_WP || tag == LO_XPOS_EX || tag == LO_XPOS_WDT;
}

static bool in_chunk(unsigned tag)
{
    switch (tag) {
    case LO_XPOS_DT:
    case LO_XPOS_PDT:
    case LO_XPOS_PRP_POSS:
    case LO_XPOS_POS:
    case LO_XPOS_CD:
    case LO_XPOS_JJ:
    case LO_XPOS_JJR:
    case LO_XPOS_JJS:
    case LO_XPOS_DOLLAR:
    case LO_XPOS_HYPH:
    case LO_XPOS_AFX: return true;
    default: return is_noun(tag);
    }
}

/* Chunks: begin 1, middle 2, head 3, alone 4; kinds: pronoun, name, plural, other, without a noun. */
static void find_chunks(lo_attribute_view *v, uint32_t first, uint32_t end)
{
    uint32_t *heads = v->column[LO_ATTRIBUTE_HEAD], *subjects = v->column[LO_ATTRIBUTE_SUBJECT];
    const uint32_t *sorts = v->column[LO_ATTRIBUTE_SORT];
    uint32_t subject = 0;
    const lo_tag *tags = v->text->tags;
    uint32_t *noun = v->column[LO_ATTRIBUTE_NOUN], *left = v->column[LO_ATTRIBUTE_LEFT];
    uint32_t before = 0; /* head of the last chunk: kind and word */
    for (uint32_t i = first; i < end;) {
        uint32_t j = i;
        unsigned tag = tags[i].xpos;
        if (is_pronoun(tag))
            j = i + 1;
        else
            while (j < end && in_chunk(tags[j].xpos) &&
                   !(j > i && (tags[j].xpos == LO_XPOS_DT || tags[j].xpos == LO_XPOS_PRP_POSS) &&
                     is_noun(tags[j - 1].xpos)))
                j++;
        if (j == i) {
            noun[i] = heads[i] = 0;
            left[i] = before;
            subjects[i] = subject;
            i++;
            continue;
        }
        unsigned head = tags[j - 1].xpos;
        uint32_t kind = is_pronoun(head)                                                 ? 1
                        : head == LO_XPOS_NNP || head == LO_XPOS_NNPS                    ? 2
                        : head == LO_XPOS_NNS                                            ? 3
                        : head == LO_XPOS_NN                                             ? 4
                        : head == LO_XPOS_DT || head == LO_XPOS_CD || head == LO_XPOS_JJ ? 5
                                                                                         : 6;
        for (uint32_t k = i; k < j; k++) {
            noun[k] = kind * 8 + (j - i == 1 ? 4u : k == i ? 1u : k + 1 == j ? 3u : 2u);
            left[k] = before;
            subjects[k] = subject;
            heads[k] = 1 + sorts[j - 1] + 256 * kind;
        }
        before = kind * 4;
        subject = heads[i];
        i = j;
    }
    /* How far the chunk stands from what follows: directly before, with an adverb or auxiliary between, farther. */
    uint32_t gap = 9;
    for (uint32_t i = first; i < end; i++) {
        if (noun[i])
            gap = 0;
        else {
            left[i] += gap == 0 ? 0 : gap == 1 ? 1 : gap < 4 ? 2 : 3;
            unsigned tag = tags[i].xpos;
            gap += tag == LO_XPOS_COMMA || tag == LO_XPOS_CLOSE_QUOTE ? 4 : 1;
        }
    }
}

/* Bits of the verb group a verb stands in, looking back over auxiliaries and adverbs. */
static void find_verbs(lo_attribute_view *v, uint32_t first, uint32_t end)
{
    const lo_tag *tags = v->text->tags;
    const uint32_t *word = v->column[LO_ATTRIBUTE_STEM];
    uint32_t be = hash_of("be", 2), have = hash_of("have", 4), no = hash_of("not", 3), nt = hash_of("n't", 3);
    uint32_t group = 0;
    for (uint32_t i = first; i < end; i++) {
        unsigned tag = tags[i].xpos;
        uint32_t out = 0;
        if (is_verb(tag)) {
            out = 1u | group << 3 | (uint32_t)(tag - LO_XPOS_VB) << 9;
            if (word[i] == be)
                group |= 1;
            else if (word[i] == have)
                group |= 2;
            else
                group = 32;
        } else if (tag == LO_XPOS_MD)
            group = 4;
        else if (tag == LO_XPOS_TO)
            group = 8 | (group & 32);
        else if (word[i] == no || word[i] == nt)
            group |= 16;
        else if (tag != LO_XPOS_RB && tag != LO_XPOS_RBR)
            group = 0;
        v->column[LO_ATTRIBUTE_VERB][i] = out;
    }
}

/* ----------------------------------------------------------------------------------------------- quotations */

static void find_quotes(lo_attribute_view *v, uint32_t first, uint32_t end)
{
    const lo_segment *segment = v->text->segment;
    uint32_t *state = v->column[LO_ATTRIBUTE_QUOTE];
    bool inside = false;
    for (uint32_t i = first; i < end; i++) {
        const lo_token *t = &segment->tokens[i];
        int mark = quote_mark((lo_str){v->text->text.p + t->start, t->length});
        if (mark == MARK_STRAIGHT) {
            bool spaced = i == first || (t->flags & (LO_TOKEN_SPACE_BEFORE | LO_TOKEN_NEWLINE_BEFORE));
            bool followed =
                i + 1 == end || (segment->tokens[i + 1].flags & (LO_TOKEN_SPACE_BEFORE | LO_TOKEN_NEWLINE_BEFORE));
            mark = spaced == followed ? (inside ? MARK_CLOSE : MARK_OPEN) : spaced ? MARK_OPEN : MARK_CLOSE;
        }
        if (mark == MARK_OPEN) {
            state[i] = LO_QUOTE_OPEN;
            inside = true;
        } else if (mark == MARK_CLOSE && inside) {
            state[i] = LO_QUOTE_CLOSE;
            inside = false;
        } else
            state[i] = inside ? LO_QUOTE_IN : LO_QUOTE_OUT;
    }
}

static bool quoted(uint32_t state)
{
    return state != LO_QUOTE_OUT;
}

/* ------------------------------------------------------------------------------------------------- a document */

static uint32_t frame_of(const uint32_t *quote, uint32_t first, uint32_t end)
{
    uint32_t opens = 0, closes = 0;
    for (uint32_t i = first; i < end; i++) {
        opens += quote[i] == LO_QUOTE_OPEN;
        closes += quote[i] == LO_QUOTE_CLOSE;
    }
    bool begins = quote[first] == LO_QUOTE_OPEN || quote[first] == LO_QUOTE_IN || quote[first] == LO_QUOTE_CLOSE;
    bool ends = quoted(quote[end - 1]);
    return 1u + (uint32_t)begins + 2u * ends + 4u * (opens > 2 ? 2 : opens) + 12u * (closes > 2 ? 2 : closes) +
           36u * (quote[first] == LO_QUOTE_IN);
}

lo_status lo_attribute_look(const lo_attribute_text *text, lo_arena *arena, lo_attribute_view *out)
{
    const lo_segment *segment = text->segment;
    *out = (lo_attribute_view){.text = text, .n = segment->n_tokens};
    out->rows = lo_arena_array(arena, LO_ATTRIBUTE_COLUMNS, sizeof *out->rows);
    out->sentence = lo_arena_array(arena, out->n + 1, sizeof *out->sentence);
    if (!out->rows || !out->sentence)
        return lo_mem_short();
    for (int c = 0; c < LO_ATTRIBUTE_COLUMNS; c++) {
        out->column[c] = lo_arena_array(arena, out->n + 1, sizeof(uint32_t));
        if (!out->column[c])
            return lo_mem_short();
        out->rows[c] = out->column[c];
    }
    for (uint32_t i = 0; i < out->n; i++) {
        const lo_token *t = &segment->tokens[i];
        lo_str raw = {text->text.p + t->start, t->length};
        char word[WORD_MAX], root[WORD_MAX];
        size_t n = fold(raw, word), m = stem(word, n, root);
        int mark = quote_mark(raw);
        out->column[LO_ATTRIBUTE_WORD][i] = mark ? 7 : hash_of(word, n);
        out->column[LO_ATTRIBUTE_STEM][i] = mark ? 7 : hash_of(root, m);
        out->column[LO_ATTRIBUTE_END][i] = hash_of(word + (n > 3 ? n - 3 : 0), n > 3 ? 3 : n);
        out->column[LO_ATTRIBUTE_TAG][i] = text->tags[i].xpos;
        out->column[LO_ATTRIBUTE_SHAPE][i] = shape_of(raw);
        if (text->clusters && !mark) {
            lo_word known;
            lo_word_read(raw, &known);
            uint32_t path = lo_cluster_find(text->clusters, &known).path;
            out->column[LO_ATTRIBUTE_LIKE][i] = path;
            out->column[LO_ATTRIBUTE_SORT][i] = path >> (LO_CLUSTER_BITS - SORT_BITS);
        }
    }
    for (uint32_t p = 0; p < segment->n_paragraphs; p++) {
        const lo_paragraph *paragraph = &segment->paragraphs[p];
        if (paragraph->first == paragraph->end)
            continue;
        find_quotes(out, segment->sentences[paragraph->first].first, segment->sentences[paragraph->end - 1].end);
        for (uint32_t s = paragraph->first; s < paragraph->end; s++) {
            uint32_t first = segment->sentences[s].first, end = segment->sentences[s].end;
            if (first == end)
                continue;
            uint32_t frame = frame_of(out->column[LO_ATTRIBUTE_QUOTE], first, end);
            find_chunks(out, first, end);
            find_verbs(out, first, end);
            for (uint32_t i = first; i < end; i++) {
                uint32_t front = i - first, back = end - 1 - i;
                out->sentence[i] = s;
                out->column[LO_ATTRIBUTE_FRAME][i] = frame;
                out->column[LO_ATTRIBUTE_EDGE][i] = (front > 2 ? 3 : front) * 4 + (back > 2 ? 3 : back) +
                                                    16 * (s == paragraph->first) + 32 * (s + 1 == paragraph->end);
            }
        }
    }
    return LO_OK;
}

/* ---------------------------------------------------------------------------------------------------- a cue */

enum { WINDOW_SENTENCES = 8, WINDOW_TOKENS = 500, LIKELY = 32768 };

lo_span lo_attribute_window(const lo_attribute_view *view, lo_span cue)
{
    const lo_segment *segment = view->text->segment;
    const uint32_t *quote = view->column[LO_ATTRIBUTE_QUOTE];
    uint32_t s = view->sentence[cue.start];
    uint32_t paragraph = segment->sentences[s].paragraph;
    lo_span w = {segment->sentences[s].first, segment->sentences[s].end};
    /* Back: while the sentence begins inside a quotation, or right behind one. */
    for (uint32_t k = s, steps = 0; k > 0 && steps < WINDOW_SENTENCES; k--, steps++) {
        const lo_sentence *before = &segment->sentences[k - 1];
        if (before->paragraph != paragraph || before->first == before->end || cue.end - before->first > WINDOW_TOKENS)
            break;
        uint32_t here = quote[w.start];
        bool joined = here == LO_QUOTE_IN || here == LO_QUOTE_CLOSE;
        bool behind = steps == 0 && quoted(quote[before->end - 1]) && here == LO_QUOTE_OUT;
        if (!joined && !behind)
            break;
        w.start = before->first;
    }
    /* On: while a quotation is open, or the next sentence opens one; after a colon into the next paragraph. */
    for (uint32_t k = s + 1, steps = 0; k < segment->n_sentences && steps < WINDOW_SENTENCES; k++, steps++) {
        const lo_sentence *next = &segment->sentences[k];
        if (next->first == next->end || next->end - cue.start > WINDOW_TOKENS)
            break;
        uint32_t last = quote[w.end - 1], first = quote[next->first];
        const lo_token *end = &segment->tokens[w.end - 1];
        bool colon = end->length == 1 && view->text->text.p[end->start] == ':';
        bool same = next->paragraph == paragraph;
        if (!same) {
            bool announced = steps == 0 && colon && next->paragraph == paragraph + 1;
            if (!announced || first != LO_QUOTE_OPEN)
                break;
            paragraph = next->paragraph;
        } else if (!((last == LO_QUOTE_IN || last == LO_QUOTE_OPEN) && quoted(first)) && first != LO_QUOTE_OPEN)
            break;
        w.end = next->end;
    }
    return w;
}

static uint32_t step_of(uint32_t distance)
{
    return distance < 5 ? distance : distance < 7 ? 5 : distance < 10 ? 6 : distance < 15 ? 7 : distance < 25 ? 8 : 9;
}

/* What stands between a token and the cue, as bits. */
static uint32_t between_bit(const lo_attribute_view *v, uint32_t i)
{
    unsigned tag = v->text->tags[i].xpos;
    uint32_t quote = v->column[LO_ATTRIBUTE_QUOTE][i];
    if (quote == LO_QUOTE_OPEN || quote == LO_QUOTE_CLOSE)
        return 1;
    switch (tag) {
    case LO_XPOS_COMMA: return 2;
    case LO_XPOS_PERIOD: return 4;
    case LO_XPOS_COLON:
    case LO_XPOS_LRB:
    case LO_XPOS_RRB: return 8;
    case LO_XPOS_CC: return 16;
    case LO_XPOS_WDT:
    case LO_XPOS_WP:
    case LO_XPOS_WRB: return 64;
    default: return is_finite(tag) ? 32 : 0;
    }
}

/* The word that names the cue: its last verb, else its last noun, else its first word. */
static uint32_t main_word(const lo_attribute_view *v, lo_span cue)
{
    uint32_t noun = cue.start;
    bool have = false;
    for (uint32_t i = cue.end; i-- > cue.start;) {
        if (is_verb(v->text->tags[i].xpos))
            return i;
        if (!have && is_noun(v->text->tags[i].xpos)) {
            noun = i;
            have = true;
        }
    }
    return noun;
}

typedef struct walk {
    uint32_t bits, finite, chunks, others, sentences, runs;
} walk;

static void look_at(lo_attribute_view *v, lo_span cue, uint32_t i, bool after, const walk *w, bool other)
{
    uint32_t distance = after ? i - cue.end + 1 : cue.start - i;
    uint32_t side = (after ? 1u : 2u) + 4 * (w->sentences > 2 ? 2 : w->sentences);
    uint32_t noun = v->column[LO_ATTRIBUTE_NOUN][i];
    uint32_t quote = v->column[LO_ATTRIBUTE_QUOTE][i], at = v->column[LO_ATTRIBUTE_QUOTE][cue.start];
    v->column[LO_ATTRIBUTE_SIDE][i] = side;
    v->column[LO_ATTRIBUTE_NEAR][i] = side * 16 + step_of(distance);
    v->column[LO_ATTRIBUTE_BETWEEN][i] = side * 1024 + w->bits + 128 * (w->finite > 2 ? 2 : w->finite);
    v->column[LO_ATTRIBUTE_CHUNK][i] = noun ? side * 16 + 1 + (w->chunks > 5 ? 5 : w->chunks) : side * 16;
    v->column[LO_ATTRIBUTE_RUN][i] = side * 64 + quote * 16 + (quoted(at) ? 8u : 0) + (w->runs > 3 ? 3 : w->runs);
    v->column[LO_ATTRIBUTE_OTHERS][i] = side * 8 + (other ? 4u : 0) + (w->others > 2 ? 2 : w->others);
}

/* Another cue at token i; at: a cue not behind i, moved on. */
static bool covered(const lo_attribute_cue *cues, uint32_t n, uint32_t *at, uint32_t i)
{
    while (*at < n && cues[*at].span.end <= i)
        ++*at;
    return *at < n && cues[*at].span.start <= i;
}

static uint32_t chance_step(uint32_t chance)
{
    static const uint32_t limits[] = {3277, 6554, 13107, 22938, 32768, 45875, 55705, 62259, 64880};
    uint32_t step = 0;
    while (step < COUNT(limits) && chance >= limits[step])
        step++;
    return step;
}

void lo_attribute_look_from(lo_attribute_view *view, lo_span window, const lo_attribute_cue *cues, uint32_t n_cues,
                            uint32_t which)
{
    lo_attribute_view *v = view;
    lo_span cue = cues[which].span;
    uint32_t chance = chance_step(cues[which].chance);
    uint32_t main = main_word(v, cue), length = cue.end - cue.start;
    uint32_t name = v->column[LO_ATTRIBUTE_STEM][main], like = v->column[LO_ATTRIBUTE_LIKE][main];
    unsigned last = v->text->tags[cue.end - 1].xpos;
    uint32_t kind = (uint32_t)v->text->tags[main].xpos + 64 * (uint32_t)last + 4096 * (length > 2 ? 2 : length - 1) +
                    32768 * ((v->column[LO_ATTRIBUTE_VERB][main] >> 3) & 63);
    for (uint32_t i = window.start; i < window.end; i++) {
        v->column[LO_ATTRIBUTE_CUE][i] = name;
        v->column[LO_ATTRIBUTE_CUE_LIKE][i] = like;
        v->column[LO_ATTRIBUTE_CUE_KIND][i] = kind;
        v->column[LO_ATTRIBUTE_CHANCE][i] = chance;
    }
    for (uint32_t i = cue.start; i < cue.end; i++) {
        v->column[LO_ATTRIBUTE_SIDE][i] = 0;
        v->column[LO_ATTRIBUTE_NEAR][i] = i == cue.start ? 1 : 0;
        v->column[LO_ATTRIBUTE_BETWEEN][i] = v->column[LO_ATTRIBUTE_CHUNK][i] = 0;
        v->column[LO_ATTRIBUTE_RUN][i] = v->column[LO_ATTRIBUTE_OTHERS][i] = 0;
    }
    walk w = {0};
    uint32_t at = which + 1, before = view->sentence[cue.start];
    bool was = false;
    for (uint32_t i = cue.end; i < window.end; i++) {
        uint32_t noun = v->column[LO_ATTRIBUTE_NOUN][i], place = noun & 7;
        bool other = covered(cues, n_cues, &at, i) && cues[at].chance >= LIKELY;
        w.sentences += view->sentence[i] != before;
        before = view->sentence[i];
        w.others += other && !was;
        was = other;
        w.runs += v->column[LO_ATTRIBUTE_QUOTE][i] == LO_QUOTE_OPEN;
        look_at(v, cue, i, true, &w, other);
        w.chunks += place == 3 || place == 4;
        w.bits |= between_bit(v, i);
        w.finite += is_finite(v->text->tags[i].xpos);
    }
    w = (walk){0};
    before = view->sentence[cue.start];
    was = false;
    at = which;
    for (uint32_t i = cue.start; i-- > window.start;) {
        uint32_t noun = v->column[LO_ATTRIBUTE_NOUN][i], place = noun & 7;
        while (at > 0 && cues[at - 1].span.start > i)
            at--;
        bool other = at > 0 && cues[at - 1].span.end > i && cues[at - 1].chance >= LIKELY;
        w.sentences += view->sentence[i] != before;
        before = view->sentence[i];
        w.others += other && !was;
        was = other;
        w.runs += v->column[LO_ATTRIBUTE_QUOTE][i] == LO_QUOTE_CLOSE;
        look_at(v, cue, i, false, &w, other);
        w.chunks += place == 1 || place == 4;
        w.bits |= between_bit(v, i);
        w.finite += is_finite(v->text->tags[i].xpos);
    }
}

void lo_attribute_allow(lo_span window, lo_span cue, bool sure, uint16_t *allowed)
{
    const unsigned on = 1u << LO_ROLE_CUE | (sure ? 0 : 1u << LO_ROLE_NONE_CUE);
    const unsigned off = 1u << LO_ROLE_O | 1u << LO_ROLE_SOURCE_B | 1u << LO_ROLE_SOURCE_I | 1u << LO_ROLE_CONTENT_B |
                         1u << LO_ROLE_CONTENT_I | (sure ? 0 : 1u << LO_ROLE_NONE);
    for (uint32_t i = window.start; i < window.end; i++)
        allowed[i - window.start] = (uint16_t)(i >= cue.start && i < cue.end ? on : off);
}

/* --------------------------------------------------------------------------------------------------- attitude */

lo_attitude lo_attribute_attitude(const lo_attribute_view *view, lo_span cue)
{
    static const char *const belief[] = {"believ",     "think",   "know",   "feel",     "hop",     "fear",    "doubt",
                                         "expect",     "want",    "see",    "consid",   "view",    "assum",   "suspect",
                                         "understand", "wish",    "lik",    "worry",    "concern", "convinc", "imagin",
                                         "figur",      "regard",  "prefer", "consider", "fear",    "guess",   "sens",
                                         "belief",     "opinion", "view"};
    static const char *const intention[] = {"plan", "intend",  "decid",    "try",       "seek",
                                            "aim",  "attempt", "plann",    "intention", "hop",
                                            "look", "prepar",  "decision", "determin",  "mean"};
    static const char *const denial[] = {"deny",  "reject", "dismiss", "disput",
                                         "refut", "denial", "rebut",   "contradict"};
    const struct {
        const char *const *words;
        size_t n;
        lo_attitude attitude;
    } lists[] = {{denial, COUNT(denial), LO_ATTITUDE_DENIAL},
                 {intention, COUNT(intention), LO_ATTITUDE_INTENTION},
                 {belief, COUNT(belief), LO_ATTITUDE_BELIEF}};
    for (size_t k = 0; k < COUNT(lists); k++)
        for (uint32_t i = cue.start; i < cue.end; i++)
            for (size_t j = 0; j < lists[k].n; j++)
                if (view->column[LO_ATTRIBUTE_STEM][i] == hash_of(lists[k].words[j], strlen(lists[k].words[j])))
                    return lists[k].attitude;
    return LO_ATTITUDE_SPEECH;
}
