-- SPDX-License-Identifier: MIT
--- Indirect speech: “Lee said that …”, “… , Lee said”, “according to Lee, …”, “called for …”, “denied …”, “vowed to …”,
--- “, noting that …”, “and added that …”.  What complements a verb takes is told by frames.tsv.
local g = require "locutor.grammar"
local clause = require "locutor.clause"

local M = {
  api = 1,
  version = "1.0",
  summary = "Indirect and mixed quotation by verbs with a clause, infinitive or noun phrase, and by “according to”",
  needs = { "quotation", "attribution" },
  makes = { "attribution" },
  data = { verbs = "frames.tsv" },
  options = {
    beliefs = { type = "boolean", default = true, doc = "also beliefs and intentions" },
  },
  examples = {
    { "Ann Lee said that Norland would sign.", makes = "attribution", source = "Ann Lee",
      content = "that Norland would sign" },
    { "Norland will sign, according to Ann Lee.", makes = "attribution", source = "Ann Lee",
      content = "Norland will sign" },
    { "The treaty, Ann Lee said, would help.", makes = "attribution", source = "Ann Lee" },
    { "Ann Lee denied any talks.", makes = "attribution", content = "any talks" },
    { "The report was long.", makes = "attribution", none = true },
  },
}

g.use {
  "comma", "colon", "semicolon", "dash", "quote", "period", "question", "exclamation", "ellipsis", "lower",
    "capitalised",
  "open_bracket", "close_bracket", "number", "open_quote", "close_quote", "clitic", "clause_stop",
}

local anchors = g.rules {
  g.tokens { name = "verb", anchor = "attribution_verb", sentence = "any",
    pattern = g.cap("verb", g.class "attribution_verb") },
  g.tokens { name = "according", anchor = "attribution_adverb", sentence = "any",
    pattern = g.cap("adverb", g.class "attribution_adverb") },
}

function M.open(opt)
  local beliefs = opt.options.beliefs
  if beliefs == nil then
    beliefs = true
  end
  return { verbs = clause.verbs(opt.data.verbs), beliefs = beliefs }
end

--- A noun rather than a verb: “the claims”, “Lee's demand”, “in support”.
local function nominal(doc, v, verb, lo)
  if v == lo then
    return not verb.progressive
  end
  local w = doc:folded(v - 1)
  if clause.determiner[w] and w ~= "that" and w ~= "this" and w ~= "each" then
    return true
  end
  if clause.preposition[w] and not verb.progressive and w ~= "to" then
    return true
  end
  local form = doc:folded(v)
  if verb.base and not (clause.aux[w] or clause.pronoun[w] or w == "to" or w == "that" or clause.adverb[w]
    or clause.subordinator[w] or w:find "s$" or w == "people" or w == "n't" or w == "n’t" or w:find "ly$") then
    for k = v - 2, math.max(lo, v - 6), -1 do
      local x = doc:folded(k)
      if clause.determiner[x] or doc:is(k, "clitic") or clause.preposition[x] then
        return true
      end
    end
  end
  return doc:is(v - 1, "clitic") and not form:find "ed$" and not verb.progressive and form ~= "said" and form ~= "told"
    and not (w == "'ve" or w == "’ve" or w == "n't" or w == "n’t" or w == "'d" or w == "’d")
end

local heavy = clause.set [[
  say think believe hope know tell insist argue claim suggest add feel fear predict admit expect find show
]]

--- The words between verb and complement: “on Friday”, “in a statement”, “to reporters”.
local function skip_adjuncts(doc, i, hi, verb)
  while i < hi do
    local w = doc:folded(i)
    if clause.weekday[w] or clause.adverb[w] and w ~= "to" and w ~= "all" and w ~= "both" and w ~= "each"
      and w ~= "even" and w ~= "no" and w ~= "only" and w ~= "just" then
      i = i + 1
    elseif w == "on" or w == "in" or w == "at" or w == "during" or w == "to" or w == "regarding" or w == "of"
      or w == "with" or w == "via" then
      for k = i + 1, math.min(i + 12, hi - 1) do
        local x = doc:folded(k)
        if x == "that" or doc:is(k, "colon") then
          return k
        elseif clause.aux[x] or doc:is(k, "quote") then
          break
        elseif doc:is(k, "comma") and (k - i > 8 or w == "on") or doc:is(k, "attribution_verb") then
          break
        end
      end
      if clause.weekday[i + 1 < hi and doc:folded(i + 1) or ""] then
        i = i + 2
      else
        return i
      end
    else
      return i
    end
  end
  return i
