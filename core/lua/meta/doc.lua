---@meta
-- SPDX-License-Identifier: MIT

--- The document a plugin works on.  Tokens, sentences and paragraphs count from 0, ranges are half-open, spans are
--- bytes.  Nothing of it can be used after the entry has returned.
---@class locutor.Document
---@field text string
---@field key string what names the document outside: a path, an id, a URL
---@field title string "" when unknown, as the next ones
---@field outlet string
---@field author string
---@field date string of publication, ISO 8601
---@field url string
---@field language string
---@field codes string one byte a token: the set of word classes it is in
---@field n_tokens integer
---@field n_sentences integer
---@field n_paragraphs integer
---@field fast boolean no tagger and no parser: lemma, upos, xpos, head, deprel are nil
local Document = {}

---@param start integer
---@param finish integer
---@return string
function Document:sub(start, finish) end
---@param i integer
---@return integer start, integer finish
function Document:token(i) end
---@param i integer
---@return string
function Document:word(i) end
--- The word in lower case (ASCII).
---@param i integer
---@return string
function Document:folded(i) end
--- Whether token i is in a word class; the class must have been named by a rule or g.use.
---@param i integer
---@param class string
---@return boolean
function Document:is(i, class) end
--- Bytes of the tokens [i, j).
---@param i integer
---@param j integer
---@return integer start, integer finish
function Document:span(i, j) end
--- The token that holds a byte, or the first after it; n_tokens when none.
---@param byte integer
---@return integer
function Document:token_at(byte) end
---@param k integer
---@return integer first, integer last tokens
function Document:sentence(k) end
---@param k integer
---@return integer start, integer finish
function Document:sentence_span(k) end
---@param i integer token
---@return integer
function Document:sentence_of(i) end
---@param k integer
---@return integer
function Document:sentence_flags(k) end
---@param k integer
---@return boolean
function Document:has_quote(k) end
---@param k integer
---@return boolean
function Document:is_heading(k) end
---@param k integer
---@return boolean
function Document:is_list_item(k) end
---@param p integer
---@return integer first, integer last sentences
function Document:paragraph(p) end
---@param p integer
---@return integer start, integer finish
function Document:paragraph_span(p) end
---@param k integer sentence
---@return integer
function Document:paragraph_of(k) end
---@param byte integer
---@return integer
function Document:paragraph_at(byte) end
--- The kind of page furniture (menu, caption …) that covers all of these bytes.
---@param start integer
---@param finish integer
---@return string?
function Document:furniture(start, finish) end
--- Marks of a kind in text order.
---@param kind string
---@return fun(): locutor.Mark?
function Document:marks(kind) end
---@param kind string
---@return locutor.Mark[]
function Document:list(kind) end
--- Marks inside [start, finish).
---@param kind string
---@param start integer
---@param finish integer
---@return locutor.Mark[]
function Document:within(kind, start, finish) end
--- The innermost mark that holds a byte.
---@param kind string
---@param byte integer
---@return locutor.Mark?
function Document:covering(kind, byte) end
---@param i integer
---@return string?
function Document:lemma(i) end
---@param i integer
---@return string?
function Document:upos(i) end
---@param i integer
---@return string?
function Document:xpos(i) end
--- singular, plural, first, second, third, past, present, finite, infinitive, participle, passive, comparative,
--- superlative, negative
---@param i integer
---@param name string
---@return boolean?
function Document:feature(i, name) end
--- The governing token; nil at the root.
---@param i integer
---@return integer?
function Document:head(i) end
---@param i integer
---@return string?
function Document:deprel(i) end
--- What the learned labellers find, in order of the cues: ranges of tokens { first, last }, last exclusive.  Empty with
--- --fast.
---@return { cue: integer[][], source: integer[][], content: integer[][], attitude: string, score: number }[]
function Document:attributions() end

return Document
