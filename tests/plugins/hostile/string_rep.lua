-- SPDX-License-Identifier: MIT
-- Asks for a string larger than all memory, and for one of no bytes without end.
local M = { api = 1, version = "1.0", summary = "hostile: huge repetitions", needs = { "token" }, makes = { "noise" } }

function M.annotate(_, out)
  local made = pcall(string.rep, "x", 1 << 40)
  local text = string.rep("", 1 << 62)
  out:add("noise", 0, made and #text or 1, {})
end

return M
