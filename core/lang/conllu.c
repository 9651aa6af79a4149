// SPDX-License-Identifier: MIT
#include "lang/conllu.h"

#include "base/mem.h"
#include "base/utf8.h"

#include <string.h>

static lo_str take_line(lo_str *rest)
{
    const char *end = rest->n ? memchr(rest->p, '\n', rest->n) : NULL;
    lo_str line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    size_t taken = line.n + (end != NULL);
    rest->p += taken;
    rest->n -= taken;
    if (line.n && line.p[line.n - 1] == '\r')
        line.n--;
    return line;
}

lo_str lo_conllu_next(lo_str *rest, uint32_t *line)
{
    lo_str before = *rest;
    while (rest->n) {
        before = *rest;
        if (take_line(rest).n)
            break;
        if (line)
            ++*line;
    }
    if (!before.n || rest->p == before.p)
        return LO_STR_NONE;
    lo_str block = {before.p, 0};
    do {
        block.n = (size_t)(rest->p - block.p);
    } while (rest->n && take_line(rest).n);
    return block;
}

/* A decimal number without sign, at most LO_CONLLU_WORDS_MAX; -1 when it is none. */
static int32_t number(lo_str s)
{
    int32_t value = 0;
    if (!s.n || s.n > 5)
        return -1;
    for (size_t i = 0; i < s.n; i++) {
        if (s.p[i] < '0' || s.p[i] > '9')
            return -1;
        value = value * 10 + (s.p[i] - '0');
    }
    return value <= LO_CONLLU_WORDS_MAX ? value : -1;
}

static bool split_id(lo_str id, char mark, int32_t *first, int32_t *second)
{
    const char *at = memchr(id.p, mark, id.n);
    if (!at)
        return false;
    *first = number((lo_str){id.p, (size_t)(at - id.p)});
    *second = number((lo_str){at + 1, id.n - (size_t)(at - id.p) - 1});
    return true;
}

static lo_status read_line(lo_str text, uint32_t at, int32_t n_words, lo_conllu_line *out)
{
    *out = (lo_conllu_line){.kind = LO_CONLLU_COMMENT, .head = -1};
    if (text.p[0] == '#') {
        out->columns[0] = text;
        return LO_OK;
    }
    lo_str rest = text;
    for (int k = 0; k < LO_CONLLU_COLUMNS; k++) {
        const char *tab = memchr(rest.p, '\t', rest.n);
        bool last = k == LO_CONLLU_COLUMNS - 1;
        if ((tab != NULL) == last)
            return lo_status_set(LO_E_DATA, "line %u: a CoNLL-U line has ten columns parted by tabs", at);
        out->columns[k] = (lo_str){rest.p, tab ? (size_t)(tab - rest.p) : rest.n};
        if (!out->columns[k].n)
            return lo_status_set(LO_E_DATA, "line %u: column %d is empty; CoNLL-U writes _ there", at, k + 1);
        if (tab)
            rest = (lo_str){tab + 1, rest.n - out->columns[k].n - 1};
    }
    lo_str id = out->columns[LO_CONLLU_ID];
    int32_t first, second;
    if (split_id(id, '-', &first, &second)) {
        out->kind = LO_CONLLU_RANGE;
        if (first != n_words + 1 || second < first)
            return lo_status_set(LO_E_DATA, "line %u: range %.*s is out of order", at, LO_STR_ARG(id));
    } else if (split_id(id, '.', &first, &second)) {
        out->kind = LO_CONLLU_EMPTY;
        if (first != n_words || second < 1)
            return lo_status_set(LO_E_DATA, "line %u: empty node %.*s is out of order", at, LO_STR_ARG(id));
    } else {
        out->kind = LO_CONLLU_WORD;
        if (number(id) != n_words + 1)
            return lo_status_set(LO_E_DATA, "line %u: word %.*s where %d was expected", at, LO_STR_ARG(id),
                                 n_words + 1);
        lo_str head = out->columns[LO_CONLLU_HEAD];
        out->head = number(head);
        if (out->head < 0 && !lo_str_is(head, "_"))
            return lo_status_set(LO_E_DATA, "line %u: '%.*s' is no head", at, LO_STR_ARG(head));
    }
    return LO_OK;
}

lo_status lo_conllu_read(lo_str block, uint32_t first_line, lo_arena *arena, lo_conllu_sentence *out)
{
    *out = (lo_conllu_sentence){0};
    if (block.n > LO_CONLLU_SENTENCE_MAX)
        return lo_status_set(LO_E_LIMIT, "line %u: a sentence of over %d bytes", first_line, LO_CONLLU_SENTENCE_MAX);
    if (!lo_utf8_valid(block) || (block.n && memchr(block.p, 0, block.n)))
        return lo_status_set(LO_E_DATA, "line %u: this sentence is not UTF-8 text", first_line);
    uint32_t capacity = 1;
    for (size_t i = 0; i < block.n; i++)
        capacity += block.p[i] == '\n';
    out->lines = lo_arena_array(arena, capacity, sizeof *out->lines);
    out->words = lo_arena_array(arena, capacity, sizeof *out->words);
    if (!out->lines || !out->words)
        return lo_mem_short();
    int32_t range_end = 0;
    for (lo_str rest = block; rest.n;) {
        lo_str text = take_line(&rest);
        if (!text.n)
            break;
        uint32_t at = first_line + out->n_lines;
        lo_conllu_line *line = &out->lines[out->n_lines];
        lo_status status = read_line(text, at, (int32_t)out->n_words, line);
        if (status)
            return status;
        if (line->kind == LO_CONLLU_RANGE) {
            int32_t first;
            if (range_end > (int32_t)out->n_words)
                return lo_status_set(LO_E_DATA, "line %u: a range inside another", at);
            split_id(line->columns[LO_CONLLU_ID], '-', &first, &range_end);
        }
        if (line->kind == LO_CONLLU_WORD) {
            if (out->n_words == LO_CONLLU_WORDS_MAX)
                return lo_status_set(LO_E_LIMIT, "line %u: a sentence of over %d words", at, LO_CONLLU_WORDS_MAX);
            out->words[out->n_words++] = out->n_lines;
        }
        out->n_lines++;
    }
    if (range_end > (int32_t)out->n_words)
        return lo_status_set(LO_E_DATA, "line %u: a range ends behind the last word", first_line);
    for (uint32_t i = 0; i < out->n_words; i++)
        if (out->lines[out->words[i]].head > (int32_t)out->n_words)
            return lo_status_set(LO_E_DATA, "line %u: the head lies outside the sentence", first_line + out->words[i]);
    return LO_OK;
}

lo_status lo_conllu_write(const lo_conllu_sentence *sentence, lo_buf *out)
{
    for (uint32_t i = 0; i < sentence->n_lines; i++) {
        const lo_conllu_line *line = &sentence->lines[i];
        lo_buf_add_str(out, line->columns[0]);
        for (int k = 1; k < LO_CONLLU_COLUMNS && line->kind != LO_CONLLU_COMMENT; k++) {
            lo_buf_add_byte(out, '\t');
            lo_buf_add_str(out, line->columns[k]);
        }
        lo_buf_add_byte(out, '\n');
    }
    return lo_buf_add_byte(out, '\n');
}
