// SPDX-License-Identifier: MIT
#include "read/jsonl.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "read/html.h"
#include "read/isodate.h"
#include "read/reader.h"

#include <jansson.h>
#include <string.h>

enum { HASH_SEED = 0x10c070 }; /* any fixed number but 0: the same order of keys on every run */

static _Thread_local bool short_of_memory;

/* Jansson calls a failed allocation by many names, "invalid token" among them. */
static void *allocate(size_t size)
{
    void *block = lo_mem_alloc(size);
    short_of_memory = short_of_memory || !block;
    return block;
}

bool lo_jsonl_ran_short(void)
{
    bool ran = short_of_memory;
    short_of_memory = false;
    return ran;
}

void lo_jsonl_warm_up(void)
{
    json_set_alloc_funcs(allocate, lo_mem_free);
    json_object_seed(HASH_SEED);
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\n';
}

/* Behind the string whose opening mark is at at. */
static size_t string_end(lo_str json, size_t at)
{
    for (at++; at < json.n && json.p[at] != '"'; at++)
        at += json.p[at] == '\\';
    return at < json.n ? at + 1 : json.n;
}

lo_str lo_jsonl_value(lo_str json, const char *field)
{
    size_t depth = 0, n = strlen(field);
    bool expects_key = false;
    for (size_t at = 0; at < json.n;) {
        char c = json.p[at];
        if (c == '"') {
            size_t end = string_end(json, at);
            if (depth == 1 && expects_key && end - at == n + 2 && memcmp(json.p + at + 1, field, n) == 0) {
                while (end < json.n && (json.p[end] == ':' || blank(json.p[end])))
                    end++;
                return (lo_str){json.p + end, json.n - end};
            }
            expects_key = false;
            at = end;
            continue;
        }
        depth += c == '{' || c == '[';
        depth -= (c == '}' || c == ']') && depth;
        expects_key = (c == '{' || c == ',') || (expects_key && blank(c));
        at++;
    }
    return LO_STR_NONE;
}

static uint32_t hex4(const char *p)
{
    uint32_t value = 0;
    for (int i = 0; i < 4; i++)
        value = value * 16 + (uint32_t)(p[i] <= '9' ? p[i] - '0' : (p[i] | 0x20) - 'a' + 10);
    return value;
}

void lo_jsonl_origins(lo_str quoted, size_t raw, lo_origins *out)
{
    size_t at = 0;
    while (at < quoted.n) {
        const char *escape = memchr(quoted.p + at, '\\', quoted.n - at);
        size_t plain = escape ? (size_t)(escape - quoted.p) - at : quoted.n - at;
        lo_origins_same(out, plain, raw + at);
        at += plain;
        if (!escape)
            break;
        if (quoted.n - at < 6 || escape[1] != 'u') {
            lo_origins_changed(out, 1, raw + at, 2, false);
            at += 2;
            continue;
        }
        uint32_t code = hex4(escape + 2);
        bool pair = code >= 0xd800 && code < 0xdc00;
        size_t n = pair ? 4 : code >= 0x800 ? 3 : code >= 0x80 ? 2 : 1;
        lo_origins_changed(out, n, raw + at, pair ? 12 : 6, code >= 0x80 && (code < 0x2000 || code > 0x206f));
        at += pair ? 12 : 6;
    }
}

static size_t column(lo_str line, size_t byte)
{
    return 1 + lo_utf8_count((lo_str){line.p, byte < line.n ? byte : line.n});
}