end

local function find(doc, word, i, hi, other)
  for k = i, hi - 1 do
    local w = doc:folded(k)
    if w == word or w == other then
      return k
    elseif clause.is_break(doc, k) then
      return nil
    end
  end
end

--- End of the noun phrase complement at i.
local function phrase_end(doc, i, hi, is_cue)
  local last = clause.complement(doc, i, hi, is_cue)
  for k = i + 1, last - 1 do
    local w = doc:folded(k)
    if doc:is(k, "comma") and k + 1 < last then
      local x = doc:folded(k + 1)
      if x ~= "and" and not doc:is(k + 1, "capitalised") and x ~= "or" then
        return k
      end
    elseif (w == "when" or w == "while" or w == "because" or w == "as" or w == "after" or w == "before"
      or w == "but") and k > i + 1 then
      return k
    end
  end
  return last
end

--- First and last token of the complement of the verb at v, and the end of its cue; nil when there is none.
local function complement(doc, v, verb, hi, is_cue)
  local i = verb.lemma == "call" and v + 1 or skip_adjuncts(doc, v + 1, hi)
  if i >= hi then
    return nil
  end
  local w = doc:folded(i)
  local form = doc:folded(v)
  if verb.s and w == "that" then
    return i, clause.complement(doc, i, hi, is_cue), v + 1
  end
  if verb.a or verb.o then -- told reporters that …
    local that = find(doc, "that", i, math.min(i + 14, hi))
    if verb.a and that and not find(doc, "to", i, that) then
      return that, clause.complement(doc, that, hi, is_cue), v + 1
    end
    local to = find(doc, "to", i, math.min(i + 12, hi))
    if to and verb.o and to > i and to + 1 < hi and doc:is(to + 1, "lower") then
      return i, clause.complement(doc, i, hi, is_cue), v + 1
    end
    if form:find "^t[eo]l" then
      local k = i
      while k < hi and k < i + 8 and not doc:is(k, "quote") and not clause.aux[doc:folded(k)] do
        k = k + 1
      end
      if k < hi and doc:is(k, "quote") then
        return k + 1, clause.complement(doc, k, hi, is_cue), v + 1
      end
      if doc:is(i, "capitalised") or clause.pronoun[w] or clause.determiner[w] or w == "him" or w == "her"
        or w == "them" or w == "me" then
        local j = i + 1
        while j < hi and doc:is(j, "capitalised") do
          j = j + 1
        end
        if j < hi and (clause.pronoun[doc:folded(j)] or clause.determiner[doc:folded(j)]) then
          return j, clause.complement(doc, j, hi, is_cue), v + 1
        end
      end
      return nil
    end
  end
  if verb.lemma == "call" then
    if w == "for" or w == "on" then
      local to = w == "on" and find(doc, "to", i + 1, hi)
      local from = to or i + 1
      if w == "on" and not to then
        return nil
      end
      return from, clause.complement(doc, from, hi, is_cue), i + 1
    elseif doc:is(i, "capitalised") and v > 0 and doc:is(v - 1, "lower") and form == "called"
      and not clause.aux[doc:folded(v - 1)] and not clause.pronoun[doc:folded(v - 1)] then
      return nil -- a programme called …
    elseif w == "in" or w == "off" or w == "out" or w == "up" or w == "it" and doc:folded(i + 1) == "a" then
      return nil
    end
  end
  if verb.lemma == "rule" or verb.lemma == "point" then
    if w ~= "out" then
      return nil
    end
    if verb.lemma == "rule" or i + 1 < hi and doc:folded(i + 1) ~= "that" then
      return i + 1, phrase_end(doc, i + 1, hi, is_cue), i + 1
    end
    return i + 1, clause.complement(doc, i + 1, hi, is_cue), i + 1
  end
  if verb.t and (w == "to" or w == "not" and doc:folded(i + 1) == "to") then
    return i, clause.complement(doc, i, hi, is_cue), v + 1
  elseif verb.F and w == "for" then
    return i + 1, clause.complement(doc, i + 1, hi, is_cue), i + 1
  elseif verb.N and (w == "about" or w == "of" or w == "against") or verb.O and w == "of" then
    return i + 1, phrase_end(doc, i + 1, hi, is_cue), i + 1
  end
  if doc:is(i, "quote") and not doc:is(i, "close_quote") or doc:is(i, "quote") and doc:is(i, "open_quote") then
    if verb.q or verb.s or verb.n then
      return i + 1, clause.complement(doc, i, hi, is_cue), v + 1
    end
    return nil
  end
  if doc:is(i, "comma") or clause.is_break(doc, i) or w == "and" or w == "or" or w == "but" or w == "by"
    or w == "as" or w == "to" or w == "with" or w == "in" and not verb.s or w == "on" or w == "against"
      or doc:is(i, "close_bracket") then
    return nil
  end
  if verb.A then
    local as = find(doc, "as", i, math.min(i + 25, hi))
    if as then
      return i, clause.complement(doc, i, hi, is_cue), v + 1
    elseif verb.lemma ~= "describe" and verb.lemma ~= "brand" and verb.lemma ~= "label" and verb.lemma ~= "define" then
      return nil
    end
    return i, phrase_end(doc, i, hi, is_cue), v + 1
  elseif verb.B then
    if find(doc, "of", i, math.min(i + 25, hi), "for") then
      return i, clause.complement(doc, i, hi, is_cue), v + 1
    end
    return nil
  elseif verb.s and heavy[verb.lemma] and (doc:is(i, "lower") or doc:is(i, "capitalised") or doc:is(i, "number")
    or doc:is(i, "open_bracket")) then
    return i, clause.complement(doc, i, hi, is_cue), v + 1
  elseif verb.n then
    return i, phrase_end(doc, i, hi, is_cue), v + 1
  elseif verb.s and (clause.pronoun[w] or clause.determiner[w] or w == "there" or w == "how" or w == "what"
    or w == "why" or w == "whether" or doc:is(i, "capitalised")) then
    return i, clause.complement(doc, i, hi, is_cue), v + 1
  end
