// SPDX-License-Identifier: MIT
/* Which encoding a run of bytes is in, and whether it is text at all. */
#ifndef LO_READ_DETECT_H
#define LO_READ_DETECT_H

#include "base/str.h"

enum { LO_DETECT_TRIES = 6, LO_DETECT_NAME = 64 };

typedef struct lo_detected {
    bool utf8;   /* well-formed UTF-8 after skip bytes: nothing to convert */
    size_t skip; /* bytes of byte order mark */
    size_t n;    /* else: encodings to try in this order, each with the faults it is allowed */
    struct {
        char name[LO_DETECT_NAME];
        size_t faults;
    } tries[LO_DETECT_TRIES];
} lo_detected;

/* declared, markup: see lo_charset_decode.  LO_E_DATA: empty, binary, U+0000. */
lo_status lo_detect(lo_str bytes, lo_str declared, bool markup, lo_detected *out);
void lo_detect_warm_up(void);

#endif
