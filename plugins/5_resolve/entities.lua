-- SPDX-License-Identifier: MIT
--- Names of one document to entities: full names first, then surnames, initials and spelling variants, by the structure
--- of the name, its title, gender and nearness.  General: no name is known beforehand.
local text = require "locutor.text"

local M = {
  api = 1,
  version = "1.0",
  summary = "Names that mean the same person, organisation, outlet or place become one entity",
  needs = { "name" },
  makes = { "entity", "mention" },
  examples = {
    { "Ann Lee spoke. Later Lee left.", makes = "mention", text = "Lee" },
    { "Mohammad Souvani spoke. Sovani left.", makes = "mention", text = "Sovani" },
  },
}

--- Letters that count: lower case, accents and marks kept, without possessive, dots and hyphens.
local function key(memory, s)
  local k = memory[s]
  if not k then
    k = text.fold(s):gsub("[%s%.%-]+", " "):gsub("^ +", ""):gsub(" +$", "")
    memory[s] = k
  end
  return k
end

--- Edit distance of two short strings, given up above limit.
local function distance(a, b, limit)
  if math.abs(#a - #b) > limit then
    return limit + 1
  end
  local row = {}
  for j = 0, #b do
    row[j] = j
  end
  for i = 1, #a do
    local diagonal, best = row[0], i
    row[0] = i
    for j = 1, #b do
      local above = row[j]
      local cost = a:byte(i) == b:byte(j) and 0 or 1
      row[j] = math.min(above + 1, row[j - 1] + 1, diagonal + cost)
      diagonal = above
      best = math.min(best, row[j])
    end
    if best > limit then
      return limit + 1
    end
  end
  return row[#b]
end

--- Spelling variants: same first letter, five letters or more, one change in five.
local function similar(a, b)
  if a == b then
    return true
  end
  local n = math.max(#a, #b)
  if n < 5 or math.abs(#a - #b) > 2 or a:byte() ~= b:byte() then
    return false
  end
  local limit = n < 8 and 1 or 2
  return distance(a, b, limit) <= limit
end

local function piece(doc, memory, mark, field)
  local s, e = mark:first(field)
  return s and key(memory, doc:sub(s, e)) or ""
end

local function given_match(a, b)
  if a == "" or b == "" then
    return true
  end
  local x, y = a:match "^%S+", b:match "^%S+"
  return similar(x, y) or (#x == 1 and y:sub(1, 1) == x) or (#y == 1 and x:sub(1, 1) == y)
    or a:find(y, 1, true) ~= nil or b:find(x, 1, true) ~= nil
end

local function gender_match(a, b)
  return not a or not b or a == "unknown" or b == "unknown" or a == b
end

local function find_person(people, surname, given, gender)
  local index = people.by[surname]
  if index then
    for k = #index, 1, -1 do
      if given_match(index[k].given, given) and gender_match(index[k].gender, gender) then
        return index[k]
      end
    end
  end
  if people.missing[surname] == #people then
    return nil
  end
  for k = #people, 1, -1 do
    local p = people[k]
    if similar(p.surname, surname) and given_match(p.given, given) and gender_match(p.gender, gender) then
      return p
    end
  end
  people.missing[surname] = #people
end

local function add_person(people, mark, surname, given)
  local p = { surname = surname, given = given, gender = mark.gender, type = "person", first = mark }
  people[#people + 1] = p
  people.by[surname] = people.by[surname] or {}
  table.insert(people.by[surname], p)
  return p
end

local function title_of(doc, mark)
  local s, e = mark:first "title"
  return s and doc:sub(s, e):gsub("[,%s]+$", "") or nil
end

--- Entities in order of their first mention, named by their fullest form.
local function emit(doc, out, names, of)
  local full = {}
  for n, mark in ipairs(names) do
    local e = of[n]
    local name = mark.words
    if not full[e] or #name > #full[e] and e.type == "person" then
      full[e] = name
    end
  end
  local marks = {}
  for n, mark in ipairs(names) do
    local e = of[n]
    if not marks[e] then
      local fields = { name = full[e]:gsub("%s+", " "), number = "singular" }
      fields.type = e.type or nil
      fields.gender = e.gender
      fields.role = e.role
      marks[e] = out:add("entity", mark.start, mark.finish, fields)
    end
    local how = mark.type == "person" and mark.given == "" and "surname" or "name"
    out:add("mention", mark.start, mark.finish, { entity = { marks[e] }, how = how })
  end
end

function M.resolve(doc, out)
  local names, memory = {}, {}
  for mark in doc:marks "name" do
    local type = mark.type
    local name = { mark = mark, type = type, start = mark.start, finish = mark.finish }
    if type == "person" then
      name.surname, name.given = piece(doc, memory, mark, "surname"), piece(doc, memory, mark, "given")
      name.gender = mark.gender
      local s, e = mark:first "head"
      name.words = s and doc:sub(s, e) or mark:text()
    else
      name.words = doc:sub(name.start, name.finish)
    end
    names[#names + 1] = name
  end
  local people, others, of = { by = {}, missing = {} }, {}, {}
  for pass = 1, 2 do -- full names, then surnames
    for n, mark in ipairs(names) do
      local surname, given = mark.surname, mark.given
      if mark.type == "person" and (given ~= "") == (pass == 1) and surname ~= "" then
        local p = find_person(people, surname, given, mark.gender)
        if not p then
          p = add_person(people, mark, surname, given)
        elseif #given > #p.given and given_match(p.given, given) then
          p.given = given
        end
        if p.gender == "unknown" and mark.gender then
          p.gender = mark.gender
        end
        p.role = p.role or title_of(doc, mark.mark)
        of[n] = p
      end
    end
  end
  for n, mark in ipairs(names) do
    if not of[n] then
      local head = key(memory, mark.words)
      local person = not mark.type and not head:find " " and people.by[head]
      person = person and person[1] or (not mark.type and not head:find " " and #head > 4 and not others[head]
        and find_person(people, head, "", nil))
      if person then
        of[n] = person
      else
        others[head] = others[head] or { type = mark.type or false, first = mark, head = head }
        others[head].type = others[head].type or mark.type
        of[n] = others[head]
      end
    end
  end
  emit(doc, out, names, of)
end

return M
