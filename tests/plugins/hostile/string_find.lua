-- SPDX-License-Identifier: MIT
-- Stays in C code where no hook is called: only the process can be ended.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: a search that takes for ever",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  string.find(string.rep("a", 60000), string.rep(".-", 30) .. "b")
end

return M
