// SPDX-License-Identifier: MIT
#include "read/html.h"

#include "base/mem.h"
#include "base/utf8.h"
#include "read/charset.h"
#include "read/furniture.h"
#include "read/jsonl.h"
#include "read/markup.h"
#include "read/pagemeta.h"
#include "read/pagetext.h"
#include "read/reader.h"

#include <ctype.h>
#include <libxml/HTMLparser.h>
#include <libxml/parser.h>
#include <libxml/xmlerror.h>
#include <stdlib.h>
#include <string.h>

enum { CHUNK = 16 << 10, JSONLD_MAX = 1 << 20, SNIFF = 1024 };

enum {
    BLOCK = 1,
    SKIP = 2, /* never shown as text */
    PRE = 4,
    LINK = 8,
    MAIN = 16, /* the article itself: never furniture, nor what holds it */
    WHOLE = 32,
    CHROME = 64, /* furniture by its element: a heading in it is not the page's */
};

static const struct element {
    const char *name;
    unsigned flags;
} elements[] = {
    {"a", LINK},
    {"address", BLOCK},
    {"article", BLOCK | MAIN},
    {"aside", BLOCK | CHROME},
    {"audio", SKIP},
    {"blockquote", BLOCK},
    {"body", BLOCK | WHOLE},
    {"button", BLOCK},
    {"canvas", SKIP},
    {"caption", BLOCK},
    {"center", BLOCK},
    {"datalist", SKIP},
    {"dd", BLOCK},
    {"details", BLOCK},
    {"dialog", BLOCK | CHROME},
    {"dir", BLOCK},
    {"div", BLOCK},
    {"dl", BLOCK},
    {"dt", BLOCK},
    {"fieldset", BLOCK},
    {"figcaption", BLOCK},
    {"figure", BLOCK},
    {"footer", BLOCK | CHROME},
    {"form", BLOCK},
    {"frameset", BLOCK},
    {"h1", BLOCK},
    {"h2", BLOCK},
    {"h3", BLOCK},
    {"h4", BLOCK},
    {"h5", BLOCK},
    {"h6", BLOCK},
    {"head", BLOCK | SKIP},
    {"header", BLOCK | CHROME},
    {"hgroup", BLOCK},
    {"hr", BLOCK},
    {"html", BLOCK | WHOLE},
    {"iframe", SKIP},
    {"legend", BLOCK},
    {"li", BLOCK},
    {"listing", BLOCK | PRE},
    {"main", BLOCK | MAIN},
    {"math", SKIP},
    {"menu", BLOCK | CHROME},
    {"nav", BLOCK | CHROME},
    {"noembed", SKIP},
    {"noframes", SKIP},
    {"noscript", BLOCK | CHROME},
    {"object", SKIP},
    {"ol", BLOCK},
    {"optgroup", BLOCK},
    {"option", BLOCK},
    {"p", BLOCK},
    {"plaintext", BLOCK | PRE},
    {"pre", BLOCK | PRE},
    {"script", SKIP},
    {"search", BLOCK | CHROME},
    {"section", BLOCK},
    {"select", BLOCK},
    {"style", SKIP},
    {"summary", BLOCK},
    {"svg", SKIP},
    {"table", BLOCK},
    {"tbody", BLOCK},
    {"td", BLOCK},
    {"template", SKIP},
    {"textarea", BLOCK},
    {"tfoot", BLOCK},
    {"th", BLOCK},
    {"thead", BLOCK},
    {"title", SKIP},
    {"tr", BLOCK},
    {"ul", BLOCK},
    {"video", SKIP},
    {"xmp", BLOCK | PRE},
};

/* An open element and the page's counters as they stood at its start. */
typedef struct frame {
    const char *name; /* the parser's, interned until the end */
    unsigned flags;
    lo_furniture_hint hint;
    char *property; /* itemprop whose value is the text inside; through base/mem */
    uint32_t start, linked, links, prose, headlines;
} frame;