end

--- “as stating that”, “by noting that”, “, adding that”, “Noting that …, she”: whose participle it is.
local function participle_source(doc, state, v, lo, hi, last)
  local from = v
  local w = v > lo and doc:folded(v - 1) or ""
  if w == "as" then
    for k = v - 2, lo, -1 do
      local verb = doc:is(k, "attribution_verb") and state.verbs[doc:folded(k)]
      if verb and (verb.A or verb.n) then
        local first, finish = clause.phrase_after(doc, k + 1, v - 1)
        if first then
          return { first, finish }
        end
      end
    end
    return nil
  end
  if v == lo then
    for k = v, hi - 1 do
      if doc:is(k, "comma") then
        local verb_at
        for n = k + 1, hi - 1 do
          if doc:is(n, "attribution_verb") and state.verbs[doc:folded(n)]
            and not state.verbs[doc:folded(n)].progressive then
            verb_at = clause.group(doc, n, k + 1)
            break
          end
        end
        if verb_at and verb_at > k + 1 then
          return { k + 1, verb_at }
        end
      end
    end
    return nil
  end
  if last then
    return last
  end
  return clause.main_subject(doc, lo, from)
end

--- Words of [first, last) inside quotations as a type.
local function type_of(doc, quotes, spans)
  local inside, total = 0, 0
  for _, span in ipairs(spans) do
    local lo, hi = 1, #quotes + 1
    while lo < hi do
      local mid = (lo + hi) // 2
      if quotes[mid].last <= span[1] then
        lo = mid + 1
      else
        hi = mid
      end
    end
    if not quotes[lo] or quotes[lo].first >= span[2] then
      total = total + 1
    else
      for i = span[1], span[2] - 1 do
        if doc:is(i, "lower") or doc:is(i, "capitalised") or doc:is(i, "number") then
          total = total + 1
          local q = quotes[lo]
          while q and q.last <= i do
            lo = lo + 1
            q = quotes[lo]
          end
          inside = inside + (q and q.first <= i and 1 or 0)
        end
      end
    end
  end
  return inside == 0 and "indirect" or inside >= 0.95 * total and "direct" or "mixed"
end

local after_clause = clause.set [[say add note argue suggest write claim explain acknowledge predict insist believe
  think  recall warn report conclude testify admit contend maintain observe recount estimate stress assert concede]]

