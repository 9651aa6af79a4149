// SPDX-License-Identifier: MIT
/* doc: the document a plugin works on. */
#include "lua/session.h"

#include <stdlib.h>
#include <string.h>

static const lo_segment *segment_of(lua_State *L, lo_session **out)
{
    *out = lo_session_check_document(L, 1);
    return &(*out)->document->segment;
}

/* Argument arg as an index below n; 0-based. */
static uint32_t check_index(lua_State *L, int arg, uint32_t n, const char *what)
{
    lua_Integer i = luaL_checkinteger(L, arg);
    if (i < 0 || i >= (lua_Integer)n)
        luaL_error(L, "there is no %s %I: the document has %I, counted from 0", what, (LUAI_UACINT)i, (LUAI_UACINT)n);
    return (uint32_t)i;
}

static lo_str token_text(const lo_session *session, uint32_t i)
{
    const lo_token *token = &session->document->segment.tokens[i];
    return (lo_str){session->document->record.text.p + token->start, token->length};
}

static int push_span(lua_State *L, uint32_t start, uint32_t end)
{
    lua_pushinteger(L, start);
    lua_pushinteger(L, end);
    return 2;
}

static void push_string(lua_State *L, lo_str s)
{
    lua_pushlstring(L, s.p ? s.p : "", s.p ? s.n : 0);
}

static int doc_sub(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    lo_str text = session->document->record.text;
    lua_Integer start = luaL_checkinteger(L, 2), end = luaL_checkinteger(L, 3);
    if (start < 0 || start > end || end > (lua_Integer)text.n)
        return luaL_error(L, "bytes %I to %I are not in the text of %I bytes", (LUAI_UACINT)start, (LUAI_UACINT)end,
                          (LUAI_UACINT)text.n);
    lua_pushlstring(L, text.p + start, (size_t)(end - start));
    return 1;
}

static int doc_token(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    const lo_token *token = &segment->tokens[check_index(L, 2, segment->n_tokens, "token")];
    return push_span(L, token->start, token->start + token->length);
}

static int doc_word(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    push_string(L, token_text(session, check_index(L, 2, segment->n_tokens, "token")));
    return 1;
}

static int doc_folded(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lo_str word = token_text(session, check_index(L, 2, segment->n_tokens, "token"));
    luaL_Buffer buffer;
    char *folded = luaL_buffinitsize(L, &buffer, word.n);
    for (size_t i = 0; i < word.n; i++)
        folded[i] = word.p[i] >= 'A' && word.p[i] <= 'Z' ? (char)(word.p[i] + 32) : word.p[i];
    luaL_pushresultsize(&buffer, word.n);
    return 1;
}

static int doc_is(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    uint32_t i = check_index(L, 2, segment->n_tokens, "token");
    const char *name = luaL_checkstring(L, 3);
    int class_id = lo_lexicon_class(session->lexicon, name);
    if (class_id < 0 || !(session->used[class_id / 8] >> class_id % 8 & 1))
        return luaL_error(L, "no rule names the class '%s': say g.use '%s' at the top of the plugin", name, name);
    lua_pushboolean(L, lo_lexicon_code_has(session->lexicon, (unsigned char)segment->codes[i], class_id));
    return 1;
}

/* Bytes of the tokens [i, j). */
static int doc_span(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    uint32_t i = check_index(L, 2, segment->n_tokens, "token");
    lua_Integer j = luaL_checkinteger(L, 3);
    if (j < (lua_Integer)i || j > (lua_Integer)segment->n_tokens)
        return luaL_error(L, "tokens %I to %I are no run of tokens", (LUAI_UACINT)i, (LUAI_UACINT)j);
    const lo_token *first = &segment->tokens[i], *last = &segment->tokens[j > i ? j - 1 : i];
    return push_span(L, first->start, j > i ? last->start + last->length : first->start);
}

static uint32_t check_byte(lua_State *L, const lo_session *session, int arg)
{
    lua_Integer at = luaL_checkinteger(L, arg), n = (lua_Integer)session->document->record.text.n;
    if (at < 0 || at > n)
        luaL_error(L, "byte %I is not in the text of %I bytes", (LUAI_UACINT)at, (LUAI_UACINT)n);
    return (uint32_t)at;
}

