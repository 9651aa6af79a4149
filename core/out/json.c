// SPDX-License-Identifier: MIT
#include "out/json.h"

#include "base/utf8.h"

#include <string.h>

lo_json lo_json_to(lo_buf *out)
{
    return (lo_json){out, false};
}

static void separate(lo_json *json)
{
    if (json->comma)
        lo_buf_add(json->out, ", ", 2);
    json->comma = true;
}

void lo_json_open(lo_json *json, char bracket)
{
    separate(json);
    lo_buf_add_byte(json->out, (unsigned char)bracket);
    json->comma = false;
}

void lo_json_close(lo_json *json, char bracket)
{
    lo_buf_add_byte(json->out, (unsigned char)bracket);
    json->comma = true;
}

void lo_json_key(lo_json *json, const char *name)
{
    separate(json);
    lo_buf_add_byte(json->out, '"');
    lo_buf_add_text(json->out, name);
    lo_buf_add(json->out, "\": ", 3);
    json->comma = false;
}

/* What a byte inside a string needs: 0 nothing, 1 an escape, 2 is part of a longer character. */
static int special(unsigned char byte)
{
    return byte >= 0x80 ? 2 : byte < 0x20 || byte == '"' || byte == '\\' || byte == 0x7f;
}

static void escape_byte(lo_buf *out, unsigned char byte)
{
    static const char hex[] = "0123456789abcdef", shorts[] = "btn\0fr";
    if (byte == '"' || byte == '\\') {
        char pair[2] = {'\\', (char)byte};
        lo_buf_add(out, pair, 2);
    } else if (byte >= 8 && byte <= 13 && byte != 11) {
        char pair[2] = {'\\', shorts[byte - 8]};
        lo_buf_add(out, pair, 2);
    } else {
        char six[6] = {'\\', 'u', '0', '0', hex[byte >> 4], hex[byte & 15]};
        lo_buf_add(out, six, 6);
    }
}

void lo_json_escape(lo_buf *out, lo_str text)
{
    lo_buf_add_byte(out, '"');
    size_t valid_to = lo_utf8_valid_prefix(text); /* nearly always all of it */
    size_t from = 0, at = 0;
    while (at < text.n) {
        unsigned char byte = (unsigned char)text.p[at];
        int kind = special(byte);
        if (kind == 0 || (kind == 2 && at < valid_to)) {
            at++;
            continue;
        }
        lo_buf_add(out, text.p + from, at - from);
        if (kind == 1) {
            escape_byte(out, byte);
        } else { /* the first byte that is no UTF-8 */
            lo_buf_add(out, "\xef\xbf\xbd", 3);
            valid_to = at + 1 + lo_utf8_valid_prefix((lo_str){text.p + at + 1, text.n - at - 1});
        }
        from = ++at;
    }
    if (text.n)
        lo_buf_add(out, text.p + from, text.n - from);
    lo_buf_add_byte(out, '"');
}

void lo_json_string(lo_json *json, lo_str text)
{
    separate(json);
    lo_json_escape(json->out, text);
}

void lo_json_uint(lo_json *json, uint64_t value)
{
    separate(json);
    char digits[20];
    size_t at = sizeof digits;
    do
        digits[--at] = (char)('0' + value % 10);
    while (value /= 10);
    lo_buf_add(json->out, digits + at, sizeof digits - at);
}

void lo_json_int(lo_json *json, int64_t value)
{
    uint64_t size = value < 0 ? 0 - (uint64_t)value : (uint64_t)value;
    if (value < 0) {
        separate(json);
        lo_buf_add_byte(json->out, '-');
        json->comma = false;
    }
    lo_json_uint(json, size);
}

void lo_json_fixed(lo_json *json, double value, int decimals)
{
    double size = value < 0 ? -value : value;
    if (!(size < 1e300)) {
        lo_json_null(json);
        return;
    }
    if (size > 1e15)
        size = 1e15;
    uint64_t scale = 1; /* past 1e12 a double has few decimals left, and the product would not fit */
    for (int i = 0; i < decimals && i < 6 && size < 1e12; i++)
        scale *= 10;
    uint64_t scaled = (uint64_t)(size * (double)scale + 0.5);
    separate(json);
    if (value < 0 && scaled)
        lo_buf_add_byte(json->out, '-');
    json->comma = false;
    lo_json_uint(json, scaled / scale);
    uint64_t rest = scaled % scale;
    if (rest)
        lo_buf_add_byte(json->out, '.');
    for (scale /= 10; rest; scale /= 10) {
        lo_buf_add_byte(json->out, (unsigned char)('0' + rest / scale));
        rest %= scale;
    }
}

void lo_json_bool(lo_json *json, bool value)
{
    separate(json);
    lo_buf_add_text(json->out, value ? "true" : "false");
}

void lo_json_null(lo_json *json)
{
    separate(json);
    lo_buf_add(json->out, "null", 4);
}

void lo_json_field(lo_json *json, const char *name, lo_str text)
{
    lo_json_key(json, name);
    lo_json_string(json, text);
}
