// SPDX-License-Identifier: MIT
#include "out/page.h"

#include "base/asset.h"
#include "base/digest.h"
#include "out/escape.h"

#include <nettle/base64.h>

static lo_str part(const char *name)
{
    const lo_asset *asset = lo_asset_find(name);
    return asset ? asset->bytes : LO_STR("");
}

/* 'sha256-…' of an inline part, as Content Security Policy Level 3 wants it. */
static void source_digest(lo_buf *out, lo_str bytes)
{
    lo_digest digest = lo_digest_of(bytes);
    char encoded[BASE64_ENCODE_RAW_LENGTH(LO_DIGEST_SIZE) + 1];
    base64_encode_raw(encoded, LO_DIGEST_SIZE, digest.bytes);
    encoded[sizeof encoded - 1] = 0;
    lo_buf_print(out, "'sha256-%s'", encoded);
}

lo_status lo_page_head(lo_buf *out, const char *title, const char *note)
{
    lo_str style = part("core/out/page.css"), script = part("core/out/page.js");
    lo_str shown = lo_str_of(title ? title : "locutor");
    lo_buf_add_text(out, "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n"
                         "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
                         "<meta name=\"referrer\" content=\"no-referrer\">\n"
                         "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; "
                         "form-action 'none'; style-src ");
    source_digest(out, style);
    lo_buf_add_text(out, "; script-src ");
    source_digest(out, script);
    lo_buf_add_text(out, "\">\n<title>");
    lo_escape_html(out, shown);
    lo_buf_add_text(out, "</title>\n<style>");
    lo_buf_add_str(out, style);
    lo_buf_add_text(out, "</style>\n</head>\n<body>\n<h1>");
    lo_escape_html(out, shown);
    lo_buf_add_text(out, "</h1>\n");
    if (note) {
        lo_buf_add_text(out, "<p class=\"note\">");
        lo_escape_html(out, lo_str_of(note));
        lo_buf_add_text(out, "</p>\n");
    }
    return out->status;
}

lo_status lo_page_foot(lo_buf *out)
{
    lo_buf_add_text(out, "<script>");
    lo_buf_add_str(out, part("core/out/page.js"));
    return lo_buf_add_text(out, "</script>\n</body>\n</html>\n");
}

lo_status lo_page_table_head(lo_buf *out, const char *const *names, uint32_t n_columns)
{
    lo_buf_add_text(out, "<div class=\"scroll\"><table>\n<thead><tr>");
    for (uint32_t i = 0; i < n_columns; i++) {
        lo_buf_add_text(out, "<th scope=\"col\"><button>");
        lo_escape_html(out, lo_str_of(names[i]));
        lo_buf_add_text(out, "</button></th>");
    }
    return lo_buf_add_text(out, "</tr></thead>\n<tbody>\n");
}

/* Stances are coloured by class; any other text gets none, so a document cannot choose one. */
static const char *cell_class(const lo_table_cell *cell)
{
    static const char *const stances[] = {"support", "oppose", "conditional"};
    if (cell->number)
        return "number";
    for (size_t i = 0; i < sizeof stances / sizeof *stances; i++)
        if (lo_str_is(cell->text, stances[i]))
            return stances[i];
    return NULL;
}

lo_status lo_page_table_row(lo_buf *out, const lo_table_cell *cells, uint32_t n_columns)
{
    lo_buf_add_text(out, "<tr>");
    for (uint32_t i = 0; i < n_columns; i++) {
        const lo_table_cell *cell = &cells[i];
        const char *class = cell_class(cell);
        bool link = lo_escape_link_allowed(cell->link) || (cell->link.n > 1 && cell->link.p[0] == '#');
        if (class)
            lo_buf_print(out, "<td class=\"%s\">", class);
        else
            lo_buf_add_text(out, "<td>");
        if (link) {
            lo_buf_add_text(out, "<a href=\"");
            lo_escape_html(out, cell->link);
            lo_buf_add_text(out, "\">");
        }
        lo_escape_html(out, cell->text);
        lo_buf_add_text(out, link ? "</a></td>" : "</td>");
    }
    return lo_buf_add_text(out, "</tr>\n");
}

lo_status lo_page_table_foot(lo_buf *out)
{
    return lo_buf_add_text(out, "</tbody>\n</table></div>\n");
}
