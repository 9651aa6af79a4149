// SPDX-License-Identifier: MIT
#include "lang/segment.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "lang/lexicon_set.h"
#include "lang/segment_sentence.h"

#include <string.h>

enum { TEXT_MAX = 16 << 20, PARAGRAPH_BEFORE = 0x8000 /* token flag, inside this file */ };

typedef struct scan {
    lo_str text;
    const lo_lexicon *lexicon;
    lo_arena *arena;
    lo_segment *out;
    uint8_t *shapes;
    uint32_t *words;
    uint16_t *sets;
    uint32_t capacity, sentence_capacity, paragraph_capacity;
    uint32_t wrap; /* width of hard-wrapped lines; 0: every line is a paragraph */
} scan;

/* Arrays in the arena grow by copying; the first guess is right for ordinary text. */
static bool grow(lo_arena *arena, void **array, uint32_t used, uint32_t capacity, size_t size)
{
    void *bigger = lo_arena_alloc(arena, (size_t)capacity * size);
    if (!bigger)
        return false;
    if (used)
        memcpy(bigger, *array, used * size);
    *array = bigger;
    return true;
}

static lo_status grow_tokens(scan *s)
{
    uint32_t n = s->out->n_tokens, capacity = s->capacity ? s->capacity * 2 : (uint32_t)(s->text.n / 4 + 16);
    lo_token *tokens = lo_arena_alloc(s->arena, capacity * sizeof *tokens);
    uint32_t *words = lo_arena_alloc(s->arena, capacity * sizeof *words);
    uint16_t *sets = lo_arena_alloc(s->arena, capacity * sizeof *sets);
    uint8_t *shapes = lo_arena_alloc(s->arena, capacity);
    if (!tokens || !words || !sets || !shapes)
        return lo_mem_short();
    if (s->out->tokens && s->words && s->sets && s->shapes) {
        memcpy(tokens, s->out->tokens, n * sizeof *tokens);
        memcpy(words, s->words, n * sizeof *words);
        memcpy(sets, s->sets, n * sizeof *sets);
        memcpy(shapes, s->shapes, n);
    }
    s->out->tokens = tokens;
    s->words = words;
    s->sets = sets;
    s->shapes = shapes;
    s->capacity = capacity;
    return LO_OK;
}

/* Lines.  A text is hard-wrapped when most of its lines could not have taken in the first word of the next one. */

static uint32_t wrap_width(lo_str text)
{
    enum { NARROW = 40, WIDE = 110 };
    uint32_t widest = 0, full = 0, loose = 0, last = 0;
    for (unsigned round = 0; round < 2; round++) {
        last = 0;
        for (size_t at = 0; at < text.n;) {
            const char *newline = memchr(text.p + at, '\n', text.n - at);
            size_t stop = newline ? (size_t)(newline - text.p) : text.n;
            size_t n = stop - at;
            if (n && text.p[stop - 1] == '\r')
                n--;
            if (round == 0) {
                /* One long line shows that nobody wrapped; a blank one that lines may be paragraphs is no evidence. */
                if (n > 2 * WIDE)
                    return 0;
                widest = n > widest ? (uint32_t)n : widest;
            } else if (last && n) {
                size_t word = 0;
                while (word < n && (unsigned char)text.p[at + word] > ' ')
                    word++;
                full += last + 1 + word > widest;
                loose += last + 1 + word <= widest;
            }
            last = (uint32_t)n;
            at = stop + 1;
        }
        if (widest < NARROW || widest > WIDE)
            return 0;
    }
    return full >= 3 && full >= 2 * loose ? widest : 0;
}

