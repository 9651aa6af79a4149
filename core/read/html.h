// SPDX-License-Identifier: MIT
/* A web page to its text: libxml2's push parser fires events, no tree is ever built.
 *
 * Text is that of each block-level element, white space collapsed to one blank and trimmed, a <br> (and a line end in
 * <pre>) as "\n", blocks parted by "\n\n"; what a browser never shows as text (head, script, style, template, svg,
 * iframe …) is left out, entities are decoded.  Menus, captions, share links and the like are marked, never deleted. */
#ifndef LO_READ_HTML_H
#define LO_READ_HTML_H

#include "read/origin.h"

enum { LO_HTML_DEPTH_MAX = 512, LO_HTML_ATTRIBUTES_MAX = 1024 };

/* page: valid UTF-8 without U+0000; runs: from page to the raw bytes, none when they are the same.  Fills all of *out
 * but the key; everything is arena.  LO_E_DATA: cut short, no text; LO_E_LIMIT: nested too deep, too many attributes,
 * too much text. */
lo_status lo_html_read(lo_str page, const lo_origin *runs, uint32_t n_runs, lo_arena *arena, lo_record *out);

/* The first bytes look like a page (any encoding). */
bool lo_html_looks_like(lo_str bytes);

lo_status lo_html_warm_up(void);

#endif
