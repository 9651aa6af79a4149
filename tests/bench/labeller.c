// SPDX-License-Identifier: MIT
/* Rates of the sequence labeller and of what is built on it, on a text in memory.
 * usage: bench_labeller TEXT [SECONDS]
 *
 * labeller: 20 templates, 3 labels, scoring and best labelling, of a model that is first learned from the text itself
 * (which words stand in quotation marks, told from the words alone); attributions: cues, roles and chances by the
 * shipped model on tokens that are tagged already; tagger: for comparison. */
#include "base/mem.h"
#include "lang/attribute.h"
#include "lang/document.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

enum { COLUMNS = 3, LABELS = 3, LEARN = 100000 };

static const char *const columns[COLUMNS] = {"word", "tag", "shape"};
static const char *const labels[LABELS] = {"O", "B-Q", "I-Q"};
static const char *const templates[20] = {"",
                                          "word[0]",
                                          "word[-1]",
                                          "word[1]",
                                          "word[-2]",
                                          "word[2]",
                                          "tag[0]",
                                          "tag[-1]",
                                          "tag[1]",
                                          "tag[-1]|tag[0]",
                                          "tag[0]|tag[1]",
                                          "tag[-2]|tag[-1]",
                                          "tag[1]|tag[2]",
                                          "word[-1]|word[0]",
                                          "word[0]|word[1]",
                                          "word[0]|tag[1]",
                                          "tag[-1]|word[0]",
                                          "tag[-1]|tag[0]|tag[1]",
                                          "shape[0]",
                                          "shape[-1]|shape[0]|shape[1]"};
static const lo_label_spec spec = {columns, COLUMNS, 0, templates, 20, labels, LABELS};

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static char *read_file(const char *path, size_t *n)
{
    FILE *file = fopen(path, "rb");
    size_t capacity = 15 << 20;
    char *bytes = file ? malloc(capacity) : NULL;
    if (bytes)
        *n = lo_utf8_valid_prefix((lo_str){bytes, fread(bytes, 1, capacity, file)});
    if (file)
        fclose(file);
    return bytes;
}

static uint32_t *fill(const lo_attribute_text *text, uint32_t n, uint32_t *column[COLUMNS], uint8_t *gold)
{
    bool inside = false, begins = false;
    for (uint32_t i = 0; i < n; i++) {
        const lo_token *token = &text->segment->tokens[i];
        lo_str word = {text->text.p + token->start, token->length};
        unsigned tag = text->tags[i].xpos;
        column[0][i] = (uint32_t)lo_str_hash(word);
        column[1][i] = tag;
        column[2][i] = (uint32_t)(word.p[0] >= 'A' && word.p[0] <= 'Z') + 2u * (word.n > 3) + 4u * (word.n > 7);
        if (tag == LO_XPOS_OPEN_QUOTE || tag == LO_XPOS_CLOSE_QUOTE) {
            inside = begins = tag == LO_XPOS_OPEN_QUOTE;
            gold[i] = 0;
        } else {
            gold[i] = inside ? (begins ? 1 : 2) : 0;
            begins = false;
        }
    }
    return column[0];
}

static lo_status learn(const lo_segment *segment, const uint32_t *const *column, uint8_t *gold, lo_buf *out)
{
    lo_label_trainer *trainer = NULL;
    lo_label_options options = {.epochs = 2, .cutoff = 2};
    lo_status status = lo_label_trainer_create(&spec, &trainer);
    for (uint32_t s = 0; !status && s < segment->n_sentences && segment->sentences[s].end < LEARN; s++) {
        lo_label_rows rows = {column, segment->n_tokens, segment->sentences[s].first, segment->sentences[s].end};
        if (rows.first < rows.end && gold[rows.first] == 2)
            gold[rows.first] = 1;
        status = lo_label_trainer_add(trainer, &rows, gold + rows.first, NULL);
    }
    if (!status)
        status = lo_label_train(trainer, &options, out);
    lo_label_trainer_free(trainer);
    return status;
}

