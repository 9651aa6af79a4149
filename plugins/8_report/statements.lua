-- SPDX-License-Identifier: MIT
--- Every statement: when, who, in which words, taking which stance, through whom.  The report "register" has every
--- column.
local M = {
  api = 1,
  version = "1.0",
  summary = "Who said what, when, through whom, taking which stance",
  needs = { "attribution" },
  makes = {},
  options = {
    attitude = { type = "string", default = "", doc = "only statements of this attitude" },
    nested = { type = "boolean", default = true, doc = "also statements inside statements" },
  },
}

function M.open(opt)
  return { attitude = opt.options.attitude, nested = opt.options.nested }
end

-- "a: none; b: oppose" -> "b: oppose"
local function sides(stances)
  local taken = {}
  for one in stances:gmatch "[^;]+" do
    if not one:find ": none$" then
      taken[#taken + 1] = one:match "^%s*(.*)$"
    end
  end
  return table.concat(taken, "; ")
end

function M.report(rows, out, state)
  out:columns { "date", "speaker", "type", "statement", "stance", "through", "id" }
  for _, row in ipairs(rows.statements) do
    local wanted = (state.attitude == "" or row.attitude == state.attitude) and (state.nested or row.parent == "")
    if wanted and (row.speaker ~= "" or row.type == "direct") then
      local date = row.said ~= "" and row.said or row.published ~= "" and "(" .. row.published .. ")" or ""
      local through = row.via ~= "" and row.via or row.carrier ~= "" and row.carrier or row.outlet
      out:row { date, row.speaker, row.type, row.content, sides(row.stances), through, row.id }
    end
  end
  out:note "A date in brackets is that of publication."
end

return M
