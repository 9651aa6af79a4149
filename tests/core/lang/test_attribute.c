// SPDX-License-Identifier: MIT
#include "base/digest.h"
#include "base/mem.h"
#include "lang/attribute.h"
#include "lang/attribute_corpus.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const names[] = {"Ann Lee", "Mr. Ohm", "the minister", "Critics", "She", "Norland", "The ministry"};
static const char *const contents[] = {"the dam is safe", "taxes will rise next year", "no talks were held",
                                       "two rivers flood the valley", "the budget has a hole"};

static void put(lo_buf *json, size_t from, size_t n)
{
    lo_buf_print(json, "[[%zu,%zu]]", from, from + n);
}

/* A text of twelve sentences in four shapes, one of them without any attribution. */
static void toy_line(lo_buf *out, unsigned seed)
{
    lo_buf text = LO_BUF_EMPTY, gold = LO_BUF_EMPTY;
    for (unsigned i = 0; i < 12; i++) {
        unsigned k = seed * 7 + i * 5;
        const char *name = names[k % 7], *content = contents[(k / 3) % 5];
        size_t at = text.n, source, cue, what;
        if (i % 4 == 3) {
            lo_buf_print(&text, "The market in the old town was closed on Monday. ");
            lo_buf_print(&text, "Rain fell for %u hours. ", k % 9);
            continue;
        }
        if (i % 4 == 0) {
            lo_buf_print(&text, "%s said that %s.", name, content);
            source = at;
            cue = at + strlen(name) + 1;
            what = cue + 5;
            lo_buf_print(&gold, "%s{\"cue\":", gold.n ? "," : "");
            put(&gold, cue, 4);
            lo_buf_print(&gold, ",\"source\":");
            put(&gold, source, strlen(name));
            lo_buf_print(&gold, ",\"content\":");
            put(&gold, what, 5 + strlen(content));
        } else if (i % 4 == 1) {
            lo_buf_print(&text, "According to %s, %s.", name, content);
            lo_buf_print(&gold, "%s{\"cue\":", gold.n ? "," : "");
            put(&gold, at, 12);
            lo_buf_print(&gold, ",\"source\":");
            put(&gold, at + 13, strlen(name));
            lo_buf_print(&gold, ",\"content\":");
            put(&gold, at + 13 + strlen(name) + 2, strlen(content));
        } else {
            lo_buf_print(&text, "%s denied that %s.", name, content);
            lo_buf_print(&gold, "%s{\"cue\":", gold.n ? "," : "");
            put(&gold, at + strlen(name) + 1, 6);
            lo_buf_print(&gold, ",\"source\":");
            put(&gold, at, strlen(name));
            lo_buf_print(&gold, ",\"content\":");
            put(&gold, at + strlen(name) + 8, 5 + strlen(content));
        }
        lo_buf_print(&gold, "}");
        lo_buf_print(&text, " ");
    }
    lo_buf_print(out, "{\"id\":\"t%u\",\"text\":\"", seed);
    lo_buf_add_str(out, lo_buf_str(&text));
    lo_buf_print(out, "\",\"gold\":{\"quotes\":[");
    lo_buf_add_str(out, lo_buf_str(&gold));
    lo_buf_print(out, "]}}\n");
    lo_buf_free(&text);
    lo_buf_free(&gold);
}

static lo_buf toys(unsigned from, unsigned to)
{
    lo_buf out = LO_BUF_EMPTY;
    for (unsigned i = from; i < to; i++)
        toy_line(&out, i);
    cr_assert_eq(out.status, LO_OK);
    return out;
}

typedef struct tally {
    size_t right, found, gold;
} tally;

static lo_span bytes_of(const lo_segment *segment, lo_span tokens)
{
    const lo_token *last = &segment->tokens[tokens.end - 1];
    return (lo_span){segment->tokens[tokens.start].start, last->start + last->length};
}

/* Share of spans found exactly, but for a full stop or comma at the end. */
static void compare(const lo_attribute_sample *sample, const lo_span *found, uint32_t n, const lo_span *gold,
                    uint32_t n_gold, tally *t)
{
    t->found += n;
    t->gold += n_gold;
    for (uint32_t i = 0; i < n; i++) {
        lo_span f = bytes_of(sample->text.segment, found[i]);
        for (uint32_t k = 0; k < n_gold; k++)
            if (f.start <= gold[k].start + 3 && gold[k].start <= f.start + 3 && f.end <= gold[k].end + 3 &&
                gold[k].end <= f.end + 3) {
                t->right++;
                break;
            }
    }
}

