// SPDX-License-Identifier: MIT
/* Bytes of unknown encoding to UTF-8, by ICU, with the way back. */
#ifndef LO_READ_CHARSET_H
#define LO_READ_CHARSET_H

#include "read/origin.h"

typedef struct lo_charset_text {
    lo_str text;              /* valid UTF-8, no byte order mark, no U+0000; arena, or borrowed from the bytes */
    const lo_origin *origins; /* arena; none: text is the bytes */
    uint32_t n_origins;
    const char *name;     /* what it was taken for: "UTF-8", "windows-1252" …; arena or static */
    uint32_t replacement; /* how many malformed sequences became U+FFFD */
} lo_charset_text;

/* Takes the encoding from, in this order: a byte order mark; well-formed UTF-8; the pattern of NUL bytes that UTF-16
 * and UTF-32 show; what the document declares (LO_STR_NONE: nothing), when its bytes agree; UTF-8 with few faults,
 * which are replaced by U+FFFD (one for each maximal part, as the Unicode Standard recommends); ICU's detector;
 * windows-1252. markup: the detector is to look past tags.  LO_E_DATA: empty, binary, a known binary format, U+0000;
 * LO_E_LIMIT: over twice LO_READ_TEXT_MAX bytes. */
lo_status lo_charset_decode(lo_str bytes, lo_str declared, bool markup, lo_arena *arena, lo_charset_text *out);

/* Which character the byte is in windows-1252: pages write &#146; and mean the quotation mark there.  0: none. */
uint32_t lo_charset_windows(unsigned char byte);

/* Forbids ICU to look for files and loads what it loads lazily. */
lo_status lo_charset_warm_up(void);

#endif
