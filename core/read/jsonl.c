// SPDX-License-Identifier: MIT
#include "read/jsonl.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "read/html.h"
#include "read/isodate.h"
#include "read/reader.h"

#include <ctype.h>
#include <jansson.h>
#include <string.h>

#define NUL_ESCAPE "\\u0000 stands in a string; text cannot hold it"
#define HALF_PAIR  "half a surrogate pair (\\uD800 to \\uDFFF); it is no character"

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

/* Behind the string whose opening mark is at at; 0 when it never ends. */
static size_t string_end(lo_str json, size_t at)
{
    for (size_t from = at + 1; from < json.n;) {
        const char *mark = memchr(json.p + from, '"', json.n - from);
        if (!mark)
            break;
        size_t escapes = 0, end = (size_t)(mark - json.p);
        while (end - escapes > at + 1 && json.p[end - escapes - 1] == '\\')
            escapes++;
        if (escapes % 2 == 0)
            return end + 1;
        from = end + 1;
    }
    return 0;
}

lo_str lo_jsonl_value(lo_str json, const char *field)
{
    size_t depth = 0, n = strlen(field);
    bool expects_key = false;
    for (size_t at = 0; at < json.n;) {
        char c = json.p[at];
        if (c == '"') {
            size_t end = string_end(json, at);
            if (!end)
                break;
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

static bool all_hex(const char *p)
{
    return isxdigit((unsigned char)p[0]) && isxdigit((unsigned char)p[1]) && isxdigit((unsigned char)p[2]) &&
           isxdigit((unsigned char)p[3]);
}

/* The escape sequence at p, n bytes to the string's end: its code point and length; a message when it is none. */
static const char *unescape(const char *p, size_t n, uint32_t *code, size_t *length)
{
    static const char letters[] = "\"\\/bfnrt", meaning[] = "\"\\/\b\f\n\r\t";
    const char *known = n >= 2 && p[1] ? strchr(letters, p[1]) : NULL;
    *length = 2;
    if (known) {
        *code = (unsigned char)meaning[known - letters];
        return NULL;
    }
    if (n < 6 || p[1] != 'u' || !all_hex(p + 2))
        return "no valid JSON (invalid escape)";
    *length = 6;
    *code = hex4(p + 2);
    if (*code == 0)
        return NUL_ESCAPE;
    if (*code < 0xd800 || *code > 0xdfff)
        return NULL;
    uint32_t low = n >= 12 && p[6] == '\\' && p[7] == 'u' && all_hex(p + 8) ? hex4(p + 8) : 0;
    if (*code > 0xdbff || low < 0xdc00 || low > 0xdfff)
        return HALF_PAIR;
    *length = 12;
    *code = 0x10000 + ((*code - 0xd800) << 10) + (low - 0xdc00);
    return NULL;
}

static size_t column(lo_str line, size_t byte)
{
    return 1 + lo_utf8_count((lo_str){line.p, byte < line.n ? byte : line.n});
}

/* The string between the quotation marks line[from .. to), decoded, with the way back.  Documents are long: Jansson,
 * which reads byte by byte, takes several times as long over them. */
static lo_status decode(lo_str line, size_t from, size_t to, lo_arena *arena, lo_origins *origins, lo_str *out)
{
    char *text = lo_arena_alloc(arena, to - from + 1); /* no escape sequence grows */
    size_t n = 0;
    if (!text)
        return lo_mem_short();
    for (size_t at = from; at < to;) {
        const char *escape = memchr(line.p + at, '\\', to - at);
        size_t plain = escape ? (size_t)(escape - line.p) - at : to - at;
        bool control = false;
        for (size_t i = 0; i < plain; i++)
            control |= (unsigned char)line.p[at + i] < 0x20;
        if (control) {
            while ((unsigned char)line.p[at] >= 0x20)
                at++;
            return lo_status_set(LO_E_DATA, "column %zu: no valid JSON (a control character in a string)",
                                 column(line, at));
        }
        memcpy(text + n, line.p + at, plain);
        lo_origins_same(origins, plain, at);
        n += plain;
        at += plain;
        if (!escape)
            break;
        uint32_t code = 0;
        size_t length = 0;
        const char *fault = unescape(escape, to - at, &code, &length);
        if (fault)
            return lo_status_set(LO_E_DATA, "column %zu: %s", column(line, at), fault);
        size_t size = lo_utf8_encode(code, text + n);
        lo_origins_changed(origins, size, at, length, code >= 0x80 && (code < 0x2000 || code > 0x206f));
        n += size;
        at += length;
    }
    text[n] = 0;
    *out = (lo_str){text, n};
    return origins->status;
}

static lo_status syntax_error(lo_str line, size_t at, const json_error_t *error)
{
    size_t col = column(line, at ? at - 1 : 0);
    switch (json_error_code(error)) {
    case json_error_null_character:
    case json_error_null_byte_in_key: return lo_status_set(LO_E_DATA, "column %zu: %s", col, NUL_ESCAPE);
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
        return lo_status_set(LO_E_DATA, "column %zu: %s", col, HALF_PAIR);
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

/* The document's own string, which Jansson does not see: line[from .. to) with its quotation marks; from 0: none. */
typedef struct cut {
    const char *field;
    size_t from, to;
} cut;

static cut find_document(lo_str line)
{
    static const char *const fields[] = {"text", "html"};
    for (size_t i = 0; i < 2; i++) {
        lo_str value = lo_jsonl_value(line, fields[i]);
        size_t from = value.p ? (size_t)(value.p - line.p) : 0, to = 0;
        if (value.p && value.n && *value.p == '"')
            to = string_end(line, from);
        if (to)
            return (cut){fields[i], from, to};
    }
    return (cut){NULL, 0, 0};
}

/* Text of "text" or "html", with the way back to the bytes of the line. */
static lo_status take_text(json_t *root, lo_str line, const cut *document, lo_arena *arena, lo_record *out)
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

    lo_str decoded = LO_STR_NONE;
    lo_origins origins = LO_ORIGINS_EMPTY;
    const lo_origin *runs = NULL;
    uint32_t n = 0;
    lo_status status = LO_OK;
    if (document->field && strcmp(document->field, field) == 0) {
        status = decode(line, document->from + 1, document->to - 1, arena, &origins, &decoded);
    } else { /* a field name written with escapes */
        decoded = lo_str_copy(arena, (lo_str){json_string_value(value), json_string_length(value)});
        lo_origins_changed(&origins, decoded.n, 0, line.n, false);
        status = decoded.p ? LO_OK : lo_mem_short();
    }
    lo_status finished = lo_origins_finish(&origins, arena, line.n, &runs, &n);
    if (status || finished)
        return status ? status : finished;
    if (!decoded.p || !lo_str_trim(decoded).n)
        return wrong(line, field, "some text; it is empty");
    if (html)
        return lo_html_read(decoded, runs, n, arena, out);
    if (decoded.n > LO_READ_TEXT_MAX)
        return lo_status_set(LO_E_LIMIT, "%zu MiB of text is too much for one document (at most %d); split it",
                             decoded.n >> 20, LO_READ_TEXT_MAX >> 20);
    out->text = decoded;
    out->origins = runs;
    out->n_origins = n;
    return LO_OK;
}

static lo_status fill(json_t *root, lo_str line, const cut *document, lo_arena *arena, lo_record *out)
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
        status = take_text(root, line, document, arena, out);
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
    cut document = find_document(line);
    lo_str rest = {line.p + skip, line.n - skip};
    lo_buf outline = LO_BUF_EMPTY;
    if (document.field) {
        lo_buf_add(&outline, rest.p, document.from - skip + 1);
        lo_buf_add(&outline, line.p + document.to - 1, line.n - document.to + 1);
        rest = lo_buf_str(&outline);
    }
    lo_status status = outline.status;
    json_t *root = NULL;
    (void)lo_jsonl_ran_short();
    if (!status && !(root = json_loadb(rest.p, rest.n, JSON_REJECT_DUPLICATES | JSON_DECODE_ANY, &error))) {
        size_t at = skip + (error.position > 0 ? (size_t)error.position : 0);
        at += document.field && at > document.from + 1 ? document.to - document.from - 2 : 0;
        status = lo_jsonl_ran_short() ? lo_mem_short() : syntax_error(line, at, &error);
    }
    lo_buf_free(&outline);
    if (!status)
        status = fill(root, line, &document, arena, out);
    json_decref(root);
    return lo_jsonl_ran_short() && !status ? lo_mem_short() : status;
}
