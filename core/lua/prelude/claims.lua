-- SPDX-License-Identifier: MIT
--- What relate plugins share: how alike two statements are in words, whether speakers are the same, which carriers and
--- dates they have.  A statement is a row of the view `statements`.
local text = require "locutor.text"

local M = {}

local function set(words)
  local t = {}
  for w in words:gmatch "%S+" do
    t[w] = true
  end
  return t
end

local light = set [[that this these those with from into have been were will would could should about which their there
  they them than then when what where while also only such some more most other over under after before between because
  said says same very just even still both each every does doing being here once upon between among against during]]
local negations = set [[
  not no never neither nor without none cannot n't nothing nobody deny denied denies denying reject rejected
]]

--- The words that carry meaning, without endings, and whether an odd number of negations stands among them.
function M.words(content)
  local words, n, negative = {}, 0, false
  for w in text.fold(content):gsub("’", "'"):gmatch "[%w'\128-\255]+" do
    local bare = w:gsub("'s$", "")
    if negations[bare] or bare:find "n't$" then
      negative = not negative
    elseif #bare > 3 and not light[bare] then
      local stem = bare:gsub("ing$", ""):gsub("ed$", ""):gsub("es$", ""):gsub("s$", "")
      if not words[stem] then
        words[stem] = true
        n = n + 1
      end
    end
  end
  return words, n, negative
end

--- Shared words over those of the shorter statement, and how many are shared.
function M.overlap(a, n_a, b, n_b)
  local both = 0
  for w in pairs(a) do
    both = both + (b[w] and 1 or 0)
  end
  local least = math.min(n_a, n_b)
  return least > 0 and both / least or 0, both
end

--- The sentences of a statement; long ones make several claims.
local function sentences(content)
  local list = {}
  for one in (content .. " "):gmatch "%s*(.-[%.!%?;…][\"”’'%]%)]*)%s" do
    list[#list + 1] = one
  end
  local rest = content:match "[%.!%?;…][\"”’'%]%)]*%s+([^%.!%?;…]+)$"
  if rest then
    list[#list + 1] = rest
  end
  if #list == 0 then
    list[1] = content
  end
  return list
end

local function claims_of(row, memory)
  local list = memory[row.content]
  if not list then
    list = {}
    for _, one in ipairs(sentences(row.content)) do
      local words, n, negative = M.words(one)
      if n >= 2 then
        list[#list + 1] = { words = words, n = n, negative = negative }
      end
    end
    memory[row.content] = list
  end
  return list
end

--- The two sentences of a and b that are most alike: share of the shorter one's words, how many words they share, and
--- whether one of them alone is negated.  Nothing when the longer one says too much besides.
function M.alike(a, b)
  local memory, best, shared, opposed = {}, 0, 0, false
  local list = claims_of(b, memory)
  for _, x in ipairs(claims_of(a, memory)) do
    for _, y in ipairs(list) do
      local share, both = M.overlap(x.words, x.n, y.words, y.n)
      if both / math.max(x.n, y.n) >= 0.34 and share > best then
        best, shared, opposed = share, both, x.negative ~= y.negative
      end
    end
  end
  return best, shared, opposed
end

local function names_of(speaker)
  local list = {}
  for one in (speaker or ""):gmatch "[^;]+" do
    local words = {}
    for w in text.fold(one):gmatch "[%w\128-\255]+" do
      words[#words + 1] = w
    end
    list[#list + 1] = words
  end
  return list
end

--- True when some speaker of one is a speaker of the other: same last word, and first words that do not disagree.
function M.same_speaker(a, b)
  for _, x in ipairs(names_of(a)) do
    for _, y in ipairs(names_of(b)) do
      if #x > 0 and #y > 0 and x[#x] == y[#y] then
        if #x == 1 or #y == 1 or x[1]:sub(1, 3) == y[1]:sub(1, 3) then
          return true
        end
      end
    end
  end
  return false
end

--- Who carried it: the outlet named in the words, else the document's.
function M.carrier(row)
  return row.via ~= "" and row.via or row.carrier ~= "" and row.carrier or row.outlet or ""
end

--- The day said, or else published; false when both unknown.
function M.day(row)
  local day = row.said ~= "" and row.said or row.published
  return day and day ~= "" and not day:find "^X" and day or false
end

--- False when both days are known and differ.
function M.same_day(a, b)
  local x, y = a.said or "", b.said or ""
  if x == "" or y == "" then
    return true
  end
  return x == y or x:sub(-6) == y:sub(-6) and (x:find "^X" or y:find "^X") ~= nil
end

return M
