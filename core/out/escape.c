// SPDX-License-Identifier: MIT
#include "out/escape.h"

#include "base/utf8.h"

#include <string.h>

enum { REPLACEMENT = 0xfffd };

/* The next character of text that may be malformed. */
static uint32_t next(lo_str text, size_t *at)
{
    size_t n = lo_utf8_length((unsigned char)text.p[*at]);
    if (n > text.n - *at || !lo_utf8_valid((lo_str){text.p + *at, n})) {
        ++*at;
        return REPLACEMENT;
    }
    return lo_utf8_next(text, at);
}

static lo_status put(lo_buf *out, uint32_t c)
{
    char bytes[4];
    return lo_buf_add(out, bytes, lo_utf8_encode(c, bytes));
}

/* Marks that turn the direction of what follows: they could make a line read as what it is not. */
static bool bidi(uint32_t c)
{
    return c == 0x061c || c == 0x200e || c == 0x200f || (c >= 0x202a && c <= 0x202e) || (c >= 0x2066 && c <= 0x2069);
}

static lo_status terminal(lo_buf *out, lo_str text, bool lines)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        if (c == '\n' && lines)
            lo_buf_add_byte(out, '\n');
        else if (c == '\n' || c == '\t' || c == 0x2028 || c == 0x2029)
            lo_buf_add_byte(out, ' ');
        else if (c == '\r' && at < text.n && text.p[at] == '\n')
            continue;
        else if (c < 0x20 || c == 0x7f) {
            lo_buf_add_byte(out, '^');
            lo_buf_add_byte(out, (unsigned char)(c ^ 0x40));
        } else if ((c >= 0x80 && c < 0xa0) || bidi(c))
            continue;
        else
            put(out, c);
    }
    return out->status;
}

lo_status lo_escape_terminal(lo_buf *out, lo_str text)
{
    return terminal(out, text, false);
}

lo_status lo_escape_terminal_lines(lo_buf *out, lo_str text)
{
    return terminal(out, text, true);
}

static bool digit(char c)
{
    return c >= '0' && c <= '9';
}

static bool number(lo_str text)
{
    size_t i = 0, digits = 0;
    if (i < text.n && (text.p[i] == '-' || text.p[i] == '+'))
        i++;
    for (; i < text.n && digit(text.p[i]); i++)
        digits++;
    if (i < text.n && text.p[i] == '.')
        for (i++; i < text.n && digit(text.p[i]); i++)
            digits++;
    if (digits && i < text.n && (text.p[i] == 'e' || text.p[i] == 'E')) {
        size_t exponent = 0;
        i++;
        if (i < text.n && (text.p[i] == '-' || text.p[i] == '+'))
            i++;
        for (; i < text.n && digit(text.p[i]); i++)
            exponent++;
        if (!exponent)
            return false;
    }
    return digits && i == text.n;
}

/* Whether a spreadsheet would take the field for a formula.  Full-width forms of the signs count as well. */
static bool formula(lo_str text)
{
    size_t at = 0;
    while (at < text.n) {
        size_t start = at;
        uint32_t c = next(text, &at);
        if (c == '\t' || c == '\r' || c == '\n')
            return true;
        if (c == ' ' || c == 0xa0 || (c >= 0x2000 && c <= 0x200b) || c == 0x3000 || c == 0xfeff)
            continue;
        if (c == '=' || c == '@' || c == 0xff1d || c == 0xff20 || c == 0xff0b || c == 0xff0d)
            return true;
        return (c == '+' || c == '-') && !number((lo_str){text.p + start, text.n - start});
    }
    return false;
}

lo_status lo_escape_csv(lo_buf *out, lo_str text)
{
    bool guarded = formula(text);
    bool quoted = guarded;
    for (size_t i = 0; i < text.n && !quoted; i++)
        quoted = strchr(",\"\n\r;\t", text.p[i]) && text.p[i];
    if (!quoted && text.n && (text.p[0] == ' ' || text.p[text.n - 1] == ' '))
        quoted = true;
    if (quoted)
        lo_buf_add_byte(out, '"');
    if (guarded)
        lo_buf_add_byte(out, '\'');
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        if (c == 0)
            c = REPLACEMENT;
        put(out, c);
        if (c == '"')
            lo_buf_add_byte(out, '"');
    }
    if (quoted)
        lo_buf_add_byte(out, '"');
    return out->status;
}

lo_status lo_escape_tsv(lo_buf *out, lo_str text)
{
    if (formula(text))
        lo_buf_add_byte(out, '\'');
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        put(out, c == '\t' || c == '\n' || c == '\r' || c == 0 ? ' ' : c);
    }
    return out->status;
}

lo_status lo_escape_json(lo_buf *out, lo_str text)
{
    for (size_t at = 0; at < text.n;) {
        size_t run = at; /* plain bytes are copied in runs */
        while (run < text.n && (unsigned char)text.p[run] >= 0x20 && (unsigned char)text.p[run] < 0x7f &&
               text.p[run] != '"' && text.p[run] != '\\')
            run++;
        if (run > at) {
            lo_buf_add(out, text.p + at, run - at);
            at = run;
            continue;
        }
        uint32_t c = next(text, &at);
        switch (c) {
        case '"': lo_buf_add_text(out, "\\\""); break;
        case '\\': lo_buf_add_text(out, "\\\\"); break;
        case '\n': lo_buf_add_text(out, "\\n"); break;
        case '\r': lo_buf_add_text(out, "\\r"); break;
        case '\t': lo_buf_add_text(out, "\\t"); break;
        default:
            /* U+2028 and U+2029 end a line for JavaScript, the rest are controls */
            if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || c == 0x2028 || c == 0x2029)
                lo_buf_print(out, "\\u%04x", (unsigned)c);
            else
                put(out, c);
        }
    }
    return out->status;
}

lo_status lo_escape_html(lo_buf *out, lo_str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        switch (c) {
        case '&': lo_buf_add_text(out, "&amp;"); break;
        case '<': lo_buf_add_text(out, "&lt;"); break;
        case '>': lo_buf_add_text(out, "&gt;"); break;
        case '"': lo_buf_add_text(out, "&quot;"); break;
        case '\'': lo_buf_add_text(out, "&#39;"); break;
        default:
            if ((c < 0x20 && c != '\n' && c != '\t') || c == 0x7f || (c >= 0x80 && c < 0xa0))
                put(out, REPLACEMENT);
            else if (!bidi(c))
                put(out, c);
        }
    }
    return out->status;
}

lo_status lo_escape_markdown(lo_buf *out, lo_str text)
{
    for (size_t at = 0; at < text.n;) {
        uint32_t c = next(text, &at);
        if (c == '\n' || c == '\r' || c == '\t')
            lo_buf_add_byte(out, ' ');
        else if (c == '<')
            lo_buf_add_text(out, "&lt;");
        else if (c == '&')
            lo_buf_add_text(out, "&amp;");
        else if (c < 0x20 || c == 0x7f || (c >= 0x80 && c < 0xa0) || bidi(c))
            continue;
        else {
            if (c < 0x80 && strchr("\\`*_[]|#!~>", (int)c))
                lo_buf_add_byte(out, '\\');
            put(out, c);
        }
    }
    return out->status;
}

bool lo_escape_link_allowed(lo_str url)
{
    static const char *const schemes[] = {"http://", "https://", "mailto:"};
    for (size_t i = 0; i < sizeof schemes / sizeof *schemes; i++) {
        size_t n = strlen(schemes[i]);
        if (url.n > n && strncasecmp(url.p, schemes[i], n) == 0)
            return true;
    }
    return false;
}
