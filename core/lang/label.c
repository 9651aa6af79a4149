// SPDX-License-Identifier: MIT
#include "lang/label.h"

#include "base/mem.h"
#include "lang/label_model.h"

#include <stdalign.h>
#include <string.h>

/* Eight-bit weights of one feature are added for all labels at once, into 16-bit sums: 160 templates of at most 127. */
typedef int8_t lanes8 __attribute__((vector_size(LO_LABEL_LANES)));
typedef int16_t lanes16 __attribute__((vector_size(2 * LO_LABEL_LANES)));

struct lo_label_model {
    lo_label_plan plan;
    char **names; /* labels, columns, templates, one block */
    char *text;
    uint32_t scale; /* LO_LABEL_UNIT a weight's step */
    uint32_t n_buckets;
    const lo_label_bucket *buckets; /* of the file, or of the copy when the file stands unaligned */
    lo_label_bucket *copy;
    const int8_t *weights; /* of the file; followed by LO_LABEL_LANES bytes */
    int32_t transitions[LO_LABEL_LABELS * LO_LABEL_LABELS];
};

/* ---------------------------------------------------------------------------------------------- descriptions */

static bool good_name(const char *name)
{
    size_t n = strspn(name, "abcdefghijklmnopqrstuvwxyz0123456789_");
    return n > 0 && n < 32 && !name[n];
}

static lo_status compile(const lo_label_spec *spec, const char *text, uint32_t index, lo_label_template_plan *out,
                         lo_label_place at_place[LO_LABEL_PARTS])
{
    uint64_t seed = (index + 1) * UINT64_C(0x632be59bd9b4e019);
    *out = (lo_label_template_plan){.seed = (seed ^ seed >> 32) * UINT64_C(0xd6e8feb86659fd93)};
    for (const char *at = text; *at;) {
        size_t n = strspn(at, "abcdefghijklmnopqrstuvwxyz0123456789_");
        uint32_t column = 0;
        while (column < spec->n_columns &&
               (strncmp(spec->columns[column], at, n) != 0 || spec->columns[column][n] != '\0'))
            column++;
        if (column == spec->n_columns)
            return lo_status_set(LO_E_ARG, "label template \"%s\" names a column \"%.*s\" that is not given", text,
                                 (int)n, at);
        at += n;
        int sign = 1, offset = 0;
        if (*at++ != '[')
            return lo_status_set(LO_E_ARG, "label template \"%s\": a column is written as name[offset]", text);
        if (*at == '-' || *at == '+')
            sign = *at++ == '-' ? -1 : 1;
        const char *digits = at;
        while (*at >= '0' && *at <= '9' && at - digits < 3)
            offset = offset * 10 + (*at++ - '0');
        if (at == digits || *at != ']' || offset > LO_LABEL_REACH)
            return lo_status_set(LO_E_ARG, "label template \"%s\": offsets go from -%d to %d", text, LO_LABEL_REACH,
                                 LO_LABEL_REACH);
        at++;
        if (out->n == LO_LABEL_PARTS)
            return lo_status_set(LO_E_ARG, "label template \"%s\" has more than %d parts", text, LO_LABEL_PARTS);
        at_place[out->n++] = (lo_label_place){(uint8_t)column, (int8_t)(sign * offset)};
        out->local |= column >= spec->n_columns - spec->n_local;
        if (*at == '|' && at[1])
            at++;
        else if (*at)
            return lo_status_set(LO_E_ARG, "label template \"%s\": parts are joined by |", text);
    }
    return LO_OK;
}

/* Bytes of "group:"; 0: none. */
static size_t group_of(const char *label)
{
    const char *colon = strchr(label, ':');
    return colon ? (size_t)(colon - label) + 1 : 0;
}

static bool same_group(const char *a, const char *b)
{
    size_t n = group_of(a);
    return n == group_of(b) && memcmp(a, b, n) == 0;
}

