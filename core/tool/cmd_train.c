// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "lang/attribute_corpus.h"
#include "lang/cluster_table.h"
#include "lang/parser.h"
#include "lang/tagger.h"
#include "tool/command.h"
#include "tool/options.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

enum { WORDS = 100000, FILES = 64 };

/* Files stay mapped until the program ends: treebanks borrow from them. */
static lo_status map_file(const char *path, lo_str *out)
{
    struct stat about;
    int fd = open(path, O_RDONLY | O_CLOEXEC);
    lo_status status = LO_OK;
    *out = LO_STR("");
    if (fd < 0 || fstat(fd, &about))
        status = lo_status_set(LO_E_IO, "%s: %s", path, strerror(errno));
    else if (!S_ISREG(about.st_mode))
        status = lo_status_set(LO_E_ARG, "%s is no file", path);
    else if (about.st_size) {
        void *p = mmap(NULL, (size_t)about.st_size, PROT_READ, MAP_PRIVATE, fd, 0);
        if (p == MAP_FAILED)
            status = lo_status_set(LO_E_IO, "%s: %s", path, strerror(errno));
        else
            *out = (lo_str){p, (size_t)about.st_size};
    }
    if (fd >= 0)
        close(fd);
    return status;
}

typedef struct training {
    char *const *files;
    int n_files;
    lo_option_list without;
    const char *clusters; /* file, or NULL for the shipped ones */
    long seed;
    lo_buf out;
} training;

static lo_status read_treebanks(const training *t, int from, lo_treebank *bank)
{
    lo_status status = LO_OK;
    for (int i = from; i < t->n_files && !status; i++) {
        lo_str bytes;
        status = map_file(t->files[i], &bytes);
        if (!status && bytes.n > 1 && !memcmp(bytes.p, "\x1f\x8b", 2))
            status = lo_status_set(LO_E_DATA, "compressed; unpack it with gzip -d first");
        if (!status)
            status = lo_treebank_add(bank, bytes, t->without.items, t->without.n);
        if (status)
            lo_status_prefix(status, "%s", t->files[i]);
    }
    if (!status)
        fprintf(stderr, "%zu words in %zu sentences\n", bank->n, bank->n_sentences);
    return status;
}

static lo_status find_clusters(const training *t, const lo_cluster **out)
{
    lo_str bytes;
    lo_cluster *opened;
    if (!t->clusters)
        return lo_cluster_shipped(out);
    lo_status status = map_file(t->clusters, &bytes);
    if (!status)
        status = lo_cluster_open(bytes, &opened);
    if (status)
        return lo_status_prefix(status, "%s", t->clusters);
    *out = opened;
    return LO_OK;
}

static lo_status train_clusters(training *t)
{
    static const char *const parts[] = {"noun", "verb", "adj", "adv"};
    lo_str vectors, index[4], exceptions[4];
    lo_treebank bank = LO_TREEBANK_EMPTY;
    lo_wordnet *wordnet = NULL;
    if (t->n_files < 3)
        return lo_status_set(LO_E_ARG, "clusters need VECTORS, WORDNET-FOLDER and at least one treebank");
    lo_status status = map_file(t->files[0], &vectors);
    for (int k = 0; k < 4 && !status; k++) {
        char path[4096];
        snprintf(path, sizeof path, "%s/index.%s", t->files[1], parts[k]);
        status = map_file(path, &index[k]);
        snprintf(path, sizeof path, "%s/%s.exc", t->files[1], parts[k]);
        if (!status)
            status = map_file(path, &exceptions[k]);
    }
    if (!status)
        status = read_treebanks(t, 2, &bank);
    if (!status)
        status = lo_wordnet_read(index, exceptions, &wordnet);
    if (!status)
        status = lo_cluster_train(vectors, WORDS, wordnet, &bank, &t->out);
    lo_wordnet_free(wordnet);
    lo_treebank_free(&bank);
    return status;
}

static lo_status train_tagger(training *t)
{
    lo_treebank bank = LO_TREEBANK_EMPTY;
    const lo_cluster *clusters;
    lo_status status = find_clusters(t, &clusters);
    if (!status)
        status = read_treebanks(t, 0, &bank);
    if (!status)
        status = lo_tagger_train(&bank, clusters, (uint64_t)t->seed, &t->out);
    lo_treebank_free(&bank);
    return status;
}

