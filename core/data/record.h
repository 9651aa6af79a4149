// SPDX-License-Identifier: MIT
/* A document as it comes in: its key, what is known about it, its text, and the way back to the raw bytes.
 * Plain data; nothing here knows of the database. */
#ifndef LO_DATA_RECORD_H
#define LO_DATA_RECORD_H

#include "base/digest.h"
#include "base/str.h"

/* text[text .. text+length) came from raw[raw .. raw+raw_length).  Runs are sorted and do not overlap; where
 * length == raw_length bytes correspond one to one, else the run maps as a whole.  No run at all: text == raw. */
typedef struct lo_origin {
    uint32_t text, length, raw, raw_length;
} lo_origin;

typedef struct lo_record {
    lo_str key; /* what names the document outside: a path, a JSONL id, a URL; never empty */
    lo_str title, outlet, author, url;
    lo_str date;     /* publication, ISO 8601 as far as known, "2019-03-02" or "2019-03"; empty when unknown */
    lo_str language; /* BCP 47, "en"; empty when unknown */
    lo_str metadata; /* further fields as one JSON object, or empty */
    lo_str text;     /* valid UTF-8 without U+0000 */
    const lo_origin *origins;
    uint32_t n_origins;
    const struct lo_furniture *furniture; /* parts of text that are no article text, marked by the reader */
    uint32_t n_furniture;
} lo_record;

/* Menus, captions, share links, bylines … ; kind is a static word: "menu", "caption", "share", "footer", "title" … */
typedef struct lo_furniture {
    lo_span span;
    const char *kind;
} lo_furniture;

enum { LO_RECORD_ID = 12 };

/* The document's public id: the first 12 hex digits of SHA-256 over key and text hash. */
void lo_record_id(lo_str key, const lo_digest *text, char out[LO_RECORD_ID + 1]);

/* Packs and unpacks a record for the pipe between host and worker.  Unpacking checks everything (UTF-8, offsets inside
 * the text, order) since the bytes may be hostile: LO_E_DATA.  Strings of the result are borrowed from packed, arrays
 * are arena. */
lo_status lo_record_pack(const lo_record *record, lo_buf *out);
lo_status lo_record_unpack(lo_str packed, lo_arena *arena, lo_record *out);

/* The same for origins and furniture by themselves, as the store keeps them; unpacking needs out->text. */
lo_status lo_record_pack_origins(const lo_record *record, lo_buf *out);
lo_status lo_record_pack_furniture(const lo_record *record, lo_buf *out);
lo_status lo_record_unpack_parts(lo_str origins, lo_str furniture, lo_arena *arena, lo_record *out);

#endif