static lo_status span_rules(const lo_label_spec *spec, lo_label_plan *plan)
{
    for (uint32_t i = 0; i < spec->n_labels; i++)
        for (uint32_t j = 0; j < i; j++)
            if (strcmp(spec->labels[i], spec->labels[j]) == 0)
                return lo_status_set(LO_E_ARG, "label \"%s\" is given twice", spec->labels[i]);
    for (uint32_t i = 0; i < spec->n_labels; i++) {
        const char *a = spec->labels[i];
        if (!*a || strlen(a) > 31)
            return lo_status_set(LO_E_ARG, "a label has 1 to 31 bytes, not \"%s\"", a);
        size_t group = group_of(a);
        bool open_a = (a[group] == 'B' || a[group] == 'I') && a[group + 1] == '-', ends = false;
        bool goes_on_a = (a[group] == 'I' || a[group] == 'E') && a[group + 1] == '-';
        for (uint32_t j = 0; j < spec->n_labels; j++) {
            const char *b = spec->labels[j];
            ends |= same_group(a, b) && (b[group] == 'E' || b[group] == 'S') && !strcmp(b + group + 1, a + group + 1);
        }
        for (uint32_t j = 0; j < spec->n_labels; j++) {
            const char *b = spec->labels[j];
            if (!same_group(a, b))
                continue;
            bool goes_on = (b[group] == 'I' || b[group] == 'E') && b[group + 1] == '-';
            bool same = open_a && !strcmp(a + group + 1, b + group + 1);
            if (goes_on ? same : !(open_a && ends))
                plan->follow[i] |= (uint16_t)(1u << j);
        }
        if (!goes_on_a)
            plan->first |= (uint16_t)(1u << i);
        if (!(open_a && ends))
            plan->last |= (uint16_t)(1u << i);
    }
    return LO_OK;
}

static uint16_t number_place(lo_label_plan *plan, lo_label_place place)
{
    uint32_t i = 0;
    while (i < plan->n_places && (plan->places[i].column != place.column || plan->places[i].offset != place.offset))
        i++;
    if (i == plan->n_places)
        plan->places[plan->n_places++] = place;
    return (uint16_t)i;
}

lo_status lo_label_plan_make(const lo_label_spec *spec, lo_label_plan *out)
{
    *out = (lo_label_plan){.n_columns = spec->n_columns,
                           .n_local = spec->n_local,
                           .n_templates = spec->n_templates,
                           .n_labels = spec->n_labels};
    if (spec->n_labels < 2 || spec->n_labels > LO_LABEL_LABELS)
        return lo_status_set(LO_E_ARG, "a labeller has 2 to %d labels, not %u", LO_LABEL_LABELS, spec->n_labels);
    if (spec->n_columns > LO_LABEL_COLUMNS || spec->n_local > spec->n_columns)
        return lo_status_set(LO_E_ARG, "a labeller has at most %d columns", LO_LABEL_COLUMNS);
    if (spec->n_templates < 1 || spec->n_templates > LO_LABEL_TEMPLATES)
        return lo_status_set(LO_E_ARG, "a labeller has 1 to %d templates, not %u", LO_LABEL_TEMPLATES,
                             spec->n_templates);
    for (uint32_t i = 0; i < spec->n_columns; i++)
        if (!good_name(spec->columns[i]))
            return lo_status_set(LO_E_ARG, "a column's name is of a-z, 0-9 and _, not \"%s\"", spec->columns[i]);
    lo_status status = span_rules(spec, out);
    lo_label_place at[LO_LABEL_TEMPLATES][LO_LABEL_PARTS];
    for (uint32_t i = 0; !status && i < spec->n_templates; i++)
        status = compile(spec, spec->templates[i], i, &out->templates[i], at[i]);
    for (int local = 0; !status && local < 2; local++) {
        for (uint32_t i = 0; i < spec->n_templates; i++)
            for (uint32_t k = 0; k < out->templates[i].n; k++)
                if ((at[i][k].column >= spec->n_columns - spec->n_local) == local)
                    out->templates[i].at[k] = number_place(out, at[i][k]);
        if (!local)
            out->n_static_places = out->n_places;
    }
    return status;
}

