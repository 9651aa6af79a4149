// SPDX-License-Identifier: MIT
#include "lang/attribute_corpus.h"

#include "base/mem.h"

#include <jansson.h>
#include <string.h>

void lo_attribute_corpus_free(lo_attribute_corpus *corpus)
{
    if (!corpus)
        return;
    lo_lexicon_free(corpus->lexicon);
    lo_mem_free(corpus->samples);
    lo_arena_free(&corpus->arena);
    *corpus = (lo_attribute_corpus){0};
}

/* "field": [[s, e], …] in code points to byte spans; a missing field is an empty list. */
static lo_status read_spans(lo_arena *arena, const json_t *quote, const char *field, const lo_utf8_index *index,
                            lo_span **out, uint32_t *out_n)
{
    const json_t *list = json_object_get(quote, field);
    size_t n = json_array_size(list);
    *out_n = 0;
    *out = lo_arena_array(arena, n + 1, sizeof **out);
    if (!*out)
        return lo_mem_short();
    for (size_t i = 0; i < n; i++) {
        const json_t *pair = json_array_get(list, i);
        json_int_t start = json_integer_value(json_array_get(pair, 0));
        json_int_t end = json_integer_value(json_array_get(pair, 1));
        if (json_array_size(pair) != 2 || start < 0 || end <= start || end > UINT32_MAX)
            return lo_status_set(LO_E_DATA, "\"%s\" has a span that is none", field);
        if ((uint32_t)end > lo_utf8_index_code_point(index, index->text.n))
            return lo_status_set(LO_E_DATA, "\"%s\" has a span outside the text", field);
        size_t from = lo_utf8_index_byte(index, (uint32_t)start), to = lo_utf8_index_byte(index, (uint32_t)end);
        (*out)[(*out_n)++] = (lo_span){(uint32_t)from, (uint32_t)to};
    }
    return LO_OK;
}

static lo_status read_gold(lo_attribute_sample *sample, lo_arena *arena, const json_t *quotes)
{
    lo_utf8_index index;
    lo_status status = lo_utf8_index_build(arena, sample->document.record.text, &index);
    size_t n = json_array_size(quotes);
    sample->gold = lo_arena_array(arena, n + 1, sizeof *sample->gold);
    if (!status && !sample->gold)
        status = lo_mem_short();
    for (size_t i = 0; !status && i < n; i++) {
        const json_t *quote = json_array_get(quotes, i);
        lo_span *cues = NULL, *sources = NULL, *contents = NULL;
        uint32_t n_cues = 0, n_sources = 0, n_contents = 0;
        status = read_spans(arena, quote, "cue", &index, &cues, &n_cues);
        if (!status)
            status = read_spans(arena, quote, "source", &index, &sources, &n_sources);
        if (!status)
            status = read_spans(arena, quote, "content", &index, &contents, &n_contents);
        if (!status && n_cues)
            sample->gold[sample->n_gold++] = (lo_attribute_gold){cues[0], sources, contents, n_sources, n_contents};
    }
    return status;
}

static lo_status add_line(lo_attribute_corpus *corpus, lo_str line)
{
    lo_arena *arena = &corpus->arena;
    json_error_t error;
    json_t *root = json_loadb(line.p, line.n, 0, &error);
    const json_t *text = json_object_get(root, "text"), *id = json_object_get(root, "id");
    lo_attribute_sample *sample = lo_arena_zalloc(arena, sizeof *sample);
    lo_status status = LO_OK;
    if (!json_is_string(text) || !json_is_string(id))
        status = lo_status_set(LO_E_DATA, "a document needs \"id\" and \"text\"%s%s", root ? "" : ": ",
                               root ? "" : error.text);
    else if (!sample)
        status = lo_mem_short();
    if (!status) {
        sample->id = lo_str_copy(arena, (lo_str){json_string_value(id), json_string_length(id)});
        lo_str copy = lo_str_copy(arena, (lo_str){json_string_value(text), json_string_length(text)});
        lo_record record = {.key = sample->id, .text = copy};
        status = sample->id.p && copy.p ? lo_document_open(&sample->document, &record, corpus->lexicon, arena)
                                        : lo_mem_short();
    }
    if (!status)
        status = lo_attribute_text_of(&sample->document, arena, &sample->text);
    if (!status)
        status = read_gold(sample, arena, json_object_get(json_object_get(root, "gold"), "quotes"));
    if (!status)
        status = lo_mem_grow((void **)&corpus->samples, &corpus->room, corpus->n + 1, sizeof *corpus->samples);
    if (!status)
        corpus->samples[corpus->n++] = sample;
    json_decref(root);
    return status;
}

lo_status lo_attribute_corpus_add(lo_attribute_corpus *corpus, lo_str jsonl)
{
    lo_status status = LO_OK;
    if (!corpus->lexicon) {
        status = lo_lexicon_create(&corpus->lexicon);
        if (!status)
            status = lo_lexicon_add_shipped(corpus->lexicon);
        if (!status)
            status = lo_lexicon_freeze(corpus->lexicon);
    }
    size_t number = 1;
    for (size_t at = 0; !status && at < jsonl.n; number++) {
        const char *end = memchr(jsonl.p + at, '\n', jsonl.n - at);
        size_t n = end ? (size_t)(end - jsonl.p) - at : jsonl.n - at;
        lo_str line = lo_str_trim((lo_str){jsonl.p + at, n});
        if (line.n)
            status = add_line(corpus, line);
        if (status)
            lo_status_prefix(status, "line %zu", number);
        at += n + 1;
    }
    return status;
}

lo_status lo_attribute_corpus_train(const lo_str *files, size_t n, uint32_t seed, void (*progress)(const char *line),
                                    lo_buf *out)
{
    lo_attribute_corpus corpus = {0};
    lo_attribute_trainer *trainer = NULL;
    lo_status status = lo_attribute_trainer_create(&trainer);
    for (size_t i = 0; !status && i < n; i++)
        status = lo_attribute_corpus_add(&corpus, files[i]);
    for (size_t i = 0; !status && i < corpus.n; i++)
        status = lo_attribute_trainer_add(trainer, &corpus.samples[i]->text, corpus.samples[i]->gold,
                                          corpus.samples[i]->n_gold);
    if (!status)
        status = lo_attribute_train(trainer, seed, progress, out);
    lo_attribute_trainer_free(trainer);
    lo_attribute_corpus_free(&corpus);
    return status;
}
