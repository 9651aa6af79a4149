// SPDX-License-Identifier: MIT
#include "lang/treebank.h"

#include "base/mem.h"
#include "lang/conllu.h"

#include <string.h>

static lo_status grow(lo_treebank *bank, size_t need)
{
    lo_status status = lo_mem_grow((void **)&bank->forms, &bank->capacity[0], need, sizeof *bank->forms);
    if (!status)
        status = lo_mem_grow((void **)&bank->lemmas, &bank->capacity[1], need, sizeof *bank->lemmas);
    if (!status)
        status = lo_mem_grow((void **)&bank->tags, &bank->capacity[2], need, sizeof *bank->tags);
    if (!status)
        status = lo_mem_grow((void **)&bank->arcs, &bank->capacity[3], need, sizeof *bank->arcs);
    return status;
}

static lo_status add_sentence(lo_treebank *bank, const lo_conllu_sentence *sentence, uint32_t line)
{
    lo_status status = grow(bank, bank->n + sentence->n_words);
    if (!status)
        status =
            lo_mem_grow((void **)&bank->starts, &bank->starts_capacity, bank->n_sentences + 2, sizeof *bank->starts);
    if (status)
        return status;
    for (uint32_t i = 0; i < sentence->n_words; i++) {
        const lo_conllu_line *word = &sentence->lines[sentence->words[i]];
        lo_tag tag = {(uint8_t)lo_upos_of(word->columns[LO_CONLLU_UPOS]),
                      (uint8_t)lo_xpos_of(word->columns[LO_CONLLU_XPOS]), 0};
        unsigned relation = lo_relation_of(word->columns[LO_CONLLU_DEPREL]);
        if (!tag.upos || !tag.xpos || !relation || word->head < 0)
            return lo_status_set(LO_E_DATA, "line %u: no tag or relation that this program knows",
                                 line + sentence->words[i]);
        bank->forms[bank->n] = word->columns[LO_CONLLU_FORM];
        bank->lemmas[bank->n] = word->columns[LO_CONLLU_LEMMA];
        bank->tags[bank->n] = tag;
        bank->arcs[bank->n] = (lo_arc){word->head - 1, (uint8_t)relation};
        bank->n++;
    }
    bank->starts[bank->n_sentences++] = (uint32_t)(bank->n - sentence->n_words);
    bank->starts[bank->n_sentences] = (uint32_t)bank->n;
    return LO_OK;
}

/* Whether the document that starts here, if one does, is to be left out; else *out stays. */
static void look_for_document(const lo_conllu_sentence *sentence, const char *const *without, size_t n, bool *out)
{
    static const char mark[] = "# newdoc id = ";
    for (uint32_t i = 0; i < sentence->n_lines && sentence->lines[i].kind == LO_CONLLU_COMMENT; i++) {
        lo_str text = sentence->lines[i].columns[0];
        if (text.n < sizeof mark - 1 || memcmp(text.p, mark, sizeof mark - 1) != 0)
            continue;
        lo_str name = lo_str_trim((lo_str){text.p + sizeof mark - 1, text.n - (sizeof mark - 1)});
        *out = false;
        for (size_t k = 0; k < n; k++)
            *out |= lo_str_is(name, without[k]);
    }
}

lo_status lo_treebank_add(lo_treebank *bank, lo_str bytes, const char *const *without, size_t n_without)
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_status status = LO_OK;
    uint32_t line = 1;
    bool left_out = false;
    for (lo_str block; !status && (block = lo_conllu_next(&bytes, &line)).p;) {
        lo_conllu_sentence sentence;
        lo_arena_reset(&arena);
        status = lo_conllu_read(block, line, &arena, &sentence);
        if (!status)
            look_for_document(&sentence, without, n_without, &left_out);
        if (!status && sentence.n_words && !left_out)
            status = add_sentence(bank, &sentence, line);
        line += sentence.n_lines + 1;
    }
    lo_arena_free(&arena);
    return status;
}

void lo_treebank_free(lo_treebank *bank)
{
    lo_mem_free(bank->forms);
    lo_mem_free(bank->lemmas);
    lo_mem_free(bank->tags);
    lo_mem_free(bank->arcs);
    lo_mem_free(bank->starts);
    *bank = LO_TREEBANK_EMPTY;
}