/* ------------------------------------------------------------------------------------------------ model files */

/* magic; columns, local, templates, labels (bytes, bytes, varints); names; scale; transitions; buckets; features;
 * zero bytes up to a multiple of 4; buckets; weights. */
static lo_status refuse(const char *why)
{
    return lo_status_set(LO_E_DATA, "this is no labeller model of this version: %s", why);
}

static lo_status read_names(lo_label_model *model, lo_cursor *at, lo_label_spec *spec)
{
    uint32_t n = spec->n_columns + spec->n_templates + spec->n_labels;
    size_t room = (size_t)(at->end - at->p) < 65536 ? (size_t)(at->end - at->p) : 65536;
    model->names = lo_mem_zalloc((n + 1) * sizeof *model->names);
    model->text = lo_mem_zalloc(room + n + 1);
    if (!model->names || !model->text)
        return lo_mem_short();
    size_t used = 0;
    for (uint32_t i = 0; i < n; i++) {
        lo_str name = lo_cursor_string(at);
        if (at->bad || used + name.n > room || memchr(name.n ? name.p : "x", 0, name.n ? name.n : 1))
            return refuse("its names are damaged");
        model->names[i] = model->text + used + i;
        if (name.n)
            memcpy(model->names[i], name.p, name.n);
        used += name.n;
    }
    spec->columns = (const char *const *)model->names;
    spec->templates = spec->columns + spec->n_columns;
    spec->labels = spec->templates + spec->n_templates;
    return LO_OK;
}

static lo_status read_table(lo_label_model *model, lo_cursor *at, lo_str bytes, uint32_t n_features)
{
    size_t from = (size_t)(at->p - (const unsigned char *)bytes.p), labels = model->plan.n_labels;
    from = (from + 3) & ~(size_t)3;
    size_t table = (size_t)model->n_buckets * sizeof(lo_label_bucket);
    if (from > bytes.n || bytes.n - from != table + (size_t)n_features * labels + LO_LABEL_LANES)
        return refuse("its length is wrong");
    if ((uintptr_t)(bytes.p + from) % alignof(lo_label_bucket) != 0) {
        model->copy = lo_mem_alloc(table ? table : 1);
        if (!model->copy)
            return lo_mem_short();
        memcpy(model->copy, bytes.p + from, table);
        model->buckets = model->copy;
    } else
        model->buckets = (const lo_label_bucket *)(const void *)(bytes.p + from);
    model->weights = (const int8_t *)(bytes.p + from + table);
    uint32_t seen = 0;
    for (uint32_t i = 0; i < model->n_buckets; i++) {
        const lo_label_bucket *b = &model->buckets[i];
        uint32_t n = 0;
        while (n < LO_LABEL_CHECKS && b->check[n])
            n++;
        for (uint32_t k = n; k < LO_LABEL_CHECKS; k++)
            if (b->check[k])
                return refuse("its table has a hole");
        if (b->base != seen || n > n_features - seen)
            return refuse("its table is out of order");
        seen += n;
    }
    return seen == n_features ? LO_OK : refuse("its table does not hold its features");
}

