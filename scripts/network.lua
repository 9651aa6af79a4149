-- SPDX-License-Identifier: MIT
-- The discourse network of a target: pairs of speakers who take the same side (congruence) or opposite sides (conflict),
-- counted as Discourse Network Analyzer counts them: once for each target and side that both have taken.
-- usage: locutor run scripts/network.lua STORE [FORMAT]      FORMAT: table (default), csv, tsv, json, jsonl, md
local locutor = require "locutor"

local path, format = ...
if not path then
  io.stderr:write("usage: locutor run scripts/network.lua STORE [FORMAT]\n")
  os.exit(2)
end

local store <close> = locutor.open(path, "read")

-- "target\0side" -> set of speakers; a condition counts as support with a reserve
local sides = { support = "for", conditional = "for", oppose = "against" }
local members, targets, speakers = {}, {}, {}
local rows = store:query [[SELECT DISTINCT speaker, target, label FROM stances
  WHERE speaker <> '' AND label <> 'none' ORDER BY speaker, target, label]]
for row in rows do
  local side = sides[row.label]
  for name in row.speaker:gmatch("[^;]+") do
    name = name:match("^%s*(.-)%s*$")
    targets[row.target] = true
    speakers[name] = true
    members[row.target] = members[row.target] or { ["for"] = {}, against = {} }
    members[row.target][side][name] = true
  end
end

local names = {}
for name in pairs(speakers) do names[#names + 1] = name end
table.sort(names)

local edges = {}
for i, a in ipairs(names) do
  for j = i + 1, #names do
    local b = names[j]
    local congruence, conflict = 0, 0
    for target in pairs(targets) do
      local of = members[target]
      for side, other in pairs { ["for"] = "against", against = "for" } do
        if of[side][a] and of[side][b] then congruence = congruence + 1 end
        if of[side][a] and of[other][b] then conflict = conflict + 1 end
      end
    end
    if congruence + conflict > 0 then
      edges[#edges + 1] = { a = a, b = b, congruence = congruence, conflict = conflict }
    end
  end
end
locutor.print(edges, { "a", "b", "congruence", "conflict" }, format)
