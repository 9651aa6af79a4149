// SPDX-License-Identifier: MIT
/* The order plugins run in: by stage, and inside a stage from `needs` and `makes`.
 *
 * Who makes a kind runs before who needs it.  Who both needs and makes a kind completes marks of others: it runs after
 * those that only make it and before those that only need it; several such, and plugins with nothing between them, go
 * by name.  The layers that the core itself provides ("token", "sentence", "tag", …) need no maker. */
#ifndef LO_STAGE_ORDER_H
#define LO_STAGE_ORDER_H

#include "stage/contract.h"

/* out: n indexes into contracts.  LO_E_PLUGIN: a need that nobody makes up to that stage, or a cycle, told with its
 * chain; *culprit (may be NULL) is then the plugin concerned. */
lo_status lo_order_plugins(const lo_contract *const *contracts, uint32_t n, uint32_t *out, uint32_t *culprit);

bool lo_order_is_layer(const char *name);

#endif
