// SPDX-License-Identifier: MIT
/* Any bytes as a web page: a record with all its properties, or a message. */
#include "fuzz.h"

#include "base/mem.h"
#include "read/reader.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return lo_read_warm_up() ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lo_str bytes = {(const char *)data, size};
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record r;
    int64_t before = lo_mem_alive();
    lo_status status = lo_read_html(bytes, &arena, &r);
    REQUIRE(status == LO_OK || status == LO_E_DATA || status == LO_E_LIMIT);
    if (!status) {
        require_record(&r, size);
        REQUIRE(r.text.p[0] != ' ' && r.text.p[0] != '\n' && r.text.p[r.text.n - 1] != ' ' &&
                r.text.p[r.text.n - 1] != '\n');
        REQUIRE(!memmem(r.text.p, r.text.n, "\n\n\n", 3) && !memmem(r.text.p, r.text.n, "  ", 2));
        /* Of well-formed UTF-8, runs of equal length are the very bytes. */
        if (lo_utf8_valid(bytes))
            for (uint32_t i = 0; i < r.n_origins; i++) {
                const lo_origin *run = &r.origins[i];
                if (run->length == run->raw_length && run->length > 8)
                    for (uint32_t k = 0; k < run->length; k++)
                        REQUIRE(r.text.p[run->text + k] == bytes.p[run->raw + k] || r.text.p[run->text + k] == ' ');
            }
    }
    lo_arena_free(&arena);
    REQUIRE(lo_mem_alive() == before);
    return 0;
}
