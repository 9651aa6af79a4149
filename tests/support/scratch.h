// SPDX-License-Identifier: MIT
/* A fresh folder per test, removed with all its files at the end. */
#ifndef LO_TESTS_SCRATCH_H
#define LO_TESTS_SCRATCH_H

#include <criterion/criterion.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static char scratch_folder[64];

__attribute__((unused)) static void scratch_open(void)
{
    strcpy(scratch_folder, "/tmp/locutor-test-XXXXXX");
    cr_assert_not_null(mkdtemp(scratch_folder));
}

static int scratch_drop(const char *path, const struct stat *about, int type, struct FTW *at)
{
    (void)about, (void)type, (void)at;
    return remove(path);
}

__attribute__((unused)) static void scratch_close(void)
{
    nftw(scratch_folder, scratch_drop, 16, FTW_DEPTH | FTW_PHYS);
}

/* The path of a file in the folder; good until the test's process ends. */
__attribute__((unused)) static const char *scratch(const char *name)
{
    char *path = NULL;
    cr_assert_gt(asprintf(&path, "%s/%s", scratch_folder, name), 0);
    return path;
}

__attribute__((unused)) static void scratch_write(const char *name, const void *bytes, size_t n)
{
    FILE *file = fopen(scratch(name), "wb");
    cr_assert(file && fwrite(bytes, 1, n, file) == n && fclose(file) == 0);
}

__attribute__((unused)) static char *scratch_read(const char *name, size_t *n)
{
    FILE *file = fopen(scratch(name), "rb");
    cr_assert_not_null(file, "%s", name);
    fseek(file, 0, SEEK_END);
    *n = (size_t)ftell(file);
    rewind(file);
    char *bytes = malloc(*n + 1);
    cr_assert(bytes && fread(bytes, 1, *n, file) == *n);
    bytes[*n] = 0;
    fclose(file);
    return bytes;
}

#endif
