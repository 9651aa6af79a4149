-- SPDX-License-Identifier: MIT
--- Speakers against targets: how often each took which stance, and the first and last day.
local M = {
  api = 1,
  version = "1.0",
  summary = "Speaker by stance, for each target",
  needs = { "stance" },
  makes = {},
}

local labels = { "support", "conditional", "oppose", "none" }

function M.report(rows, out)
  local found, order = {}, {}
  for _, row in ipairs(rows.stances) do
    for one in ((row.speaker or "") .. ";"):gmatch "%s*([^;]*);" do
      if one ~= "" then
        local key = row.target .. "\0" .. one
        local entry = found[key]
        if not entry then
          entry = { target = row.target, speaker = one, support = 0, conditional = 0, oppose = 0, none = 0,
            first = "", last = "" }
          found[key] = entry
          order[#order + 1] = entry
        end
        entry[row.label] = entry[row.label] + 1
        local day = row.said ~= "" and row.said or row.published or ""
        if day ~= "" then
          entry.first = (entry.first == "" or day < entry.first) and day or entry.first
          entry.last = day > entry.last and day or entry.last
        end
      end
    end
  end
  -- whoever takes no side at all is left to the report "statements"
  local takers = {}
  for _, entry in ipairs(order) do
    if entry.support + entry.conditional + entry.oppose > 0 then
      takers[#takers + 1] = entry
    end
  end
  table.sort(takers, function(a, b)
    local x, y = a.support + a.oppose + a.conditional, b.support + b.oppose + b.conditional
    if a.target ~= b.target then
      return a.target < b.target
    elseif x ~= y then
      return x > y
    end
    return a.speaker < b.speaker
  end)
  out:columns { "target", "speaker", "support", "conditional", "oppose", "none", "first", "last" }
  for _, entry in ipairs(takers) do
    local cells = { entry.target, entry.speaker }
    for _, label in ipairs(labels) do
      cells[#cells + 1] = entry[label]
    end
    cells[#cells + 1], cells[#cells + 2] = entry.first, entry.last
    out:row(cells)
  end
end

return M
