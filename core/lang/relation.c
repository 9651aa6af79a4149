// SPDX-License-Identifier: MIT
#include "lang/parse.h"

#include <string.h>

/* Model files hold these numbers: a new relation goes to the end of neither list nor file but makes a new version of
 * the parser's models (parser.h). */
static const char *const names[] = {
    "_",          "acl",        "acl:relcl", "advcl",       "advcl:relcl",   "advmod",   "amod",        "appos",
    "aux",        "aux:pass",   "case",      "cc",          "cc:preconj",    "ccomp",    "compound",    "compound:prt",
    "conj",       "cop",        "csubj",     "csubj:outer", "csubj:pass",    "dep",      "det",         "det:predet",
    "discourse",  "dislocated", "expl",      "fixed",       "flat",          "goeswith", "iobj",        "list",
    "mark",       "nmod",       "nmod:desc", "nmod:poss",   "nmod:unmarked", "nsubj",    "nsubj:outer", "nsubj:pass",
    "nummod",     "obj",        "obl",       "obl:agent",   "obl:unmarked",  "orphan",   "parataxis",   "punct",
    "reparandum", "root",       "vocative",  "xcomp",
};

enum { COUNT = sizeof names / sizeof names[0] };
_Static_assert(sizeof names / sizeof names[0] <= LO_RELATION_MAX, "relations are numbered below LO_RELATION_MAX");

unsigned lo_relation_count(void)
{
    return COUNT;
}

const char *lo_relation_name(unsigned relation)
{
    return relation < COUNT ? names[relation] : "_";
}

unsigned lo_relation_of(lo_str name)
{
    for (unsigned i = 1; i < COUNT; i++)
        if (lo_str_is(name, names[i]))
            return i;
    const char *colon = name.n ? memchr(name.p, ':', name.n) : NULL;
    return colon ? lo_relation_of((lo_str){name.p, (size_t)(colon - name.p)}) : 0;
}

bool lo_relation_within(unsigned relation, unsigned wider)
{
    const char *narrow_name = lo_relation_name(relation), *wide_name = lo_relation_name(wider);
    size_t n = strlen(wide_name);
    return relation == wider || (!strncmp(narrow_name, wide_name, n) && narrow_name[n] == ':');
}