typedef struct page {
    lo_str source;
    htmlParserCtxtPtr parser;
    lo_arena *arena;
    lo_status status;
    lo_pagetext t;

    frame frames[LO_HTML_DEPTH_MAX];
    size_t depth;
    unsigned skip, chrome, article;
    uint32_t links, headlines;
    lo_furniture_list furniture;

    lo_pagemeta meta;
    lo_buf *capture; /* title or JSON-LD: text goes there */
    lo_buf title, script;
    lo_span heading;
    bool heading_inside; /* it stood in the article */
} page;

static void stop(page *p, lo_status status)
{
    if (!p->status)
        p->status = status;
    xmlStopParser(p->parser);
}

static size_t consumed(page *p)
{
    long at = xmlByteConsumed(p->parser);
    return at < 0 ? 0 : (size_t)at < p->source.n ? (size_t)at : p->source.n;
}

static void on_text(void *context, const xmlChar *bytes, int length)
{
    page *p = context;
    lo_str run = {(const char *)bytes, length > 0 ? (size_t)length : 0};
    if (p->status || !run.n)
        return;
    if (p->capture) {
        if (p->capture->n < JSONLD_MAX && lo_buf_add_str(p->capture, run))
            stop(p, p->capture->status);
    } else if (!p->skip) {
        lo_pagetext_run(&p->t, run, consumed(p));
        if (p->t.status)
            stop(p, p->t.status);
    }
}

static unsigned flags_of(const char *name)
{
    size_t low = 0, high = sizeof elements / sizeof *elements;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        int order = strcmp(name, elements[middle].name);
        if (order == 0)
            return elements[middle].flags;
        if (order < 0)
            high = middle;
        else
            low = middle + 1;
    }
    return 0;
}

static lo_str attribute(const char *const *atts, const char *name)
{
    for (; atts && *atts; atts += 2)
        if (strcmp(atts[0], name) == 0)
            return atts[1] ? lo_str_of(atts[1]) : (lo_str){"", 0};
    return LO_STR_NONE;
}

static void read_attributes(page *p, const char *name, const char *const *atts)
{
    if (strcmp(name, "meta") == 0) {
        static const char *const keys[] = {"property", "name", "itemprop", "http-equiv"};
        for (size_t i = 0; i < sizeof keys / sizeof *keys; i++)
            lo_pagemeta_tag(&p->meta, attribute(atts, keys[i]), attribute(atts, "content"));
    } else if (strcmp(name, "link") == 0) {
        if (lo_markup_is(attribute(atts, "rel"), "canonical"))
            lo_pagemeta_offer(&p->meta, LO_PAGE_URL, LO_PAGE_RANK_LINK, attribute(atts, "href"));
    } else if (strcmp(name, "html") == 0) {
        lo_pagemeta_offer(&p->meta, LO_PAGE_LANGUAGE, LO_PAGE_RANK_HTML, attribute(atts, "lang"));
        lo_pagemeta_offer(&p->meta, LO_PAGE_LANGUAGE, LO_PAGE_RANK_HTML + 1, attribute(atts, "xml:lang"));
    } else if (strcmp(name, "time") == 0) {
        lo_str moment = attribute(atts, "datetime");
        lo_pagemeta_tag(&p->meta, attribute(atts, "itemprop"), moment);
        int rank = LO_PAGE_RANK_TIME + (attribute(atts, "pubdate").p ? 0 : p->article ? 1 : p->chrome ? 3 : 2);
        lo_pagemeta_offer(&p->meta, LO_PAGE_DATE, rank, moment);
    }
}

/* The parser, which knows HTML 4, keeps <head> open when <article> and its like follow without <body>. */
static void leave_head(page *p, const char *name)
{
    static const char *const inside[] = {"base", "link", "meta", "noscript", "script", "style", "template", "title"};
    frame *head = p->depth ? &p->frames[p->depth - 1] : NULL;
    if (!head || !(head->flags & SKIP) || strcmp(head->name, "head") != 0)
        return;
    for (size_t i = 0; i < sizeof inside / sizeof *inside; i++)
        if (strcmp(name, inside[i]) == 0)
            return;
    head->flags = BLOCK | WHOLE;
    p->skip--;
}

