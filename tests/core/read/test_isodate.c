// SPDX-License-Identifier: MIT
#include "read/isodate.h"

#include <criterion/criterion.h>

Test(isodate, reads_what_pages_write)
{
    static const char *const cases[][2] = {
        {"2019-03-07", "2019-03-07"},
        {"2019-03-07T16:40:00+01:00", "2019-03-07"},
        {" 2019-3-7 16:40", "2019-03-07"},
        {"2019/03/07", "2019-03-07"},
        {"2019.03.07.", "2019-03-07"},
        {"20190307", "2019-03-07"},
        {"20190307T1640Z", "2019-03-07"},
        {"2019-03", "2019-03"},
        {"2019", "2019"},
        {"7 March 2019", "2019-03-07"},
        {"07-Mar-2019", "2019-03-07"},
        {"March 7, 2019", "2019-03-07"},
        {"March 7th, 2019 at 4 pm", "2019-03-07"},
        {"the 7th", ""},
        {"7th of March 2019", "2019-03-07"},
        {"Thu, 07 Mar 2019 15:40:00 GMT", "2019-03-07"},
        {"Thursday, March 7, 2019", "2019-03-07"},
        {"Thursday 7 March 2019", "2019-03-07"},
        {"Sept. 4, 2019", "2019-09-04"},
        {"March 2019", "2019-03"},
        {"2020-02-29", "2020-02-29"},
        {"2019-02-29", ""},
        {"2019-13-07", ""},
        {"2019-04-31", ""},
        {"3/7/2019", ""},
        {"07.03.2019", ""},
        {"0000-01-01", ""},
        {"20191399", ""},
        {"201903071640", ""},
        {"99999999999999999999", ""},
        {"Marches 7, 2019", ""},
        {"March", ""},
        {"March 7", ""},
        {"yesterday", ""},
        {"-", ""},
        {"", ""},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        char out[LO_ISODATE_SIZE];
        size_t n = lo_isodate_read(lo_str_of(cases[i][0]), out);
        cr_expect(lo_str_is((lo_str){out, n}, cases[i][1]), "%s: %.*s", cases[i][0], (int)n, out);
    }
    cr_assert(lo_isodate_leads(LO_STR("June 20, 2014 Inquiry No. 7")));
    cr_assert(lo_isodate_leads(LO_STR("March 7")));
    cr_assert_not(lo_isodate_leads(LO_STR("2014 was a hard year")));
    cr_assert_not(lo_isodate_leads(LO_STR("Mayor says no")));
    cr_assert_not(lo_isodate_leads(LO_STR("7 ministers resign")));
}
