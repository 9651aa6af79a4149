// SPDX-License-Identifier: MIT
/* Any bytes as a line of JSON Lines: a record with all its properties, or a message. */
#include "fuzz.h"

#include "base/mem.h"
#include "read/origin.h"
#include "read/reader.h"

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return lo_read_warm_up() ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    lo_str line = {(const char *)data, size};
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record r;
    int64_t before = lo_mem_alive();
    lo_status status = lo_read_jsonl(line, &arena, &r);
    REQUIRE(status == LO_OK || status == LO_E_DATA || status == LO_E_LIMIT);
    if (!status) {
        require_record(&r, size);
        require_text(r.key);
        REQUIRE(r.key.n > 0);
        for (uint32_t i = 0; i < r.n_origins && r.n_furniture == 0; i++) {
            lo_span raw = lo_origin_raw(r.origins, r.n_origins, (lo_span){r.origins[i].text, r.origins[i].text + 1});
            REQUIRE(raw.end <= size && raw.start < raw.end);
        }
    }
    lo_arena_free(&arena);
    REQUIRE(lo_mem_alive() == before);
    return 0;
}
