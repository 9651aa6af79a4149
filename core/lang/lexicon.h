// SPDX-License-Identifier: MIT
/* Word classes.
 *
 * A class is a named set of word forms ("day", "cue_verb", "title") or of shapes ("capitalised", "number",
 * "open_quote", built in).  A word may be in many ("May": month, modal, name, capitalised).  Rules do not look at words
 * but at the class string: one byte a token, a *code*, which stands for the set of classes the token is in.  After all
 * plugins are opened, freeze collects the classes that any rule named and gives each combination that can occur one
 * code; more than 250 combinations are refused, naming the lists.  Words are looked up by a hash of the folded token,
 * never by LPeg. */
#ifndef LO_LANG_LEXICON_H
#define LO_LANG_LEXICON_H

#include "base/str.h"

typedef struct lo_lexicon lo_lexicon; /* owned by its maker; read-only once frozen */

enum { LO_LEXICON_CLASSES = 256, LO_LEXICON_CODES = 250 };

/* The classes a token's shape gives, always there (documented in lexicon.c): word, number, capitalised, upper (all
 * capitals, 2 letters or more), lower, initial ("J."), abbreviation, open_quote, close_quote, quote, apostrophe, comma,
 * period, colon, semicolon, dash, hyphen, open_bracket, close_bracket, ellipsis, question, exclamation, clitic ("'s",
 * "n't"), url, symbol, bullet, sentence_start, sentence_end, paragraph_start, paragraph_end. */

lo_status lo_lexicon_create(lo_lexicon **out);
void lo_lexicon_free(lo_lexicon *lexicon);

/* Adds the words of a list to a class, making it if need be.  tsv: one entry a line, '#' starts a comment, first column
 * the form: lower case matches any case, a form with a capital matches exactly; an entry of several words (blanks
 * between) is a phrase, whose tokens all get the class and class "NAME_phrase_start" at the first.  LO_E_DATA names the
 * bad line. */
lo_status lo_lexicon_add(lo_lexicon *lexicon, const char *class_name, lo_str tsv);
/* All shipped lists (core/lang/words/NAME.tsv become class NAME). */
lo_status lo_lexicon_add_shipped(lo_lexicon *lexicon);

/* Declares that a rule names this class; LO_E_ARG with near spellings when there is none. */
lo_status lo_lexicon_use(lo_lexicon *lexicon, const char *class_name);
/* After the last use.  May be called again after more add/use: codes then change. */
lo_status lo_lexicon_freeze(lo_lexicon *lexicon);

int lo_lexicon_class(const lo_lexicon *lexicon, const char *class_name); /* -1: none */
const char *lo_lexicon_class_name(const lo_lexicon *lexicon, int class_id);
/* The codes whose set contains the class, as 256 bits; byte codes are never 0. */
void lo_lexicon_codes(const lo_lexicon *lexicon, int class_id, unsigned char out[32]);
bool lo_lexicon_code_has(const lo_lexicon *lexicon, unsigned char code, int class_id);
/* Is this word (one token) in a class, whether a rule names the class or not?  Phrases and shapes are not looked at. */
bool lo_lexicon_has(const lo_lexicon *lexicon, lo_str word, int class_id);

#endif
