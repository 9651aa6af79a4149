// SPDX-License-Identifier: MIT
/* What a plugin from elsewhere gave back, checked as hostile and joined with the marks it was given.
 *
 * It may add marks of the kinds it makes, and change or take back marks of those kinds; marks of other kinds come from
 * what the host sent, whatever the plugin's process claims about them. */
#ifndef LO_STAGE_MERGE_H
#define LO_STAGE_MERGE_H

#include "stage/contract.h"
#include "stage/task.h"

/* given: the packed marks it was sent; result: its marks and origins.  number: written as the maker of what is new.
 * Appends the packed joined list to out.  LO_E_DATA says what it did that is not its right. */
lo_status lo_merge_marks(lo_str given, const lo_task_result *result, lo_str text, const lo_contract *contract,
                         uint32_t number, lo_arena *arena, lo_buf *out);

#endif
