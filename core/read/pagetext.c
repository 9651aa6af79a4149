// SPDX-License-Identifier: MIT
#include "read/pagetext.h"

#include "base/utf8.h"
#include "read/charset.h"
#include "read/reader.h"

#include <ctype.h>
#include <string.h>

/* NEAR: how far the parser's own offset may be off a run of text; REFERRED_MAX: how long what an entity stands for is.
 */
enum { NEAR = 8, REFERRED_MAX = 8, PROSE = 100 };

static bool blank(char c)
{
    return c == ' ' || c == '\n' || c == '\t' || c == '\r' || c == '\f' || c == '\v';
}

static void add_separator(lo_pagetext *t, const char *bytes, size_t n)
{
    lo_buf_add(&t->text, bytes, n);
    lo_origins_none(&t->origins, n);
}

/* What is due between the last word and the next one. */
static void settle_space(lo_pagetext *t)
{
    if (t->fresh) {
        if (t->text.n)
            add_separator(t, "\n\n", 2);
        t->block_start = (uint32_t)t->text.n;
        t->block_linked = t->linked;
        t->visible = false;
    } else if (t->breaks) {
        add_separator(t, "\n\n", t->breaks < 2 ? 1 : 2);
    } else if (t->space) {
        lo_buf_add_byte(&t->text, ' ');
        lo_origins_changed(&t->origins, 1, t->space_at, t->space_end - t->space_at, false);
    }
    t->fresh = t->space = false;
    t->breaks = 0;
}

static void take_blank(lo_pagetext *t, const char *c, size_t at, size_t n)
{
    if (t->fresh)
        return;
    if (t->pre && *c == '\n') {
        t->breaks++;
        return;
    }
    if (t->space && t->space_end == at)
        t->space_end = at + n;
    else if (!t->space) {
        t->space_at = at;
        t->space_end = at + n;
    }
    t->space = true;
}

static bool only_no_break_spaces(lo_str s)
{
    for (size_t i = 0; i < s.n; i++)
        if (s.p[i] != ' ' && (i + 1 == s.n || memcmp(s.p + i++, "\u00a0", 2) != 0))
            return false;
    return true;
}

/* Text that stands at byte at of the source, n bytes of it; changed: it was written otherwise, in raw_n bytes. */
static void take(lo_pagetext *t, const char *s, size_t n, size_t at, size_t raw_n, bool changed)
{
    for (size_t i = 0; i < n && !t->status;) {
        if (blank(s[i])) {
            take_blank(t, s + i, changed ? at : at + i, changed ? raw_n : 1);
            i++;
            continue;
        }
        size_t from = i;
        /* Words with one blank between them go together. */
        while (i < n && (!blank(s[i]) || (s[i] == ' ' && !changed && i + 1 < n && !blank(s[i + 1]))))
            i++;
        lo_str word = {s + from, i - from};
        settle_space(t);
        lo_buf_add_str(&t->text, word);
        t->linked += t->link ? (uint32_t)word.n + 1 : 0; /* with the blank or line end behind it */
        t->visible = t->visible || !only_no_break_spaces(word);
        if (changed)
            lo_origins_changed(&t->origins, word.n, at, raw_n, true);
        else
            lo_origins_same(&t->origins, word.n, at + from);
        if (t->text.status || t->origins.status)
            t->status = t->text.status ? t->text.status : t->origins.status;
    }
    if (t->text.n > LO_READ_TEXT_MAX)
        t->status =
            lo_status_set(LO_E_LIMIT, "more than %d MiB of text; too much for one document", LO_READ_TEXT_MAX >> 20);
}

static bool stands_at(const lo_pagetext *t, const char *s, size_t n, size_t at)
{
    return at >= t->placed && at + n <= t->source.n && memcmp(t->source.p + at, s, n) == 0;
}

/* Old pages write &#146; for a quotation mark: a control character by the standard, windows-1252 to every browser. */
static size_t repair_control(const char *s, size_t n, char out[4])
{
    bool control = n == 2 && (unsigned char)s[0] == 0xc2 && (unsigned char)s[1] < 0xa0;
    uint32_t meant = control ? lo_charset_windows((unsigned char)s[1]) : 0;
    return meant ? lo_utf8_encode(meant, out) : 0;
}

