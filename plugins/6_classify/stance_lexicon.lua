-- SPDX-License-Identifier: MIT
--- Where a statement stands toward a target of the analyst, by words: it must speak about the target (its phrases, or
--- two
--- of its parties), and words of wanting, readiness, permission or of refusal near them, turned round by negation,
--- decide.
--- A condition (“if”, “unless”, “must first”) makes it conditional and is marked.  That something did or did not
--- happen is
--- no stance.
local M = {
  api = 1,
  version = "1.0",
  summary = "Support, oppose, conditional or none toward the analyst's targets, with evidence and condition",
  needs = { "attribution" },
  makes = { "stance" },
  data = { words = "stance_words.tsv" },
  examples = {
    { "Ann Lee said that Norland supports the treaty.", makes = "stance", label = "support",
      targets = { { id = "t", about = { "treaty" }, parties = { "Norland" } } } },
    { "Ann Lee said that Norland will never sign the treaty.", makes = "stance", label = "oppose",
      targets = { { id = "t", about = { "treaty" }, parties = { "Norland" } } } },
    { "Ann Lee said that Norland would accept the treaty if Vesta left the valley.", makes = "stance",
      label = "conditional",
      targets = { { id = "t", about = { "treaty" }, parties = { "Norland" } } } },
  },
}

local function words_of(phrase)
  local list = {}
  for w in phrase:lower():gsub("’", "'"):gmatch "[^%s%-]+" do
    list[#list + 1] = w
  end
  return list
end

--- Phrases by their first word: index[first] = { { words…, value = }, … }.
local function add(index, phrase, value)
  local list = words_of(phrase)
  if #list > 0 then
    list.value = value
    index[list[1]] = index[list[1]] or {}
    table.insert(index[list[1]], list)
  end
end

function M.open(opt)
  local state = { words = {}, targets = {} }
  for line in opt.data.words:gmatch "[^\n]+" do
    local phrase, value = line:match "^([^#\t]+)\t(%S+)"
    if phrase then
      add(state.words, phrase, tonumber(value) or value)
    end
  end
  return state
end

local function index_of(target)
  local about = {}
  for _, phrase in ipairs(target.about or {}) do
    add(about, phrase, phrase)
  end
  return about
end

--- Inflected forms of the last word of a target's phrase count too: “cooperate”, “cooperating”.
local function same(a, b)
  if a == b then
    return true
  end
  return #b > 3 and (a == b .. "s" or a == b .. "es" or a == b .. "ed" or a == b .. "ing" or a == b .. "d"
    or a == b:gsub("e$", "") .. "ing" or a == b:gsub("y$", "ies"))
end

