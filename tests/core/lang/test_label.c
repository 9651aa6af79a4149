// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/label.h"
#include "lang/label_model.h"

#include <criterion/criterion.h>
#include <math.h>
#include <string.h>

/* The toy: words are numbers; 7 opens a span that goes on while words are below 3, 9 makes a span of its own when the
 * word before is odd.  Whether such a word is inside can only be told along the chain. */
enum { O, B, I, S, LABELS, ROWS = 40 };

static const char *const labels[] = {"O", "B-X", "I-X", "B-Y"};
static const char *const columns[] = {"word", "odd", "near"};
static const char *const templates[] = {"",         "word[0]", "odd[-1]|word[0]", "odd[0]",
                                        "word[-1]", "near[0]", "near[-1]|word[0]"};
static const lo_label_spec spec = {.columns = columns,
                                   .n_columns = 3,
                                   .n_local = 1,
                                   .templates = templates,
                                   .n_templates = 7,
                                   .labels = labels,
                                   .n_labels = LABELS};

typedef struct toy {
    uint32_t word[ROWS], odd[ROWS], near[ROWS];
    const uint32_t *column[3];
    uint8_t gold[ROWS];
    lo_label_rows rows;
} toy;

static uint64_t state;

static uint32_t roll(uint32_t n)
{
    state = state * UINT64_C(6364136223846793005) + 1442695040888963407u;
    return (uint32_t)(state >> 33) % n;
}

static void make(toy *t)
{
    int before = O;
    for (int i = 0; i < ROWS; i++) {
        uint32_t w = roll(10);
        t->word[i] = w;
        t->odd[i] = w % 2;
        t->near[i] = (uint32_t)i % 3;
        if (w == 7)
            before = B;
        else if (w < 3 && (before == B || before == I))
            before = I;
        else
            before = w == 9 && i > 0 && t->odd[i - 1] ? S : O;
        t->gold[i] = (uint8_t)before;
    }
    t->column[0] = t->word;
    t->column[1] = t->odd;
    t->column[2] = t->near;
    t->rows = (lo_label_rows){t->column, ROWS, 0, ROWS};
}

static lo_buf trained(const lo_label_options *options)
{
    lo_label_trainer *trainer = NULL;
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(lo_label_trainer_create(&spec, &trainer), LO_OK);
    state = 1;
    for (int i = 0; i < 1500; i++) {
        toy t;
        make(&t);
        cr_assert_eq(lo_label_trainer_add(trainer, &t.rows, t.gold, NULL), LO_OK);
    }
    cr_assert_eq(lo_label_train(trainer, options, &out), LO_OK);
    lo_label_trainer_free(trainer);
    return out;
}

