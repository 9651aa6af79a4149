-- SPDX-License-Identifier: MIT
--- Who speaks: the source of each attribution to an entity.  Joint sources are parted; a name is looked up; a pronoun
--- goes
--- to the nearest fitting speaker or subject before it; “the spokeswoman”, “the daily” to the last of that kind; what
--- nobody names keeps its words.
local clause = require "locutor.clause"
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Speakers of attributions: names, surnames, pronouns, nominal mentions, joint sources",
  needs = { "attribution", "entity", "mention", "name" },
  makes = { "attribution", "mention" },
  data = { words = "source_words.tsv" },
  examples = {
    { "Ann Lee spoke. “We will sign,” she said.", makes = "attribution", speaker = "Ann Lee" },
    { "Ann Lee and Karl Voss said that talks go on.", makes = "attribution", speaker = "Ann Lee; Karl Voss" },
    { "Spokeswoman Ann Lee left. The spokeswoman said that talks go on.", makes = "attribution", speaker = "Ann Lee" },
  },
}

g.use { "comma", "capitalised", "lower", "open_bracket" }

function M.open(opt)
  local kinds = {}
  for line in opt.data.words:gmatch "[^\n]+" do
    local word, kind = line:match "^([^#\t]+)\t(%S+)"
    if word then
      kinds[word] = kind
    end
  end
  return kinds
end

local gender_of = { he = "male", him = "male", his = "male", she = "female", her = "female" }
local plural = { they = true, we = true, them = true, both = true }
local splitters = { ["and"] = true, ["or"] = true }

