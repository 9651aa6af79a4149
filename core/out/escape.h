// SPDX-License-Identifier: MIT
/* The one choke point per output: no byte of a document becomes a control sequence on a terminal, a formula in a
 * spreadsheet, or script in a page.  Every function appends to a buffer; input is UTF-8, malformed bytes become U+FFFD.
 */
#ifndef LO_OUT_ESCAPE_H
#define LO_OUT_ESCAPE_H

#include "base/str.h"

/* Controls are shown as ^[ and the like, C1 controls and bidirectional overrides are left out; a line feed or tab
 * becomes one blank. */
lo_status lo_escape_terminal(lo_buf *out, lo_str text);
/* As above, but line feeds stay. */
lo_status lo_escape_terminal_lines(lo_buf *out, lo_str text);

/* One field of RFC 4180.  A field that a spreadsheet would run (= + - @, tab or CR first, also behind blanks) gets a
 * leading apostrophe, numbers excepted. */
lo_status lo_escape_csv(lo_buf *out, lo_str text);
/* One field between tabs: tabs, CR and LF become one blank each; the formula rule of CSV holds. */
lo_status lo_escape_tsv(lo_buf *out, lo_str text);
/* The inside of a JSON string, without its quotation marks; lossless for well-formed text. */
lo_status lo_escape_json(lo_buf *out, lo_str text);
/* Text between tags or inside a quoted attribute. */
lo_status lo_escape_html(lo_buf *out, lo_str text);
/* Text in a cell of a Markdown table. */
lo_status lo_escape_markdown(lo_buf *out, lo_str text);

/* Whether a link may be followed from a page: http, https or mailto only. */
bool lo_escape_link_allowed(lo_str url);

#endif
