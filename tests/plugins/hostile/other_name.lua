-- SPDX-License-Identifier: MIT
-- Claims to be a shipped plugin, and makes marks of a kind that it does not declare.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: claims another's name",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate(_, out)
  out:add("name", 0, 1, { plugin = "4_annotate/names", type = "person" })
end

return M