static bool bullet_line(lo_str text, size_t at)
{
    unsigned char c = (unsigned char)text.p[at];
    bool line;
    if (c == '-' || c == '*' || c == 0xe2 || c == 0xc2) {
        lo_cut cut = lo_shape_cut((const unsigned char *)text.p, at, text.n);
        return (c == '-' || c == '*' || cut.shape == LO_SHAPE_BULLET) && cut.end < text.n && cut.end - at <= 3 &&
               lo_shape_space((const unsigned char *)text.p, cut.end, text.n, &line);
    }
    size_t i = at;
    while (i < text.n && i - at < 3 && text.p[i] >= '0' && text.p[i] <= '9')
        i++;
    return i > at && i + 1 < text.n && (text.p[i] == '.' || text.p[i] == ')') && text.p[i + 1] == ' ';
}

/* Does the line end before byte next (a token's first) end a paragraph?  from: end of the last token. */
static bool line_parts(const scan *s, size_t from, size_t next)
{
    if (s->wrap == 0)
        return true;
    size_t line = from;
    while (line > 0 && s->text.p[line - 1] != '\n')
        line--;
    size_t word = next, start = next;
    while (word < s->text.n && (unsigned char)s->text.p[word] > ' ')
        word++;
    while (start > 0 && s->text.p[start - 1] != '\n')
        start--;
    if (next - start >= 2 && s->text.p[line] != ' ' && s->text.p[line] != '\t')
        return true; /* indented first line */
    /* Far too short to have been wrapped here: a heading, the end of a paragraph, a line of verse or of an address. */
    return (from - line) + 1 + (word - next) <= s->wrap * 4 / 5 || bullet_line(s->text, next);
}

static uint32_t make_token(scan *s, size_t start, size_t length, uint8_t shape, unsigned flags)
{
    uint32_t i = s->out->n_tokens++;
    s->out->tokens[i] = (lo_token){(uint32_t)start, (uint16_t)length, (uint16_t)flags};
    s->shapes[i] = shape;
    return i;
}

static lo_status put_token(scan *s, size_t start, size_t end, uint8_t shape, unsigned flags)
{
    while (start < end) {
        if (s->out->n_tokens == s->capacity) {
            lo_status status = grow_tokens(s);
            if (status != LO_OK)
                return status;
        }
        size_t stop = end;
        if (stop - start > UINT16_MAX) {
            stop = start + UINT16_MAX;
            while (!lo_utf8_boundary(s->text, stop))
                stop--;
        }
        uint32_t i = make_token(s, start, stop - start, shape, flags);
        s->words[i] = s->sets[i] = 0;
        if (shape < LO_SHAPE_OPEN_QUOTE || shape == LO_SHAPE_SYMBOL || shape == LO_SHAPE_HYPHEN)
            s->words[i] = lo_lexicon_lookup(s->lexicon, (lo_str){s->text.p + start, stop - start}, &s->sets[i]);
        start = stop;
        flags = 0;
    }
    return LO_OK;
}

/* What a byte may be around a word that needs no second look. */
enum { SMALL = 1, CAPITAL = 2, BEHIND = 4, STOP = 8 };
static uint8_t plain[256];

static void make_plain(void)
{
    for (int c = 'a'; c <= 'z'; c++) {
        plain[c] = SMALL;
        plain[c - 'a' + 'A'] = CAPITAL;
    }
    for (const char *p = " \n,;)?!\""; *p; p++)
        plain[(unsigned char)*p] = BEHIND;
    plain['.'] = STOP;
}

/* The ordinary word, most of any text: ASCII letters, all small but perhaps the first, then a blank, a plain mark or a
 * full stop at the end of a sentence.  Gives its length, or 0: ask the cutter. */
