// SPDX-License-Identifier: MIT
#include "read/markup.h"

#include <ctype.h>
#include <string.h>
#include <strings.h>

enum { HEAD = 4096 };

bool lo_markup_is(lo_str s, const char *word)
{
    return s.n == strlen(word) && strncasecmp(s.p, word, s.n) == 0;
}

static bool blank(char c)
{
    return c == ' ' || c == '\t' || c == '\n' || c == '\r' || c == '\f';
}

/* Offset of word (lower case) in s from at on, in any case; s.n when it is not there. */
static size_t find(lo_str s, size_t at, const char *word)
{
    size_t n = strlen(word);
    while (at + n <= s.n) {
        const char *hit = s.p + at;
        if (word[0] == '<')
            hit = memchr(hit, '<', s.n - at - n + 1);
        if (!hit)
            break;
        if (strncasecmp(hit, word, n) == 0)
            return (size_t)(hit - s.p);
        at = (size_t)(hit - s.p) + 1;
    }
    return s.n;
}

/* The value of name= inside tag, quoted or not. */
static lo_str value_of(lo_str tag, const char *name)
{
    for (size_t at = 0; (at = find(tag, at, name)) < tag.n; at++) {
        size_t i = at + strlen(name);
        while (i < tag.n && blank(tag.p[i]))
            i++;
        if (i == tag.n || tag.p[i] != '=')
            continue;
        i++;
        while (i < tag.n && (blank(tag.p[i]) || tag.p[i] == '"' || tag.p[i] == '\''))
            i++;
        size_t end = i;
        while (end < tag.n && (isalnum((unsigned char)tag.p[end]) || strchr("-_.:", tag.p[end])))
            end++;
        if (end > i)
            return (lo_str){tag.p + i, end - i};
    }
    return LO_STR_NONE;
}

lo_str lo_markup_charset(lo_str bytes)
{
    static const char *const tags[][2] = {{"<meta", "charset"}, {"<?xml", "encoding"}};
    if (bytes.n > HEAD)
        bytes.n = HEAD;
    for (size_t t = 0; t < 2; t++)
        for (size_t at = 0; (at = find(bytes, at, tags[t][0])) < bytes.n; at++) {
            const char *end = memchr(bytes.p + at, '>', bytes.n - at);
            size_t n = end ? (size_t)(end - bytes.p) - at : bytes.n - at;
            lo_str value = value_of((lo_str){bytes.p + at, n}, tags[t][1]);
            if (value.n)
                return value;
        }
    return LO_STR_NONE;
}

size_t lo_markup_page_end(lo_str page, size_t at)
{
    while ((at = find(page, at, "</")) < page.n) {
        lo_str name = {page.p + at + 2, page.n - at - 2 < 4 ? page.n - at - 2 : 4};
        if (lo_markup_is(name, "html") || lo_markup_is(name, "body"))
            return at + 5;
        at += 2;
    }
    return page.n;
}

typedef struct scan {
    lo_str page;
    size_t at;
    size_t attributes;  /* of the tag just read */
    const char *inside; /* where the page ended: "a tag", "a comment" … */
} scan;

/* From behind the name to behind ">".  An attribute begins wherever something follows a blank, "/" or a quoted value.
 */
static void tag_rest(scan *s)
{
    bool between = false;
    s->attributes = 0;
    while (s->at < s->page.n) {
        char c = s->page.p[s->at++];
        if (c == '>')
            return;
        if (blank(c) || c == '/') {
            between = true;
        } else if (c == '=') {
            while (s->at < s->page.n && blank(s->page.p[s->at]))
                s->at++;
            char mark = s->at < s->page.n ? s->page.p[s->at] : 0;
            if (mark != '"' && mark != '\'')
                continue;
            const char *end = memchr(s->page.p + s->at + 1, mark, s->page.n - s->at - 1);
            s->at = end ? (size_t)(end - s->page.p) + 1 : s->page.n;
            between = true;
        } else if (between) {
            s->attributes++;
            between = false;
        }
    }
    s->inside = "a tag";
}

static void skip_to(scan *s, const char *end, const char *what)
{
    size_t found = find(s->page, s->at, end);
    if (found == s->page.n)
        s->inside = what;
    s->at = found == s->page.n ? found : found + (end[0] == '<' ? 0 : strlen(end));
}

/* Elements whose end tag nobody may leave out. */
static bool container(lo_str name)
{
    static const char *const names[] = {"article", "blockquote", "div", "main", "ol", "section", "table", "ul"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++)
        if (name.n && (name.p[0] | 0x20) == names[i][0] && lo_markup_is(name, names[i]))
            return true;
    return false;
}

lo_status lo_markup_check(lo_str page, size_t attributes_max)
{
    scan s = {page, 0, 0, NULL};
    long open = 0;
    bool finished = false;
    while (s.at < page.n) {
        const char *next = memchr(page.p + s.at, '<', page.n - s.at);
        if (!next)
            break;
        size_t start = (size_t)(next - page.p);
        s.at = start + 1;
        if (page.n - start >= 4 && memcmp(next, "<!--", 4) == 0) {
            s.at = start + 4;
            /* "<!-->" is an empty comment. */
            if (s.at < page.n && page.p[s.at] == '>')
                continue;
            skip_to(&s, "-->", "a comment");
            continue;
        }
        bool closing = s.at < page.n && page.p[s.at] == '/';
        s.at += closing;
        if (s.at < page.n && (page.p[s.at] == '!' || page.p[s.at] == '?')) {
            skip_to(&s, ">", "a tag");
            continue;
        }
        if (s.at < page.n && !isalpha((unsigned char)page.p[s.at]))
            continue;
        size_t name_at = s.at;
        while (s.at < page.n && !blank(page.p[s.at]) && page.p[s.at] != '>' && page.p[s.at] != '/')
            s.at++;
        lo_str name = {page.p + name_at, s.at - name_at};
        tag_rest(&s);
        if (s.attributes > attributes_max)
            return lo_status_set(
                LO_E_LIMIT, "the tag <%.*s> at byte %zu has more than %zu attributes; save the page as text instead",
                (int)(name.n < 32 ? name.n : 32), name.p, start, attributes_max);
        open += container(name) ? (closing ? -1 : 1) : 0;
        finished = finished || (closing && (lo_markup_is(name, "html") || lo_markup_is(name, "body")));
        if (!closing && !s.inside && lo_markup_is(name, "script"))
            skip_to(&s, "</script", "a script");
        else if (!closing && !s.inside && lo_markup_is(name, "style"))
            skip_to(&s, "</style", "a style sheet");
    }
    if (finished || (!s.inside && open <= 0))
        return LO_OK;
    if (s.inside)
        return lo_status_set(LO_E_DATA, "the page ends in the middle of %s: it was cut short; fetch it again",
                             s.inside);
    return lo_status_set(LO_E_DATA,
                         "the page ends with %ld elements open and no </html>: it was cut short; fetch it again", open);
}
