// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "base/stop.h"
#include "base/utf8.h"
#include "lang/conllu.h"
#include "lang/parse.h"
#include "lang/segment.h"
#include "tool/command.h"
#include "tool/options.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

enum { CHUNK = 64 << 10, TEXT_MAX = 16 << 20 };

typedef struct parse {
    const lo_tagger *tagger;
    const lo_parser *parser;
    lo_lexicon *lexicon;
    lo_arena arena, scratch;
    lo_buf in, out;
    uint32_t line;      /* of the input, for messages */
    uint32_t sentences; /* written so far, for sent_id */
    uint64_t failed;
} parse;

static lo_str printed(lo_arena *arena, lo_buf *buf)
{
    lo_str copy = lo_str_copy(arena, lo_buf_str(buf));
    lo_buf_clear(buf);
    return copy;
}

/* Fills the columns of the words from LEMMA to DEPREL; DEPS and empty nodes, which belong to another analysis, go. */
static lo_status analyse(parse *p, lo_conllu_sentence *sentence)
{
    uint32_t n = sentence->n_words, kept = 0;
    lo_str *words = lo_arena_array(&p->arena, n + (size_t)1, sizeof *words);
    lo_tag *tags = lo_arena_array(&p->arena, n + (size_t)1, sizeof *tags);
    lo_arc *arcs = lo_arena_array(&p->arena, n + (size_t)1, sizeof *arcs);
    lo_buf text = LO_BUF_EMPTY;
    if (!words || !tags || !arcs)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++)
        words[i] = sentence->lines[sentence->words[i]].columns[LO_CONLLU_FORM];
    lo_status status = lo_tag_sentence(p->tagger, words, n, &p->scratch, tags);
    if (!status)
        status = lo_parse_sentence(p->parser, words, tags, n, &p->scratch, arcs);
    for (uint32_t i = 0; i < n && !status; i++) {
        lo_str *columns = sentence->lines[sentence->words[i]].columns;
        columns[LO_CONLLU_LEMMA] = lo_tag_lemma(p->tagger, words[i], tags[i], &p->arena);
        columns[LO_CONLLU_UPOS] = lo_str_of(lo_upos_name(tags[i].upos));
        columns[LO_CONLLU_XPOS] = lo_str_of(lo_xpos_name(tags[i].xpos));
        lo_tag_print_features(tags[i], &text);
        columns[LO_CONLLU_FEATS] = printed(&p->arena, &text);
        lo_buf_print(&text, "%d", arcs[i].head + 1);
        columns[LO_CONLLU_HEAD] = printed(&p->arena, &text);
        columns[LO_CONLLU_DEPREL] = lo_str_of(lo_relation_name(arcs[i].relation));
        columns[LO_CONLLU_DEPS] = LO_STR("_");
        if (!columns[LO_CONLLU_LEMMA].p || !columns[LO_CONLLU_FEATS].p || !columns[LO_CONLLU_HEAD].p)
            status = lo_mem_short();
    }
    for (uint32_t i = 0; i < sentence->n_lines; i++)
        if (sentence->lines[i].kind != LO_CONLLU_EMPTY)
            sentence->lines[kept++] = sentence->lines[i];
    sentence->n_lines = kept;
    lo_buf_free(&text);
    return status ? status : lo_conllu_write(sentence, &p->out);
}

static lo_status flush(parse *p)
{
    lo_str text = lo_buf_str(&p->out);
    if (p->out.status)
        return p->out.status;
    if (fwrite(text.p, 1, text.n, stdout) != text.n || fflush(stdout))
        return errno == EPIPE ? LO_E_STOP : lo_status_set(LO_E_IO, "standard output: %s", strerror(errno));
    lo_buf_clear(&p->out);
    return LO_OK;
}

/* A fault in the input costs the sentence or the piece of text it stands in. */
static lo_status forgive(parse *p, lo_status status)
{
    if (status != LO_E_DATA && status != LO_E_LIMIT)
        return status;
    lo_options_complain("parse", lo_status_message());
    p->failed++;
    return LO_OK;
}

static lo_status take_conllu(parse *p, lo_str *rest)
{
    lo_conllu_sentence sentence;
    lo_str block = lo_conllu_next(rest, &p->line);
    if (!block.p)
        return LO_OK;
    lo_status status = lo_conllu_read(block, p->line, &p->arena, &sentence);
    if (!status)
        status = analyse(p, &sentence);
    for (const char *at = block.p; at < block.p + block.n && (at = memchr(at, '\n', block.n - (size_t)(at - block.p)));
         at++)
        p->line++;
    p->line++; /* the blank line */
    return forgive(p, status);
}

