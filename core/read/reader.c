// SPDX-License-Identifier: MIT
#include "read/reader.h"

#include "base/utf8.h"
#include "read/charset.h"
#include "read/html.h"
#include "read/jsonl.h"
#include "read/markup.h"

#include <string.h>

static bool ends_with(lo_str name, const char *ending)
{
    size_t n = strlen(ending);
    return name.n > n && lo_markup_is((lo_str){name.p + name.n - n, n}, ending);
}

lo_status lo_read_file(lo_str name, lo_str bytes, lo_arena *arena, lo_record *out)
{
    *out = (lo_record){0};
    if (!name.n || !lo_utf8_valid(name))
        return lo_status_set(LO_E_DATA, "the file's name is not valid UTF-8; rename it");
    bool page = ends_with(name, ".html") || ends_with(name, ".htm") || ends_with(name, ".xhtml") ||
                (!ends_with(name, ".txt") && lo_html_looks_like(bytes));
    lo_status status = page ? lo_read_html(bytes, arena, out) : lo_read_plain(bytes, arena, out);
    out->key = name;
    return status;
}

lo_status lo_read_warm_up(void)
{
    lo_status status = lo_charset_warm_up();
    lo_jsonl_warm_up();
    return status ? status : lo_html_warm_up();
}