static int doc_token_at(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lua_pushinteger(L, lo_segment_token_at(segment, check_byte(L, session, 2)));
    return 1;
}

static int doc_sentence(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    const lo_sentence *sentence = &segment->sentences[check_index(L, 2, segment->n_sentences, "sentence")];
    return push_span(L, sentence->first, sentence->end);
}

static int doc_sentence_span(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lo_span span = lo_segment_sentence_span(segment, check_index(L, 2, segment->n_sentences, "sentence"));
    return push_span(L, span.start, span.end);
}

static int doc_sentence_of(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lua_pushinteger(L, lo_segment_sentence_at(segment, check_index(L, 2, segment->n_tokens, "token")));
    return 1;
}

static int flag_of_sentence(lua_State *L, uint32_t flag)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    uint32_t k = check_index(L, 2, segment->n_sentences, "sentence");
    lua_pushboolean(L, (segment->sentences[k].flags & flag) != 0);
    return 1;
}

static int doc_has_quote(lua_State *L)
{
    return flag_of_sentence(L, LO_SENTENCE_QUOTE);
}

static int doc_is_heading(lua_State *L)
{
    return flag_of_sentence(L, LO_SENTENCE_HEADING);
}

static int doc_is_list_item(lua_State *L)
{
    return flag_of_sentence(L, LO_SENTENCE_LIST_ITEM);
}

static int doc_sentence_flags(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lua_pushinteger(L, segment->sentences[check_index(L, 2, segment->n_sentences, "sentence")].flags);
    return 1;
}

static int doc_paragraph(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    const lo_paragraph *paragraph = &segment->paragraphs[check_index(L, 2, segment->n_paragraphs, "paragraph")];
    return push_span(L, paragraph->first, paragraph->end);
}

static int doc_paragraph_span(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lo_span span = segment->paragraphs[check_index(L, 2, segment->n_paragraphs, "paragraph")].span;
    return push_span(L, span.start, span.end);
}

static int doc_paragraph_of(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lua_pushinteger(L, segment->sentences[check_index(L, 2, segment->n_sentences, "sentence")].paragraph);
    return 1;
}

static int doc_paragraph_at(lua_State *L)
{
    lo_session *session;
    const lo_segment *segment = segment_of(L, &session);
    lua_pushinteger(L, lo_segment_paragraph_at(segment, check_byte(L, session, 2)));
    return 1;
}

/* ---- furniture ---- */

static int compare_furniture(const void *va, const void *vb)
{
    const lo_furniture *a = va, *b = vb;
    if (a->span.start != b->span.start)
        return a->span.start < b->span.start ? -1 : 1;
    return (a->span.end < b->span.end) - (a->span.end > b->span.end);
}

/* The parts the reader marked and the marks of kind furniture, by start. */
static void gather_furniture(lua_State *L, lo_session *session)
{
    const lo_record *record = &session->document->record;
    const lo_session_order *order = lo_session_ordered(L, session, "furniture");
    const lo_marks *marks = &session->document->marks;
    if (session->furniture && session->furniture_change == order->change)
        return;
    size_t n = record->n_furniture + order->n;
    lo_furniture *all = lo_arena_array(session->document->arena, n ? n : 1, sizeof *all);
    if (!all)
        lo_session_raise(L, LO_E_MEMORY);
    if (record->n_furniture)
        memcpy(all, record->furniture, record->n_furniture * sizeof *all);
    for (size_t i = 0; i < order->n; i++) {
        const lo_mark *mark = &marks->items[order->marks[i]];
        lo_str kind = lo_mark_string(mark, "class"); /* arena, NUL-terminated */
        all[record->n_furniture + i] = (lo_furniture){mark->span, kind.p ? kind.p : "furniture"};
    }
    qsort(all, n, sizeof *all, compare_furniture);
    session->furniture_longest = 0;
    for (size_t i = 0; i < n; i++)
        if (all[i].span.end - all[i].span.start > session->furniture_longest)
            session->furniture_longest = all[i].span.end - all[i].span.start;
    session->furniture = all;
    session->n_furniture = n;
    session->furniture_change = order->change;
}