--- “… , Lee said” and “… , said Lee”: the clause in front is the content.
local function postposed(doc, state, v, verb, lo, hi)
  if not after_clause[verb.lemma] or verb.progressive then
    return nil
  end
  local from = clause.group(doc, v, lo)
  local comma
  if from > lo and doc:is(from - 1, "comma") then -- , said Lee
    local first, last = clause.phrase_after(doc, v + 1, hi)
    if not first or clause.pronoun[doc:folded(first)] and false then
      return nil
    end
    if not (doc:is(first, "capitalised") or clause.determiner[doc:folded(first)] or doc:is(last - 1, "lower") ) then
      return nil
    end
    if doc:folded(first) == "that" then
      return nil
    end
    comma = from - 1
    return lo, comma, { first, last }, { from, v + 1 }, last
  end
  -- , Lee said.   , Lee said, …
  local after = skip_adjuncts(doc, v + 1, hi)
  if not (after >= hi or doc:is(after, "comma") or clause.is_break(doc, after)
    or clause.preposition[doc:folded(after)]) then
    return nil
  end
  local first, last = clause.subject(doc, from, lo)
  if not first or first <= lo + (after < hi and doc:is(after, "comma") and 1 or 3)
    or not doc:is(first - 1, "comma") or last - first > 16 then
    return nil
  end
  local w = doc:folded(first)
  if not (doc:is(first, "capitalised") or clause.determiner[w] or clause.pronoun[w] or after >= hi - 1) then
    return nil
  end
  return lo, first - 1, { first, last }, { from, v + 1 }, v + 1
end

