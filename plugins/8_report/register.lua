-- SPDX-License-Identifier: MIT
--- Every statement with everything known about it: for spreadsheets and other programs.
local M = {
  api = 1,
  version = "1.0",
  summary = "Statements with every column, for spreadsheets",
  needs = { "attribution" },
  makes = {},
}

local columns = {
  "id", "document", "key", "outlet", "published", "title", "url", "speaker", "role", "organization", "naming", "source",
  "cue", "content", "type", "attitude", "said", "channel", "carrier", "via", "addressee", "stances", "parent", "start",
  "finish", "score", "plugin", "plugin_version", "rule",
}

function M.report(rows, out)
  out:columns(columns)
  for _, row in ipairs(rows.statements) do
    local cells = {}
    for i, name in ipairs(columns) do
      cells[i] = row[name] or ""
    end
    out:row(cells)
  end
end

return M
