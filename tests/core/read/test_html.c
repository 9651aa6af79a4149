// SPDX-License-Identifier: MIT
#include "base/mem.h"
#include "base/utf8.h"
#include "read/html.h"
#include "read/jsonl.h"
#include "read/reader.h"

#include <criterion/criterion.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

static lo_arena arena;

static void start(void)
{
    cr_assert_eq(lo_read_warm_up(), LO_OK, "%s", lo_status_message());
}

TestSuite(html, .init = start);

static lo_record page(const char *bytes)
{
    lo_record r;
    lo_status status = lo_read_html(lo_str_of(bytes), &arena, &r);
    cr_assert_eq(status, LO_OK, "%s: %s", bytes, lo_status_message());
    return r;
}

static const char *furniture(const lo_record *r, const char *words)
{
    const char *at = strstr(r->text.p, words);
    cr_assert(at, "%s not in: %s", words, r->text.p);
    uint32_t start = (uint32_t)(at - r->text.p), end = start + (uint32_t)strlen(words);
    for (uint32_t i = 0; i < r->n_furniture; i++)
        if (r->furniture[i].span.start <= start && end <= r->furniture[i].span.end)
            return r->furniture[i].kind;
    return "";
}

Test(html, text_is_that_of_each_block)
{
    static const char *const cases[][2] = {
        {"<p>One</p><p>Two</p>", "One\n\nTwo"},
        {"<p>One<p>Two", "One\n\nTwo"},
        {"<div>One<p>Two</p>three</div>four", "One\n\nTwo\n\nthree\n\nfour"},
        {"<p>  One \n\t two  </p>", "One two"},
        {"<p>One <b> two</b>\n<i>three </i>, four</p>", "One two three , four"},
        {"<p>Un<b>brok</b>en</p>", "Unbroken"},
        {"<p>One<br>two<br/> three <br>\n</p>", "One\ntwo\nthree"},
        {"<p>One<br><br><br>two</p>", "One\n\ntwo"},
        {"<ul><li>a<li>b<ul><li>c</ul></ul>", "a\n\nb\n\nc"},
        {"<table><tr><td>a<td>b<tr><th>c</table>", "a\n\nb\n\nc"},
        {"<dl><dt>a<dd>b</dl>", "a\n\nb"},
        {"<h1>A</h1>b<h2>C</h2>", "A\n\nb\n\nC"},
        {"<pre>one\n  two\n\nthree</pre>", "one\ntwo\n\nthree"},
        {"<p>a</p><script>var b = '<p>c</p>';</script><style>p{}</style><p>d", "a\n\nd"},
        {"<p>a</p><template><p>b</p></template><noscript>c</noscript>", "a\n\nc"},
        {"<p>a<svg><title>icon</title><text>b</text></svg> c<iframe>d</iframe></p>", "a c"},
        {"<head><title>t</title></head><body>a", "a"},
        {"<p>&nbsp;</p><p>a&nbsp;b</p><p>&nbsp; &nbsp;</p><p>c", "a\u00a0b\n\nc"},
        {"<p>\u00a0 \u00a0\u00a0</p><p>\u00a0 x</p>", "\u00a0 x"},
        {"<p>&amp;&lt;p&gt;&quot;&#x2014;&#8211;&eacute;&hellip;&apos;</p>", "&<p>\"\u2014\u2013\u00e9\u2026'"},
        {"<p>&#145;a&#146; &#147;b&#148; &#133; &#150; &#128;</p>", "\u2018a\u2019 \u201cb\u201d \u2026 \u2013 \u20ac"},
        {"<p>AT&T &c. & &nosuch; &#xd800; &#0; x</p>", "AT&T &c. & &nosuch; x"},
        {"<p>a<!-- b <p> --><b>c</b><?php e ?>f</p>", "acf"},
        {"<p>\u201cna\u00efve\u201d</p>", "\u201cna\u00efve\u201d"},
        {"<p>a\x01\x02z\x0b</p>", "az"},
        {"<article><header><h1>A</h1></header><section><p>b</section></article>", "A\n\nb"},
        {"a<custom-tag>b</custom-tag> c<o:p>d</o:p>", "ab cd"},
        {"<p>one</div>two</span>", "onetwo"},
        {"x</body></html><p>y", "x\n\ny"},
        {"<html><body><p>x</p></BODY></Html ><p>y</p> z <!-- </body> --></body></html>", "x\n\ny\n\nz"},
        {"<a href='x'>one</a><a>two</a>", "onetwo"},
        {"<select><option>a<option>b</select><button>c</button>", "a\n\nb\n\nc"},
        {"<P CLASS=X>One</P>", "One"},
        {"<p title='a > b' data-x=\"<p>\">One</p>", "One"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_record r = page(cases[i][0]);
        cr_expect(lo_str_is(r.text, cases[i][1]), "case %zu: %s\n  gives %.*s", i, cases[i][0], LO_STR_ARG(r.text));
        lo_arena_reset(&arena);
    }
    lo_arena_free(&arena);
}

static const char news[] =
    "<!DOCTYPE html>\n<html lang=\"en-GB\" class=\"no-js has-sidebar\"><head><meta charset=utf-8>\n"
    "<title>Harbour talks collapse | The Coast Herald</title>\n"
    "<meta property=\"og:title\" content=\"Harbour talks collapse &amp; ferries stop\">\n"
    "<meta property=og:site_name content='The Coast Herald'>\n"
    "<meta name=\"description\" content=\"Crews walk out.\"><meta name=\"twitter:site\" content=\"@coast\">\n"
    "<link rel=canonical href=\"https://herald.example/talks\"><link rel=stylesheet href=/x.css>\n"
    "<script type=\"application/ld+json\">{\"@context\":\"https://schema.org\",\"@graph\":[{\"@type\":\"WebSite\","
    "\"@id\":\"#site\",\"name\":\"Herald Online\"},{\"@type\":[\"Thing\",\"NewsArticle\"],\"headline\":\"Harbour talks "
    "collapse \\u2013 ferries stop\",\"datePublished\":\"2021-05-06T07:08:09+02:00\",\"dateModified\":\"2021-05-07\","
    "\"author\":[{\"@type\":\"Person\",\"name\":\"Mira Oduya\"},{\"@id\":\"#lee\"}],\"publisher\":{\"@id\":\"#org\"},"
    "\"articleSection\":[\"Ports\"]},{\"@type\":\"Person\",\"@id\":\"#lee\",\"name\":\"Ann Lee\"},{\"@type\":"
    "\"Organization\",\"@id\":\"#org\",\"name\":\"Herald Group\"}]}</script>\n"
    "<script type=\"application/ld+json\">{broken</script></head>\n"
    "<body class=\"article menu-open\"><a class=\"skip-link\" href=#m>Skip to content</a>\n"
    "<div id=\"cookieBanner\"><p>We use cookies to improve your visit, to measure our audience and to show you "
    "advertising that fits your interests, here and elsewhere.</p><button>Accept</button></div>\n"
    "<header><h1 class=logo>The Coast Herald</h1><nav><ul><li><a href=/>Home</a><li><a "
    "href=/p>Ports</a></ul></nav></header>\n"
    "<div class=\"page-with-sidebar\"><article id=m><header><h1>Harbour talks collapse</h1>\n"
    "<p class=lead>Ferry crews walked out on Thursday after a night of bargaining, and the port authority said that no "
    "new "
    "date had been set for talks between the two sides.</p><p class=\"byline\">By <span>Mira "
    "Oduya</span></p></header>\n"
    "<figure><img src=x alt=\"no text\"><figcaption>Empty berths on Thursday. <span class=credit>Photo: A. Nwosu</span>"
    "</figcaption></figure>\n"
    "<p>&ldquo;We have nothing left to discuss,&rdquo; said Jon Aske, who leads the crews&rsquo; union. He added that "
    "the "
    "strike would go on <a href=/q>until the summer</a> if need be.</p>\n"
    "<div class=\"share-tools\"><a href=#>Tweet</a> <a href=#>Share</a></div>\n"
    "<p>The authority&rsquo;s spokeswoman, Lena Marsh, denied that the offer had been withdrawn, and told reporters "
    "that it "
    "remained on the table for another week.</p>\n"
    "<ul class=x><li><a href=1>Timeline of the dispute</a></li><li><a href=2>Who runs the port?</a></li><li><a "
    "href=3>Ferries at a glance</a></li></ul></article>\n"
    "<aside class=sidebar><h3>Most read</h3><p><a href=4>Storm warning</a></p></aside></div>\n"
    "<div class=\"comments\"><p>gullfan: I have taken that ferry for thirty years and never once has it been on time, "
    "whatever "
    "the authority says about it.</p></div>\n"
    "<footer><p>&copy; The Coast Herald</p></footer><div hidden>Loading</div></body></html>\n";

Test(html, a_news_page_gives_its_record)
{
    lo_record r = page(news);
    cr_expect(lo_str_is(r.title, "Harbour talks collapse \u2013 ferries stop"), "%.*s", LO_STR_ARG(r.title));
    cr_expect(lo_str_is(r.date, "2021-05-06"), "%.*s", LO_STR_ARG(r.date));
    cr_expect(lo_str_is(r.author, "Mira Oduya; Ann Lee"), "%.*s", LO_STR_ARG(r.author));
    cr_expect(lo_str_is(r.outlet, "The Coast Herald"), "%.*s", LO_STR_ARG(r.outlet));
    cr_expect(lo_str_is(r.language, "en-GB"), "%.*s", LO_STR_ARG(r.language));
    cr_expect(lo_str_is(r.url, "https://herald.example/talks"), "%.*s", LO_STR_ARG(r.url));
    cr_expect(lo_str_is(r.metadata,
                        "{\"description\":\"Crews walk out.\",\"section\":\"Ports\",\"modified\":\"2021-05-07\"}"),
              "%.*s", LO_STR_ARG(r.metadata));
    static const char *const parts[][2] = {
        {"We use cookies", "notice"},
        {"Home\n\nPorts", "menu"},
        {"Harbour talks collapse\n", ""},
        {"Ferry crews walked out", ""},
        {"By Mira Oduya", "byline"},
        {"Empty berths on Thursday. Photo: A. Nwosu", "caption"},
        {"nothing left to discuss", ""},
        {"until the summer", ""},
        {"Tweet Share", "share"},
        {"Lena Marsh", ""},
        {"Timeline of the dispute\n\nWho runs the port?\n\nFerries at a glance", "menu"},
        {"Storm warning", "aside"},
        {"gullfan", "comments"},
        {"\u00a9 The Coast Herald", "footer"},
        {"Loading", "hidden"},
    };
    for (size_t i = 0; i < sizeof parts / sizeof *parts; i++)
        cr_expect_str_eq(furniture(&r, parts[i][0]), parts[i][1], "%s", parts[i][0]);
    uint32_t end = 0;
    for (uint32_t i = 0; i < r.n_furniture; i++) {
        cr_expect(r.furniture[i].span.start >= end && r.furniture[i].span.end > r.furniture[i].span.start);
        end = r.furniture[i].span.end;
    }
    cr_expect_leq(end, r.text.n);
    lo_arena_free(&arena);
}

/* Templates call the wrong things sidebar, header or teaser. */
Test(html, the_article_is_never_furniture)
{
    static const char body[] =
        "<p>The minister said on Monday that the bridge would be closed for most of the year, and that "
        "no money had been set aside for a ferry.</p><p>Opponents, among them the mayor, answered that "
        "the town had been promised a crossing at all times when the works were approved.</p>";
    static const char *const around[][2] = {
        {"<div class=sidebar>", "</div>"},
        {"<div class='content comments-open'>", "</div>"},
        {"<form action=/x>", "</form>"},
        {"<div class=share>", "</div>"},
        {"<div id=teaser>", "</div>"},
        {"<aside>", "</aside>"},
        {"<body class=footer>", "</body>"},
        {"<div class=promo><article>", "</article></div>"},
        {"<div class=related><h1>Bridge to close</h1>", "</div>"},
        {"<header>", "</header>"},
        {"<div class=elementor-widget>", "</div>"},
        {"<title>Bridge to close - The Paper</title><header><h1>Bridge to close</h1></header>", ""},
        {"<meta property=og:title content='Bridge to close'><header class=entry-header><h1>Bridge to close</h1><p>",
         ""},
    };
    for (size_t i = 0; i < sizeof around / sizeof *around; i++) {
        char bytes[1024];
        snprintf(bytes, sizeof bytes, "%s%s%s", around[i][0], body, around[i][1]);
        lo_record r = page(bytes);
        cr_expect_eq(r.n_furniture, 0, "%s", around[i][0]);
        lo_arena_reset(&arena);
    }
    /* page builders: each paragraph in a box of its own */
    lo_buf boxes = LO_BUF_EMPTY;
    for (int i = 0; i < 6; i++)
        lo_buf_print(&boxes, "<div class=\"elementor-element elementor-widget\">%s</div>", body);
    lo_buf_add_text(&boxes, "<header><h1>The Paper</h1></header>");
    lo_buf_add_byte(&boxes, 0);
    lo_record r = page(boxes.p);
    cr_expect_eq(r.n_furniture, 1, "the site's name only");
    lo_buf_free(&boxes);
    lo_arena_free(&arena);
}

Test(html, title_date_and_author_come_from_the_best_source)
{
    static const struct {
        const char *bytes, *title, *date, *author;
    } cases[] = {
        {"<title>A b c - Site</title><meta property=og:site_name content=Site><p>x", "A b c", "", ""},
        {"<title>T</title><h1>A  <i>b</i></h1><p>x", "A b", "", ""},
        {"<title>T</title><header><h1>Site</h1></header><article><h1>A b</h1><p>x</article>", "A b", "", ""},
        {"<meta name=twitter:title content=W><meta name=DC.Title content=D><h1>H</h1>", "D", "", ""},
        {"<meta name=citation_author content='Lee, Ann'><meta name=citation_author content='Marsh, Jo'>x", "", "",
         "Lee, Ann; Marsh, Jo"},
        {"<meta name=author content='By Ann Lee'>x", "", "", "Ann Lee"},
        {"<meta property=article:author content=https://social.example/ann>x", "", "", ""},
        {"<p itemprop=author itemscope><span itemprop=name>Ann <b>Lee</b></span></p>", "", "", "Ann Lee"},
        {"<meta name=citation_publication_date content=2014/06/20>x", "", "2014-06-20", ""},
        {"<meta itemprop=datePublished content='Fri, 20 Jun 2014 10:00:00 GMT'>x", "", "2014-06-20", ""},
        {"<p>x<time datetime=2014-06-21>Saturday</time></p><time pubdate datetime='2014-06-20 08:00'>Friday</time>", "",
         "2014-06-20", ""},
        {"<aside><time datetime=2010-01-01>old</time></aside><article>x<time datetime=2014-06>June</time></article>",
         "", "2014-06", ""},
        {"<meta name=date content='June 20, 2014'><meta property=article:published_time content='nonsense'>x", "",
         "2014-06-20", ""},
        {"<meta name=date content='3/7/2019'>x", "", "", ""},
        {"<script "
         "type=application/ld+json>[{\"@type\":\"BreadcrumbList\"},{\"@type\":\"ReportageNewsArticle\",\"headline\":"
         "\"Q\",\"author\":\"Ann Lee\",\"datePublished\":\"2014-06\"}]</script>x",
         "Q", "2014-06", "Ann Lee"},
        {"<script "
         "type=application/ld+json>{\"@type\":\"NewsArticle\",\"headline\":7,\"author\":{\"name\":null}}</script>x",
         "", "", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_record r = page(cases[i].bytes);
        cr_expect(lo_str_is(r.title, cases[i].title), "case %zu: title %.*s", i, LO_STR_ARG(r.title));
        cr_expect(lo_str_is(r.date, cases[i].date), "case %zu: date %.*s", i, LO_STR_ARG(r.date));
        cr_expect(lo_str_is(r.author, cases[i].author), "case %zu: author %.*s", i, LO_STR_ARG(r.author));
        lo_arena_reset(&arena);
    }
    lo_arena_free(&arena);
}

Test(html, the_declared_encoding_counts_and_so_does_the_true_one)
{
    static const struct {
        const char *bytes, *text;
    } cases[] = {
        {"<meta charset=iso-8859-1><p>caf\xe9 \x93x\x94", "caf\u00e9 \u201cx\u201d"},
        {"<meta http-equiv=content-type content='text/html; charset=windows-1251'><p>\xcc\xe8\xed\xe8\xf1\xf2\xf0",
         "\u041c\u0438\u043d\u0438\u0441\u0442\u0440"},
        {"<?xml version='1.0' encoding='ISO-8859-15'?><html><p>5 \xa4</html>", "5 \u20ac"},
        {"<meta charset=iso-8859-1><p>caf\u00e9", "caf\u00e9"},
        {"<meta charset=utf-8><p>caf\xe9 noir", "caf\u00e9 noir"},
        {"<meta charset=utf-8><p>na\u00efve caf\u00e9 \xff", "na\u00efve caf\u00e9 \ufffd"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        lo_record r = page(cases[i].bytes);
        cr_expect(lo_str_is(r.text, cases[i].text), "case %zu: %.*s", i, LO_STR_ARG(r.text));
        lo_arena_reset(&arena);
    }
    lo_arena_free(&arena);
}

static void repeat(lo_buf *out, const char *text, size_t times)
{
    for (size_t i = 0; i < times; i++)
        lo_buf_add_text(out, text);
}

static double seconds(void)
{
    struct timespec now;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

Test(html, hostile_pages_end_soon_with_a_message)
{
    lo_record r;
    lo_buf bytes = LO_BUF_EMPTY;
    repeat(&bytes, "<div>", 20000);
    lo_buf_add_text(&bytes, "x");
    repeat(&bytes, "</div>", 20000);
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "nested more than 512 deep"), "%s", lo_status_message());

    lo_buf_clear(&bytes);
    repeat(&bytes, "<b>", 2000000);
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_E_LIMIT);

    lo_buf_clear(&bytes);
    lo_buf_add_text(&bytes, "<p>before<p ");
    for (int i = 0; i < 60000; i++)
        lo_buf_print(&bytes, "a%d=\"\" ", i);
    lo_buf_add_text(&bytes, ">x</p>");
    double before = seconds();
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "<p> at byte 9 has more than 1024 attributes"), "%s", lo_status_message());
    cr_assert_lt(seconds() - before, 0.5);

    /* what is allowed must not take long either */
    lo_buf_clear(&bytes);
    for (int k = 0; k < 50; k++) {
        lo_buf_add_text(&bytes, "<p ");
        for (int i = 0; i < 1000; i++)
            lo_buf_print(&bytes, "a%d=\"\" ", i);
        lo_buf_add_text(&bytes, ">x</p>");
    }
    before = seconds();
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_OK);
    cr_assert_lt(seconds() - before, 5.0);

    /* a picture inside the page: one attribute of 4 MB */
    lo_buf_clear(&bytes);
    lo_buf_add_text(&bytes, "<p>before<img src=\"data:image/png;base64,");
    repeat(&bytes, "QUJDREVGR0hJSktMTU5PUFFSU1RVVldYWVoK", 4 << 20 >> 5);
    lo_buf_add_text(&bytes, "\">after</p>");
    before = seconds();
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_OK, "%s", lo_status_message());
    cr_assert(lo_str_is(r.text, "beforeafter"));
    cr_assert_lt(seconds() - before, 5.0);

    /* many ways to make a parser look ahead */
    static const char *const bits[] = {"<",       "</", "&",         "<!--", "<p a=", "</p>",
                                       "<table>", "&#", "<a href='", "]]>",  "<!",    "<script>"};
    for (size_t i = 0; i < sizeof bits / sizeof *bits; i++) {
        lo_buf_clear(&bytes);
        lo_buf_add_text(&bytes, "<p>x");
        repeat(&bytes, bits[i], 100000);
        before = seconds();
        lo_status status = lo_read_html(lo_buf_str(&bytes), &arena, &r);
        cr_expect(status == LO_OK || status == LO_E_DATA || status == LO_E_LIMIT);
        cr_expect_lt(seconds() - before, 5.0, "%s", bits[i]);
        lo_arena_reset(&arena);
    }
    lo_buf_free(&bytes);
    lo_arena_free(&arena);
}

