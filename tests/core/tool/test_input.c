// SPDX-License-Identifier: MIT
#include "tool/input.h"

#include "base/mem.h"
#include "scratch.h"

#include <criterion/criterion.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

TestSuite(input, .init = scratch_open, .fini = scratch_close);

/* What comes, one line an item: kind, name behind the scratch folder, line number, bytes (cut at 20). */
static char *read_all(const char *const *paths, size_t n, uint64_t *skipped)
{
    lo_input input = lo_input_of(paths, n);
    lo_input_item item = {0};
    lo_buf out = LO_BUF_EMPTY;
    size_t prefix = strlen(scratch_folder) + 1;
    do {
        cr_assert_eq(lo_input_next(&input, &item), LO_OK, "%s", lo_status_message());
        lo_str name = item.name;
        if (name.n > prefix && !strncmp(name.p, scratch_folder, prefix - 1))
            name = (lo_str){name.p + prefix, name.n - prefix};
        if (item.kind == LO_INPUT_FILE)
            lo_buf_print(&out, "file %.*s: %.*s\n", LO_STR_ARG(name), (int)(item.bytes.n > 20 ? 20 : item.bytes.n),
                         item.bytes.p);
        else if (item.kind == LO_INPUT_LINE)
            lo_buf_print(&out, "line %.*s:%d: %.*s\n", LO_STR_ARG(name), (int)item.line,
                         (int)(item.bytes.n > 20 ? 20 : item.bytes.n), item.bytes.p);
        else if (item.kind == LO_INPUT_FAILED)
            lo_buf_print(&out, "failed %s\n",
                         strrchr(lo_status_message(), '/') ? strrchr(lo_status_message(), '/') + 1
                                                           : lo_status_message());
    } while (item.kind != LO_INPUT_END);
    if (skipped)
        *skipped = input.skipped;
    lo_input_close(&input);
    lo_buf_add_byte(&out, 0);
    char *copy = strdup(out.p);
    lo_buf_free(&out);
    return copy;
}

static void gives(const char *path, const char *expected)
{
    char *got = read_all(&path, 1, NULL);
    cr_assert_str_eq(got, expected);
    free(got);
}

Test(input, a_folder_is_walked_in_order_and_links_never_in_circles)
{
    static const char *const names[] = {"t/b.txt",           "t/a.TXT",    "t/c.pdf",    "t/sub/x.html",
                                        "t/sub/lines.jsonl", "t/z.ndjson", "t/Makefile", "t/.hidden.md"};
    mkdir(scratch("t"), 0700);
    mkdir(scratch("t/sub"), 0700);
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        scratch_write(names[i], strstr(names[i], "json") ? "{1}\n\n{2}" : "text\n", strstr(names[i], "json") ? 8 : 5);
    cr_assert_eq(symlink("..", scratch("t/sub/up")), 0);
    cr_assert_eq(symlink("nowhere", scratch("t/dangling.txt")), 0);
    cr_assert_eq(mkfifo(scratch("t/pipe.txt"), 0600), 0);
    int64_t before = lo_mem_alive();
    const char *path = scratch("t");
    uint64_t skipped;
    char *got = read_all(&path, 1, &skipped);
    cr_assert_str_eq(got, "file t/.hidden.md: text\n\nfile t/a.TXT: text\n\nfile t/b.txt: text\n\n"
                          "line t/sub/lines.jsonl:1: {1}\nline t/sub/lines.jsonl:3: {2}\nfile t/sub/x.html: text\n\n"
                          "line t/z.ndjson:1: {1}\nline t/z.ndjson:3: {2}\n");
    cr_assert_eq(skipped, 4);
    cr_assert_eq(lo_mem_alive(), before);
    free(got);
}

Test(input, what_cannot_be_read_is_one_item_and_the_rest_goes_on)
{
    scratch_write("good.txt", "good", 4);
    scratch_write("odd.xyz", "named, so read", 14);
    scratch_write("empty.jsonl", "", 0);
    int big = open(scratch("big.txt"), O_CREAT | O_WRONLY, 0600);
    cr_assert(big >= 0 && ftruncate(big, (off_t)1 << 30) == 0); /* a hole: nothing is read of it */
    close(big);
    const char *paths[] = {scratch("absent.txt"), scratch("good.txt"), scratch("big.txt"), scratch("empty.jsonl"),
                           scratch("odd.xyz")};
    char *got = read_all(paths, 5, NULL);
    cr_assert_str_eq(got, "failed absent.txt: No such file or directory\nfile good.txt: good\n"
                          "failed big.txt: is larger than 32 MiB, too much for one document; split it\n"
                          "file odd.xyz: named, so read\n");
    free(got);
}

static void stream(const char *bytes, size_t n, const char *expected)
{
    int ends[2];
    cr_assert_eq(pipe(ends), 0);
    cr_assert_eq(write(ends[1], bytes, n), (ssize_t)n);
    close(ends[1]);
    dup2(ends[0], STDIN_FILENO);
    close(ends[0]);
    gives("-", expected);
}

Test(input, standard_input_is_lines_or_one_document)
{
    static const char *const cases[][2] = {
        {"{\"a\":1}\n{\"b\":2}\n", "line -:1: {\"a\":1}\nline -:2: {\"b\":2}\n"},
        {"\n  \xef\xbb\xbf{", "file -: \n  \xef\xbb\xbf{\n"},
        {"\xef\xbb\xbf \n{\"a\":1}", "line -:2: {\"a\":1}\n"},
        {"Plain text\nof two lines.\n", "file -: Plain text\nof two li\n"},
        {"", "file -: \n"},
        {"\n\n\n", "file -: \n\n\n\n"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++)
        stream(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    stream("\0\0{", 3, "file -: \n"); /* as it is printed here */
}
