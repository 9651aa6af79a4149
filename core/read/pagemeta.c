// SPDX-License-Identifier: MIT
#include "read/pagemeta.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "read/isodate.h"
#include "read/markup.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

enum { VALUE_MAX = 1000, JSONLD_DEPTH = 8, NAMES_MAX = 256, RANK_JSONLD = 10 };

static const struct {
    const char *key;
    lo_pagemeta_field field;
    int rank;
} known[] = {
    {"og:title", LO_PAGE_TITLE, 12},
    {"citation_title", LO_PAGE_TITLE, 14},
    {"dc.title", LO_PAGE_TITLE, 16},
    {"dcterms.title", LO_PAGE_TITLE, 16},
    {"twitter:title", LO_PAGE_TITLE, 18},
    {"headline", LO_PAGE_TITLE, 20},
    {"sailthru.title", LO_PAGE_TITLE, 22},
    {"parsely-title", LO_PAGE_TITLE, 22},

    {"article:published_time", LO_PAGE_DATE, 8},
    {"article:published", LO_PAGE_DATE, 9},
    {"og:published_time", LO_PAGE_DATE, 12},
    {"og:article:published_time", LO_PAGE_DATE, 12},
    {"datepublished", LO_PAGE_DATE, 14},
    {"citation_publication_date", LO_PAGE_DATE, 16},
    {"citation_online_date", LO_PAGE_DATE, 17},
    {"citation_date", LO_PAGE_DATE, 18},
    {"dc.date.issued", LO_PAGE_DATE, 20},
    {"dcterms.issued", LO_PAGE_DATE, 20},
    {"dcterms.date", LO_PAGE_DATE, 21},
    {"dc.date", LO_PAGE_DATE, 22},
    {"dcterms.created", LO_PAGE_DATE, 23},
    {"dc.date.created", LO_PAGE_DATE, 23},
    {"publish-date", LO_PAGE_DATE, 24},
    {"publish_date", LO_PAGE_DATE, 24},
    {"publishdate", LO_PAGE_DATE, 24},
    {"publication_date", LO_PAGE_DATE, 24},
    {"pubdate", LO_PAGE_DATE, 24},
    {"parsely-pub-date", LO_PAGE_DATE, 24},
    {"sailthru.date", LO_PAGE_DATE, 25},
    {"date", LO_PAGE_DATE, 30},

    {"citation_author", LO_PAGE_AUTHOR, 8},
    {"author", LO_PAGE_AUTHOR, 12},
    {"article:author", LO_PAGE_AUTHOR, 13},
    {"dc.creator", LO_PAGE_AUTHOR, 14},
    {"dcterms.creator", LO_PAGE_AUTHOR, 14},
    {"byl", LO_PAGE_AUTHOR, 16},
    {"parsely-author", LO_PAGE_AUTHOR, 16},
    {"sailthru.author", LO_PAGE_AUTHOR, 16},

    {"og:site_name", LO_PAGE_OUTLET, 8},
    {"citation_journal_title", LO_PAGE_OUTLET, 12},
    {"citation_publisher", LO_PAGE_OUTLET, 14},
    {"dc.publisher", LO_PAGE_OUTLET, 16},
    {"dcterms.publisher", LO_PAGE_OUTLET, 16},
    {"publisher", LO_PAGE_OUTLET, 17},
    {"application-name", LO_PAGE_OUTLET, 18},

    {"content-language", LO_PAGE_LANGUAGE, 3},
    {"inlanguage", LO_PAGE_LANGUAGE, 12},
    {"og:locale", LO_PAGE_LANGUAGE, 14},
    {"dc.language", LO_PAGE_LANGUAGE, 16},
    {"dcterms.language", LO_PAGE_LANGUAGE, 16},
    {"citation_language", LO_PAGE_LANGUAGE, 16},

    {"og:url", LO_PAGE_URL, 4},
    {"citation_public_url", LO_PAGE_URL, 14},
    {"citation_abstract_html_url", LO_PAGE_URL, 16},
    {"twitter:url", LO_PAGE_URL, 18},

    {"description", LO_PAGE_DESCRIPTION, 4},
    {"og:description", LO_PAGE_DESCRIPTION, 6},
    {"twitter:description", LO_PAGE_DESCRIPTION, 8},
    {"article:section", LO_PAGE_SECTION, 4},
    {"articlesection", LO_PAGE_SECTION, 6},
    {"keywords", LO_PAGE_KEYWORDS, 4},
    {"news_keywords", LO_PAGE_KEYWORDS, 6},
    {"article:modified_time", LO_PAGE_MODIFIED, 4},
    {"datemodified", LO_PAGE_MODIFIED, 6},
    {"og:updated_time", LO_PAGE_MODIFIED, 8},
};

