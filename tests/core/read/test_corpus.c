// SPDX-License-Identifier: MIT
/* Every document of corpus/mini is read to exactly the text its gold was made on. */
#include "base/mem.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static lo_arena arena;

static lo_str load(const char *folder, const char *name)
{
    char path[4096];
    const char *root = getenv("LOCUTOR_SOURCE");
    snprintf(path, sizeof path, "%s/corpus/%s/%s", root ? root : ".", folder, name);
    FILE *file = fopen(path, "rb");
    if (!file)
        return LO_STR_NONE;
    lo_buf bytes = LO_BUF_EMPTY;
    char chunk[4096];
    for (size_t n; (n = fread(chunk, 1, sizeof chunk, file)) > 0;)
        lo_buf_add(&bytes, chunk, n);
    fclose(file);
    lo_str copy = lo_str_copy(&arena, lo_buf_str(&bytes));
    lo_buf_free(&bytes);
    return copy;
}

/* The line at the start of *rest, which moves behind it. */
static lo_str next_line(lo_str *rest)
{
    const char *end = memchr(rest->p, '\n', rest->n);
    lo_str line = {rest->p, end ? (size_t)(end - rest->p) : rest->n};
    size_t n = line.n + (end != NULL);
    *rest = (lo_str){rest->p + n, rest->n - n};
    return line;
}

static bool is(json_t *value, lo_str s)
{
    return json_is_string(value) ? lo_str_equal(s, (lo_str){json_string_value(value), json_string_length(value)})
                                 : !s.n;
}

Test(corpus, every_document_gives_the_text_of_its_gold)
{
    cr_assert_eq(lo_read_warm_up(), LO_OK);
    lo_str gold = load("mini-gold", "gold.jsonl"), wire = load("mini", "wire.jsonl");
    cr_assert(gold.n && wire.n, "set LOCUTOR_SOURCE to the source tree");
    int pages = 0, texts = 0, lines = 0;
    while (gold.n) {
        lo_str line = next_line(&gold);
        json_t *wanted = json_loadb(line.p, line.n, 0, NULL);
        const char *id = json_string_value(json_object_get(wanted, "id"));
        cr_assert(id);
        lo_record r = {0};
        lo_str bytes = load("mini", id);
        lo_status status = LO_E_DATA;
        if (bytes.n) {
            status = lo_read_file(lo_str_of(id), bytes, &arena, &r);
        } else {
            for (lo_str rest = wire; rest.n && !lo_str_is(r.key, id);)
                status = lo_read_jsonl(next_line(&rest), &arena, &r);
        }
        cr_assert_eq(status, LO_OK, "%s: %s", id, lo_status_message());
        cr_assert(lo_str_is(r.key, id), "%s", id);
        cr_expect(is(json_object_get(wanted, "text"), r.text), "the text of %s", id);
        cr_expect(is(json_object_get(wanted, "title"), r.title), "the title of %s: %.*s", id, LO_STR_ARG(r.title));
        bool page = strstr(id, ".html") != NULL;
        if (page || !bytes.n) {
            json_t *publisher = json_object_get(json_object_get(wanted, "meta"), "publisher");
            cr_expect(is(json_object_get(wanted, "date"), r.date), "the date of %s: %.*s", id, LO_STR_ARG(r.date));
            cr_expect(is(publisher, r.outlet), "the outlet of %s: %.*s", id, LO_STR_ARG(r.outlet));
        }
        pages += page;
        texts += bytes.n && !page;
        lines += !bytes.n;
        json_decref(wanted);
    }
    cr_assert(pages >= 2 && texts >= 5 && lines >= 9, "%d pages, %d texts, %d lines", pages, texts, lines);
    lo_arena_free(&arena);
}
