-- SPDX-License-Identifier: MIT
--- Direct quotation with its reporting clause before (It said: “…”), after (“…,” said Ann Lee) or around it, carried on
--- over the quotations that follow in the paragraph and over paragraphs.  A quotation without any clause of its own and
--- that is no whole sentence (scare quotes, titles) is no statement.
local g = require "locutor.grammar"
local clause = require "locutor.clause"

local M = {
  api = 1,
  version = "1.0",
  summary = "Direct quotation with source and cue before, after or around it",
  needs = { "quotation" },
  makes = { "attribution" },
  data = { verbs = "frames.tsv" },
  options = {
    reach = { type = "number", default = 24, doc = "how many tokens a reporting clause may have" },
  },
  examples = {
    { "“We will sign,” said Ann Lee.", makes = "attribution", source = "Ann Lee", content = "We will sign," },
    { "Ann Lee said: “We will sign.”", makes = "attribution", source = "Ann Lee", content = "We will sign." },
    { "“We will,” Ann Lee said, “sign.”", makes = "attribution", source = "Ann Lee", cue = "said" },
    { "The so-called “expert” left the room.", makes = "attribution", none = true },
  },
}

g.use {
  "comma", "colon", "semicolon", "dash", "quote", "period", "question", "exclamation", "ellipsis", "lower",
    "capitalised",
  "open_bracket", "close_bracket", "number", "open_quote", "close_quote", "attribution_verb", "clause_stop",
}

function M.open(opt)
  return { verbs = clause.verbs(opt.data.verbs), reach = opt.options.reach }
end

local function reporting(doc, state, i)
  if not doc:is(i, "attribution_verb") then
    return nil
  end
  local verb = state.verbs[doc:folded(i)]
  return verb and verb.q and verb or nil
end

--- The clause that starts at token i: “said Ann Lee”, “Ann Lee said”.
local function clause_after(doc, state, i, hi, sentence)
  local j = i
  while j < hi and clause.adverb[doc:folded(j)] do
    j = j + 1
  end
  if j < hi and reporting(doc, state, j) then
    local first, last = clause.phrase_after(doc, j + 1, hi)
    if first then
      return { source = { first, last }, cue = { i, j + 1 }, finish = last }
    end
    return { cue = { i, j + 1 }, finish = j + 1 }
  end
  for k = i + 1, math.min(i + state.reach, hi) - 1 do
    if clause.is_break(doc, k) then
      break
    end
    local verb = reporting(doc, state, k)
    if verb and not clause.determiner[doc:folded(k - 1)] then
      local from, _, passive = clause.group(doc, k, i)
      if not passive and from > i then
        local last = from
        if doc:is(last - 1, "comma") then
          last = last - 1
        end
        if last > i then
          return { source = { i, last }, cue = { from, k + 1 }, finish = k + 1 }
        end
      end
    end
  end
  -- a verb nobody lists: “…,” Lee shot back / beamed Lee
  if i + 1 >= hi or not sentence then
    return nil
  end
  local name = i
  while name < hi and doc:is(name, "capitalised") do
    name = name + 1
  end
  if name == i and clause.pronoun[doc:folded(i)] then
    name = i + 1
  end
  local verb = name < hi and name > i and doc:folded(name) or doc:folded(i)
  if not (verb:find "ed$" or verb:find "%l%ls$" or verb == "shot" or verb == "began") or clause.preposition[verb] then
    return nil
  elseif name > i then
    return { source = { i, name }, cue = { name, name + 1 }, finish = name + 1 }
  elseif doc:is(i + 1, "capitalised") and verb:find "ed$" then
    local first, last = clause.phrase_after(doc, i + 1, hi)
    return first and { source = { first, last }, cue = { i, i + 1 }, finish = last }
  end
end

--- Subject of the verb at token v, also when it is shared with the verb before (“and added”).
local function subject_of(doc, state, v, lo)
  local from = clause.group(doc, v, lo)
  local first, last = clause.subject(doc, from, lo)
  if first then
    return { first, last }, from
  end
  for k = from - 1, lo, -1 do
    if reporting(doc, state, k) then
      local group = clause.group(doc, k, lo)
      first, last = clause.subject(doc, group, lo)
      if first then
        return { first, last }, from
      end
    end
  end
  return clause.main_subject(doc, lo, from), from
end

--- The clause that ends right before the quotation's opening mark at token at.
local function clause_before(doc, state, at)
  if at == 0 then
    return nil
  end
  local p = at - 1
  local strong = doc:is(p, "colon")
  if not (strong or doc:is(p, "comma") or reporting(doc, state, p)) then
    return nil
  end
  local lo = doc:sentence(doc:sentence_of(p))
  for k = p, math.max(lo, p - state.reach), -1 do
    if doc:is(k, "quote") or doc:is(k, "semicolon") then
      break
    end
    local verb = reporting(doc, state, k)
    if verb and not (clause.determiner[doc:folded(k - 1)] and doc:folded(k - 1) ~= "that") then
      local source, from = subject_of(doc, state, k, lo)
      return { source = source, cue = { from, k + 1 } }
    end
  end
  if strong and p - lo < 14 and p > lo then
    local last = p
    return { source = { lo, last }, cue = { p, p + 1 }, colon = true }
  end
end

