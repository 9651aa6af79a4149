-- SPDX-License-Identifier: MIT
--- Clauses around verbs that attribute: verb group, subject, complement.  Token ranges are half-open, 0-based.
--- Works on word forms alone, so that it also serves runs without the tagger.
local lpeg, core = ...
local byte, match = string.byte, lpeg.match
local M = {}

--- The codes of a class as a set of bytes; asked for once a document is there, when codes are fixed.
local sets = setmetatable({}, {
  __index = function(t, class)
    local set, codes = {}, core.codes(class)
    for k = 1, #codes do
      set[byte(codes, k)] = true
    end
    t[class] = set
    return set
  end,
})

--- Classes whose names are joined by blanks, as one set.
local unions = setmetatable({}, {
  __index = function(t, names)
    local union = {}
    for name in names:gmatch "%S+" do
      for code in pairs(sets[name]) do
        union[code] = true
      end
    end
    t[names] = union
    return union
  end,
})

local breaks = "colon semicolon dash quote period question exclamation ellipsis"

--- Finds the next token of some class from a place on.
local function searcher(names)
  local codes = {}
  for code in pairs(unions[names]) do
    codes[#codes + 1] = string.char(code)
  end
  local any = lpeg.S(table.concat(codes))
  return (1 - any) ^ 0 * lpeg.Cp()
end

local searchers = setmetatable({}, {
  __index = function(t, names)
    t[names] = searcher(names)
    return t[names]
  end,
})

--- A document with the same methods for tokens, but quicker: class tests are table look-ups, words are remembered.
--- Handlers that look at many tokens of one document take this instead.
function M.view(doc)
  local codes, n = doc.codes, doc.n_tokens
  local words = {}
  local v = { n_tokens = n, text = doc.text, codes = codes, doc = doc }
  function v.is(_, i, class)
    return sets[class][byte(codes, i + 1)] == true
  end
  function v.folded(_, i)
    local w = words[i]
    if not w then
      w = doc:folded(i)
      words[i] = w
    end
    return w
  end
  function v.is_break(_, i)
    return unions[breaks][byte(codes, i + 1)] == true
  end
  --- The first token from i on in one of the classes ("comma quote"), at most hi.
  function v.next(_, i, hi, names)
    local k = match(searchers[names], codes, i + 1) - 1
    return k < hi and k or hi
  end
  function v.sub(_, s, e)
    return doc:sub(s, e)
  end
  function v.word(_, i)
    return doc:word(i)
  end
  function v.token(_, i)
    return doc:token(i)
  end
  function v.span(_, i, j)
    return doc:span(i, j)
  end
  function v.token_at(_, at)
    return doc:token_at(at)
  end
  function v.sentence(_, k)
    return doc:sentence(k)
  end
  function v.sentence_span(_, k)
    return doc:sentence_span(k)
  end
  function v.sentence_of(_, i)
    return doc:sentence_of(i)
  end
  function v.paragraph_of(_, k)
    return doc:paragraph_of(k)
  end
  function v.marks(_, kind)
    return doc:marks(kind)
  end
  function v.list(_, kind)
    return doc:list(kind)
  end
  return v
end

local function set(words)
  local t = {}
  for w in words:gmatch "%S+" do
    t[w] = true
  end
  return t
end
M.set = set

M.aux = set [[
  is are was were be been being am has have had having do does did will would can could should may might must 's
  've 'd 'll ’s ’ve ’d ’ll
]]
M.be = set "is are was were be been being am 's ’s 're ’re"
M.adverb = set [[
  also then later first again once still even just only both all each never always often simply further now
  already previously recently reportedly not n't n’t to earlier afterwards instead once twice further flatly
  further long
]]
M.pronoun = set "he she it they we i you who"
M.determiner = set "the a an this that these those his her its their our my your some any no every each another such"
M.preposition = set [[
  of in on at by for from with to about against over under after before during since between among within into
  through as per via amid despite like near without toward towards upon across around behind beyond outside
  inside regarding concerning
]]
M.subordinator = set [[
  that but because if when while whereas although though as than since after before what how whether so whilst
  until where why and or nor yet once unless lest
]]
M.weekday = set "monday tuesday wednesday thursday friday saturday sunday today yesterday tonight"
M.month = set [[
  january february march april may june july august september october november december jan. feb. mar. apr. jun.
  jul. aug. sept. sep. oct. nov. dec.
]]

--- Verb table from frames.tsv: form -> { lemma =, frames =, attitude = }.
function M.verbs(tsv)
  local names = { s = "speech", b = "belief", i = "intention", d = "denial" }
  local verbs = {}
  for line in tsv:gmatch "[^\n]+" do
    local form, lemma, frames, attitude = line:match "^([^#\t]+)\t(%S+)\t(%S*)\t(%a)"
    if form then
      local verb = { lemma = lemma, attitude = names[attitude], progressive = form:sub(-3) == "ing",
        base = form == lemma }
      for frame in frames:gmatch "%a" do
        verb[frame] = true
      end
      verbs[form] = verb
    end
  end
  return verbs
end

--- Mentions in text order as plain tables { start, finish, entity = { mark, name, type, gender, role } }: many look-
--- ups.
function M.mentions(doc)
  local list, of = {}, {}
  for m in doc:marks "mention" do
    local mark = m.entity[1]
    local id = mark.start .. " " .. mark.finish
    local e = of[id]
    if not e then
      e = { mark = mark, name = mark.name, type = mark.type, gender = mark.gender, role = mark.role }
      of[id] = e
    end
    local start = m.start
    list[#list + 1] = { start = start, finish = m.finish, entity = e, token = doc:token_at(start) }
  end
  return list
end

--- Attributions in the order in which the text names their sources (what has none: where it begins), wider ones first.
function M.by_source(doc)
  local keyed = {}
  for mark in doc:marks "attribution" do
    local start = mark.start
    keyed[#keyed + 1] = { mark:first "source" or start, start, -mark.finish, mark }
  end
  table.sort(keyed, function(a, b)
    if a[1] ~= b[1] then
      return a[1] < b[1]
    elseif a[2] ~= b[2] then
      return a[2] < b[2]
    end
    return a[3] < b[3]
  end)
  for k, item in ipairs(keyed) do
    keyed[k] = item[4]
  end
  return keyed
end

--- Index of the first of a list sorted by start that starts at or behind byte at.
function M.from(list, at)
  local lo, hi = 1, #list + 1
  while lo < hi do
    local mid = (lo + hi) // 2
    if list[mid].start < at then
      lo = mid + 1
    else
      hi = mid
    end
  end
  return lo
end

local function is_break(doc, i)
  return doc:is_break(i)
end
M.is_break = is_break

local function is_adverb(doc, i)
  local w = doc:folded(i)
  return M.adverb[w] or (#w > 4 and w:sub(-2) == "ly" and doc:is(i, "lower") and w ~= "daily" and w ~= "weekly"
    and w ~= "family" and w ~= "ally")
end

--- Start of the verb group that ends with token v; second result: negated; third: passive.
function M.group(doc, v, lo)
  local i, negated, passive = v, false, false
  while i > lo do
    local w = doc:folded(i - 1)
    if w == "not" or w == "n't" or w == "n’t" or w == "never" then
      negated = true
    elseif M.be[w] and not (w == "'s" or w == "’s") then
      passive = true
    elseif not (M.aux[w] or is_adverb(doc, i - 1)) then
      break
    end
    i = i - 1
  end
  while i < v and is_adverb(doc, i) and not doc:is(i, "lower") do
    i = i + 1
  end
  return i, negated, passive
end

local leading = set [[
  but and or so yet however also then later meanwhile now even still for nor while whereas though although when
  because that additionally similarly moreover importantly surprisingly if as since after until once where
  whilst unless
]]

--- The subject that ends right before token e: first, last, and whether it was found behind a comma.
function M.subject(doc, e, lo)
  local stop, i = e, e
  if i <= lo then
    return nil
  end
  local seen_and = false
  local last_word = doc:folded(i - 1)
  if last_word == "and" or last_word == "but" or last_word == "or" or last_word == "that" or last_word == "then" then
    return nil
  end
  if doc:is(i - 1, "comma") or doc:is(i - 1, "dash") or doc:is(i - 1, "close_bracket") then
    local class = doc:is(i - 1, "comma") and "comma" or doc:is(i - 1, "dash") and "dash" or "open_bracket"
    stop = class == "open_bracket" and i or i - 1
    i = i - 1
    local depth = 0
    while i > lo do
      i = i - 1
      if doc:is(i, "quote") and class ~= "open_bracket" then
        depth = depth + 1
      end
      if doc:is(i, class) then
        local next_word = doc:folded(i + 1)
        if not (next_word == "and" or next_word == "or") then
          break
        end
      end
    end
    if i <= lo or e - i > 45 then
      return nil
    end
  end
  local finish = i
  while i > lo do
    local w = doc:folded(i - 1)
    if doc:is(i - 1, "comma") then
      if not seen_and then
        break
      end
    elseif doc:is(i - 1, "quote") and finish - i < 8 and finish - i > 0 and doc:is(i - 1, "close_quote") then
      break
    elseif is_break(doc, i - 1) or doc:is(i - 1, "open_bracket") then
      break
    elseif w == "and" or w == "or" or w == "but" and doc:folded(i) == "also" then
      seen_and = true
    elseif w == "who" or w == "which" or w == "whose" then
      if i - 2 >= lo and doc:is(i - 2, "comma") then
        break
      end
    elseif M.subordinator[w] and w ~= "and" and not (w == "that" and doc:is(i, "lower") and finish - i == 1
      and not M.pronoun[doc:folded(i)]) then
      break
    end
    i = i - 1
  end
  -- "He resigned and Lee" before "said": the subject begins behind the last "and" with a verb before it
  if seen_and then
    local cut
    for k = i, finish - 1 do
      local w = doc:folded(k)
      if (w == "and" or w == "or" or w == "but") and cut == false then
        i = k + 1
        cut = nil
      elseif (M.aux[w] and w ~= "'s" and w ~= "’s") or M.pronoun[w] and w ~= "who" and k + 1 < finish and k > i then
        cut = false
      end
    end
  end
  while i < finish and (leading[doc:folded(i)] or doc:is(i, "comma") or is_adverb(doc, i)) do
    i = i + 1
  end
  -- "On Friday Lee", "In a statement Lee": leave the adjunct out
  if i < finish and M.preposition[doc:folded(i)] then
    for k = finish - 1, i + 1, -1 do
      local w = doc:folded(k)
      if M.weekday[w] or doc:is(k, "number") then
        i = k + 1
        break
      end
    end
    if i < finish and M.preposition[doc:folded(i)] then
      if doc:folded(i) ~= "of" then
        return nil
      end
    end
  end
  if i >= finish then
    return nil
  end
  return i, stop, finish
end

--- The subject of the sentence's first clause, before token v: “On Friday, the daily Post published … that stated”.
function M.main_subject(doc, lo, v)
  local k = lo
  while k < v do
    local w = doc:folded(k)
    if doc:is(k, "open_bracket") and k + 2 < v and doc:is(k + 2, "close_bracket") then
      k = k + 3
    elseif leading[w] or doc:is(k, "comma") or is_adverb(doc, k) then
      k = k + 1
    elseif M.preposition[w] or w == "the" and k + 1 < v
      and (doc:folded(k + 1) == "day" or doc:folded(k + 1) == "same") or M.weekday[w] then
      repeat
        k = k + 1
      until k >= v or doc:is(k, "comma")
    else
      break
    end
  end
  local first = k
  while k < v do
    local w = doc:folded(k)
    if doc:is(k, "comma") or is_break(doc, k) or M.aux[w] and not (w == "'s" or w == "’s")
      or (k > first and doc:is(k, "lower") and (w:find "ed$" or M.adverb[w])) or w == "who" or w == "which"
        or w == "that" or doc:is(k, "attribution_verb") and k > first then
      break
    end
    k = k + 1
  end
  if k > first and k < v and k - first < 20 then
    return { first, k }
  end
end

local opener = set [[
  in on at to during after before from with about for while when as because if since through via by and but or
  that where whom until
]]

--- The noun phrase that starts at token i (after “said”): first, last.
function M.phrase_after(doc, i, hi)
  local k = i
  while k < hi do
    local w = doc:folded(k)
    if is_break(doc, k) or opener[w] and not (w == "and" and k > i and k + 1 < hi
      and (doc:is(k + 1, "capitalised") or M.determiner[doc:folded(k + 1)]) and doc:folded(k - 1) ~= ",")
        and not (w == "for" or w == "at" or w == "in" or w == "from" or w == "to" or w == "with") then
      break
    end
    if (w == "for" or w == "at" or w == "in" or w == "from" or w == "to" or w == "with" or w == "on"
      or w == "during") and (k == i or doc:is(k - 1, "capitalised") or M.pronoun[doc:folded(k - 1)]) then
      break
    end
    if M.weekday[w] or M.month[w] and doc:is(k, "capitalised") and k + 1 < hi and doc:is(k + 1, "number") then
      break
    end
    if doc:is(k, "comma") then
      -- an apposition runs to the next comma or the end
      local next_word = k + 1 < hi and doc:folded(k + 1) or ""
      if not (M.determiner[next_word] or next_word == "who" or next_word == "which" or next_word == "whose"
        or k + 1 < hi and doc:is(k + 1, "capitalised")) then
        break
      end
      local j = k + 1
      while j < hi and not doc:is(j, "comma") and not is_break(doc, j) do
        j = j + 1
      end
      if j - k > 25 then
        break
      end
      return i, j, k
    end
    k = k + 1
  end
  if k == i then
    return nil
  end
  return i, k, k
end

--- End of a range without closing punctuation and footnote markers: “…in Iraq.[3]”.
function M.trim(doc, first, last)
  while last > first do
    local i = last - 1
    if doc:is(i, "period") or doc:is(i, "comma") or doc:is(i, "semicolon") or doc:is(i, "close_quote")
      or doc:is(i, "dash") or doc:is(i, "colon")
      or doc:is(i, "question") or doc:is(i, "exclamation") or (doc:is(i, "quote") and not doc:is(i, "open_quote")) then
      last = last - 1
    elseif doc:is(i, "close_bracket") and i - 2 >= first and doc:is(i - 1, "number")
      and doc:is(i - 2, "open_bracket") then
      last = last - 3
    else
      break
    end
  end
  return last
end

--- Where the complement that starts at token i ends: before a semicolon, a participle or a second reporting verb that
--- shares the subject (“, adding that”, “and noted that”), a contrasting clause with a speaker of its own, or at hi.
--- is_cue(k) tells whether token k is a verb that attributes.
function M.complement(doc, i, hi, is_cue)
  local quoted = 0
  local k = i
  local lo = doc:sentence(doc:sentence_of(i))
  local opened = doc:folded(lo)
  if leading[opened] and lo + 1 < i and M.subordinator[doc:folded(lo + 1)] or doc:is(lo + 1, "comma")
    and lo + 2 < i then
    opened = doc:folded(doc:is(lo + 1, "comma") and lo + 2 or lo + 1)
  end
  opened = opened == "while" or opened == "although" or opened == "though" or opened == "whilst" or opened == "whereas"
  while true do
    k = doc:next(k, hi, "quote semicolon comma clause_stop")
    if k >= hi then
      return hi
    end
    if doc:is(k, "quote") then
      quoted = doc:is(k, "open_quote") and not doc:is(k, "close_quote") and 1 or 0
    elseif quoted == 0 then
      local w = doc:folded(k)
      if doc:is(k, "semicolon") then
        return k
      elseif w == "according" and k + 1 < hi and doc:folded(k + 1) == "to" then
        return k
      elseif doc:is(k, "comma") and k + 1 < hi then
        local j = k + 1
        local word = doc:folded(j)
        if word == "and" or word == "but" then
          j = j + 1
        end
        while j < hi and is_adverb(doc, j) do
          j = j + 1
        end
        if j < hi and is_cue(j) and doc:folded(j - 1) ~= "to" then
          return k
        elseif opened and word ~= "and" then
          while j < hi and (doc:is(j, "open_bracket") or doc:is(j, "close_bracket") or doc:is(j, "number")) do
            j = j + 1
          end
          for n = j + 1, math.min(j + 5, hi - 1) do
            if is_cue(n) and (doc:is(j, "capitalised") or M.determiner[doc:folded(j)]) then
              return k
            end
          end
        elseif word == "while" or word == "whereas" or word == "whilst" then
          for n = k + 2, hi - 1 do
            if is_cue(n) then
              return k
            end
          end
        end
      elseif (w == "and" or w == "but") and k > i then
        local j = k + 1
        while j < hi and (is_adverb(doc, j) or M.aux[doc:folded(j)]) do
          j = j + 1
        end
        if j < hi and is_cue(j) and not is_cue(k - 1)
          and (j + 1 < hi and (doc:folded(j + 1) == "that" or doc:is(j + 1, "quote") or doc:is(j, "lower")))
            and doc:folded(j):find "ed$" then
          return k
        end
      end
    end
    k = k + 1
  end
end

return M