static size_t plain_word(const unsigned char *t, size_t at, size_t end)
{
    size_t i = at + 1;
    if (!(plain[t[at]] & (SMALL | CAPITAL)))
        return 0;
    while (i < end && plain[t[i]] & SMALL)
        i++;
    size_t n = i - at;
    if (i >= end || n > LO_FOLD_MAX || (n == 1 && plain[t[at]] & CAPITAL))
        return 0;
    if (!(plain[t[i]] & BEHIND)) {
        if (!(plain[t[i]] & STOP) || n == 1 || i + 1 >= end || (t[i + 1] != ' ' && t[i + 1] != '\n') ||
            lo_abbreviation_of((lo_str){(const char *)t + at, n + 1}))
            return 0;
    }
    return n <= 8 && n > 1 && lo_shape_may_split(t[i - 2], t[i - 1]) && lo_shape_splits(t, at, n) ? 0 : n;
}

static unsigned skip_space(const scan *s, size_t *at, unsigned *flags)
{
    const unsigned char *t = (const unsigned char *)s->text.p;
    unsigned lines = 0;
    while (*at < s->text.n && (t[*at] <= ' ' || t[*at] >= 0x7f)) {
        bool line = false;
        unsigned n = lo_shape_space(t, *at, s->text.n, &line);
        if (!n)
            break;
        lines += line;
        *flags |= LO_TOKEN_SPACE_BEFORE;
        *at += n;
    }
    return lines;
}

static lo_status scan_tokens(scan *s)
{
    const unsigned char *t = (const unsigned char *)s->text.p;
    size_t at = 0, end = s->text.n, last = 0;
    unsigned flags = PARAGRAPH_BEFORE;
    lo_status status = LO_OK;
    make_plain();
    while (status == LO_OK) {
        if (at + 1 < end && t[at] == ' ' && plain[t[at + 1]] & 3) {
            flags |= LO_TOKEN_SPACE_BEFORE;
            at++;
        } else {
            unsigned lines = skip_space(s, &at, &flags);
            if (at >= end)
                break;
            if (lines) {
                flags |= LO_TOKEN_NEWLINE_BEFORE;
                if (lines > 1 || line_parts(s, last, at))
                    flags |= PARAGRAPH_BEFORE;
            }
        }
        size_t n = plain_word(t, at, end);
        if (n && at + 16 <= end && s->out->n_tokens < s->capacity) {
            uint32_t i = make_token(s, at, n, t[at] & 0x20 ? LO_SHAPE_LOWER : LO_SHAPE_CAPITALISED, flags);
            s->words[i] = lo_lexicon_lookup_letters(s->lexicon, (lo_str){s->text.p + at, n}, &s->sets[i]);
            flags = 0;
            at = last = at + n;
            continue;
        }
        lo_cut cut = lo_shape_cut(t, at, end);
        if (cut.shape == LO_SHAPE_CLITIC || cut.shape == LO_SHAPE_APOSTROPHE)
            flags |= LO_TOKEN_CLITIC;
        status = put_token(s, at, cut.end, cut.shape, flags);
        if (cut.clitic_end > cut.end && status == LO_OK)
            status = put_token(s, cut.end, cut.clitic_end, LO_SHAPE_CLITIC, LO_TOKEN_CLITIC);
        flags = 0;
        at = last = cut.clitic_end;
    }
    return status;
}

/* Marks that may open or close are decided by counting inside the paragraph. */
static bool settle_quotes(scan *s, uint32_t first, uint32_t end)
{
    bool any = false, open = false;
    for (uint32_t i = first; i < end; i++) {
        uint8_t shape = s->shapes[i];
        if (shape < LO_SHAPE_OPEN_QUOTE || shape > LO_SHAPE_QUOTE)
            continue;
        any = true;
        if (s->text.p[s->out->tokens[i].start] != '"')
            continue;
        if (shape == LO_SHAPE_QUOTE)
            s->shapes[i] = shape = open ? LO_SHAPE_CLOSE_QUOTE : LO_SHAPE_OPEN_QUOTE;
        open = shape == LO_SHAPE_OPEN_QUOTE;
    }
    return any;
}

