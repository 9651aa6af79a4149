// SPDX-License-Identifier: MIT
/* What must be known of a page before it is parsed: its declared encoding, whether it was cut short, and whether a tag
 * carries so many attributes that the parser, which compares each with all others, would not come back. */
#ifndef LO_READ_MARKUP_H
#define LO_READ_MARKUP_H

#include "base/str.h"

/* The encoding that <meta charset>, <meta http-equiv> or <?xml encoding?> declares in the first 4 KiB; borrowed from
 * bytes, LO_STR_NONE when there is none. */
lo_str lo_markup_charset(lo_str bytes);

/* LO_E_DATA: ends inside a tag, comment or script, or with containers open and neither </body> nor </html> seen.
 * LO_E_LIMIT: a tag with more than attributes_max attributes. */
lo_status lo_markup_check(lo_str page, size_t attributes_max);

/* Where the last letter of the next </body or </html stands, from byte at on; page.n when there is none. */
size_t lo_markup_page_end(lo_str page, size_t at);

/* Case does not matter; word is lower case ASCII. */
bool lo_markup_is(lo_str s, const char *word);

#endif
