// SPDX-License-Identifier: MIT
/* Rate of the readers: the same articles of a text in memory as plain UTF-8, as windows-1252, as JSON Lines, and as web
 * pages with the furniture, meta tags and JSON-LD of a news site.  MB are of input.
 * usage: bench_read TEXT [SECONDS [NAME]] */
#include "base/arena.h"
#include "base/mem.h"
#include "read/reader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unicode/ucnv.h>

enum { ARTICLE = 5000, TEXT_MAX = 16 << 20 };

typedef lo_status reader(lo_str bytes, lo_arena *arena, lo_record *out);

typedef struct corpus {
    lo_str *documents;
    size_t n, capacity, bytes;
} corpus;

static double now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
    return (double)t.tv_sec + (double)t.tv_nsec / 1e9;
}

static void keep(corpus *c, lo_buf *document)
{
    if (document->status || lo_mem_grow((void **)&c->documents, &c->capacity, c->n + 1, sizeof *c->documents))
        exit(1);
    c->documents[c->n++] = lo_buf_str(document);
    c->bytes += document->n;
    *document = LO_BUF_EMPTY;
}

static void escape_html(lo_buf *out, lo_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '&')
            lo_buf_add_text(out, "&amp;");
        else if (s.p[i] == '<')
            lo_buf_add_text(out, "&lt;");
        else if (i + 2 < s.n && memcmp(s.p + i, "\u2019", 3) == 0)
            lo_buf_add_text(out, "&rsquo;"), i += 2;
        else
            lo_buf_add_byte(out, (unsigned char)s.p[i]);
}

static void escape_json(lo_buf *out, lo_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] == '"' || s.p[i] == '\\')
            lo_buf_print(out, "\\%c", s.p[i]);
        else if ((unsigned char)s.p[i] < 0x20)
            lo_buf_print(out, s.p[i] == '\n' ? "\\n" : "\\u%04x", s.p[i]);
        else
            lo_buf_add_byte(out, (unsigned char)s.p[i]);
}

static void add_page(corpus *c, lo_str text)
{
    static const char head[] =
        "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><title>Harbour talks - The Coast</title>\n"
        "<meta property=\"og:title\" content=\"Harbour talks\"><meta property=\"og:site_name\" content=\"The Coast\">\n"
        "<link rel=\"stylesheet\" href=\"/s.css\"><script>window.data = {\"a\": [1, 2, 3]};</script>\n"
        "<script type=\"application/ld+json\">{\"@type\": \"NewsArticle\", \"headline\": \"Harbour talks\", "
        "\"author\": "
        "{\"name\": \"Ann Lee\"}, \"datePublished\": \"2019-03-07T16:40:00Z\"}</script></head>\n<body class=\"page\">\n"
        "<header class=\"site-header\"><nav id=\"menu\"><ul class=\"nav\">";
    static const char foot[] =
        "</div><aside class=\"related\"><h3>More</h3><ul><li><a href=\"/a\">Storm warning for the "
        "coast</a></li></ul></aside></article><footer><p>&copy; The Coast</p></footer></body></html>\n";
    lo_buf out = LO_BUF_EMPTY;
    lo_buf_add_text(&out, head);
    for (int i = 0; i < 12; i++)
        lo_buf_print(&out, "<li class=\"nav-item\"><a class=\"nav-link\" href=\"/section/%d\">Section %d</a></li>\n", i,
                     i);
    lo_buf_add_text(&out, "</ul></nav></header>\n<article><h1>Harbour talks</h1><div class=\"body\">\n");
    while (text.n) {
        const char *end = memmem(text.p, text.n, "\n\n", 2);
        size_t n = end ? (size_t)(end - text.p) : text.n;
        lo_buf_add_text(&out, "<p class=\"text\">");
        escape_html(&out, (lo_str){text.p, n});
        lo_buf_add_text(&out, "</p>\n");
        n += end ? 2 : 0;
        text.p += n;
        text.n -= n;
    }
    lo_buf_add_text(&out, foot);
    keep(c, &out);
}

static void add_legacy(corpus *c, lo_str text)
{
    UErrorCode error = U_ZERO_ERROR;
    lo_buf out = LO_BUF_EMPTY;
    if (lo_buf_reserve(&out, text.n * 2))
        exit(1);
    out.n =
        (size_t)ucnv_convert("windows-1252", "UTF-8", out.p, (int32_t)out.capacity, text.p, (int32_t)text.n, &error);
    lo_buf_add_text(&out, " \x93no\x94");
    keep(c, &out);
}

static void measure(const char *name, const corpus *c, reader *read, double seconds)
{
    lo_arena arena = LO_ARENA_EMPTY;
    double best = 1e9;
    for (double start = now(); now() - start < seconds;) {
        double before = now();
        for (size_t i = 0; i < c->n; i++) {
            lo_record record;
            if (read(c->documents[i], &arena, &record)) {
                fprintf(stderr, "%s, document %zu: %s\n", name, i, lo_status_message());
                exit(1);
            }
            lo_arena_reset(&arena);
        }
        double taken = now() - before;
        best = taken < best ? taken : best;
    }
    lo_arena_free(&arena);
    printf("%-14s %8.1f MB/s %9.0f documents/s\n", name, (double)c->bytes / 1e6 / best, (double)c->n / best);
}

int main(int argc, char **argv)
{
    FILE *file = argc > 1 ? fopen(argv[1], "rb") : NULL;
    double seconds = argc > 2 ? atof(argv[2]) : 2;
    char *bytes = malloc(TEXT_MAX);
    if (!file || !bytes) {
        fprintf(stderr, "usage: bench_read TEXT [SECONDS [NAME]]\n");
        return 2;
    }
    size_t n = fread(bytes, 1, TEXT_MAX, file);
    fclose(file);
    if (lo_read_warm_up()) {
        fprintf(stderr, "%s\n", lo_status_message());
        return 1;
    }
    corpus plain = {0}, legacy = {0}, lines = {0}, pages = {0};
    for (size_t at = 0; at < n;) {
        const char *cut = n - at > ARTICLE ? memmem(bytes + at + ARTICLE, n - at - ARTICLE, "\n\n", 2) : NULL;
        lo_str text = {bytes + at, cut ? (size_t)(cut - bytes) + 2 - at : n - at};
        lo_buf out = LO_BUF_EMPTY;
        lo_buf_add_str(&out, text);
        keep(&plain, &out);
        lo_buf_print(&out, "{\"id\": \"a%zu\", \"date\": \"2019-03-07\", \"outlet\": \"The Coast\", \"text\": \"",
                     lines.n);
        escape_json(&out, text);
        lo_buf_add_text(&out, "\"}");
        keep(&lines, &out);
        add_legacy(&legacy, text);
        add_page(&pages, text);
        at += text.n;
    }
    static const char *const names[] = {"plain", "windows-1252", "JSON Lines", "HTML"};
    const corpus *const inputs[] = {&plain, &legacy, &lines, &pages};
    reader *const readers[] = {lo_read_plain, lo_read_plain, lo_read_jsonl, lo_read_html};
    for (size_t i = 0; i < 4; i++)
        if (argc < 4 || strcmp(argv[3], names[i]) == 0)
            measure(names[i], inputs[i], readers[i], seconds);
    return 0;
}