static lo_status add_sentence(scan *s, uint32_t first, uint32_t end, uint32_t paragraph)
{
    if (s->out->n_sentences == s->sentence_capacity) {
        uint32_t capacity = s->sentence_capacity ? s->sentence_capacity * 2 : s->out->n_tokens / 12 + 16;
        if (!grow(s->arena, (void **)&s->out->sentences, s->out->n_sentences, capacity, sizeof(lo_sentence)))
            return lo_mem_short();
        s->sentence_capacity = capacity;
    }
    uint32_t flags = 0;
    for (uint32_t i = first; i < end; i++)
        if (s->shapes[i] >= LO_SHAPE_OPEN_QUOTE && s->shapes[i] <= LO_SHAPE_QUOTE)
            flags |= LO_SENTENCE_QUOTE;
    s->out->sentences[s->out->n_sentences++] = (lo_sentence){first, end, paragraph, flags};
    return LO_OK;
}

/* A line of its own without a full stop is a heading when it is short enough and does not run on. */
static bool is_heading(const scan *s, uint32_t first, uint32_t end)
{
    uint8_t last = s->shapes[end - 1], head = s->shapes[first];
    while (end - first > 1 && (last == LO_SHAPE_CLOSE_QUOTE || last == LO_SHAPE_CLOSE_BRACKET))
        last = s->shapes[--end - 1];
    return end - first <= 40 && last != LO_SHAPE_PERIOD && last != LO_SHAPE_EXCLAMATION && last != LO_SHAPE_COMMA &&
           last != LO_SHAPE_SEMICOLON && last != LO_SHAPE_COLON && last != LO_SHAPE_DASH && last != LO_SHAPE_ELLIPSIS &&
           last != LO_SHAPE_ABBR_LOWER && head != LO_SHAPE_LOWER && head != LO_SHAPE_BULLET;
}

static lo_status add_paragraph(scan *s, uint32_t first, uint32_t end)
{
    lo_segment *out = s->out;
    lo_sentence_view view = {s->text.p, out->tokens, s->shapes};
    if (out->n_paragraphs == s->paragraph_capacity) {
        uint32_t capacity = s->paragraph_capacity ? s->paragraph_capacity * 2 : out->n_tokens / 40 + 16;
        if (!grow(s->arena, (void **)&out->paragraphs, out->n_paragraphs, capacity, sizeof(lo_paragraph)))
            return lo_mem_short();
        s->paragraph_capacity = capacity;
    }
    uint32_t from = out->n_sentences;
    settle_quotes(s, first, end);
    for (uint32_t at = first; at < end;) {
        uint32_t stop = lo_sentence_end(&view, at, end);
        lo_status status = add_sentence(s, at, stop, out->n_paragraphs);
        if (status != LO_OK)
            return status;
        at = stop;
    }
    uint32_t flags = 0;
    if (out->n_sentences - from == 1 && is_heading(s, first, end))
        flags |= LO_SENTENCE_HEADING;
    if (s->shapes[first] == LO_SHAPE_BULLET || bullet_line(s->text, out->tokens[first].start))
        flags |= LO_SENTENCE_LIST_ITEM;
    for (uint32_t i = from; i < out->n_sentences; i++) {
        out->sentences[i].flags |= flags;
        flags |= out->sentences[i].flags & LO_SENTENCE_QUOTE;
    }
    lo_span span = {out->tokens[first].start, out->tokens[end - 1].start + out->tokens[end - 1].length};
    out->paragraphs[out->n_paragraphs++] = (lo_paragraph){from, out->n_sentences, span, flags};
    return LO_OK;
}

static lo_status scan_paragraphs(scan *s)
{
    lo_segment *out = s->out;
    lo_status status = LO_OK;
    for (uint32_t first = 0; first < out->n_tokens && status == LO_OK;) {
        uint32_t end = first + 1;
        while (end < out->n_tokens && !(out->tokens[end].flags & PARAGRAPH_BEFORE))
            end++;
        out->tokens[first].flags &= (uint16_t)~PARAGRAPH_BEFORE;
        status = add_paragraph(s, first, end);
        first = end;
    }
    return status;
}

