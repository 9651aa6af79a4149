// SPDX-License-Identifier: MIT
/* Any bytes, with or without a declared encoding: valid UTF-8 and a map into the bytes, or a message.  The first byte
 * of the input chooses the declaration. */
#include "fuzz.h"

#include "base/mem.h"
#include "read/charset.h"

static const char *const declared[] = {
    NULL,           "utf-8",  "windows-1252", "windows-1251", "shift_jis", "gb18030", "big5", "euc-kr",
    "iso-2022-jp",  "utf-16", "utf-7",        "iso-8859-8",   "koi8-r",    "hz",      "scsu", "imap-mailbox-name",
    "ebcdic-cp-us", "bocu-1"};

int LLVMFuzzerInitialize(int *argc, char ***argv)
{
    (void)argc, (void)argv;
    return lo_charset_warm_up() ? 1 : 0;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    if (!size)
        return 0;
    const char *label = declared[data[0] % (sizeof declared / sizeof *declared)];
    lo_str bytes = {(const char *)data + 1, size - 1};
    lo_arena arena = LO_ARENA_EMPTY;
    lo_charset_text out;
    int64_t before = lo_mem_alive();
    lo_status status = lo_charset_decode(bytes, lo_str_of(label), data[0] & 1, &arena, &out);
    REQUIRE(status == LO_OK || status == LO_E_DATA);
    if (!status) {
        require_text(out.text);
        require_origins(out.text, out.origins, out.n_origins, bytes.n);
        REQUIRE(out.name && out.name[0]);
        REQUIRE(out.n_origins <= 72 + bytes.n * 2 / 3); /* the map does not outgrow the bytes */
        /* What is said to be unchanged is: for well-formed UTF-8 the text is the rest of the bytes. */
        if (strcmp(out.name, "UTF-8") == 0 && !out.replacement && lo_utf8_valid(bytes))
            REQUIRE(bytes.n - out.text.n <= 3 && memcmp(out.text.p, bytes.p + (bytes.n - out.text.n), out.text.n) == 0);
        for (uint32_t i = 0; i < out.n_origins; i++) {
            lo_span whole = {out.origins[i].text, out.origins[i].text + out.origins[i].length};
            lo_span raw = lo_origin_raw(out.origins, out.n_origins, whole);
            REQUIRE(raw.start == out.origins[i].raw && raw.end == raw.start + out.origins[i].raw_length);
        }
    }
    lo_arena_free(&arena);
    REQUIRE(lo_mem_alive() == before);
    return 0;
}
