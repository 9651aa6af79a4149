// SPDX-License-Identifier: MIT
#include "read/furniture.h"

#include "base/mem.h"
#include "read/markup.h"

#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { WEAK_MAX = 300, LINKS_MIN = 3, WORD_SIZE = 24 };

static const char ad[] = "ad", aside[] = "aside", byline[] = "byline", caption[] = "caption", comments[] = "comments",
                  footer[] = "footer", form[] = "form", hidden[] = "hidden", menu[] = "menu", notice[] = "notice",
                  related[] = "related", share[] = "share";

static const struct {
    const char *element, *kind;
} elements[] = {
    {"nav", menu},           {"menu", menu},       {"header", menu},   {"footer", footer},   {"aside", aside},
    {"figcaption", caption}, {"caption", caption}, {"form", form},     {"button", form},     {"select", form},
    {"textarea", form},      {"label", form},      {"dialog", notice}, {"noscript", notice},
};

static const struct {
    const char *role, *kind;
} roles[] = {
    {"navigation", menu}, {"menu", menu},          {"menubar", menu}, {"toolbar", menu},       {"banner", menu},
    {"tablist", menu},    {"search", form},        {"form", form},    {"contentinfo", footer}, {"complementary", aside},
    {"dialog", notice},   {"alertdialog", notice}, {"alert", notice},
};

/* Words of class and id attributes, as authors of page templates choose them; in alphabetical order. */
static const struct {
    const char *word, *kind;
    lo_furniture_trust trust;
} words[] = {
    {"actions", share, LO_FURNITURE_WEAK},
    {"ad", ad, LO_FURNITURE_WORD},
    {"addthis", share, LO_FURNITURE_WORD},
    {"addtoany", share, LO_FURNITURE_WORD},
    {"ads", ad, LO_FURNITURE_WORD},
    {"adsense", ad, LO_FURNITURE_WORD},
    {"advert", ad, LO_FURNITURE_WORD},
    {"advertisement", ad, LO_FURNITURE_WORD},
    {"author", byline, LO_FURNITURE_WEAK},
    {"authors", byline, LO_FURNITURE_WEAK},
    {"breadcrumb", menu, LO_FURNITURE_WORD},
    {"breadcrumbs", menu, LO_FURNITURE_WORD},
    {"byline", byline, LO_FURNITURE_WORD},
    {"caption", caption, LO_FURNITURE_WORD},
    {"colophon", footer, LO_FURNITURE_WORD},
    {"comment", comments, LO_FURNITURE_WEAK},
    {"comments", comments, LO_FURNITURE_WORD},
    {"consent", notice, LO_FURNITURE_WORD},
    {"cookie", notice, LO_FURNITURE_WORD},
    {"cookies", notice, LO_FURNITURE_WORD},
    {"copyright", footer, LO_FURNITURE_WORD},
    {"credit", caption, LO_FURNITURE_WEAK},
    {"credits", caption, LO_FURNITURE_WEAK},
    {"date", byline, LO_FURNITURE_WEAK},
    {"disclaimer", footer, LO_FURNITURE_WEAK},
    {"disqus", comments, LO_FURNITURE_WORD},
    {"figcaption", caption, LO_FURNITURE_WORD},
    {"follow", share, LO_FURNITURE_WEAK},
    {"foot", footer, LO_FURNITURE_WEAK},
    {"footer", footer, LO_FURNITURE_WORD},
    {"gdpr", notice, LO_FURNITURE_WORD},
    {"header", menu, LO_FURNITURE_WEAK},
    {"imprint", footer, LO_FURNITURE_WORD},
    {"legal", footer, LO_FURNITURE_WEAK},
    {"masthead", menu, LO_FURNITURE_WORD},
    {"menu", menu, LO_FURNITURE_WORD},
    {"menubar", menu, LO_FURNITURE_WORD},
    {"meta", byline, LO_FURNITURE_WEAK},
    {"more", related, LO_FURNITURE_WEAK},
    {"nav", menu, LO_FURNITURE_WORD},
    {"navbar", menu, LO_FURNITURE_WORD},
    {"navigation", menu, LO_FURNITURE_WORD},
    {"newsletter", notice, LO_FURNITURE_WORD},
    {"outbrain", related, LO_FURNITURE_WORD},
    {"pager", menu, LO_FURNITURE_WORD},
    {"pagination", menu, LO_FURNITURE_WORD},
    {"paywall", notice, LO_FURNITURE_WEAK},
    {"photo", caption, LO_FURNITURE_WEAK},
    {"popular", related, LO_FURNITURE_WEAK},
    {"popup", notice, LO_FURNITURE_WORD},
    {"print", share, LO_FURNITURE_WEAK},
    {"promo", related, LO_FURNITURE_WORD},
    {"pubdate", byline, LO_FURNITURE_WEAK},
    {"published", byline, LO_FURNITURE_WEAK},
    {"readmore", related, LO_FURNITURE_WORD},
    {"recommendations", related, LO_FURNITURE_WORD},
    {"recommended", related, LO_FURNITURE_WORD},
    {"related", related, LO_FURNITURE_WORD},
    {"respond", comments, LO_FURNITURE_WORD},
    {"seealso", related, LO_FURNITURE_WORD},
    {"share", share, LO_FURNITURE_WORD},
    {"sharebar", share, LO_FURNITURE_WORD},
    {"sharethis", share, LO_FURNITURE_WORD},
    {"sharing", share, LO_FURNITURE_WORD},
    {"sidebar", aside, LO_FURNITURE_WORD},
    {"signup", notice, LO_FURNITURE_WORD},
    {"skip", menu, LO_FURNITURE_WEAK},
    {"social", share, LO_FURNITURE_WORD},
    {"socials", share, LO_FURNITURE_WORD},
    {"sponsor", ad, LO_FURNITURE_WORD},
    {"sponsored", ad, LO_FURNITURE_WORD},
    {"subscribe", notice, LO_FURNITURE_WEAK},
    {"subscription", notice, LO_FURNITURE_WEAK},
    {"taboola", related, LO_FURNITURE_WORD},
    {"tabs", menu, LO_FURNITURE_WEAK},
    {"tags", menu, LO_FURNITURE_WEAK},
    {"teaser", related, LO_FURNITURE_WEAK},
    {"teasers", related, LO_FURNITURE_WEAK},
    {"timestamp", byline, LO_FURNITURE_WEAK},
    {"toc", menu, LO_FURNITURE_WEAK},
    {"toolbar", share, LO_FURNITURE_WORD},
    {"tools", share, LO_FURNITURE_WEAK},
    {"top", menu, LO_FURNITURE_WEAK},
    {"topbar", menu, LO_FURNITURE_WORD},
    {"trending", related, LO_FURNITURE_WORD},
    {"widget", aside, LO_FURNITURE_WEAK},
};