lo_status lo_label_open(lo_str bytes, lo_label_model **out)
{
    *out = NULL;
    if (bytes.n < 8 || memcmp(bytes.p, LO_LABEL_MAGIC, 8) != 0)
        return refuse("it starts with other bytes");
    lo_label_model *model = lo_mem_zalloc(sizeof *model);
    if (!model)
        return lo_mem_short();
    lo_cursor at = lo_cursor_of((lo_str){bytes.p + 8, bytes.n - 8});
    lo_label_spec spec = {.n_columns = lo_cursor_u32(&at),
                          .n_local = lo_cursor_u32(&at),
                          .n_templates = lo_cursor_u32(&at),
                          .n_labels = lo_cursor_u32(&at)};
    lo_status status = LO_OK;
    if (at.bad || spec.n_columns > LO_LABEL_COLUMNS || spec.n_templates > LO_LABEL_TEMPLATES ||
        spec.n_labels > LO_LABEL_LABELS)
        status = refuse("it is larger than this program allows");
    if (!status)
        status = read_names(model, &at, &spec);
    if (!status && lo_label_plan_make(&spec, &model->plan))
        status = lo_status_prefix(LO_E_DATA, "this is no labeller model of this version");
    if (!status) {
        model->scale = lo_cursor_u32(&at);
        for (uint32_t i = 0; i < spec.n_labels * spec.n_labels; i++) {
            uint32_t raw = lo_cursor_u32(&at);
            int32_t value = (int32_t)(raw >> 1) ^ -(int32_t)(raw & 1);
            model->transitions[i] = value;
            if (value < -(1 << 20) || value > 1 << 20)
                status = refuse("a transition is out of range");
        }
        model->n_buckets = lo_cursor_u32(&at);
        uint32_t n_features = lo_cursor_u32(&at);
        if (!status && (at.bad || !model->scale || model->scale > 4096 || !model->n_buckets ||
                        model->n_buckets > 1u << 22 || n_features > 1u << 24))
            status = refuse("its head is damaged");
        if (!status)
            status = read_table(model, &at, bytes, n_features);
    }
    if (status) {
        lo_label_close(model);
        return status;
    }
    lo_label_math_ready();
    *out = model;
    return LO_OK;
}

void lo_label_close(lo_label_model *model)
{
    if (!model)
        return;
    lo_mem_free(model->names);
    lo_mem_free(model->text);
    lo_mem_free(model->copy);
    lo_mem_free(model);
}

uint32_t lo_label_count(const lo_label_model *model)
{
    return model->plan.n_labels;
}

uint32_t lo_label_columns(const lo_label_model *model)
{
    return model->plan.n_columns;
}

uint32_t lo_label_templates(const lo_label_model *model)
{
    return model->plan.n_templates;
}

const char *lo_label_column(const lo_label_model *model, uint32_t column)
{
    return column < model->plan.n_columns ? model->names[column] : "";
}

const char *lo_label_template(const lo_label_model *model, uint32_t index)
{
    return index < model->plan.n_templates ? model->names[model->plan.n_columns + index] : "";
}

const char *lo_label_name(const lo_label_model *model, uint32_t label)
{
    const lo_label_plan *plan = &model->plan;
    return label < plan->n_labels ? model->names[plan->n_columns + plan->n_templates + label] : "";
}

int lo_label_find(const lo_label_model *model, const char *name)
{
    for (uint32_t i = 0; i < model->plan.n_labels; i++)
        if (strcmp(lo_label_name(model, i), name) == 0)
            return (int)i;
    return -1;
}

/* ---------------------------------------------------------------------------------------------------- scoring */

/* Number of the feature in its bucket, LO_LABEL_CHECKS when it is not there: all checks are compared at once. */
static inline unsigned find_check(const lo_label_bucket *bucket, uint16_t check)
{
    typedef uint16_t checks __attribute__((vector_size(16)));
    typedef uint64_t halves __attribute__((vector_size(16)));
    checks held;
    memcpy(&held, bucket, sizeof held);
    halves hit = (halves)(held == check);
    uint64_t low = hit[0] >> 32; /* its first two lanes are the base */
    if (low)
        return (unsigned)__builtin_ctzll(low) / 16;
    return hit[1] ? 2 + (unsigned)__builtin_ctzll(hit[1]) / 16 : LO_LABEL_CHECKS;
}