static void on_start(void *context, const xmlChar *element, const xmlChar **attributes)
{
    page *p = context;
    const char *name = (const char *)element;
    const char *const *atts = (const char *const *)attributes;
    if (p->status)
        return;
    if (p->depth == LO_HTML_DEPTH_MAX) {
        stop(p, lo_status_set(LO_E_LIMIT,
                              "elements are nested more than %d deep at byte %zu; save the page as text instead",
                              LO_HTML_DEPTH_MAX, consumed(p)));
        return;
    }
    leave_head(p, name);
    frame *f = &p->frames[p->depth++];
    *f = (frame){.name = name, .flags = flags_of(name)};
    if (strcmp(name, "br") == 0 && !p->skip)
        lo_pagetext_break(&p->t);
    if (f->flags & BLOCK && !p->skip)
        lo_pagetext_end_block(&p->t);
    if (f->flags & MAIN)
        p->headlines++, p->article++;
    if (f->flags & LINK)
        p->links++, p->t.link++;
    p->skip += (f->flags & SKIP) != 0;
    p->t.pre += (f->flags & PRE) != 0;
    p->chrome += (f->flags & CHROME) != 0;
    read_attributes(p, name, atts);
    if (f->flags & BLOCK && !(f->flags & (MAIN | WHOLE | SKIP)))
        f->hint = lo_furniture_hint_of(name, atts);
    /* A header or footer of the article is no menu: it holds title, lead, authors. */
    if (p->article && (strcmp(name, "header") == 0 || (strcmp(name, "footer") == 0 && p->depth > 1 &&
                                                       strcmp(p->frames[p->depth - 2].name, "blockquote") == 0)))
        f->hint = (lo_furniture_hint){NULL, LO_FURNITURE_NONE};
    f->start = (uint32_t)p->t.text.n;
    f->linked = p->t.linked;
    f->links = p->links - ((f->flags & LINK) != 0);
    f->prose = p->t.prose;
    f->headlines = p->headlines - ((f->flags & MAIN) != 0);
    lo_str property = attribute(atts, "itemprop");
    if (property.n && strcmp(name, "meta") != 0 && !attribute(atts, "content").p && !p->skip) {
        f->property = lo_mem_alloc(property.n + 1);
        if (!f->property)
            stop(p, lo_mem_short());
        else
            memcpy(f->property, property.p, property.n + 1);
    } else if (property.n && strcmp(name, "meta") != 0) {
        lo_pagemeta_tag(&p->meta, property, attribute(atts, "content"));
    }
    if (strcmp(name, "title") == 0 && !p->title.n && p->skip <= 2)
        p->capture = &p->title;
    if (strcmp(name, "script") == 0 && lo_markup_is(lo_str_trim(attribute(atts, "type")), "application/ld+json")) {
        lo_buf_clear(&p->script);
        p->capture = &p->script;
    }
}

/* Many sites set their own name as h1 in the header, others the headline: then the page's title begins with it. */
static bool names_page(page *p, lo_str heading)
{
    lo_str titles[] = {p->meta.slots[LO_PAGE_TITLE].value, lo_str_trim(lo_buf_str(&p->title))};
    for (size_t i = 0; i < 2; i++)
        if (titles[i].n >= heading.n && memcmp(titles[i].p, heading.p, heading.n) == 0)
            return true;
    return false;
}

static void close_frame(page *p)
{
    frame *f = &p->frames[p->depth - 1];
    if (f->flags & BLOCK && !p->skip)
        lo_pagetext_end_block(&p->t);
    uint32_t end = (uint32_t)p->t.text.n, start = f->start < end ? f->start : end;
    lo_str inside = lo_str_trim((lo_str){p->t.text.p + start, end - start});
    if (f->property && inside.n)
        lo_pagemeta_tag(&p->meta, lo_str_of(f->property), inside);
    lo_mem_free(f->property);
    f->property = NULL;
    if (strcmp(f->name, "h1") == 0 && inside.n && (!p->chrome || names_page(p, inside))) {
        p->headlines++;
        if (p->heading.end == 0 || (p->article && !p->heading_inside)) {
            p->heading = (lo_span){start, end};
            p->heading_inside = p->article > 0;
        }
    }
    if (f->flags & BLOCK && !(f->flags & (MAIN | WHOLE | SKIP))) {
        lo_furniture_block block = {{start, end},
                                    f->hint,
                                    p->t.linked - f->linked,
                                    p->links - f->links,
                                    p->t.prose - f->prose,
                                    p->headlines > f->headlines};
        lo_status status = lo_furniture_add(&p->furniture, &block);
        if (status)
            stop(p, status);
    }
    if (p->capture == &p->script && strcmp(f->name, "script") == 0) {
        if (p->script.n < JSONLD_MAX)
            lo_pagemeta_jsonld(&p->meta, lo_buf_str(&p->script));
        p->capture = NULL;
    }
    if (p->capture == &p->title && strcmp(f->name, "title") == 0)
        p->capture = NULL;
    p->skip -= (f->flags & SKIP) != 0;
    p->t.pre -= (f->flags & PRE) != 0;
    p->chrome -= (f->flags & CHROME) != 0;
    p->t.link -= (f->flags & LINK) != 0;
    p->article -= (f->flags & MAIN) != 0;
    p->depth--;
}

