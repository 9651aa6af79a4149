-- SPDX-License-Identifier: MIT
--- Attributions that the shipped labellers find (learned from PolNeAR): indirect and mixed speech, beliefs, intentions
--- and denials whose cues no list holds.  How they and the rules are combined: quotations keep the extent that
--- direct_speech gave them; where a rule of indirect_speech has the same cue, the labellers' spans are taken when their
--- score is high enough; beliefs and intentions that only a rule found are taken back.
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Speech, beliefs and denials found by learned labellers",
  needs = { "quotation", "attribution" },
  makes = { "attribution" },
  options = {
    least = { type = "number", default = 0.6, doc = "candidates with a lower score are left out" },
    sure = { type = "number", default = 0.5, doc = "from this score on the labellers' spans replace those of a rule" },
    beliefs = { type = "boolean", default = true, doc = "also beliefs and intentions" },
  },
  examples = {
    { "The senator said that the bridge would be rebuilt by spring.", makes = "attribution", source = "The senator",
      cue = "said", content = "that the bridge would be rebuilt by spring" },
    { "The bridge was built in 1912 and is closed on Sundays.", makes = "attribution", none = true },
  },
}

g.use { "quote", "comma", "period", "lower", "capitalised", "number" }

function M.open(opt)
  local beliefs = opt.options.beliefs
  return { least = opt.options.least or 0, sure = opt.options.sure or 0.9, beliefs = beliefs == nil or beliefs }
end

--- Token ranges as byte spans, quotation marks and commas at their ends left out.
local function spans_of(doc, ranges)
  local spans = {}
  for _, range in ipairs(ranges) do
    local first, last = range[1], range[2]
    while first < last and (doc:is(first, "quote") or doc:is(first, "comma")) do
      first = first + 1
    end
    while last > first and (doc:is(last - 1, "comma") or doc:is(last - 1, "quote")) do
      last = last - 1
    end
    if last > first then
      spans[#spans + 1] = { doc:span(first, last) }
    end
  end
  return spans
end

--- All, some or none of the words stand inside quotation marks.
local function type_of(doc, quotes, ranges)
  local inside, total, n = 0, 0, 1
  for _, range in ipairs(ranges) do
    for i = range[1], range[2] - 1 do
      if doc:is(i, "lower") or doc:is(i, "capitalised") or doc:is(i, "number") then
        total = total + 1
        while n > 1 and quotes[n - 1].last > i do
          n = n - 1
        end
        while quotes[n] and quotes[n].last <= i do
          n = n + 1
        end
        inside = inside + (quotes[n] and quotes[n].first <= i and 1 or 0)
      end
    end
  end
  return inside == 0 and "indirect" or inside >= 0.95 * total and "direct" or "mixed"
end

local function shared(xs, ys)
  local n = 0
  for _, x in ipairs(xs) do
    for _, y in ipairs(ys) do
      n = n + math.max(0, math.min(x[2], y[2]) - math.max(x[1], y[1]))
    end
  end
  return n
end

local function size(xs)
  local n = 0
  for _, x in ipairs(xs) do
    n = n + x[2] - x[1]
  end
  return n
end

--- What the rules have for a candidate: a mark with the same cue, or one with most of the content.
local function known(marks, item)
  local other
  for _, a in ipairs(marks) do
    if a.cue and shared(a.cue, item.cue) > 0 then
      return a
    elseif a.finish > item.start and a.start < item.finish then
      local common = shared(a.content, item.content)
      if 2 * common >= 0.5 * (size(a.content) + size(item.content)) then
        other = a
      end
    end
  end
  return other
end

local function collect(doc, state, quotes)
  local list = {}
  for _, c in ipairs(doc:attributions()) do
    local content = spans_of(doc, c.content)
    local said = c.attitude == "speech" or c.attitude == "denial"
    if #content > 0 and c.score >= state.least and (said or state.beliefs)
      and not doc:furniture(content[1][1], content[1][2]) then
      list[#list + 1] = {
        cue = { { doc:span(c.cue[1][1], c.cue[1][2]) } }, source = spans_of(doc, c.source), content = content,
        start = content[1][1], finish = content[#content][2], attitude = c.attitude, score = c.score,
        type = type_of(doc, quotes, c.content),
      }
    end
  end
  table.sort(list, function(x, y)
    if x.start ~= y.start then
      return x.start < y.start
    elseif x.finish ~= y.finish then
      return x.finish > y.finish
    end
    return x.cue[1][1] < y.cue[1][1]
  end)
  return list
end

--- The smallest attribution whose content holds the cue.
local function parent_of(holders, at)
  local best
  for k = #holders, 1, -1 do
    local h = holders[k]
    if h.first <= at and at < h.last and (not best or h.last - h.first < best.last - best.first) then
      best = h
    end
  end
  return best and best.mark
end

local function hold(holders, mark, content)
  for _, span in ipairs(content) do
    holders[#holders + 1] = { mark = mark, first = span[1], last = span[2] }
  end
end

function M.annotate(doc, out, state)
  local quotes, holders, marks = {}, {}, doc:list "attribution"
  for q in doc:marks "quotation" do
    if q.level == 0 then
      quotes[#quotes + 1] = { first = doc:token_at(q.start), last = doc:token_at(q.finish - 1) + 1 }
    end
  end
  local seen, parents = {}, {}
  for _, a in ipairs(marks) do
    hold(holders, a, a.content)
    if a.parent and a.parent[1] then
      parents[a.parent[1]:id()] = true
    end
  end
  for _, item in ipairs(collect(doc, state, quotes)) do
    local a = known(marks, item)
    if not a then
      local fields = {
        content = item.content, cue = item.cue, type = item.type, attitude = item.attitude, score = item.score,
        rule = "learned", parent = parent_of(holders, item.cue[1][1]),
      }
      if #item.source > 0 then
        fields.source = item.source
      end
      hold(holders, out:add("attribution", item.start, item.finish, fields), item.content)
    else
      seen[a:id()] = true
      local wider = 2 * shared(a.content, item.content) >= 1.9 * size(a.content)
      if item.score >= state.sure and (a.type ~= "direct" or wider) and (#item.source > 0 or not a.source) then
        out:set(a, "content", item.content)
        out:set(a, "type", item.type)
        out:set(a, "cue", item.cue)
        if #item.source > 0 then
          out:set(a, "source", item.source)
        end
      elseif not a.source and #item.source > 0 then
        out:set(a, "source", item.source)
        out:set(a, "cue", item.cue)
      end
    end
  end
  for _, a in ipairs(marks) do
    local thought = a.attitude == "belief" or a.attitude == "intention"
    if thought and not doc.fast and not seen[a:id()] and not parents[a:id()] then
      out:drop(a)
    end
  end
end

return M
