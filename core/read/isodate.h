// SPDX-License-Identifier: MIT
/* Dates of publication as pages and records write them, brought to ISO 8601. */
#ifndef LO_READ_ISODATE_H
#define LO_READ_ISODATE_H

#include "base/str.h"

enum { LO_ISODATE_SIZE = 11 };

/* Reads the date that s begins with: "2019-03-07T16:40+01:00", "2019/3/7", "20190307", "2019-03", "2019", "7 March
 * 2019", "March 7, 2019", "Thu, 07 Mar 2019 …", "Thursday 7 March 2019".  Day and month written as two numbers
 * (3/7/2019) mean different days in different countries and are not read.  Writes "2019-03-07", "2019-03" or "2019" and
 * gives its length; 0 when there is none. */
size_t lo_isodate_read(lo_str s, char out[LO_ISODATE_SIZE]);

/* A date of at least month and year, or a month and a day, stands at the start. */
bool lo_isodate_leads(lo_str s);

#endif
