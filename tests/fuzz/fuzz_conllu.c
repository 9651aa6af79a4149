// SPDX-License-Identifier: MIT
/* Any bytes as CoNLL-U: a sentence that is written as it was read and read again alike, or a message. */
#include "fuzz.h"

#include "base/mem.h"
#include "lang/conllu.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lo_str rest = {(const char *)data, size};
    lo_arena arena = LO_ARENA_EMPTY;
    int64_t before = lo_mem_alive();
    uint32_t line = 1;
    for (lo_str block; (block = lo_conllu_next(&rest, &line)).p;) {
        lo_conllu_sentence sentence, again;
        REQUIRE(block.n > 0);
        lo_status status = lo_conllu_read(block, line, &arena, &sentence);
        REQUIRE(status == LO_OK || status == LO_E_DATA || status == LO_E_LIMIT);
        if (status)
            continue;
        lo_buf out = LO_BUF_EMPTY;
        REQUIRE(lo_conllu_write(&sentence, &out) == LO_OK);
        REQUIRE(lo_conllu_read(lo_buf_str(&out), 1, &arena, &again) == LO_OK);
        REQUIRE(again.n_lines == sentence.n_lines && again.n_words == sentence.n_words);
        lo_buf_free(&out);
    }
    lo_arena_free(&arena);
    REQUIRE(lo_mem_alive() == before);
    return 0;
}