Test(label, learns_what_only_the_chain_can_tell)
{
    lo_label_options options = {.epochs = 20, .rate = 500};
    lo_buf file = trained(&options), again = trained(&options);
    cr_assert_eq(file.n, again.n);
    cr_assert_eq(memcmp(file.p, again.p, file.n), 0, "training twice gives two files");
    lo_label_model *model = NULL;
    cr_assert_eq(lo_label_open(lo_buf_str(&file), &model), LO_OK);
    cr_assert_eq(lo_label_count(model), LABELS);
    cr_assert_eq(lo_label_find(model, "I-X"), I);
    cr_assert_eq(lo_label_find(model, "I-Z"), -1);
    cr_assert_str_eq(lo_label_template(model, 2), "odd[-1]|word[0]");
    cr_assert_str_eq(lo_label_column(model, 1), "odd");
    state = 99;
    lo_arena arena = LO_ARENA_EMPTY;
    for (int i = 0; i < 200; i++) {
        toy t;
        make(&t);
        int32_t scores[ROWS * LABELS] = {0}, parts[ROWS * LABELS] = {0};
        lo_label_score(model, LO_LABEL_ALL, &t.rows, scores);
        lo_label_score(model, LO_LABEL_STATIC, &t.rows, parts);
        lo_label_score(model, LO_LABEL_LOCAL, &t.rows, parts);
        cr_assert_eq(memcmp(scores, parts, sizeof scores), 0);
        uint8_t got[LO_LABEL_BEST][ROWS];
        lo_label_path paths[LO_LABEL_BEST];
        for (int k = 0; k < LO_LABEL_BEST; k++)
            paths[k].labels = got[k];
        uint32_t n;
        cr_assert_eq(lo_label_best(model, scores, ROWS, NULL, LO_LABEL_BEST, &arena, paths, &n), LO_OK);
        cr_assert_eq(n, LO_LABEL_BEST);
        for (int r = 0; r < ROWS; r++)
            cr_assert_eq(got[0][r], t.gold[r], "sequence %d row %d word %u %u: %d for %d", i, r, r ? t.word[r - 1] : 99,
                         t.word[r], got[0][r], t.gold[r]);
        uint32_t marginals[ROWS * LABELS];
        int32_t total;
        cr_assert_eq(lo_label_marginals(model, scores, ROWS, NULL, &arena, marginals, &total), LO_OK);
        for (int r = 0; r < ROWS; r++) {
            uint32_t sum = 0;
            for (int j = 0; j < LABELS; j++)
                sum += marginals[r * LABELS + j];
            cr_assert(sum > 64000 && sum < 67000, "%u", sum);
            cr_assert_gt(marginals[r * LABELS + t.gold[r]], 32768);
        }
        for (uint32_t k = 0; k < n; k++) {
            cr_assert(paths[k].score <= total && (k == 0 || paths[k].score <= paths[k - 1].score));
            for (uint32_t m = 0; m < k; m++)
                cr_assert_neq(memcmp(got[k], got[m], ROWS), 0, "the same path twice");
            for (int r = 0; r < ROWS; r++)
                if (got[k][r] == I)
                    cr_assert(r > 0 && (got[k][r - 1] == B || got[k][r - 1] == I));
        }
        lo_arena_reset(&arena);
    }
    /* Sets of allowed labels bind; impossible ones give nothing. */
    toy t;
    make(&t);
    int32_t scores[ROWS * LABELS] = {0};
    uint16_t allowed[ROWS];
    memset(allowed, 0xff, sizeof allowed);
    allowed[5] = 1 << B;
    allowed[6] = 1 << I;
    lo_label_score(model, LO_LABEL_ALL, &t.rows, scores);
    uint8_t got[ROWS];
    lo_label_path path = {.labels = got};
    uint32_t n;
    cr_assert_eq(lo_label_best(model, scores, ROWS, allowed, 1, &arena, &path, &n), LO_OK);
    cr_assert(n == 1 && got[5] == B && got[6] == I);
    allowed[5] = 1 << O;
    cr_assert_eq(lo_label_best(model, scores, ROWS, allowed, 1, &arena, &path, &n), LO_OK);
    cr_assert_eq(n, 0);
    lo_arena_free(&arena);
    lo_label_close(model);
    lo_buf_free(&file);
    lo_buf_free(&again);
}

Test(label, spans_with_ends_are_closed)
{
    static const char *const names[] = {"O", "B-A", "I-A", "E-A", "S-A"};
    lo_label_spec ends = spec;
    ends.labels = names;
    ends.n_labels = 5;
    lo_label_plan plan;
    cr_assert_eq(lo_label_plan_make(&ends, &plan), LO_OK);
    cr_assert_eq(plan.first, 1 << 0 | 1 << 1 | 1 << 4);
    cr_assert_eq(plan.last, 1 << 0 | 1 << 3 | 1 << 4);
    cr_assert_eq(plan.follow[1], 1 << 2 | 1 << 3);
    cr_assert_eq(plan.follow[3], 1 << 0 | 1 << 1 | 1 << 4);
}

