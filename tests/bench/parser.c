// SPDX-License-Identifier: MIT
/* See tagger.c. */
#define WITH_PARSER 1
#include "tagger.c"