static lo_status syntax_error(lo_str line, const json_error_t *error)
{
    size_t at = error->position > 0 ? (size_t)error->position : 0;
    size_t col = error->column > 0 ? (size_t)error->column : column(line, at);
    switch (json_error_code(error)) {
    case json_error_null_character:
    case json_error_null_byte_in_key:
        return lo_status_set(LO_E_DATA, "column %zu: \\u0000 stands in a string; text cannot hold it", col);
    case json_error_duplicate_key: return lo_status_set(LO_E_DATA, "column %zu: the same field stands twice", col);
    case json_error_premature_end_of_input:
        return lo_status_set(LO_E_DATA, "column %zu: the line ends in the middle of the JSON", col);
    case json_error_end_of_input_expected:
        return lo_status_set(LO_E_DATA, "column %zu: something follows the JSON object; one object a line", col);
    case json_error_stack_overflow: return lo_status_set(LO_E_DATA, "column %zu: the JSON nests too deep", col);
    case json_error_numeric_overflow:
        return lo_status_set(LO_E_DATA, "column %zu: a number too large for any computer", col);
    default: break;
    }
    /* "invalid token near '…'": only the first half is for people, the rest may be long. */
    char reason[80];
    snprintf(reason, sizeof reason, "%.*s", (int)strcspn(error->text, "'"), error->text);
    char *near = strstr(reason, " near");
    if (near)
        *near = 0;
    if (strstr(error->text, "Unicode '\\u"))
        return lo_status_set(LO_E_DATA, "column %zu: half a surrogate pair (\\uD800 to \\uDFFF); it is no character",
                             col);
    return lo_status_set(LO_E_DATA, "column %zu: no valid JSON (%s)", col, reason);
}

static lo_status wrong(lo_str line, const char *field, const char *wanted)
{
    lo_str value = lo_jsonl_value(line, field);
    size_t byte = value.p ? (size_t)(value.p - line.p) : 0;
    return lo_status_set(LO_E_DATA, "column %zu: \"%s\" must be %s", column(line, byte), field, wanted);
}

/* An optional string: absent, null and "" are all "not known". */
static lo_status take(json_t *root, lo_str line, const char *field, lo_arena *arena, lo_str *out)
{
    json_t *value = json_object_get(root, field);
    if (!value || json_is_null(value))
        return LO_OK;
    if (!json_is_string(value))
        return wrong(line, field, "a string");
    *out = lo_str_copy(arena, (lo_str){json_string_value(value), json_string_length(value)});
    return out->p ? LO_OK : lo_mem_short();
}

static lo_status take_date(json_t *root, lo_str line, lo_arena *arena, lo_str *out)
{
    lo_str written = LO_STR_NONE;
    char date[LO_ISODATE_SIZE];
    lo_status status = take(root, line, "date", arena, &written);
    if (status || !lo_str_trim(written).n)
        return status;
    size_t n = lo_isodate_read(written, date);
    if (!n)
        return wrong(line, "date", "a date like 2014-06-20 (ISO 8601)");
    *out = lo_str_copy(arena, (lo_str){date, n});
    return out->p ? LO_OK : lo_mem_short();
}

/* What is left once the known fields are gone. */
static lo_status keep_rest(json_t *root, lo_arena *arena, lo_str *out)
{
    static const char *const known[] = {"id", "text", "html", "title", "date", "outlet", "author", "url", "lang"};
    for (size_t i = 0; i < sizeof known / sizeof *known; i++)
        json_object_del(root, known[i]);
    if (!json_object_size(root))
        return LO_OK;
    size_t n = json_dumpb(root, NULL, 0, JSON_COMPACT);
    if (n == 0 || n > LO_JSONL_METADATA_MAX)
        return LO_OK;
    char *dumped = lo_arena_alloc(arena, n);
    if (!dumped)
        return lo_mem_short();
    *out = (lo_str){dumped, json_dumpb(root, dumped, n, JSON_COMPACT)};
    return LO_OK;
}