/* What the parser drops without a word: characters that XML does not know. */
static bool dropped(lo_str c)
{
    return c.n == 1 ? (unsigned char)c.p[0] < 0x20 && !blank(c.p[0])
                    : c.n == 3 && memcmp(c.p, "\xef\xbf", 2) == 0 && (unsigned char)c.p[2] >= 0xbe;
}

/* Where the run starts that ends at end, found character by character from its end; SIZE_MAX when it is not there. */
static size_t start_of(const lo_pagetext *t, const char *s, size_t n, size_t end)
{
    size_t at = end;
    while (n && at > t->placed) {
        size_t back = at - 1, last = n - 1;
        while (back > t->placed && !lo_utf8_boundary(t->source, back))
            back--;
        while (last && !lo_utf8_boundary((lo_str){s, n}, last))
            last--;
        if (at - back == n - last && memcmp(t->source.p + back, s + last, n - last) == 0)
            n = last;
        else if (!dropped((lo_str){t->source.p + back, at - back}))
            break;
        at = back;
    }
    return n ? SIZE_MAX : at;
}

static void take_with_gaps(lo_pagetext *t, const char *s, size_t n, size_t at)
{
    while (n) {
        size_t same = 0;
        while (same < n && s[same] == t->source.p[at + same])
            same++;
        while (same && same < n && !lo_utf8_boundary((lo_str){s, n}, same))
            same--;
        take(t, s, same, at, same, false);
        s += same;
        n -= same;
        at += same;
        t->placed = at;
        if (n)
            at += lo_utf8_length((unsigned char)t->source.p[at]);
    }
}

/* Where the reference that ends at end starts; end when there is none. */
static size_t reference_start(const lo_pagetext *t, size_t end)
{
    size_t at = end;
    while (at > t->placed) {
        unsigned char c = (unsigned char)t->source.p[--at];
        if (c == '&')
            return at;
        if (!isalnum(c) && c < 0x80 && !strchr("#;:._-", c))
            return end;
    }
    return end;
}

/* The parser knows "&amp;" and numbers; "&amp" and "&AMP;" it passes on as they are. */
static bool names_ampersand(lo_str reference)
{
    return reference.n >= 3 && (reference.p[1] == '#' || (reference.n >= 5 && memcmp(reference.p, "&amp;", 5) == 0));
}

void lo_pagetext_break(lo_pagetext *t)
{
    t->breaks += !t->fresh;
}

void lo_pagetext_run(lo_pagetext *t, lo_str run, size_t end)
{
    const char *s = run.p;
    size_t n = run.n;
    /* An entity first: "&" is itself the text of "&amp;" and stands right before. */
    size_t entity = n <= REFERRED_MAX ? reference_start(t, end) : end;
    bool referred = end - entity > n;
    if (referred && n == 1 && *s == '&' && !names_ampersand((lo_str){t->source.p + entity, t->source.n - entity})) {
        t->placed = entity + 1; /* no entity after all: its name comes as text */
        take(t, s, 1, entity, 1, false);
        return;
    }
    if (referred) {
        char meant[4];
        size_t repaired = repair_control(s, n, meant);
        t->placed = end;
        take(t, repaired ? meant : s, repaired ? repaired : n, entity, end - entity, true);
        return;
    }
    /* The parser's offset is that of the end, but for some runs it is a little behind or ahead. */
    size_t at = end >= n && stands_at(t, s, n, end - n) ? end - n : SIZE_MAX;
    for (size_t off = 0; at == SIZE_MAX && off <= NEAR; off++) {
        at = end + off <= t->source.n ? start_of(t, s, n, end + off) : SIZE_MAX;
        if (at == SIZE_MAX && off && end > off)
            at = start_of(t, s, n, end - off);
    }
    if (at != SIZE_MAX) {
        take_with_gaps(t, s, n, at);
        return;
    }
    size_t from = t->placed < end ? t->placed : end;
    t->placed = end;
    take(t, s, n, from, end - from, true);
}

void lo_pagetext_end_block(lo_pagetext *t)
{
    if (!t->fresh && t->text.n > t->block_start) {
        uint32_t n = (uint32_t)t->text.n - t->block_start, linked = t->linked - t->block_linked;
        if (!t->visible) {
            size_t back = t->block_start >= 2 ? t->block_start - 2 : 0;
            t->text.n = back;
            lo_origins_cut(&t->origins, back);
        } else if (n >= linked + PROSE) {
            t->prose += n;
        }
    }
    t->fresh = true;
    t->space = false;
    t->breaks = 0;
}
