// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/document.h"

/* One element a token; a sentence's are filled when first asked for. */
struct lo_document_layers {
    lo_tag *tags;
    lo_arc *arcs;
    unsigned char *tagged, *parsed; /* one a sentence */
};

static lo_status layers_of(lo_document *document, struct lo_document_layers **out)
{
    struct lo_document_layers *layers = document->layers;
    if (!layers) {
        size_t tokens = document->segment.n_tokens, sentences = document->segment.n_sentences;
        layers = lo_arena_alloc(document->arena, sizeof *layers);
        if (!layers)
            return lo_mem_short();
        layers->tags = lo_arena_array(document->arena, tokens + 1, sizeof *layers->tags);
        layers->arcs = lo_arena_array(document->arena, tokens + 1, sizeof *layers->arcs);
        layers->tagged = lo_arena_array(document->arena, sentences + 1, 1);
        layers->parsed = lo_arena_array(document->arena, sentences + 1, 1);
        if (!layers->tags || !layers->arcs || !layers->tagged || !layers->parsed)
            return lo_mem_short();
        document->layers = layers;
    }
    *out = layers;
    return LO_OK;
}

static lo_status words_of(const lo_document *document, const lo_sentence *sentence, lo_arena *arena, lo_str **out)
{
    uint32_t n = sentence->end - sentence->first;
    *out = lo_arena_alloc(arena, (n + (size_t)1) * sizeof **out);
    if (!*out)
        return lo_mem_short();
    for (uint32_t i = 0; i < n; i++) {
        const lo_token *token = &document->segment.tokens[sentence->first + i];
        (*out)[i] = (lo_str){document->record.text.p + token->start, token->length};
    }
    return LO_OK;
}

lo_status lo_document_tags(lo_document *document, uint32_t sentence, const lo_tag **out)
{
    struct lo_document_layers *layers = NULL;
    lo_status status = layers_of(document, &layers);
    if (status || sentence >= document->segment.n_sentences)
        return status ? status : lo_status_set(LO_E_ARG, "there is no sentence %u", sentence);
    const lo_sentence *at = &document->segment.sentences[sentence];
    if (!layers->tagged[sentence]) {
        const lo_tagger *tagger;
        lo_arena scratch = LO_ARENA_EMPTY;
        lo_str *words;
        status = lo_tagger_shipped(&tagger);
        if (!status)
            status = words_of(document, at, &scratch, &words);
        if (!status)
            status = lo_tag_sentence(tagger, words, at->end - at->first, &scratch, layers->tags + at->first);
        lo_arena_free(&scratch);
        layers->tagged[sentence] = !status;
    }
    *out = layers->tags + at->first;
    return status;
}

lo_status lo_document_tree(lo_document *document, uint32_t sentence, const lo_arc **out)
{
    const lo_tag *tags = NULL;
    lo_status status = lo_document_tags(document, sentence, &tags);
    if (status)
        return status;
    struct lo_document_layers *layers = document->layers;
    const lo_sentence *at = &document->segment.sentences[sentence];
    if (!layers->parsed[sentence]) {
        const lo_parser *parser;
        lo_arena scratch = LO_ARENA_EMPTY;
        lo_str *words;
        status = lo_parser_shipped(&parser);
        if (!status)
            status = words_of(document, at, &scratch, &words);
        if (!status)
            status = lo_parse_sentence(parser, words, tags, at->end - at->first, &scratch, layers->arcs + at->first);
        lo_arena_free(&scratch);
        layers->parsed[sentence] = !status;
    }
    *out = layers->arcs + at->first;
    return status;
}