static void on_end(void *context, const xmlChar *element)
{
    page *p = context;
    if (p->status)
        return;
    /* The parser closes in order; should it ever not, what is open inside is closed too. */
    size_t at = p->depth;
    while (at && strcmp(p->frames[at - 1].name, (const char *)element) != 0)
        at--;
    while (at && p->depth >= at)
        close_frame(p);
}

/* Unknown tags and the like are no news; running out of memory is. */
static void on_error(void *context, xmlErrorPtr error)
{
    page *p = context;
    if (error->code == XML_ERR_NO_MEMORY && !p->status)
        p->status = lo_mem_short();
    else if (error->level == XML_ERR_FATAL && !p->status)
        p->status = lo_status_set(LO_E_DATA, "the page cannot be read to its end (line %d)", error->line);
}

static lo_status parse(page *p)
{
    htmlSAXHandler handler = {.startElement = on_start,
                              .endElement = on_end,
                              .characters = on_text,
                              .ignorableWhitespace = on_text,
                              .cdataBlock = on_text,
                              .serror = on_error,
                              .initialized = XML_SAX2_MAGIC};
    p->parser = htmlCreatePushParserCtxt(&handler, p, NULL, 0, NULL, XML_CHAR_ENCODING_UTF8);
    if (!p->parser)
        return lo_mem_short();
    /* The last is known to the XML side only, but it is this flag that lifts the limit of 10 MB. */
    htmlCtxtUseOptions(p->parser, HTML_PARSE_IGNORE_ENC | HTML_PARSE_NONET);
    p->parser->options |= XML_PARSE_HUGE;
    /* Behind </html> the parser would stop; browsers go on.  One letter of the tag is changed: then it means nothing.
     */
    size_t end = lo_markup_page_end(p->source, 0);
    for (size_t at = 0; at < p->source.n && !p->status;) {
        size_t n = p->source.n - at < CHUNK ? p->source.n - at : CHUNK;
        if (at == end) {
            htmlParseChunk(p->parser, "-", n = 1, 0);
            end = lo_markup_page_end(p->source, end);
        } else {
            n = end - at < n ? end - at : n;
            htmlParseChunk(p->parser, p->source.p + at, (int)n, 0);
        }
        at += n;
    }
    if (!p->status)
        htmlParseChunk(p->parser, p->source.p, 0, 1);
    if (!p->status && (p->parser->disableSAX || p->parser->errNo == XML_ERR_NO_MEMORY))
        p->status = lo_status_set(LO_E_DATA, "the page cannot be read to its end (parser error %d)", p->parser->errNo);
    return p->status;
}

