-- SPDX-License-Identifier: MIT
--- Every statement: when, who, in which capacity, through whom, in which words, taking which stance.
local M = {
  api = 1,
  version = "1.0",
  summary = "Statements with date, speaker, outlet, words and stances",
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

function M.report(rows, out, state)
  out:columns { "date", "speaker", "role", "through", "channel", "type", "statement", "stances", "document", "id" }
  for _, row in ipairs(rows.statements) do
    local wanted = (state.attitude == "" or row.attitude == state.attitude) and (state.nested or row.parent == "")
    if wanted and (row.speaker ~= "" or row.type == "direct") then
      local date = row.said ~= "" and row.said or row.published ~= "" and "(" .. row.published .. ")" or ""
      local through = row.via ~= "" and row.via or row.carrier ~= "" and row.carrier or row.outlet
      out:row { date, row.speaker, row.role, through, row.channel, row.type, row.content, row.stances, row.key, row.id }
    end
  end
  out:note "A date in brackets is that of publication."
end

return M