static void look_up(const char *word, lo_furniture_hint *hint)
{
    size_t low = 0, high = sizeof words / sizeof *words;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(word, words[middle].word);
        if (order == 0 && words[middle].trust > hint->trust)
            *hint = (lo_furniture_hint){words[middle].kind, words[middle].trust};
        if (order == 0)
            return;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
}

/* Splits "site-nav", "site_nav" and "siteNav" into words. */
static void look_up_all(const char *value, lo_furniture_hint *hint)
{
    char word[WORD_SIZE];
    size_t n = 0;
    for (const char *p = value;; p++) {
        bool letter = isalpha((unsigned char)*p) != 0;
        bool hump = n && letter && isupper((unsigned char)*p) && islower((unsigned char)p[-1]);
        if (!letter || hump) {
            word[n < WORD_SIZE ? n : WORD_SIZE - 1] = 0;
            if (n && n < WORD_SIZE)
                look_up(word, hint);
            n = 0;
        }
        if (!*p)
            return;
        if (letter) {
            if (n < WORD_SIZE)
                word[n] = (char)tolower((unsigned char)*p);
            n++;
        }
    }
}

lo_furniture_hint lo_furniture_hint_of(const char *element, const char *const *atts)
{
    lo_furniture_hint hint = {NULL, LO_FURNITURE_NONE};
    for (size_t i = 0; i < sizeof elements / sizeof *elements; i++)
        if (strcmp(element, elements[i].element) == 0)
            return (lo_furniture_hint){elements[i].kind, LO_FURNITURE_ELEMENT};
    for (; atts && *atts; atts += 2) {
        const char *name = atts[0], *value = atts[1] ? atts[1] : "";
        lo_str trimmed = lo_str_trim(lo_str_of(value));
        if (strcmp(name, "hidden") == 0 || (strcmp(name, "aria-hidden") == 0 && lo_markup_is(trimmed, "true")))
            return (lo_furniture_hint){hidden, LO_FURNITURE_ELEMENT};
        if (strcmp(name, "role") == 0)
            for (size_t i = 0; i < sizeof roles / sizeof *roles; i++)
                if (lo_markup_is(trimmed, roles[i].role))
                    return (lo_furniture_hint){roles[i].kind, LO_FURNITURE_ELEMENT};
        if (strcmp(name, "class") == 0 || strcmp(name, "id") == 0)
            look_up_all(value, &hint);
    }
    return hint;
}

