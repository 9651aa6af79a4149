// SPDX-License-Identifier: MIT
/* A self-contained page: no script from elsewhere, no network, style and behaviour inside under a content security
 * policy that names them by digest.  Everything that comes from a document passes lo_escape_html. */
#ifndef LO_OUT_PAGE_H
#define LO_OUT_PAGE_H

#include "out/table.h"

/* From the doctype to the heading; title and note may be NULL. */
lo_status lo_page_head(lo_buf *out, const char *title, const char *note);
lo_status lo_page_foot(lo_buf *out);

/* A table that can be sorted and filtered in the page. */
lo_status lo_page_table_head(lo_buf *out, const char *const *names, uint32_t n_columns);
lo_status lo_page_table_row(lo_buf *out, const lo_table_cell *cells, uint32_t n_columns);
lo_status lo_page_table_foot(lo_buf *out);

#endif