static double f1(tally t)
{
    return t.found + t.gold ? 2.0 * (double)t.right / (double)(t.found + t.gold) : 0;
}

/* cue, source, content */
static void measure(const lo_attributor *attributor, const lo_attribute_sample *sample, tally out[3])
{
    lo_arena arena = LO_ARENA_EMPTY;
    lo_attribution *list;
    uint32_t n;
    cr_assert_eq(lo_attribute(attributor, &sample->text, &arena, &list, &n), LO_OK);
    lo_span *all[3];
    uint32_t counts[3] = {0};
    for (int r = 0; r < 3; r++)
        all[r] = lo_arena_array(&arena, 3 * (size_t)sample->text.segment->n_tokens + 1, sizeof(lo_span));
    for (uint32_t i = 0; i < n; i++) {
        cr_assert(list[i].score >= 0 && list[i].score <= 1 && list[i].n_contents > 0);
        cr_assert(i == 0 || list[i - 1].cue.end <= list[i].cue.start);
        all[0][counts[0]++] = list[i].cue;
        for (uint32_t k = 0; k < list[i].n_sources; k++)
            all[1][counts[1]++] = list[i].sources[k];
        for (uint32_t k = 0; k < list[i].n_contents; k++)
            all[2][counts[2]++] = list[i].contents[k];
    }
    lo_span *gold[3];
    uint32_t n_gold[3] = {0};
    for (int r = 0; r < 3; r++)
        gold[r] = lo_arena_array(&arena, 64 * (size_t)sample->n_gold + 1, sizeof(lo_span));
    for (uint32_t i = 0; i < sample->n_gold; i++) {
        const lo_attribute_gold *g = &sample->gold[i];
        gold[0][n_gold[0]++] = g->cue;
        for (uint32_t k = 0; k < g->n_sources; k++)
            gold[1][n_gold[1]++] = g->sources[k];
        for (uint32_t k = 0; k < g->n_contents && k < 60; k++)
            gold[2][n_gold[2]++] = g->contents[k];
    }
    for (int r = 0; r < 3; r++)
        compare(sample, all[r], counts[r], gold[r], n_gold[r], &out[r]);
    lo_arena_free(&arena);
}

Test(attribute, learns_a_toy_task_and_writes_the_same_bytes)
{
    lo_buf data = toys(0, 60), one = LO_BUF_EMPTY, two = LO_BUF_EMPTY, unseen = toys(100, 110);
    lo_str file = lo_buf_str(&data);
    cr_assert_eq(lo_attribute_corpus_train(&file, 1, 1, NULL, &one), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_attribute_corpus_train(&file, 1, 1, NULL, &two), LO_OK);
    cr_assert(one.n == two.n && memcmp(one.p, two.p, one.n) == 0, "training twice gives two files");
    lo_attributor *attributor = NULL;
    lo_attribute_corpus corpus = {0};
    cr_assert_eq(lo_attributor_open(lo_buf_str(&one), &attributor), LO_OK, "%s", lo_status_message());
    cr_assert_eq(lo_attribute_corpus_add(&corpus, lo_buf_str(&unseen)), LO_OK, "%s", lo_status_message());
    tally t[3] = {0};
    for (size_t i = 0; i < corpus.n; i++)
        measure(attributor, corpus.samples[i], t);
    for (int r = 0; r < 3; r++)
        cr_assert_gt(f1(t[r]), 0.97, "role %d: %zu right, %zu found, %zu gold", r, t[r].right, t[r].found, t[r].gold);
    lo_attribute_corpus_free(&corpus);
    lo_attributor_close(attributor);

    /* Damaged files are refused, or work as some other model. */
    unsigned refused = 0;
    uint64_t state = 1;
    for (int i = 0; i < 500; i++) {
        lo_buf bad = LO_BUF_EMPTY;
        state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
        lo_buf_add(&bad, one.p, i % 2 ? one.n : (state >> 33) % one.n);
        for (int k = 0; k < 3 && bad.n; k++) {
            state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
            bad.p[(state >> 33) % (i % 4 == 1 && bad.n > 128 ? 128 : bad.n)] = (char)(state >> 20);
        }
        attributor = NULL;
        refused += lo_attributor_open(lo_buf_str(&bad), &attributor) != LO_OK;
        lo_attributor_close(attributor);
        lo_buf_free(&bad);
    }
    cr_assert_gt(refused, 250);
    lo_buf_free(&data);
    lo_buf_free(&one);
    lo_buf_free(&two);
    lo_buf_free(&unseen);
}