void lo_label_score(const lo_label_model *model, lo_label_part part, const lo_label_rows *rows, int32_t *scores)
{
    const lo_label_plan *plan = &model->plan;
    uint32_t labels = plan->n_labels, n = 0;
    const lo_label_template_plan *templates[LO_LABEL_TEMPLATES];
    for (uint32_t i = 0; i < plan->n_templates; i++)
        if (part & (plan->templates[i].local ? LO_LABEL_LOCAL : LO_LABEL_STATIC))
            templates[n++] = &plan->templates[i];
    uint64_t values[LO_LABEL_PLACES], features[LO_LABEL_TEMPLATES];
    for (uint32_t r = rows->first; r < rows->end; r++) {
        lo_label_gather(plan, rows, r, 0, part & LO_LABEL_LOCAL ? plan->n_places : plan->n_static_places, values);
        /* All addresses first: the loads then wait for memory together. */
        for (uint32_t i = 0; i < n; i++) {
            features[i] = lo_label_feature(templates[i], values);
            __builtin_prefetch(&model->buckets[lo_label_bucket_of(features[i], model->n_buckets)]);
        }
        lanes16 sum = {0};
        for (uint32_t i = 0; i < n; i++) {
            const lo_label_bucket *b = &model->buckets[lo_label_bucket_of(features[i], model->n_buckets)];
            unsigned at = find_check(b, lo_label_check_of(features[i]));
            if (at == LO_LABEL_CHECKS)
                continue;
            lanes8 weights;
            memcpy(&weights, model->weights + ((size_t)b->base + at) * labels, sizeof weights);
            sum += __builtin_convertvector(weights, lanes16);
        }
        int32_t *out = scores + (size_t)(r - rows->first) * labels;
        for (uint32_t j = 0; j < labels; j++)
            out[j] += sum[j] * (int32_t)model->scale;
    }
}

/* --------------------------------------------------------------------------------------------------- decoding */

typedef struct step {
    int32_t score;
    uint8_t label, rank; /* of the row before */
} step;

/* Puts a step into a list of the best `want`, best first; among equals the earlier one stays in front. */
static void keep_best(step *list, uint8_t *n, uint32_t want, step next)
{
    uint32_t at = *n;
    while (at > 0 && list[at - 1].score < next.score)
        at--;
    if (at >= want)
        return;
    if (*n < want)
        ++*n;
    memmove(list + at + 1, list + at, (*n - 1 - at) * sizeof *list);
    list[at] = next;
}

/* Viterbi: as lo_label_best for one labelling. */
static lo_status best_one(const lo_label_chain *chain, lo_arena *scratch, lo_label_path *out, uint32_t *out_n)
{
    uint32_t labels = chain->plan->n_labels, n = chain->n;
    uint8_t *from = lo_arena_alloc(scratch, (size_t)n * labels);
    int32_t before[LO_LABEL_LABELS], here[LO_LABEL_LABELS];
    if (!from)
        return lo_mem_short();
    for (uint32_t t = 0; t < n; t++) {
        uint16_t set = lo_label_allowed(chain, t);
        const int32_t *score = chain->scores + (size_t)t * labels;
        for (uint32_t j = 0; j < labels; j++) {
            int32_t best = t == 0 ? 0 : LO_LABEL_NEVER;
            uint8_t best_from = 0;
            here[j] = LO_LABEL_NEVER;
            if (!(set >> j & 1))
                continue;
            for (uint32_t i = 0; t > 0 && i < labels; i++) {
                int32_t sum = before[i] + chain->transitions[i * labels + j];
                if (before[i] > LO_LABEL_NEVER && (chain->plan->follow[i] >> j & 1) && sum > best) {
                    best = sum;
                    best_from = (uint8_t)i;
                }
            }
            from[(size_t)t * labels + j] = best_from;
            if (best > LO_LABEL_NEVER)
                here[j] = best + score[j];
        }
        memcpy(before, here, sizeof here);
    }
    uint8_t label = 0;
    for (uint32_t j = 1; j < labels; j++)
        label = before[j] > before[label] ? (uint8_t)j : label;
    if (before[label] == LO_LABEL_NEVER)
        return LO_OK;
    out->score = before[label];
    for (uint32_t t = n; t-- > 0;) {
        out->labels[t] = label;
        label = from[(size_t)t * labels + label];
    }
    *out_n = 1;
    return LO_OK;
}