--- Occurrences of the phrases of an index in tokens: { first, last, value }.
local function find_all(index, tokens, loose)
  local hits, i = {}, 1
  while i <= #tokens do
    local best
    local function try(list)
      for _, phrase in ipairs(list or {}) do
        local fits, k = true, i
        for n = 1, #phrase do
          while tokens[k] == "-" do
            k = k + 1
          end
          local t = tokens[k]
          if not t or not (t == phrase[n] or loose and n == #phrase and same(t, phrase[n])) then
            fits = false
            break
          end
          k = k + 1
        end
        if fits and (not best or k - i > best[2] - best[1]) then
          best = { i, k, phrase.value }
        end
      end
    end
    try(index[tokens[i]])
    if loose and not best then
      local t = tokens[i]
      local stem = t:gsub("ing$", ""):gsub("ed$", ""):gsub("s$", "")
      if stem ~= t then
        try(index[stem])
        try(index[stem .. "e"])
      end
    end
    if best then
      hits[#hits + 1] = best
      i = best[2]
    else
      i = i + 1
    end
  end
  return hits
end

local breaks = { ["."] = true, ["!"] = true, ["?"] = true, [";"] = true, ["..."] = true, ["…"] = true }

local function tokens_of(doc, first, last)
  local tokens = {}
  for i = first, last - 1 do
    tokens[#tokens + 1] = (doc:folded(i):gsub("’", "'"))
  end
  return tokens
end

--- Whether an odd number of negations stands right before hit, in the same clause.
local function negated(hits, tokens, at)
  local n = 0
  for _, h in ipairs(hits) do
    if h[3] == "not" and h[2] <= at and at - h[2] <= 5 then
      local clean = true
      for k = h[2], at - 1 do
        if breaks[tokens[k]] or tokens[k] == "," or tokens[k] == "but" or tokens[k] == "that" then
          clean = false
        end
      end
      n = n + (clean and 1 or 0)
    end
  end
  return n % 2 == 1
end

local function sentence_bounds(tokens, at)
  local lo, hi = at, at
  while lo > 1 and not breaks[tokens[lo - 1]] do
    lo = lo - 1
  end
  while hi < #tokens and not breaks[tokens[hi]] do
    hi = hi + 1
  end
  return lo, hi
end

local function clause_end(tokens, from)
  local k = from + 1
  while k <= #tokens and not breaks[tokens[k]] and not (tokens[k] == "," and k - from > 3) do
    k = k + 1
  end
  return k
end

--- Judges tokens: label, score, evidence hits, condition hits.  topical: the words around already name the target.
local function judge(state, tokens, about, topical, value)
  local targets = find_all(about, tokens, true)
  if #targets == 0 then
    if not topical then
      return "none", 0.5, {}, {}
    end
    targets = { { 1, 1, "" } }
  end
  local hits = find_all(state.words, tokens, false)
  local sum, evidence, conditions, seen = 0, {}, {}, {}
  for _, t in ipairs(targets) do
    local lo, hi = sentence_bounds(tokens, t[1])
    if topical and t[3] == "" then
      lo, hi = 1, #tokens
    end
    for _, h in ipairs(hits) do
      if h[1] >= lo and h[1] <= hi and not seen[h] then
        if type(h[3]) == "number" then
          local weight = negated(hits, tokens, h[1]) and -h[3] or h[3]
          local away = h[1] >= t[2] and h[1] - t[2] or t[1] - h[2]
          if away <= 30 then
            sum = sum + weight / (1 + math.max(0, away) / 16)
            evidence[#evidence + 1] = h
            seen[h] = true
          end
        elseif h[3] == "if" then
          conditions[#conditions + 1] = h
          seen[h] = true
        end
      end
    end
  end
  sum = sum + (value or 0)
  if #conditions > 0 and (math.abs(sum) >= 0.35 or #evidence > 0) then
    return "conditional", 0.6, evidence, conditions
  elseif sum >= 0.35 then
    return "support", math.min(0.9, 0.5 + sum / 4), evidence, {}
  elseif sum <= -0.35 then
    return "oppose", math.min(0.9, 0.5 - sum / 4), evidence, {}
  end
  return "none", 0.5, {}, {}
end

--- What the cue itself says: “rejected”, “called for”; nothing when it is a plain verb of saying.
local function cue_value(state, doc, mark)
  if not mark.cue or mark.attitude == "denial" and doc:sub(mark.cue[1][1], mark.cue[1][2]):lower():find "den[yi]" then
    return nil
  end
  local tokens = tokens_of(doc, doc:token_at(mark.cue[1][1]), doc:token_at(mark.cue[1][2] - 1) + 1)
  local hits, sum = find_all(state.words, tokens, false), 0
  for _, h in ipairs(hits) do
    if type(h[3]) == "number" then
      sum = sum + (negated(hits, tokens, h[1]) and -h[3] or h[3])
    end
  end
  return sum ~= 0 and sum or nil
end

local function spans(doc, first, hits, tokens, clauses)
  local list = {}
  for _, h in ipairs(hits) do
    local last = clauses and clause_end(tokens, h[1]) or h[2]
    list[#list + 1] = { doc:span(first + h[1] - 1, first + last - 1) }
  end
  return #list > 0 and list or nil
end

function M.classify(mark, doc, state, target)
  local about = index_of(target)
  local best, best_score, best_evidence
  local topical = false
  if mark.cue then -- “said regarding possible cooperation that …”
    local s, e = mark.cue[1][2], mark.content[1][1]
    if e > s and e - s < 200 then
      topical = #find_all(about, tokens_of(doc, doc:token_at(s), doc:token_at(e)), true) > 0
    end
  end
  local value = cue_value(state, doc, mark)
  for _, span in ipairs(mark.content) do
    local first, last = doc:token_at(span[1]), doc:token_at(span[2] - 1) + 1
    local tokens = tokens_of(doc, first, last)
    local label, score, evidence, conditions = judge(state, tokens, about, topical, value)
    if not best or best == "none" and label ~= "none" then
      best, best_score = label, score
      best_evidence = { evidence = spans(doc, first, evidence, tokens),
        condition = spans(doc, first, conditions, tokens, true),
        span = { { span[1], span[2] } } }
    end
  end
  return best, best_score, best_evidence
end

return M
