-- SPDX-License-Identifier: MIT
--- Change of position: one speaker, one target of the analyst, another stance on a later day.
local claims = require "locutor.claims"

local M = {
  api = 1,
  version = "1.0",
  summary = "The same speaker takes another stance later",
  needs = { "attribution", "stance" },
  makes = { "relation" },
}

local function stances(row)
  if type(row.stance) == "table" then
    return row.stance
  end
  local list = {}
  for target, label in (row.stances or ""):gmatch "([^;]+): (%a+)" do
    target = target:gsub("^%s+", "")
    if label ~= "none" and not list[target] then
      list[target] = label
    end
  end
  return list
end

function M.relate(a, b)
  local day_a, day_b = claims.day(a), claims.day(b)
  if not day_a or not day_b or day_a == day_b or not claims.same_speaker(a.speaker, b.speaker) then
    return nil
  end
  local of_a, of_b = stances(a), stances(b)
  for target, label in pairs(of_a) do
    local other = of_b[target]
    if other and other ~= label and label ~= "none" and other ~= "none" then
      local first, last = label, other
      if day_b < day_a then
        first, last = other, label
      end
      return "change_of_position", 0.7, string.format("%s: %s, then %s", target, first, last)
    end
  end
end

return M
