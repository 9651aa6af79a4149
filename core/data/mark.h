// SPDX-License-Identifier: MIT
/* Marks: standoff annotations of one document, as plugins make them and as they travel between processes.
 * Plain data; nothing here knows of the database.
 *
 * A mark has a kind ("name", "attribution", "stance", …), a cover span, a score, a maker (plugin and rule) and named
 * fields.  A field holds spans, one string, one number, or references to other marks of the same document.  What fields
 * a known kind may carry is told by lo_mark_kind_find; kinds that no table knows (made by somebody's own plugin) may
 * carry any field. */
#ifndef LO_DATA_MARK_H
#define LO_DATA_MARK_H

#include "base/arena.h"
#include "base/str.h"

typedef enum lo_field_type {
    LO_FIELD_SPANS = 1,
    LO_FIELD_STRING = 2,
    LO_FIELD_NUMBER = 3,
    LO_FIELD_MARKS = 4, /* indexes into lo_marks.items */
} lo_field_type;

typedef struct lo_field {
    const char *name; /* arena or static, NUL-terminated, [a-z_]+, at most 31 bytes */
    lo_field_type type;
    uint32_t count; /* of spans or marks */
    union {
        const lo_span *spans;
        const uint32_t *marks;
        lo_str string;
        double number;
    };
} lo_field;

typedef struct lo_mark {
    const char *kind; /* as field names */
    lo_span span;
    float score;      /* 0 to 1 */
    uint16_t plugin;  /* index into the pipeline's list of plugins; written by the host, never by a plugin */
    const char *rule; /* the plugin's own name for what fired; may be "" */
    lo_field *fields;
    uint32_t n_fields;
    bool dropped; /* taken back by a later plugin; left out when packed */
} lo_mark;

typedef struct lo_marks {
    lo_arena *arena;
    lo_mark *items;
    size_t n, capacity;
} lo_marks;

/* The schema of a known kind. */
typedef struct lo_mark_field_spec {
    const char *name;
    lo_field_type type;
    const char *choices; /* for strings: "direct|indirect|mixed", or NULL for any */
    const char *refers;  /* for marks: the kinds they may be of, "entity|name", or NULL for any */
    const char *doc;
} lo_mark_field_spec;

typedef struct lo_mark_kind {
    const char *name, *doc;
    const lo_mark_field_spec *fields; /* ends with name NULL */
} lo_mark_kind;

const lo_mark_kind *lo_mark_kind_find(const char *name); /* NULL when unknown */
const lo_mark_kind *lo_mark_kind_at(size_t index);       /* NULL past the end */

/* Appends a mark and gives its index; kind and rule are copied into the arena. */
lo_status lo_marks_add(lo_marks *marks, const char *kind, lo_span span, uint32_t *out_index);
/* Adds or replaces a field; everything is copied into the arena. */
lo_status lo_marks_set(lo_marks *marks, uint32_t index, const lo_field *field);
const lo_field *lo_mark_get(const lo_mark *mark, const char *name); /* NULL when absent */
lo_str lo_mark_string(const lo_mark *mark, const char *name);       /* LO_STR_NONE when absent or no string */

/* Checks one mark against its kind's schema, the text (spans inside, on character boundaries, start <= end) and the
 * number of marks; LO_E_PLUGIN with a message that names kind and field. */
lo_status lo_mark_check(const lo_marks *marks, uint32_t index, lo_str text);

/* All marks from one on, without the dropped ones; in linear time, whatever they refer to. */
lo_status lo_marks_check(const lo_marks *marks, size_t from, lo_str text);

/* Packs marks[from ..) without the dropped ones; references are renumbered.  A dropped mark may not be referred to. */
lo_status lo_marks_pack(const lo_marks *marks, size_t from, lo_buf *out);
/* Appends packed marks, checking everything against text (the bytes may be hostile): LO_E_DATA.  kinds: NULL-terminated
 * list of the kinds allowed, or NULL for any; maker: what .plugin is set to, or -1 to keep what is packed. */
lo_status lo_marks_unpack(lo_marks *marks, lo_str packed, lo_str text, const char *const *kinds, int maker);

/* The order of reports and of JSON: by start, longer first, kind, index. */
lo_status lo_marks_sort(const lo_marks *marks, const char *kind, lo_arena *arena, const uint32_t **out, size_t *n);

#endif