static bool address(lo_str s)
{
    return (s.n > 7 && strncasecmp(s.p, "http://", 7) == 0) || (s.n > 8 && strncasecmp(s.p, "https://", 8) == 0);
}

/* White space collapsed, cut at VALUE_MAX on a character boundary. */
static lo_str tidy(lo_pagemeta *meta, lo_str value)
{
    value = lo_str_trim(value);
    size_t most = value.n < VALUE_MAX ? value.n : VALUE_MAX, n = 0;
    char *copy = lo_arena_alloc(meta->arena, most + 1);
    if (!copy) {
        meta->status = meta->status ? meta->status : lo_mem_short();
        return LO_STR_NONE;
    }
    while (!lo_utf8_boundary(value, most))
        most--;
    for (size_t i = 0; i < most; i++) {
        char c = value.p[i];
        bool space = c == ' ' || (c >= '\t' && c <= '\r');
        if (space && n && copy[n - 1] == ' ')
            continue;
        copy[n++] = space ? ' ' : c;
    }
    copy[n] = 0;
    return (lo_str){copy, n};
}

/* "en_US" becomes "en-US"; what is no language tag nothing. */
static lo_str language_tag(lo_str value)
{
    size_t n = 0;
    while (n < value.n && (value.p[n] == '-' || value.p[n] == '_' || (value.p[n] >= '0' && value.p[n] <= '9') ||
                           ((value.p[n] | 0x20) >= 'a' && (value.p[n] | 0x20) <= 'z')))
        n++;
    size_t primary = 0;
    while (primary < n && (value.p[primary] | 0x20) >= 'a' && (value.p[primary] | 0x20) <= 'z')
        primary++;
    if (primary < 2 || primary > 3 || n > 35)
        return LO_STR_NONE;
    char *p = (char *)value.p; /* tidy's own copy */
    for (size_t i = 0; i < n; i++)
        p[i] = p[i] == '_' ? '-' : p[i];
    return (lo_str){p, n};
}

static lo_str fit(lo_pagemeta *meta, lo_pagemeta_field field, lo_str value)
{
    char date[LO_ISODATE_SIZE];
    value = tidy(meta, value);
    switch (field) {
    case LO_PAGE_DATE:
    case LO_PAGE_MODIFIED:
        value = (lo_str){date, lo_isodate_read(value, date)};
        return value.n ? tidy(meta, value) : LO_STR_NONE;
    case LO_PAGE_LANGUAGE: return language_tag(value);
    case LO_PAGE_URL: return address(value) ? value : LO_STR_NONE;
    case LO_PAGE_AUTHOR:
        if (value.n > 3 && strncasecmp(value.p, "by ", 3) == 0)
            value = lo_str_trim((lo_str){value.p + 3, value.n - 3});
        return address(value) || (value.n && value.p[0] == '@') ? LO_STR_NONE : value;
    case LO_PAGE_OUTLET: return address(value) || (value.n && value.p[0] == '@') ? LO_STR_NONE : value;
    default: return value;
    }
}

void lo_pagemeta_offer(lo_pagemeta *meta, lo_pagemeta_field field, int rank, lo_str value)
{
    int held = meta->slots[field].rank;
    if (held && (held < rank || (held == rank && field != LO_PAGE_AUTHOR)))
        return;
    value = fit(meta, field, value);
    if (!value.n)
        return;
    lo_str before = meta->slots[field].value;
    if (held == rank) {
        if (before.n + value.n > VALUE_MAX || memmem(before.p, before.n, value.p, value.n))
            return;
        char *both = lo_arena_alloc(meta->arena, before.n + value.n + 3);
        if (!both) {
            meta->status = meta->status ? meta->status : lo_mem_short();
            return;
        }
        memcpy(both, before.p, before.n);
        memcpy(both + before.n, "; ", 2);
        memcpy(both + before.n + 2, value.p, value.n);
        value = (lo_str){both, before.n + 2 + value.n};
        both[value.n] = 0;
    }
    meta->slots[field].value = value;
    meta->slots[field].rank = rank;
}