/* The kind of the innermost part that covers all of [s, e). */
static int doc_furniture(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    uint32_t start = check_byte(L, session, 2), end = check_byte(L, session, 3);
    gather_furniture(L, session);
    const lo_furniture *all = session->furniture;
    size_t low = 0, high = session->n_furniture;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (all[middle].span.start <= start)
            low = middle + 1;
        else
            high = middle;
    }
    while (low-- > 0 && (uint64_t)all[low].span.start + session->furniture_longest >= end)
        if (all[low].span.end >= end) {
            lua_pushstring(L, all[low].kind);
            return 1;
        }
    return 0;
}

/* ---- marks ---- */

/* Upvalues: doc, the sorted indexes (arena), how many, position. */
static int marks_step(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, lua_upvalueindex(1));
    const uint32_t *sorted = lua_touserdata(L, lua_upvalueindex(2));
    lua_Integer n = lua_tointeger(L, lua_upvalueindex(3)), at = lua_tointeger(L, lua_upvalueindex(4));
    const lo_marks *marks = &session->document->marks;
    while (at < n && (sorted[at] >= marks->n || marks->items[sorted[at]].dropped))
        at++; /* dropped during the walk */
    if (at >= n)
        return 0;
    lua_pushinteger(L, at + 1);
    lua_replace(L, lua_upvalueindex(4));
    lo_session_push_mark(L, session, sorted[at]);
    return 1;
}

static int doc_marks(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    const lo_session_order *order = lo_session_ordered(L, session, luaL_checkstring(L, 2));
    lua_pushvalue(L, 1);
    lua_pushlightuserdata(L, (void *)order->marks);
    lua_pushinteger(L, (lua_Integer)order->n);
    lua_pushinteger(L, 0);
    lua_pushcclosure(L, marks_step, 4);
    return 1;
}

/* First mark of the order that starts at or behind a byte. */
static size_t first_from(const lo_session *session, const lo_session_order *order, uint32_t start)
{
    size_t low = 0, high = order->n;
    while (low < high) {
        size_t middle = low + (high - low) / 2;
        if (session->document->marks.items[order->marks[middle]].span.start < start)
            low = middle + 1;
        else
            high = middle;
    }
    return low;
}

static int push_marks(lua_State *L, lo_session *session, const lo_session_order *order, lo_span range)
{
    const lo_marks *marks = &session->document->marks;
    lua_newtable(L);
    lua_Integer n = 0;
    for (size_t i = first_from(session, order, range.start); i < order->n; i++) {
        lo_span span = marks->items[order->marks[i]].span;
        if (span.start > range.end)
            break;
        if (span.end > range.end)
            continue;
        lo_session_push_mark(L, session, order->marks[i]);
        lua_rawseti(L, -2, ++n);
    }
    return 1;
}

static int doc_list(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    const lo_session_order *order = lo_session_ordered(L, session, luaL_checkstring(L, 2));
    return push_marks(L, session, order, (lo_span){0, UINT32_MAX});
}

static int doc_within(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    const lo_session_order *order = lo_session_ordered(L, session, luaL_checkstring(L, 2));
    uint32_t start = check_byte(L, session, 3), end = check_byte(L, session, 4);
    return push_marks(L, session, order, (lo_span){start, end});
}

/* The shortest mark that holds a byte; of equals the later. */
static int doc_covering(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    const lo_session_order *order = lo_session_ordered(L, session, luaL_checkstring(L, 2));
    uint32_t at = check_byte(L, session, 3);
    const lo_marks *marks = &session->document->marks;
    size_t best = SIZE_MAX, i = first_from(session, order, at + 1);
    uint32_t length = UINT32_MAX;
    while (i-- > 0) {
        lo_span span = marks->items[order->marks[i]].span;
        if ((uint64_t)span.start + (order->longest < length ? order->longest : length) <= at)
            break; /* nothing that starts before can reach here and be shorter */
        if (span.end > at && span.end - span.start < length) {
            best = order->marks[i];
            length = span.end - span.start;
        }
    }
    if (best == SIZE_MAX)
        return 0;
    lo_session_push_mark(L, session, (uint32_t)best);
    return 1;
}

