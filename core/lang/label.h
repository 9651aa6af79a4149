// SPDX-License-Identifier: MIT
/* Sequence labeller: a linear-chain conditional random field (Lafferty, McCallum & Pereira 2001) over hashed features.
 *
 * The caller describes every row of a sequence (a token, a line, a paragraph …) by *columns* of 32-bit values: a word's
 * hash, a tag, a distance in steps.  *Templates* say which values, of which rows around, make one feature:
 *
 *     "word[0]"          the value of column word in this row
 *     "tag[-1]|tag[0]"   the tags of the row before and of this one together
 *     ""                 always there
 *
 * Labels are names.  "B-X" begins a span, "I-X" goes on with one, "E-X" ends one, "S-X" is a span of one row, any other
 * name stands for itself ("O").  What may follow what is derived from the names that are there: with B and I alone
 * spans are B I*, with E and S too they are S or B I* E; no sequence that breaks this is ever given out.  Labels may be
 * in groups, "group:B-X": one labelling uses labels of one group only, so that a choice made at one end of a window
 * holds at the other.
 *
 * Scores are whole numbers, LO_LABEL_UNIT to one nat, so that the same rows give the same labels on every machine. */
#ifndef LO_LANG_LABEL_H
#define LO_LANG_LABEL_H

#include "base/str.h"

enum {
    LO_LABEL_LABELS = 16,
    LO_LABEL_COLUMNS = 64,
    LO_LABEL_TEMPLATES = 160,
    LO_LABEL_PARTS = 4, /* values in one template */
    LO_LABEL_REACH = 8, /* rows a template may look away */
    LO_LABEL_BEST = 8,  /* sequences lo_label_best gives */
    LO_LABEL_UNIT = 1024,
};

/* What a model looks at and what it tells.  Strings are read only during the call that gets the description. */
typedef struct lo_label_spec {
    const char *const *columns; /* names: [a-z0-9_]+ */
    uint32_t n_columns;
    /* The last n_local columns describe a row relative to something that changes from window to window (a cue): their
     * values are looked at inside the window only, and templates without one can be scored once for all windows. */
    uint32_t n_local;
    const char *const *templates;
    uint32_t n_templates;
    const char *const *labels;
    uint32_t n_labels;
} lo_label_spec;

/* A window [first, end) of rows.  column[c][r] is the value of column c in row r, for static columns in all rows
 * [0, rows), for local ones in the window; a template that reaches outside sees "nothing there". */
typedef struct lo_label_rows {
    const uint32_t *const *column;
    uint32_t rows, first, end;
} lo_label_rows;

typedef struct lo_label_model lo_label_model; /* owned by its opener; read-only, may be shared */

/* bytes: a model file made by lo_label_train, borrowed until close (4-byte aligned: nothing is copied).  LO_E_DATA:
 * corrupt or foreign. */
lo_status lo_label_open(lo_str bytes, lo_label_model **out);
void lo_label_close(lo_label_model *model);

uint32_t lo_label_count(const lo_label_model *model);
const char *lo_label_name(const lo_label_model *model, uint32_t label); /* "" past the end */
int lo_label_find(const lo_label_model *model, const char *name);       /* -1: none */
uint32_t lo_label_columns(const lo_label_model *model);
const char *lo_label_column(const lo_label_model *model, uint32_t column); /* "" past the end */
uint32_t lo_label_templates(const lo_label_model *model);
/* The template as it was given; "" past the end. */
const char *lo_label_template(const lo_label_model *model, uint32_t index);

typedef enum lo_label_part { LO_LABEL_STATIC = 1, LO_LABEL_LOCAL = 2, LO_LABEL_ALL = 3 } lo_label_part;

/* Adds the weights of the window's features to scores[(r - first) * count + label].  The caller zeroes scores, or
 * starts from the static part that it scored before. */
void lo_label_score(const lo_label_model *model, lo_label_part part, const lo_label_rows *rows, int32_t *scores);

/* A labelling of a window. */
typedef struct lo_label_path {
    uint8_t *labels; /* one a row */
    int32_t score;   /* weights of labels and transitions together */
} lo_label_path;

/* The best labellings of n rows, best first; at most want <= LO_LABEL_BEST, fewer when there are no more.
 * allowed: one set of labels a row (bit = label), or NULL for all; where the sets and the rules about spans leave
 * nothing, *out_n is 0.  out[i].labels: room for n labels each, the caller's.  Scratch memory from the arena. */
lo_status lo_label_best(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint16_t *allowed,
                        uint32_t want, lo_arena *scratch, lo_label_path *out, uint32_t *out_n);

/* The probability of each label in each row, times 65536: out[r * count + label]; all 0 when nothing is allowed.
 * out_total (or NULL): the log of the sum over all labellings, in LO_LABEL_UNIT; the probability of a path is
 * exp((path.score - *out_total) / LO_LABEL_UNIT). */
lo_status lo_label_marginals(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint16_t *allowed,
                             lo_arena *scratch, uint32_t *out, int32_t *out_total);

/* The score of one labelling; what the rules forbid counts as any other. */
int32_t lo_label_path_score(const lo_label_model *model, const int32_t *scores, uint32_t n, const uint8_t *labels);

/* exp(x / LO_LABEL_UNIT) times 65536 for x <= 0 (more than 0 counts as 0). */
uint32_t lo_label_exp(int32_t x);

/* ------------------------------------------------------------------------------------------------ training */

typedef struct lo_label_options {
    uint32_t epochs;  /* 0: 8 */
    uint32_t seed;    /* order and dropout */
    uint32_t cutoff;  /* features seen in fewer rows are left out; 0: 2 */
    uint32_t dropout; /* features left out at random while learning, in percent */
    uint32_t rate;    /* step of AdaGrad in thousandths; 0: 100 */
    uint32_t most;    /* features kept in the file, the heaviest; 0: 250,000 */
    /* Called after each epoch, or NULL; loss in nats a row times 1000. */
    void (*progress)(void *user, uint32_t epoch, uint64_t loss);
    void *user;
} lo_label_options;

typedef struct lo_label_trainer lo_label_trainer;

lo_status lo_label_trainer_create(const lo_label_spec *spec, lo_label_trainer **out);
void lo_label_trainer_free(lo_label_trainer *trainer);
/* One labelled window; nothing of it is kept by reference.  labels, allowed: one a row of the window; a label that is
 * not allowed, or that breaks the rules about spans, is LO_E_ARG. */
lo_status lo_label_trainer_add(lo_label_trainer *trainer, const lo_label_rows *rows, const uint8_t *labels,
                               const uint16_t *allowed);
/* Learns and appends the model file to out.  Integers throughout (AdaGrad, Duchi et al. 2011, weights averaged): the
 * same sequences, options and seed give the same bytes on every machine. */
lo_status lo_label_train(lo_label_trainer *trainer, const lo_label_options *options, lo_buf *out);

#endif
