// SPDX-License-Identifier: MIT
#include "base/digest.h"

#include <nettle/sha2.h>

lo_digest lo_digest_of(lo_str bytes)
{
    struct sha256_ctx ctx;
    lo_digest digest;
    sha256_init(&ctx);
    sha256_update(&ctx, bytes.n, (const uint8_t *)(bytes.p ? bytes.p : ""));
    sha256_digest(&ctx, sizeof digest.bytes, digest.bytes);
    return digest;
}

lo_digest lo_digest_of_list(const lo_str *runs, size_t count)
{
    struct sha256_ctx ctx;
    lo_digest digest;
    sha256_init(&ctx);
    for (size_t i = 0; i < count; i++) {
        uint8_t length[8];
        for (int b = 0; b < 8; b++)
            length[b] = (uint8_t)((uint64_t)runs[i].n >> (8 * b));
        sha256_update(&ctx, sizeof length, length);
        sha256_update(&ctx, runs[i].n, (const uint8_t *)(runs[i].p ? runs[i].p : ""));
    }
    sha256_digest(&ctx, sizeof digest.bytes, digest.bytes);
    return digest;
}

void lo_digest_hex(const lo_digest *digest, char out[LO_DIGEST_HEX + 1])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < LO_DIGEST_SIZE; i++) {
        out[2 * i] = digits[digest->bytes[i] >> 4];
        out[2 * i + 1] = digits[digest->bytes[i] & 15];
    }
    out[LO_DIGEST_HEX] = 0;
}