Test(label, bad_descriptions_are_named)
{
    static const struct {
        const char *template, *says;
    } table[] = {{"wrod[0]", "wrod"},
                 {"word", "name[offset]"},
                 {"word[9]", "-8 to 8"},
                 {"word[]", "-8 to 8"},
                 {"word[0]|", "|"},
                 {"word[0]odd[0]", "joined"},
                 {"word[0]|odd[0]|word[1]|odd[1]|word[2]", "4 parts"}};
    for (size_t i = 0; i < sizeof table / sizeof *table; i++) {
        lo_label_spec bad = spec;
        bad.templates = &table[i].template;
        bad.n_templates = 1;
        lo_label_trainer *trainer;
        cr_assert_eq(lo_label_trainer_create(&bad, &trainer), LO_E_ARG);
        cr_assert_null(trainer);
        cr_assert(strstr(lo_status_message(), table[i].says), "%s", lo_status_message());
    }
    toy t;
    state = 3;
    make(&t);
    lo_label_trainer *trainer;
    cr_assert_eq(lo_label_trainer_create(&spec, &trainer), LO_OK);
    t.gold[0] = I;
    cr_assert_eq(lo_label_trainer_add(trainer, &t.rows, t.gold, NULL), LO_E_ARG);
    lo_buf out = LO_BUF_EMPTY;
    cr_assert_eq(lo_label_train(trainer, NULL, &out), LO_E_ARG);
    lo_label_trainer_free(trainer);
}

Test(label, hostile_models_are_refused_or_harmless)
{
    lo_label_options options = {.epochs = 2};
    lo_buf file = trained(&options);
    lo_arena arena = LO_ARENA_EMPTY;
    int refused = 0;
    state = 5;
    for (int i = 0; i < 3000; i++) {
        lo_buf bad = LO_BUF_EMPTY;
        size_t n = i % 3 == 0 ? roll((uint32_t)file.n) : file.n;
        lo_buf_add(&bad, file.p, n);
        for (uint32_t k = 0; n && k < 1 + (uint32_t)i % 4; k++)
            bad.p[i % 2 ? roll((uint32_t)n) : roll(n < 200 ? (uint32_t)n : 200)] = (char)roll(256);
        lo_label_model *model = NULL;
        if (lo_label_open(lo_buf_str(&bad), &model)) {
            refused++;
            cr_assert_null(model);
        } else if (lo_label_columns(model) == 3) {
            toy t;
            make(&t);
            int32_t scores[ROWS * LO_LABEL_LABELS] = {0};
            uint8_t got[ROWS];
            lo_label_path path = {.labels = got};
            uint32_t found;
            lo_label_score(model, LO_LABEL_ALL, &t.rows, scores);
            cr_assert_eq(lo_label_best(model, scores, ROWS, NULL, 1, &arena, &path, &found), LO_OK);
        }
        lo_label_close(model);
        lo_arena_reset(&arena);
        lo_buf_free(&bad);
    }
    cr_assert_gt(refused, 1500);
    lo_arena_free(&arena);
    lo_buf_free(&file);
}

Test(label, allocations_may_fail)
{
    lo_label_options options = {.epochs = 1};
    lo_buf file = trained(&options);
    for (int forever = 0; forever < 2; forever++)
        for (uint64_t skip = 0;; skip++) {
            int64_t alive = lo_mem_alive();
            lo_label_model *model = NULL;
            lo_label_trainer *trainer = NULL;
            lo_buf out = LO_BUF_EMPTY;
            toy t;
            make(&t);
            lo_mem_fail_after(skip, forever);
            lo_status status = lo_label_open(lo_buf_str(&file), &model);
            if (!status)
                status = lo_label_trainer_create(&spec, &trainer);
            if (!status)
                status = lo_label_trainer_add(trainer, &t.rows, t.gold, NULL);
            if (!status)
                status = lo_label_train(trainer, &options, &out);
            lo_mem_fail_never();
            lo_label_close(model);
            lo_label_trainer_free(trainer);
            lo_buf_free(&out);
            cr_assert_eq(lo_mem_alive(), alive, "leak after %llu", (unsigned long long)skip);
            if (!status)
                break;
            cr_assert_eq(status, LO_E_MEMORY);
        }
    lo_buf_free(&file);
}

Test(label, arithmetic_is_close_to_libm)
{
    lo_label_math_ready();
    for (int32_t x = 0; x < 12000; x += 7) {
        cr_assert_float_eq(lo_label_exp(-x), 65536 * exp(-x / 1024.0), 1.5);
        cr_assert_float_eq(lo_label_log_add(-x, 0), 1024 * log1p(exp(-x / 1024.0)), 1.1);
    }
    for (uint64_t x = 1; x < UINT64_C(1) << 40; x += 1 + x / 3)
        cr_assert_float_eq(lo_label_inverse_root(x), (1 << 20) / sqrt((double)x),
                           2 + (1 << 20) / sqrt((double)x) / 300);
}