Test(html, large_pages_come_whole_or_not_at_all)
{
    lo_record r;
    lo_buf bytes = LO_BUF_EMPTY;
    lo_buf_add_text(&bytes, "<html><body>");
    repeat(&bytes, "<p>Twelve words stand in this sentence, so that it has some length.</p>\n",
           160000); /* past 10 MB */
    lo_buf_add_text(&bytes, "<p>The end.</p></body></html>");
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_OK, "%s", lo_status_message());
    cr_assert_eq(r.text.n,
                 160000u * (sizeof "Twelve words stand in this sentence, so that it has some length.\n\n" - 1) + 8);
    cr_assert(memcmp(r.text.p + r.text.n - 8, "The end.", 8) == 0);
    lo_arena_free(&arena);
    lo_buf_clear(&bytes);
    repeat(&bytes, "one long paragraph without any end ", (17 << 20) / 35);
    cr_assert_eq(lo_read_html(lo_buf_str(&bytes), &arena, &r), LO_E_LIMIT);
    cr_assert(strstr(lo_status_message(), "more than 16 MiB"), "%s", lo_status_message());
    lo_buf_free(&bytes);
    lo_arena_free(&arena);
}

/* Cut at every byte: either the whole, or a refusal, or (where only optional end tags are missing) what was there. */
Test(html, a_page_cut_anywhere_is_refused_or_still_text)
{
    size_t n = strlen(news), refused = 0;
    for (size_t i = 0; i <= n; i += 3) {
        lo_record r;
        lo_status status = lo_read_html((lo_str){news, i}, &arena, &r);
        cr_assert(status == LO_OK || status == LO_E_DATA);
        refused += status == LO_E_DATA;
        if (!status)
            cr_assert(lo_utf8_valid(r.text));
        lo_arena_reset(&arena);
    }
    cr_assert_gt(refused * 3, n * 8 / 10);
    lo_arena_free(&arena);
}

/* libxml2 cannot be failed on purpose: its memory is not base/mem's. */
Test(html, a_failed_allocation_leaves_nothing_behind)
{
    lo_record r;
    lo_arena_free(&arena);
    int64_t before = lo_mem_alive();
    lo_mem_fail_never();
    cr_assert_eq(lo_read_html(lo_str_of(news), &arena, &r), LO_OK);
    uint64_t n = lo_mem_count();
    lo_arena_free(&arena);
    cr_assert_eq(lo_mem_alive(), before);
    cr_assert_gt(n, 50);
    for (uint64_t i = 0; i < n; i++)
        for (int forever = 0; forever < 2; forever++) {
            lo_mem_fail_after(i, forever);
            lo_status status = lo_read_html(lo_str_of(news), &arena, &r);
            lo_mem_fail_never();
            cr_expect_eq(status, LO_E_MEMORY, "allocation %lu of %lu: %d", (unsigned long)i, (unsigned long)n, status);
            lo_arena_free(&arena);
            cr_assert_eq(lo_mem_alive(), before, "allocation %lu", (unsigned long)i);
        }
}