static bool mostly_links(const lo_furniture_block *b)
{
    uint64_t n = b->span.end - b->span.start;
    return b->links >= LINKS_MIN && (uint64_t)b->linked * 10 >= n * 8;
}

lo_status lo_furniture_add(lo_furniture_list *list, const lo_furniture_block *block)
{
    if (block->span.end <= block->span.start || block->headline ||
        (!block->hint.kind && (block->prose || !mostly_links(block))))
        return LO_OK;
    lo_status status = lo_mem_grow((void **)&list->items, &list->capacity, list->n + 1, sizeof *list->items);
    if (!status)
        list->items[list->n++] = *block;
    return status;
}

/* Of these kinds none reads like paragraphs. */
static bool never_prose(const char *kind)
{
    return kind == menu || kind == share || kind == byline || kind == form;
}

static bool accept(const lo_furniture_block *b, uint32_t prose)
{
    uint32_t n = b->span.end - b->span.start;
    bool much = (uint64_t)b->prose * 2 > prose;
    switch (b->hint.trust) {
    case LO_FURNITURE_NONE: return true; /* kept for its links */
    case LO_FURNITURE_WEAK: return n <= WEAK_MAX && !b->prose;
    default: return !(b->prose && (much || never_prose(b->hint.kind)));
    }
}

static int outer_first(const void *a, const void *b)
{
    const lo_furniture_block *x = a, *y = b;
    if (x->span.start != y->span.start)
        return x->span.start < y->span.start ? -1 : 1;
    if (x->span.end != y->span.end)
        return x->span.end > y->span.end ? -1 : 1;
    if (x->hint.trust != y->hint.trust)
        return x->hint.trust > y->hint.trust ? -1 : 1;
    return x->hint.kind && y->hint.kind ? strcmp(x->hint.kind, y->hint.kind) : 0;
}

lo_status lo_furniture_settle(lo_furniture_list *list, lo_str text, uint32_t prose, lo_arena *arena,
                              const lo_furniture **out, uint32_t *n)
{
    size_t kept = 0;
    *out = NULL;
    *n = 0;
    for (size_t i = 0; i < list->n; i++) {
        lo_furniture_block *b = &list->items[i];
        lo_str inside = lo_str_trim((lo_str){text.p + b->span.start, b->span.end - b->span.start});
        if (!inside.n || !accept(b, prose))
            continue;
        b->span.start = (uint32_t)(inside.p - text.p);
        b->span.end = b->span.start + (uint32_t)inside.n;
        list->items[kept++] = *b;
    }
    if (!kept)
        return LO_OK;
    qsort(list->items, kept, sizeof *list->items, outer_first);
    lo_furniture *spans = lo_arena_array(arena, kept, sizeof *spans);
    if (!spans)
        return lo_mem_short();
    uint32_t end = 0;
    for (size_t i = 0; i < kept; i++) {
        const lo_furniture_block *b = &list->items[i];
        if (b->span.start < end)
            continue;
        spans[(*n)++] = (lo_furniture){b->span, b->hint.kind ? b->hint.kind : menu};
        end = b->span.end;
    }
    *out = spans;
    return LO_OK;
}
