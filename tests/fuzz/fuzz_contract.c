// SPDX-License-Identifier: MIT
/* A plugin's contract and a packed Lua value as they come from a process that cannot be trusted: refused or whole, and
 * packed again they are the same contract. */
#include "base/mem.h"
#include "fuzz.h"
#include "lua/value.h"
#include "stage/contract.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
    lo_str packed = {(const char *)bytes, n};
    lo_arena arena = LO_ARENA_EMPTY;
    lo_contract contract, again;
    (void)lo_value_check(packed);
    if (lo_contract_unpack(packed, &arena, &contract) == LO_OK) {
        lo_buf buf = LO_BUF_EMPTY;
        REQUIRE(lo_contract_pack(&contract, &buf) == LO_OK);
        REQUIRE(lo_contract_unpack(lo_buf_str(&buf), &arena, &again) == LO_OK);
        REQUIRE(!strcmp(contract.name, again.name) && contract.n_options == again.n_options);
        lo_buf_free(&buf);
    }
    lo_arena_free(&arena);
    return 0;
}