static lo_status label_all(const lo_label_model *model, const lo_segment *segment, const uint32_t *const *column,
                           int32_t *scores, uint8_t *got, lo_arena *scratch)
{
    lo_status status = LO_OK;
    for (uint32_t s = 0; !status && s < segment->n_sentences; s++) {
        lo_label_rows rows = {column, segment->n_tokens, segment->sentences[s].first, segment->sentences[s].end};
        uint32_t n = rows.end - rows.first, found;
        lo_label_path path = {.labels = got};
        memset(scores, 0, (size_t)n * LABELS * sizeof *scores);
        lo_label_score(model, LO_LABEL_ALL, &rows, scores);
        status = lo_label_best(model, scores, n, NULL, 1, scratch, &path, &found);
        lo_arena_reset(scratch);
    }
    return status;
}

int main(int argc, char **argv)
{
    size_t size = 0;
    char *bytes = argc > 1 ? read_file(argv[1], &size) : NULL;
    double seconds = argc > 2 ? atof(argv[2]) : 2;
    lo_arena arena = LO_ARENA_EMPTY, scratch = LO_ARENA_EMPTY;
    lo_lexicon *lexicon = NULL;
    lo_label_model *model = NULL;
    lo_buf file = LO_BUF_EMPTY;
    lo_document document;
    lo_attribute_text text;
    uint32_t *column[COLUMNS] = {0};
    if (!bytes) {
        fprintf(stderr, "usage: bench_labeller TEXT [SECONDS]\n");
        return 2;
    }
    lo_status status = lo_lexicon_create(&lexicon);
    if (!status)
        status = lo_lexicon_add_shipped(lexicon);
    if (!status)
        status = lo_lexicon_freeze(lexicon);
    lo_record record = {.key = LO_STR("bench"), .text = {bytes, size}};
    if (!status)
        status = lo_document_open(&document, &record, lexicon, &arena);
    double start = now();
    if (!status)
        status = lo_attribute_text_of(&document, &arena, &text);
    double tagging = now() - start;
    if (status)
        goto done;
    uint32_t n = document.segment.n_tokens;
    uint8_t *gold = lo_arena_zalloc(&arena, n + 1), *got = lo_arena_zalloc(&arena, n + 1);
    int32_t *scores = lo_arena_array(&arena, (size_t)n * LABELS + 1, sizeof *scores);
    for (int c = 0; c < COLUMNS; c++)
        column[c] = lo_arena_array(&arena, n + 1, sizeof *column[c]);
    if (!gold || !got || !scores || !column[0] || !column[1] || !column[2]) {
        status = lo_mem_short();
        goto done;
    }
    fill(&text, n, column, gold);
    const uint32_t *const rows[COLUMNS] = {column[0], column[1], column[2]};
    status = learn(&document.segment, rows, gold, &file);
    if (!status)
        status = lo_label_open(lo_buf_str(&file), &model);
    double best = 1e9, found = 1e9;
    for (start = now(); !status && now() - start < seconds;) {
        double at = now();
        status = label_all(model, &document.segment, rows, scores, got, &scratch);
        best = now() - at < best ? now() - at : best;
    }
    const lo_attributor *attributor = NULL;
    if (!status)
        status = lo_attributor_shipped(&attributor);
    uint32_t n_found = 0;
    for (start = now(); !status && now() - start < seconds;) {
        lo_attribution *list;
        double at = now();
        status = lo_attribute(attributor, &text, &scratch, &list, &n_found);
        found = now() - at < found ? now() - at : found;
        lo_arena_reset(&scratch);
    }
    if (!status) {
        printf("%u tokens, %u sentences, %u attributions\n", n, document.segment.n_sentences, n_found);
        printf("labeller, 20 templates  %10.0f tokens/s\n", n / best);
        printf("attributions            %10.0f tokens/s\n", n / found);
        printf("tagger                  %10.0f tokens/s\n", n / tagging);
    }
done:
    if (status)
        fprintf(stderr, "bench_labeller: %s\n", lo_status_message());
    lo_label_close(model);
    lo_buf_free(&file);
    lo_arena_free(&arena);
    lo_arena_free(&scratch);
    lo_lexicon_free(lexicon);
    free(bytes);
    return status ? 1 : 0;
}
