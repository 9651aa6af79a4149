// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/conllu.h"

#include <criterion/criterion.h>
#include <stdlib.h>

#define WORD(id, form, head) id "\t" form "\t_\tNOUN\tNN\t_\t" head "\tdep\t_\t_\n"

/* What is read is written as it was. */
Test(conllu, there_and_back)
{
    static const char text[] = "\n\n# newpar\n# text = It doesn't.\n" WORD(
        "1", "It", "2") "2-3\tdoesn't\t_\t_\t_\t_\t_\t_\t_\tSpaceAfter=No\n" WORD("2", "does", "0")
        WORD("3", "n't", "2") "3.1\tgo\tgo\tVERB\tVB\t_\t_\t_\t2:x\t_\n" WORD("4", ".", "2") "\n" WORD(
            "1", "Yes", "0") "\n\n\n# only a comment\n\n" WORD("1", "no end of line", "0");
    lo_arena arena = LO_ARENA_EMPTY;
    lo_str rest = {text, sizeof text - 1};
    static const uint32_t words[] = {4, 1, 0, 1}, first_lines[] = {3, 12, 16, 18};
    uint32_t line = 1, n = 0;
    for (lo_str block; (block = lo_conllu_next(&rest, &line)).p; n++) {
        lo_conllu_sentence sentence;
        lo_buf out = LO_BUF_EMPTY;
        cr_assert_eq(lo_conllu_read(block, line, &arena, &sentence), LO_OK, "%s", lo_status_message());
        cr_assert_eq(sentence.n_words, words[n]);
        cr_assert_eq(line, first_lines[n], "sentence %u starts in line %u", n, line);
        cr_assert_eq(lo_conllu_write(&sentence, &out), LO_OK);
        lo_str written = lo_buf_str(&out);
        cr_assert(written.n >= block.n && !memcmp(written.p, block.p, block.n), "%.*s", LO_STR_ARG(written));
        lo_buf_free(&out);
        line += sentence.n_lines + 1;
    }
    cr_assert_eq(n, 4);
    lo_arena_free(&arena);
}

Test(conllu, faults_are_named)
{
    static const struct {
        const char *text;
        lo_status status;
        const char *message;
    } cases[] = {
        {"1\tone\n", LO_E_DATA, "line 7: a CoNLL-U line has ten columns parted by tabs"},
        {WORD("1", "a", "0") "2\t\t_\t_\t_\t_\t_\t_\t_\t_\n", LO_E_DATA, "line 8: column 2 is empty"},
        {WORD("2", "a", "0"), LO_E_DATA, "line 7: word 2 where 1 was expected"},
        {WORD("1", "a", "2"), LO_E_DATA, "line 7: the head lies outside the sentence"},
        {WORD("1", "a", "-1"), LO_E_DATA, "line 7: '-1' is no head"},
        {WORD("1", "a", "99999999999"), LO_E_DATA, "line 7: '99999999999' is no head"},
        {WORD("1", "\xff", "0"), LO_E_DATA, "line 7: this sentence is not UTF-8 text"},
        {WORD("2-3", "a", "_") WORD("1", "a", "0"), LO_E_DATA, "line 7: range 2-3 is out of order"},
        {WORD("1-2", "a", "_") WORD("1", "a", "0"), LO_E_DATA, "line 7: a range ends behind the last word"},
        {WORD("1-2", "a", "_") WORD("1-2", "a", "_") WORD("1", "a", "0"), LO_E_DATA, "line 8: a range inside another"},
        {WORD("1.1", "a", "_"), LO_E_DATA, "line 7: empty node 1.1 is out of order"},
    };
    lo_arena arena = LO_ARENA_EMPTY;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        lo_conllu_sentence sentence;
        cr_assert_eq(lo_conllu_read(lo_str_of(cases[i].text), 7, &arena, &sentence), cases[i].status);
        cr_assert(!strncmp(lo_status_message(), cases[i].message, strlen(cases[i].message)), "%s", lo_status_message());
    }
    lo_arena_free(&arena);
}

Test(conllu, limits_and_memory)
{
    lo_buf text = LO_BUF_EMPTY;
    for (int i = 1; i <= LO_CONLLU_WORDS_MAX + 1; i++)
        lo_buf_print(&text, "%d\ta\t_\t_\t_\t_\t_\t_\t_\t_\n", i);
    lo_arena arena = LO_ARENA_EMPTY;
    lo_conllu_sentence sentence;
    cr_assert_neq(lo_conllu_read(lo_buf_str(&text), 1, &arena, &sentence), LO_OK);
    lo_arena_free(&arena);
    int64_t alive = lo_mem_alive();
    for (uint64_t skip = 0; skip < 3; skip++) {
        lo_mem_fail_after(skip, 1);
        lo_status status = lo_conllu_read(LO_STR(WORD("1", "a", "0")), 1, &arena, &sentence);
        lo_mem_fail_never();
        cr_assert(status == LO_E_MEMORY || skip);
        lo_arena_free(&arena);
    }
    cr_assert_eq(lo_mem_alive(), alive);
    lo_buf_free(&text);
}
