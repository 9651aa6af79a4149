// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "out/table.h"

#include <criterion/criterion.h>

static lo_status collect(void *context, lo_str bytes)
{
    return lo_buf_add_str(context, bytes);
}

static lo_status write_table(lo_table_format format, uint32_t width, lo_buf *out)
{
    static const char *const names[] = {"speaker", "said", "score"};
    lo_table_options options = {.format = format, .width = width, .title = "T <b>", .note = "n"};
    lo_table *table;
    lo_status status = lo_table_open(&options, names, 3, collect, out, &table);
    if (status)
        return status;
    lo_table_cell first[] = {{LO_STR("Ann \033[1mLee"), false, LO_STR("javascript:x")},
                             {LO_STR("we will sign the accord <now>"), false, LO_STR_NONE},
                             {LO_STR("0.5"), true, LO_STR_NONE}};
    lo_table_cell second[] = {{LO_STR("=Bo"), false, LO_STR("https://a.example/?a=1&b=2")},
                              {LO_STR_NONE, false, LO_STR_NONE},
                              {LO_STR("12"), true, LO_STR_NONE}};
    lo_table_row(table, first);
    lo_table_row(table, second);
    return lo_table_close(table);
}

static void expect(lo_table_format format, uint32_t width, const char *want)
{
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(write_table(format, width, &out), LO_OK);
    lo_buf_add_byte(&out, 0);
    cr_assert_str_eq(out.p, want, "got:\n%s\nwant:\n%s", out.p, want);
    lo_buf_free(&out);
}

Test(table, writes_every_text_format)
{
    expect(LO_TABLE_TEXT, 36,
           "speaker    said               score\n"
           "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
           "\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500\u2500  "
           "\u2500\u2500\u2500\u2500\u2500\n"
           "Ann        we will sign the     0.5\n"
           "^[[1mLee   accord <now>\n"
           "=Bo                              12\n"
           "n\n");
    expect(LO_TABLE_CSV, 0,
           "speaker,said,score\r\nAnn \033[1mLee,we will sign the accord <now>,0.5\r\n\"'=Bo\",,12\r\n");
    expect(LO_TABLE_JSONL, 0,
           "{\"speaker\": \"Ann \\u001b[1mLee\", \"said\": \"we will sign the accord <now>\", \"score\": 0.5}\n"
           "{\"speaker\": \"=Bo\", \"said\": null, \"score\": 12}\n");
    expect(LO_TABLE_MARKDOWN, 0,
           "| speaker | said | score |\n|---|---|--:|\n"
           "| Ann \\[1mLee | we will sign the accord &lt;now\\> | 0.5 |\n| =Bo |  | 12 |\n");
}

Test(table, a_page_runs_nothing_of_a_document)
{
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(write_table(LO_TABLE_HTML, 0, &out), LO_OK);
    lo_buf_add_byte(&out, 0);
    cr_assert(strstr(out.p, "<title>T &lt;b&gt;</title>"));
    cr_assert(strstr(out.p, "&lt;now&gt;"));
    cr_assert(!strstr(out.p, "javascript:x"));
    cr_assert(strstr(out.p, "href=\"https://a.example/?a=1&amp;b=2\""));
    cr_assert(strstr(out.p, "script-src 'sha256-"));
    cr_assert(!strstr(out.p, "unsafe-inline"));
    lo_buf_free(&out);
}

Test(table, survives_every_failed_allocation)
{
    for (int format = LO_TABLE_TEXT; format <= LO_TABLE_HTML; format++)
        for (uint64_t skip = 0;; skip++) {
            lo_buf out = LO_BUF_EMPTY;
            int64_t before = lo_mem_alive();
            lo_mem_fail_after(skip, skip % 2);
            lo_status status = write_table((lo_table_format)format, 40, &out);
            bool reached = lo_mem_count() > skip;
            lo_mem_fail_never();
            lo_buf_free(&out);
            cr_assert_eq(lo_mem_alive(), before, "format %d, allocation %d", format, (int)skip);
            if (!reached) {
                cr_assert_eq(status, LO_OK);
                break;
            }
            cr_assert_eq(status, LO_E_MEMORY, "format %d, allocation %d", format, (int)skip);
        }
}
