// SPDX-License-Identifier: MIT
#include "read/charset.h"
#include "read/isodate.h"
#include "read/reader.h"

#include <ctype.h>
#include <string.h>

/* A headline is looked for among this many lines, before the first line as long as a paragraph. */
enum { LINES = 16, PARAGRAPH = 240, TITLE_MIN = 10, TITLE_MAX = 160, WORDS_MIN = 3 };

/* The line at *at without its line end; moves *at behind it.  False at the end. */
static bool next_line(lo_str text, size_t *at, lo_str *out)
{
    if (*at >= text.n)
        return false;
    const char *start = text.p + *at, *end = memchr(start, '\n', text.n - *at);
    size_t n = end ? (size_t)(end - start) : text.n - *at;
    *at += n + (end != NULL);
    *out = lo_str_trim((lo_str){start, n});
    return true;
}

static bool starts_with_word(lo_str s, const char *word)
{
    size_t n = strlen(word);
    return s.n > n && strncasecmp(s.p, word, n) == 0 && !isalpha((unsigned char)s.p[n]);
}

/* Dates, bylines, credits and lists also stand alone above a text. */
static bool looks_like_title(lo_str line)
{
    static const char *const labels[] = {"by",     "photo",     "image",     "interview",
                                         "source", "copyright", "published", "updated"};
    size_t words = 1;
    if (line.n < TITLE_MIN || line.n > TITLE_MAX || memchr(line.p, '|', line.n))
        return false;
    for (size_t i = 0; i < sizeof labels / sizeof *labels; i++)
        if (starts_with_word(line, labels[i]))
            return false;
    for (size_t i = 1; i < line.n; i++)
        words += line.p[i] == ' ' && line.p[i - 1] != ' ';
    unsigned char first = (unsigned char)line.p[0];
    char last = line.p[line.n - 1];
    size_t digits = 0;
    while (digits < line.n && isdigit((unsigned char)line.p[digits]))
        digits++;
    bool listed = (digits && digits < line.n && (line.p[digits] == '.' || line.p[digits] == ')')) || first == '*' ||
                  first == '-' || first == '#';
    return words >= WORDS_MIN && !islower(first) && !listed && last != '.' && last != ',' && last != ';' &&
           last != ':' && !lo_isodate_leads(line);
}

static lo_str find_title(lo_str text)
{
    lo_str line, before = LO_STR_NONE, after = LO_STR_NONE;
    size_t at = 0;
    for (int i = 0; i < LINES && next_line(text, &at, &line) && line.n <= PARAGRAPH; i++) {
        size_t ahead = at;
        bool more = next_line(text, &ahead, &after);
        /* A line above a text that does not part its paragraphs by blank lines: only the first can be the title. */
        bool alone = !before.n && (!more || !after.n || (i == 0 && after.n > PARAGRAPH));
        if (alone && more && looks_like_title(line))
            return line;
        before = line;
    }
    return LO_STR_NONE;
}

lo_status lo_read_plain(lo_str bytes, lo_arena *arena, lo_record *out)
{
    lo_charset_text decoded;
    *out = (lo_record){0};
    lo_status status = lo_charset_decode(bytes, LO_STR_NONE, false, arena, &decoded);
    if (status)
        return status;
    if (decoded.text.n > LO_READ_TEXT_MAX)
        return lo_status_set(LO_E_LIMIT, "%zu MiB of text is too much for one document (at most %d); split the file",
                             decoded.text.n >> 20, LO_READ_TEXT_MAX >> 20);
    out->text = decoded.text;
    out->origins = decoded.origins;
    out->n_origins = decoded.n_origins;
    out->title = find_title(decoded.text);
    return LO_OK;
}
