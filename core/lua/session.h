// SPDX-License-Identifier: MIT
/* What the bindings of a plugin work on: one Lua state, one lexicon, and (while plugins run on it) one document.
 *
 * Marks that a plugin adds go straight into the document; what it changes in marks of others is noted, so that all of
 * it is taken back when the plugin raises. */
#ifndef LO_LUA_SESSION_H
#define LO_LUA_SESSION_H

#include "lang/document.h"
#include "lua/box.h"
#include "lua/vm.h"

enum { LO_SESSION_KINDS = 32 };

/* Marks of one kind in text order, as far as asked for. */
typedef struct lo_session_order {
    const char *kind;
    const uint32_t *marks; /* arena */
    size_t n;
    uint32_t longest; /* bytes of the longest span */
    uint64_t change;  /* lo_session.change when it was made */
} lo_session_order;

typedef struct lo_session_undo {
    uint32_t mark;
    lo_mark before;
} lo_session_undo;

typedef struct lo_session_cost {
    const char *rule; /* owned */
    uint64_t matches, nanoseconds;
    uint32_t plugin;
} lo_session_cost;

typedef struct lo_session {
    lo_vm *vm;
    lo_lexicon *lexicon; /* borrowed */
    bool frozen;         /* the lexicon's codes are known; rules may name no more classes */
    bool fast;           /* no tagger, no parser */
    bool timing;
    unsigned char used[LO_LEXICON_CLASSES / 8];        /* classes that rules named */
    unsigned char plugin_used[LO_LEXICON_CLASSES / 8]; /* by the plugin that is being opened */

    lo_document *document;              /* NULL: none; borrowed */
    char document_id[LO_RECORD_ID + 1]; /* "" until asked for */
    uint64_t epoch;                     /* of the document: a box of an earlier one is closed */
    uint64_t change;                    /* rises whenever a mark is added or dropped */
    lo_session_order orders[LO_SESSION_KINDS];
    unsigned n_orders;
    const lo_furniture *furniture; /* arena: by start; NULL until asked for */
    size_t n_furniture;
    uint32_t furniture_longest;
    uint64_t furniture_change;

    const char *const *makes; /* kinds the running plugin may add; NULL: none */
    uint32_t plugin;          /* its position */
    size_t first;             /* its own marks start here */
    lo_session_undo *undo;
    size_t n_undo, undo_capacity;
    lo_buf warnings; /* lines of out:warn and of rules; cleared by whoever shows them */

    uint32_t base, anchor; /* of the rule match that runs: first token of its subject, anchor token */
    lo_buf found;          /* scratch of the rule matcher */
    lo_session_cost *costs;
    size_t n_costs, costs_capacity;
    char doc_key, text_key, codes_key, marks_key, match_key; /* their addresses are keys of the registry */
} lo_session;

lo_status lo_session_create(lo_vm *vm, lo_lexicon *lexicon, lo_session **out);
void lo_session_free(lo_session *session); /* before its vm */

/* Between begin and end the document can be pushed; after end boxes of it raise "the document is closed". */
lo_status lo_session_begin(lo_session *session, lo_document *document);
void lo_session_end(lo_session *session);
/* A plugin starts; what it has done to the marks is kept, or taken back. */
void lo_session_enter(lo_session *session, uint32_t plugin, const char *const *makes);
lo_status lo_session_keep(lo_session *session); /* checks every mark it made; on failure everything is taken back */
void lo_session_undo_all(lo_session *session);

/* Each pushes one value and raises when memory is short. */
void lo_session_push_document(lua_State *L, lo_session *session);
void lo_session_push_sink(lua_State *L, lo_session *session);
void lo_session_push_mark(lua_State *L, lo_session *session, uint32_t mark);

/* Marks of a kind in text order. */
const lo_session_order *lo_session_ordered(lua_State *L, lo_session *session, const char *kind);
/* The document of a box argument; raises when it is closed. */
lo_session *lo_session_check_document(lua_State *L, int index);
lo_session *lo_session_check_mark(lua_State *L, int index, uint32_t *out_mark);
/* Raises the last status message. */
int lo_session_raise(lua_State *L, lo_status status);
/* Reads the spans at index ({s, e}, {{s, e}, …} or flat {s, e, s, e}) as arena spans; raises naming what. */
const lo_span *lo_session_check_spans(lua_State *L, lo_session *session, int index, const char *what, uint32_t *out_n);

/* doc:attributions(). */
int lo_bind_label_attributions(lua_State *L);
/* The lemma of a token; raises when memory is short. */
lo_str lo_session_lemma(lua_State *L, lo_session *session, uint32_t token, lo_tag tag);

/* The functions that prelude modules are given, each with the session as upvalue 1. */
extern const luaL_Reg lo_bind_rules[];
extern const luaL_Reg lo_bind_classes[];
extern const lo_box_type lo_bind_doc, lo_bind_mark, lo_bind_sink, lo_bind_rule_set;

#endif