/* Text of "text" or "html", with the way back to the bytes of the line. */
static lo_status take_text(json_t *root, lo_str line, lo_arena *arena, lo_record *out)
{
    json_t *text = json_object_get(root, "text"), *html = json_object_get(root, "html");
    text = json_is_null(text) ? NULL : text;
    html = json_is_null(html) ? NULL : html;
    const char *field = text ? "text" : "html";
    json_t *value = text ? text : html;
    if (!value)
        return lo_status_set(LO_E_DATA, "the object has neither \"text\" nor \"html\"");
    if (text && html)
        return wrong(line, "html", "absent where \"text\" is given");
    if (!json_is_string(value))
        return wrong(line, field, "a string");
    lo_str decoded = {json_string_value(value), json_string_length(value)};
    if (!lo_str_trim(decoded).n)
        return wrong(line, field, "some text; it is empty");

    lo_str quoted = lo_jsonl_value(line, field);
    lo_origins origins = LO_ORIGINS_EMPTY;
    const lo_origin *runs = NULL;
    uint32_t n = 0;
    if (quoted.p) {
        quoted.n = string_end(quoted, 0) - 2;
        quoted.p++;
        lo_jsonl_origins(quoted, (size_t)(quoted.p - line.p), &origins);
    }
    lo_status status = lo_origins_finish(&origins, arena, line.n, &runs, &n);
    if (status)
        return status;
    if (html)
        return lo_html_read(decoded, runs, n, arena, out);
    if (decoded.n > LO_READ_TEXT_MAX)
        return lo_status_set(LO_E_LIMIT, "%zu MiB of text is too much for one document (at most %d); split it",
                             decoded.n >> 20, LO_READ_TEXT_MAX >> 20);
    out->text = lo_str_copy(arena, decoded);
    out->origins = runs;
    out->n_origins = n;
    return out->text.p ? LO_OK : lo_mem_short();
}

static lo_status fill(json_t *root, lo_str line, lo_arena *arena, lo_record *out)
{
    lo_record given = {0};
    if (!json_is_object(root))
        return lo_status_set(LO_E_DATA, "column 1: each line must be one JSON object");
    json_t *id = json_object_get(root, "id");
    if (!id)
        return lo_status_set(LO_E_DATA, "the object has no \"id\"; each document needs its own");
    if (!json_is_string(id) || !json_string_length(id))
        return wrong(line, "id", "a string that is not empty");
    lo_status status = take(root, line, "id", arena, &given.key);
    if (!status)
        status = take(root, line, "title", arena, &given.title);
    if (!status)
        status = take(root, line, "outlet", arena, &given.outlet);
    if (!status)
        status = take(root, line, "author", arena, &given.author);
    if (!status)
        status = take(root, line, "url", arena, &given.url);
    if (!status)
        status = take(root, line, "lang", arena, &given.language);
    if (!status)
        status = take_date(root, line, arena, &given.date);
    if (!status)
        status = take_text(root, line, arena, out);
    if (!status)
        status = keep_rest(root, arena, &given.metadata);
    if (status)
        return status;
    /* What the line says goes before what its page says. */
    out->key = given.key;
    out->title = given.title.n ? given.title : out->title;
    out->outlet = given.outlet.n ? given.outlet : out->outlet;
    out->author = given.author.n ? given.author : out->author;
    out->url = given.url.n ? given.url : out->url;
    out->language = given.language.n ? given.language : out->language;
    out->date = given.date.n ? given.date : out->date;
    out->metadata = given.metadata.n ? given.metadata : out->metadata;
    return LO_OK;
}

lo_status lo_read_jsonl(lo_str line, lo_arena *arena, lo_record *out)
{
    json_error_t error;
    *out = (lo_record){0};
    /* The first line of a file may start with a byte order mark. */
    size_t skip = line.n >= 3 && memcmp(line.p, "\xef\xbb\xbf", 3) == 0 ? 3 : 0;
    size_t valid = lo_utf8_valid_prefix(line);
    if (valid < line.n)
        return lo_status_set(LO_E_DATA, "column %zu: the bytes are not UTF-8, which JSON must be", column(line, valid));
    if (!lo_str_trim((lo_str){line.p + skip, line.n - skip}).n)
        return lo_status_set(LO_E_DATA, "the line is empty");
    const char *nul = memchr(line.p, 0, line.n);
    if (nul)
        return lo_status_set(LO_E_DATA, "column %zu: a zero byte (U+0000); text cannot hold it",
                             column(line, (size_t)(nul - line.p)));
    (void)lo_jsonl_ran_short();
    json_t *root = json_loadb(line.p + skip, line.n - skip, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error);
    if (!root)
        return lo_jsonl_ran_short() ? lo_mem_short() : syntax_error(line, &error);
    lo_status status = fill(root, line, arena, out);
    json_decref(root);
    return lo_jsonl_ran_short() && !status ? lo_mem_short() : status;
}
