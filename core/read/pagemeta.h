// SPDX-License-Identifier: MIT
/* Title, date, author, outlet, language and address of a page, from whatever it says about itself: meta tags (Open
 * Graph, Dublin Core, Highwire "citation_", Twitter, microdata), JSON-LD, <time>, <link>, headings.  Each source has a
 * rank; the best one that says anything wins. */
#ifndef LO_READ_PAGEMETA_H
#define LO_READ_PAGEMETA_H

#include "data/record.h"

typedef enum lo_pagemeta_field {
    LO_PAGE_TITLE,
    LO_PAGE_DATE,
    LO_PAGE_AUTHOR,
    LO_PAGE_OUTLET,
    LO_PAGE_LANGUAGE,
    LO_PAGE_URL,
    LO_PAGE_DESCRIPTION,
    LO_PAGE_SECTION,
    LO_PAGE_KEYWORDS,
    LO_PAGE_MODIFIED,
    LO_PAGE_FIELDS,
} lo_pagemeta_field;

/* Start zeroed but for .arena. */
typedef struct lo_pagemeta {
    lo_arena *arena;
    struct {
        lo_str value; /* arena */
        int rank;     /* 0: nothing yet; else smaller is better */
    } slots[LO_PAGE_FIELDS];
    lo_status status; /* the first failed allocation sticks */
} lo_pagemeta;

/* Offers a value: white space collapsed, checked (dates become ISO 8601, an address must be http or https), cut at
 * 1,000 bytes.  Several authors of one rank are joined by "; ". */
void lo_pagemeta_offer(lo_pagemeta *meta, lo_pagemeta_field field, int rank, lo_str value);

/* <meta name|property|itemprop|http-equiv=key content=…>, or the text of an element with itemprop=key. */
void lo_pagemeta_tag(lo_pagemeta *meta, lo_str key, lo_str content);

/* The content of one <script type="application/ld+json">; what is no JSON is passed over. */
void lo_pagemeta_jsonld(lo_pagemeta *meta, lo_str script);

/* Writes the fields of *out; "description", "section", "keywords" and "modified" become its metadata. */
lo_status lo_pagemeta_finish(lo_pagemeta *meta, lo_record *out);

/* Ranks of what html.c offers itself, behind all that a page declares. */
enum {
    LO_PAGE_RANK_HEADING = 50,
    LO_PAGE_RANK_TITLE = 60,
    LO_PAGE_RANK_TIME = 50,
    LO_PAGE_RANK_LINK = 1,
    LO_PAGE_RANK_HTML = 1
};

#endif
