// SPDX-License-Identifier: MIT
/* SHA-256 (FIPS 180-4), by nettle. */
#ifndef LO_BASE_DIGEST_H
#define LO_BASE_DIGEST_H

#include "base/str.h"

enum { LO_DIGEST_SIZE = 32, LO_DIGEST_HEX = 64 };

typedef struct lo_digest {
    unsigned char bytes[LO_DIGEST_SIZE];
} lo_digest;

lo_digest lo_digest_of(lo_str bytes);
/* Digest of several runs; each is preceded by its length, so that ("ab","c") differs from ("a","bc"). */
lo_digest lo_digest_of_list(const lo_str *runs, size_t count);
void lo_digest_hex(const lo_digest *digest, char out[LO_DIGEST_HEX + 1]);

#endif