/* ---- tags and trees ---- */

/* The tag or arc of token i, in its sentence; false with --fast. */
static bool locate(lua_State *L, lo_session **out, uint32_t *sentence, uint32_t *token)
{
    const lo_segment *segment = segment_of(L, out);
    *token = check_index(L, 2, segment->n_tokens, "token");
    *sentence = lo_segment_sentence_at(segment, *token);
    return !(*out)->fast;
}

static const lo_tag *tag_of(lua_State *L, lo_session **out, uint32_t *token)
{
    uint32_t sentence;
    const lo_tag *tags;
    if (!locate(L, out, &sentence, token))
        return NULL;
    lo_status status = lo_document_tags((*out)->document, sentence, &tags);
    if (status)
        lo_session_raise(L, status);
    return &tags[*token - (*out)->document->segment.sentences[sentence].first];
}

static int doc_lemma(lua_State *L)
{
    lo_session *session;
    uint32_t token;
    const lo_tag *tag = tag_of(L, &session, &token);
    if (!tag)
        return 0;
    push_string(L, lo_session_lemma(L, session, token, *tag));
    return 1;
}

static int doc_upos(lua_State *L)
{
    lo_session *session;
    uint32_t token;
    const lo_tag *tag = tag_of(L, &session, &token);
    if (!tag)
        return 0;
    lua_pushstring(L, lo_upos_name(tag->upos));
    return 1;
}

static int doc_xpos(lua_State *L)
{
    lo_session *session;
    uint32_t token;
    const lo_tag *tag = tag_of(L, &session, &token);
    if (!tag)
        return 0;
    lua_pushstring(L, lo_xpos_name(tag->xpos));
    return 1;
}

static int doc_feature(lua_State *L)
{
    static const struct {
        const char *name;
        unsigned bit;
    } features[] = {
        {"singular", LO_TAG_SINGULAR},       {"plural", LO_TAG_PLURAL},    {"first", LO_TAG_FIRST},
        {"second", LO_TAG_SECOND},           {"third", LO_TAG_THIRD},      {"past", LO_TAG_PAST},
        {"present", LO_TAG_PRESENT},         {"finite", LO_TAG_FINITE},    {"infinitive", LO_TAG_INFINITIVE},
        {"participle", LO_TAG_PARTICIPLE},   {"passive", LO_TAG_PASSIVE},  {"comparative", LO_TAG_COMPARATIVE},
        {"superlative", LO_TAG_SUPERLATIVE}, {"negative", LO_TAG_NEGATIVE}};
    const char *name = luaL_checkstring(L, 3);
    lo_session *session;
    uint32_t token;
    const lo_tag *tag = tag_of(L, &session, &token);
    if (!tag)
        return 0;
    for (size_t i = 0; i < sizeof features / sizeof *features; i++)
        if (!strcmp(name, features[i].name)) {
            lua_pushboolean(L, (tag->features & features[i].bit) != 0);
            return 1;
        }
    return luaL_error(L, "there is no feature '%s'", name);
}

static const lo_arc *arc_of(lua_State *L, uint32_t *token, uint32_t *first)
{
    lo_session *session;
    uint32_t sentence;
    const lo_arc *arcs;
    if (!locate(L, &session, &sentence, token))
        return NULL;
    lo_status status = lo_document_tree(session->document, sentence, &arcs);
    if (status)
        lo_session_raise(L, status);
    *first = session->document->segment.sentences[sentence].first;
    return &arcs[*token - *first];
}

static int doc_head(lua_State *L)
{
    uint32_t token, first;
    const lo_arc *arc = arc_of(L, &token, &first);
    if (!arc || arc->head < 0)
        return 0;
    lua_pushinteger(L, (lua_Integer)first + arc->head);
    return 1;
}