Test(attribute, bad_training_lines_are_named)
{
    static const char *const lines[] = {"{\"id\":\"a\"}",
                                        "{\"text\":\"x\"",
                                        "[]",
                                        "{\"id\":1,\"text\":\"x\"}",
                                        "{\"id\":\"a\",\"text\":\"ab\",\"gold\":{\"quotes\":[{\"cue\":[[1,9]]}]}}",
                                        "{\"id\":\"a\",\"text\":\"ab\",\"gold\":{\"quotes\":[{\"cue\":[[1]]}]}}"};
    for (size_t i = 0; i < sizeof lines / sizeof *lines; i++) {
        lo_attribute_corpus corpus = {0};
        lo_buf data = LO_BUF_EMPTY;
        lo_buf_print(&data, "\n%s\n", lines[i]);
        cr_assert_eq(lo_attribute_corpus_add(&corpus, lo_buf_str(&data)), LO_E_DATA, "%s", lines[i]);
        cr_assert(strstr(lo_status_message(), "line 2"), "%s", lo_status_message());
        lo_buf_free(&data);
        lo_attribute_corpus_free(&corpus);
    }
}

/* Texts that the shipped model has not seen: those whose digest falls on the side that was held out of training. */
Test(attribute, shipped_model_on_unseen_news)
{
    const char *shared = getenv("LOCUTOR_SHARED");
    if (!shared)
        cr_skip_test("LOCUTOR_SHARED is not set: no annotated news to measure on");
    char command[4096], line[1 << 16];
    snprintf(command, sizeof command, "zcat '%s/data/attribution/polnear-train.jsonl.gz'", shared);
    FILE *pipe = popen(command, "r");
    cr_assert(pipe);
    lo_buf text = LO_BUF_EMPTY;
    for (size_t n; (n = fread(line, 1, sizeof line, pipe)) > 0;)
        lo_buf_add(&text, line, n);
    cr_assert_eq(pclose(pipe), 0);
    lo_attribute_corpus corpus = {0};
    const lo_attributor *attributor;
    cr_assert_eq(lo_attributor_shipped(&attributor), LO_OK, "%s", lo_status_message());
    tally t[3] = {0};
    for (size_t at = 0; at < text.n && corpus.n < 25;) {
        const char *end = memchr(text.p + at, '\n', text.n - at);
        size_t n = end ? (size_t)(end - text.p) - at + 1 : text.n - at;
        lo_str one = {text.p + at, n};
        at += n;
        cr_assert_eq(lo_attribute_corpus_add(&corpus, one), LO_OK, "%s", lo_status_message());
        lo_digest digest = lo_digest_of(corpus.samples[corpus.n - 1]->document.record.text);
        unsigned rest = 0;
        for (int i = 0; i < LO_DIGEST_SIZE; i++)
            rest = (rest * 256 + digest.bytes[i]) % 10;
        if (rest != 0)
            corpus.n--; /* not looked at */
    }
    cr_assert_eq(corpus.n, 25);
    for (size_t i = 0; i < corpus.n; i++)
        measure(attributor, corpus.samples[i], t);
    printf("held-out news: cue %.3f source %.3f content %.3f\n", f1(t[0]), f1(t[1]), f1(t[2]));
    cr_assert(f1(t[0]) > 0.62 && f1(t[1]) > 0.68 && f1(t[2]) > 0.52, "cue %.3f source %.3f content %.3f", f1(t[0]),
              f1(t[1]), f1(t[2]));
    lo_attribute_corpus_free(&corpus);
    lo_buf_free(&text);
}
