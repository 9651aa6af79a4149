// SPDX-License-Identifier: MIT
#include "stage/lines.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

static lo_lines_got drain(lo_lines *lines, char *out)
{
    lo_str line;
    lo_lines_got got;
    while ((got = lo_lines_next(lines, &line)) == LO_LINES_LINE)
        sprintf(out + strlen(out), "[%.*s]", LO_STR_ARG(line));
    return got;
}

/* Writes text into a pipe, so many bytes at a time, and joins what comes out as "[line]". */
static void through(const char *text, size_t piece, char *out)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    lo_lines lines = lo_lines_of(ends[0]);
    *out = 0;
    for (size_t at = 0, n = strlen(text); at < n; at += piece) {
        size_t more = n - at < piece ? n - at : piece;
        cr_assert_eq(drain(&lines, out), LO_LINES_WAIT);
        cr_assert_eq(write(ends[1], text + at, more), (ssize_t)more);
        cr_assert_eq(lo_lines_fill(&lines), LO_OK);
    }
    close(ends[1]);
    cr_assert_eq(drain(&lines, out), LO_LINES_WAIT);
    cr_assert_eq(lo_lines_fill(&lines), LO_OK);
    cr_assert_eq(drain(&lines, out), LO_LINES_END);
    lo_lines_free(&lines);
    close(ends[0]);
}

Test(lines, any_pieces)
{
    static const char *const cases[][2] = {
        {"a\n", "[a]"},
        {"a", "[a]"},
        {"a\nb", "[a][b]"},
        {"\n\n", "[][]"},
        {"\na\n\n", "[][a][]"},
        {"one\r\ntwo\n", "[one\r][two]"},
        {"abc\ndef\nghi\n", "[abc][def][ghi]"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++)
        for (size_t piece = 1; piece <= 8; piece++) {
            char out[256];
            through(cases[i][0], piece, out);
            cr_assert_str_eq(out, cases[i][1], "case %zu in pieces of %zu", i, piece);
        }
}

Test(lines, one_line_too_long)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    pid_t writer = fork();
    cr_assert_geq(writer, 0);
    if (writer == 0) {
        static char block[1 << 20];
        memset(block, 'x', sizeof block);
        bool fine = write(ends[1], "first\n", 6) == 6;
        for (int i = 0; i < 200 && fine; i++)
            for (size_t at = 0; at < sizeof block;)
                at += (size_t)write(ends[1], block + at, sizeof block - at);
        fine = fine && write(ends[1], "\nlast\n", 6) == 6;
        _exit(!fine);
    }
    close(ends[1]);
    lo_lines lines = lo_lines_of(ends[0]);
    lo_str line;
    char seen[64] = "";
    size_t most = 0;
    for (lo_lines_got got; (got = lo_lines_next(&lines, &line)) != LO_LINES_END;) {
        most = lines.buffer.capacity > most ? lines.buffer.capacity : most;
        if (got == LO_LINES_WAIT)
            cr_assert_eq(lo_lines_fill(&lines), LO_OK);
        else if (got == LO_LINES_TOO_LONG)
            strcat(seen, "<long>");
        else
            sprintf(seen + strlen(seen), "[%.*s]", LO_STR_ARG(line));
    }
    cr_assert_str_eq(seen, "[first]<long>[last]");
    cr_assert_lt(most, 2u * LO_LINES_MAX + (1 << 20));
    lo_lines_free(&lines);
    close(ends[0]);
    waitpid(writer, NULL, 0);
}
