// SPDX-License-Identifier: MIT
/* The kinds of marks that the program knows, with their fields: the authority on what plugins, stores and exports may
 * rely on. */
#include "data/mark.h"

#include <string.h>

#define SPANS(field, text)                                                                                             \
    {                                                                                                                  \
        field, LO_FIELD_SPANS, NULL, NULL, text                                                                        \
    }
#define STRING(field, text)                                                                                            \
    {                                                                                                                  \
        field, LO_FIELD_STRING, NULL, NULL, text                                                                       \
    }
#define CHOICE(field, choices, text)                                                                                   \
    {                                                                                                                  \
        field, LO_FIELD_STRING, choices, NULL, text                                                                    \
    }
#define NUMBER(field, text)                                                                                            \
    {                                                                                                                  \
        field, LO_FIELD_NUMBER, NULL, NULL, text                                                                       \
    }
#define MARKS(field, refers, text)                                                                                     \
    {                                                                                                                  \
        field, LO_FIELD_MARKS, NULL, refers, text                                                                      \
    }
#define END                                                                                                            \
    {                                                                                                                  \
        NULL, 0, NULL, NULL, NULL                                                                                      \
    }
#define FIELDS(...)                ((const lo_mark_field_spec[]){__VA_ARGS__, END})
#define TYPE_CHOICES               "person|organization|place|outlet|group|role"
#define GENDER_CHOICES             "male|female|unknown"
#define GRAMMATICAL_NUMBER_CHOICES "singular|plural"

static const lo_mark_kind kinds[] = {
    {"name", "a name as the text writes it, with titles",
     FIELDS(CHOICE("type", TYPE_CHOICES, "what it names"), SPANS("title", "titles and offices in front of it"),
            SPANS("given", "given names"), SPANS("surname", "family name"), SPANS("head", "the name without titles"),
            SPANS("affiliation", "what the person belongs to, as the text says"),
            CHOICE("gender", GENDER_CHOICES, "of a person"), CHOICE("number", GRAMMATICAL_NUMBER_CHOICES, ""))},
    {"date", "an expression of time",
     FIELDS(CHOICE("type", "DATE|TIME|DURATION|SET", "TIMEX3 type"), STRING("value", "TIMEX3 value, 2014-06-14"))},
    {"turn", "a paragraph of an interview's turn, from its label on",
     FIELDS(STRING("speaker", "who has the floor"), CHOICE("role", "question|answer|statement", "what the turn does"),
            SPANS("label", "the label in the text"))},
    {"footnote", "a note",
     FIELDS(STRING("number", "as printed"), SPANS("marker", "where the text calls it"), SPANS("body", "its words"))},
    {"quotation", "a quoted run; the mark's span is its inside",
     FIELDS(SPANS("open", "opening mark"), SPANS("close", "closing mark"),
            CHOICE("kind", "double|single|guillemet", "style of the marks"), NUMBER("level", "0 outermost"),
            NUMBER("closed", "1 when a closing mark was found"))},
    {"attribution", "somebody says, thinks or means something: source, cue, content",
     FIELDS(SPANS("content", "what is said, one span a passage, outer quotation marks left out"),
            SPANS("cue", "the words that attribute it"), SPANS("source", "whom the text attributes it to"),
            CHOICE("type", "direct|indirect|mixed", "of quotation"),
            CHOICE("attitude", "speech|belief|intention|denial", ""),
            CHOICE("channel",
                   "interview|press conference|remarks|statement|post|website|broadcast|article|editorial|sermon|talks|"
                   "headline",
                   "where it was said"),
            SPANS("addressee", "to whom"), STRING("date", "when it was said, 2014-06-14 or XXXX-06-12"),
            STRING("outlet", "who carried it, as the text says"), STRING("via", "whom that outlet quotes"),
            MARKS("parent", "attribution", "the attribution it stands inside"),
            MARKS("footnote", "footnote", "the note that carries it or its source"),
            STRING("speaker", "canonical name; joint speakers as 'A; B'; empty when nobody is named"),
            MARKS("entity", "entity", "the speakers"), STRING("role", "the speaker's office as the text gives it"),
            STRING("organization", "the speaker's organisation as the text gives it"),
            CHOICE("naming", "name|role|institution|anonymous", "how far the source is named"),
            SPANS("camp", "words that place the source in a camp"),
            SPANS("editor", "the editor's words inside the content"))},
    {"entity", "somebody or something the document speaks of; the mark's span is the first mention",
     FIELDS(STRING("name", "canonical"), CHOICE("type", TYPE_CHOICES, "what it is"),
            CHOICE("gender", GENDER_CHOICES, "of a person"), CHOICE("number", GRAMMATICAL_NUMBER_CHOICES, ""),
            STRING("role", "office"), STRING("organization", "what it belongs to"))},
    {"mention", "a place that refers to an entity",
     FIELDS(MARKS("entity", "entity", "whom"), CHOICE("how", "name|surname|pronoun|nominal|apposition", ""),
            MARKS("antecedent", "mention", "the mention it was resolved to"))},
    {"stance", "where a statement stands toward a target of the analyst",
     FIELDS(MARKS("attribution", "attribution", "the statement"), STRING("target", "id of the target"),
            CHOICE("label", "support|oppose|conditional|none", ""), SPANS("evidence", "the words that decided it"),
            SPANS("condition", "the condition, when conditional"),
            SPANS("span_of", "the passage of the statement it holds for"))},
    {"furniture", "a part of the page that is no article text",
     FIELDS(STRING("class", "menu, caption, share, footer, byline, title …"))},
};

const lo_mark_kind *lo_mark_kind_at(size_t index)
{
    return index < sizeof kinds / sizeof *kinds ? &kinds[index] : NULL;
}

const lo_mark_kind *lo_mark_kind_find(const char *name)
{
    for (size_t k = 0; k < sizeof kinds / sizeof *kinds; k++)
        if (!strcmp(kinds[k].name, name))
            return &kinds[k];
    return NULL;
}