void lo_pagemeta_tag(lo_pagemeta *meta, lo_str key, lo_str content)
{
    key = lo_str_trim(key);
    for (size_t i = 0; key.n && i < sizeof known / sizeof *known; i++)
        if (lo_markup_is(key, known[i].key))
            lo_pagemeta_offer(meta, known[i].field, known[i].rank, content);
}

/* JSON-LD: one object, an array of them, or {"@graph": […]}; parts may be given by {"@id": …} elsewhere in the graph.
 */
typedef struct linked {
    lo_pagemeta *meta;
    json_t *root;
    int names; /* looked up so far; each may mean a walk through the graph */
} linked;

static bool has_type(json_t *node, bool (*fits)(const char *))
{
    json_t *type = json_object_get(node, "@type");
    if (json_is_string(type))
        return fits(json_string_value(type));
    for (size_t i = 0; i < json_array_size(type); i++)
        if (json_is_string(json_array_get(type, i)) && fits(json_string_value(json_array_get(type, i))))
            return true;
    return false;
}

static bool is_article(const char *type)
{
    static const char *const others[] = {"Report",       "BlogPosting", "LiveBlogPosting", "SocialMediaPosting",
                                         "PressRelease", "Interview"};
    size_t n = strlen(type);
    for (size_t i = 0; i < sizeof others / sizeof *others; i++)
        if (strcmp(type, others[i]) == 0)
            return true;
    return n >= 7 && strcmp(type + n - 7, "Article") == 0;
}

static bool is_page(const char *type)
{
    size_t n = strlen(type);
    return n >= 7 && strcmp(type + n - 7, "WebPage") == 0;
}

/* Depth first: the first node that a test holds for. */
static json_t *seek(json_t *node, bool (*fits)(const char *), const char *id, int depth)
{
    if (depth > JSONLD_DEPTH)
        return NULL;
    if (json_is_array(node)) {
        for (size_t i = 0; i < json_array_size(node); i++) {
            json_t *found = seek(json_array_get(node, i), fits, id, depth + 1);
            if (found)
                return found;
        }
        return NULL;
    }
    if (!json_is_object(node))
        return NULL;
    const char *own = json_string_value(json_object_get(node, "@id"));
    if (fits ? has_type(node, fits) : own && id && strcmp(own, id) == 0 && json_object_get(node, "name"))
        return node;
    json_t *found = seek(json_object_get(node, "@graph"), fits, id, depth + 1);
    if (!found)
        found = seek(json_object_get(node, "mainEntity"), fits, id, depth + 1);
    return found;
}

/* "Ann Lee", {"name": "Ann Lee"}, {"@id": "#ann"}, or an array of these. */
static void offer_names(linked *in, lo_pagemeta_field field, json_t *value, int depth)
{
    if (depth > JSONLD_DEPTH || ++in->names > NAMES_MAX)
        return;
    for (size_t i = 0; i < json_array_size(value) && in->names <= NAMES_MAX; i++)
        offer_names(in, field, json_array_get(value, i), depth + 1);
    if (json_is_object(value)) {
        json_t *name = json_object_get(value, "name");
        const char *id = json_string_value(json_object_get(value, "@id"));
        if (!name && id)
            name = json_object_get(seek(in->root, NULL, id, 0), "name");
        offer_names(in, field, name, depth + 1);
    }
    if (json_is_string(value))
        lo_pagemeta_offer(in->meta, field, RANK_JSONLD, (lo_str){json_string_value(value), json_string_length(value)});
}

static void offer_string(linked *in, lo_pagemeta_field field, int rank, json_t *value)
{
    if (json_is_array(value))
        value = json_array_get(value, 0);
    if (json_is_object(value) && field == LO_PAGE_URL)
        value = json_object_get(value, "@id");
    if (json_is_string(value))
        lo_pagemeta_offer(in->meta, field, rank, (lo_str){json_string_value(value), json_string_length(value)});
}