--- The parts of a joint source, as token ranges.
local function parts(doc, first, last)
  local list, from = {}, first
  for i = first + 1, last - 2 do
    local w = doc:folded(i)
    if (splitters[w] or w == "also" and doc:folded(i - 1) == "but") and i + 1 < last then
      local cap = doc:is(i + 1, "capitalised")
      local det = clause.determiner[doc:folded(i + 1)]
      local finish = i
      if doc:is(i - 1, "comma") then
        finish = i - 1
      end
      local office = cap and i - 2 >= from and (doc:folded(i - 2) == "for" or doc:folded(i - 2) == "of")
      if (cap or det) and finish > from and not office then -- “Minister for Arab and African Affairs”
        list[#list + 1] = { from, finish }
        from = i + 1
      end
    end
  end
  list[#list + 1] = { from, last }
  -- “A, B and C”: a comma between two names with a title or two words each
  if #list > 1 then
    local f, l = list[1][1], list[1][2]
    for i = f + 2, l - 3 do
      if doc:is(i, "comma") and doc:is(i - 1, "capitalised") and doc:is(i + 1, "capitalised")
        and doc:is(i + 2, "capitalised") and doc:is(f, "capitalised") and doc:is(f + 1, "capitalised") then
        list[1] = { f, i }
        table.insert(list, 2, { i + 1, l })
        break
      end
    end
  end
  return list
end

--- Mentions of names inside bytes [s, e), in order; names is sorted by start.
local function inside(names, s, e)
  local lo = clause.from(names, s)
  local list = {}
  while names[lo] and names[lo].start < e do
    if names[lo].finish <= e then
      list[#list + 1] = names[lo]
    end
    lo = lo + 1
  end
  return list
end

local function squeeze(s)
  return (s:gsub("%s+", " "))
end

--- Head word of a noun phrase: the last word before a preposition, a comma or a relative pronoun.
local function head_of(doc, first, last)
  for i = first + 1, last - 1 do
    local w = doc:folded(i)
    if clause.preposition[w] or w == "," or w == "who" or w == "which" or w == "that" or doc:is(i, "open_bracket") then
      return i - 1, i
    end
  end
  return last - 1, last
end

--- The entity a part names, or nil and its head word.
local function named(doc, state, names, part)
  local first, last = part[1], part[2]
  while first < last and (clause.determiner[doc:folded(first)] or clause.adverb[doc:folded(first)]) do
    first = first + 1
  end
  if first >= last then
    return nil, part[1], part[2], part[2] - 1
  end
  local head, core = head_of(doc, first, last)
  local s, e = doc:span(first, last)
  local list = inside(names, s, e)
  local _, core_end = doc:span(first, core)
  local kind = state[doc:folded(head)]
  for _, m in ipairs(list) do
    if m.finish == core_end or m.start <= s and m.finish >= e then
      return m, first, core
    end
  end
  local apposed
  for _, m in ipairs(list) do
    local at = doc:token_at(m.start)
    local type = m.entity.type
    if at > first and doc:is(at - 1, "comma") and type == "person" then
      return m, first, core -- the head of the party, Ann Lee
    end
    if type == "person" and doc:token_at(m.finish - 1) + 1 == last then
      local clean = true
      for i = at - 1, math.max(first, at - 4), -1 do
        if clause.preposition[doc:folded(i)] then
          clean = i < at - 1
          break
        end
      end
      local titled = doc:sub(m.start, math.min(m.finish, m.start + 4)) ~= m.entity.name:sub(1, 4)
      apposed = titled and at > first and m or clean and at > first and not clause.preposition[doc:folded(at - 1)]
        and not doc:folded(at - 1):find "^['’]" and m or apposed
    end
    if kind == "work" and (type == "outlet" or type == "organization") then
      return m, first, core
    end
  end
  if apposed then
    return apposed, first, core
  end
  if kind == "work" and list[1] then
    return list[#list], first, core
  end
  return nil, part[1], core, head
end

--- Looks back for a speaker: recent ones first, those who spoke or open a sentence before others.
local function look_back(doc, before, want, history, names)
  local best, best_score
  local sentence = doc:sentence_of(doc:token_at(before))
  local function try(entity, at, bonus)
    if not want(entity) then
      return
    end
    local away = sentence - doc:sentence_of(doc:token_at(at))
    if away > 12 then
      return
    end
    local score = bonus - away * 1.5 + (away == 0 and 0.8 or 0)
    if not best_score or score >= best_score then
      best, best_score = entity, score
    end
  end
  for k = clause.from(names, before) - 1, 1, -1 do
    local m = names[k]
    local i = m.token
    local at = doc:sentence_of(i)
    if sentence - at > 12 then
      break
    end
    if m.entity.type == "person" or m.entity.type == "outlet" or m.entity.type == "organization" then
      local lo = doc:sentence(at)
      try(m.entity, m.start, i - lo <= 2 and 2.5 or (i > lo and doc:is(i - 1, "comma")) and 1.2 or 1)
    end
  end
  for k = #history, math.max(1, #history - 6), -1 do
    local h = history[k]
    if h.at < before and h.entity then
      try(h.entity, h.at, 2.6)
    end
  end
  return best
end

local function pronoun(doc, w, before, state, history, names, mark)
  local gender = gender_of[w]
  if w == "i" or w == "we" then
    local parent = mark.parent
    if type(parent) == "table" then
      parent = parent[1] or parent
    end
    return parent and parent.speaker and { name = parent.speaker } or nil
  elseif gender then
    local entity = look_back(doc, before, function(e)
      return e.type == "person" and (e.gender == gender or e.gender == "unknown" or not e.gender)
    end, history, names)
    return entity and { name = entity.name, entity = entity }
  elseif w == "it" then
    for k = #history, math.max(1, #history - 8), -1 do
      local h = history[k]
      if h.thing then
        return { name = h.name, entity = h.entity }
      end
    end
  elseif plural[w] then
    for k = #history, math.max(1, #history - 8), -1 do
      local h = history[k]
      if h.many then
        return { name = h.name, entity = h.entity }
      end
    end
  end
end

--- “the spokeswoman”, “the daily”, “the official”: the last who was called so.
local function nominal(doc, state, first, core, head, before, history, names, modified)
  local word = doc:folded(head)
  local kind = state[word]
  local the = doc:folded(first)
  if not (the == "the" or the == "this" or the == "that") or not kind or core - first > 3 or modified then
    return nil
  end
  if kind == "outlet" or kind == "org" then
    local entity = look_back(doc, before, function(e)
      return kind == "outlet" and e.type == "outlet" or kind == "org" and e.type == "organization"
    end, history, names)
    return entity and { name = entity.name, entity = entity }
  elseif kind == "person" or kind == "male" or kind == "female" then
    for k = #history, 1, -1 do -- the same word before: “an Iranian official … the official”
      local h = history[k]
      if h.head == word then
        return { name = h.name, entity = h.entity }
      end
    end
    local entity = look_back(doc, before, function(e)
      return e.type == "person" and (kind == "person" and (e.role or ""):lower():find(word, 1, true)
        or kind ~= "person" and (e.gender == kind or (e.role or ""):lower():find(word, 1, true)))
    end, history, names)
    entity = entity or look_back(doc, before, function(e)
      return e.type == "person" and (kind == "person" or not e.gender or e.gender == "unknown" or e.gender == kind)
    end, history, names)
    return entity and { name = entity.name, entity = entity }
  end
end

local function organization_of(doc, names, s, e, entity)
  for _, m in ipairs(inside(names, s, e)) do
    local other = m.entity
    if other ~= entity and (other.type == "organization" or other.type == "outlet") then
      return squeeze(doc:sub(m.start, m.finish))
    end
  end
end

local function resolve_source(doc, state, mark, history, names)
  local speakers, entities, how = {}, {}, nil
  local role, organization
  for _, span in ipairs(mark.source) do
    local first, last = doc:token_at(span[1]), doc:token_at(span[2] - 1) + 1
    for _, part in ipairs(last > first and parts(doc, first, last) or {}) do
      local s, e = doc:span(part[1], part[2])
      local word = doc:folded(part[1])
      local single = part[2] - part[1] == 1
      local found, kind
      if single and (clause.pronoun[word] or gender_of[word] or plural[word]) then
        if word == "who" or word == "which" then
          for k = clause.from(names, s) - 1, 1, -1 do
            if names[k].finish <= s and s - names[k].finish < 4 then
              found = { name = names[k].entity.name, entity = names[k].entity }
            end
            if names[k].finish < s then
              break
            end
          end
        else
          found = pronoun(doc, word, s, state, history, names, mark)
        end
        kind = "pronoun"
      else
        local m, from, core, head = named(doc, state, names, part)
        if m then
          local entity = m.entity
          found = { name = entity.name, entity = entity }
          kind = (entity.type == "person" or not entity.type) and "name" or "institution"
          role = role or entity.role
        else
          found = nominal(doc, state, from, core, head, s, history, names, core < part[2] and not doc:is(core, "comma"))
          local b = from
          while b < core - 1 and (doc:folded(b) == "the" or doc:folded(b) == "a" or doc:folded(b) == "an") do
            b = b + 1
          end
          local x, y = doc:span(b, core)
          local y2 = y
          if core < part[2] and (doc:folded(core) == "of" or doc:folded(core) == "for" or doc:folded(core) == "in") then
            local stop = core + 1
            while stop < part[2] and not doc:is(stop, "comma") and not clause.preposition[doc:folded(stop)] do
              stop = stop + 1
            end
            _, y2 = doc:span(b, stop)
          end
          local of = head and doc:folded(head) or ""
          found = found or { name = squeeze(doc:sub(x, y2)), head = of, many = of:find "s$" ~= nil,
            thing = state[of] == "outlet" or state[of] == "org" or state[of] == "work" }
          kind = state[of] and "role" or "anonymous"
        end
        organization = organization or organization_of(doc, names, s, e, found.entity)
      end
      if found and found.name and found.name ~= "" then
        speakers[#speakers + 1] = found.name
        if found.entity then
          entities[#entities + 1] = found.entity.mark
        end
        found.at = s
        if found.entity then
          found.thing = found.entity.type == "organization" or found.entity.type == "outlet"
            or found.entity.type == "place"
        end
        history[#history + 1] = found
      end
      how = how or kind
    end
  end
  if #speakers > 1 then
    history[#history + 1] = { name = table.concat(speakers, "; "), entity = nil, at = mark.source[1][1], many = true }
  end
  return speakers, entities, how, role, organization
end

function M.resolve(document, out, state)
  local doc = clause.view(document)
  local names, history = clause.mentions(doc), {}
  for _, mark in ipairs(clause.by_source(doc)) do
    if mark.source and mark.speaker == nil then
      local speakers, entities, how, role, organization = resolve_source(doc, state, mark, history, names)
      out:set(mark, "speaker", table.concat(speakers, "; "))
      if #entities > 0 then
        out:set(mark, "entity", entities)
      end
      if how then
        out:set(mark, "naming", how == "pronoun" and (#entities > 0 and "name" or "anonymous") or how)
      end
      if role then
        out:set(mark, "role", squeeze(role))
      end
      if organization then
        out:set(mark, "organization", organization)
      end
    end
  end
end

return M