local function make(doc, list, quotes, item)
  local spans = {}
  for _, span in ipairs(item.content) do
    local first, last = span[1], clause.trim(doc, span[1], span[2])
    while first < last and (doc:is(first, "comma") or doc:is(first, "quote")) do
      first = first + 1
    end
    if last > first then
      spans[#spans + 1] = { first, last }
    end
  end
  if #spans == 0 or (#spans == 1 and spans[1][2] - spans[1][1] < 2 and item.verb and item.verb.attitude ~= "denial"
    and not item.verb.n) then
    return
  end
  item.content = spans
  item.type = type_of(doc, quotes, spans)
  list[#list + 1] = item
end

--- Adds the items; the parent of each is the smallest attribution whose content holds its cue.
local function emit(doc, out, list, direct)
  local holders = {}
  for _, a in ipairs(direct) do
    for _, span in ipairs(a.content or {}) do
      holders[#holders + 1] = { mark = a, first = span[1], last = span[2] }
    end
  end
  table.sort(list, function(x, y)
    if x.content[1][1] ~= y.content[1][1] then
      return x.content[1][1] < y.content[1][1]
    elseif x.content[1][2] ~= y.content[1][2] then
      return x.content[1][2] > y.content[1][2]
    end
    return x.cue[1] < y.cue[1]
  end)
  for _, item in ipairs(list) do
    local fields = { type = item.type, attitude = item.attitude, rule = item.rule, score = 0.7, content = {} }
    local s, e
    for k, span in ipairs(item.content) do
      local x, y = doc:span(span[1], span[2])
      fields.content[k] = { x, y }
      s, e = s or x, y
    end
    fields.cue = { { doc:span(item.cue[1], item.cue[2]) } }
    if item.source then
      fields.source = { { doc:span(item.source[1], item.source[2]) } }
    end
    local at, best = fields.cue[1][1], nil
    for k = #holders, 1, -1 do
      local h = holders[k]
      if h.first <= at and at < h.last and (not best or h.last - h.first < best.last - best.first) then
        best = h
      end
    end
    fields.parent = best and best.mark
    local mark = out:add("attribution", s, e, fields)
    for _, span in ipairs(fields.content) do
      holders[#holders + 1] = { mark = mark, first = span[1], last = span[2] }
    end
  end
end

function M.annotate(document, out, state)
  local doc = clause.view(document)
  local quotes, taken, direct = {}, {}, doc:list "attribution"
  for q in doc:marks "quotation" do
    if q.level == 0 then
      quotes[#quotes + 1] = { first = doc:token_at(q.start), last = doc:token_at(q.finish - 1) + 1, closed = q.closed }
    end
  end
  for _, a in ipairs(direct) do
    if a.cue then
      for _, span in ipairs(a.cue) do
        for i = doc:token_at(span[1]), doc:token_at(span[2] - 1) do
          taken[i] = a
        end
      end
    end
  end
  local function is_cue(k)
    return doc:is(k, "attribution_verb") and state.verbs[doc:folded(k)] ~= nil
  end
  local list, sentence, last_source, lo, hi, heading = {}, -1, nil, 0, 0, false
  local qn = 1
  for rule, c in anchors:each(document) do
    local v = (c.verb or c.adverb)[1]
    local s = doc:sentence_of(v)
    if s ~= sentence then
      sentence, last_source = s, nil
      heading = document:is_heading(s)
      lo, hi = doc:sentence(s)
    end
    while quotes[qn] and quotes[qn].last <= v do
      qn = qn + 1
    end
    local q = quotes[qn]
    local from_lo, to_hi = lo, hi
    if q and q.first <= v and v < q.last then -- inside a quotation: its clauses are nested ones
      from_lo, to_hi = math.max(lo, q.first), math.min(hi, q.last)
    elseif q and q.first < hi and q.last > hi and q.first > v then
      to_hi = q.last
    end
    local verb = not heading and c.verb and state.verbs[doc:folded(v)]
    if taken[v] then
      local a = taken[v]
      if a.source then
        last_source = { doc:token_at(a.source[1][1]), doc:token_at(a.source[1][2] - 1) + 1 }
      end
    elseif not c.verb then
      if doc:folded(v) == "according" and v + 1 < hi and doc:folded(v + 1) == "to" then
        local first, last = clause.phrase_after(doc, v + 2, to_hi)
        if first then
          local item = { source = { first, last }, cue = { v, v + 2 }, rule = "according to", attitude = "speech" }
          if v <= from_lo + 1 or v - from_lo < 7 and clause.preposition[doc:folded(from_lo)] then
            local k = last
            while k < to_hi and not doc:is(k, "comma") do
              k = k + 1
            end
            item.content = { { math.min(k + 1, to_hi), to_hi } }
          elseif doc:is(last, "comma") and last + 2 < to_hi then
            item.content = { { from_lo, v }, { last + 1, to_hi } }
          else
            item.content = { { from_lo, v } }
          end
          make(doc, list, quotes, item)
        end
      end
    elseif verb and not nominal(doc, v, verb, from_lo)
      and (state.beliefs or verb.attitude == "speech" or verb.attitude == "denial") then
      local item = { verb = verb, attitude = verb.attitude, rule = verb.lemma }
      local first, last, source, cue = postposed(doc, state, v, verb, from_lo, to_hi)
      if first then
        item.content, item.source, item.cue = { { first, last } }, source, cue
        item.rule = "postposed"
        local after = skip_adjuncts(doc, v + 1, to_hi)
        if after < to_hi and doc:is(after, "comma") and to_hi - after > 3 and last - first < 12 and source[1] < v then
          item.content[2] = { after + 1, to_hi }
        end
        last_source = source
        make(doc, list, quotes, item)
      else
        local from, _, passive = clause.group(doc, v, from_lo)
        local infinitive = from > from_lo and doc:folded(from - 1) == "to" or doc:folded(v - (v > 0 and 1 or 0)) == "to"
        if not (passive and not verb.progressive) and not infinitive then
          local a, b, cue_end = complement(doc, v, verb, to_hi, is_cue)
          if a then
            if verb.progressive and not passive then
              source = participle_source(doc, state, v, from_lo, to_hi, last_source)
            else
              local x, y = clause.subject(doc, from, from_lo)
              if x then
                source = { x, y }
              elseif from > from_lo then
                local w = doc:folded(from - 1)
                if w == "and" or w == "but" or w == "or" or w == "then" or doc:is(from - 1, "comma") then
                  source = last_source or participle_source(doc, state, from, from_lo, to_hi, nil)
                elseif w == "who" or w == "which" then
                  source = { from - 1, from }
                end
              end
            end
            if source or verb.progressive then
              if not verb.progressive or v ~= from_lo then
                last_source = source or last_source
              end
              item.source, item.cue, item.content = source, { from, cue_end }, { { a, b } }
              make(doc, list, quotes, item)
            end
          end
        end
      end
    end
  end
  emit(doc, out, list, direct)
end

return M