static lo_conllu_line *add_line(lo_conllu_sentence *sentence, lo_conllu_kind kind)
{
    lo_conllu_line *line = &sentence->lines[sentence->n_lines++];
    *line = (lo_conllu_line){.kind = kind, .head = -1};
    for (int k = 0; k < LO_CONLLU_COLUMNS && kind != LO_CONLLU_COMMENT; k++)
        line->columns[k] = LO_STR("_");
    return line;
}

/* The text of a sentence on one line. */
static void add_text(lo_buf *out, lo_str text)
{
    bool blank = false;
    for (size_t i = 0; i < text.n; i++) {
        unsigned char c = (unsigned char)text.p[i];
        if (c <= ' ' || c == 0x7f) {
            blank = true;
            continue;
        }
        if (blank)
            lo_buf_add_byte(out, ' ');
        blank = false;
        lo_buf_add_byte(out, c);
    }
}

static lo_status write_sentence(parse *p, lo_str text, const lo_segment *segment, uint32_t index)
{
    const lo_sentence *at = &segment->sentences[index];
    const lo_token *tokens = segment->tokens;
    uint32_t n = at->end - at->first;
    lo_span span = lo_segment_sentence_span(segment, index);
    lo_conllu_sentence sentence = {.lines = lo_arena_array(&p->arena, 2 * (size_t)n + 4, sizeof *sentence.lines),
                                   .words = lo_arena_array(&p->arena, n + (size_t)1, sizeof *sentence.words)};
    lo_buf buf = LO_BUF_EMPTY;
    if (!sentence.lines || !sentence.words)
        return lo_mem_short();
    if (segment->paragraphs[at->paragraph].first == index)
        add_line(&sentence, LO_CONLLU_COMMENT)->columns[0] = LO_STR("# newpar");
    lo_buf_print(&buf, "# sent_id = %u", ++p->sentences);
    add_line(&sentence, LO_CONLLU_COMMENT)->columns[0] = printed(&p->arena, &buf);
    lo_buf_add_text(&buf, "# text = ");
    add_text(&buf, (lo_str){text.p + span.start, span.end - span.start});
    add_line(&sentence, LO_CONLLU_COMMENT)->columns[0] = printed(&p->arena, &buf);
    for (uint32_t i = at->first; i < at->end;) {
        uint32_t end = i + 1; /* tokens i … end - 1 are one word on paper: do|n't */
        while (end < at->end && tokens[end].flags & LO_TOKEN_CLITIC && !(tokens[end].flags & LO_TOKEN_SPACE_BEFORE))
            end++;
        bool glued = end < segment->n_tokens && end < at->end && !(tokens[end].flags & LO_TOKEN_SPACE_BEFORE);
        lo_str misc = glued ? LO_STR("SpaceAfter=No") : LO_STR("_");
        if (end > i + 1) {
            lo_conllu_line *range = add_line(&sentence, LO_CONLLU_RANGE);
            lo_buf_print(&buf, "%u-%u", i - at->first + 1, end - at->first);
            range->columns[LO_CONLLU_ID] = printed(&p->arena, &buf);
            range->columns[LO_CONLLU_FORM] =
                (lo_str){text.p + tokens[i].start, tokens[end - 1].start + tokens[end - 1].length - tokens[i].start};
            range->columns[LO_CONLLU_MISC] = misc;
            misc = LO_STR("_");
        }
        for (; i < end; i++) {
            sentence.words[sentence.n_words++] = sentence.n_lines;
            lo_conllu_line *word = add_line(&sentence, LO_CONLLU_WORD);
            lo_buf_print(&buf, "%u", i - at->first + 1);
            word->columns[LO_CONLLU_ID] = printed(&p->arena, &buf);
            word->columns[LO_CONLLU_FORM] = (lo_str){text.p + tokens[i].start, tokens[i].length};
            word->columns[LO_CONLLU_MISC] = misc;
        }
    }
    lo_buf_free(&buf);
    return analyse(p, &sentence);
}