void lo_pagemeta_jsonld(lo_pagemeta *meta, lo_str script)
{
    json_t *root = json_loadb(script.p, script.n, JSON_DISABLE_EOF_CHECK, NULL);
    linked in = {meta, root, 0};
    json_t *article = seek(root, is_article, NULL, 0);
    json_t *node = article ? article : seek(root, is_page, NULL, 0);
    if (node) {
        /* A page's own name is often that of the site's section. */
        int rank = article ? RANK_JSONLD : RANK_JSONLD + 20;
        offer_string(&in, LO_PAGE_TITLE, rank, json_object_get(node, "headline"));
        offer_string(&in, LO_PAGE_TITLE, rank + 1, json_object_get(node, "name"));
        offer_string(&in, LO_PAGE_DATE, rank, json_object_get(node, "datePublished"));
        offer_string(&in, LO_PAGE_DATE, rank + 1, json_object_get(node, "dateCreated"));
        offer_string(&in, LO_PAGE_MODIFIED, rank, json_object_get(node, "dateModified"));
        offer_string(&in, LO_PAGE_LANGUAGE, rank, json_object_get(node, "inLanguage"));
        offer_string(&in, LO_PAGE_URL, rank, json_object_get(node, "url"));
        offer_string(&in, LO_PAGE_URL, rank + 1, json_object_get(node, "mainEntityOfPage"));
        offer_string(&in, LO_PAGE_SECTION, rank, json_object_get(node, "articleSection"));
        offer_string(&in, LO_PAGE_DESCRIPTION, rank, json_object_get(node, "description"));
        offer_names(&in, LO_PAGE_AUTHOR, json_object_get(node, "author"), 0);
        offer_names(&in, LO_PAGE_OUTLET, json_object_get(node, "publisher"), 0);
    }
    json_decref(root);
}

/* "Headline - Outlet" and "Headline | Outlet" without the outlet. */
static lo_str without_outlet(lo_str title, lo_str outlet)
{
    static const char *const joints[] = {" - ", " | ", " \u2013 ", " \u2014 ", " :: "};
    for (size_t i = 0; i < sizeof joints / sizeof *joints; i++) {
        size_t tail = strlen(joints[i]) + outlet.n;
        if (outlet.n && title.n > tail && strncasecmp(title.p + title.n - outlet.n, outlet.p, outlet.n) == 0 &&
            memcmp(title.p + title.n - tail, joints[i], tail - outlet.n) == 0)
            return lo_str_trim((lo_str){title.p, title.n - tail});
    }
    return title;
}

static lo_status finish_metadata(lo_pagemeta *meta, lo_record *out)
{
    static const struct {
        lo_pagemeta_field field;
        const char *key;
    } kept[] = {{LO_PAGE_DESCRIPTION, "description"},
                {LO_PAGE_SECTION, "section"},
                {LO_PAGE_KEYWORDS, "keywords"},
                {LO_PAGE_MODIFIED, "modified"}};
    lo_status status = LO_OK;
    json_t *object = json_object();
    if (!object)
        return lo_mem_short();
    for (size_t i = 0; i < sizeof kept / sizeof *kept && !status; i++) {
        lo_str value = meta->slots[kept[i].field].value;
        if (value.n && json_object_set_new(object, kept[i].key, json_stringn(value.p, value.n)) < 0)
            status = lo_mem_short();
    }
    if (!status && json_object_size(object)) {
        size_t n = json_dumpb(object, NULL, 0, JSON_COMPACT);
        char *dumped = n ? lo_arena_alloc(meta->arena, n) : NULL;
        if (dumped)
            out->metadata = (lo_str){dumped, json_dumpb(object, dumped, n, JSON_COMPACT)};
        else
            status = lo_mem_short();
    }
    json_decref(object);
    return status;
}

lo_status lo_pagemeta_finish(lo_pagemeta *meta, lo_record *out)
{
    if (meta->status)
        return meta->status;
    out->outlet = meta->slots[LO_PAGE_OUTLET].value;
    out->title = without_outlet(meta->slots[LO_PAGE_TITLE].value, out->outlet);
    out->date = meta->slots[LO_PAGE_DATE].value;
    out->author = meta->slots[LO_PAGE_AUTHOR].value;
    out->language = meta->slots[LO_PAGE_LANGUAGE].value;
    out->url = meta->slots[LO_PAGE_URL].value;
    return finish_metadata(meta, out);
}
