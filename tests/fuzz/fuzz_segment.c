// SPDX-License-Identifier: MIT
/* Any valid text: tokens, sentences and paragraphs tile it, offsets stand on characters. */
#include "base/utf8.h"
#include "fuzz.h"
#include "lang/segment.h"

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    static lo_lexicon *lexicon;
    static lo_arena arena;
    lo_str text = {(const char *)bytes, n};
    lo_segment s;
    uint32_t token = 0, sentence = 0, at = 0;
    if (!lexicon && (lo_lexicon_create(&lexicon) != LO_OK || lo_lexicon_add_shipped(lexicon) != LO_OK ||
                     lo_lexicon_use(lexicon, "title") != LO_OK || lo_lexicon_use(lexicon, "quote") != LO_OK ||
                     lo_lexicon_freeze(lexicon) != LO_OK))
        abort();
    text.n = lo_utf8_valid_prefix(text);
    lo_arena_reset(&arena);
    if (lo_segment_text(text, lexicon, &arena, &s) != LO_OK)
        return 0;
    for (uint32_t i = 0; i < s.n_tokens; i++) {
        uint32_t end = s.tokens[i].start + s.tokens[i].length;
        REQUIRE(s.tokens[i].start >= at && s.tokens[i].length > 0 && end <= text.n);
        REQUIRE(lo_utf8_boundary(text, s.tokens[i].start) && lo_utf8_boundary(text, end) && s.codes[i] != 0);
        at = end;
    }
    for (uint32_t k = 0; k < s.n_sentences; k++) {
        REQUIRE(s.sentences[k].first == token && s.sentences[k].end > token);
        token = s.sentences[k].end;
    }
    for (uint32_t p = 0; p < s.n_paragraphs; p++) {
        REQUIRE(s.paragraphs[p].first == sentence && s.paragraphs[p].end > sentence);
        sentence = s.paragraphs[p].end;
    }
    REQUIRE(token == s.n_tokens && sentence == s.n_sentences);
    return 0;
}