static lo_status finish(page *p, const lo_origin *runs, uint32_t n_runs, lo_record *out)
{
    lo_pagetext_end_block(&p->t);
    lo_str text = lo_buf_str(&p->t.text);
    if (!lo_str_trim(text).n)
        return lo_status_set(LO_E_DATA, "the page holds no text");
    lo_pagemeta_offer(&p->meta, LO_PAGE_TITLE, LO_PAGE_RANK_HEADING,
                      (lo_str){text.p + p->heading.start, p->heading.end - p->heading.start});
    lo_pagemeta_offer(&p->meta, LO_PAGE_TITLE, LO_PAGE_RANK_TITLE, lo_buf_str(&p->title));
    lo_status status = lo_pagemeta_finish(&p->meta, out);
    if (!status)
        status = lo_furniture_settle(&p->furniture, text, p->t.prose, p->arena, &out->furniture, &out->n_furniture);
    if (!status)
        status = lo_origins_join(&p->t.origins, runs, n_runs);
    if (!status)
        status = lo_origins_finish(&p->t.origins, p->arena, SIZE_MAX, &out->origins, &out->n_origins);
    if (!status) {
        out->text = lo_str_copy(p->arena, text);
        status = out->text.p ? LO_OK : lo_mem_short();
    }
    return status;
}

lo_status lo_html_read(lo_str source, const lo_origin *runs, uint32_t n_runs, lo_arena *arena, lo_record *out)
{
    *out = (lo_record){0};
    lo_status status = lo_markup_check(source, LO_HTML_ATTRIBUTES_MAX);
    if (status)
        return status;
    page *p = lo_mem_zalloc(sizeof *p);
    if (!p)
        return lo_mem_short();
    p->source = p->t.source = source;
    p->arena = p->meta.arena = arena;
    p->t.fresh = true;
    (void)lo_jsonl_ran_short();
    status = lo_buf_reserve(&p->t.text, source.n / 4 + 64);
    if (!status)
        status = parse(p);
    if (!status)
        status = finish(p, runs, n_runs, out);
    if (!status && lo_jsonl_ran_short()) /* while reading JSON-LD: the record lacks something */
        status = lo_mem_short();
    if (p->parser)
        htmlFreeParserCtxt(p->parser);
    for (size_t i = 0; i < p->depth; i++)
        lo_mem_free(p->frames[i].property);
    lo_buf_free(&p->t.text);
    lo_buf_free(&p->title);
    lo_buf_free(&p->script);
    lo_mem_free(p->t.origins.items);
    lo_mem_free(p->furniture.items);
    lo_mem_free(p);
    return status;
}

bool lo_html_looks_like(lo_str bytes)
{
    static const char *const starts[] = {"<!doctype html", "<html", "<head", "<body", "<!--", "<title", "<meta"};
    char head[SNIFF];
    size_t n = 0;
    /* ASCII of any width: zero bytes and byte order marks are left out. */
    for (size_t i = 0; i < bytes.n && n < SNIFF; i++) {
        unsigned char c = (unsigned char)bytes.p[i];
        if (c && c < 0x80 && (n || c > ' '))
            head[n++] = (char)c;
    }
    lo_str text = {head, n};
    if (n > 5 && memcmp(head, "<?xml", 5) == 0)
        return memmem(head, n, "<html", 5) != NULL;
    for (size_t i = 0; i < sizeof starts / sizeof *starts; i++) {
        size_t m = strlen(starts[i]);
        if (text.n >= m && lo_markup_is((lo_str){text.p, m}, starts[i]))
            return true;
    }
    return false;
}

/* What libxml2 reports outside of a parser would go to stderr. */
static void say_nothing(void *context, xmlErrorPtr error)
{
    (void)context, (void)error;
}

lo_status lo_html_warm_up(void)
{
    static const char page_text[] =
        "<!doctype html><html lang=en><title>t</title><script type='application/ld+json'>{}</script>"
        "<article class=x><p>A &rsquo; &#146; b<br>c</p></article></html>";
    lo_arena arena = LO_ARENA_EMPTY;
    lo_record record;
    xmlInitParser();
    xmlSetStructuredErrorFunc(NULL, say_nothing);
    lo_status status = lo_html_read(lo_str_of(page_text), NULL, 0, &arena, &record);
    lo_arena_free(&arena);
    return status == LO_E_DATA ? LO_OK : status; /* whether so small a page counts as a text does not matter here */
}

lo_status lo_read_html(lo_str bytes, lo_arena *arena, lo_record *out)
{
    lo_charset_text decoded;
    *out = (lo_record){0};
    lo_status status = lo_charset_decode(bytes, lo_markup_charset(bytes), true, arena, &decoded);
    return status ? status : lo_html_read(decoded.text, decoded.origins, decoded.n_origins, arena, out);
}