static lo_status take_text(parse *p, lo_str text)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_segment segment;
    lo_status status = LO_OK;
    if (!lo_utf8_valid(text))
        status = lo_status_set(LO_E_DATA, "the input is not UTF-8 text");
    if (!status)
        status = lo_segment_text(text, p->lexicon, &arena, &segment);
    for (uint32_t i = 0; !status && i < segment.n_sentences; i++) {
        lo_arena_reset(&p->arena);
        lo_arena_reset(&p->scratch);
        status = write_sentence(p, text, &segment, i);
        if (!status && p->out.n > CHUNK)
            status = flush(p);
    }
    lo_arena_free(&arena);
    return forgive(p, status);
}

/* Behind the last blank line; 0 when there is none. */
static size_t last_break(lo_str text)
{
    for (size_t i = text.n; i >= 2; i--)
        if (text.p[i - 1] == '\n' && (text.p[i - 2] == '\n' || (i >= 4 && !memcmp(text.p + i - 4, "\r\n\r\n", 4))))
            return i;
    return 0;
}

/* Works off what is whole in the input: up to the last blank line, or everything at the end. */
static lo_status work_off(parse *p, bool conllu, bool end)
{
    lo_str all = lo_buf_str(&p->in);
    lo_str whole = {all.p, end ? all.n : last_break(all)};
    lo_status status = LO_OK;
    if (!end && !conllu && whole.n < CHUNK) /* how a text is laid out shows only in a piece of some size */
        return LO_OK;
    if (conllu)
        for (lo_str rest = whole; rest.n && !status;) {
            lo_arena_reset(&p->arena);
            lo_arena_reset(&p->scratch);
            status = take_conllu(p, &rest);
            if (!status && p->out.n > CHUNK)
                status = flush(p);
        }
    else if (whole.n)
        status = take_text(p, whole);
    if (!status)
        status = flush(p);
    size_t limit = conllu ? LO_CONLLU_SENTENCE_MAX : TEXT_MAX;
    if (!status && all.n - whole.n > limit)
        status = lo_status_set(LO_E_LIMIT, "over %zu bytes without a blank line", limit);
    if (whole.n) {
        memmove(p->in.p, p->in.p + whole.n, all.n - whole.n);
        p->in.n -= whole.n;
    }
    return status;
}

static lo_status read_all(parse *p, bool conllu)
{
    lo_status status = LO_OK;
    while (!status) {
        ssize_t got = -1;
        if (!lo_buf_reserve(&p->in, CHUNK))
            got = read(STDIN_FILENO, p->in.p + p->in.n, CHUNK);
        if (p->in.status)
            return p->in.status;
        if (got < 0 && errno != EINTR)
            return lo_status_set(LO_E_IO, "standard input: %s", strerror(errno));
        if (lo_stop_asked())
            return lo_stop_check();
        if (got < 0)
            continue;
        p->in.n += (size_t)got;
        status = work_off(p, conllu, got == 0);
        if (got == 0)
            break;
    }
    return status;
}

int lo_cmd_parse_run(int argc, char **argv)
{
    const char *input = "text";
    const lo_option options[] = {{"input", 0, LO_OPTION_TEXT, &input, "KIND", "text (the default) or conllu", 0, 0},
                                 LO_OPTION_END};
    const lo_options spec = {
        "parse",
        "",
        "Reads English from standard input and writes CoNLL-U: sentences, words, tags, features, lemmas and\n"
        "dependency trees as Universal Dependencies has them.  With --input conllu the words stay as they are\n"
        "given; comments, multi-word tokens and the last column are kept, empty nodes are not.",
        options,
        0,
        0,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    bool conllu = !strcmp(input, "conllu");
    if (!conllu && strcmp(input, "text") != 0)
        return lo_options_misused("parse", "--input is text or conllu, not '%s'", input);
    lo_stop_watch();
    parse p = {.arena = LO_ARENA_EMPTY, .scratch = LO_ARENA_EMPTY, .in = LO_BUF_EMPTY, .out = LO_BUF_EMPTY, .line = 1};
    lo_status status = lo_tagger_shipped(&p.tagger);
    if (!status)
        status = lo_parser_shipped(&p.parser);
    if (!status)
        status = lo_lexicon_create(&p.lexicon);
    if (!status)
        status = lo_lexicon_freeze(p.lexicon);
    if (!status)
        status = read_all(&p, conllu);
    lo_lexicon_free(p.lexicon);
    lo_arena_free(&p.arena);
    lo_arena_free(&p.scratch);
    lo_buf_free(&p.in);
    lo_buf_free(&p.out);
    if (status)
        return lo_options_failed("parse", status);
    return p.failed ? LO_EXIT_PARTLY : LO_EXIT_DONE;
}
