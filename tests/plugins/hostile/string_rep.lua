-- SPDX-License-Identifier: MIT
-- Asks for a string larger than all memory, and for one of no bytes without end.
local M = {
  api = 1,
  version = "1.0",
  summary = "hostile: huge repetitions",
  needs = { "token" },
  makes = { "noise" },
}

function M.annotate()
  pcall(string.rep, "", 1 << 62)
  return #string.rep("x", 1 << 40)
end

return M