static inline char code_of(const lo_lexicon_code_table *table, const scan *s, uint32_t i, unsigned place)
{
    return (char)table->codes[s->sets[i] * table->groups + table->group[place * LO_SHAPE_COUNT + s->shapes[i]]];
}

static lo_status write_codes(scan *s)
{
    lo_segment *out = s->out;
    lo_lexicon_code_table table = lo_lexicon_table(s->lexicon);
    out->codes = lo_arena_alloc(s->arena, (size_t)out->n_tokens + 1);
    if (!out->codes)
        return lo_mem_short();
    for (uint32_t p = 0; p < out->n_paragraphs; p++) {
        const lo_paragraph *paragraph = &out->paragraphs[p];
        for (uint32_t k = paragraph->first; k < paragraph->end; k++) {
            const lo_sentence *sentence = &out->sentences[k];
            lo_lexicon_run run = {s->text.p, out->tokens, s->words, s->sets, sentence->end};
            for (uint32_t i = sentence->first; i < sentence->end; i++) {
                if (!(s->words[i] & LO_LEXICON_STARTS_PHRASE))
                    continue;
                uint32_t n = lo_lexicon_phrase(s->lexicon, &run, i);
                i += n ? n - 1 : 0;
            }
            for (uint32_t i = sentence->first; i < sentence->end; i++)
                out->codes[i] = (char)table.inner[s->sets[i] * 32 + s->shapes[i]];
            unsigned start = LO_PLACE_SENTENCE_START | (k == paragraph->first ? LO_PLACE_PARAGRAPH_START : 0),
                     stop = LO_PLACE_SENTENCE_END | (k + 1 == paragraph->end ? LO_PLACE_PARAGRAPH_END : 0);
            bool alone = sentence->end - sentence->first == 1;
            out->codes[sentence->first] = code_of(&table, s, sentence->first, alone ? start | stop : start);
            out->codes[sentence->end - 1] = code_of(&table, s, sentence->end - 1, alone ? start | stop : stop);
        }
    }
    out->codes[out->n_tokens] = 0;
    return LO_OK;
}

lo_status lo_segment_text(lo_str text, const lo_lexicon *lexicon, lo_arena *arena, lo_segment *out)
{
    *out = (lo_segment){0};
    if (text.n > TEXT_MAX)
        return lo_status_set(LO_E_LIMIT, "a text of %zu bytes; the most is 16 MiB", text.n);
    scan s = {.text = text, .lexicon = lexicon, .arena = arena, .out = out, .wrap = wrap_width(text)};
    lo_status status = grow_tokens(&s);
    if (status == LO_OK)
        status = scan_tokens(&s);
    if (status == LO_OK)
        status = scan_paragraphs(&s);
    if (status == LO_OK)
        status = write_codes(&s);
    return status;
}

lo_span lo_segment_sentence_span(const lo_segment *segment, uint32_t sentence)
{
    const lo_sentence *s = &segment->sentences[sentence];
    const lo_token *last = &segment->tokens[s->end - 1];
    return (lo_span){segment->tokens[s->first].start, last->start + last->length};
}

uint32_t lo_segment_token_at(const lo_segment *segment, uint32_t byte)
{
    uint32_t low = 0, high = segment->n_tokens;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->tokens[middle].start + segment->tokens[middle].length <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t lo_segment_sentence_at(const lo_segment *segment, uint32_t token)
{
    uint32_t low = 0, high = segment->n_sentences;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->sentences[middle].end <= token)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

uint32_t lo_segment_paragraph_at(const lo_segment *segment, uint32_t byte)
{
    uint32_t low = 0, high = segment->n_paragraphs;
    while (low < high) {
        uint32_t middle = low + (high - low) / 2;
        if (segment->paragraphs[middle].span.end <= byte)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}