static int doc_deprel(lua_State *L)
{
    uint32_t token, first;
    const lo_arc *arc = arc_of(L, &token, &first);
    if (!arc)
        return 0;
    lua_pushstring(L, lo_relation_name(arc->relation));
    return 1;
}

/* ---- properties ---- */

typedef enum property {
    TEXT = 1,
    KEY,
    TITLE,
    OUTLET,
    AUTHOR,
    DATE,
    URL,
    LANGUAGE,
    CODES,
    N_TOKENS,
    N_SENTENCES,
    N_PARAGRAPHS,
    FAST,
} property;

static const char *const properties[] = {"",         "text",        "key",          "title",    "outlet",
                                         "author",   "date",        "url",          "language", "codes",
                                         "n_tokens", "n_sentences", "n_paragraphs", "fast",     NULL};

/* A long string is made once a document. */
static int push_kept(lua_State *L, const void *key, lo_str bytes)
{
    if (lua_rawgetp(L, LUA_REGISTRYINDEX, key) == LUA_TNIL) {
        push_string(L, bytes);
        lua_pushvalue(L, -1);
        lua_rawsetp(L, LUA_REGISTRYINDEX, key);
    }
    return 1;
}

static int doc_index(lua_State *L)
{
    lo_session *session = lo_session_check_document(L, 1);
    const lo_record *record = &session->document->record;
    const lo_segment *segment = &session->document->segment;
    const char *name = lua_type(L, 2) == LUA_TSTRING ? lua_tostring(L, 2) : "";
    int which = 0;
    for (int i = 1; properties[i] && !which; i++)
        if (!strcmp(properties[i], name))
            which = i;
    switch ((property)which) {
    case TEXT: return push_kept(L, &session->text_key, record->text);
    case CODES: return push_kept(L, &session->codes_key, (lo_str){segment->codes, segment->n_tokens});
    case KEY: push_string(L, record->key); return 1;
    case TITLE: push_string(L, record->title); return 1;
    case OUTLET: push_string(L, record->outlet); return 1;
    case AUTHOR: push_string(L, record->author); return 1;
    case DATE: push_string(L, record->date); return 1;
    case URL: push_string(L, record->url); return 1;
    case LANGUAGE: push_string(L, record->language); return 1;
    case N_TOKENS: lua_pushinteger(L, segment->n_tokens); return 1;
    case N_SENTENCES: lua_pushinteger(L, segment->n_sentences); return 1;
    case N_PARAGRAPHS: lua_pushinteger(L, segment->n_paragraphs); return 1;
    case FAST: lua_pushboolean(L, session->fast); return 1;
    }
    return luaL_error(L, "a document has no '%s'", name);
}

static const luaL_Reg methods[] = {{"sub", doc_sub},
                                   {"token", doc_token},
                                   {"word", doc_word},
                                   {"folded", doc_folded},
                                   {"is", doc_is},
                                   {"span", doc_span},
                                   {"token_at", doc_token_at},
                                   {"sentence", doc_sentence},
                                   {"sentence_span", doc_sentence_span},
                                   {"sentence_of", doc_sentence_of},
                                   {"sentence_flags", doc_sentence_flags},
                                   {"has_quote", doc_has_quote},
                                   {"is_heading", doc_is_heading},
                                   {"is_list_item", doc_is_list_item},
                                   {"paragraph", doc_paragraph},
                                   {"paragraph_span", doc_paragraph_span},
                                   {"paragraph_of", doc_paragraph_of},
                                   {"paragraph_at", doc_paragraph_at},
                                   {"furniture", doc_furniture},
                                   {"marks", doc_marks},
                                   {"list", doc_list},
                                   {"within", doc_within},
                                   {"covering", doc_covering},
                                   {"lemma", doc_lemma},
                                   {"upos", doc_upos},
                                   {"xpos", doc_xpos},
                                   {"feature", doc_feature},
                                   {"head", doc_head},
                                   {"deprel", doc_deprel},
                                   {"attributions", lo_bind_label_attributions},
                                   {NULL, NULL}};

const lo_box_type lo_bind_doc = {.name = "document", .methods = methods, .index = doc_index};