lo_status lo_label_best(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint16_t *allowed,
                        uint32_t want, lo_arena *scratch, lo_label_path *out, uint32_t *out_n)
{
    *out_n = 0;
    if (n == 0 || want == 0)
        return LO_OK;
    want = want > LO_LABEL_BEST ? LO_LABEL_BEST : want;
    uint32_t labels = model->plan.n_labels;
    lo_label_chain chain = {&model->plan, model->transitions, scores, allowed, n};
    if (want == 1)
        return best_one(&chain, scratch, out, out_n);
    step *steps = lo_arena_alloc(scratch, (size_t)n * labels * want * sizeof *steps);
    uint8_t *counts = lo_arena_alloc(scratch, (size_t)n * labels);
    if (!steps || !counts)
        return lo_mem_short();
    for (uint32_t t = 0; t < n; t++) {
        uint16_t set = lo_label_allowed(&chain, t);
        for (uint32_t j = 0; j < labels; j++) {
            step *list = steps + ((size_t)t * labels + j) * want;
            uint8_t *count = &counts[(size_t)t * labels + j];
            *count = 0;
            if (!(set >> j & 1))
                continue;
            int32_t here = scores[(size_t)t * labels + j];
            if (t == 0) {
                keep_best(list, count, want, (step){here, 0, 0});
                continue;
            }
            for (uint32_t i = 0; i < labels; i++) {
                if (!(model->plan.follow[i] >> j & 1))
                    continue;
                size_t before = (size_t)(t - 1) * labels + i;
                int32_t add = here + model->transitions[i * labels + j];
                for (uint8_t k = 0; k < counts[before]; k++)
                    keep_best(list, count, want, (step){steps[before * want + k].score + add, (uint8_t)i, k});
            }
        }
    }
    step ends[LO_LABEL_BEST + 1];
    uint8_t n_ends = 0;
    for (uint32_t j = 0; j < labels; j++) {
        size_t at = (size_t)(n - 1) * labels + j;
        for (uint8_t k = 0; k < counts[at]; k++)
            keep_best(ends, &n_ends, want, (step){steps[at * want + k].score, (uint8_t)j, k});
    }
    for (uint32_t e = 0; e < n_ends; e++) {
        uint8_t label = ends[e].label, rank = ends[e].rank;
        out[e].score = ends[e].score;
        for (uint32_t t = n; t-- > 0;) {
            out[e].labels[t] = label;
            const step *s = &steps[((size_t)t * labels + label) * want + rank];
            label = s->label;
            rank = s->rank;
        }
    }
    *out_n = n_ends;
    return LO_OK;
}

lo_status lo_label_marginals(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint16_t *allowed,
                             lo_arena *scratch, uint32_t *out, int32_t *out_total)
{
    size_t cells = (size_t)n * model->plan.n_labels;
    int32_t *alpha = lo_arena_alloc(scratch, cells * sizeof *alpha + 4);
    int32_t *beta = lo_arena_alloc(scratch, cells * sizeof *beta + 4);
    if (!alpha || !beta)
        return lo_mem_short();
    lo_label_chain chain = {&model->plan, model->transitions, scores, allowed, n};
    int32_t total = lo_label_chain_sum(&chain, alpha, beta);
    bool any = total > LO_LABEL_NEVER / 2;
    for (size_t i = 0; i < cells; i++)
        out[i] = any && alpha[i] > LO_LABEL_NEVER / 2 && beta[i] > LO_LABEL_NEVER / 2
                     ? lo_label_exp(alpha[i] + beta[i] - total)
                     : 0;
    if (out_total)
        *out_total = any ? total : LO_LABEL_NEVER;
    return LO_OK;
}

int32_t lo_label_path_score(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint8_t *labels)
{
    uint32_t count = model->plan.n_labels;
    int32_t sum = 0;
    for (uint32_t t = 0; t < n; t++) {
        sum += scores[t * count + labels[t]];
        if (t > 0)
            sum += model->transitions[labels[t - 1] * count + labels[t]];
    }
    return sum;
}
