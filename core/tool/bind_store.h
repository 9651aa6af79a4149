// SPDX-License-Identifier: MIT
/* The store as an analyst's script sees it: C functions that core/tool/analyst.lua builds `require "locutor"` on. */
#ifndef LO_TOOL_BIND_STORE_H
#define LO_TOOL_BIND_STORE_H

#include "lua/vm.h"

/* Opens the analyst's Lua state: the whole standard library and `require "locutor"`.  Ctrl-C is the caller's business
 * (lo_vm_interrupt). */
lo_status lo_bind_store_vm(lo_vm **out);

#endif