--- Quotations as token ranges [first, last), marks outside.
local function collect(doc)
  local list, single = {}, true
  for q in doc:marks "quotation" do
    if q.level == 0 then
      single = single and q.kind == "single"
    end
  end
  for q in doc:marks "quotation" do
    if q.level == 0 and (q.kind ~= "single" or single) then
      local first = doc:token_at(q.start)
      local last = doc:token_at(q.finish - 1) + 1
      local s = doc:sentence_of(first)
      list[#list + 1] = {
        first = first, last = last, start = q.start, finish = q.finish, closed = q.closed == 1, sentence = s,
        paragraph = doc:paragraph_of(s), after = last + (q.closed == 1 and 1 or 0),
      }
    end
  end
  return list
end

--- The last token inside that is no mark of a quotation within.
local function final(doc, q)
  local i = q.last - 1
  while i > q.first and doc:is(i, "quote") do
    i = i - 1
  end
  return i
end

local function ends_clause(doc, q)
  local i = final(doc, q)
  return doc:is(i, "comma") or doc:is(i, "question") or doc:is(i, "exclamation") or doc:is(i, "dash")
    or doc:is(i, "ellipsis")
end

local function ends_sentence(doc, q)
  local i = final(doc, q)
  return doc:is(i, "period") or doc:is(i, "question") or doc:is(i, "exclamation") or doc:is(i, "ellipsis")
    or doc:sub(q.finish - 1, q.finish) == "."
end

local function opens_sentence(doc, q)
  local lo = doc:sentence(doc:sentence_of(q.first - 1))
  return q.first - 1 == lo
end

--- A quotation in the middle of other words is a title or a scare quote unless it is long.
local function stands_alone(doc, q)
  if opens_sentence(doc, q) or q.last - q.first > 8 then
    return true
  end
  local i = q.first - 2
  return i >= 0 and (doc:is(i, "comma") or clause.is_break(doc, i) or q.last - q.first > 4
    and clause.subordinator[doc:folded(i)])
end

--- Looks for a reporting clause of its own around quotation q; next is the quotation that follows.
local function own_clause(doc, state, q, next)
  local before = clause_before(doc, state, q.first - 1)
  local capital = doc:is(q.first, "capitalised")
  if before and not before.colon and (capital or not reporting(doc, state, q.first - 2)) then
    return before
  end
  local i = q.after
  local comma = i < doc.n_tokens and (doc:is(i, "comma") or doc:is(i, "dash"))
  if q.closed and i < doc.n_tokens and (ends_clause(doc, q) or comma) and stands_alone(doc, q) then
    local p = doc:paragraph_of(doc:sentence_of(i))
    if p == q.paragraph then
      i = comma and i + 1 or i
      if i < doc.n_tokens then
        local _, hi = doc:sentence(doc:sentence_of(i))
        if next and next.first - 1 < hi then
          hi = next.first - 1
        end
        local after = clause_after(doc, state, i, hi, opens_sentence(doc, q))
        if after then
          after.interrupted = not ends_sentence(doc, q)
          return after
        end
      end
    end
  end
  if before and (before.colon and q.last - q.first >= 4 or capital and ends_sentence(doc, q)) then
    return before
  end
end

function M.annotate(document, out, state)
  local doc = clause.view(document)
  local list = collect(doc)
  local groups, current = {}, nil
  for n, q in ipairs(list) do
    local previous = list[n - 1]
    local own = own_clause(doc, state, q, list[n + 1])
    if own then
      current = { clause = own, { q.start, q.finish }, paragraph = q.paragraph, rule = own.finish and "after"
        or "before" }
      groups[#groups + 1] = current
      current.last = q
    elseif current and current.last == previous and previous.paragraph == q.paragraph then
      -- “A,” he said, “b.”   “A,” he said. “B.”   He said: “A.” “B.”
      local from = math.max(previous.after, current.clause.finish or 0)
      local gap = q.first - 1 - from
      if ((gap == 0 or gap == 1 and not doc:is(from, "lower")) and (q.last - q.first > 2 or ends_sentence(doc, q)))
        or (opens_sentence(doc, q) and ends_sentence(doc, q) and q.last - q.first > 3) then
        current[#current + 1] = { q.start, q.finish }
        current.last = q
      end
    elseif current and previous and current.last == previous and q.paragraph == previous.paragraph + 1
      and opens_sentence(doc, q)
      and (not previous.closed or q.last - q.first > 5 and ends_sentence(doc, q)) then
      if previous.closed then
        current = { clause = { source = current.clause.source }, { q.start, q.finish }, rule = "next paragraph" }
        groups[#groups + 1] = current
      else
        current[#current + 1] = { q.start, q.finish }
      end
      current.last = q
    elseif opens_sentence(doc, q) and ends_sentence(doc, q) and q.last - q.first > 7 then
      current = { clause = {}, { q.start, q.finish }, rule = "alone" }
      current.last = q
      groups[#groups + 1] = current
    end
  end
  for _, group in ipairs(groups) do
    local c = group.clause
    local fields = { type = "direct", attitude = "speech", content = {}, rule = group.rule, score = 0.9 }
    local s, e = group[1][1], group[#group][2]
    for k = 1, #group do
      fields.content[k] = group[k]
    end
    if c.source then
      fields.source = { { doc:span(c.source[1], c.source[2]) } }
    end
    if c.cue then
      fields.cue = { { doc:span(c.cue[1], c.cue[2]) } }
    end
    out:add("attribution", s, e, fields)
  end
end

return M