static void tell_epoch(uint32_t epoch, uint64_t right, uint64_t all)
{
    fprintf(stderr, "epoch %u: %.1f %% of the sentences right\n", epoch + 1,
            all ? 100.0 * (double)right / (double)all : 0.0);
}

static lo_status train_parser(training *t)
{
    lo_treebank bank = LO_TREEBANK_EMPTY;
    const lo_cluster *clusters;
    lo_tag *tags = NULL;
    lo_status status = find_clusters(t, &clusters);
    if (!status)
        status = read_treebanks(t, 0, &bank);
    if (!status && !(tags = lo_mem_zalloc((bank.n + 1) * sizeof *tags)))
        status = lo_mem_short();
    if (!status)
        status = lo_tagger_cross_tag(&bank, clusters, (uint64_t)t->seed, tags);
    if (!status)
        status = lo_parser_train(&bank, tags, clusters, (uint64_t)t->seed, tell_epoch, &t->out);
    lo_mem_free(tags);
    lo_treebank_free(&bank);
    return status;
}

static void tell_line(const char *line)
{
    fprintf(stderr, "%s\n", line);
}

static lo_status train_attribution(training *t)
{
    lo_str files[FILES] = {{NULL, 0}};
    lo_status status = LO_OK;
    for (int i = 0; i < t->n_files && !status; i++)
        status = map_file(t->files[i], &files[i]);
    return status ? status
                  : lo_attribute_corpus_train(files, (size_t)t->n_files, (uint32_t)t->seed, tell_line, &t->out);
}

/* A new kind of model is one more line. */
static const struct {
    const char *name;
    lo_status (*train)(training *t);
} trainers[] = {{"clusters", train_clusters},
                {"tagger", train_tagger},
                {"parser", train_parser},
                {"attribution", train_attribution}};

static lo_status save(const char *path, lo_str bytes)
{
    FILE *file = fopen(path, "wb");
    bool good = file && fwrite(bytes.p, 1, bytes.n, file) == bytes.n;
    int fault = errno;
    if (file && fclose(file)) {
        good = false;
        fault = errno;
    }
    return good ? LO_OK : lo_status_set(LO_E_IO, "%s: %s", path, strerror(fault));
}

int lo_cmd_train_run(int argc, char **argv)
{
    training t = {.out = LO_BUF_EMPTY, .seed = 1};
    const char *output = NULL;
    const lo_option options[] = {
        LO_OPTION_OUTPUT(&output),
        {"without", 0, LO_OPTION_LIST, &t.without, "DOCUMENT", "leave out this document of a treebank; repeatable", 0,
         0},
        {"clusters", 0, LO_OPTION_TEXT, &t.clusters, "FILE", "word clusters instead of those linked in", 0, 0},
        {"seed", 0, LO_OPTION_NUMBER, &t.seed, "N", "order of the sentences (1)", 0, 1000000},
        LO_OPTION_END};
    const lo_options spec = {
        "train",
        "MODEL DATA…",
        "Makes a model that ships with the tool anew, from data of your own.  The same data and seed give the\n"
        "same bytes on every machine.\n\n"
        "  train clusters VECTORS WORDNET-FOLDER TREEBANK…   word vectors as text: word number number …\n"
        "  train tagger TREEBANK…                            CoNLL-U with UPOS and XPOS\n"
        "  train parser TREEBANK…                            CoNLL-U with trees\n"
        "  train attribution TEXTS…                          JSON Lines: id, text, gold.quotes with spans",
        options,
        2,
        FILES,
        false};
    lo_arguments arguments;
    int exit_status = lo_options_parse(&spec, argc, argv, &arguments);
    if (exit_status >= 0)
        return exit_status;
    const char *name = arguments.items[0];
    t.files = arguments.items + 1;
    t.n_files = arguments.n - 1;
    for (size_t i = 0; i < sizeof trainers / sizeof trainers[0]; i++) {
        if (strcmp(name, trainers[i].name) != 0)
            continue;
        char path[64];
        snprintf(path, sizeof path, "%s.model", name);
        lo_status status = trainers[i].train(&t);
        if (!status)
            status = save(output ? output : path, lo_buf_str(&t.out));
        if (!status)
            fprintf(stderr, "%s: %zu bytes\n", output ? output : path, t.out.n);
        lo_buf_free(&t.out);
        return status ? lo_options_failed("train", status) : LO_EXIT_DONE;
    }
    return lo_options_misused("train", "there is no model '%s'; there are clusters, tagger, parser, attribution", name);
}
