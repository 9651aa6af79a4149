// SPDX-License-Identifier: MIT
/* What the fuzz programs share: a property that must hold, and the properties of every record. */
#ifndef LO_FUZZ_H
#define LO_FUZZ_H

#include "base/utf8.h"
#include "data/record.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
int LLVMFuzzerInitialize(int *argc, char ***argv);

#define REQUIRE(property)                                                                                              \
    do {                                                                                                               \
        if (!(property)) {                                                                                             \
            fprintf(stderr, "%s:%d: does not hold: %s\n", __FILE__, __LINE__, #property);                              \
            abort();                                                                                                   \
        }                                                                                                              \
    } while (0)

static inline void require_text(lo_str s)
{
    REQUIRE(s.p || !s.n);
    REQUIRE(lo_utf8_valid(s));
    REQUIRE(!s.n || !memchr(s.p, 0, s.n));
}

/* Runs are in order, on character boundaries, inside the text and the raw bytes. */
static inline void require_origins(lo_str text, const lo_origin *runs, uint32_t n, size_t raw)
{
    uint32_t at = 0;
    for (uint32_t i = 0; i < n; i++) {
        uint64_t end = (uint64_t)runs[i].text + runs[i].length;
        REQUIRE(runs[i].length > 0 && runs[i].text >= at && end <= text.n);
        REQUIRE((uint64_t)runs[i].raw + runs[i].raw_length <= raw);
        REQUIRE(lo_utf8_boundary(text, runs[i].text) && lo_utf8_boundary(text, end));
        at = (uint32_t)end;
    }
}

static inline void require_record(const lo_record *r, size_t raw)
{
    require_text(r->text);
    require_text(r->title);
    require_text(r->outlet);
    require_text(r->author);
    require_text(r->url);
    require_text(r->date);
    require_text(r->language);
    require_text(r->metadata);
    REQUIRE(r->text.n > 0);
    require_origins(r->text, r->origins, r->n_origins, raw);
    uint32_t at = 0;
    for (uint32_t i = 0; i < r->n_furniture; i++) {
        lo_span span = r->furniture[i].span;
        REQUIRE(span.start >= at && span.end > span.start && span.end <= r->text.n);
        REQUIRE(lo_utf8_boundary(r->text, span.start) && lo_utf8_boundary(r->text, span.end));
        REQUIRE(r->furniture[i].kind[0]);
        at = span.end;
    }
}

#endif
