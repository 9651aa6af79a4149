-- SPDX-License-Identifier: MIT
--- Names with what stands around them: “Foreign Ministry spokeswoman Ann Lee”, “the daily Morning Post”, “Gen. Karl
--- Voss”.
--- A run of capitalised words is cut into affiliation, title and name by what its words are (name_words.tsv).
local clause = require "locutor.clause"
local g = require "locutor.grammar"

local M = {
  api = 1,
  version = "1.0",
  summary = "Persons, organisations, outlets and places with titles, offices and affiliations",
  needs = {},
  makes = { "name" },
  data = { words = "name_words.tsv" },
  examples = {
    { "Norland's Foreign Ministry spokeswoman Ann Lee spoke.", makes = "name", text = "spokeswoman Ann Lee" },
    { "The daily Morning Post wrote about it.", makes = "name", text = "Morning Post" },
    { "Nothing here is a name.", makes = "name", none = true },
  },
}

local capital, hyphen = g.class "capitalised", g.class "hyphen"
local link, lower = g.class "name_link", g.class "lower"
local run = g.rules {
  g.tokens {
    name = "capitals",
    anchor = "capitalised",
    sentence = "any",
    pattern = g.alt { g.start, g.none "capitalised" } * g.cap("run", g.seq { -- from the first capital on
      g.anchor,
      g.many(g.alt {
        capital,
        g.seq { hyphen, capital },
        g.seq { hyphen, lower, g.opt(hyphen), capital },
        g.seq { link, g.opt(link), g.opt(hyphen), capital },
      }),
    }),
  },
}

--- The kinds of each word: kinds.minister = { role = true, title = true }.
local function read_kinds(tsv)
  local kinds = {}
  for line in tsv:gmatch "[^\n]+" do
    local word, list = line:match "^([^#\t]+)\t(.+)$"
    if word then
      kinds[word] = kinds[word] or {}
      for kind in list:gmatch "%a+" do
        kinds[word][kind] = true
      end
    end
  end
  return kinds
end

function M.open(opt)
  return { kinds = read_kinds(opt.data.words) }
end

local NONE = {}

--- Kinds of token i; a word nobody lists may be part of a person's name.
local function kind_of(doc, kinds, i)
  return kinds[doc:folded(i)] or NONE
end

local function bare(kind)
  return not (kind.title or kind.org or kind.outlet or kind.nation or kind.place or kind.role)
end

local function gender(doc, kinds, first, name, last)
  for i = first, last - 1 do
    local kind = kind_of(doc, kinds, i)
    local word = doc:folded(i)
    if i < name and (kind.role or kind.title) or i == name then
      if kind.f or word == "mrs." or word == "ms." or word == "queen" or word == "princess" then
        return "female"
      elseif kind.m or word == "mr." or word == "king" or word == "prince" then
        return "male"
      end
    end
  end
  return "unknown"
end

--- The lower-case office or outlet word right in front: “spokeswoman”, “the daily”.
local function before(doc, kinds, first)
  if first == 0 then
    return NONE, first
  end
  local i = first - 1
  if doc:folded(i) == "," and i > 0 then
    i = i - 1
  end
  local kind = kind_of(doc, kinds, i)
  if (kind.role or kind.outlet) and doc:is(i, "lower") then
    return kind, i
  end
  return NONE, first
end

local function person(doc, out, kinds, first, name, last)
  local fields = { type = "person", number = "singular", head = { { doc:span(name, last) } } }
  local office, at = before(doc, kinds, first)
  local from = first
  if office.role and first == name then
    from = at
  end
  fields.gender = gender(doc, kinds, from, name, last)
  if from < name then
    fields.title = { { doc:span(from, name) } }
  end
  local surname = last - 1
  if last - name > 1 then
    while surname > name + 1 and (kind_of(doc, kinds, surname - 1).particle or doc:is(surname - 1, "hyphen")) do
      surname = surname - 1
    end
    fields.given = { { doc:span(name, surname) } }
  end
  fields.surname = { { doc:span(surname, last) } }
  local s, e = doc:span(from, last)
  out:add("name", s, e, fields)
end

local function other(doc, out, first, last, type)
  local s, e = doc:span(first, last)
  out:add("name", s, e, { type = type })
end

--- One piece of a run, without possessives inside.
local function piece(doc, out, kinds, first, last)
  while first < last and kind_of(doc, kinds, first)["function"] do
    first = first + 1
  end
  if last - first == 1 then -- most names are one word: a country, a place, an outlet, or yet unknown
    local kind = kind_of(doc, kinds, first)
    if kind.nation or kind.place then
      return other(doc, out, first, last, "place")
    end
  end
  while last > first and (doc:is(last - 1, "name_link") or doc:is(last - 1, "hyphen")) do
    last = last - 1
  end
  if first >= last then
    return
  end
  local name, titled, known = last, false, false
  while name > first and bare(kind_of(doc, kinds, name - 1)) do
    local word = doc:folded(name - 1)
    if word == "of" or word == "for" or word == "the" then
      break
    end
    name = name - 1
  end
  while name < last and (kind_of(doc, kinds, name).particle and doc:is(name, "lower") or doc:is(name, "hyphen")) do
    name = name + 1
  end
  for i = first, name - 1 do
    titled = titled or kind_of(doc, kinds, i).title or kind_of(doc, kinds, i).role
  end
  if name < last then
    local kind = kind_of(doc, kinds, name)
    known = kind.m or kind.f
  end
  local office = before(doc, kinds, first)
  local tail = kind_of(doc, kinds, last - 1)
  if name < last and (titled or (name == first and (known or office.role) and not office.outlet)) then
    return person(doc, out, kinds, first, name, last)
  elseif name < last and known and last - name > 1 and not office.outlet then
    return person(doc, out, kinds, first, name, last)
  elseif known and last - first > 1 and not tail.org and not tail.outlet and name == last then
    return person(doc, out, kinds, first, first, last)
  elseif office.outlet or tail.outlet then
    return other(doc, out, first, last, "outlet")
  elseif tail.org then
    return other(doc, out, first, last, "organization")
  elseif tail.nation or tail.place then
    return other(doc, out, first, last, "place")
  elseif name == first and last - first >= 2 and last - first <= 4 then
    return person(doc, out, kinds, first, first, last)
  elseif name < last then
    other(doc, out, first, last, nil)
  end
end

function M.annotate(document, out, state)
  local doc = clause.view(document)
  local done = 0
  for _, c in run:each(document) do
    local first, last = c.run[1], c.run[2]
    if first >= done then
      done = last
      local from = first
      for i = first, last - 1 do
        if doc:is(i, "clitic") then
          piece(doc, out, state.kinds, from, i)
          from = i + 1
        end
      end
      piece(doc, out, state.kinds, from, last)
    end
  end
end

return M
